"""``quantdeck ingest``: capture alone, for a page that is a process of its own."""

from __future__ import annotations

from typing import Annotated

import typer

from quantdeck.cli.names import names
from quantdeck.cli.reporting import serving
from quantdeck.cli.up import Config, DataDir


def ingest(
    demo: Annotated[
        bool, typer.Option("--demo", help="Run on the vendor simulators; no key, no network.")
    ] = False,
    symbols: Annotated[
        list[str] | None,
        typer.Option(
            "--symbols", "--symbol", help="What to capture, such as btcusdt,ethusdt; repeatable."
        ),
    ] = None,
    port: Annotated[
        int,
        typer.Option(help="Port of /health and measures; the next free one when taken, 0 for any."),
    ] = 8010,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Capture onto the tape without a page; quantdeck web shows it, in a process of its own."""
    with serving():
        from quantdeck.app.ingest import IngestOptions, run_ingest
        from quantdeck.app.settings import load

        settings = load(config, flags={"data_dir": data_dir})
        run_ingest(settings, IngestOptions(demo=demo, symbols=names(symbols), port=port))
