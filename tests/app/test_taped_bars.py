from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from quantdeck.app.taped_bars import interval_of, known_symbol, taped_bars
from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.events import DTYPES, Batch, Flag, Kind
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from quantdeck.tape.open import open_reader, open_writer

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.tape.reader import Reader

SECOND_NS = 1_000_000_000
BASE_NS = 1_763_640_000 * SECOND_NS
BTC = "BINANCE-USDM:BTCUSDT"
WHERE = Provenance("binance-usdm", Delay.REALTIME, RunId("test"))


def rows_of(kind: Kind, symbol: int, **columns: object) -> np.ndarray:
    times = np.asarray(columns.pop("at_s")) * SECOND_NS + BASE_NS
    rows = np.zeros(len(times), DTYPES[kind])
    rows["ts_event"], rows["ts_recv"], rows["symbol"] = times, times, symbol
    rows["seq"] = np.arange(1, len(times) + 1)
    for name, values in columns.items():
        rows[name] = values
    return rows


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    """Executions from second 90 on; the venue's minutes 0, 1 and, not over yet, 2."""
    instruments = InstrumentTable()
    btc, spot = (instruments.id_of(name) for name in (BTC, "BINANCE:BTCUSDT"))
    writer = open_writer(tmp_path, instruments, clock=SystemClock())
    executions = rows_of(
        Kind.AGG_TRADE,
        btc,
        at_s=[90, 119, 120, 150, 180],
        price=[5.0, 6.0, 7.0, 8.0, 9.0],
        size=1.0,
    )
    minutes = rows_of(
        Kind.BAR,
        btc,
        at_s=[0, 60, 120],
        open=[1.0, 3.0, 7.0],
        high=10.0,
        low=1.0,
        close=[2.0, 6.0, 7.0],
        trades=4,
        interval_ns=60 * SECOND_NS,
        flags=[Flag.CLOSED | Flag.REPAIRED, Flag.CLOSED | Flag.REPAIRED, 0],
    )
    other = rows_of(Kind.AGG_TRADE, spot, at_s=[90], price=[5.5], size=1.0)
    for kind, rows in (
        (Kind.AGG_TRADE, executions),
        (Kind.BAR, minutes),
        (Kind.AGG_TRADE, other),
    ):
        writer.append_wait(Batch(kind, rows, WHERE))
    writer.close()
    return open_reader(tmp_path)


def test_taped_bars_take_the_venues_bar_where_capture_began_within_it(reader: Reader) -> None:
    bars = taped_bars(reader, BTC, interval_ns=60 * SECOND_NS)

    assert ((bars.start_ns - BASE_NS) // SECOND_NS).tolist() == [0, 60, 120, 180]
    assert bars.open.tolist() == [1.0, 3.0, 7.0, 9.0]
    assert bars.close.tolist() == [2.0, 6.0, 8.0, 9.0]


def test_taped_bars_of_a_longer_interval_are_made_of_both(reader: Reader) -> None:
    bars = taped_bars(reader, BTC, interval_ns=120 * SECOND_NS)

    assert (bars.open.tolist(), bars.close.tolist()) == ([1.0, 7.0], [6.0, 9.0])


def test_taped_bars_of_a_shorter_interval_are_made_of_executions(reader: Reader) -> None:
    bars = taped_bars(reader, BTC, interval_ns=30 * SECOND_NS)

    assert bars.close.tolist() == [6.0, 7.0, 8.0, 9.0]


def test_taped_bars_take_a_span(reader: Reader) -> None:
    bars = taped_bars(
        reader,
        BTC,
        interval_ns=60 * SECOND_NS,
        start_ns=BASE_NS + 60 * SECOND_NS,
        end_ns=BASE_NS + 120 * SECOND_NS,
    )

    assert bars.close.tolist() == [6.0]


def test_taped_bars_of_a_span_without_any_are_no_data(reader: Reader) -> None:
    with pytest.raises(NoData, match="has 8 events of it"):
        taped_bars(reader, BTC, interval_ns=SECOND_NS, end_ns=BASE_NS)


def test_known_symbol_needs_a_venue_where_there_are_two(reader: Reader) -> None:
    assert known_symbol(reader, "binance:btcusdt") == "BINANCE:BTCUSDT"
    with pytest.raises(BadInput, match="BINANCE-USDM:BTCUSDT"):
        known_symbol(reader, "btcusdt")
    with pytest.raises(NoData, match="there are BINANCE-USDM:BTCUSDT, BINANCE:BTCUSDT"):
        known_symbol(reader, "ETHUSDT")


def test_known_symbol_on_an_empty_tape_says_how_to_fill_it(tmp_path: Path) -> None:
    with pytest.raises(NoData, match="quantdeck import"):
        known_symbol(open_reader(tmp_path), "BTCUSDT")


@pytest.mark.parametrize("text", ["", "m", "0m", "1w", "8d", "-1m", "1.5m"])
def test_timeframes_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(BadInput, match="timeframe"):
        interval_of(text)
