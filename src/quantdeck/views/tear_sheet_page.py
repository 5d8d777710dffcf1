"""A tear sheet: one HTML file that holds its figures, its style and its script, and asks nobody."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.metrics import metric
from quantdeck.model.feed import Delay
from quantdeck.views.figures import MINUS
from quantdeck.views.metric_notes import how_computed, metric_text
from quantdeck.views.offline_page import offline_page, section, table
from quantdeck.views.payloads import PanelState
from quantdeck.views.risk import (
    MONTHS,
    day_text,
    exceedances_payload,
    line_names,
    summary_payload,
)
from quantdeck.views.risk_tables import drawdowns_payload, figure_rows, tails_payload
from quantdeck.views.tear_sheet import sheet_charts

if TYPE_CHECKING:
    from quantdeck.analytics.risk.study import RiskStudy
    from quantdeck.views.offline_page import SheetParts

_NOBODY = PanelState("live")
_STRENGTHS = (0.005, 0.03, 0.08)
_NOTES = {
    "wealth": "What 1 became, product of (1 + r).",
    "underwater": "d[t] = W[t] / max(W[0..t]) - 1, from wealth of 1 before the first return.",
    "back_test": ("rolling_value_at_risk", "kupiec", "christoffersen", "traffic_light"),
    "volatility": ("rolling_volatility", "ewma_volatility", "yang_zhang_volatility"),
    "ratios": ("rolling_sharpe", "rolling_beta"),
    "distribution": ("return_histogram", "skewness", "excess_kurtosis", "jarque_bera"),
    "memory": ("autocorrelation", "ljung_box"),
}


def tear_sheet_page(study: RiskStudy, parts: SheetParts) -> str:
    """Return the tear sheet of a study as one HTML page.

    Parameters
    ----------
    study : RiskStudy
        What is told.
    parts : SheetParts
        Script, style, version and time.

    Returns
    -------
    str
        HTML that works from a file and without a network; every text of others is escaped. Simulated
        data are stamped as such.
    """
    charts = sheet_charts(study)
    there = {chart.id: chart.title for chart in charts}
    sections = [
        _header(study),
        _cards(study),
        _chart("wealth", there),
        _chart("underwater", there),
        _months(study),
        _drawdowns(study),
        _chart("back_test", there, _exceedances(study)),
        _tails(study),
        f'<div class="pair">{_chart("volatility", there)}{_chart("ratios", there)}</div>',
        f'<div class="pair">{_chart("distribution", there)}{_chart("memory", there)}</div>',
        _figures(study),
    ]
    sections.append(_footer(study, parts))
    return offline_page(f"{study.series.symbol}: tear sheet", sections, charts, parts)


def _header(study: RiskStudy) -> str:
    series, against = study.series, study.against
    first, last = day_text(int(study.ts_ns[0])), day_text(int(study.ts_ns[-1]))
    stamp = ""
    if series.delay is Delay.SIMULATED:
        stamp = '<p class="stamp">SIMULATED DATA: no market</p>'
    elif series.delay is not Delay.REALTIME:
        stamp = f'<p class="stamp">{escape(series.delay.value)} data</p>'
    said = [
        f"{first} to {last}",
        f"{len(study.returns):,} returns of {series.interval}",
        f"source {series.source or 'a file'}{f' ({series.feed})' if series.feed else ''}",
        f"prices {_ADJUSTMENTS[series.adjustment.value]}",
    ]
    if study.left_out:
        said.append(f"{study.left_out:,} bars without a close left out")
    if against is not None:
        left = sum(against.left_out)
        words = f"against {against.benchmark.symbol}"
        said.append(f"{words}, {left:,} bars left out that one of the two lacks" if left else words)
    rate = study.rules.annual_rate
    said.append(
        f"{series.periods_per_year:g} bars a year, riskless rate {100 * rate:g} % a year, "
        f"confidence {100 * study.rules.level:g} %"
    )
    lines = "".join(
        f"<p>{escape(each)}</p>" for each in (" · ".join(said[:4]), " · ".join(said[4:]))
    )
    return f"<header><h1>{escape(series.symbol)}</h1>{lines}{stamp}</header>"


_ADJUSTMENTS = {
    "raw": "as traded",
    "split": "in today's shares",
    "total": "with dividends bought in",
}


def _cards(study: RiskStudy) -> str:
    cards: list[str] = []
    for row in summary_payload(study, _NOBODY).rows:
        name = "max_drawdown" if row["id"] == "under_water" else str(row["id"])
        value = metric_text(name, row["value"])
        note = escape(str(row["note"]))
        cards.append(
            f"<dl><dt>{escape(str(row['title']))}</dt><dd>{escape(value)}</dd><dd>{note}</dd></dl>"
        )
    return f'<section class="cards">{"".join(cards)}</section>'


def _chart(name: str, there: dict[str, str], after: str = "") -> str:
    if name not in there:
        return after
    title, known = escape(there[name]), _NOTES[name]
    note = known if isinstance(known, str) else how_computed(*known)
    return (
        f'<section><h2>{title}</h2><figure data-chart="{name}" data-title="{title}"></figure>{after}'
        f"<details><summary>How computed</summary>{escape(note)}</details></section>"
    )


def _months(study: RiskStudy) -> str:
    found = study.months
    head = "".join(f"<th>{name}</th>" for name in ("Year", *MONTHS, "All"))
    rows: list[str] = []
    for i in np.argsort(-found.years).tolist():
        values = [*found.months[i].tolist(), float(found.totals[i])]
        cells = "".join(_heat_cell(value) for value in values)
        rows.append(f"<tr><th>{int(found.years[i])}</th>{cells}</tr>")
    found = (
        f'<div class="scroll" tabindex="0"><table class="heat"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )
    return section("Returns of months, %", found, how_computed("monthly_return"))


def _heat_cell(value: float) -> str:
    if not np.isfinite(value):
        return "<td></td>"
    strength = sum(abs(value) >= bound for bound in _STRENGTHS)
    shade = f' class="{"up" if value > 0 else "down"}{strength}"' if strength else ""
    return f"<td{shade}>{f'{100 * value:.1f}'.replace('-', MINUS)}</td>"


def _drawdowns(study: RiskStudy) -> str:
    rows = drawdowns_payload(study, _NOBODY).rows
    for row in rows:
        row["depth"] = metric_text("max_drawdown", row["depth"])
    columns = {
        "depth": "Depth",
        "peak": "Peak",
        "trough": "Trough",
        "recovery": "Recovered",
        "under": "Bars under",
    }
    note = how_computed("drawdown_table", "max_drawdown")
    return section("Deepest drawdowns", table(rows, columns, {"depth", "under"}), note)


def _exceedances(study: RiskStudy) -> str:
    found = exceedances_payload(study, _NOBODY).rows
    if not found:
        return f"<p>{escape(study.back_test_reason)}</p>"
    named = {
        "count": "Exceeded",
        "kupiec": "Kupiec",
        "christoffersen": "Christoffersen",
        "light": "Basel traffic light",
    }
    rows = [
        {"title": named[str(row["id"])], "value": _short(row["value"]), "verdict": row["verdict"]}
        for row in found
        if row["id"] in named
    ]
    return table(rows, {"title": "Test", "value": "Value", "verdict": "What it says"}, {"value"})


def _short(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _tails(study: RiskStudy) -> str:
    rows = tails_payload(study, _NOBODY).rows
    for row in rows:
        row["level"] = f"{100 * row['level']:g} %"
        for name in ("value_at_risk", "expected_shortfall"):
            row[name] = metric_text(name, row[name])
    columns = {
        "method": "Method",
        "level": "Level",
        "value_at_risk": "Value at risk",
        "expected_shortfall": "Expected shortfall",
        "note": "Note",
    }
    figures = {"level", "value_at_risk", "expected_shortfall"}
    note = how_computed("value_at_risk", "gaussian_value_at_risk", "cornish_fisher_value_at_risk")
    title = f"Losses of one bar ({study.series.interval})"
    return section(title, table(rows, columns, figures), note)


def _figures(study: RiskStudy) -> str:
    rows = figure_rows((*study.figures, *study.volatilities))
    columns = {
        "title": "Figure",
        "shown": "Value",
        "unit": "Unit",
        "formula": "How computed",
        "convention": "Convention, or why absent",
    }
    name, other = line_names(study)
    groups: list[str] = []
    for group in dict.fromkeys(str(row["group"]) for row in rows):
        mine = [row for row in rows if row["group"] == group]
        is_against = group == metric("beta").group.value and other
        title = f"{group}: {name} against {other}" if is_against else group
        groups.append(f"<h2>{escape(title)}</h2>{table(mine, columns, {'shown'})}")
    return f'<section class="long">{"".join(groups)}</section>'


def _footer(study: RiskStudy, parts: SheetParts) -> str:
    made = day_text(parts.made_ns)
    fetched = study.series.fetched_ns
    got = "" if fetched is None else f" from prices fetched {day_text(fetched)}"
    return (
        f"<footer>Made by quantdeck {escape(parts.version)} on {made} UTC{got}. "
        "Figures of the past say what was, not what will be.</footer>"
    )
