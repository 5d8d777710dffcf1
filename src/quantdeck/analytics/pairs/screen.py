"""Which symbols are liquid enough to be scanned."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.analytics.resample import Bars

_DAY_NS = 86_400_000_000_000


@dataclass(frozen=True, slots=True)
class ScanSeries:
    """One symbol as it enters a scan.

    Parameters
    ----------
    symbol : str
        Its name.
    bars : Bars
        Oldest first; the newest may still grow.
    spread_bp : float or None
        Ask minus bid over their middle; None where no quote is known. [bp]
    excluded : str
        Why it is not to be scanned; empty where it is.
    """

    symbol: str
    bars: Bars
    spread_bp: float | None = None
    excluded: str = ""


@dataclass(frozen=True, slots=True)
class ScreenRules:
    """What a symbol must be like to be scanned.

    Parameters
    ----------
    min_turnover : float
        Least turnover. [quote currency / day]
    max_spread_bp : float
        Widest quote; a symbol whose quote is not known passes only where this is infinite. [bp]
    min_active : float
        Least share of intervals with a trade, in [0, 1].
    """

    min_turnover: float = 0.0
    max_spread_bp: float = math.inf
    min_active: float = 0.0


@dataclass(frozen=True, slots=True)
class SymbolFigures:
    """A symbol's liquidity.

    Parameters
    ----------
    symbol : str
        Its name.
    bars : int
        Bars that have ended within the rows looked at.
    turnover : float
        Sum of close times volume over those rows, per day. [quote currency / day]
    active : float
        Share of those intervals in which it traded.
    spread_bp : float
        Ask minus bid over their middle; NaN where not known. [bp]
    reason : str
        Why the symbol is left out; empty where it is not.
    """

    symbol: str
    bars: int
    turnover: float
    active: float
    spread_bp: float
    reason: str = ""


def screen(
    series: Sequence[ScanSeries],
    rules: ScreenRules,
    *,
    rows: int,
    min_rows: int,
    interval_ns: int,
) -> list[SymbolFigures]:
    """Return every symbol's liquidity over the newest intervals, and why some are left out.

    Parameters
    ----------
    series : sequence of ScanSeries
        Bars that have ended.
    rules : ScreenRules
        The thresholds.
    rows : int
        Intervals looked at, up to the newest bar of any symbol.
    min_rows : int
        Fewest bars among all that are held of a symbol.
    interval_ns : int
        Length of an interval. [ns]

    Returns
    -------
    list of SymbolFigures
        In the order given.

    Examples
    --------
    >>> from quantdeck.analytics.resample import bars_from_ticks
    >>> minute = 60_000_000_000
    >>> bars = bars_from_ticks([0, 2 * minute], [1, 2], [10.0, 10.0], [1.0, 2.0], interval_ns=minute)
    >>> rules = ScreenRules(max_spread_bp=5.0)
    >>> found = screen(
    ...     [ScanSeries("A", bars, 8.0)], rules, rows=3, min_rows=2, interval_ns=minute
    ... )
    >>> round(found[0].turnover), round(found[0].active, 2), found[0].reason
    (14400, 0.67, 'spread of 8.00 bp, more than 5.00')
    """
    newest = max((int(each.bars.start_ns[-1]) for each in series if len(each.bars)), default=0)
    oldest = min((int(each.bars.start_ns[0]) for each in series if len(each.bars)), default=0)
    since = max(newest - (rows - 1) * interval_ns, oldest)
    intervals = (newest - since) // interval_ns + 1
    found: list[SymbolFigures] = []
    for each in series:
        bars = each.bars[int(np.searchsorted(each.bars.start_ns, since)) :]
        traded = int(np.count_nonzero(bars.trades))
        figures = SymbolFigures(
            symbol=each.symbol,
            bars=len(bars),
            turnover=float(bars.close @ bars.volume) * _DAY_NS / (intervals * interval_ns),
            active=min(1.0, traded / intervals),
            spread_bp=math.nan if each.spread_bp is None else each.spread_bp,
        )
        reason = each.excluded or _reason(figures, len(each.bars), rules, min_rows)
        found.append(
            SymbolFigures(
                figures.symbol,
                figures.bars,
                figures.turnover,
                figures.active,
                figures.spread_bp,
                reason,
            )
        )
    return found


def _reason(figures: SymbolFigures, held: int, rules: ScreenRules, min_rows: int) -> str:
    if held < min_rows:
        return f"{held} bars that have ended, at least {min_rows} needed"
    if figures.turnover < rules.min_turnover:
        return f"turnover of {figures.turnover:,.0f} a day, less than {rules.min_turnover:,.0f}"
    if math.isfinite(rules.max_spread_bp):
        if math.isnan(figures.spread_bp):
            return f"no quote to tell whether its spread is within {rules.max_spread_bp:.2f} bp"
        if figures.spread_bp > rules.max_spread_bp:
            return f"spread of {figures.spread_bp:.2f} bp, more than {rules.max_spread_bp:.2f}"
    if figures.active < rules.min_active:
        return (
            f"traded in {100.0 * figures.active:.0f} % of the intervals, "
            f"less than {100.0 * rules.min_active:.0f} %"
        )
    return ""
