"""``quantdeck bars``: bars of a stock or an option from a vendor."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quantdeck.cli.reporting import reporting
from quantdeck.cli.up import Config


def bars(
    symbol: Annotated[
        str,
        typer.Argument(
            help="A stock or an option: SPY, SPXW261218C05000000; with yahoo ^GSPC, BTC-USD too."
        ),
    ],
    timeframe: Annotated[
        str,
        typer.Option(
            help="1Min to 59Min, 1Hour to 23Hour, 1Day; of stocks 1Week, 1Month; with yahoo 1Min, 1Hour, 1Day."
        ),
    ] = "1Day",
    start: Annotated[
        str | None,
        typer.Option(
            help="From this time, ISO 8601, UTC assumed; a week before the end if not given."
        ),
    ] = None,
    end: Annotated[
        str | None, typer.Option(help="Until before this time; now if not given.")
    ] = None,
    adjustment: Annotated[
        str,
        typer.Option(
            help="Of stocks: raw, split; with alpaca also dividend or all, with yahoo all."
        ),
    ] = "raw",
    source: Annotated[str, typer.Option(help="Vendor: alpaca, polygon or yahoo.")] = "alpaca",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write; else standard output.")
    ] = None,
    format_: Annotated[
        str | None,
        typer.Option("--format", help="csv, json or parquet; else from the file's name, or csv."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    demo: Annotated[
        bool, typer.Option("--demo", help="Ask the simulator; no key, no network.")
    ] = False,
    config: Config = None,
) -> None:
    """Fetch bars from a vendor; every row names source, feed, delay and adjustment."""
    with reporting():
        from quantdeck.app.settings import load
        from quantdeck.app.vendor_bars import BarsQuestion, run_bars

        question = BarsQuestion(symbol, timeframe, start, end, adjustment, demo, source)
        form = "json" if as_json else format_
        run_bars(load(config), question, output=output, form=form)
