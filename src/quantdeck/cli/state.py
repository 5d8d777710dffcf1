"""``quantdeck state``: accounts, rules, paper accounts and run ledger, from files to a server and back."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from quantdeck.cli.reporting import reporting
from quantdeck.cli.up import Config, DataDir

app = typer.Typer(help="What is kept beside the tape.", no_args_is_help=True)


class Place(StrEnum):
    """Where state may be copied to."""

    SERVER = "server"
    FILES = "files"


@app.command("copy")
def copy(
    to: Annotated[
        Place, typer.Option(help="server: from the data folder to state.url; files: back.")
    ],
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Copy all of it to where there is nothing yet, and compare; decks that use either are ended before."""
    with reporting():
        from quantdeck.app.settings import load
        from quantdeck.app.state_copy import run_state_copy

        settings = load(config, flags={"data_dir": data_dir})
        for title, rows in run_state_copy(settings, to.value):
            print(f"{title}: {rows} rows, the same on both sides")
