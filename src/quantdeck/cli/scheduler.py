"""``quantdeck scheduler``: runs what is due, without a deck."""

from __future__ import annotations

from typing import Annotated

import typer

from quantdeck.cli.reporting import reporting
from quantdeck.cli.schedule import Demo
from quantdeck.cli.up import Config, DataDir


def scheduler(
    once: Annotated[
        bool, typer.Option("--once", help="Run what is due and end, as quantdeck run-due does.")
    ] = False,
    port: Annotated[
        int,
        typer.Option(help="Port of /health and measures; the next free one when taken, 0 for any."),
    ] = 8020,
    demo: Demo = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Run jobs when they are due, until Ctrl-C.

    Several processes on one data folder may do so at once, a deck among them: each due time is run once.
    """
    with reporting():
        from quantdeck.app.schedule import ScheduleOptions, run_due
        from quantdeck.app.schedule_service import run_scheduler
        from quantdeck.app.settings import load

        settings = load(config, flags={"data_dir": data_dir})
        options = ScheduleOptions(demo=demo)
        if once:
            raise SystemExit(run_due(settings, options))
        run_scheduler(settings, options, port=port)
