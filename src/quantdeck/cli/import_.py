"""``quantdeck import``: recorded files onto the tape."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quantdeck.cli.reporting import reporting
from quantdeck.cli.up import Config, DataDir


def import_(
    files: Annotated[
        list[Path],
        typer.Argument(help="Recorded combined-stream frames: local_ns JSON a line, gz or not."),
    ],
    source: Annotated[
        str, typer.Option(help="Where they were recorded: binance-usdm or binance-spot.")
    ] = "binance-usdm",
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse every file when one line is broken.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Put recorded frames onto the tape; importing the same file twice adds nothing."""
    with reporting():
        from quantdeck.app.files import run_import
        from quantdeck.app.settings import load

        settings = load(config, flags={"data_dir": data_dir})
        run_import(settings, files, source=source, strict=strict, as_json=as_json)
