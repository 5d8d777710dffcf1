"""The Risk page: how bad it can get, and how far the figures that say so can be trusted."""

from __future__ import annotations

from dataclasses import dataclass

from quantdeck.views.panels import Control, Page
from quantdeck.views.price_choices import PriceChoices
from quantdeck.views.risk_panels import PANELS

INTERVALS = ("1d", "1h", "5m", "1m")
"""Intervals on offer: kept ones, then captured ones."""

NO_BENCHMARK = "none"
MOST_LOOKBACK = 20_000
"""Bars."""

_RATES = (0.0, 0.01, 0.02, 0.03, 0.04, 0.05)


@dataclass(frozen=True, slots=True)
class RiskChoices:
    """What there is to choose from on the pages of risk and portfolios.

    Parameters
    ----------
    prices : PriceChoices
        Symbols and benchmark.
    levels : tuple of float
        Confidences; the first is shown first.
    lookback, rolling : int
        Bars studied, and returns in a rolling window, at first.
    annual_rate : float
        Riskless rate at first, effective annual. [decimal]
    """

    prices: PriceChoices = PriceChoices()  # noqa: RUF009 - frozen
    levels: tuple[float, ...] = (0.95, 0.975, 0.99)
    lookback: int = 1260
    rolling: int = 63
    annual_rate: float = 0.0

    def symbols(self) -> tuple[str, ...]:
        """Return every symbol with prices, each once."""
        return tuple(dict.fromkeys((*self.prices.symbols, *self.prices.captured)))

    def rates(self) -> dict[str, float]:
        """Return the riskless rates on offer by their text."""
        return {percent_text(rate): rate for rate in sorted({*_RATES, self.annual_rate})}

    def confidences(self) -> dict[str, float]:
        """Return the confidences on offer by their text."""
        return {percent_text(level): level for level in self.levels}


def percent_text(share: float) -> str:
    """Return a share in per cent without needless decimals.

    Examples
    --------
    >>> percent_text(0.975), percent_text(0.05)
    ('97.5 %', '5 %')
    """
    return f"{round(100.0 * share, 6):g} %"


def shared_controls(choices: RiskChoices) -> tuple[Control, ...]:
    """Return the controls that the pages of risk and portfolios share: interval, lookback, rate."""
    rates = choices.rates()
    return (
        Control(
            "interval",
            "Bars",
            "choice",
            "1d",
            INTERVALS,
            help="Days and hours are kept, minutes are those captured.",
        ),
        Control(
            "lookback",
            "Lookback",
            "integer",
            str(choices.lookback),
            minimum=20,
            maximum=MOST_LOOKBACK,
            help="Newest bars studied; 252 sessions or 365 days are a year.",
        ),
        Control(
            "risk_free",
            "Riskless rate",
            "select",
            percent_text(choices.annual_rate),
            tuple(rates),
            help="Effective annual; taken off the returns of Sharpe ratio, alpha and Kelly.",
        ),
    )


def benchmark_control(choices: RiskChoices) -> Control:
    """Return the choice of what a symbol is held against."""
    symbols, benchmark = choices.symbols(), choices.prices.benchmark
    return Control(
        "benchmark",
        "Benchmark",
        "select",
        benchmark if benchmark in symbols else NO_BENCHMARK,
        (NO_BENCHMARK, *symbols),
        help="Over the closes that both have.",
    )


def risk_page(choices: RiskChoices) -> Page:
    """Return the Risk page.

    Parameters
    ----------
    choices : RiskChoices
        What there is to choose from.

    Examples
    --------
    >>> page = risk_page(RiskChoices(PriceChoices(("US:SPY", "US:GLD"), (), "US:SPY")))
    >>> [control.default for control in page.controls][:4]
    ['US:GLD', '1d', '1260', '0 %']
    """
    symbols, confidences = choices.symbols(), tuple(choices.confidences())
    others = [symbol for symbol in symbols if symbol != choices.prices.benchmark]
    interval, lookback, rate = shared_controls(choices)
    return Page(
        id="risk",
        title="Risk",
        icon="risk",
        question="How bad can it get, and how sure is that?",
        controls=(
            Control("symbol", "Symbol", "select", next(iter((*others, *symbols)), ""), symbols),
            interval,
            lookback,
            rate,
            benchmark_control(choices),
            Control(
                "confidence",
                "Confidence",
                "choice",
                confidences[0],
                confidences,
                help="Of value at risk, expected shortfall and their back-test.",
            ),
            Control(
                "window",
                "Window",
                "integer",
                str(choices.rolling),
                minimum=5,
                maximum=2000,
                help="Returns in a window of the rolling figures.",
            ),
        ),
        panels=PANELS,
    )
