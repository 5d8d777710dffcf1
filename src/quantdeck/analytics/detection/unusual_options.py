"""Unusual option activity: a session's contracts against their own past, and against what is open.

Of one contract: how far its volume lies above its usual one,

    r = ln((1 + volume) / (1 + median volume of the other sessions)),

held against the r of all contracts and sessions before, each against the others then. The level is a rank:
of S sessions, floor(S / every) of them lie above it, so that one contract in `every` sessions passes it by
chance. On top of that a contract must have traded more than is open of it (so that some of it is new), and
for enough money.

Of all contracts of an underlying: the logarithm of contracts traded over contracts open, and that of puts
over calls, as in the features `uoa` and `put_call`, against their mean m and deviation s of n sessions
before. What is drawn next from the same normal distribution has

    t = (x - m) / (s sqrt(1 + 1/n))

of Student's distribution with n - 1 degrees of freedom, so the chance of a false alarm is known.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.detection.chain_days import usual_volume
from quantdeck.analytics.detection.large_trades import short
from quantdeck.model.findings import Finding
from quantdeck.model.instruments import root_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.analytics.detection.chain_days import ChainDay
    from quantdeck.analytics.types import FloatArray

FEWEST_SESSIONS = 5
"""Sessions before, below which nothing is judged."""
FAR_SHARE, SHORT_DAYS = 0.1, 30.0
"""Out of the money by so much, and so near to its expiry, a contract counts for more. [1, days]"""
FAR_BONUS = 0.5
"""Added to the score of such a contract."""

_LEAST_DEVIATION = 1e-6


@dataclass(frozen=True, slots=True)
class OptionActivityRules:
    """What is unusual.

    Parameters
    ----------
    every : float
        Sessions in which one contract of an underlying is met, on average. [sessions]
    least_contracts : float
        Traded of one contract. [contracts]
    least_premium : float
        Volume times mid times multiplier. [currency]
    least_turnover : float
        Volume over open interest.
    false_alarms : float
        Of an underlying's totals: chance of a finding in an ordinary session.
    """

    every: float = 4.0
    least_contracts: float = 200.0
    least_premium: float = 50_000.0
    least_turnover: float = 1.0
    false_alarms: float = 0.01


def unusual_options(
    today: ChainDay, past: Sequence[ChainDay], rules: OptionActivityRules | None = None
) -> tuple[tuple[Finding, ...], str]:
    """Return what is unusual in a session's options.

    Parameters
    ----------
    today : ChainDay
        The session.
    past : sequence of ChainDay
        Sessions before, of the same underlying and source.
    rules : OptionActivityRules or None
        What is unusual.

    Returns
    -------
    tuple of (tuple of Finding, str)
        Findings, the highest score first, and why nothing can be said; empty where something can. The
        score is -log10 of the chance, and `FAR_BONUS` on top for a contract that is far out of the money
        and short-dated.
    """
    rules = rules or OptionActivityRules()
    name = root_of(today.underlying)
    others = [day for day in past if day.has_volume and day.session != today.session]
    if not today.has_volume:
        return (), f"{name}: {today.source} tells no volume of options"
    if len(others) < FEWEST_SESSIONS:
        kept = f"{len(others)} of {FEWEST_SESSIONS} sessions before with option volumes are kept"
        return (), f"{name}: not enough data: {kept}"
    found = [*_contracts(today, others, rules), *_totals(today, others, rules)]
    return tuple(sorted(found, key=lambda each: (-each.score, each.key))), ""


def excess(day: ChainDay, others: Sequence[ChainDay]) -> FloatArray:
    """Return how far the volume of each contract lies above its usual one, r of the module.

    Parameters
    ----------
    day : ChainDay
        Whose contracts.
    others : sequence of ChainDay
        The sessions that tell what is usual.

    Returns
    -------
    array of shape (contracts,)
        NaN where the volume is not known, or no other session lists the contract.
    """
    return np.log1p(day.volume) - np.log1p(usual_volume(day, list(others)))


def chance_of(value: float, before: FloatArray) -> float:
    """Return the chance of a value as far above those before, or further; see the module for t.

    Parameters
    ----------
    value : float
        What is judged.
    before : array of shape (sessions,)
        At least two finite figures.

    Returns
    -------
    float
        NaN where one of them is not known, or those before do not differ.

    Examples
    --------
    >>> round(chance_of(1.0, np.array([1.0, 0.0, 2.0])), 3)
    0.5
    """
    # Loading it takes a tenth of a second that few need.
    from scipy.special import stdtr  # pyright: ignore[reportMissingTypeStubs]

    spread = float(np.std(before, ddof=1))
    if not (math.isfinite(value) and math.isfinite(spread) and spread > _LEAST_DEVIATION):
        return math.nan
    count = len(before)
    t = (value - float(np.mean(before))) / (spread * math.sqrt(1.0 + 1.0 / count))
    return float(stdtr(count - 1, -t))


def _contracts(
    today: ChainDay, others: Sequence[ChainDay], rules: OptionActivityRules
) -> list[Finding]:
    pool = [
        _judged(day, excess(day, [other for other in others if other is not day]), rules)
        for day in others
    ]
    before = np.sort(np.concatenate(pool))[::-1]
    mine = excess(today, others)
    rank = int(len(others) / rules.every)
    level = float(before[rank]) if len(before) > rank else 0.0
    turnover = today.volume / np.maximum(np.nan_to_num(today.open_interest), 1.0)
    is_found = (
        (mine > max(level, 0.0))
        & (today.volume >= rules.least_contracts)
        & (today.premium >= rules.least_premium)
        & (turnover > rules.least_turnover)
    )
    usual = usual_volume(today, list(others))
    found: list[Finding] = []
    for at in np.flatnonzero(is_found).tolist():
        above = int(np.count_nonzero(before >= mine[at]))
        chance = (above + 1) / (len(before) + 1)
        is_far = today.distance[at] >= FAR_SHARE and today.days[at] <= SHORT_DAYS
        found.append(
            Finding(
                key=f"options|{today.session}|{today.names[at]}",
                kind="options",
                symbol=today.underlying,
                ts_ns=today.taken_ns,
                score=-math.log10(chance) + (FAR_BONUS if is_far else 0.0),
                text=_contract_text(today, at, float(usual[at]), float(turnover[at])),
                source=today.source,
            )
        )
    return found


def _judged(day: ChainDay, values: FloatArray, rules: OptionActivityRules) -> FloatArray:
    # The same contracts as those that may be found: thin ones jump more.
    return values[np.isfinite(values) & (day.volume >= rules.least_contracts)]


def _contract_text(day: ChainDay, at: int, usual: float, turnover: float) -> str:
    root, expiry, right, strike = str(day.names[at]).split("|")
    is_open = math.isfinite(day.open_interest[at])
    against = f"{turnover:.1f} times what is open" if is_open else "open interest not known"
    distance = float(day.distance[at])
    where = f"{distance:.0%} out of the money, " if distance > 0.005 else ""
    return (
        f"{root} {expiry} {float(strike):g} {right}: {day.volume[at]:,.0f} contracts, {against}, "
        f"usually {usual:,.0f}; premium {short(float(day.premium[at]))}, {where}"
        f"{day.days[at]:.0f} days"
    )


def _totals(
    today: ChainDay, others: Sequence[ChainDay], rules: OptionActivityRules
) -> list[Finding]:
    found: list[Finding] = []
    name = root_of(today.underlying)
    if today.traded() >= rules.least_contracts:
        share = np.array([_turnover(day) for day in others])
        chance = chance_of(_turnover(today), share)
        if chance <= rules.false_alarms:
            times = math.exp(_turnover(today) - float(np.mean(share)))
            text = (
                f"{name} options: {today.traded():,.0f} contracts, {times:.1f} times the usual "
                f"share of what is open (chance {chance:.2g}, {len(others)} sessions)"
            )
            found.append(_total(today, "volume", chance, text))
        lean = np.array([_lean(day) for day in others])
        for sign, words in ((1.0, "puts"), (-1.0, "calls")):
            chance = chance_of(sign * _lean(today), sign * lean)
            if chance <= rules.false_alarms / 2:
                ratio = math.exp(_lean(today))
                text = (
                    f"{name} options: more {words} than usual, {ratio:.2f} puts per call, usually "
                    f"{math.exp(float(np.mean(lean))):.2f} (chance {chance:.2g}, {len(others)} sessions)"
                )
                found.append(_total(today, words, chance, text))
    return found


def _turnover(day: ChainDay) -> float:
    return math.log((1.0 + day.traded()) / (1.0 + day.open()))


def _lean(day: ChainDay) -> float:
    return math.log((1.0 + day.traded(calls=False)) / (1.0 + day.traded(calls=True)))


def _total(today: ChainDay, what: str, chance: float, text: str) -> Finding:
    return Finding(
        key=f"options|{today.session}|{today.underlying}|{what}",
        kind="options",
        symbol=today.underlying,
        ts_ns=today.taken_ns,
        score=-math.log10(max(chance, 1e-12)),
        text=text,
        source=today.source,
    )
