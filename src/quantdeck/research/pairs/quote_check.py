"""Whether two ledgers of one pair are equal, and how far quotes are from the opens of bars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.errors import NoData
from quantdeck.research.pairs.backtest import backtest
from quantdeck.research.pairs.prices import PairPrices
from quantdeck.trading import journal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quantdeck.research.pairs.backtest import Backtest
    from quantdeck.research.pairs.on_quotes import QuoteBacktest
    from quantdeck.research.pairs.plan import PairPlan
    from quantdeck.trading.fills import Fill

_BP = 1e4


@dataclass(frozen=True, slots=True)
class BarCheck:
    """Trading on quotes against the backtest of the same bars, which fills at the next open.

    Parameters
    ----------
    decisions, agreed : int
        Decisions of the backtest of bars, and those of them that quotes took too, at the same bar with
        the same side and reason.
    bars_net, quotes_net : float
        Net gain of each, what is open valued at the last closes. [currency]
    worse_bp : float or None
        How much worse a fill was than the next open, on average by notional, without slippage; None
        without fills. [bp]
    fills : int
        Orders that were compared so.
    """

    decisions: int
    agreed: int
    bars_net: float
    quotes_net: float
    worse_bp: float | None
    fills: int


def fills_of(events: Sequence[journal.AnyEvent]) -> list[tuple[str, Fill]]:
    """Return order and fill of everything that traded.

    Parameters
    ----------
    events : sequence of Event
        Of an account.

    Returns
    -------
    list of (str, Fill)
        In order.
    """
    return [
        (event.order_id, fill)
        for event in events
        if isinstance(event, journal.Executed)
        for fill in event.fills
    ]


def first_difference(one: Sequence[journal.AnyEvent], other: Sequence[journal.AnyEvent]) -> str:
    """Return where two ledgers part, event by event; empty where they are equal.

    Parameters
    ----------
    one, other : sequence of Event
        All events of an account.

    Returns
    -------
    str
        Number and kind of the first event that differs.

    Examples
    --------
    >>> from quantdeck.research.pairs.on_quotes import opening
    >>> first_difference([opening(1)], [opening(1)]), first_difference([opening(1)], [])
    ('', 'event 1 is Deposited in one, and there is none in the other')
    """
    for number, (mine, theirs) in enumerate(zip(one, other, strict=False), 1):
        if mine != theirs:
            return f"event {number} is {_parted(mine, theirs)}"
    if len(one) == len(other):
        return ""
    longer = one if len(one) > len(other) else other
    number = min(len(one), len(other)) + 1
    kind = type(longer[number - 1]).__name__
    return f"event {number} is {kind} in one, and there is none in the other"


def _parted(mine: journal.AnyEvent, theirs: journal.AnyEvent) -> str:
    kinds = [type(each).__name__ for each in (mine, theirs)]
    if kinds[0] != kinds[1]:
        return f"{kinds[0]} in one and {kinds[1]} in the other"
    field = next(
        name
        for name in type(mine).__struct_fields__
        if getattr(mine, name) != getattr(theirs, name)
    )
    return f"{kinds[0]}, with {field} {getattr(mine, field)} in one and {getattr(theirs, field)} in the other"


def against_bars(found: QuoteBacktest, plan: PairPlan) -> BarCheck:
    """Return how trading on quotes compares with the backtest of the same bars.

    Parameters
    ----------
    found : QuoteBacktest
        On quotes.
    plan : PairPlan
        Its plan.

    Returns
    -------
    BarCheck

    Raises
    ------
    NoData
        If there are too few bars for a score.
    """
    if len(found.rows) <= plan.rules.warm_up:
        raise NoData(
            f"{len(found.rows)} bars were traded by both; the windows of these rules need "
            f"{plan.rules.warm_up + 1} before there is a score: take shorter windows or bars"
        )
    times, y, x, y_open, x_open = (np.array(column) for column in zip(*found.rows, strict=True))
    result = backtest(PairPrices(times, y, x, y_open, x_open), plan.rules)
    wanted = _decided(result, times)
    # The last bar decides on quotes, and nothing more in a backtest.
    made = {(each.start_ns, each.side, each.why) for each in found.decisions}
    opens = {plan.y: y_open, plan.x: x_open}
    worse = _worse(found, plan, times, opens)
    notional = sum(each[1] for each in worse)
    last = {plan.y: float(y[-1]), plan.x: float(x[-1])}
    return BarCheck(
        decisions=len(wanted),
        agreed=len(made & set(wanted)),
        bars_net=float(result.equity[-1]) - plan.rules.capital,
        quotes_net=_net(found, last),
        worse_bp=sum(each[0] for each in worse) / notional * _BP if notional else None,
        fills=len(worse),
    )


def _decided(result: Backtest, times: np.ndarray) -> list[tuple[int, int, str]]:
    out: list[tuple[int, int, str]] = []
    for trade in result.trades:
        out.append((int(times[trade.entry_row - 1]), trade.side, "entry"))
        if trade.exit_row is not None:
            out.append((int(times[trade.exit_row - 1]), trade.side, trade.reason))
    return out


def _worse(
    found: QuoteBacktest, plan: PairPlan, times: np.ndarray, opens: Mapping[str, np.ndarray]
) -> list[tuple[float, float]]:
    # Money lost against the next open, and notional, of every order; each fill is of one leg.
    out: list[tuple[float, float]] = []
    for order_id, fill in fills_of(found.events):
        start_ns = int(order_id.removeprefix(f"{plan.strategy}:").split(":", 1)[0]) * 10**9
        row = int(np.searchsorted(times, start_ns)) + 1
        if row < len(times):
            units, price = float(fill.quantity), float(fill.reference)
            at_open = float(opens[fill.symbol][row])
            out.append((units * (price - at_open), abs(units) * at_open))
    return out


def _net(found: QuoteBacktest, last: Mapping[str, float]) -> float:
    account = found.account
    paid_in = sum(
        float(event.money) for event in found.events if isinstance(event, journal.Deposited)
    )
    held = sum(
        float(position.quantity) * last[symbol] for symbol, position in account.positions().items()
    )
    return float(account.cash) + held - paid_in
