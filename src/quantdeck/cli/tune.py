"""``quantdeck tune``: parameters of the daily model, searched for and not believed."""

from __future__ import annotations

from typing import Annotated

import typer

from quantdeck.cli.names import names
from quantdeck.cli.reporting import reporting
from quantdeck.cli.up import Config, DataDir


def tune(
    table: Annotated[
        str | None,
        typer.Argument(
            help="A .csv or .parquet file of features, or the date of a table that is kept; "
            "the newest kept if not given."
        ),
    ] = None,
    trials: Annotated[
        int, typer.Option(help="In all; those that were made before are not made again.")
    ] = 40,
    metric: Annotated[
        str | None,
        typer.Option(help="rank_ic or auc; the rank IC where there are five symbols or more."),
    ] = None,
    symbols: Annotated[
        list[str] | None,
        typer.Option("--symbols", "--symbol", help="Only these of the table."),
    ] = None,
    target: Annotated[
        str | None, typer.Option(help="up or beats_median; else research.target.")
    ] = None,
    horizon: Annotated[
        int | None, typer.Option(help="Sessions ahead; else research.horizon.")
    ] = None,
    folds: Annotated[int, typer.Option(help="Test spans that a trial is judged by.")] = 5,
    seed: Annotated[
        int | None, typer.Option(help="Of everything drawn; else research.seed.")
    ] = None,
    new: Annotated[
        bool, typer.Option("--new", help="Forget the trials that were made before.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    demo: Annotated[bool, typer.Option("--demo", help="Of the demo's own data.")] = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Search parameters by a walk forward, and say what they are worth on sessions that no trial saw.

    Stopped with Ctrl-C it goes on where it was when it is asked the same again. What it finds is used by
    quantdeck train --tuned.
    """
    with reporting():
        from quantdeck.app.settings import load
        from quantdeck.app.tune import TuneQuestion, run_tune

        settings = load(config, flags={"data_dir": data_dir})
        question = TuneQuestion(
            source=table,
            symbols=names(symbols),
            trials=trials,
            metric=metric,
            target=target,
            horizon=horizon,
            seed=seed,
            folds=folds,
            is_new=new,
            demo=demo,
        )
        run_tune(settings, question, as_json=as_json)
