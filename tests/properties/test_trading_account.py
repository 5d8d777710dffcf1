"""Whatever is ordered, nothing is made or lost: cash, positions and what is reported of them agree."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from quantdeck.trading import journal
from quantdeck.trading.account import Account
from quantdeck.trading.costs import Costs
from quantdeck.trading.matching import Market, ShownSizes, match
from quantdeck.trading.tickets import OrderKind, Ticket, TicketLeg
from tests.trading.paper import CALL, COIN, DEAR_CALL, SHARE, TERMS, top

_SYMBOLS = [SHARE.symbol, COIN.symbol, CALL.symbol, DEAR_CALL.symbol]
_COSTS = Costs(taker_bp=7.0, slippage_bp=3.0)


@st.composite
def tickets(draw: st.DrawFn) -> list[Ticket]:
    found = []
    for at in range(draw(st.integers(1, 8))):
        symbols = draw(st.lists(st.sampled_from(_SYMBOLS), min_size=1, max_size=3, unique=True))
        legs = tuple(TicketLeg(each, draw(st.sampled_from([-2, -1, 1, 2]))) for each in symbols)
        limit = draw(st.none() | st.integers(-300, 300).filter(bool))
        if limit is not None and len(legs) == 1:
            limit = abs(limit) * (1 if legs[0].ratio > 0 else -1)
        found.append(
            Ticket(
                id=f"t{at}",
                legs=legs,
                quantity=Decimal(draw(st.integers(1, 20))),
                kind=OrderKind.MARKET if limit is None else OrderKind.LIMIT,
                limit=None if limit is None else Decimal(limit),
                placed_ns=0,
            )
        )
    return found


@st.composite
def markets(draw: st.DrawFn) -> list[dict]:
    # What is shown at each look: prices, sizes, and now and then nothing at all.
    price = st.none() | st.floats(0.5, 200.0).map(lambda x: round(x, 2))
    size = st.none() | st.integers(0, 30).map(float)
    shown = st.tuples(price, size)
    each = st.fixed_dictionaries(dict.fromkeys(_SYMBOLS, shown))
    return draw(st.lists(each, min_size=1, max_size=5))


def _market(shown: dict, now_ns: int) -> Market:
    tops = {}
    for symbol, (price, size) in shown.items():
        ask = None if price is None else round(price * 1.01, 2)
        tops[symbol] = top(symbol, price, ask, size, now_ns)
    return Market(tops, TERMS, dict.fromkeys(TERMS, _COSTS), now_ns, 5.0, ShownSizes())


def _events(asked: list[Ticket], looks: list[dict]) -> list[journal.AnyEvent]:
    events: list[journal.AnyEvent] = [journal.Deposited(ts_ns=0, money=Decimal(1_000_000))]
    for ticket in asked:
        terms = tuple(TERMS[leg.symbol] for leg in ticket.legs)
        events.append(journal.Placed(ts_ns=0, ticket=ticket, terms=terms))
    account = Account.of(events)
    for now_ns, shown in enumerate(looks):
        market = _market(shown, now_ns)
        for order in account.open_orders():
            found = match(order.ticket, order.left, market)
            if found.packages:
                event = journal.Executed(
                    ts_ns=now_ns,
                    order_id=order.ticket.id,
                    packages=found.packages,
                    fills=found.fills,
                )
                account.apply(event)
                events.append(event)
    return events


@settings(max_examples=60)
@given(tickets(), markets())
def test_cash_and_positions_are_conserved(asked: list[Ticket], looks: list[dict]) -> None:
    events = _events(asked, looks)
    account = Account.of(events)
    fills = [fill for e in events if isinstance(e, journal.Executed) for fill in e.fills]

    paid = sum((fill.quantity * fill.price + fill.fee for fill in fills), Decimal(0))
    held = {s: sum(f.quantity for f in fills if f.symbol == s) for s in _SYMBOLS}
    gains = sum((p.realised - p.fees for p in account.ledger.positions().values()), Decimal(0))
    costs = sum((p.cost for p in account.ledger.positions().values()), Decimal(0))

    assert abs(account.cash - (1_000_000 - paid)) < Decimal("1e-9")
    assert account.cash == 1_000_000 + gains - costs
    assert {s: p.quantity for s, p in account.positions().items()} == {
        s: q for s, q in held.items() if q
    }
    told = sum((order.paid + order.fees for order in account.orders()), Decimal(0))
    assert account.cash == 1_000_000 - told


@settings(max_examples=60)
@given(tickets(), markets())
def test_account_of_events_that_were_kept_is_the_same(
    asked: list[Ticket], looks: list[dict]
) -> None:
    events = _events(asked, looks)

    kept = [journal.decode(journal.encode(event)) for event in events]

    assert kept == events
    first, second = Account.of(events), Account.of(kept)
    assert first.ledger.entries == second.ledger.entries
    assert first.orders() == second.orders()


@settings(max_examples=60)
@given(tickets(), markets())
def test_no_order_trades_beyond_its_limit_or_the_sizes_shown(
    asked: list[Ticket], looks: list[dict]
) -> None:
    events = _events(asked, looks)
    tickets_by_id = {ticket.id: ticket for ticket in asked}

    for event in events:
        if not isinstance(event, journal.Executed):
            continue
        ticket, shown = tickets_by_id[event.order_id], looks[event.ts_ns]
        net = sum(
            leg.ratio * next(f.price for f in event.fills if f.symbol == leg.symbol)
            for leg in ticket.legs
        )
        assert ticket.limit is None or net <= ticket.limit + Decimal("1e-9")
    for now_ns, shown in enumerate(looks):
        for symbol, (_, size) in shown.items():
            traded = [
                fill.quantity / TERMS[symbol].multiplier
                for e in events
                if isinstance(e, journal.Executed) and e.ts_ns == now_ns
                for fill in e.fills
                if fill.symbol == symbol
            ]
            if size is not None:
                assert sum(q for q in traded if q > 0) <= size
                assert -sum(q for q in traded if q < 0) <= size
