"""The report of option strategies: one HTML file with odds and payoff charts, readable offline."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from quantdeck.views.figures import MINUS
from quantdeck.views.metric_notes import how_computed
from quantdeck.views.offline_page import figure, head, offline_page, section, table
from quantdeck.views.risk import day_text
from quantdeck.views.tear_sheet import SheetChart, SheetLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.analytics.types import FloatArray
    from quantdeck.views.offline_page import SheetParts
    from quantdeck.views.payloads import Row

_COLUMNS = {
    "name": "Strategy",
    "probability": "POP",
    "error": "s.e.",
    "measure": "Believed of the price",
    "cost": "Cost",
    "loss": "Largest loss",
    "profit": "Largest profit",
    "breakevens": "Breakevens",
    "value": "Expected value",
    "margin": "Margin",
}
_FIGURES = {"probability", "error", "cost", "loss", "profit", "value", "margin"}
_DRAWN = 24


@dataclass(frozen=True, slots=True, eq=False)
class ReportedStrategy:
    """One strategy of a report; figures that are not known are NaN, those without a limit infinite.

    Parameters
    ----------
    name : str
        What it is called.
    measure : str
        What is believed of the price.
    probability : float
        Of a profit.
    error : float
        Its standard error; 0 where it is exact.
    expected_value : float
        [price or currency]
    prices, profits : array of shape (n,)
        Of the chart.
    cost, max_loss, max_profit, margin : float
        [price or currency]
    breakevens : tuple of float
        [price]
    """

    name: str
    measure: str
    probability: float
    error: float
    expected_value: float
    prices: FloatArray
    profits: FloatArray
    cost: float = math.nan
    max_loss: float = math.nan
    max_profit: float = math.nan
    margin: float = math.nan
    breakevens: tuple[float, ...] = ()


def strategy_report_page(
    entries: Sequence[ReportedStrategy],
    lines: Sequence[str],
    parts: SheetParts,
    *,
    is_simulated: bool = False,
) -> str:
    """Return the report as one HTML page.

    Parameters
    ----------
    entries : sequence of ReportedStrategy
        At least one; listed by their probability of profit, of which the first 24 are drawn.
    lines : sequence of str
        What the figures are of, in plain text.
    parts : SheetParts
        Script, style, version and time.
    is_simulated : bool
        Whether they are of a simulated market.

    Returns
    -------
    str
        HTML that works from a file and without a network; every text of others is escaped.
    """
    ranked = sorted(entries, key=lambda each: -each.probability)
    charts = [_chart(at, each) for at, each in enumerate(ranked[:_DRAWN])]
    note = how_computed(
        "probability_of_profit",
        "probability_of_profit_smile",
        "probability_of_profit_simulated",
        "strategy_expected_value",
        "strategy_margin",
    )
    body = [
        head("Option strategies", lines, is_simulated=is_simulated),
        section("Probability of profit", table(map(_row, ranked), _COLUMNS, _FIGURES), note),
        "<p>A high probability of profit is bought with a large loss in the other cases: under the prices of "
        "the market itself every strategy is expected to earn nothing, less the spreads.</p>",
        *(section(chart.title, figure(chart)) for chart in charts),
        f"<footer><p>quantdeck {escape(parts.version)}, {day_text(parts.made_ns)}</p></footer>",
    ]
    return offline_page("Option strategies", body, charts, parts)


def _chart(at: int, each: ReportedStrategy) -> SheetChart:
    return SheetChart(
        id=f"strategy{at}",
        title=f"{each.name}: profit by price",
        x=each.prices.tolist(),
        lines=[SheetLine("At the expiry", [float(y) for y in each.profits])],
        time=False,
        decimals=2,
        guides=[0.0],
        x_title="Price of the underlying at expiry",
    )


def _row(each: ReportedStrategy) -> Row:
    return {
        "name": each.name,
        "probability": f"{100.0 * each.probability:.1f} %",
        "error": f"{100.0 * each.error:.2f} %" if each.error else "exact",
        "measure": each.measure,
        "cost": _text(each.cost),
        "loss": _text(each.max_loss),
        "profit": _text(each.max_profit),
        "breakevens": " / ".join(f"{x:,.2f}" for x in each.breakevens) or "–",
        "value": _text(each.expected_value),
        "margin": _text(each.margin),
    }


def _text(value: float) -> str:
    if math.isinf(value):
        return "unlimited"
    return "–" if math.isnan(value) else f"{value:,.2f}".replace("-", MINUS)
