"""All readings of one instrument."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.common_sessions import common_sessions
from quantdeck.analytics.readings.reading import MetricReading, reading
from quantdeck.analytics.readings.returns import AGAINST, benchmark_readings, return_readings
from quantdeck.analytics.readings.rules import ReadingRules
from quantdeck.analytics.readings.technical import technical_readings
from quantdeck.analytics.readings.volatility import volatility_readings
from quantdeck.model.errors import NoData, TooLittleData

if TYPE_CHECKING:
    from quantdeck.analytics.price_series import PriceSeries

FEWEST_BARS = 2
"""Below this there is not even a return."""


@dataclass(frozen=True, slots=True, eq=False)
class MetricReport:
    """What every metric of an instrument reads.

    Parameters
    ----------
    series : PriceSeries
        The prices.
    rules : ReadingRules
        What was chosen.
    benchmark : str
        Symbol that the instrument is held against; empty where it is none.
    common : int
        Returns of both, over the rows that both have; 0 without a benchmark.
    left_out : int
        Rows of the instrument that the benchmark does not have.
    readings : tuple of MetricReading
        In the order of the families: returns, benchmark, volatility, technical.
    """

    series: PriceSeries
    rules: ReadingRules
    benchmark: str
    common: int
    left_out: int
    readings: tuple[MetricReading, ...]


def report_metrics(
    series: PriceSeries,
    *,
    benchmark: PriceSeries | None = None,
    rules: ReadingRules | None = None,
) -> MetricReport:
    """Return what every metric of an instrument reads.

    Parameters
    ----------
    series : PriceSeries
        Closed bars, adjusted as the reader wants them.
    benchmark : PriceSeries, optional
        Bars of the same interval to hold it against, over the rows that both have.
    rules : ReadingRules, optional
        Conventions; those of `ReadingRules` where None.

    Returns
    -------
    MetricReport
        Every reading, the absent ones with the reason.

    Raises
    ------
    BadInput
        If the intervals differ.
    TooLittleData
        If there are fewer than two bars.

    Notes
    -----
    Prices on rows that only one of the two has are left out before returns are made, so that a
    week-end of a coin falls into the Monday of a stock; periods a year are then the fewer of both.

    Examples
    --------
    >>> from quantdeck.analytics.price_series import PriceSeries
    >>> close = np.array([100.0, 101.0, 100.0, 102.0])
    >>> series = PriceSeries("X:Y", "1d", 86_400 * 10**9, np.arange(4) * 86_400 * 10**9, *[close] * 6)
    >>> report = report_metrics(series)
    >>> {each.id: round(each.value, 4) for each in report.readings[:3]}
    {'simple_return': 0.02, 'log_return': 0.0198, 'total_return': 0.02}
    """
    chosen = rules or ReadingRules()
    if len(series) < FEWEST_BARS:
        raise TooLittleData(
            f"{series.symbol} has {len(series)} bars of {series.interval}; "
            f"{FEWEST_BARS} are the fewest that have a return",
            needed=FEWEST_BARS,
            found=len(series),
        )
    against, common, left_out = _against(series, benchmark, chosen)
    readings = (
        *return_readings(series, chosen),
        *against,
        *volatility_readings(series, chosen),
        *technical_readings(series),
    )
    symbol = "" if benchmark is None else benchmark.symbol
    return MetricReport(series, chosen, symbol, common, left_out, readings)


def _against(
    series: PriceSeries, benchmark: PriceSeries | None, rules: ReadingRules
) -> tuple[list[MetricReading], int, int]:
    if benchmark is None:
        return [], 0, 0
    try:
        common = common_sessions([series, benchmark])
    except NoData as error:
        return [reading(name, None, reason=str(error)) for name in AGAINST], 0, len(series)
    returns = common.returns()
    found = benchmark_readings(
        np.ascontiguousarray(returns[:, 0]),
        np.ascontiguousarray(returns[:, 1]),
        rules,
        periods_per_year=common.periods_per_year,
    )
    return found, len(returns), len(series) - len(common.closes)
