"""Paper orders per second: the broker's decisions against a plain loop over floats.

The plain loop does what a minimal paper broker does: for every order it compares the limit with the other
side, takes the size that is shown, and adds a tuple to a list; no money is counted, no fee, no event, no
check. What the difference buys is Decimal money, events that add up, and orders of several legs. Both see
the same orders and quotes, and trade the same quantities.
"""

from __future__ import annotations

import argparse
from decimal import Decimal

from timing import compare, show

from quantdeck.hub.paper_terms import terms_of
from quantdeck.trading import broker, journal
from quantdeck.trading.account import Account
from quantdeck.trading.books import Top
from quantdeck.trading.costs import Costs
from quantdeck.trading.matching import Market, ShownSizes
from quantdeck.trading.orders import Side
from quantdeck.trading.tickets import single

SYMBOL = "BINANCE:BTCUSDT"
TERMS = {SYMBOL: terms_of(SYMBOL)}
COSTS = {SYMBOL: Costs(taker_bp=10.0)}
STEP_NS = 1_000_000


def limits_of(orders: int) -> list[float]:
    """Return limits of purchases: the first trade as the ask falls from 1000, the others rest."""
    return [1000.0 - 0.5 * number for number in range(orders)]


def asks_of(quotes: int) -> list[float]:
    """Return asks that fall slowly, so that an order trades now and then."""
    return [1000.0 - 0.05 * number for number in range(quotes)]


def ours(limits: list[float], asks: list[float]) -> Decimal:
    """Return what is held after all quotes, with every event applied."""
    account, shown = Account(), ShownSizes()
    account.apply(journal.Deposited(ts_ns=0, money=Decimal(10**9)))
    for number, limit in enumerate(limits):
        ticket = single(str(number), Side.BUY, SYMBOL, 1, placed_ns=0, limit=Decimal(str(limit)))
        account.apply(journal.Placed(ts_ns=0, ticket=ticket, terms=tuple(TERMS.values())))
    for number, ask in enumerate(asks):
        now_ns = STEP_NS * number
        top = Top(SYMBOL, now_ns, ask - 1.0, ask, 1.0, 1.0)
        market = Market({SYMBOL: top}, TERMS, COSTS, now_ns, 5.0, shown)
        for event in broker.work(account, market)[0]:
            account.apply(event)
    return account.positions()[SYMBOL].quantity


def plain(limits: list[float], asks: list[float]) -> float:
    """Return what a loop over floats holds after all quotes."""
    resting = [[limit, 1.0] for limit in limits]
    fills: list[tuple[float, float]] = []
    for ask in asks:
        size = 1.0
        for order in resting:
            if order[1] and ask <= order[0] and size:
                traded = min(size, order[1])
                order[1] -= traded
                size -= traded
                fills.append((ask, traded))
        resting = [order for order in resting if order[1]]
    return sum(quantity for _, quantity in fills)


def main() -> None:
    """Print one row per count of open orders."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quotes", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    rows: list[tuple[str, ...]] = []
    for orders in (10, 100, 1000):
        limits, asks = limits_of(orders), asks_of(given.quotes)
        if float(ours(limits, asks)) != plain(limits, asks):
            raise SystemExit("the ways disagree on what traded")
        taken = compare(
            lambda limits=limits, asks=asks: ours(limits, asks),
            {"plain": lambda limits=limits, asks=asks: plain(limits, asks)},
            rounds=given.rounds,
        )
        looks = orders * given.quotes
        rows.append(
            (
                f"{orders:,}",
                f"{looks / taken['quantdeck'].seconds:,.0f}",
                f"{looks / taken['plain'].seconds:,.0f}",
                f"{taken['plain'].ratio:.3f}",
            )
        )
    show(
        "Orders that are looked at, by open orders",
        ("open orders", "looks/s, quantdeck", "looks/s, plain loop", "plain / ours"),
        rows,
    )


if __name__ == "__main__":
    main()
