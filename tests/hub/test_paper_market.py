from __future__ import annotations

import asyncio
from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest

from quantdeck.hub.paper_market import MachineMarket
from quantdeck.hub.state import LiveState
from quantdeck.model.chains import ExpiryChain, SideQuotes
from quantdeck.model.errors import VenueError
from quantdeck.model.events import QUOTE_DTYPE, Kind
from quantdeck.model.instruments import InstrumentTable
from quantdeck.model.options import ExerciseStyle, Settlement

BTC = "BINANCE:BTCUSDT"
KEY = ("SPXW", date(2026, 12, 18))
CALL = "OPRA:SPXW261218C06000000"


def chain() -> ExpiryChain:
    strikes = np.array([5990.0, 6000.0, 6010.0])
    calls, puts = SideQuotes.empty(3), SideQuotes.empty(3)
    calls.bid[:], calls.ask[:] = [20.0, 12.0, 7.0], [21.0, 13.0, 8.0]
    puts.bid[:], puts.ask[:] = [6.0, 9.0, 14.0], [7.0, 10.0, 15.0]
    calls.ts_ns[:], puts.ts_ns[:] = 500, 400
    return ExpiryChain(
        *KEY[:1],
        "US:SPX",
        KEY[1],
        Settlement.PM,
        ExerciseStyle.EUROPEAN,
        100.0,
        strikes,
        calls,
        puts,
    )


class Options:
    def __init__(self) -> None:
        self.refreshed: list[str] = []

    def chain(self, underlying, key):
        return chain() if (underlying, key) == ("US:SPX", KEY) else None

    def expiries(self, underlying):
        return [KEY] if underlying == "US:SPX" else []

    def spot(self, underlying):
        return None

    def source_of(self, underlying):
        return "alpaca"

    async def refresh(self, underlying):
        self.refreshed.append(underlying)
        raise VenueError("alpaca", "is down")


@pytest.fixture
def machine():
    table = InstrumentTable()
    return SimpleNamespace(
        state=LiveState(table), options=Options(), prices=None, instrument=lambda _: None
    )


def quote(machine, *, bid: float, ask: float, event_ns: int, recv_ns: int) -> None:
    row = np.zeros(1, QUOTE_DTYPE)
    row["symbol"] = machine.state.instruments.id_of(BTC)
    row["bid"], row["ask"], row["bid_size"], row["ask_size"] = bid, ask, 1.0, 2.0
    row["ts_event"], row["ts_recv"] = event_ns, recv_ns
    machine.state.update(Kind.QUOTE, row)


def test_a_quote_is_as_old_as_its_venue_says_or_as_its_arrival(machine) -> None:
    market = MachineMarket(machine)
    assert market.top(BTC) is None
    quote(machine, bid=1.0, ask=2.0, event_ns=50, recv_ns=90)

    delayed = market.top(BTC)
    quote(machine, bid=1.0, ask=2.0, event_ns=0, recv_ns=95)
    unstamped = market.top(BTC)

    assert delayed is not None
    assert (delayed.ts_ns, delayed.ask, delayed.ask_size) == (50, 2.0, 2.0)
    assert unstamped is not None
    assert unstamped.ts_ns == 95


def test_an_option_is_quoted_by_the_chain_of_its_expiry(machine) -> None:
    market = MachineMarket(machine)

    top = market.top(CALL)

    assert top is not None
    assert (top.bid, top.ask, top.ask_size, top.ts_ns) == (12.0, 13.0, None, 500)
    assert market.top("OPRA:SPXW261218C06005000") is None
    assert market.top("OPRA:SPXW261219C06000000") is None
    assert market.source(CALL) == "alpaca"


def test_an_index_that_nobody_quotes_is_priced_by_parity(machine) -> None:
    price = MachineMarket(machine).price("US:SPX")

    assert price is not None
    assert (price.value, price.kind, price.ts_ns) == (6003.0, "parity", 400)


@pytest.mark.parametrize("times", [1, 2])
def test_a_vendor_that_is_down_is_passed_over(machine, times) -> None:
    market = MachineMarket(machine)
    for _ in range(times):
        asyncio.run(market.refresh([CALL]))

    assert machine.options.refreshed == ["US:SPX"] * times
