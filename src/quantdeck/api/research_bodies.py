"""Bodies of answers about features, models, audits and backtests of many symbols."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from quantdeck.api.parameters import iso
from quantdeck.api.study_bodies import Rows
from quantdeck.research.audit.report import AuditReport
from quantdeck.research.card import Card
from quantdeck.research.equities.question import EquityQuestion

if TYPE_CHECKING:
    from quantdeck.ports.records import Run
    from quantdeck.research.equities.reports import EquityReport, EquitySummary
    from quantdeck.research.table_summary import TableSummary


class FeatureTableBody(msgspec.Struct, frozen=True):
    """The newest table of features.

    Parameters
    ----------
    name : str
        Of the table in its store.
    symbols : tuple of str
        Canonical symbols.
    first, last : str
        Dates of the sessions.
    rows : int
        Pairs of a symbol and a session that it traded in.
    source : str
        Where the prices come from.
    is_simulated : bool
        Whether they are simulated.
    """

    name: str
    symbols: tuple[str, ...]
    first: str
    last: str
    rows: int
    source: str
    is_simulated: bool


class FeaturesReply(msgspec.Struct, frozen=True):
    """Features, and what the newest table holds of them.

    Parameters
    ----------
    table : FeatureTableBody or None
        Null where none was built.
    features : list of dict
        ``feature, group, title, unit, lookback, use, formula`` and, where there is a table, ``missing,
        missing_newest, low, median, high``: shares of rows without a value, and quantiles of 5, 50 and
        95 % of the newest session.
    """

    table: FeatureTableBody | None
    features: Rows


class ModelsReply(msgspec.Struct, frozen=True):
    """Models, newest first.

    Parameters
    ----------
    current : str or None
        Id of the one that others ask.
    models : list of dict
        ``id, created, target, horizon, first, last, rows, auc, auc_low, auc_high, auc_within, rank_ic,
        brier, brier_base, source, is_simulated, warnings`` (a count).
    """

    current: str | None
    models: Rows


class ModelReply(msgspec.Struct, frozen=True):
    """A model's card, and whether it is the one that others ask."""

    is_current: bool
    card: Card


class ModelUsedReply(msgspec.Struct, frozen=True):
    """The model that others ask from now on, and that in a sentence."""

    id: str
    message: str


class AuditReply(msgspec.Struct, frozen=True):
    """The newest audit: its worst outcome (``ok``, ``skipped``, ``warning``, ``error``), and all of it."""

    outcome: str
    audit: AuditReport


class ModelBacktestsReply(msgspec.Struct, frozen=True):
    """Backtests of many symbols, newest first.

    Parameters
    ----------
    backtests : list of dict
        ``id, title, created, mode, first, last, net, total_return, benchmark_return, sharpe,
        max_drawdown, turnover, trades``.
    """

    backtests: Rows


class ModelBacktestReply(msgspec.Struct, frozen=True):
    """A backtest of many symbols.

    Parameters
    ----------
    id, title, created, mode : str
        Of the run; ISO 8601.
    question : EquityQuestion
        What was asked.
    source : str
        Of the prices.
    is_simulated : bool
        Whether they were simulated.
    figures : dict
        ``first, last, net, total_return, benchmark_return, sharpe, sharpe_error, deflated_sharpe,
        max_drawdown, turnover, costs, trades``; ratios of a year where the run is long enough.
    warnings : list of str
        What a reader must know.
    """

    id: str
    title: str
    created: str
    mode: str
    question: EquityQuestion
    source: str
    is_simulated: bool
    figures: dict[str, float | int | str | None]
    warnings: list[str]


def table_body(name: str, found: TableSummary) -> FeatureTableBody:
    """Return a table as it is sent."""
    first, last = (iso(each)[:10] for each in found.sessions[[0, -1]].tolist())
    return FeatureTableBody(
        name, found.symbols, first, last, found.rows, found.source, found.is_simulated
    )


def model_body(card: Card) -> dict[str, float | int | str | bool | None]:
    """Return a line of the list of models."""
    judged = card.judgement
    area = None if judged is None else judged.auc
    return {
        "id": card.id,
        "created": iso(card.created_ns),
        "target": card.target,
        "horizon": card.horizon,
        "first": card.first_session,
        "last": card.last_session,
        "rows": card.rows,
        "auc": None if area is None else area.value,
        "auc_low": None if area is None else area.low,
        "auc_high": None if area is None else area.high,
        "auc_within": None if judged is None else judged.auc_within.value,
        "rank_ic": None if judged is None else judged.rank_ic.value,
        "brier": None if judged is None else judged.brier,
        "brier_base": None if judged is None else judged.brier_base,
        "source": card.source,
        "is_simulated": card.is_simulated,
        "warnings": len(card.warnings),
    }


def backtest_line(run: Run, summary: EquitySummary) -> dict[str, float | int | str | bool | None]:
    """Return a line of the list of backtests."""
    return {
        "id": run.id,
        "title": run.title,
        "created": iso(run.created_ns),
        "mode": run.mode,
        **msgspec.structs.asdict(summary),
    }


def backtest_body(run: Run, summary: EquitySummary, report: EquityReport) -> ModelBacktestReply:
    """Return a backtest as it is sent."""
    figures = report.figures
    ratio, deflated = figures.sheet.sharpe, figures.deflated
    return ModelBacktestReply(
        id=run.id,
        title=run.title,
        created=iso(run.created_ns),
        mode=run.mode,
        question=report.question,
        source=report.source,
        is_simulated=report.is_simulated,
        figures={
            **msgspec.structs.asdict(summary),
            "sharpe_error": None if ratio is None else ratio.standard_error,
            "deflated_sharpe": None if deflated is None else deflated.probability,
            "costs": figures.fees + figures.slippage + figures.borrow,
        },
        warnings=report.warnings,
    )
