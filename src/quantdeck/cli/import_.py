"""``quantdeck import``: files of trades and recorded frames onto the tape."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quantdeck.cli.reporting import reporting
from quantdeck.cli.up import Config, DataDir


def import_(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="Trades as CSV (ts,symbol,price,size) or NDJSON, or recorded combined-stream frames "
            "(local_ns JSON a line); told by their content, gz or not."
        ),
    ],
    source: Annotated[
        str, typer.Option(help="Of frames: where they were recorded, binance-usdm or binance-spot.")
    ] = "binance-usdm",
    strict: Annotated[
        bool,
        typer.Option("--strict", help="Of frames: refuse every file when one line is broken."),
    ] = False,
    venue: Annotated[
        str, typer.Option(help="Of trades: venue of symbols that name none.")
    ] = "UPLOAD",
    lenient: Annotated[
        bool,
        typer.Option(
            "--lenient", help="Of trades: take the good lines of a file where others are bad."
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Put files onto the tape; importing the same file twice adds nothing."""
    with reporting():
        from quantdeck.app.settings import load

        settings = load(config, flags={"data_dir": data_dir})
        # Either kind loads half of the project, and never the half of the other.
        from quantdeck.app.files_in import are_trades

        if are_trades(files):
            from quantdeck.app.import_trades import run_trades

            run_trades(settings, files, venue=venue, partial=lenient, as_json=as_json)
        else:
            from quantdeck.app.files import run_import

            run_import(settings, files, source=source, strict=strict, as_json=as_json)
