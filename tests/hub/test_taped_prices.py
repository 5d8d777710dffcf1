from __future__ import annotations

import asyncio
from types import SimpleNamespace

import numpy as np
import pytest

from quantdeck.hub.price_book import SeriesQuestion
from quantdeck.hub.taped_prices import TapedPrices
from quantdeck.model.errors import NoData
from quantdeck.model.events import DTYPES, Batch, Kind
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from quantdeck.tape.open import open_reader, open_writer
from quantdeck.views.payloads import Mode
from tests.hub.price_books import ArrayPriceBook, price_series, walk

BTC = "BINANCE-USDM:BTCUSDT"
START_NS = 1_786_147_200_000_000_000
MINUTE_NS = 60_000_000_000


@pytest.fixture
def prices(tmp_path):
    instruments = InstrumentTable()
    tape = open_writer(tmp_path, instruments, clock=SystemClock())
    rows = np.zeros(600, DTYPES[Kind.AGG_TRADE])
    rows["ts_event"] = START_NS + np.arange(600) * 1_000_000_000
    rows["seq"] = np.arange(600)
    rows["price"] = 100.0 + np.arange(600)
    rows["size"] = 1.0
    rows["symbol"] = instruments.id_of(BTC)
    tape.append_wait(
        Batch(Kind.AGG_TRADE, rows, Provenance("binance-usdm", Delay.SIMULATED, RunId("r")))
    )
    tape.close()
    clock = SimpleNamespace(monotonic_ns=lambda: 1)
    machine = SimpleNamespace(
        reader=open_reader(tmp_path),
        clock=clock,
        mode=Mode.DEMO,
        # In the middle of the tenth minute.
        now_ns=lambda: START_NS + 9 * MINUTE_NS + 30_000_000_000,
    )
    kept = ArrayPriceBook([price_series("US:SPY", walk(30), calendar="XNYS")])
    return TapedPrices(kept, machine)


def _ask(prices, symbol, interval, bars=None):
    return asyncio.run(prices.series(SeriesQuestion(symbol, interval, bars)))


def test_minutes_are_made_of_the_tape_without_the_one_that_grows(prices):
    series = _ask(prices, BTC, "1m")

    assert series.close.tolist() == [100.0 + 60 * (i + 1) - 1 for i in range(9)]
    assert (series.source, series.delay, series.calendar) == (
        "binance-usdm",
        Delay.SIMULATED,
        "24/7",
    )


def test_minutes_are_as_many_as_are_asked_for(prices):
    series = _ask(prices, BTC, "1m", bars=3)

    assert series.start_ns.tolist() == [START_NS + i * MINUTE_NS for i in (6, 7, 8)]


def test_minutes_of_what_was_never_captured_name_what_was(prices):
    with pytest.raises(NoData, match=f"there are {BTC}"):
        _ask(prices, "BINANCE-USDM:ETHUSDT", "1m")


def test_days_are_those_that_are_kept(prices):
    assert len(_ask(prices, "US:SPY", "1d")) == 30
    assert prices.known(SeriesQuestion("US:SPY")) is not None
    assert prices.known(SeriesQuestion(BTC, "1m")) is None
    assert prices.choices().symbols == ("US:SPY",)


def test_state_of_minutes_is_that_of_their_source(prices):
    state = prices.state([_ask(prices, BTC, "1m")])

    assert (state.word, state.source) == ("demo", "binance-usdm")
    assert prices.state([_ask(prices, "US:SPY", "1d")]).source == "sim"
