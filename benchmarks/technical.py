"""Technical indicators: quantdeck over many candles against pandas and Polars formulas, and a stream.

The peers are the formulas people write, with the same smoothing; where their seed differs, the
difference at the last row is shown. The stream is one update against the window of 500 candles
computed again, which is what a page without state would do.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import polars as pl
from timing import compare, one_thread, show

from quantdeck.analytics.technical import INDICATORS, Candles, IndicatorState, evaluate

if TYPE_CHECKING:
    from collections.abc import Callable

STREAM_WINDOW = 500


def candles_of(rows: int) -> Candles:
    """Return candles of a random walk."""
    rng = np.random.default_rng(1)
    close = 100.0 * np.exp(np.cumsum(rng.normal(size=rows)) * 1e-3)
    high = close * (1.0 + np.abs(rng.normal(size=rows)) * 1e-3)
    low = close * (1.0 - np.abs(rng.normal(size=rows)) * 1e-3)
    return Candles(high, low, close, rng.exponential(50.0, size=rows))


def pandas_formulas(frame: pd.DataFrame) -> dict[str, Callable[[], pd.Series]]:
    """Return formulas on a pandas frame."""
    close, high, low = frame["close"], frame["high"], frame["low"]

    def rsi() -> pd.Series:
        change = close.diff()
        up = change.clip(lower=0.0).ewm(alpha=1 / 14, adjust=False).mean()
        down = (-change).clip(lower=0.0).ewm(alpha=1 / 14, adjust=False).mean()
        return 100.0 * up / (up + down)

    def macd() -> pd.Series:
        line = close.ewm(span=12, adjust=False).mean() - close.ewm(span=26, adjust=False).mean()
        line.ewm(span=9, adjust=False).mean()
        return line

    def atr() -> pd.Series:
        before = close.shift()
        reach = np.maximum(high, before) - np.minimum(low, before)
        return reach.ewm(alpha=1 / 14, adjust=False).mean()

    def bollinger() -> pd.Series:
        rolling = close.rolling(20)
        middle, reach = rolling.mean(), 2.0 * rolling.std(ddof=0)
        middle - reach
        return middle + reach

    def stochastic() -> pd.Series:
        bottom, top = low.rolling(14).min(), high.rolling(14).max()
        k = (100.0 * (close - bottom) / (top - bottom)).rolling(3).mean()
        k.rolling(3).mean()
        return k

    return {
        "sma": lambda: close.rolling(20).mean(),
        "ema": lambda: close.ewm(span=20, adjust=False).mean(),
        "rsi": rsi,
        "macd": macd,
        "atr": atr,
        "bollinger": bollinger,
        "stochastic": stochastic,
    }


def polars_formulas(frame: pl.DataFrame) -> dict[str, Callable[[], pl.Series]]:
    """Return formulas on a Polars frame."""
    close, high, low = pl.col("close"), pl.col("high"), pl.col("low")
    change = close.diff()
    up = change.clip(lower_bound=0.0).ewm_mean(alpha=1 / 14, adjust=False)
    down = (-change).clip(lower_bound=0.0).ewm_mean(alpha=1 / 14, adjust=False)
    line = close.ewm_mean(span=12, adjust=False) - close.ewm_mean(span=26, adjust=False)
    before = close.shift()
    reach = pl.max_horizontal(high, before) - pl.min_horizontal(low, before)
    middle, deviation = close.rolling_mean(20), 2.0 * close.rolling_std(20, ddof=0)
    bottom, top = low.rolling_min(14), high.rolling_max(14)
    k = (100.0 * (close - bottom) / (top - bottom)).rolling_mean(3)
    asked = {
        "sma": [close.rolling_mean(20)],
        "ema": [close.ewm_mean(span=20, adjust=False)],
        "rsi": [100.0 * up / (up + down)],
        "macd": [line, line.ewm_mean(span=9, adjust=False)],
        "atr": [reach.ewm_mean(alpha=1 / 14, adjust=False)],
        "bollinger": [middle + deviation, middle - deviation],
        "stochastic": [k, k.rolling_mean(3)],
    }

    def formula(expressions: list[pl.Expr]) -> Callable[[], pl.Series]:
        named = [expression.alias(str(i)) for i, expression in enumerate(expressions)]
        return lambda: frame.select(named)["0"]

    return {name: formula(expressions) for name, expressions in asked.items()}


def batch(rows: int, rounds: int) -> None:
    """Print one row per indicator."""
    candles = candles_of(rows)
    columns = {name: getattr(candles, name) for name in ("high", "low", "close", "volume")}
    in_pandas = pandas_formulas(pd.DataFrame(columns))
    in_polars = polars_formulas(pl.DataFrame(columns))
    table = []
    for name, theirs in in_pandas.items():
        known = INDICATORS[name]
        mine = evaluate(known, candles, {}).first[-1]
        timings = compare(
            lambda known=known: evaluate(known, candles, {}),
            {"pandas": theirs, "polars": in_polars[name]},
            rounds=rounds,
        )
        table.append(
            (
                name,
                f"{timings['quantdeck'].seconds / rows * 1e9:.1f}",
                f"{timings['pandas'].ratio:.1f}",
                f"{timings['polars'].ratio:.1f}",
                f"{abs(theirs().iloc[-1] - mine):.0e}",
                f"{abs(in_polars[name]()[-1] - mine):.0e}",
            )
        )
    show(
        f"Batch, {rows:,} candles",
        ("", "ns a row, ours", "pandas / ours", "Polars / ours", "|pandas - ours|", "|Polars|"),
        table,
    )


def stream(rounds: int) -> None:
    """Print one row per indicator."""
    candles = candles_of(20_000)
    window = Candles(
        *(getattr(candles, name)[-STREAM_WINDOW:] for name in ("high", "low", "close", "volume"))
    )
    table = []
    for name, known in INDICATORS.items():
        state = IndicatorState.of_candles(known, {}, candles)
        candle = candles.row(len(candles) - 1)
        timings = compare(
            lambda state=state, candle=candle: state.update(candle),
            {"batch": lambda known=known: evaluate(known, window, {})},
            rounds=rounds,
            repeat=200,
        )
        table.append(
            (name, f"{timings['quantdeck'].seconds * 1e6:.1f}", f"{timings['batch'].ratio:.0f}")
        )
    show(
        f"Stream: one candle, against {STREAM_WINDOW} candles computed again",
        ("", "us a candle", "batch of 500 / update"),
        table,
    )


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    one_thread()
    batch(options.rows, options.rounds)
    stream(max(options.rounds, 21))


if __name__ == "__main__":
    main()
