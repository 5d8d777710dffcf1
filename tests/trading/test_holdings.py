from __future__ import annotations

from decimal import Decimal

from quantdeck.trading import journal
from quantdeck.trading.fills import Fill
from quantdeck.trading.holdings import Holdings
from quantdeck.trading.tickets import Ticket, TicketLeg
from tests.trading.paper import CALL, DEAR_CALL, SHARE, TERMS, buy, sell, spread

ZERO = Decimal(0)


class Story:
    """Events of orders that traded at once, in packages at a price of each leg."""

    def __init__(self) -> None:
        self.held = Holdings()
        self.ts_ns = 0

    def trade(self, ticket: Ticket, *prices: float, packages: int | None = None) -> None:
        self.ts_ns += 1
        terms = tuple(TERMS[leg.symbol] for leg in ticket.legs)
        if packages is None or not self.held.all():
            self.held.apply(journal.Placed(ts_ns=self.ts_ns, ticket=ticket, terms=terms))
        count = ticket.quantity if packages is None else Decimal(packages)
        fills = tuple(
            Fill(
                leg.symbol,
                self.ts_ns,
                count * leg.ratio * TERMS[leg.symbol].multiplier,
                Decimal(str(price)),
                Decimal(str(price)),
                ZERO,
            )
            for leg, price in zip(ticket.legs, prices, strict=True)
        )
        self.held.apply(
            journal.Executed(ts_ns=self.ts_ns, order_id=ticket.id, packages=count, fills=fills)
        )

    def told(self) -> list[tuple[str, Decimal, Decimal]]:
        return [(each.id, each.packages, each.cost) for each in self.held.all()]


def back(name: str, quantity: int = 2) -> Ticket:
    legs = (TicketLeg(CALL.symbol, -1), TicketLeg(DEAR_CALL.symbol, 1))
    return Ticket(id=name, legs=legs, quantity=Decimal(quantity), placed_ns=0)


def test_purchases_of_one_strategy_are_one_holding_and_a_sale_reduces_it() -> None:
    story = Story()

    story.trade(buy("a", 10), 100.0)
    story.trade(buy("b", 10), 110.0)
    story.trade(sell("c", 5), 90.0)

    assert story.told() == [("a", 15, 1575)]
    assert story.held.all()[0].additions == 1


def test_another_strategy_has_a_holding_of_its_own_and_closes_that_one() -> None:
    story = Story()

    story.trade(buy("a", 10), 100.0)
    story.trade(buy("p1", 10, strategy="pairs:x"), 100.0)
    story.trade(sell("p2", 10, strategy="pairs:x"), 100.0)

    assert story.told() == [("a", 10, 1000)]


def test_sale_of_more_than_is_held_opens_the_other_way() -> None:
    story = Story()

    story.trade(buy("a", 10), 100.0)
    story.trade(sell("b", 15), 120.0)

    assert story.told() == [("b", 5, -600)]


def test_package_is_one_holding_and_closed_by_its_reverse() -> None:
    story = Story()

    story.trade(spread("s", 3), 5.0, 2.0)
    opened = story.told()
    story.trade(back("x", 1), 6.0, 2.0)

    assert opened == [("s", 3, 900)]
    assert story.told() == [("s", 2, 600)]


def test_package_that_trades_bit_by_bit_stays_one_and_counts_no_addition() -> None:
    story = Story()
    ticket = spread("s", 3)

    story.trade(ticket, 5.0, 2.0, packages=1)
    story.trade(ticket, 6.0, 2.0, packages=2)

    assert story.told() == [("s", 3, 1100)]
    assert story.held.all()[0].additions == 0


def test_package_of_which_a_leg_is_closed_alone_is_looked_at_leg_by_leg() -> None:
    story = Story()
    story.trade(spread("s", 2), 5.0, 2.0)
    leg = Ticket(id="x", legs=(TicketLeg(DEAR_CALL.symbol, 1),), quantity=Decimal(2), placed_ns=0)

    story.trade(leg, 1.0)

    assert story.told() == [(f"s {CALL.symbol}", 2, 1000)]


def test_assignment_leaves_the_shares_as_a_holding() -> None:
    story = Story()
    story.trade(spread("s", 1), 5.0, 2.0)
    shares = Fill(SHARE.symbol, 9, Decimal(100), Decimal(105), Decimal(105), ZERO)

    story.held.apply(
        journal.Settled(
            ts_ns=9, symbol=CALL.symbol, price=Decimal(5), why="exercised", shares=shares
        )
    )

    assert story.told() == [
        (f"s {DEAR_CALL.symbol}", 1, -200),
        (f"exercised {CALL.symbol}", 100, 10500),
    ]


def test_split_of_shares_leaves_their_cost() -> None:
    story = Story()
    story.trade(buy("a", 10), 100.0)

    story.held.apply(journal.Divided(ts_ns=9, symbol=SHARE.symbol, ratio=Decimal(4)))

    assert story.told() == [("a", 40, 1000)]
