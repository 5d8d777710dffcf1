"""Bars of recorded executions against the slow ones, both from the raw lines."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from quantdeck.live.bars import TIMEFRAMES, BarBooks
from quantdeck.live.continuity import Continuity
from quantdeck.model.events import TRADE_DTYPE, Kind, Rows
from tests.reference.slow_bars import SlowTick, slow_bars

if TYPE_CHECKING:
    from pathlib import Path


def _recorded(path: Path) -> list[SlowTick]:
    with gzip.open(path, "rt") as lines:
        frames = [json.loads(line.split(" ", 1)[1]) for line in lines if "@trade" in line]
    trades = [frame["data"] for frame in frames]
    return [SlowTick(d["T"] * 10**6, d["t"], float(d["p"]), float(d["q"])) for d in trades]


def _rows(ticks: list[SlowTick]) -> Rows:
    rows = np.zeros(len(ticks), TRADE_DTYPE)
    for name, values in zip(
        ("ts_event", "seq", "price", "size"), zip(*ticks, strict=True), strict=True
    ):
        rows[name] = values
    return rows


@pytest.mark.parametrize("name", ["btcusdt_20240808.gz", "ethusdt_20240808.gz"])
def test_bar_books_when_fed_recorded_trades_equal_the_slow_bars(
    shared_data: Path, name: str
) -> None:
    ticks = _recorded(shared_data / "binance-usdm-raw-ws" / name)
    continuity, books = Continuity("recorded", str), BarBooks()

    for chunk in np.array_split(_rows(ticks), len(ticks) // 37):
        accepted = continuity.accept(Kind.TRADE, chunk)
        assert (accepted.gaps, accepted.duplicates) == ((), 0)
        books.update(Kind.TRADE, accepted.rows)

    for timeframe, interval in TIMEFRAMES.items():
        bars = books[timeframe].bars(0)
        fields = (bars.start_ns, bars.open, bars.high, bars.low, bars.close, bars.volume)
        made = list(zip(*(f.tolist() for f in fields), bars.trades.tolist(), strict=True))
        assert made == [tuple(bar) for bar in slow_bars(ticks, interval)]
