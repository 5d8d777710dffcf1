"""Large trades: orders of a size that a symbol shows once in so many hours of trading, or more rarely.

No distribution is assumed. The level is a rank of the orders before: of T hours, the k-th largest with
k = floor(T / every). Whatever sizes are distributed like, as long as they go on so, a level of rank k is
passed k times in T hours on average, which bounds false alarms to one in `every` hours.

Of fewer hours the tail is carried on as that of a lognormal: a straight line of ln x against normal
quantiles through the 100 largest (a quantile plot, Wilk, Gnanadesikan, Biometrika 55 (1968)), but never
below the largest order before. So it takes a record to be told, and of any distribution there are ln(b/a)
records on average while hours grow from a to b.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.detection.orders import KEPT, digest_of, digests_together
from quantdeck.model.findings import Finding
from quantdeck.model.instruments import root_of

if TYPE_CHECKING:
    from quantdeck.analytics.detection.orders import OrderDigest, Orders
    from quantdeck.analytics.types import FloatArray, IntArray

FEWEST = 1_000
"""Orders before, below which nothing is judged."""
TAIL = 100
"""Largest orders that the tail is carried on from."""
FARTHEST = 100.0
"""The tail is carried on over at most so many times the hours that were seen."""

_HOUR_NS = 3_600_000_000_000
_CLUSTER_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class TradeRules:
    """What is large.

    Parameters
    ----------
    every_h : float
        Trading hours in which one such order is met, on average. [h]
    least : float
        Smaller orders are never told. [quote currency]
    """

    every_h: float = 8.0
    least: float = 50_000.0


@dataclass(frozen=True, slots=True)
class Level:
    """From which notional on an order is large.

    Parameters
    ----------
    notional : float
        NaN where that cannot be said. [quote currency]
    is_extrapolated : bool
        Whether more hours were needed than seen.
    why : str
        Why it cannot be said; empty where it can.
    """

    notional: float
    is_extrapolated: bool = False
    why: str = ""


def level_of(before: OrderDigest, every_h: float) -> Level:
    """Return the notional that one order in so many hours of trading passes.

    Parameters
    ----------
    before : OrderDigest
        Of the orders that went before.
    every_h : float
        Hours. [h]

    Returns
    -------
    Level
        See the module for the formula.

    Examples
    --------
    >>> from quantdeck.analytics.detection.orders import OrderDigest
    >>> hour = 3_600_000_000_000
    >>> level_of(OrderDigest(5_000, 24 * hour, np.arange(512.0, 0, -1)), 8.0).notional
    510.0
    >>> level_of(OrderDigest(3, hour, np.ones(3)), 8.0).why
    'not enough data: 3 orders before, 1,000 are needed'
    """
    if before.orders < FEWEST:
        needed = f"{before.orders:,} orders before, {FEWEST:,} are needed"
        return Level(np.nan, why=f"not enough data: {needed}")
    times = before.covered_ns / (every_h * _HOUR_NS)
    if times >= 1.0:
        rank = min(int(times), KEPT, len(before.largest))
        return Level(float(before.largest[rank - 1]))
    if times * FARTHEST < 1.0:
        minutes = before.covered_ns / 6e10
        needed = f"{minutes:.0f} min of trading before, {every_h * 60 / FARTHEST:.0f} are needed"
        return Level(np.nan, is_extrapolated=True, why=f"not enough data: {needed}")
    tail = before.largest[:TAIL]
    normal = NormalDist()
    ranks = (np.arange(len(tail)) + 0.5) / before.orders
    quantiles: FloatArray = np.array([-normal.inv_cdf(share) for share in ranks.tolist()])
    slope, middle = (float(each) for each in np.polyfit(quantiles, np.log(tail), 1))
    carried = np.exp(middle - slope * normal.inv_cdf(times / before.orders))
    return Level(max(float(carried), float(tail[0])), is_extrapolated=True)


def large_trades(
    symbol: str,
    orders: Orders,
    before: OrderDigest,
    rules: TradeRules,
    *,
    currency: str = "",
    source: str = "",
) -> tuple[Finding, ...]:
    """Return the orders that are large for their symbol; several within a second and a side are one.

    Parameters
    ----------
    symbol : str
        Canonical symbol.
    orders : Orders
        To be judged.
    before : OrderDigest
        Of the orders before them: none of those that are judged.
    rules : TradeRules
        What is large.
    currency : str
        Of the notional, for the words.
    source : str
        Who told the prints.

    Returns
    -------
    tuple of Finding
        In order of time; the score is the notional over the level. Empty also where `level_of` cannot
        say a level.
    """
    level = level_of(before, rules.every_h)
    if not np.isfinite(level.notional):
        return ()
    # Above it, not at it: round sizes stand at the level many times.
    bar = max(level.notional, rules.least)
    at = np.flatnonzero(orders.notional > bar)
    now = digests_together([before, digest_of(orders)])
    found: list[Finding] = []
    for cluster in _clusters(orders, at):
        top = int(cluster[np.argmax(orders.notional[cluster])])
        found.append(
            Finding(
                key=f"trade|{symbol}|{int(orders.ts_ns[top])}|{int(orders.side[top])}",
                kind="trade",
                symbol=symbol,
                ts_ns=int(orders.ts_ns[top]),
                score=float(orders.notional[top] / level.notional),
                text=_text(symbol, orders, top, _rarity(now, float(orders.notional[top])), currency)
                + _others(len(cluster) - 1)
                + (" (level estimated)" if level.is_extrapolated else ""),
                source=source,
            )
        )
    return tuple(found)


def _clusters(orders: Orders, at: IntArray) -> list[IntArray]:
    found: list[IntArray] = []
    for side in (-1, 0, 1):
        mine = at[orders.side[at] == side]
        if len(mine):
            cuts = np.flatnonzero(np.diff(orders.ts_ns[mine]) > _CLUSTER_NS) + 1
            found += np.split(mine, cuts)
    return sorted(found, key=lambda cluster: int(cluster[0]))


def _rarity(every: OrderDigest, notional: float) -> str:
    hours = every.covered_ns / _HOUR_NS
    span = f"{hours * 60:.0f} min"
    if hours >= 48:
        span = f"{hours / 24:.1f} days"
    elif hours >= 1:
        span = f"{hours:.0f} h"
    return f"1 in {every.orders // max(1, every.at_least(notional)):,} orders in {span} of trading"


def _text(symbol: str, orders: Orders, at: int, rarity: str, currency: str) -> str:
    verb = {1: "bought", -1: "sold", 0: "traded"}[int(orders.side[at])]
    size, notional = float(orders.size[at]), float(orders.notional[at])
    worth = f"{short(notional)} {currency}".strip()
    return f"{root_of(symbol)} {verb} {size:,.6g} at {notional / size:,.6g}, {worth}: {rarity}"


def _others(count: int) -> str:
    return f", with {count} more within a second" if count > 0 else ""


def short(value: float) -> str:
    """Return an amount in few digits.

    Parameters
    ----------
    value : float
        Not negative. [currency]

    Returns
    -------
    str
        With k, M or B for thousands, millions and thousands of millions.

    Examples
    --------
    >>> short(25_234_000.0), short(950_000.0), short(12.3), short(3.2e9)
    ('25.2 M', '950 k', '12', '3.2 B')
    """
    for size, letter in ((1e9, " B"), (1e6, " M"), (1e3, " k")):
        if value >= size:
            scaled = value / size
            return f"{scaled:.1f}{letter}" if scaled < 100 else f"{scaled:.0f}{letter}"
    return f"{value:.0f}"
