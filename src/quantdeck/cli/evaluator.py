"""``quantdeck evaluator``: closes what is open by its exit rules."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quantdeck.cli.exit_options import (
    Confirm,
    DaysToExpiry,
    MaxDays,
    StopLoss,
    TakeProfit,
    Trailing,
)
from quantdeck.cli.reporting import reporting
from quantdeck.cli.up import Config, DataDir


def evaluator(
    once: Annotated[
        bool, typer.Option("--once", help="Look once, wait for what is to be confirmed, and end.")
    ] = False,
    stop_loss: StopLoss = None,
    take_profit: TakeProfit = None,
    trailing: Trailing = None,
    max_days: MaxDays = None,
    days_to_expiry: DaysToExpiry = None,
    confirm: Confirm = None,
    every: Annotated[float, typer.Option(help="Pause between two looks. [s]")] = 1.0,
    portfolio_file: Annotated[
        Path | None,
        typer.Option(help="List of fills to keep in step; else reports/portfolio.csv."),
    ] = None,
    pnl_file: Annotated[
        Path | None,
        typer.Option(help="List of realised gains to keep in step; else reports/pnl.csv."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print a JSON object a line instead.")
    ] = False,
    demo: Annotated[bool, typer.Option("--demo", help="The account of the demo.")] = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Watch the open positions of the paper account, and close those that an exit rule has met.

    Prices are the newest quotes of the data folder, which a deck or quantdeck portfolio-stream writes; a
    stale one closes nothing. Rules that are kept for a position, a strategy or the account go before those
    given here, and those before the settings'. Entries and exits go to Slack and the other channels that
    are set up. A deck that runs does all of this itself; beside one, nothing is done twice.
    """
    with reporting():
        from quantdeck.app.evaluator import EvaluatorQuestion, run_evaluator
        from quantdeck.app.exit_flags import ExitFlags
        from quantdeck.app.settings import load

        flags = ExitFlags(
            stop_loss=stop_loss,
            take_profit=take_profit,
            trailing=trailing,
            max_days=max_days,
            days_to_expiry=days_to_expiry,
            confirm_s=confirm,
        )
        question = EvaluatorQuestion(
            once=once,
            every_s=every,
            portfolio_file=portfolio_file,
            pnl_file=pnl_file,
            flags=flags,
            demo=demo,
        )
        run_evaluator(load(config, flags={"data_dir": data_dir}), question, as_json=as_json)
