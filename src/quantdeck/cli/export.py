"""``quantdeck export``: ticks or bars from the tape, alerts and backtests, or all as SQLite."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quantdeck.cli.names import names
from quantdeck.cli.reporting import reporting
from quantdeck.cli.up import Config, DataDir


def export(
    what: Annotated[
        str,
        typer.Argument(
            help="trades, agg_trades, quotes, marks, bars of --timeframe, history, corporate_actions, "
            "alerts, backtests, or sqlite: everything collected as one SQLite file that later exports "
            "keep in step."
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write.")],
    symbols: Annotated[
        list[str] | None,
        typer.Option(
            "--symbol", "--symbols", help="Only these, with commas or repeated; all by default."
        ),
    ] = None,
    timeframe: Annotated[
        str, typer.Option(help="Of bars: 1s, 1m or 5m; of history: 1d or 1h.")
    ] = "1m",
    start: Annotated[
        str | None, typer.Option(help="From this time, ISO 8601, UTC assumed.")
    ] = None,
    end: Annotated[str | None, typer.Option(help="Until before this time.")] = None,
    format_: Annotated[
        str | None,
        typer.Option("--format", help="csv, parquet or json; else from the file's name."),
    ] = None,
    anew: Annotated[bool, typer.Option("--anew", help="Of sqlite: copy everything again.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    demo: Annotated[bool, typer.Option("--demo", help="Take the tape of the demo.")] = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Write ticks, bars, histories, alerts or backtests as CSV, Parquet or JSON lines; the file appears whole or not at all."""
    with reporting():
        from quantdeck.app.settings import load

        if what == "sqlite":
            from quantdeck.app.sqlite_copy import run_sqlite_copy

            settings = load(config, flags={"data_dir": data_dir})
            run_sqlite_copy(settings, output, anew=anew, demo=demo, as_json=as_json)
            return
        from quantdeck.app.files import ExportQuestion, run_export

        question = ExportQuestion(
            what=what,
            symbols=names(symbols),
            timeframe=timeframe,
            start=start,
            end=end,
            format=format_,
            demo=demo,
        )
        settings = load(config, flags={"data_dir": data_dir})
        run_export(settings, question, output, as_json=as_json)
