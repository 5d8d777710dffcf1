"""``quantdeck api``: the studies as a service of their own, without the page."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from quantdeck.cli.reporting import serving
from quantdeck.cli.up import Config, DataDir


def api(
    demo: Annotated[
        bool, typer.Option("--demo", help="Study simulated data; no key, no network.")
    ] = False,
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; loopback unless there are accounts.")
    ] = None,
    port: Annotated[
        int, typer.Option(help="Port; the next free one when taken, 0 for any.")
    ] = 8000,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Serve metrics, risk, options and signals over HTTP, alone or beside a running deck."""
    # Many small matrices at once: threads of linear algebra would wait for each other. It is read when
    # numpy is loaded.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    with serving():
        from quantdeck.app.api_service import ApiOptions, run_api
        from quantdeck.app.settings import load

        settings = load(config, flags={"host": host, "data_dir": data_dir})
        run_api(settings, ApiOptions(demo=demo, port=port))
