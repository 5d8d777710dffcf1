"""``quantdeck replay``: play what is on the tape, or recorded files, through the live engine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quantdeck.cli.names import names
from quantdeck.cli.reporting import serving
from quantdeck.cli.up import Config, DataDir


def replay(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Recorded frames; the tape when none is named.")
    ] = None,
    source: Annotated[
        str, typer.Option(help="Where frames were recorded: binance-usdm or binance-spot.")
    ] = "binance-usdm",
    speed: Annotated[str, typer.Option(help="Times real time, such as 1 or 10, or max.")] = "1",
    start: Annotated[
        str | None, typer.Option(help="Of the tape: from this time, ISO 8601, UTC assumed.")
    ] = None,
    end: Annotated[str | None, typer.Option(help="Of the tape: until before this time.")] = None,
    symbols: Annotated[
        list[str] | None,
        typer.Option(
            "--symbols",
            "--symbol",
            help="Of the tape: only these, such as btcusdt,ethusdt; repeatable.",
        ),
    ] = None,
    headless: Annotated[
        bool, typer.Option("--headless", help="Without the page; end with the data.")
    ] = False,
    host: Annotated[str | None, typer.Option(help="Address to listen on (loopback).")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 takes any free one.")] = None,
    open_: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the page in a browser.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    demo: Annotated[bool, typer.Option("--demo", help="Take the tape of the demo.")] = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Play recorded data through the same engine as live, with the page open."""
    with serving():
        from quantdeck.app.replay import ReplayOptions, run_replay
        from quantdeck.app.settings import load

        settings = load(config, flags={"host": host, "port": port, "data_dir": data_dir})
        options = ReplayOptions(
            files=tuple(files or ()),
            source=source,
            speed=speed,
            start=start,
            end=end,
            symbols=names(symbols),
            headless=headless,
            open_browser=open_,
            as_json=as_json,
            demo=demo,
        )
        run_replay(settings, options)
