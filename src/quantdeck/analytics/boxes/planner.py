"""From an amount of money and a day to boxes that lend or borrow it, and the order to place."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.boxes.building import build_box
from quantdeck.analytics.boxes.parity import synthetics
from quantdeck.analytics.boxes.rates import DAYS_PER_YEAR, Convention, rate_from_discount
from quantdeck.analytics.boxes.search import BoxPair, BoxSearch
from quantdeck.analytics.boxes.spread import Side
from quantdeck.analytics.boxes.types import PriceSelector, Status, StrikeFlag
from quantdeck.analytics.sessions import us_sessions
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from quantdeck.analytics.boxes.spread import BoxSpread
    from quantdeck.analytics.boxes.types import BoxRules, ExpiryRate
    from quantdeck.analytics.sessions import Sessions
    from quantdeck.model.chains import ExpiryChain

# Widths in which desks trade; beside them, those that make the amount with so many boxes, on strikes
# that exist: steps of so many points up to such a width.
_WIDTHS = (5, 10, 25, 50, 100, 200, 250, 500, 1000, 1500, 2000, 2500, 3000, 4000, 5000)
_COUNTS = (1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50, 100)
_STEPS = ((100.0, 5.0), (500.0, 25.0), (2000.0, 50.0), (math.inf, 100.0))
_MOST_CONTRACTS = 400
_EXPIRIES = 4
_PER_EXPIRY = 3
_WEEK = 7


@dataclass(frozen=True, slots=True)
class BoxPlan:
    """One way to lend or borrow an amount until about a day.

    Parameters
    ----------
    box : BoxSpread
        The box, at the price that trades at once; its rate is after fees.
    contracts : int
        How many of it.
    start, end : datetime.date
        Days on which price and payoff are paid.
    days : int
        Between them.
    now : float
        Cash paid (lending) or received (borrowing) at the start, fees included. [currency]
    repayment : float
        Cash received (lending) or paid (borrowing) at the end. [currency]
    fees : float
        Part of `now` that is fees. [currency]
    amount : float
        What was asked for. [currency]
    simple_rate : float
        (repayment / now - 1) 365 / days, as a loan is usually quoted. [1/year]
    mid_price : float
        Where the market is: a limit to start from. [points]
    limit_price : float
        Natural price on the tick: a limit that trades at once. [points]
    is_executable : bool
        False where fewer contracts are quoted than needed, or sizes are not known.
    ticket : str
        The order in words, one leg a line.
    """

    box: BoxSpread
    contracts: int
    start: date
    end: date
    days: int
    now: float
    repayment: float
    fees: float
    amount: float
    simple_rate: float
    mid_price: float
    limit_price: float
    is_executable: bool
    ticket: str


def plan_boxes(
    expiries: Iterable[tuple[ExpiryChain, ExpiryRate]],
    rules: BoxRules,
    *,
    side: Side,
    amount: float,
    horizon: date,
    sessions: Sessions | None = None,
) -> list[BoxPlan]:
    """Return ways to lend or borrow an amount until about a day, the most fitting first.

    Parameters
    ----------
    expiries : iterable of (ExpiryChain, ExpiryRate)
        Chains and their rates; those without status ``ok`` are passed over.
    rules : BoxRules
        Fees, widths and tick.
    side : Side
        Lend: at most the amount is paid. Borrow: at least the amount is received.
    amount : float
        Cash, > 0. [currency]
    horizon : datetime.date
        When the money shall come back, or be paid back.
    sessions : Sessions, optional
        Business days; those of US options where not given.

    Returns
    -------
    list of BoxPlan
        What can be traded in the size first, then by weeks between payment and horizon, then by
        tenths of the amount that it is off, then by rate.

    Raises
    ------
    BadInput
        If the amount is not positive.
    NoData
        If no expiry has a sound rate, or the amount is too small or too large for every width.

    Examples
    --------
    >>> from datetime import date
    >>> from quantdeck.analytics.boxes.example import example_chain
    >>> from quantdeck.analytics.boxes.expiry import rate_of_chain
    >>> from quantdeck.analytics.boxes.types import BoxRules
    >>> chain, at_ns = example_chain()
    >>> rules = BoxRules(fee_per_contract=1.0)
    >>> fit = rate_of_chain(chain, at_ns, rules)
    >>> plan = plan_boxes([(chain, fit)], rules, side=Side.BORROW, amount=200_000,
    ...     horizon=date(2026, 12, 21))[0]
    >>> plan.contracts, plan.box.width, plan.repayment, plan.now > 200_000
    (2, 1100.0, 220000.0, True)
    """
    if not (math.isfinite(amount) and amount > 0):
        raise BadInput(f"the amount to {side.value} must be positive, was {amount}")
    calendar = sessions or us_sessions()
    sound = [
        (chain, fit, calendar.shift(fit.expiry, rules.cash_days))
        for chain, fit in expiries
        if fit.status is Status.OK
    ]
    if not sound:
        raise NoData(
            f"no expiry has a sound rate to {side.value} at; wait for quotes or widen rules"
        )
    sound.sort(key=lambda each: abs((each[2] - horizon).days))
    natural = replace(rules, price_selector=PriceSelector.NATURAL)
    plans = [
        plan
        for chain, fit, end in sound[:_EXPIRIES]
        for plan in _of_expiry(chain, fit, end, natural, side, amount)
    ]
    if not plans:
        raise NoData(
            f"no box of the {min(len(sound), _EXPIRIES)} expiries nearest to {horizon} fits "
            f"{amount:,.0f}; one of the narrowest width may be more than that"
        )
    sign = -1.0 if side is Side.LEND else 1.0
    return sorted(
        plans,
        key=lambda plan: (
            not plan.is_executable,
            abs((plan.end - horizon).days) // _WEEK,
            _tenths_off(plan),
            sign * plan.box.rate,
        ),
    )


def _of_expiry(
    chain: ExpiryChain, fit: ExpiryRate, end: date, rules: BoxRules, side: Side, amount: float
) -> list[BoxPlan]:
    quotes = synthetics(chain, fit.at_ns, rules)
    places = np.flatnonzero(fit.strike_flags == StrikeFlag.USED)
    found: list[BoxPlan] = []
    for width in _widths(amount / (fit.discount * chain.multiplier), side):
        if not rules.min_gap <= width <= rules.max_gap:
            continue
        search = BoxSearch(
            chain.strikes[places],
            quotes.buy[places],
            quotes.sell[places],
            fees=4 * rules.fee_per_contract / chain.multiplier,
            min_gap=width,
            max_gap=width,
        )
        pair = search.best()[0 if side is Side.LEND else 1]
        if pair is None or not pair.discount > 0:
            continue
        moved = BoxPair(side, int(places[pair.lower]), int(places[pair.upper]), pair.discount)
        box = build_box(chain, moved, at_ns=fit.at_ns, tau=fit.tau, rules=rules)
        plan = _plan(box, fit, end, amount, rules)
        if plan is not None and abs(box.rate) <= rules.max_abs_rate:
            found.append(plan)
    sign = -1.0 if side is Side.LEND else 1.0
    found.sort(key=lambda plan: (not plan.is_executable, _tenths_off(plan), sign * plan.box.rate))
    return found[:_PER_EXPIRY]


def _widths(points: float, side: Side) -> list[float]:
    found = {float(width) for width in _WIDTHS}
    for count in _COUNTS:
        exact = points / count
        step = next(step for limit, step in _STEPS if exact <= limit)
        steps = math.floor(exact / step) if side is Side.LEND else math.ceil(exact / step)
        # the price is not quite the discounted width: one step on as well
        found |= {steps * step, (steps + (1 if side is Side.BORROW else -1)) * step}
    return sorted(width for width in found if width > 0)


def _plan(
    box: BoxSpread, fit: ExpiryRate, end: date, amount: float, rules: BoxRules
) -> BoxPlan | None:
    lends = box.side is Side.LEND
    each = (box.price + box.fees if lends else box.price - box.fees) * box.multiplier
    # cents of rounding must not cost a contract
    contracts = math.floor(amount / each + 1e-9) if lends else math.ceil(amount / each - 1e-9)
    if not 1 <= contracts <= _MOST_CONTRACTS:
        return None
    mid = math.fsum(leg.quantity * 0.5 * (leg.bid + leg.ask) for leg in box.legs)
    limit_price = _on_tick(box.price, rules.tick, up=lends)
    mid_price = _on_tick(abs(mid), rules.tick, up=lends)
    return BoxPlan(
        box=box,
        contracts=contracts,
        start=_start(fit, end),
        end=end,
        days=fit.days,
        now=contracts * each,
        repayment=contracts * box.width * box.multiplier,
        fees=contracts * box.fees * box.multiplier,
        amount=amount,
        simple_rate=float(rate_from_discount(box.discount, fit.days, Convention.SIMPLE_365)),
        mid_price=mid_price,
        limit_price=limit_price,
        is_executable=box.executable_size >= contracts,
        ticket=order_ticket(box, contracts=contracts, limit_price=limit_price),
    )


def _tenths_off(plan: BoxPlan) -> int:
    return int(abs(plan.now - plan.amount) / (0.1 * plan.amount))


def _start(fit: ExpiryRate, end: date) -> date:
    return end.fromordinal(end.toordinal() - round(fit.tau * DAYS_PER_YEAR))


def _on_tick(price: float, tick: float, *, up: bool) -> float:
    steps = price / tick
    return round((math.ceil(steps - 1e-6) if up else math.floor(steps + 1e-6)) * tick, 10)


def order_ticket(box: BoxSpread, *, contracts: int, limit_price: float) -> str:
    """Return the order in words: what to buy and sell, as one combination with a limit.

    Parameters
    ----------
    box : BoxSpread
        The box.
    contracts : int
        How many.
    limit_price : float
        Debit of a bought box, credit of a sold one. [points]

    Returns
    -------
    str
        A line for the combination and one for each leg.

    Examples
    --------
    >>> from quantdeck.analytics.boxes.example import example_chain
    >>> from quantdeck.analytics.boxes.types import BoxRules
    >>> chain, at_ns = example_chain()
    >>> box = build_box(chain, BoxPair(Side.LEND, 0, 10, math.nan), at_ns=at_ns, tau=0.5,
    ...     rules=BoxRules())
    >>> print(order_ticket(box, contracts=2, limit_price=981.0))
    BUY 2 box SPX 2026-12-18 (AM) 5300/6300, limit 981.00 debit, day, all legs together
      buy  2  SPX 2026-12-18 5300 call
      sell 2  SPX 2026-12-18 5300 put
      sell 2  SPX 2026-12-18 6300 call
      buy  2  SPX 2026-12-18 6300 put
    """
    lends = box.side is Side.LEND
    lines = [
        f"{'BUY' if lends else 'SELL'} {contracts} box {box.root} {box.expiry} "
        f"({box.settlement.value.upper()}) {box.lower_strike:g}/{box.upper_strike:g}, "
        f"limit {limit_price:.2f} {'debit' if lends else 'credit'}, day, all legs together"
    ]
    lines += [
        f"  {'buy ' if leg.quantity > 0 else 'sell'} {contracts}  {box.root} {box.expiry} "
        f"{leg.strike:g} {leg.right.value}"
        for leg in box.legs
    ]
    return "\n".join(lines)
