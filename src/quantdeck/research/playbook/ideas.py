"""The trade that goes with a view: of options where a chain can be traded on, of shares otherwise."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.strategies import Leg, Strategy, breakevens, extremes, payoff_line
from quantdeck.analytics.strategies.laws import Lognormal, SmileLaw
from quantdeck.analytics.strategies.odds import expected_value, odds
from quantdeck.model.errors import NoData
from quantdeck.research.playbook.entry import Idea, LegLine, View
from quantdeck.research.playbook.rules import STRUCTURES
from quantdeck.research.playbook.sizes import RiskLimits, size_of
from quantdeck.research.playbook.strikes import ChainRules, choose, expiry_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.analytics.options.expiry_study import ExpiryStudy
    from quantdeck.analytics.options.study import OptionStudy
    from quantdeck.analytics.strategies.laws import PriceLaw
    from quantdeck.research.playbook.rules import Rule
    from quantdeck.research.playbook.strikes import Quoted

STOP_ATRS = 2.0
"""Shares are given up so many average true ranges from the close."""

_SHARES = {
    View.UP: ("long_shares", "Shares", 1),
    View.DOWN: ("short_shares", "Short shares", -1),
}


def option_idea(
    rule: Rule,
    study: OptionStudy,
    *,
    source: str = "",
    now_ns: int,
    rules: ChainRules,
    limits: RiskLimits,
) -> Idea:
    """Return the structure of a rule with strikes, odds and size.

    Parameters
    ----------
    rule : Rule
        Names the structure.
    study : OptionStudy
        Of the chain of the underlying.
    source : str
        Where the chain comes from.
    now_ns : int
        UTC. [ns]
    rules : ChainRules
        Which quotes count.
    limits : RiskLimits
        What a trade may lose.

    Returns
    -------
    Idea
        With a refusal where it cannot lose a bounded amount, cannot gain, or has no size.

    Raises
    ------
    NoData
        If the chain cannot be traded on: it is too old, or has too few fresh quotes of both sides.

    Notes
    -----
    What is bought is paid for at the ask, what is sold brings the bid, so that the mean of profit and loss
    has the spread in it. It is taken at expiry under the risk-neutral distribution that the fitted smile
    implies, in money of today: before the spread it would be nil, and it says what the spread costs, not
    what the view is worth.
    """
    found = expiry_of(study, rules, now_ns=now_ns)
    structure = STRUCTURES[rule.structure]
    legs = choose(structure, found, rules)
    return _of_legs(rule, found, legs, source=source, at_ns=study.at_ns, limits=limits)


def share_idea(
    rule: Rule, why: str, *, price: float | None, atr: float | None, limits: RiskLimits
) -> Idea:
    """Return shares with a stop 2 ATR from the close, or the reason why there are none.

    Parameters
    ----------
    rule : Rule
        Whose view it goes with.
    why : str
        Why there are no options.
    price, atr : float or None
        Close and average true range, as traded. [currency]
    limits : RiskLimits
        What a trade may lose.

    Returns
    -------
    Idea
        Whose maximum loss is that at the stop: a gap through it loses more.
    """
    if rule.view is View.NEUTRAL:
        return Idea(
            why=rule.why, refusal=f"{_sentence(why)} Shares have no trade without a direction."
        )
    if price is None or atr is None or not (price > 0.0 and 0.0 < atr < price / STOP_ATRS):
        return Idea(
            why=rule.why,
            refusal=f"{_sentence(why)} Close and average true range of the session are needed to place "
            "a stop, and are not known.",
        )
    key, title, side = _SHARES[rule.view]
    size = size_of(STOP_ATRS * atr, (key, "shares"), limits)
    return Idea(
        structure=key,
        title=title,
        why=f"{_sentence(why)} Shares instead, given up {STOP_ATRS:g} average true ranges from the "
        "close; a gap through the stop loses more than is said here.",
        refusal=size.refusal,
        legs=(LegLine("share", None, side, price),),
        cost=side * price,
        max_loss=STOP_ATRS * atr,
        size=size.units,
        risk=size.units * STOP_ATRS * atr,
        limit=size.limit,
        limit_name=size.limit_name,
        stop=price - side * STOP_ATRS * atr,
    )


def _of_legs(
    rule: Rule,
    found: ExpiryStudy,
    legs: Sequence[Quoted],
    *,
    source: str,
    at_ns: int,
    limits: RiskLimits,
) -> Idea:
    structure, law = STRUCTURES[rule.structure], _law(found)
    discount = found.smile.discount if found.smile is not None else 1.0
    strategy = Strategy(
        structure.title, tuple(Leg(q.rule.kind, q.strike, q.rule.side, q.price) for q in legs)
    )
    # Loss, gain and breakevens as a broker has them; the mean in money of today, or interest would be in it.
    line = payoff_line(strategy)
    ends, chance = extremes(line), odds(line, law)
    mean = expected_value(payoff_line(strategy, discount=discount), law)
    unit = found.chain.multiplier
    refusal, size = "", None
    if not ends.max_profit > 0.0:
        refusal = "at bid and ask it cannot gain anything: no trade"
    elif 0.0 < ends.max_loss < math.inf:
        size = size_of(unit * ends.max_loss, structure.names, limits)
        refusal = size.refusal
    else:
        refusal = "its loss has no bound above 0 to size it by: no trade"
    units = 0 if size is None else size.units
    return Idea(
        structure=structure.key,
        title=structure.title,
        why=rule.why,
        refusal=refusal,
        root=found.chain.root,
        expiry=found.chain.expiry.isoformat(),
        days=found.days,
        legs=tuple(_line(each) for each in legs),
        cost=unit * strategy.cost,
        max_loss=_finite(unit * ends.max_loss),
        max_profit=_finite(unit * ends.max_profit),
        breakevens=breakevens(line),
        pop=chance.probability,
        expected_value=unit * mean,
        measure=chance.measure,
        size=units,
        risk=None if size is None else units * unit * ends.max_loss,
        limit=None if size is None else size.limit,
        limit_name="" if size is None else size.limit_name,
        chain_ns=at_ns,
        chain_source=source,
    )


def _law(found: ExpiryStudy) -> PriceLaw:
    if found.fitted is None or found.smile is None:
        raise NoData(f"{found.name} has no fitted smile: {found.refusal}")
    try:
        return SmileLaw(found.fitted)
    except NoData:
        # A smile that is no distribution still has a volatility at the money.
        atm = float(found.fitted.volatility(np.zeros(1))[0])
        deviation = atm * math.sqrt(found.smile.tau)
        return Lognormal(found.smile.forward, deviation, "lognormal at the money")


def _line(leg: Quoted) -> LegLine:
    return LegLine(
        kind=leg.rule.kind,
        strike=leg.strike,
        quantity=leg.rule.side,
        price=leg.price,
        bid=leg.bid,
        ask=leg.ask,
        age_s=_finite(leg.age_s),
        delta=_finite(leg.delta),
    )


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
