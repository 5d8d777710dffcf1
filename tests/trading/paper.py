"""Accounts, tickets and markets for tests of paper trading."""

from __future__ import annotations

from decimal import Decimal

from quantdeck.model.instruments import InstrumentKind
from quantdeck.model.options import Right
from quantdeck.trading.books import Top
from quantdeck.trading.costs import Costs
from quantdeck.trading.matching import Market, ShownSizes
from quantdeck.trading.orders import Side
from quantdeck.trading.terms import Terms
from quantdeck.trading.tickets import Ticket, TicketLeg, single

NS = 1_000_000_000
SHARE = Terms(symbol="US:AAPL", kind=InstrumentKind.EQUITY)
COIN = Terms(
    symbol="BINANCE-USDM:BTCUSDT",
    kind=InstrumentKind.PERPETUAL,
    lot=Decimal("0.001"),
    is_around_the_clock=True,
)
CALL = Terms(
    symbol="OPRA:AAPL261218C00100000",
    kind=InstrumentKind.OPTION,
    multiplier=Decimal(100),
    underlying="US:AAPL",
    right=Right.CALL,
    strike=Decimal(100),
    expires_ns=100 * NS,
)
DEAR_CALL = Terms(
    symbol="OPRA:AAPL261218C00110000",
    kind=InstrumentKind.OPTION,
    multiplier=Decimal(100),
    underlying="US:AAPL",
    right=Right.CALL,
    strike=Decimal(110),
    expires_ns=100 * NS,
)
TERMS = {each.symbol: each for each in (SHARE, COIN, CALL, DEAR_CALL)}


def buy(name: str, quantity: int | str = 10, **rest) -> Ticket:
    return single(name, Side.BUY, SHARE.symbol, Decimal(quantity), placed_ns=0, **rest)


def sell(name: str, quantity: int | str = 10, **rest) -> Ticket:
    return single(name, Side.SELL, SHARE.symbol, Decimal(quantity), placed_ns=0, **rest)


def spread(name: str, quantity: int = 2, **rest) -> Ticket:
    legs = (TicketLeg(CALL.symbol, 1), TicketLeg(DEAR_CALL.symbol, -1))
    return Ticket(id=name, legs=legs, quantity=Decimal(quantity), placed_ns=0, **rest)


def market(*tops: Top, now_ns: int = 0, costs: Costs | None = None, shown=None) -> Market:
    return Market(
        tops={top.symbol: top for top in tops},
        terms=TERMS,
        costs=dict.fromkeys(TERMS, costs or Costs()),
        now_ns=now_ns,
        fresh_s=5.0,
        shown=shown or ShownSizes(),
    )


def top(symbol: str = SHARE.symbol, bid=99.0, ask=101.0, size=None, ts_ns: int = 0) -> Top:
    return Top(symbol, ts_ns, bid, ask, size, size)
