"""The playbook on the command line: made, kept, printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
from rich.console import Console
from rich.table import Table

import quantdeck
from quantdeck.app.features import features_at
from quantdeck.app.places import reports_folder, tape_folder
from quantdeck.app.playbook_parts import playbook_stores
from quantdeck.hub.tear_sheets import sheet_parts
from quantdeck.jobs.playbook import PlaybookRequest, make_and_keep
from quantdeck.model.errors import BadInput, NoData, StoreError
from quantdeck.net.clock import SystemClock
from quantdeck.records.report_files import write_text
from quantdeck.views.playbook_report import playbook_report_page, reported_trades
from quantdeck.views.playbook_words import OPTIONS, VIEWS, notes_text, strikes_text, why_text
from quantdeck.views.study_rows.playbook import playbook_table
from quantdeck.views.tables import csv_of, parquet_of

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.app.settings import Settings
    from quantdeck.research.playbook.entry import Entry, Idea, Playbook


STRATEGIES = "strategies.html"


@dataclass(frozen=True, slots=True)
class PlaybookQuestion:
    """What ``quantdeck playbook`` is asked for.

    Parameters
    ----------
    source : str or None
        Table of features: a file, the date of one that is kept, or the newest.
    model_id : str or None
        The current model where None.
    has_model, has_options : bool
        False does without.
    top_n : int or None
        Symbols that get a trade; that of the settings where None.
    session : str or None
        Show the playbook of a session as it was kept, and make none.
    why : str or None
        Symbol to explain in words, as typed.
    output : Path or None
        File to write beside what is kept: ``.csv``, ``.parquet`` or ``.json``.
    demo : bool
        Of the demo's folder.
    """

    source: str | None = None
    model_id: str | None = None
    has_model: bool = True
    has_options: bool = True
    top_n: int | None = None
    session: str | None = None
    why: str | None = None
    output: Path | None = None
    demo: bool = False


def run_playbook(settings: Settings, question: PlaybookQuestion, *, as_json: bool) -> None:
    """Make the playbook of the newest session, keep it, and print it.

    Raises
    ------
    BadInput
        If the model does not fit the table, or an option is wrong.
    ConfigError
        If the section ``playbook`` makes none.
    NoData
        If there is nothing to make it of, or the symbol has no score.
    StoreError
        If something cannot be read or written.
    """
    made = _asked(settings, question)
    entry = None if question.why is None else _entry(made, question.why)
    report = write_strategies(settings, made, demo=question.demo)
    if question.output is not None:
        _write(made, question.output)
    if as_json:
        print(msgspec.json.format(msgspec.json.encode(entry or made), indent=2).decode())  # noqa: T201
    elif entry is not None:
        _explain(entry)
    else:
        _show(made)
        if report is not None:
            Console(soft_wrap=True).print(f"Odds and payoffs: {report}", highlight=False)


def write_strategies(settings: Settings, made: Playbook, *, demo: bool) -> Path | None:
    """Write the option trades of a playbook with their odds, and return where.

    Parameters
    ----------
    settings : Settings
        Names the reports folder.
    made : Playbook
        What is told.
    demo : bool
        Of simulated prices.

    Returns
    -------
    Path or None
        None where it has no option trade.

    Raises
    ------
    StoreError
        If it cannot be written, or the page was not built.
    """
    trades = reported_trades(made)
    if not trades:
        return None
    parts = sheet_parts(quantdeck.__version__, SystemClock().now_ns())
    file = reports_folder(settings, demo=demo) / STRATEGIES
    write_text(file, playbook_report_page(made, trades, parts))
    return file


def _asked(settings: Settings, question: PlaybookQuestion) -> Playbook:
    folder = tape_folder(settings, demo=question.demo)
    stores = playbook_stores(folder)
    if question.session is not None:
        return stores.playbooks.get(question.session)
    rules = settings.playbook.rules()
    if question.top_n is not None:
        rules = msgspec.structs.replace(settings.playbook, top_n=question.top_n).rules()
    with Console(stderr=True).status("reading features") as status:
        table = features_at(settings, question.source, demo=question.demo)
        return make_and_keep(
            stores,
            rules,
            PlaybookRequest(
                now_ns=SystemClock().now_ns(),
                table=table,
                model_id=question.model_id,
                has_model=question.has_model,
                has_options=question.has_options,
                tell=status.update,
            ),
        )


def _entry(made: Playbook, typed: str) -> Entry:
    wanted = typed.upper()
    for each in made.entries:
        if wanted in {each.symbol, each.symbol.partition(":")[2]}:
            return each
    raise NoData(
        f"{typed} has no score on {made.session}; there are "
        + ", ".join(each.symbol for each in made.entries)
    )


def _write(made: Playbook, path: Path) -> None:
    match path.suffix:
        case ".json":
            write_text(path, msgspec.json.format(msgspec.json.encode(made), indent=2).decode())
            return
        case ".csv":
            content = csv_of(playbook_table(made))
        case ".parquet":
            content = parquet_of(playbook_table(made))
        case _:
            raise BadInput(f"{path} must end in .csv, .parquet or .json")
    try:
        path.write_bytes(content)
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}") from error


def _show(made: Playbook) -> None:
    console = Console(soft_wrap=True)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in _COLUMNS:
        table.add_column(title, justify="left" if title in _WORDS else "right")
    for entry in made.entries[: made.top_n]:
        table.add_row(*_cells(entry))
    # Wider than a screen where it must be: a cut figure is none.
    wide = Console(width=10_000)
    wide.print(table, highlight=False, markup=False)
    console.print("\nContributions to the score: weight times z among the symbols", style="bold")
    wide.print(_contributions(made), highlight=False, markup=False)
    for entry in made.entries[: made.top_n]:
        if entry.idea is not None and entry.idea.refusal:
            console.print(f"[yellow]{entry.symbol}[/] {entry.idea.refusal}", highlight=False)
    console.print(f"\n{_plain(notes_text(made))}", highlight=False, markup=False)


_COLUMNS = (
    "#", "symbol", "score", "model", "view", "options", "trade", "legs", "expiry", "POP", "expected",
    "max loss", "size", "known",
)  # fmt: skip
_WORDS = {"symbol", "view", "options", "trade", "legs", "expiry"}


def _cells(entry: Entry) -> list[str]:
    idea = entry.idea
    return [
        str(entry.rank),
        entry.symbol,
        f"{entry.score:+.2f}",
        _percent(entry.probability, 1),
        VIEWS[entry.view],
        OPTIONS[entry.richness],
        *_trade(idea),
        f"{entry.coverage:.0%}",
    ]


def _trade(idea: Idea | None) -> list[str]:
    if idea is None or not idea.structure:
        return ["none", *[""] * 6]
    loss = "-" if idea.max_loss is None else f"{idea.max_loss:,.2f}"
    mean = "-" if idea.expected_value is None else f"{idea.expected_value:+,.0f}"
    return [
        idea.title,
        strikes_text(idea),
        idea.expiry,
        _percent(idea.pop, 0),
        mean,
        loss,
        f"{idea.size:,}",
    ]


def _contributions(made: Playbook) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("symbol")
    for part in made.entries[0].contributions:
        table.add_column(part.factor, justify="right")
    table.add_column("score", justify="right")
    for entry in made.entries[: made.top_n]:
        parts = [
            "-" if p.contribution is None else f"{p.contribution:+.3f}" for p in entry.contributions
        ]
        table.add_row(entry.symbol, *parts, f"{entry.score:+.3f}")
    return table


def _explain(entry: Entry) -> None:
    console = Console(soft_wrap=True)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("factor", "value", "z", "weight", "contribution"):
        table.add_column(title, justify="left" if title == "factor" else "right")
    for part in entry.contributions:
        known = part.value is not None and part.z is not None and part.contribution is not None
        cells = (
            [
                f"{part.value:.4f}",
                f"{part.z:+.2f}",
                f"{part.weight:+.3f}",
                f"{part.contribution:+.3f}",
            ]
            if known
            else ["not known", "", "", ""]
        )
        table.add_row(part.factor, *cells)
    table.add_row("score", "", "", "", f"{entry.score:+.3f}")
    console.print(table)
    console.print(f"\n{_plain(why_text(entry))}", highlight=False, markup=False)


def _plain(markdown: str) -> str:
    return markdown.replace("**", "").replace("`", "").replace("\n\n", "\n")


def _percent(value: float | None, decimals: int) -> str:
    return "-" if value is None else f"{value:.{decimals}%}"
