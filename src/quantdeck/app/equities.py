"""Backtests of strategies and models on tables of features, for the command line."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import structs

from quantdeck.app.equities_text import figure_rows, heading, trade_rows
from quantdeck.app.features import features_at
from quantdeck.app.pairs_output import print_json, progress, write_table
from quantdeck.app.pairs_text import say, show
from quantdeck.app.places import reports_folder, tape_folder
from quantdeck.app.state import open_state
from quantdeck.jobs.backtest import Answered, answer_question, keep
from quantdeck.model.errors import BadInput, NoData
from quantdeck.net.clock import SystemClock
from quantdeck.records.models import FOLDER, FolderModels
from quantdeck.records.report_lists import FolderLists
from quantdeck.research.equities.booking import booked
from quantdeck.research.equities.report_rows import fill_rows
from quantdeck.tape import export
from quantdeck.views.backtest_files import ledger_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from quantdeck.app.settings import Settings
    from quantdeck.research.equities.question import EquityQuestion
    from quantdeck.research.features.table import FeatureTable

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class EquityOutputs:
    """What is read, and where results go.

    Parameters
    ----------
    features : str or None
        File of features, name of a table that is kept, or None for the newest.
    model : str or None
        Id of a model, its folder or its file ``model.txt``; None for the current one.
    demo : bool
        Of the demo's folder.
    as_json : bool
        Print one JSON document instead of tables.
    csv : Path or None
        File of the fills: .csv, .parquet or .ndjson.
    ledger : Path or None
        File of every line of the ledger.
    is_kept : bool
        Whether it is added to the runs and to the reports folder.

    Raises
    ------
    BadInput
        If a name does not say what to write, or its folder is not there.
    """

    features: str | None = None
    model: str | None = None
    demo: bool = False
    as_json: bool = False
    csv: Path | None = None
    ledger: Path | None = None
    is_kept: bool = True

    def __post_init__(self) -> None:
        for path in (self.csv, self.ledger):
            if path is not None:
                export.form_of(path)
                if not path.parent.is_dir():
                    raise BadInput(f"the folder {path.parent} is not there; create it first")


def run_equities(settings: Settings, question: EquityQuestion, outputs: EquityOutputs) -> None:
    """Backtest a question, keep and print it; see `quantdeck.cli.backtest`.

    Raises
    ------
    BadInput
        If the question cannot be.
    NoData
        If there is no table or no model, or too little of either.
    StoreError
        If something cannot be read or written.
    ConfigError
        If LightGBM is needed and not installed.
    """
    folder = tape_folder(settings, demo=outputs.demo)
    with progress("backtesting") as tell:
        table = features_at(settings, outputs.features, demo=outputs.demo)
        tell(0.3)
        models, model_id = _models(folder, outputs.model)
        asked = structs.replace(
            question,
            model=model_id,
            symbol=_symbol(question.symbol, table),
            benchmark=_symbol(question.benchmark, table),
            max_risk=settings.playbook.most_at_risk(question.strategy)
            if question.max_risk is None
            else question.max_risk,
        )
        made = answer_question(
            asked,
            table,
            models,
            created_ns=SystemClock().now_ns(),
            mode="demo" if table.is_simulated else "live",
        )
        tell(0.8)
        if outputs.is_kept:
            lists = FolderLists(reports_folder(settings, demo=outputs.demo))
            with closing(open_state(settings, demo=outputs.demo)) as records:
                made = keep(made, records.runs, lists)
    _write(made, outputs)
    _print(made, settings, outputs)


def _models(folder: Path, named: str | None) -> tuple[FolderModels, str]:
    if named is None:
        return FolderModels(folder / FOLDER), ""
    path = Path(named)
    if path.is_file():
        path = path.parent
    if path.is_dir():
        path = path.resolve()
        return FolderModels(path.parent), path.name
    if path.suffix or len(path.parts) > 1:
        raise NoData(f"there is no model {named}; name the folder of one, or its id")
    return FolderModels(folder / FOLDER), named


def _symbol(typed: str, table: FeatureTable) -> str:
    # A table of a file may have bare names, so that what it has comes first.
    if not typed or typed in table.symbols:
        return typed
    upper = typed.upper()
    same = [each for each in table.symbols if upper in (each.upper(), each.partition(":")[2])]
    return same[0] if len(same) == 1 else typed


def _write(made: Answered, outputs: EquityOutputs) -> None:
    if outputs.csv is not None:
        write_table(_fills(made), outputs.csv)
    if outputs.ledger is not None:
        write_table(ledger_table(booked(made.answer.result).entries), outputs.ledger)


def _fills(made: Answered) -> pa.Table:
    import pyarrow as pa

    rows = fill_rows(made.answer.report)
    columns = ("date", "symbol", "quantity", "price", "fee")
    return pa.table({name: [row[name] for row in rows] for name in columns})


def _print(made: Answered, settings: Settings, outputs: EquityOutputs) -> None:
    report = made.answer.report
    lists = FolderLists(reports_folder(settings, demo=outputs.demo))
    if outputs.as_json:
        print_json(
            {
                "run": made.run.id,
                "title": made.run.title,
                "simulated": report.is_simulated,
                "question": msgspec.to_builtins(report.question),
                "summary": msgspec.json.decode(made.run.summary),
                "figures": msgspec.to_builtins(report.figures),
                "warnings": report.warnings,
                "trades": msgspec.to_builtins(report.trades),
            }
        )
        return
    say(heading(report, made.run.title))
    show(figure_rows(report))
    if report.trades:
        shown = report.trades[-_SHOWN:]
        print(f"\nlast {len(shown)} of {len(report.trades):,} trades")  # noqa: T201
        show(trade_rows(shown))
    _say_kept(made, lists, is_kept=outputs.is_kept, warnings=report.warnings)


def _say_kept(
    made: Answered, lists: FolderLists, *, is_kept: bool, warnings: Sequence[str]
) -> None:
    for warning in warnings:
        say(f"mind: {warning}")
    if not is_kept:
        return
    say(f"kept as {made.run.id}, and in {lists.path('scoreboard').parent}")
    for each in made.left_out:
        say(f"not in {each}")
