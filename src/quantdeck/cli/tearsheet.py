"""``quantdeck tearsheet``: the risk of an instrument as one HTML file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quantdeck.cli.reporting import reporting
from quantdeck.cli.up import Config, DataDir


def tearsheet(
    subject: Annotated[
        str,
        typer.Argument(
            help="Symbol whose bars are kept, such as SPY, or a file of bars: CSV, gz or not, or Parquet."
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="File to write; named after the symbol by default."),
    ] = None,
    benchmark: Annotated[
        str | None,
        typer.Option(help="What it is held against: a symbol or a file; none by default."),
    ] = None,
    interval: Annotated[str, typer.Option(help="Of the bars kept: 1d or 1h.")] = "1d",
    lookback: Annotated[
        int | None,
        typer.Option(min=0, help="Newest bars studied, 0 for all; risk.lookback_bars by default."),
    ] = None,
    confidence: Annotated[
        float | None, typer.Option(help="Of value at risk, such as 0.99; the settings' by default.")
    ] = None,
    risk_free: Annotated[
        float | None,
        typer.Option(
            help="Riskless rate, effective annual, such as 0.04; the settings' by default."
        ),
    ] = None,
    calendar: Annotated[
        str | None,
        typer.Option(help="Of a file: 24/7 or XNYS; else told from the days that it has."),
    ] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Take what the demo has kept.")] = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Write a tear sheet: returns, drawdowns, value at risk with its back-test, as one HTML file.

    The file holds its figures and charts and needs no network.
    """
    with reporting():
        from quantdeck.app.settings import load
        from quantdeck.app.tear_sheets import SheetQuestion, write_tear_sheet

        settings = load(config, flags={"data_dir": data_dir})
        question = SheetQuestion(
            subject=subject,
            benchmark=benchmark,
            interval=interval,
            lookback=lookback,
            level=confidence,
            annual_rate=risk_free,
            calendar=calendar,
            demo=demo,
        )
        print(write_tear_sheet(settings, question, out))
