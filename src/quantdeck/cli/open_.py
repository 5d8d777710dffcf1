"""``quantdeck open``: a fresh link to the deck that runs."""

from __future__ import annotations

from typing import Annotated

import typer

from quantdeck.cli.reporting import reporting
from quantdeck.cli.up import Config, DataDir


def open_(
    open_browser: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the page in a browser.")
    ] = True,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Print a fresh link to the deck that runs on this data folder, and open it."""
    with reporting():
        from quantdeck.app.links import run_open
        from quantdeck.app.settings import load

        run_open(load(config, flags={"data_dir": data_dir}), open_browser=open_browser)
