"""``dashboard.html``: how models did on what they had not seen, and what was made of them."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.views.offline_page import figure, head, offline_page, section, table
from quantdeck.views.research_models import area_words, brier_skill, interval_text, target_words
from quantdeck.views.tear_sheet import SheetChart, SheetLine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quantdeck.research.audit.report import AuditReport
    from quantdeck.research.card import Card, Judgement
    from quantdeck.views.offline_page import SheetParts
    from quantdeck.views.payloads import Row

_NS_PER_MS = 1_000_000
_COIN = 0.5
_MOST_SCORES = 200
_MOST_FEATURES = 20
_AUC_NOTE = (
    "AUC is the chance that a row whose answer is yes has the higher score, of two rows that one model "
    "scored: .5 is a coin. Intervals of 95 % come from blocks of whole sessions drawn anew, since rows of "
    "a session move together. Daily directions score .50 to .52; above .55 a feature nearly always knows "
    "what came after."
)
_CALIBRATION_NOTE = (
    "Probabilities out of sample, in up to ten bins of as many rows each, against the share of rows that "
    "came true. They were calibrated on predictions of earlier test spans alone. On the dashed line they "
    "would be exact; a narrow range says that the model hardly leaves the base rate."
)
_IMPORTANCE_NOTE = (
    "Mean absolute contribution to the log odds, of rows that the model was not trained on (exact Shapley "
    "values of its trees). It says what moves the score, not what causes anything."
)
_FOLDS_NOTE = (
    "Each test span follows everything its model was trained on, less the sessions whose answers reach "
    "into it and an embargo."
)


def model_report_page(
    cards: Sequence[Card],
    shown: Card | None,
    scoreboard: Sequence[Mapping[str, str]],
    audit: AuditReport | None,
    parts: SheetParts,
) -> str:
    """Return the page.

    Parameters
    ----------
    cards : sequence of Card
        Of all models, newest first.
    shown : Card or None
        The one that is told in full: the current one. None where there is none.
    scoreboard : sequence of mapping
        Rows of ``scoreboard.csv``, oldest first.
    audit : AuditReport or None
        The newest.
    parts : SheetParts
        Script, style, version and time.

    Returns
    -------
    str
        HTML that works from a file and without a network.
    """
    charts: list[SheetChart] = []
    body: list[str] = [_head(shown)]
    if shown is not None:
        body += _model(shown, charts)
    if audit is not None:
        body.append(_audit(audit))
    body += _history(cards, scoreboard, charts)
    body.append(
        f"<footer>Made by quantdeck {escape(parts.version)} on {_day(parts.made_ns)} UTC. Figures of the "
        "past say what was, not what will be.</footer>"
    )
    return offline_page("Models", body, charts, parts)


def _head(card: Card | None) -> str:
    if card is None:
        return head("Models", ["No model was trained yet."], is_simulated=False)
    ahead = "next session" if card.horizon == 1 else f"{card.horizon} sessions ahead"
    lines = (
        f"{card.id} · foretells {target_words(card.target)}, {ahead} · {card.rows:,} rows of "
        f"{len(card.symbols):,} symbols, {card.first_session} to {card.last_session}",
        f"prices of {card.source or 'a file'} · {len(card.features)} features"
        + (f" · parameters: {card.tuning}" if card.tuning else ""),
    )
    return head("Models", lines, is_simulated=card.is_simulated)


def _model(card: Card, charts: list[SheetChart]) -> list[str]:
    body = [f'<section><p class="stamp">{escape(each)}</p></section>' for each in card.warnings]
    judged = card.judgement
    if judged is None:
        return [*body, section("Not judged", "<p>There were too few sessions to judge it.</p>")]
    body.append(_figures(judged))
    if len(judged.folds) > 1:
        charts.append(_folds(judged))
        body.append(section(charts[-1].title, figure(charts[-1]), f"{_AUC_NOTE} {_FOLDS_NOTE}"))
    if len(judged.calibration) > 1:
        charts.append(_calibration(judged))
        body.append(section(charts[-1].title, figure(charts[-1]), _CALIBRATION_NOTE))
    if card.importance:
        body.append(section("What moves the score", _importance(card), _IMPORTANCE_NOTE))
    return body


def _figures(judged: Judgement) -> str:
    skill = brier_skill(judged)
    rows = (
        ("CV AUC", _number(judged.auc.value, 3), interval_text(judged.auc)),
        (
            "AUC within sessions",
            _number(judged.auc_within.value, 3),
            interval_text(judged.auc_within),
        ),
        ("Rank IC", _number(judged.rank_ic.value, 4), interval_text(judged.rank_ic, 4)),
        ("Brier", _number(judged.brier, 4), f"base rate {_number(judged.brier_base, 4)}"),
        ("Brier skill", "" if skill is None else f"{100.0 * skill:.2f} %", "against the base rate"),
        ("Base rate", _number(judged.base_rate, 3), f"{judged.auc.n:,} rows out of sample"),
    )
    cards = "".join(
        f"<dl><dt>{escape(title)}</dt><dd>{escape(value)}</dd><dd>{escape(note)}</dd></dl>"
        for title, value, note in rows
    )
    words = area_words(judged.auc)[0]
    said = f"<p>The AUC: {escape(words)}. {escape(judged.scheme)}.</p>"
    return f'<section class="cards">{cards}</section><section>{said}</section>'


def _folds(judged: Judgement) -> SheetChart:
    folds = judged.folds
    return SheetChart(
        id="folds",
        title="AUC of each test span",
        x=[float(at) for at in range(1, len(folds) + 1)],
        lines=[
            SheetLine("AUC", [fold.auc for fold in folds]),
            SheetLine("95 % from", [fold.auc_low for fold in folds], "dashed"),
            SheetLine("95 % to", [fold.auc_high for fold in folds], "dashed"),
        ],
        time=False,
        decimals=3,
        guides=[_COIN],
        x_title="Test span",
    )


def _calibration(judged: Judgement) -> SheetChart:
    bins = judged.calibration
    return SheetChart(
        id="calibration",
        title="Foretold and happened",
        x=[each.foretold for each in bins],
        lines=[
            SheetLine("Happened", [each.happened for each in bins]),
            SheetLine("Exact", [each.foretold for each in bins], "dashed"),
        ],
        time=False,
        percent=True,
        decimals=1,
        x_title="Foretold",
        x_percent=True,
    )


def _importance(card: Card) -> str:
    ordered = sorted(card.importance.items(), key=lambda item: (-item[1], item[0]))
    total = sum(card.importance.values()) or 1.0
    most = ordered[0][1] / total or 1.0
    rows = "".join(
        f'<tr><td>{escape(name)}</td><td class="figure">{100.0 * value / total:.1f} %</td>'
        f'<td><meter min="0" max="{most:.4f}" value="{value / total:.4f}" '
        f'aria-label="share of {escape(name, quote=True)}"></meter></td></tr>'
        for name, value in ordered[:_MOST_FEATURES]
    )
    left = len(ordered) - _MOST_FEATURES
    more = f"<p>{left} more weigh less.</p>" if left > 0 else ""
    heads = '<tr><th>Feature</th><th class="figure">Share</th><th></th></tr>'
    return (
        f'<div class="scroll" tabindex="0"><table><thead>{heads}</thead><tbody>{rows}</tbody></table></div>'
        f"{more}"
    )


def _audit(report: AuditReport) -> str:
    rows: list[Row] = [
        {"title": check.title, "outcome": check.outcome.value, "text": check.text}
        for check in report.checks
    ]
    columns = {"title": "Asked", "outcome": "Outcome", "text": "Found"}
    note = f"Audited {_day(report.created_ns)}: {report.scheme}."
    return section("Audit", table(rows, columns, set()), note)


def _history(
    cards: Sequence[Card], scoreboard: Sequence[Mapping[str, str]], charts: list[SheetChart]
) -> list[str]:
    body: list[str] = []
    judged = [card for card in reversed(cards) if card.judgement is not None]
    if len(judged) > 1:
        charts.append(_scores(judged[-_MOST_SCORES:]))
        body.append(section(charts[-1].title, figure(charts[-1]), _AUC_NOTE))
    if cards:
        columns = {
            "id": "Model",
            "auc": "AUC",
            "interval": "95 %",
            "ic": "Rank IC",
            "rows": "Rows",
            "said": "To know",
        }
        rows = [_row(card) for card in cards[:_MOST_SCORES]]
        body.append(section("Models", table(rows, columns, {"auc", "interval", "ic", "rows"})))
    if scoreboard:
        # Columns that no row has are left out.
        names = {
            name: _SCORES[name]
            for name in _SCORES
            if any(row.get(name) for row in scoreboard[-_MOST_SCORES:])
        }
        told: list[Row] = [
            {name: _short(row.get(name, "")) for name in names}
            for row in reversed(scoreboard[-_MOST_SCORES:])
        ]
        numbers = {"auc", "cv_auc", "pnl", "return", "sharpe", "max_drawdown", "costs"}
        body.append(section("Scoreboard", table(told, names, numbers)))
    return body


_SCORES = {
    "date": "Date",
    "kind": "Kind",
    "auc": "AUC",
    "cv_auc": "CV AUC",
    "pnl": "P&L",
    "return": "Return",
    "sharpe": "Sharpe",
    "max_drawdown": "Max drawdown",
    "costs": "Costs",
    "strategy": "Strategy",
    "model": "Model",
    "simulated": "Simulated",
}


def _scores(judged: Sequence[Card]) -> SheetChart:
    areas = [card.judgement.auc for card in judged if card.judgement is not None]
    return SheetChart(
        id="scores",
        title="AUC of models as they were trained",
        x=[float(card.created_ns // _NS_PER_MS) for card in judged],
        lines=[
            SheetLine("CV AUC", [each.value for each in areas]),
            SheetLine("95 % from", [each.low for each in areas], "dashed"),
            SheetLine("95 % to", [each.high for each in areas], "dashed"),
        ],
        decimals=3,
        guides=[_COIN],
    )


def _row(card: Card) -> Row:
    judged = card.judgement
    said = [*card.warnings, *(["simulated prices"] if card.is_simulated else [])]
    return {
        "id": card.id,
        "auc": "" if judged is None else _number(judged.auc.value, 3),
        "interval": "" if judged is None else interval_text(judged.auc),
        "ic": "" if judged is None else _number(judged.rank_ic.value, 4),
        "rows": f"{card.rows:,}",
        "said": "; ".join(said),
    }


def _number(value: float | None, decimals: int) -> str:
    return "" if value is None else f"{value:.{decimals}f}"


def _short(text: str) -> str:
    try:
        return f"{float(text):.4g}"
    except ValueError:
        return text


def _day(ns: int) -> str:
    return str(np.datetime64(ns, "ns").astype("datetime64[D]"))
