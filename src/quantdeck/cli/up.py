"""``quantdeck up``: everything in one process, with the page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quantdeck.cli.names import names
from quantdeck.cli.reporting import serving

Config = Annotated[
    Path | None, typer.Option(help="Settings file; config.yaml of this folder by default.")
]
DataDir = Annotated[str | None, typer.Option(help="Where the tape and all state live.")]


def up(
    demo: Annotated[
        bool, typer.Option("--demo", help="Run on the vendor simulators; no key, no network.")
    ] = False,
    symbols: Annotated[
        list[str] | None,
        typer.Option(
            "--symbols", "--symbol", help="What to capture, such as btcusdt,ethusdt; repeatable."
        ),
    ] = None,
    offline: Annotated[
        bool,
        typer.Option(
            "--offline", help="Run no feed: show what is on the tape and what is uploaded."
        ),
    ] = False,
    host: Annotated[str | None, typer.Option(help="Address to listen on (loopback).")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 takes any free one.")] = None,
    data_dir: DataDir = None,
    config: Config = None,
    open_: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the page in a browser.")
    ] = True,
) -> None:
    """Capture, analyse and serve the page, all in one process."""
    with serving():
        from quantdeck.app.compose import UpOptions, run_up
        from quantdeck.app.settings import load

        flags = {"host": host, "port": port, "data_dir": data_dir}
        run_up(
            load(config, flags=flags),
            UpOptions(
                demo=demo,
                symbols=names(symbols),
                open_browser=open_,
                offline=offline,
                config=config,
                flags=flags,
            ),
        )
