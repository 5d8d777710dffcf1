"""Runs a query for the command line and prints what came back."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import msgspec
from rich.console import Console
from rich.table import Table

from quantdeck.app.places import tape_folder
from quantdeck.app.tape_parts import tape_reader
from quantdeck.model.errors import BadInput, NoData
from quantdeck.views.tables import csv_of, rows_of

if TYPE_CHECKING:
    import pyarrow as pa

    from quantdeck.app.settings import Settings

_KEPT = ("manifest.sqlite", "chains/catalog.sqlite", "history/catalog.sqlite")
_FORMS = ("table", "csv", "json")


def run_sql(settings: Settings, query: str, *, form: str, demo: bool = False) -> None:
    """Ask the tape and print the answer.

    Parameters
    ----------
    settings : Settings
        Where the tape is, and the limits.
    query : str
        One SELECT; ``-`` reads it from standard input.
    form : str
        ``table``, ``csv`` or ``json`` (a row a line).
    demo : bool
        Ask the tape of the demo.

    Raises
    ------
    BadInput
        If the form is unknown or the query is wrong.
    NoData
        If there is no tape.
    """
    if form not in _FORMS:
        raise BadInput(f"--format {form!r} is not known; there are {', '.join(_FORMS)}")
    folder = tape_folder(settings, demo=demo)
    if not settings.tape.store.url and not any((folder / name).exists() for name in _KEPT):
        raise NoData(f"there is no tape in {folder}; capture or import something first")
    text = sys.stdin.read() if query == "-" else query
    limits = settings.sql
    answer = tape_reader(settings, folder, demo=demo).sql(
        text, timeout_s=limits.timeout_s, max_rows=limits.max_rows
    )
    {"table": _as_table, "csv": _as_csv, "json": _as_json}[form](answer)
    if (answer.schema.metadata or {}).get(b"truncated") == b"true":
        print(f"cut at {answer.num_rows} rows; --max-rows raises the limit", file=sys.stderr)  # noqa: T201


def _as_table(answer: pa.Table) -> None:
    table = Table(*answer.column_names, box=None, header_style="bold")
    for row in rows_of(answer):
        table.add_row(*("" if value is None else str(value) for value in row.values()))
    # A pipe has no width: nothing is cut or wrapped there.
    console = Console(width=None if sys.stdout.isatty() else 10_000)
    console.print(table, highlight=False, markup=False)


def _as_csv(answer: pa.Table) -> None:
    sys.stdout.write(csv_of(answer).decode())


def _as_json(answer: pa.Table) -> None:
    for row in rows_of(answer):
        sys.stdout.write(msgspec.json.encode(row).decode() + "\n")
