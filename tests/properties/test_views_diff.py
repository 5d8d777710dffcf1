"""A change applied to the old state gives the new one."""

from __future__ import annotations

import json

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from quantdeck.views.diff import apply, change
from quantdeck.views.encode import to_json
from quantdeck.views.payloads import (
    CandlesPayload,
    LinesPayload,
    LogPayload,
    PanelState,
    RowsPayload,
)

_STATE = st.builds(PanelState, st.sampled_from(["live", "stale"]), st.none() | st.floats(0, 9))
_VALUES = st.sampled_from([0.0, 1.0, float("nan")])


@st.composite
def _lines(draw: st.DrawFn) -> LinesPayload:
    x = sorted(draw(st.lists(st.integers(0, 12), max_size=12)))
    columns = {name: draw(st.lists(_VALUES, min_size=len(x), max_size=len(x))) for name in "ab"}
    return LinesPayload(
        draw(_STATE),
        np.array(x, np.int64),
        {name: np.array(values, np.float64) for name, values in columns.items()},
    )


def _candles(lines: LinesPayload) -> CandlesPayload:
    a, b = lines.lines["a"], lines.lines["b"]
    return CandlesPayload(lines.state, 2, lines.x, a, b, a, b, a, lines.x.copy())


@st.composite
def _rows(draw: st.DrawFn) -> RowsPayload:
    names = draw(st.lists(st.sampled_from("abcdef"), unique=True, max_size=6))
    return RowsPayload(draw(_STATE), [{"id": name, "v": draw(_VALUES)} for name in names])


@st.composite
def _log(draw: st.DrawFn) -> LogPayload:
    ids = sorted(draw(st.sets(st.integers(0, 12), max_size=8)), reverse=True)
    return LogPayload(draw(_STATE), [{"id": str(i), "ts": i, "text": f"t{i}"} for i in ids])


def _wire(payload: object) -> object:
    return json.loads(to_json(payload))


@settings(max_examples=400, deadline=None)
@given(_lines(), _lines())
def test_apply_when_lines_change_gives_the_new_lines(old: LinesPayload, new: LinesPayload) -> None:
    made = change(old, new)

    assert made is not None
    assert _wire(apply(old, made)) == _wire(new)


@settings(max_examples=200, deadline=None)
@given(_lines(), _lines())
def test_apply_when_candles_change_gives_the_new_candles(
    old: LinesPayload, new: LinesPayload
) -> None:
    made = change(_candles(old), _candles(new))

    assert made is not None
    assert _wire(apply(_candles(old), made)) == _wire(_candles(new))


@settings(max_examples=200, deadline=None)
@given(_rows(), _rows())
def test_apply_when_rows_change_gives_the_new_rows(old: RowsPayload, new: RowsPayload) -> None:
    made = change(old, new)

    if made is not None:
        assert _wire(apply(old, made)) == _wire(new)
    else:
        assert [row["id"] for row in old.rows] != [row["id"] for row in new.rows]


@settings(max_examples=200, deadline=None)
@given(_log(), _log())
def test_apply_when_a_log_changes_gives_the_new_log(old: LogPayload, new: LogPayload) -> None:
    made = change(old, new)

    assert made is not None
    assert _wire(apply(old, made)) == _wire(new)
