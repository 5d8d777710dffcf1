"""Backtests a strategy or a model on a table of features, and keeps what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
from msgspec import structs

from quantdeck.ports.records import Run
from quantdeck.research.equities.out_of_sample import first_unseen, tradable
from quantdeck.research.equities.report_rows import (
    fill_rows,
    gain_rows,
    run_id_of,
    scoreboard_row,
)
from quantdeck.research.equities.reports import KIND, encode_report, summary_of
from quantdeck.research.equities.runs import run_question
from quantdeck.research.equities.strategies import find_strategy
from quantdeck.research.model import load

if TYPE_CHECKING:
    from quantdeck.ports.models import ModelStore
    from quantdeck.ports.records import RunStore
    from quantdeck.ports.reports import ReportLists
    from quantdeck.research.card import Card
    from quantdeck.research.equities.question import EquityQuestion
    from quantdeck.research.equities.runs import EquityRun
    from quantdeck.research.features.table import FeatureTable

MOST_ROWS = 100_000
"""Fills, and closed trades, of one run that are listed in ``portfolio.csv`` and ``pnl.csv``."""


@dataclass(frozen=True, slots=True, eq=False)
class Answered:
    """A backtest that was made.

    Parameters
    ----------
    run : Run
        As it is listed.
    answer : EquityRun
        What came of it.
    card : Card or None
        Of the model that was traded.
    left_out : tuple of str
        Lists that it was not added to, and why.
    """

    run: Run
    answer: EquityRun
    card: Card | None
    left_out: tuple[str, ...] = ()


def answer_question(
    question: EquityQuestion,
    table: FeatureTable,
    models: ModelStore,
    *,
    created_ns: int,
    mode: str = "live",
) -> Answered:
    """Backtest a question; runs for seconds, so in a thread.

    Parameters
    ----------
    question : EquityQuestion
        What is asked; `model` is an id, or empty for the current model.
    table : FeatureTable
        Prices and features.
    models : ModelStore
        Asked where the strategy trades predictions: only those of sessions that the model had not seen.
    created_ns : int
        The time, UTC. [ns]
    mode : str
        Of the deck.

    Returns
    -------
    Answered
        Nothing is kept yet.

    Raises
    ------
    BadInput, NoData, TooLittleData
        As `quantdeck.research.equities.runs.run_question` and
        `quantdeck.research.equities.out_of_sample.tradable`.
    StoreError
        If the model cannot be read.
    ConfigError
        If LightGBM is needed and not installed.
    """
    card = found = None
    if find_strategy(question.strategy).needs_predictions:
        card, text = models.get(question.model or None)
        # At the last session nothing is decided any more, and LightGBM takes seconds to load.
        has_new = first_unseen(card, table) < len(table.sessions) - 1
        model = load(card, text) if has_new else None
        found = tradable(card, models.predictions(card.id), table, model)
        every = card.horizon if question.every is None else question.every
        question = structs.replace(question, model=card.id, scheme=found.scheme, every=every)
    predictions = None if found is None else found.predictions
    answer = run_question(
        question, table, predictions, warnings=() if found is None else found.warnings
    )
    run = Run(
        id=run_id_of(question, table, predictions),
        kind=KIND,
        title=title_of(question, len(table.symbols)),
        created_ns=created_ns,
        mode=mode,
        params=msgspec.json.encode(question),
        summary=msgspec.json.encode(summary_of(answer.report)),
    )
    return Answered(run, answer, card)


def keep(answered: Answered, runs: RunStore | None, lists: ReportLists) -> Answered:
    """Keep a backtest among the runs and in the lists; again, it replaces itself.

    Parameters
    ----------
    answered : Answered
        Of `answer_question`.
    runs : RunStore or None
        Keeps the report; None to leave it.
    lists : ReportLists
        Of the reports folder.

    Returns
    -------
    Answered
        With what was left out.

    Raises
    ------
    StoreError
        If the disk refuses; what was kept before that stays.
    """
    report, run = answered.answer.report, answered.run
    if runs is not None:
        runs.put_run(run, encode_report(report))
    left_out: list[str] = []
    fills, closed = len(report.fills.session), report.figures.trades.count
    if fills > MOST_ROWS:
        left_out.append(f"portfolio.csv: {fills:,} fills are more than {MOST_ROWS:,}")
    else:
        lists.put("portfolio", run.id, fill_rows(report))
    if closed > MOST_ROWS:
        left_out.append(f"pnl.csv: {closed:,} closed trades are more than {MOST_ROWS:,}")
    else:
        lists.put("pnl", run.id, gain_rows(answered.answer))
    lists.put("scoreboard", run.id, [scoreboard_row(report, answered.card)])
    return Answered(run, answered.answer, answered.card, tuple(left_out))


def title_of(question: EquityQuestion, symbols: int) -> str:
    """Return what a question is of, for a person.

    Parameters
    ----------
    question : EquityQuestion
        What is asked.
    symbols : int
        Of the table.

    Returns
    -------
    str

    Examples
    --------
    >>> from quantdeck.research.equities.question import EquityQuestion
    >>> title_of(EquityQuestion(strategy="momentum", top=5, sides="both"), 31)
    'momentum, 5 of 31 symbols on each side'
    """
    name = question.strategy.replace("_", " ")
    if question.strategy == "model":
        name = f"model {question.model}"
    if question.symbol:
        return f"{name}, {question.symbol}"
    if question.strategy not in ("model", "momentum"):
        return f"{name}, {symbols} symbols"
    each = " on each side" if question.is_both else ""
    return f"{name}, {question.held(symbols)} of {symbols} symbols{each}"
