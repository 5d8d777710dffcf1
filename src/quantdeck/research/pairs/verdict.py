"""What a sweep proves: its best set, judged by how many were tried."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.errors import NoData
from quantdeck.research.pairs.overfit import (
    DeflatedSharpe,
    OverfittingTest,
    backtest_overfitting,
    deflated_sharpe,
    effective_trials,
    minimum_track_record,
    probabilistic_sharpe,
)

if TYPE_CHECKING:
    from quantdeck.analytics.performance import SharpeRatio
    from quantdeck.research.pairs.sweep import Sweep


@dataclass(frozen=True, slots=True)
class SweepVerdict:
    """Whether the best of a sweep is more than the best of chance.

    Parameters
    ----------
    tried, traded : int
        Sets, and those of them that traded often enough; the rest counts for nothing below.
    effective : float
        Independent tries that the correlated ones are worth.
    deviation : float
        Standard deviation of their Sharpe ratios, per row.
    probabilistic : float
        Probability that the best ratio is above zero, as if it had been the only try.
    deflated : DeflatedSharpe
        The same above what the best of so many tries without an edge would show.
    overfitting : OverfittingTest or None
        None with fewer than two sets that traded.
    track_record : float or None
        Rows after which the best ratio would be significant as the only try; None where it is not
        positive. [rows]
    """

    tried: int
    traded: int
    effective: float
    deviation: float
    probabilistic: float
    deflated: DeflatedSharpe
    overfitting: OverfittingTest | None
    track_record: float | None


def sweep_verdict(sweep: Sweep, best: SharpeRatio, *, min_trades: int = 1) -> SweepVerdict:
    """Return what the best set of a sweep is worth.

    Parameters
    ----------
    sweep : Sweep
        All sets.
    best : SharpeRatio
        Of the returns of the set with the highest ratio among those that count.
    min_trades : int
        Trades that a set needs to count.

    Returns
    -------
    SweepVerdict
        By `deflated_sharpe` and `backtest_overfitting`.

    Raises
    ------
    NoData
        If no set traded so often.

    Examples
    --------
    >>> from quantdeck.analytics.performance import sharpe_ratio
    >>> from quantdeck.research.pairs.backtest import backtest
    >>> from quantdeck.research.pairs.prices import PairPrices
    >>> from quantdeck.research.pairs.rules import PairRules
    >>> from quantdeck.research.pairs.sweep import sweep_pair
    >>> from quantdeck.research.pairs.sweep_grid import SweepGrid
    >>> walks = np.cumsum(np.random.default_rng(4).normal(size=(2, 2000)), axis=1)
    >>> pair, rules = PairPrices(np.arange(2000), *np.exp(walks / 100.0)), PairRules(hedge_window=99)
    >>> sweep = sweep_pair(pair, rules, SweepGrid((20, 60, 200), (1.0, 1.5, 2.0, 2.5), (0.0, 0.5)))
    >>> best = backtest(pair, sweep.combinations[sweep.best].applied(rules))
    >>> verdict = sweep_verdict(sweep, sharpe_ratio(best.returns, periods_per_year=365))
    >>> verdict.traded, verdict.effective < 24, verdict.deflated.probability < 0.95
    (24, True, True)
    """
    traded = np.isfinite(sweep.sharpe) & (sweep.trades >= min_trades)
    count = int(traded.sum())
    if not count:
        raise NoData(f"no set of the sweep opened {min_trades} trades, so none is judged")
    deviation = float(np.std(sweep.sharpe[traded], ddof=1)) if count > 1 else 0.0
    effective = effective_trials(count, sweep.correlation)
    test = None
    if count > 1:
        sums, squares = sweep.block_sums[traded], sweep.block_squares[traded]
        test = backtest_overfitting(sums, squares, sweep.block_rows)
    return SweepVerdict(
        tried=len(sweep),
        traded=count,
        effective=effective,
        deviation=deviation,
        probabilistic=probabilistic_sharpe(best),
        deflated=deflated_sharpe(best, trials=effective, deviation=deviation),
        overfitting=test,
        track_record=_track_record(best),
    )


def _track_record(best: SharpeRatio) -> float | None:
    try:
        return minimum_track_record(best)
    except NoData:
        return None
