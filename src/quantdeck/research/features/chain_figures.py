"""What features take from one option chain."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from quantdeck.analytics.options.study import study_chains
from quantdeck.model.chains import NO_TIME
from quantdeck.model.errors import NoData

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.analytics.options.study import OptionRules, OptionStudy
    from quantdeck.model.chains import ExpiryChain

_REACH_DAYS = 200
_TENORS = {30.0: (7.0, 60.0), 90.0: (45.0, 180.0)}


class ChainFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of the chains of one underlying at one moment; NaN (null on disk) where not known.

    Parameters
    ----------
    underlying : str
        Canonical symbol.
    quoted_ns : int
        When the newest quote was made, UTC; when the chains were taken where no quote says. [ns]
    iv30, iv90 : float or None
        Volatility at the money in 30 and 90 calendar days. [1/sqrt(year)]
    skew : float or None
        Volatility of the 25-delta put less that of the call, of the expiry nearest to 30
        days. [1/sqrt(year)]
    put_volume, call_volume : float or None
        Contracts traded in the session so far.
    open_interest : float or None
        Contracts open.
    why : str
        Why there is no volatility; empty where there is one.
    """

    underlying: str
    quoted_ns: int
    iv30: float | None = None
    iv90: float | None = None
    skew: float | None = None
    put_volume: float | None = None
    call_volume: float | None = None
    open_interest: float | None = None
    why: str = ""


def chain_figures(
    chains: Sequence[ExpiryChain], taken_ns: int, rules: OptionRules | None = None
) -> ChainFigures:
    """Return what features take from the chains of one underlying.

    Parameters
    ----------
    chains : sequence of ExpiryChain
        At least one.
    taken_ns : int
        When they were taken, UTC. [ns]
    rules : OptionRules or None
        How volatilities are found.

    Returns
    -------
    ChainFigures
        What could be found.

    Notes
    -----
    At the money is K = F on fitted smiles. Between the expiries around a tenor total variance v^2 tau is
    straight; where there is none on one side the nearest stands for it, if it lies within 7 to 60 days of
    the 30, or 45 to 180 of the 90.

    Examples
    --------
    >>> from quantdeck.analytics.boxes.example import example_chain
    >>> chain, at_ns = example_chain()
    >>> chain_figures([chain], at_ns).iv30 is None  # it expires in months
    True
    """
    days = np.datetime64(taken_ns, "ns").astype("datetime64[D]")
    near = [
        each for each in chains if (np.datetime64(each.expiry) - days).astype(int) <= _REACH_DAYS
    ]
    puts = _total([each.puts.volume for each in chains])
    calls = _total([each.calls.volume for each in chains])
    sides = [side for each in chains for side in (each.calls, each.puts)]
    times = np.concatenate([side.ts_ns for side in sides])
    newest = int(times.max()) if len(times) else NO_TIME
    figures = ChainFigures(
        underlying=chains[0].underlying,
        quoted_ns=min(newest, taken_ns) if newest != NO_TIME else taken_ns,
        put_volume=puts,
        call_volume=calls,
        open_interest=_total([side.open_interest for side in sides]),
    )
    try:
        study = study_chains(near, taken_ns, rules)
    except NoData as error:
        return msgspec.structs.replace(figures, why=str(error))
    points = _points(study)
    if not points:
        refused = next((each.refusal for each in study.expiries if each.refusal), "no smile fits")
        return msgspec.structs.replace(figures, why=refused)
    nearest = study.nearest(30.0)
    low, high = _TENORS[30.0]
    is_near = nearest.skew is not None and low <= nearest.days <= high
    lean = nearest.skew.put - nearest.skew.call if nearest.skew and is_near else math.nan
    return msgspec.structs.replace(
        figures,
        iv30=at_tenor(points, 30.0),
        iv90=at_tenor(points, 90.0),
        skew=lean if math.isfinite(lean) else None,
    )


def at_tenor(points: Sequence[tuple[float, float]], days: float) -> float | None:
    """Return the volatility of a tenor from those of expiries, straight in total variance.

    Parameters
    ----------
    points : sequence of tuple of float
        Days and volatility of each expiry, ascending.
    days : float
        30 or 90.

    Returns
    -------
    float or None
        None where no expiry is near enough. [1/sqrt(year)]

    Examples
    --------
    >>> at_tenor([(20.0, 0.2), (40.0, 0.2)], 30.0), at_tenor([(70.0, 0.2)], 30.0)
    (0.2, None)
    """
    low, high = _TENORS[days]
    before = [point for point in points if point[0] <= days]
    after = [point for point in points if point[0] > days]
    if before and after:
        (t0, v0), (t1, v1) = before[-1], after[0]
        share = (days - t0) / (t1 - t0)
        variance = (1.0 - share) * v0 * v0 * t0 + share * v1 * v1 * t1
        if t0 >= low or t1 <= high:
            return math.sqrt(variance / days)
        return None
    near = [point for point in points if low <= point[0] <= high]
    return min(near, key=lambda point: abs(point[0] - days))[1] if near else None


def _points(study: OptionStudy) -> list[tuple[float, float]]:
    found: list[tuple[float, float]] = []
    for each in study.expiries:
        if each.fitted is None:
            continue
        volatility = float(each.fitted.volatility(0.0))
        if math.isfinite(volatility) and each.days > 0.0:
            found.append((each.days, volatility))
    return sorted(found)


def _total(columns: Sequence[np.ndarray]) -> float | None:
    values = np.concatenate(columns)
    known = values[np.isfinite(values)]
    return float(known.sum()) if len(known) else None
