"""Candles with lines over them, panes below them and levels: on the wire and in a file."""

from __future__ import annotations

import csv
import io
import json

import msgspec
import numpy as np
import pytest

from quantdeck.views.diff import CandlesChange, apply, change
from quantdeck.views.encode import to_csv, to_json
from quantdeck.views.panels import Guide
from quantdeck.views.payloads import (
    CandlesPayload,
    ChartLevel,
    ChartLine,
    ChartPane,
    Marker,
    PanelState,
)

_STATE = PanelState("live", 0.1)
_OVERLAYS = (ChartLine("sma.average", "SMA 2"),)
_PANES = (ChartPane("rsi", "RSI 2", (ChartLine("rsi.rsi", "RSI", decimals=1),), "0 to 100"),)
_SUPPORT = ChartLevel(1.5, "Support ×2", "support")


def _chart(
    close: list[float], *, levels: tuple[ChartLevel, ...] = (_SUPPORT,), first: int = 0
) -> CandlesPayload:
    values = np.array(close)
    count = len(close)
    return CandlesPayload(
        _STATE,
        2,
        1000 * np.arange(first, first + count),
        *[values] * 5,
        np.full(count, np.nan),
        overlays=_OVERLAYS,
        panes=_PANES,
        levels=levels,
        series={"sma.average": values - 0.5, "rsi.rsi": 10.0 * values},
    )


def _same(a: CandlesPayload, b: CandlesPayload) -> bool:
    return to_json(a) == to_json(b)


def test_change_when_a_candle_grows_sends_its_figures_alone() -> None:
    old, new = _chart([1.0, 2.0, 3.0]), _chart([1.0, 2.0, 3.5])

    made = json.loads(to_json(change(old, new)))

    assert made["series"] == {"sma.average": [3.0], "rsi.rsi": [35.0]}
    assert made["levels"] is None
    assert made["from"] == 2000


def test_change_when_an_old_figure_differs_sends_from_there() -> None:
    old, new = _chart([1.0, 2.0, 3.0]), _chart([1.0, 2.0, 3.0])
    new.series["rsi.rsi"][1] = 99.0

    made = change(old, new)

    assert isinstance(made, CandlesChange)
    assert made.x.tolist() == [1000, 2000]
    assert made.series["rsi.rsi"].tolist() == [99.0, 30.0]


@pytest.mark.parametrize("levels", [(), (_SUPPORT, ChartLevel(4.0, "R1", "pivot"))])
def test_apply_of_candles_that_moved_on_gives_the_new_ones(levels: tuple[ChartLevel, ...]) -> None:
    old, new = _chart([1.0, 2.0, 3.0]), _chart([2.0, 3.0, 4.0], levels=levels, first=1)

    made = change(old, new)

    assert made is not None
    assert _same(apply(old, made), new)


@pytest.mark.parametrize(
    "told",
    [
        {"overlays": (ChartLine("sma.average", "SMA 3"),)},
        {"panes": (ChartPane("rsi", "RSI 2", (), guides=(Guide(70.0, "overbought"),)),)},
        {"series": {}},
        {"markers": (Marker(1000, "buy", "crossed"),)},
    ],
    ids=["overlays", "panes", "series", "markers"],
)
def test_change_when_the_drawing_differs_wants_the_whole(told: dict[str, object]) -> None:
    old = _chart([1.0, 2.0])

    assert change(old, msgspec.structs.replace(old, **told)) is None


def test_to_json_of_lines_leaves_out_what_is_usual() -> None:
    payload = json.loads(to_json(_chart([1.0])))

    assert payload["overlays"] == [{"id": "sma.average", "title": "SMA 2"}]
    assert payload["trades"] == [None]
    assert payload["levels"] == [{"price": 1.5, "label": "Support ×2", "kind": "support"}]


def test_to_csv_of_candles_has_a_column_for_every_line() -> None:
    rows = list(csv.reader(io.StringIO(to_csv(_chart([1.0])).decode(), newline="")))

    assert rows[0][-3:] == ["trades", "sma.average", "rsi.rsi"]
    assert rows[1][-3:] == ["", "0.5", "10.0"]
