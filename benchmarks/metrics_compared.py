"""Figures of recorded stocks and coins, by quantdeck and by empyrical, and why some differ.

Writes ``docs/explain/metrics-compared.md`` with ``--write``; the recorded data are found as the tests
find them: ``QUANTDECK_SHARED_DATA``, else ``../shared/data`` beside the repository.
"""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import empyrical
import numpy as np
import pandas as pd

from quantdeck.analytics.metrics import metric
from quantdeck.analytics.price_series import PriceSeries
from quantdeck.analytics.risk import RiskRules, RiskStudy, study_risk

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "explain" / "metrics-compared.md"
RATE = 0.04
_DAY_NS, _HOUR_NS = 86_400_000_000_000, 3_600_000_000_000
_SAME = 1e-9
_SESSIONS = 252

HEAD = f"""# Figures beside those of empyrical

The same prices, read by quantdeck and by empyrical {empyrical.__version__}, each by its own conventions. Where
the last column is empty they agree to one part in a billion; where they differ it says why. Written by
`python benchmarks/metrics_compared.py --write`; no figure is typed by hand.

The riskless rate is {100 * RATE:g} % a year. empyrical takes the rate of a period, so it was given
(1 + {RATE:g})^(1/A) - 1; to give it the annual rate is a common mistake.

"""

WHY = {
    "value_at_risk": "an order statistic here, interpolated there; a loss is positive here",
    "alpha": "arithmetic here, mean times A; compounded there",
    "information_ratio": "a year's here; there that of one period (`excess_sharpe`)",
}


@dataclass(frozen=True, slots=True)
class Case:
    """What is compared: a study and the same returns as empyrical takes them."""

    title: str
    study: RiskStudy

    def rows(self) -> list[tuple[str, float, float]]:
        """Return name, figure of quantdeck and figure of empyrical."""
        against = self.study.against
        assert against is not None
        returns, base = against.returns, against.base
        periods = int(against.periods_per_year)
        rate = (1.0 + RATE) ** (1.0 / periods) - 1.0
        one = {"annualization": periods}
        both = (returns, base)
        level = 1.0 - self.study.rules.level
        # A Series, since its captures ask for one.
        dated = [pd.Series(each, pd.date_range("2000", periods=len(each))) for each in both]
        theirs: dict[str, Callable[[], float]] = {
            "total_return": lambda: empyrical.cum_returns_final(returns),
            "cagr": lambda: empyrical.annual_return(returns, **one),
            "annual_volatility": lambda: empyrical.annual_volatility(returns, **one),
            "downside_deviation": lambda: empyrical.downside_risk(returns, **one),
            "sharpe_ratio": lambda: empyrical.sharpe_ratio(returns, rate, **one),
            "sortino_ratio": lambda: empyrical.sortino_ratio(returns, **one),
            "calmar_ratio": lambda: empyrical.calmar_ratio(returns, **one),
            "omega_ratio": lambda: empyrical.omega_ratio(returns, annualization=periods),
            "max_drawdown": lambda: empyrical.max_drawdown(returns),
            "value_at_risk": lambda: empyrical.value_at_risk(returns, level),
            "expected_shortfall": lambda: empyrical.conditional_value_at_risk(returns, level),
            "tail_ratio": lambda: empyrical.tail_ratio(returns),
            "stability": lambda: empyrical.stability_of_timeseries(returns),
            "beta": lambda: empyrical.beta(*both, rate),
            "alpha": lambda: empyrical.alpha(*both, rate, **one),
            "information_ratio": lambda: empyrical.excess_sharpe(*both),
        }
        if periods == _SESSIONS:
            # It knows a day, a week and a month, and no hour.
            theirs["up_capture"] = lambda: empyrical.up_capture(*dated)
            theirs["down_capture"] = lambda: empyrical.down_capture(*dated)
        return [
            (name, float(self.study.figure(name).value or np.nan), float(make()))
            for name, make in theirs.items()
        ]


def cases(data: Path) -> list[Case]:
    """Return the studies of the recorded prices."""
    stocks = data / "us-daily-djia-2006-2017" / "data"
    rules = RiskRules(annual_rate=RATE)
    apple, general = (_stock(stocks, name) for name in ("AAPL", "GE"))
    coin, other = (_coin(data / "crypto-klines", name) for name in ("BTCUSDT", "ETHUSDT"))
    return [
        Case(
            "Apple against General Electric, days of 2006 to 2017",
            study_risk(apple, general, rules),
        ),
        Case("Bitcoin against Ether, hours", study_risk(coin, other, rules)),
    ]


def _stock(folder: Path, name: str) -> PriceSeries:
    table = pd.read_csv(next(folder.glob(f"{name}_2006*.csv.gz")), parse_dates=["Date"])
    starts = table["Date"].to_numpy().astype("datetime64[ns]").astype(np.int64)
    prices = [table[each].to_numpy(np.float64) for each in ("Open", "High", "Low", "Close")]
    volume = table["Volume"].to_numpy(np.float64)
    return PriceSeries(
        f"US:{name}", "1d", _DAY_NS, starts, *prices, volume, prices[3], calendar="XNYS"
    )


def _coin(folder: Path, name: str) -> PriceSeries:
    table = pd.read_csv(folder / f"{name}_1h.csv.gz", parse_dates=["timestamp"])
    starts = table["timestamp"].to_numpy().astype("datetime64[ns]").astype(np.int64)
    prices = [table[each].to_numpy(np.float64) for each in ("open", "high", "low", "close")]
    volume = table["volume"].to_numpy(np.float64)
    return PriceSeries(f"BINANCE:{name}", "1h", _HOUR_NS, starts, *prices, volume, prices[3])


def page(data: Path) -> str:
    """Return the text of the page."""
    parts = [HEAD]
    for case in cases(data):
        against = case.study.against
        assert against is not None
        n, periods = len(against.returns), against.periods_per_year
        parts += [
            f"## {case.title}\n\n{n:,} returns in common, A = {periods:g}; "
            f"{sum(against.left_out):,} bars left out that one of the two lacks.\n\n",
            "| Figure | quantdeck | empyrical | Why they differ |\n|---|---:|---:|---|\n",
        ]
        for name, mine, other in case.rows():
            why = _why(name, mine, other)
            parts.append(f"| {metric(name).title} | {mine:.6g} | {other:.6g} | {why} |\n")
        parts.append("\n")
    return "".join(parts).rstrip() + "\n"


def _why(name: str, mine: float, other: float) -> str:
    bound = _SAME * max(abs(mine), abs(other))
    if abs(mine - other) <= bound:
        return ""
    if abs(mine + other) <= bound:
        return "a loss is positive here"
    return WHY.get(name, "unexplained")


def main() -> None:
    """Print the page, or write it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.relative_to(ROOT)}")
    options = parser.parse_args()
    data = Path(os.environ.get("QUANTDECK_SHARED_DATA", ROOT.parent / "shared" / "data"))
    text = page(data)
    if options.write:
        PAGE.write_text(text, encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()
