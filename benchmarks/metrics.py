"""All figures of 500 symbols over five years: quantdeck against empyrical, and rolling ones against pandas.

Returns are simulated. empyrical is timed for the figures that it shares with quantdeck, given one
contiguous array for each symbol as ours, and given Series with dates as its documentation does; the
largest relative difference is printed. Then all figures of `figure_table` are timed, set against
empyrical's time for as many.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, TypeAlias

import empyrical
import numpy as np
import pandas as pd
from timing import compare, one_thread, show

from quantdeck.analytics.performance import (
    annual_volatility,
    cagr,
    calmar_ratio,
    max_drawdown,
    sharpe_ratio,
    sortino_ratio,
    total_return,
)
from quantdeck.analytics.risk import (
    FigureRules,
    benchmark_fit,
    capture_ratio,
    downside_deviation,
    figure_table,
    omega_ratio,
    rolling_beta,
    rolling_sharpe,
    rolling_volatility,
    stability,
    tail_ratio,
)
from quantdeck.analytics.volatility import ewma_volatility

if TYPE_CHECKING:
    from collections.abc import Iterable

Returns: TypeAlias = "np.ndarray | pd.Series"
A = 252
SHARED = {
    "total return": (total_return, empyrical.cum_returns_final),
    "growth": (lambda r: cagr(r, periods_per_year=A), empyrical.annual_return),
    "volatility": (
        lambda r: annual_volatility(r, periods_per_year=A),
        empyrical.annual_volatility,
    ),
    "Sharpe": (lambda r: sharpe_ratio(r, periods_per_year=A).value, empyrical.sharpe_ratio),
    "Sortino": (lambda r: sortino_ratio(r, periods_per_year=A), empyrical.sortino_ratio),
    "Calmar": (lambda r: calmar_ratio(r, periods_per_year=A), empyrical.calmar_ratio),
    "drawdown": (lambda r: -max_drawdown(r), empyrical.max_drawdown),
    "downside": (lambda r: downside_deviation(r, periods_per_year=A), empyrical.downside_risk),
    "omega": (lambda r: omega_ratio(r, periods_per_year=A), empyrical.omega_ratio),
    "tail ratio": (tail_ratio, empyrical.tail_ratio),
    "stability": (stability, empyrical.stability_of_timeseries),
}
AGAINST = {
    "beta": (lambda r, b: benchmark_fit(r, b, periods_per_year=A).beta, empyrical.beta),
    "up capture": (
        lambda r, b: capture_ratio(r, b, periods_per_year=A, rising=True),
        empyrical.up_capture,
    ),
    "down capture": (
        lambda r, b: capture_ratio(r, b, periods_per_year=A, rising=False),
        empyrical.down_capture,
    ),
}


def shared_figures(columns: Iterable[Returns], base: Returns, whose: int) -> np.ndarray:
    """Return the shared figures of every symbol, ours (0) or theirs (1)."""
    alone = [pair[whose] for pair in SHARED.values()]
    against = [pair[whose] for pair in AGAINST.values()]
    return np.array([[*(f(r) for f in alone), *(f(r, base) for f in against)] for r in columns])


def rolling_ours(columns: np.ndarray, base: np.ndarray) -> list[np.ndarray]:
    """Return rolling volatility, Sharpe ratio, beta and weighted volatility of every symbol."""
    return [
        np.array(
            [
                rolling_volatility(r, window=60, periods_per_year=A),
                rolling_sharpe(r, window=60, periods_per_year=A),
                rolling_beta(r, base, window=60),
                ewma_volatility(r, periods_per_year=A),
            ]
        )
        for r in columns
    ]


def rolling_pandas(columns: np.ndarray, base: np.ndarray) -> list[np.ndarray]:
    """Return the same by pandas, all symbols in one frame."""
    frame, market = pd.DataFrame(columns.T), pd.Series(base)
    window = frame.rolling(60)
    std = window.std()
    beta = window.cov(market).div(market.rolling(60).var(), axis=0)
    weighted = (frame**2).ewm(alpha=0.06, adjust=False).mean() ** 0.5 * A**0.5
    return [std * A**0.5, window.mean() / std * A**0.5, beta, weighted]


def main() -> None:
    """Print how long the figures take."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--symbols", type=int, default=500)
    parser.add_argument("--years", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    one_thread()
    rng = np.random.default_rng(1)
    periods = A * options.years
    base = rng.standard_t(4, size=periods) * 0.008 + 0.0003
    noise = rng.standard_t(4, size=(options.symbols, periods)) * 0.012
    columns = np.maximum(base + noise, -0.9)
    rules = FigureRules(periods_per_year=A)
    days = pd.bdate_range("2020-01-01", periods=periods)
    series = [pd.Series(column, index=days) for column in columns]
    market = pd.Series(base, index=days)
    ours, theirs = (shared_figures(columns, base, whose) for whose in (0, 1))
    difference = float(np.nanmax(np.abs(ours / theirs - 1.0)))
    table = figure_table(columns.T, rules, benchmark=base)
    shared = compare(
        lambda: shared_figures(columns, base, 0),
        {
            "empyrical": lambda: shared_figures(columns, base, 1),
            "Series": lambda: shared_figures(series, market, 1),
            "all": lambda: figure_table(columns.T, rules, benchmark=base),
        },
        rounds=options.rounds,
    )
    rolling = compare(
        lambda: rolling_ours(columns, base),
        {"pandas": lambda: rolling_pandas(columns, base)},
        rounds=options.rounds,
    )
    all_seconds = shared["all"].seconds
    as_many = shared["empyrical"].seconds / ours.shape[1] * len(table.names)
    rows = [
        (
            f"{ours.shape[1]} shared figures, empyrical on arrays",
            f"{shared['quantdeck'].seconds:.2f}",
            f"{shared['empyrical'].ratio:.1f}",
            f"{difference:.0e}",
        ),
        (
            f"{ours.shape[1]} shared figures, empyrical on Series",
            f"{shared['quantdeck'].seconds:.2f}",
            f"{shared['Series'].ratio:.1f}",
            "",
        ),
        (
            f"all {len(table.names)} figures, empyrical on arrays for as many",
            f"{all_seconds:.2f}",
            f"{as_many / all_seconds:.1f}",
            "",
        ),
        (
            "4 rolling figures, pandas",
            f"{rolling['quantdeck'].seconds:.2f}",
            f"{rolling['pandas'].ratio:.1f}",
            "",
        ),
    ]
    show(
        f"{options.symbols} symbols, {periods:,} days",
        ("", "seconds, ours", "peer's time / ours", "largest difference"),
        rows,
    )


if __name__ == "__main__":
    main()
