"""Tables of features for the command line: building, keeping, writing, and what is in them."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console
from rich.table import Table

from quantdeck.app.compute_parts import computing
from quantdeck.app.feature_blocks import build_parts
from quantdeck.app.feature_parts import feature_sources, load_own_features
from quantdeck.app.pairs_output import progress
from quantdeck.app.places import tape_folder
from quantdeck.app.times import parse_time
from quantdeck.app.typed_symbols import typed_symbol
from quantdeck.app.words import counted
from quantdeck.jobs.features import FeatureRequest, build_table
from quantdeck.model.errors import BadInput, NoData
from quantdeck.research.features.catalogue import RANK, features, find
from quantdeck.tape.features.files import read_features, write_features
from quantdeck.tape.features.store import TableStore

if TYPE_CHECKING:
    from quantdeck.app.settings import Settings
    from quantdeck.jobs.features import BuiltTable
    from quantdeck.research.features.table import FeatureTable

_DAY_NS = 86_400_000_000_000


@dataclass(frozen=True, slots=True)
class FeatureQuestion:
    """What ``quantdeck features`` is asked for.

    Parameters
    ----------
    symbols : tuple of str
        As typed; those of the settings where empty, and everything kept where those are.
    names : tuple of str
        Columns; all where empty.
    start, end : str or None
        Dates of the first and last row.
    output : Path or None
        File to write beside what is kept, ``.csv`` or ``.parquet``.
    demo : bool
        Of the simulated prices.
    """

    symbols: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    start: str | None = None
    end: str | None = None
    output: Path | None = None
    demo: bool = False


def run_features(settings: Settings, question: FeatureQuestion, *, as_json: bool) -> None:
    """Build a table of features, keep it, write it if asked, and print what is in it.

    Raises
    ------
    BadInput
        If a symbol, a name, a date or the output is wrong.
    ConfigError
        If a file of features fails.
    NoData
        If nothing is kept, or no symbol has sixty sessions.
    StoreError
        If the disk refuses.
    """
    folder = tape_folder(settings, demo=question.demo)
    request = _request(settings, question)
    sources = feature_sources(settings, folder)
    for name in question.names:
        find(name)
    console = Console(stderr=True)
    with console.status("reading what is kept") as status:

        def tell(what: str, done: int, of: int) -> None:
            status.update(f"{what}, {done:,} of {of:,}" if of > 1 else what)

        built = build_table(request, sources, tell=tell)
        if built is None:
            raise NoData("the table was not built")
        status.update("writing")
        # a few columns would stand in the place of all, which models are trained on
        name = None if question.names else TableStore(folder).put(built.table)
        if question.output is not None:
            write_features(built.table, question.output)
    if as_json:
        print(json.dumps(_plain(built, name), indent=2))  # noqa: T201
    else:
        _show(built, name, question.output)


def run_parts(
    settings: Settings, question: FeatureQuestion, folder: Path, *, as_json: bool
) -> None:
    """Write a table of features in parts, and print what was written; nothing is kept beside them.

    Raises
    ------
    BadInput
        If a symbol, a name or a date is wrong, or there is something in the folder.
    NoData
        If nothing is kept, or no symbol has sixty sessions.
    StoreError
        If the disk refuses.
    """
    if question.output is not None:
        raise BadInput("--parts writes a folder and --output a file; give one of them")
    request = _request(settings, question)
    data = tape_folder(settings, demo=question.demo)
    with progress("building features") as told, computing(settings) as executor:
        made = build_parts(settings, data, request, folder, executor, on_progress=told)
    if as_json:
        files = [str(each) for each in made.files]
        print(json.dumps(made._asdict() | {"files": files}, indent=2))  # noqa: T201
        return
    Console(soft_wrap=True).print(
        f"[bold]{counted(made.rows, 'row')}[/] of {counted(made.symbols, 'symbol')} over "
        f"{counted(made.sessions, 'session')}, {counted(made.columns, 'feature')}, in "
        f"{counted(len(made.files), 'part')} in {folder}; {len(made.left_out)} left out.",
        highlight=False,
    )


def run_list(settings: Settings, *, as_json: bool) -> None:
    """Print every feature that is registered: name, group, unit, lookback, what it is.

    Raises
    ------
    ConfigError
        If a file of features fails.
    """
    load_own_features(settings)
    every = features()
    if as_json:
        rows = [
            {
                "name": each.name,
                "group": each.group,
                "title": each.title,
                "text": each.text,
                "inputs": each.inputs,
                "lookback": each.lookback,
                "unit": each.unit,
                "is_comparable": each.is_comparable,
                "rank": f"{each.name}{RANK}" if each.is_ranked else None,
            }
            for each in every
        ]
        print(json.dumps(rows, indent=2))  # noqa: T201
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("feature", "group", "unit", "sessions", "rank", "what it is"):
        table.add_column(title, justify="right" if title == "sessions" else "left")
    for each in every:
        sessions = "all before" if each.lookback == 0 else str(each.lookback)
        rank = "yes" if each.is_ranked else ""
        table.add_row(each.name, each.group, each.unit, sessions, rank, each.title)
    Console(soft_wrap=not sys.stdout.isatty()).print(table)


def features_at(settings: Settings, source: str | None, *, demo: bool = False) -> FeatureTable:
    """Return the table of features that a person named: a file, a name that is kept, or the newest.

    Parameters
    ----------
    settings : Settings
        Names the data folder.
    source : str or None
        Path that ends in ``.csv`` or ``.parquet``, the date of a table that is kept, or None.
    demo : bool
        Of the demo's folder.

    Raises
    ------
    BadInput
        If the file is damaged or lacks columns.
    NoData
        If there is none; the message says how to make one.
    StoreError
        If it cannot be read.
    """
    if source is not None and Path(source).suffix:
        return read_features(Path(source))
    return TableStore(tape_folder(settings, demo=demo)).get(source)


def _request(settings: Settings, question: FeatureQuestion) -> FeatureRequest:
    typed = question.symbols or settings.research.symbols
    start, end = parse_time(question.start), parse_time(question.end)
    if start is not None and end is not None and end < start:
        raise BadInput(f"--to {question.end} lies before --from {question.start}")
    return FeatureRequest(
        symbols=tuple(dict.fromkeys(typed_symbol(text) for text in typed)),
        names=question.names or None,
        start_ns=None if start is None else start // _DAY_NS * _DAY_NS,
        end_ns=None if end is None else end // _DAY_NS * _DAY_NS + _DAY_NS,
    )


def _show(built: BuiltTable, name: str | None, output: Path | None) -> None:
    table = built.table
    console = Console(soft_wrap=True)
    simulated = " (simulated)" if table.is_simulated else ""
    console.print(
        f"[bold]{counted(len(table), 'row')}[/] of {counted(len(table.symbols), 'symbol')} over "
        f"{counted(len(table.sessions), 'session')}, {_day(table, 0)} to {_day(table, -1)}, "
        f"{counted(len(table.names), 'feature')}; prices of {table.source}{simulated}",
        highlight=False,
    )
    newest = datetime.fromtimestamp(int(table.known_ns[-1]) / 1e9, UTC)
    console.print(f"The newest was known at {newest:%Y-%m-%d %H:%M} UTC.", highlight=False)
    shown = Table(box=None, pad_edge=False, header_style="bold")
    shown.add_column("feature", min_width=max(map(len, table.names)))
    for title in ("missing", "5 %", "median", "95 %", "newest, median"):
        shown.add_column(title, justify="right")
    for each in table.names:
        if each.endswith(RANK):
            continue
        shown.add_row(each, *_figures(table, each))
    console.print(shown)
    console.print("Ranks of a session (name_rank) are left out here; they are in the table.")
    for symbol, why in list(built.left_out.items())[:20]:
        console.print(f"[yellow]left out[/] {symbol}: {why}", highlight=False)
    if len(built.left_out) > 20:
        console.print(f"[yellow]left out[/] {len(built.left_out) - 20} more; see --json")
    for said in built.warnings:
        console.print(f"[yellow]note[/] {said}", highlight=False)
    kept = "Not kept, having some of the columns only" if name is None else f"Kept as {name}"
    where = "" if output is None else f", and written to {output}"
    console.print(f"{kept}{where}.", highlight=False)


def _figures(table: FeatureTable, name: str) -> list[str]:
    values = table.column(name)
    rows = values[table.is_row]
    known = rows[np.isfinite(rows)]
    if not len(known):
        return ["100.0 %", "", "", "", ""]
    quantiles = [f"{each:.5g}" for each in np.quantile(known, (0.05, 0.5, 0.95)).tolist()]
    newest = values[:, -1]
    newest = newest[np.isfinite(newest)]
    last = f"{float(np.median(newest)):.5g}" if len(newest) else ""
    return [f"{1.0 - len(known) / len(rows):.1%}".replace("%", " %"), *quantiles, last]


def _plain(built: BuiltTable, name: str | None) -> dict[str, object]:
    table = built.table
    shares = {
        each: float(np.isnan(table.column(each)[table.is_row]).mean()) for each in table.names
    }
    return {
        "name": name,
        "rows": len(table),
        "symbols": table.symbols,
        "sessions": len(table.sessions),
        "first_session": _day(table, 0),
        "last_session": _day(table, -1),
        "known_ns": int(table.known_ns[-1]),
        "calendar": table.calendar,
        "source": table.source,
        "is_simulated": table.is_simulated,
        "missing": shares,
        "left_out": built.left_out,
        "warnings": built.warnings,
        "fingerprint": table.fingerprint(),
    }


def _day(table: FeatureTable, at: int) -> str:
    return str(np.datetime64(int(table.sessions[at]), "ns").astype("datetime64[D]"))
