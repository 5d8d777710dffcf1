"""The copy of what was collected as one SQLite file, from the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec
from rich.console import Console

from quantdeck.app.places import tape_folder
from quantdeck.app.words import counted
from quantdeck.tape.sqlite_copy import SqliteCopy

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.app.settings import Settings


def run_sqlite_copy(
    settings: Settings, output: Path, *, anew: bool, demo: bool, as_json: bool
) -> None:
    """Bring the copy into step and say what was written.

    Parameters
    ----------
    settings : Settings
        Names the data folder.
    output : Path
        The SQLite file.
    anew : bool
        Copy everything again.
    demo : bool
        Of what the simulators brought.
    as_json : bool
        Print the result as JSON.

    Raises
    ------
    BadInput
        If the file is somebody else's.
    StoreError
        If it cannot be written.
    """
    report = SqliteCopy(output, tape_folder(settings, demo=demo)).sync(anew=anew)
    if as_json:
        print(json.dumps({"file": str(output), **msgspec.to_builtins(report)}))  # noqa: T201
        return
    console = Console(soft_wrap=True)
    for name, rows in report.rows.items():
        new = report.written.get(name, 0)
        written = f", {new:,} written now" if new else ""
        console.print(f"{name:<18} {counted(rows, 'row')}{written}", highlight=False)
