"""Rolling hedge ratio and z-score: quantdeck against pandas, Polars, NumPy sums and statsmodels.

Every contender gives the hedge ratio, the intercept, the newest row's residual and its score in
every window. Errors are the largest of 300 windows against a two-pass fit in extended precision.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import polars as pl
from numpy.lib.stride_tricks import sliding_window_view
from statsmodels.regression.rolling import RollingOLS
from timing import compare, one_thread, show

from quantdeck.analytics.pairs import rolling_hedge

if TYPE_CHECKING:
    from collections.abc import Callable

    Fit = tuple[np.ndarray, np.ndarray]

SLOW_ROWS = 20_000


def log_prices(rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Return two log prices that move by a basis point a row."""
    random = np.random.default_rng(3)
    x = np.log(60_000.0) + np.cumsum(random.normal(scale=1e-4, size=rows))
    return 1.5 * x - 8.0 + np.cumsum(random.normal(scale=5e-5, size=rows)), x


def with_pandas(y: np.ndarray, x: np.ndarray, window: int) -> Fit:
    """Divide rolling covariances by rolling variances."""
    series_y, series_x = pd.Series(y), pd.Series(x)
    rolling_y, rolling_x = series_y.rolling(window), series_x.rolling(window)
    covariance = rolling_x.cov(series_y)
    beta = covariance / rolling_x.var()
    residual = series_y - rolling_y.mean() - beta * (series_x - rolling_x.mean())
    score = residual / np.sqrt(rolling_y.var() - beta * covariance)
    return beta.to_numpy(), score.to_numpy()


def with_polars(y: np.ndarray, x: np.ndarray, window: int) -> Fit:
    """Divide rolling covariances by rolling variances."""
    col_y, col_x = pl.col("y"), pl.col("x")
    covariance = pl.rolling_cov("y", "x", window_size=window)
    beta = covariance / col_x.rolling_var(window)
    means = col_y.rolling_mean(window), col_x.rolling_mean(window)
    residual = col_y - means[0] - pl.col("beta") * (col_x - means[1])
    variance = col_y.rolling_var(window) - pl.col("beta") * pl.col("covariance")
    out = (
        pl.DataFrame({"y": y, "x": x})
        .lazy()
        .with_columns(covariance.alias("covariance"), beta.alias("beta"))
        .with_columns((residual / variance.sqrt()).alias("score"))
        .collect()
    )
    return out["beta"].to_numpy(), out["score"].to_numpy()


def with_plain_sums(y: np.ndarray, x: np.ndarray, window: int) -> Fit:
    """Differences of cumulated sums of the prices themselves."""

    def sums(values: np.ndarray) -> np.ndarray:
        total = np.concatenate(([0.0], np.cumsum(values)))
        out = np.full(len(values), np.nan)
        out[window - 1 :] = total[window:] - total[:-window]
        return out

    sum_y, sum_x = sums(y), sums(x)
    sxx = sums(x * x) - sum_x * sum_x / window
    sxy = sums(x * y) - sum_x * sum_y / window
    syy = sums(y * y) - sum_y * sum_y / window
    with np.errstate(all="ignore"):
        beta = sxy / sxx
        residual = y - sum_y / window - beta * (x - sum_x / window)
        return beta, residual / np.sqrt((syy - beta * sxy) / (window - 1))


def with_statsmodels(y: np.ndarray, x: np.ndarray, window: int) -> Fit:
    """Fit every window by least squares."""
    design = np.column_stack((np.ones(len(x)), x))
    fit = RollingOLS(y, design, window=window).fit()
    residual = y - fit.params[:, 0] - fit.params[:, 1] * x
    return fit.params[:, 1], residual / np.sqrt(fit.mse_resid * (window - 2) / (window - 1))


def ours(y: np.ndarray, x: np.ndarray, window: int) -> Fit:
    """`rolling_hedge`."""
    fit = rolling_hedge(y, x, window=window)
    return fit.hedge_ratio, fit.zscore


def largest_errors(fit: Fit, y: np.ndarray, x: np.ndarray, window: int) -> tuple[float, float]:
    """Return the largest errors of hedge ratio and score."""
    rows = np.linspace(window - 1, len(fit[0]) - 1, 300).astype(int)
    inside_y = sliding_window_view(y, window)[rows - window + 1].astype(np.longdouble)
    inside_x = sliding_window_view(x, window)[rows - window + 1].astype(np.longdouble)
    dy = inside_y - inside_y.mean(axis=1, keepdims=True)
    dx = inside_x - inside_x.mean(axis=1, keepdims=True)
    beta = (dx * dy).sum(axis=1) / (dx * dx).sum(axis=1)
    residual = dy - beta[:, None] * dx
    score = residual[:, -1] / np.sqrt((residual**2).sum(axis=1) / (window - 1))
    return (
        float(np.abs(fit[0][rows] - beta).max()),
        float(np.abs(fit[1][rows] - score).max()),
    )


PEERS: dict[str, Callable[[np.ndarray, np.ndarray, int], Fit]] = {
    "pandas rolling": with_pandas,
    "Polars rolling": with_polars,
    "NumPy sums about zero": with_plain_sums,
    "statsmodels RollingOLS": with_statsmodels,
}


def table(title: str, y: np.ndarray, x: np.ndarray, window: int, names: list[str]) -> None:
    """Time the named peers and print a table."""
    runs = {name: lambda f=PEERS[name]: f(y, x, window) for name in names}
    timings = compare(lambda: ours(y, x, window), runs, rounds=5)
    rows = []
    for name, timing in timings.items():
        fit = PEERS.get(name, ours)(y, x, window)
        beta_error, score_error = largest_errors(fit, y, x, window)
        per_row = f"{timing.seconds / len(y) * 1e9:.1f}"
        rows.append(
            (name, f"{timing.ratio:.1f}", per_row, f"{beta_error:.0e}", f"{score_error:.0e}")
        )
    show(
        title,
        ("", "time / quantdeck's", "ns per row", "error of hedge ratio", "error of z-score"),
        rows,
    )


def main() -> None:
    """Print a table of the fast peers and one of statsmodels."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows (default 1,000,000)")
    parser.add_argument("--window", type=int, default=300, help="rows in a window (default 300)")
    options = parser.parse_args()
    one_thread()
    y, x = log_prices(options.rows)
    fast = [name for name in PEERS if name != "statsmodels RollingOLS"]
    table(f"{options.rows:,} rows, windows of {options.window}", y, x, options.window, fast)
    few = min(options.rows, SLOW_ROWS)
    table(
        f"{few:,} rows, windows of {options.window}",
        y[:few],
        x[:few],
        options.window,
        ["statsmodels RollingOLS"],
    )


if __name__ == "__main__":
    main()
