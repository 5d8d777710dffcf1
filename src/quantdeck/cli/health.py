"""``quantdeck health``: how a running process says it is doing, as an exit code."""

from __future__ import annotations

from typing import Annotated

import typer

from quantdeck.cli.reporting import reporting


def health(
    url: Annotated[
        str, typer.Argument(help="Address of a quantdeck process.")
    ] = "http://127.0.0.1:8050",
    ready: Annotated[
        bool, typer.Option("--ready", help="Fail where it is alive but not ready, too.")
    ] = False,
    timeout: Annotated[float, typer.Option(help="Longest wait for the answer. [s]")] = 5.0,
) -> None:
    """Ask a process how it is; exits with 3 where it does not answer. For health checks."""
    with reporting():
        # Asked every few seconds by containers: nothing but the standard library is loaded.
        from quantdeck.app.ask_health import run_health

        run_health(url, ready=ready, timeout_s=timeout)
