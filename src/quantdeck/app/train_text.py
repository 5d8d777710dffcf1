"""What a person reads of a model that was trained."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from quantdeck.app.words import counted
from quantdeck.research.card import Estimate
from quantdeck.research.labels import Target
from quantdeck.research.model_words import auc_words, estimate_words

if TYPE_CHECKING:
    from quantdeck.jobs.train import TrainReport
    from quantdeck.research.card import Card, Judgement

_MOST_FEATURES = 10


def show_report(report: TrainReport) -> None:
    """Print a card, what speaks against the model, and whether it is in use.

    Parameters
    ----------
    report : TrainReport
        Of a training.
    """
    # A pipe has no width, and cut columns are worse than long lines.
    width = None if sys.stdout.isatty() else 10_000
    console = Console(width=width, highlight=False)
    show_card(report.card, console)
    for note in report.drift.notes:
        console.print(f"note     {note}", markup=False)
    for objection in report.drift.objections:
        console.print(f"against  {objection}", style="yellow", markup=False)
    console.print(_standing(report), markup=False)


def show_card(card: Card, console: Console) -> None:
    """Print a card: what the model is, how it did out of sample, what it leans on, and warnings.

    Parameters
    ----------
    card : Card
        Of the model.
    console : Console
        Where to.
    """
    console.print(f"Model {card.id}", style="bold", markup=False)
    facts = Table(box=None, pad_edge=False, show_header=False)
    for name, text in _facts(card):
        facts.add_row(name, text)
    console.print(facts)
    if card.judgement is not None:
        console.print(_folds(card.judgement))
    if any(card.importance.values()):
        console.print(_importance(card))
    for warning in card.warnings:
        console.print(f"warning  {warning}", style="yellow", markup=False)


def question_words(target: str, horizon: int) -> str:
    """Return what a model foretells, in words.

    Parameters
    ----------
    target : str
        See `quantdeck.research.labels.Target`.
    horizon : int
        Sessions ahead.

    Returns
    -------
    str

    Examples
    --------
    >>> question_words("up", 1)
    'whether the total return over the next session is positive'
    """
    what = "positive" if target == Target.UP else "above the median of the symbols of the session"
    span = "the next session" if horizon == 1 else f"the next {horizon} sessions"
    return f"whether the total return over {span} is {what}"


def _facts(card: Card) -> list[tuple[str, str]]:
    simulated = " (simulated)" if card.is_simulated else ""
    found = [
        ("question", question_words(card.target, card.horizon)),
        (
            "learnt from",
            f"{counted(card.rows, 'row')} of {counted(len(card.symbols), 'symbol')}, "
            f"{card.first_session} to {card.last_session}, "
            f"{counted(len(card.features), 'feature')}; prices of {card.source or 'a file'}{simulated}",
        ),
    ]
    judged = card.judgement
    if judged is not None:
        found += [
            ("judged by", judged.scheme),
            ("out of sample", auc_words(judged.auc)),
            ("within sessions", f"AUC {estimate_words(judged.auc_within)}"),
            ("rank IC", estimate_words(judged.rank_ic)),
            ("Brier", _brier(judged)),
        ]
    if card.calibrator is not None:
        slope, intercept = card.calibrator
        found.append(
            ("calibration", f"log odds = {slope:.3f} x log odds of the score {intercept:+.3f}")
        )
    if card.tuning:
        found.append(("parameters", card.tuning))
    return found


def _brier(judged: Judgement) -> str:
    if judged.brier is None or judged.brier_base is None:
        return "not known"
    better = judged.brier < judged.brier_base
    words = "better than" if better else "no better than"
    return f"{judged.brier:.5f}, {words} the base rate with {judged.brier_base:.5f}"


def _folds(judged: Judgement) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("trained to", "tested from", "to", "rows", "AUC", "rank IC", "Brier"):
        left = title in {"trained to", "tested from", "to"}
        table.add_column(title, justify="left" if left else "right", no_wrap=True)
    for fold in judged.folds:
        table.add_row(
            fold.train_end,
            fold.test_start,
            fold.test_end,
            f"{fold.rows:,}",
            estimate_words(Estimate(fold.auc, fold.auc_low, fold.auc_high)),
            estimate_words(Estimate(fold.rank_ic)),
            "not known" if fold.brier is None else f"{fold.brier:.5f}",
        )
    return table


def _importance(card: Card) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("leans on")
    table.add_column("mean change of log odds", justify="right")
    most = sorted(card.importance, key=lambda name: -card.importance[name])
    for name in most[:_MOST_FEATURES]:
        table.add_row(name, f"{card.importance[name]:.4f}")
    return table


def _standing(report: TrainReport) -> str:
    if report.is_current and report.drift.objections:
        return "It is the model in use now, as asked by --force."
    if report.is_current:
        return "It is the model in use now."
    return (
        f"It is kept, and {report.drift.against or 'no model'} stays in use; --force uses it "
        "nevertheless."
    )
