"""What the panels of the Research page show of models and of how they were judged."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.pairs import wilson_interval
from quantdeck.research.audit.report import ALARM, Outcome
from quantdeck.views.figures import MINUS, ms_of
from quantdeck.views.payloads import Curve, CurvePayload, RowsPayload
from quantdeck.views.state import empty_state

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from quantdeck.analytics.types import FloatArray
    from quantdeck.research.audit.report import AuditReport
    from quantdeck.research.card import Card, Estimate, Judgement
    from quantdeck.views.payloads import PanelState, Row

_COIN = 0.5
_OUTCOME_TONES = {
    Outcome.OK: "live",
    Outcome.SKIPPED: "empty",
    Outcome.WARNING: "stale",
    Outcome.ERROR: "error",
}
_TARGETS = {"up": "a positive return", "beats_median": "a return above the median of the session"}
_NOT_JUDGED = "The model was not judged: train it with its walk forward"


def headline_payload(card: Card, state: PanelState) -> RowsPayload:
    """Return the cards of a model: how well it foretold what it had not seen."""
    judged = card.judgement
    if judged is None:
        return RowsPayload(empty_state(state, _NOT_JUDGED), [])
    base = judged.base_rate
    days = f"{judged.auc_within.n:,} sessions"
    rows: list[Row] = [
        _card("auc", "AUC", judged.auc.value, _area_note(judged.auc)),
        _card(
            "auc_within",
            "AUC within sessions",
            judged.auc_within.value,
            _joined(interval_text(judged.auc_within), days),
        ),
        _card("rank_ic", "Rank IC", judged.rank_ic.value, interval_text(judged.rank_ic, 4)),
        _card("brier", "Brier skill", brier_skill(judged), _brier_note(judged)),
        _card("base_rate", "Base rate", base, "of rows came true"),
        _card("rows", "Rows", card.rows, f"{card.first_session} to {card.last_session}"),
    ]
    return RowsPayload(state, rows)


def brier_skill(judged: Judgement) -> float | None:
    """Return 1 - Brier / Brier of the base rate; None where either is not known."""
    if judged.brier is None or not judged.brier_base:
        return None
    return 1.0 - judged.brier / judged.brier_base


def area_words(area: Estimate, *, of: str = "direction") -> tuple[str, str]:
    """Return what an area under the curve means, and its tone.

    Parameters
    ----------
    area : Estimate
        Out of sample.
    of : str
        What is foretold, in a word.

    Examples
    --------
    >>> from quantdeck.research.card import Estimate
    >>> area_words(Estimate(0.512, 0.505, 0.519, 9_000))[0]
    'better than a coin, by little: costs decide whether it is worth anything'
    >>> area_words(Estimate(0.61, 0.6, 0.62, 9_000))[1]
    'bad'
    """
    value, low, high = area.value, area.low, area.high
    if value is None:
        return "too few rows to tell", "plain"
    if value > ALARM:
        return f"too good for daily {of}: suspect that a feature knows what came after", "bad"
    if low is None or high is None:
        return "no interval: too few sessions to tell it from a coin", "plain"
    if low <= _COIN <= high:
        return "not distinguishable from a coin", "plain"
    if high < _COIN:
        return "worse than a coin: it foretells the opposite, or was fitted to noise", "bad"
    return "better than a coin, by little: costs decide whether it is worth anything", "good"


def interval_text(estimate: Estimate, decimals: int = 3) -> str:
    """Return an interval as text, empty where there is none.

    Examples
    --------
    >>> from quantdeck.research.card import Estimate
    >>> interval_text(Estimate(0.512, 0.505, 0.519))
    '0.505 to 0.519'
    """
    if estimate.low is None or estimate.high is None:
        return ""
    low, high = (
        f"{each:.{decimals}f}".replace("-", MINUS) for each in (estimate.low, estimate.high)
    )
    return f"{low} to {high}"


def warnings_payload(card: Card, current: str | None, state: PanelState) -> RowsPayload:
    """Return what a reader of the model's figures must know, the gravest first."""
    rows: list[Row] = []
    judged = card.judgement
    if judged is not None:
        words, tone = area_words(judged.auc)
        rows.append(_said("verdict", "AUC", words, tone, judged.auc.value))
        skill = brier_skill(judged)
        if skill is not None:
            words = "better than the base rate" if skill > 0 else "no better than the base rate"
            tone = "good" if skill > 0 else "plain"
            rows.append(_said("probabilities", "Brier skill", words, tone, skill))
    else:
        rows.append(_said("verdict", "AUC", _NOT_JUDGED, "bad"))
    if card.calibrator is None:
        words = "not calibrated: too few predictions to do it by, so scores are told as they are"
        rows.append(_said("calibrated", "Calibration", words))
    if card.is_simulated and not any("simulated" in text for text in card.warnings):
        words = "trained on simulated prices: it says nothing about any market"
        rows.append(_said("simulated", "Prices", words, "bad"))
    rows += [
        _said(f"warning{number}", "Warning", text, "bad")
        for number, text in enumerate(card.warnings)
    ]
    if card.id != current:
        rows.append(_said("current", "Use", "not the current model: the playbook asks another"))
    return RowsPayload(state, sorted(rows, key=lambda row: row["tone"] != "bad"))


def card_payload(card: Card, state: PanelState) -> RowsPayload:
    """Return with what a model can be made again."""
    params = ", ".join(f"{name} {value}" for name, value in sorted(card.params.items()))
    versions = ", ".join(f"{name} {value}" for name, value in sorted(card.versions.items()))
    ahead = "the next session" if card.horizon == 1 else f"{card.horizon} sessions ahead"
    said = {
        "Model": card.id,
        "Foretells": f"{target_words(card.target)}, {ahead}",
        "Rows": f"{card.rows:,} of {len(card.symbols):,} symbols",
        "Sessions": _span(card.first_session, card.last_session),
        "Prices": f"{card.source or 'not known'}{', simulated' if card.is_simulated else ''}",
        "Judged by": "nothing" if card.judgement is None else card.judgement.scheme,
        "Parameters": f"{params}; seed {card.seed}" if params else f"seed {card.seed}",
        "Parameters from": card.tuning or "defaults or settings, not searched for",
        "Features": f"{len(card.features)}, digest {card.features_hash[:12]}",
        "Table": f"digest {card.data_hash[:12]}",
        "Made with": versions,
    }
    rows: list[Row] = [
        {"id": name, "what": name, "text": text} for name, text in said.items() if text
    ]
    return RowsPayload(state, rows)


def target_words(target: str) -> str:
    """Return what a model foretells, in words."""
    return _TARGETS.get(target, target)


def folds_payload(card: Card, state: PanelState) -> CurvePayload:
    """Return the area of each test span with its interval, beside that of all rows."""
    judged = card.judgement
    folds = () if judged is None else judged.folds
    if judged is None or not folds:
        return CurvePayload(empty_state(state, _NOT_JUDGED), ())
    x = np.arange(1.0, len(folds) + 1.0)
    ends = np.array([0.5, len(folds) + 0.5])
    curves = [
        Curve(
            "folds",
            x,
            _array(fold.auc for fold in folds),
            _array(fold.auc_low for fold in folds),
            _array(fold.auc_high for fold in folds),
            [f"{fold.test_start} to {fold.test_end}, {fold.rows:,} rows" for fold in folds],
        )
    ]
    for name, value in (
        ("all", judged.auc.value),
        ("low", judged.auc.low),
        ("high", judged.auc.high),
    ):
        if value is not None:
            curves.append(Curve(name, ends, np.full(2, value)))
    return CurvePayload(state, tuple(curves))


def calibration_payload(card: Card, state: PanelState) -> CurvePayload:
    """Return what was foretold and what happened, with Wilson intervals of independent rows."""
    bins = () if card.judgement is None else card.judgement.calibration
    if not bins:
        return CurvePayload(empty_state(state, "Too few calibrated predictions to compare"), ())
    foretold = np.array([each.foretold for each in bins])
    happened = np.array([each.happened for each in bins])
    low, high = np.array(
        [wilson_interval(round(each.happened * each.n), each.n) for each in bins]
    ).T
    ends = np.array([min(foretold.min(), happened.min()), max(foretold.max(), happened.max())])
    names = [f"{each.n:,} rows" for each in bins]
    return CurvePayload(
        state, (Curve("bins", foretold, happened, low, high, names), Curve("exact", ends, ends))
    )


def importance_payload(card: Card, titles: Mapping[str, str], state: PanelState) -> RowsPayload:
    """Return features by their mean absolute contribution, the largest first."""
    total = sum(card.importance.values())
    if not card.importance:
        return RowsPayload(empty_state(state, "The card tells no contributions"), [])
    ordered = sorted(card.importance.items(), key=lambda item: (-item[1], item[0]))
    rows: list[Row] = [
        {
            "id": name,
            "feature": name,
            "share": value / total if total else None,
            "importance": value,
            "median": _known(card.medians.get(name)),
            "title": titles.get(name, ""),
        }
        for name, value in ordered
    ]
    return RowsPayload(state, rows)


def spans_payload(card: Card, state: PanelState) -> RowsPayload:
    """Return the test spans as rows."""
    folds = () if card.judgement is None else card.judgement.folds
    if not folds:
        return RowsPayload(empty_state(state, _NOT_JUDGED), [])
    rows: list[Row] = [
        {
            "id": str(number),
            "fold": number,
            "train": _span(fold.train_start, fold.train_end),
            "test": _span(fold.test_start, fold.test_end),
            "rows": fold.rows,
            "auc": fold.auc,
            "rank_ic": fold.rank_ic,
            "brier": fold.brier,
        }
        for number, fold in enumerate(folds, 1)
    ]
    return RowsPayload(state, rows)


def models_payload(cards: Sequence[Card], current: str | None, state: PanelState) -> RowsPayload:
    """Return one row per model.

    Parameters
    ----------
    cards : sequence of Card
        Newest first.
    current : str or None
        Id of the one that others ask.
    state : PanelState
        Of the panel.
    """
    return RowsPayload(state, [model_row(card, current) for card in cards])


def model_row(card: Card, current: str | None) -> Row:
    """Return a model as a row."""
    judged = card.judgement
    is_current = card.id == current
    return {
        "id": card.id,
        "state": "current" if is_current else "kept",
        "tone": "live" if is_current else "empty",
        "created": ms_of(card.created_ns),
        "target": f"{target_words(card.target)}, {card.horizon}d",
        "span": _span(card.first_session, card.last_session),
        "rows": card.rows,
        "auc": None if judged is None else judged.auc.value,
        "interval": "" if judged is None else interval_text(judged.auc),
        "rank_ic": None if judged is None else judged.rank_ic.value,
        "source": f"{card.source}, simulated" if card.is_simulated else card.source,
        "warnings": len(card.warnings),
    }


def audit_payload(report: AuditReport, state: PanelState) -> RowsPayload:
    """Return what an audit asked and found, in its order."""
    rows: list[Row] = [
        {
            "id": check.id,
            "outcome": check.outcome.value,
            "tone": _OUTCOME_TONES[check.outcome],
            "title": check.title,
            "auc": None if check.auc is None else check.auc.value,
            "interval": "" if check.auc is None else interval_text(check.auc),
            "text": check.text,
        }
        for check in report.checks
    ]
    return RowsPayload(state, rows)


def _area_note(area: Estimate) -> str:
    words, _ = area_words(area)
    return _joined(interval_text(area), words.partition(":")[0])


def _brier_note(judged: Judgement) -> str:
    if judged.brier is None or judged.brier_base is None:
        return "no calibrated predictions"
    return f"{judged.brier:.4f}, base rate {judged.brier_base:.4f}"


def _card(name: str, title: str, value: float | None, note: str) -> Row:
    return {"id": name, "title": title, "value": value, "note": note}


def _said(
    name: str, title: str, words: str, tone: str = "plain", value: float | str | None = ""
) -> Row:
    return {
        "id": name,
        "title": title,
        "value": value,
        "decimals": 3,
        "verdict": words,
        "tone": tone,
    }


def _joined(*texts: str) -> str:
    return " · ".join(filter(None, texts))


def _span(first: str, last: str) -> str:
    return f"{first} to {last}" if first else "not known"


def _array(values: Iterable[float | None]) -> FloatArray:
    return np.array([math.nan if each is None else each for each in values], np.float64)


def _known(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
