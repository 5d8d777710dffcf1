"""``quantdeck risk-report``: how the gains of the scoreboard scatter."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quantdeck.cli.reporting import reporting
from quantdeck.cli.up import Config, DataDir


def risk_report(
    scoreboard: Annotated[
        Path | None,
        typer.Option(help="A scoreboard; scoreboard.csv of the reports folder if not given."),
    ] = None,
    out_file: Annotated[
        Path | None,
        typer.Option(help="File to write; beside the scoreboard, with _risk, if not given."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    demo: Annotated[bool, typer.Option("--demo", help="Of the demo's reports.")] = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Write and print risk figures of the scoreboard: for all of its rows, and for each strategy."""
    with reporting():
        from quantdeck.app.risk_report import run_risk_report
        from quantdeck.app.settings import load

        settings = load(config, flags={"data_dir": data_dir})
        run_risk_report(settings, scoreboard, out_file, demo=demo, as_json=as_json)
