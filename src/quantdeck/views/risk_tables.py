"""What the tables of the Risk page show of a study."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.analytics.metrics import metric
from quantdeck.views.figures import number_text, pvalue_text
from quantdeck.views.metric_notes import metric_text
from quantdeck.views.payloads import RowsPayload
from quantdeck.views.risk import day_text
from quantdeck.views.state import empty_state

if TYPE_CHECKING:
    from quantdeck.analytics.risk.figures import ReturnFigure
    from quantdeck.analytics.risk.study import RiskStudy
    from quantdeck.analytics.stationarity import StationarityTest
    from quantdeck.views.payloads import PanelState, Row

METHODS = {
    "historical": "Historical",
    "gaussian": "Normal",
    "cornish_fisher": "Cornish-Fisher",
}
"""Names of the methods of tail losses."""

MOST_DRAWDOWNS = 10
_SURE = 0.05


def drawdowns_payload(study: RiskStudy, state: PanelState) -> RowsPayload:
    """Return the deepest falls with their dates."""
    if not study.drawdowns:
        return RowsPayload(empty_state(state, "Wealth never fell below its high"), [])
    rows: list[Row] = [
        {
            "id": str(each.peak),
            "depth": each.depth,
            "peak": day_text(each.peak_ts),
            "trough": day_text(each.trough_ts),
            "recovery": "not yet" if each.recovery is None else day_text(each.recovery_ts),
            "down": each.periods_down,
            "under": each.periods_under,
        }
        for each in study.drawdowns[:MOST_DRAWDOWNS]
    ]
    return RowsPayload(state, rows)


def tails_payload(study: RiskStudy, state: PanelState) -> RowsPayload:
    """Return tail losses of every level by every method."""
    rows: list[Row] = [
        {
            "id": f"{each.method} {each.level:g}",
            "method": METHODS[each.method],
            "level": each.level,
            "value_at_risk": each.value_at_risk,
            "expected_shortfall": each.expected_shortfall,
            "note": each.note or (f"{each.in_tail} bars in the tail" if each.in_tail else ""),
        }
        for each in study.tails
    ]
    return RowsPayload(state, rows)


def volatilities_payload(study: RiskStudy, state: PanelState) -> RowsPayload:
    """Return the volatility by every estimator."""
    base = study.figure("close_volatility").value
    rows: list[Row] = []
    for each in study.volatilities:
        verdict = each.reason or "of closes, all bars"
        if each.value is not None and base and each.name != "close_volatility":
            verdict = f"{number_text(each.value / base, 3)} × closes"
        if each.value is not None and each.name == "ewma_volatility":
            verdict = f"now, {verdict}"
        rows.append({"id": each.name, "value": each.value, "verdict": verdict, "tone": "plain"})
    return RowsPayload(state, rows)


def stationarity_payload(study: RiskStudy, state: PanelState) -> RowsPayload:
    """Return both tests of log prices and of returns with their verdicts."""
    rows: list[Row] = [
        {
            "id": f"{each.name}_{each.of.rpartition(' ')[2]}",
            "value": each.pvalue,
            "verdict": _verdict(each),
            "tone": "plain",
        }
        for each in study.stationarity
    ]
    return RowsPayload(state, rows)


def _verdict(test: StationarityTest) -> str:
    if test.pvalue is None or test.statistic is None or test.critical is None:
        return test.reason
    rejects = test.pvalue < _SURE
    wanders = rejects != (test.name == "adf")
    said = "they wander" if wanders else "they keep to a level"
    if not rejects:
        said = f"nothing speaks against it that {said}"
    figures = f"statistic {number_text(test.statistic)}, 5 % at {number_text(test.critical)}"
    return f"{said}, p {pvalue_text(test.pvalue)} ({figures}, {test.lag} lags)"


def figures_payload(study: RiskStudy, state: PanelState) -> RowsPayload:
    """Return every figure with how it is computed, or why it is absent."""
    every = (*study.figures, *study.volatilities)
    return RowsPayload(state, figure_rows(every))


def figure_rows(figures: tuple[ReturnFigure, ...]) -> list[Row]:
    """Return figures as rows of a table: value in words and as a decimal, and how computed.

    Parameters
    ----------
    figures : tuple of ReturnFigure
        Of a study.
    """
    rows: list[Row] = []
    for each in figures:
        known = metric(each.name)
        rows.append(
            {
                "id": each.name,
                "group": known.group.value,
                "title": known.title,
                "shown": metric_text(each.name, each.value),
                "value": each.value,
                "unit": known.unit,
                "formula": known.formula,
                "convention": each.reason or known.convention,
                "source": known.source,
            }
        )
    return rows
