"""What is said of a metric: one entry, from which the reference and the notes of pages are made."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class MetricGroup(StrEnum):
    """Heading under which a metric is listed."""

    GROWTH = "Return and growth"
    RATIO = "Return for risk"
    VOLATILITY = "Volatility"
    STATIONARITY = "Dependence and stationarity"
    TAIL = "Tail losses"
    DRAWDOWN = "Drawdown"
    DISTRIBUTION = "Distribution of returns"
    BENCHMARK = "Against a benchmark"
    PORTFOLIO = "Portfolio"
    TECHNICAL = "Technical indicators"
    SIGNAL = "Signals"
    OPTION = "Options"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric and its conventions; texts of one line each.

    Parameters
    ----------
    name : str
        Key, lower case with underscores; unique.
    title : str
        As a heading of a column says it.
    group : MetricGroup
        Heading under which it is listed.
    formula : str
        Letters as in the docstring of the function.
    convention : str
        What was chosen where the field differs: divisor, annualisation, sign, seed.
    unit : str
        Such as "decimal a year".
    source : str
        Paper or textbook.
    function : str
        Below `quantdeck.analytics`: ``performance.sharpe_ratio``.
    oracle : str
        What the tests hold it to: another library, an exact value, a property.
    test : str
        Test file, from the root of the repository.
    """

    name: str
    title: str
    group: MetricGroup
    formula: str
    convention: str
    unit: str
    source: str
    function: str
    oracle: str
    test: str
