"""``quantdeck history import``: bars of years from files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quantdeck.cli.reporting import reporting
from quantdeck.cli.up import Config, DataDir


def history_import(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="CSV with a header (date, open, high, low, close; volume and symbol where there), "
            "gz or not, or a daily zip of LEAN."
        ),
    ],
    interval: Annotated[str, typer.Option(help="Of the bars: 1d, 1h or 1m.")] = "1d",
    symbol: Annotated[
        str | None, typer.Option(help="What the bars are of, where no column says it.")
    ] = None,
    venue: Annotated[str, typer.Option(help="Venue of symbols that name none.")] = "US",
    source: Annotated[str, typer.Option(help="Name under which the bars are kept.")] = "file",
    factors: Annotated[
        Path | None, typer.Option(help="LEAN's factor file: splits and dividends of the zip.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Keep bars as traded from files; the same file twice adds nothing, a broken one is left whole."""
    with reporting():
        from quantdeck.app.history_import import BarImport, run_history_import
        from quantdeck.app.settings import load

        settings = load(config, flags={"data_dir": data_dir})
        question = BarImport(interval, symbol, venue, source, factors)
        run_history_import(settings, files, question, as_json=as_json)
