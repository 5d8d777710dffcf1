"""A plain FastAPI application that answers from pandas and empyrical, computing every request anew.

It reads closes of CSV files in a folder once, as such services do, and serves about thirty figures of a
symbol, its risk, and crossings of averages of all symbols. Run: plain_app.py FOLDER PORT
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import empyrical
import numpy as np
import pandas as pd
import uvicorn
from fastapi import FastAPI

PERIODS = 252


def frames(folder: Path) -> dict[str, pd.DataFrame]:
    """Return bars by symbol, with a date for each."""
    found: dict[str, pd.DataFrame] = {}
    for file in sorted(folder.glob("*.csv")):
        frame = pd.read_csv(file, parse_dates=["time"]).set_index("time")
        found[file.stem] = frame
    return found


def figures(returns: pd.Series, base: pd.Series) -> dict[str, float]:
    """Return what empyrical has of a series of returns."""
    alpha, beta = empyrical.alpha_beta(returns, base, annualization=PERIODS)
    return {
        "total_return": empyrical.cum_returns_final(returns),
        "cagr": empyrical.annual_return(returns, annualization=PERIODS),
        "volatility": empyrical.annual_volatility(returns, annualization=PERIODS),
        "sharpe": empyrical.sharpe_ratio(returns, annualization=PERIODS),
        "sortino": empyrical.sortino_ratio(returns, annualization=PERIODS),
        "calmar": empyrical.calmar_ratio(returns, annualization=PERIODS),
        "max_drawdown": empyrical.max_drawdown(returns),
        "downside": empyrical.downside_risk(returns, annualization=PERIODS),
        "omega": empyrical.omega_ratio(returns),
        "tail_ratio": empyrical.tail_ratio(returns),
        "stability": empyrical.stability_of_timeseries(returns),
        "var": empyrical.value_at_risk(returns),
        "cvar": empyrical.conditional_value_at_risk(returns),
        "alpha": alpha,
        "beta": beta,
        "up_capture": empyrical.up_capture(returns, base),
        "down_capture": empyrical.down_capture(returns, base),
        "skew": float(returns.skew()),
        "kurtosis": float(returns.kurt()),
        "hit_rate": float((returns > 0).mean()),
    }


def indicators(frame: pd.DataFrame) -> dict[str, float]:
    """Return the newest reading of usual indicators."""
    close = frame["close"]
    change = close.diff()
    gain = change.clip(lower=0).ewm(alpha=1 / 14).mean()
    loss = (-change.clip(upper=0)).ewm(alpha=1 / 14).mean()
    fast, slow = close.ewm(span=12).mean(), close.ewm(span=26).mean()
    mean, deviation = close.rolling(20).mean(), close.rolling(20).std()
    spread = pd.concat(
        [
            frame["high"] - frame["low"],
            (frame["high"] - close.shift()).abs(),
            (frame["low"] - close.shift()).abs(),
        ],
        axis=1,
    ).max(axis=1)
    lines = {
        "sma_20": mean,
        "ema_20": close.ewm(span=20).mean(),
        "macd": fast - slow,
        "macd_signal": (fast - slow).ewm(span=9).mean(),
        "rsi_14": 100 - 100 / (1 + gain / loss),
        "bollinger_upper": mean + 2 * deviation,
        "bollinger_lower": mean - 2 * deviation,
        "atr_14": spread.ewm(alpha=1 / 14).mean(),
        "volatility_63": np.log(close / close.shift()).rolling(63).std() * np.sqrt(PERIODS),
    }
    return {name: float(line.iloc[-1]) for name, line in lines.items()}


def make(bars: dict[str, pd.DataFrame]) -> FastAPI:
    """Return the application."""
    app = FastAPI()
    base = next(iter(bars.values()))["close"].pct_change().dropna()

    def returns_of(symbol: str, lookback: int) -> tuple[pd.DataFrame, pd.Series, pd.Series]:
        frame = bars[symbol].iloc[-lookback:]
        returns = frame["close"].pct_change().dropna()
        joined = pd.concat([returns, base], axis=1, join="inner")
        return frame, joined.iloc[:, 0], joined.iloc[:, 1]

    @app.get("/metrics/{symbol}")
    def metrics(symbol: str, lookback: int = 1260) -> dict[str, Any]:
        frame, returns, market = returns_of(symbol, lookback)
        return {**figures(returns, market), **indicators(frame)}

    @app.get("/risk/{symbol}")
    def risk(symbol: str, lookback: int = 1260) -> dict[str, Any]:
        _, returns, market = returns_of(symbol, lookback)
        wealth = (1 + returns).cumprod()
        under = wealth / wealth.cummax() - 1
        months = (1 + returns).resample("ME").prod() - 1
        return {
            **figures(returns, market),
            "rolling_sharpe": (returns.rolling(63).mean() / returns.rolling(63).std()).iloc[-1],
            "rolling_beta": (returns.rolling(63).cov(market) / market.rolling(63).var()).iloc[-1],
            "underwater": float(under.iloc[-1]),
            "months": months.tolist(),
            "histogram": np.histogram(returns, bins=40)[0].tolist(),
            "var": [float(returns.quantile(1 - level)) for level in (0.95, 0.975, 0.99)],
        }

    @app.get("/signals")
    def signals(lookback: int = 1260) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for symbol, frame in bars.items():
            close = frame["close"].iloc[-lookback:]
            for fast, slow in ((12, 26), (50, 200)):
                side = np.sign(close.ewm(span=fast).mean() - close.ewm(span=slow).mean())
                crossed = side[side.diff().fillna(0) != 0]
                found += [
                    {"symbol": symbol, "time": str(t), "side": float(s)} for t, s in crossed.items()
                ]
        return sorted(found, key=lambda row: row["time"], reverse=True)[:100]

    return app


if __name__ == "__main__":
    uvicorn.run(make(frames(Path(sys.argv[1]))), port=int(sys.argv[2]), log_level="error")
