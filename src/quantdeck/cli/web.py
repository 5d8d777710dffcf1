"""``quantdeck web``: the page alone, beside a process that captures."""

from __future__ import annotations

from typing import Annotated

import typer

from quantdeck.cli.names import names
from quantdeck.cli.reporting import serving
from quantdeck.cli.up import Config, DataDir


def web(
    demo: Annotated[bool, typer.Option("--demo", help="Show what ingest --demo captures.")] = False,
    symbols: Annotated[
        list[str] | None,
        typer.Option("--symbols", "--symbol", help="What to show of what is captured; repeatable."),
    ] = None,
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; loopback unless there are accounts.")
    ] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 takes any free one.")] = None,
    data_dir: DataDir = None,
    config: Config = None,
    open_: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the page in a browser.")
    ] = True,
) -> None:
    """Serve the page of what quantdeck ingest captures on the same data folder."""
    with serving():
        from quantdeck.app.settings import load
        from quantdeck.app.web import WebOptions, run_web

        settings = load(config, flags={"host": host, "port": port, "data_dir": data_dir})
        run_web(settings, WebOptions(demo=demo, symbols=names(symbols), open_browser=open_))
