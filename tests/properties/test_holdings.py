"""What is held as trades adds up to what the ledger holds, whatever was ordered."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from quantdeck.trading import journal
from quantdeck.trading.account import Account
from quantdeck.trading.broker import work
from quantdeck.trading.exit_orders import close, closing_ticket, exit_order_id
from quantdeck.trading.exits import Exit
from quantdeck.trading.holdings import Holdings
from quantdeck.trading.tickets import Ticket, TicketLeg
from tests.trading.paper import CALL, DEAR_CALL, SHARE, TERMS, market, top

SYMBOLS = (SHARE.symbol, CALL.symbol, DEAR_CALL.symbol)
LEGS = st.dictionaries(st.sampled_from(SYMBOLS), st.sampled_from([-2, -1, 1, 2]), min_size=1)
TRADES = st.lists(
    st.tuples(LEGS, st.integers(1, 4), st.sampled_from(["", "spread"]), st.floats(1.0, 50.0)),
    max_size=12,
)


def ticket_of(number: int, legs: dict[str, int], quantity: int, strategy: str) -> Ticket:
    if len(legs) == 1:
        legs = {symbol: ratio // abs(ratio) for symbol, ratio in legs.items()}
    return Ticket(
        id=f"t{number}",
        legs=tuple(TicketLeg(symbol, ratio) for symbol, ratio in legs.items()),
        quantity=Decimal(quantity),
        placed_ns=0,
        strategy=strategy,
    )


class Fold:
    def __init__(self) -> None:
        self.account, self.held = Account(), Holdings()
        self.take([journal.Deposited(ts_ns=0, money=Decimal(10**6))])

    def take(self, events) -> None:
        for event in events:
            self.account.apply(event)
            self.held.apply(event)

    def fill(self, price: float) -> None:
        tops = [top(symbol, price, price + 1) for symbol in SYMBOLS]
        self.take(work(self.account, market(*tops))[0])

    def traded(self, trades) -> None:
        for number, (legs, quantity, strategy, price) in enumerate(trades):
            ticket = ticket_of(number, legs, quantity, strategy)
            terms = tuple(TERMS[leg.symbol] for leg in ticket.legs)
            self.take([journal.Placed(ts_ns=0, ticket=ticket, terms=terms)])
            self.fill(price)


@settings(max_examples=60, deadline=None)
@given(TRADES)
def test_holdings_add_up_to_the_positions_of_the_ledger(trades) -> None:
    fold = Fold()

    fold.traded(trades)

    held = dict.fromkeys(SYMBOLS, Decimal(0))
    for holding in fold.held.all():
        assert holding.packages > 0
        for symbol in holding.symbols:
            held[symbol] += holding.of(symbol) * TERMS[symbol].multiplier
    assert {symbol: units for symbol, units in held.items() if units} == {
        symbol: position.quantity for symbol, position in fold.account.positions().items()
    }


@settings(max_examples=40, deadline=None)
@given(TRADES, st.integers(0, 5))
def test_closing_every_holding_in_any_order_leaves_nothing(trades, turn) -> None:
    fold = Fold()
    fold.traded(trades)
    held = fold.held.all()

    for holding in held[turn % max(1, len(held)) :] + held:
        name = exit_order_id(holding, 1)
        found = closing_ticket(holding, Exit("stop_loss", "x"), order_id=name, now_ns=0)
        fold.take(close(fold.account, found, TERMS, now_ns=0))
        fold.fill(10.0)

    assert fold.account.positions() == {}
    assert fold.held.all() == []
