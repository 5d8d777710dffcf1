from __future__ import annotations

import json

import numpy as np
import pytest

from quantdeck.model.errors import BadInput
from quantdeck.views.diff import apply, change
from quantdeck.views.encode import to_json
from quantdeck.views.payloads import (
    Band,
    CandlesPayload,
    LinesPayload,
    LogPayload,
    PanelState,
    RowsPayload,
    SurfacePayload,
    TextPayload,
)

_OLD = PanelState("live", 0.1)
_NEW = PanelState("stale", 42.0, "binance-usdm", "quotes stopped")


def _lines(state: PanelState, x: list[int], z: list[float]) -> LinesPayload:
    return LinesPayload(state, np.array(x, np.int64), {"z": np.array(z)})


def _candles(x: list[int], close: list[float], decimals: int = 2) -> CandlesPayload:
    values, counts = np.array(close), np.ones(len(x), np.int64)
    return CandlesPayload(
        _OLD, decimals, np.array(x), values, values, values, values, values, counts
    )


def test_change_when_rows_differ_gives_them_whole_and_names_the_gone() -> None:
    old = RowsPayload(_OLD, [{"id": "a", "v": 1}, {"id": "b", "v": 2}, {"id": "c", "v": 3}])
    new = RowsPayload(_NEW, [{"id": "a", "v": 1}, {"id": "c", "v": 4}, {"id": "d", "v": 5}])

    made = change(old, new)

    assert json.loads(to_json(made)) == {
        "state": {
            "word": "stale",
            "age_s": 42.0,
            "source": "binance-usdm",
            "detail": "quotes stopped",
        },
        "rows": [{"id": "c", "v": 4}, {"id": "d", "v": 5}],
        "remove": ["b"],
    }


def test_change_when_only_the_state_differs_holds_no_rows() -> None:
    nan = float("nan")
    row = {"id": "a", "v": nan, "spark": [1.0, nan], "absent": None}

    made = change(RowsPayload(_OLD, [row]), RowsPayload(_NEW, [{**row, "spark": [1.0, nan]}]))

    assert made is not None
    assert json.loads(to_json(made))["rows"] == []


def test_change_when_rows_change_places_wants_the_whole() -> None:
    rows = [{"id": "a"}, {"id": "b"}]

    assert change(RowsPayload(_OLD, rows), RowsPayload(_OLD, rows[::-1])) is None


def test_change_when_a_log_grows_sends_the_new_line_alone() -> None:
    first, second = {"id": "1", "ts": 10, "text": "a"}, {"id": "2", "ts": 20, "text": "b"}
    old, new = LogPayload(_OLD, [first]), LogPayload(_OLD, [second, first])

    made = change(old, new)

    assert made is not None
    assert json.loads(to_json(made))["rows"] == [second]
    assert apply(old, made) == new


def test_change_when_lines_grow_sends_the_changed_end() -> None:
    old = _lines(_OLD, [10, 20, 30], [1.0, np.nan, 3.0])
    new = _lines(_OLD, [20, 30, 40], [np.nan, 3.5, 4.0])

    decoded = json.loads(to_json(change(old, new)))

    assert {name: decoded[name] for name in ("from", "x", "lines", "keep")} == {
        "from": 30,
        "x": [30, 40],
        "lines": {"z": [3.5, 4.0]},
        "keep": 3,
    }


def test_change_when_times_repeat_sends_all_points_of_that_time() -> None:
    old = _lines(_OLD, [10, 20, 20], [1.0, 2.0, 3.0])
    new = _lines(_OLD, [10, 20, 20], [1.0, 2.0, 9.0])

    decoded = json.loads(to_json(change(old, new)))

    assert (decoded["from"], decoded["x"]) == (20, [20, 20])


def test_change_when_nothing_differs_appends_nothing() -> None:
    old = _lines(_OLD, [10, 20], [1.0, 2.0])

    decoded = json.loads(to_json(change(old, _lines(_NEW, [10, 20], [1.0, 2.0]))))

    assert (decoded["from"], decoded["x"], decoded["keep"]) == (21, [], 2)


def test_change_when_a_candle_grows_sends_it_alone() -> None:
    made = change(_candles([0, 1000], [1.0, 2.0]), _candles([0, 1000], [1.0, 2.5]))

    decoded = json.loads(to_json(made))
    assert (decoded["from"], decoded["close"], decoded["trades"]) == (1000, [2.5], [1])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (_lines(_OLD, [1], [1.0]), _candles([1], [1.0])),
        (_candles([1], [1.0]), _candles([1], [1.0], decimals=3)),
        (
            _lines(_OLD, [1], [1.0]),
            LinesPayload(_OLD, np.array([1]), {"other": np.array([1.0])}),
        ),
        (
            _lines(_OLD, [1], [1.0]),
            LinesPayload(_OLD, np.array([1]), {"z": np.array([1.0])}, (Band("b", "z", "z"),)),
        ),
        (RowsPayload(_OLD, []), LogPayload(_OLD, [])),
    ],
    ids=["kind", "decimals", "lines", "bands", "log"],
)
def test_change_when_the_shape_differs_wants_the_whole(
    old: LinesPayload | CandlesPayload | RowsPayload,
    new: LinesPayload | CandlesPayload | RowsPayload,
) -> None:
    assert change(old, new) is None


def test_change_when_payload_is_prose_is_the_whole() -> None:
    new = TextPayload(_NEW, "b")

    assert change(TextPayload(_OLD, "a"), new) is new


def test_apply_when_the_kind_differs_is_refused() -> None:
    made = change(_candles([1], [1.0]), _candles([1], [2.0]))

    assert made is not None
    with pytest.raises(BadInput, match="CandlesChange does not apply to a LinesPayload"):
        apply(_lines(_OLD, [1], [1.0]), made)


def _surface(state: PanelState, layers: dict[str, np.ndarray]) -> SurfacePayload:
    return SurfacePayload(state, np.array([1.0]), np.array([30.0]), layers)


def test_change_of_a_surface_that_stayed_is_its_state_alone() -> None:
    layers = {"mid": np.array([[0.04]])}
    old, new = _surface(_OLD, layers), _surface(_NEW, layers)

    made = change(old, new)

    assert made is not None
    assert list(json.loads(to_json(made))) == ["state"]
    assert to_json(apply(old, made)) == to_json(new)


def test_change_of_a_surface_made_anew_wants_the_whole() -> None:
    old, new = (_surface(state, {"mid": np.array([[0.04]])}) for state in (_OLD, _NEW))

    assert change(old, new) is None
