"""Audits for the command line: does anything know what came after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
from rich.console import Console
from rich.table import Table

from quantdeck.app.feature_parts import feature_sources
from quantdeck.app.features import features_at
from quantdeck.app.places import tape_folder
from quantdeck.app.research_places import audits_of
from quantdeck.app.steps_bar import steps_bar
from quantdeck.app.train import TrainQuestion, way_of
from quantdeck.app.typed_symbols import typed_symbol
from quantdeck.app.words import counted
from quantdeck.jobs.audit import Audited, audit_kept, audit_table
from quantdeck.jobs.features import FeatureRequest
from quantdeck.model.errors import BadInput
from quantdeck.net.clock import SystemClock
from quantdeck.research.audit import Outcome, Rules
from quantdeck.research.features.table import of_symbols

if TYPE_CHECKING:
    from quantdeck.app.settings import Settings
    from quantdeck.app.steps_bar import Steps
    from quantdeck.research.audit import AuditReport

EXIT_WARNING, EXIT_ERROR = 5, 6
"""Exit codes where the worst of the checks is a warning, and where it is an error."""

_STYLES = {
    Outcome.OK: "green",
    Outcome.SKIPPED: "yellow",
    Outcome.WARNING: "yellow",
    Outcome.ERROR: "bold red",
}
_MOST_CUTS, _MOST_DEALS = 50, 50


@dataclass(frozen=True, slots=True)
class AuditQuestion:
    """What ``quantdeck audit`` is asked for.

    Parameters
    ----------
    source : str or None
        File of a table, or the date of one that is kept; None builds it anew from what is kept, which
        alone can tell whether features look ahead.
    symbols : tuple of str
        As typed; those of the settings where empty, and everything kept where those are.
    cuts : int
        Sessions at which the data are cut.
    deals : int
        Times that returns are dealt anew.
    target : str or None
        The question; that of the settings where None.
    horizon, folds, seed : int or None
        Likewise.
    demo : bool
        Of the simulated prices.
    """

    source: str | None = None
    symbols: tuple[str, ...] = ()
    cuts: int = 6
    deals: int = 3
    target: str | None = None
    horizon: int | None = None
    folds: int | None = None
    seed: int | None = None
    demo: bool = False


def run_audit(settings: Settings, question: AuditQuestion, *, as_json: bool) -> int:
    """Audit features and the way of training, keep what was found, print it, and return the exit code.

    Parameters
    ----------
    settings : Settings
        Names the data folder, and how models are trained.
    question : AuditQuestion
        What is audited.
    as_json : bool
        Print JSON instead of text.

    Returns
    -------
    int
        0, `EXIT_WARNING` or `EXIT_ERROR`, by the worst check; one that could not be made counts for
        nothing.

    Raises
    ------
    BadInput
        If a symbol or a count is wrong.
    ConfigError
        If a file of features fails, or LightGBM is not installed.
    NoData
        If nothing is kept, or too little.
    StoreError
        If something cannot be read or written.
    """
    _check(question)
    with steps_bar("reading what is kept") as tell:
        report = _made(settings, question, tell)
    if as_json:
        text = msgspec.json.format(msgspec.json.encode(report), indent=2).decode()
        print(text)  # noqa: T201
    else:
        _show(report)
    return {Outcome.WARNING: EXIT_WARNING, Outcome.ERROR: EXIT_ERROR}.get(report.outcome, 0)


def _made(settings: Settings, question: AuditQuestion, tell: Steps) -> AuditReport:
    folder = tape_folder(settings, demo=question.demo)
    store = audits_of(settings, demo=question.demo)
    asked = TrainQuestion(
        target=question.target,
        horizon=question.horizon,
        folds=question.folds,
        seed=question.seed,
        is_cv=True,
    )
    rules = Rules(way=way_of(settings, asked), cuts=question.cuts, deals=question.deals)
    now_ns = SystemClock().now_ns()
    sources = feature_sources(settings, folder)
    if question.source is not None:
        symbols = tuple(typed_symbol(text) for text in question.symbols)
        table = of_symbols(features_at(settings, question.source, demo=question.demo), symbols)
        return audit_table(Audited(table), store, rules, created_ns=now_ns, on_progress=tell)
    typed = question.symbols or settings.research.symbols
    request = FeatureRequest(symbols=tuple(dict.fromkeys(typed_symbol(text) for text in typed)))
    return audit_kept(request, sources, store, rules, created_ns=now_ns, on_progress=tell)


def _check(question: AuditQuestion) -> None:
    if not 1 <= question.cuts <= _MOST_CUTS:
        raise BadInput(f"an audit cuts the data at 1 to {_MOST_CUTS} sessions, was {question.cuts}")
    if not 1 <= question.deals <= _MOST_DEALS:
        raise BadInput(f"an audit deals returns 1 to {_MOST_DEALS} times, was {question.deals}")


def _show(report: AuditReport) -> None:
    console = Console(soft_wrap=True)
    simulated = " (simulated)" if report.is_simulated else ""
    console.print(
        f"[bold]{counted(report.rows, 'row')}[/] of {counted(report.symbols, 'symbol')}, "
        f"{report.first_session} to {report.last_session}, {counted(report.features, 'feature')}; "
        f"prices of {report.source or 'a file'}{simulated}",
        highlight=False,
    )
    console.print(report.scheme, highlight=False, style="dim")
    for check in report.checks:
        style = _STYLES[check.outcome]
        console.print(f"[{style}]{check.outcome.value:7}[/] [bold]{check.title}[/]", end=" ")
        console.print(check.text, highlight=False, markup=False)
    if report.look_ahead:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for title in ("feature", "first on", "of", "cut at", "whole table", "cut", "values"):
            table.add_column(title, justify="right" if title in _RIGHT else "left")
        for each in report.look_ahead:
            figures = (_figure(each.whole), _figure(each.cut_value), f"{each.cells:,}")
            table.add_row(each.feature, each.session, each.symbol, each.cut, *figures)
        console.print(table)


_RIGHT = ("whole table", "cut", "values")


def _figure(value: float | None) -> str:
    return "not known" if value is None else f"{value:.6g}"
