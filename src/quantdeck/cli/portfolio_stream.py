"""``quantdeck portfolio-stream``: live quotes of what is open."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quantdeck.cli.reporting import reporting
from quantdeck.cli.up import Config, DataDir
from quantdeck.model.errors import BadInput


def portfolio_stream(
    portfolio_file: Annotated[
        Path | None,
        typer.Option(
            help="Stream the symbols of this list too, such as reports/portfolio.csv; what its "
            "quantities add up to 0 of is left out."
        ),
    ] = None,
    db_file: Annotated[
        Path | None,
        typer.Option(help="Put the newest quotes into this SQLite file too, once a second."),
    ] = None,
    source: Annotated[
        str, typer.Option(help="Vendor of stocks and options: polygon, or alpaca for stocks.")
    ] = "polygon",
    every: Annotated[
        float, typer.Option(help="Print a line of each symbol so often at most. [s]")
    ] = 5.0,
    seconds: Annotated[
        float | None, typer.Option("--for", help="End after so long; else with Ctrl-C. [s]")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print a JSON object a line instead.")
    ] = False,
    demo: Annotated[
        bool, typer.Option("--demo", help="Run the simulators; no key, no network.")
    ] = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Stream quotes of what the paper account holds or has ordered, and keep them on the tape.

    New positions are followed within a second, closed ones dropped. Coins come from Binance without a
    key. quantdeck evaluator, beside it, closes positions by these quotes. A deck does all of this
    itself: only one process at a time records into a data folder.
    """
    with reporting():
        from quantdeck.app.portfolio_stream import PortfolioStreamQuestion, run_portfolio_stream
        from quantdeck.app.settings import load

        if source not in {"polygon", "alpaca"}:
            raise BadInput(f"--source {source!r} is not known; there are polygon and alpaca")
        question = PortfolioStreamQuestion(
            portfolio_file=portfolio_file,
            db_file=db_file,
            source="alpaca" if source == "alpaca" else "polygon",
            every_s=every,
            seconds=seconds,
            demo=demo,
        )
        run_portfolio_stream(load(config, flags={"data_dir": data_dir}), question, as_json=as_json)
