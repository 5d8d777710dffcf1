"""``quantdeck train``: a daily model, judged by sessions that it has not seen."""

from __future__ import annotations

from typing import Annotated

import typer

from quantdeck.cli.names import names
from quantdeck.cli.reporting import reporting
from quantdeck.cli.up import Config, DataDir


def train(
    table: Annotated[
        str | None,
        typer.Argument(
            help="A .csv or .parquet file of features, or the date of a table that is kept; "
            "the newest kept if not given."
        ),
    ] = None,
    cv: Annotated[
        bool,
        typer.Option(
            "--cv", help="Judge by all test spans; else by the last 30 % of the sessions."
        ),
    ] = False,
    scheme: Annotated[
        str, typer.Option(help="How sessions are split: walk_forward or combinatorial.")
    ] = "walk_forward",
    folds: Annotated[
        int | None, typer.Option(help="Test spans, or groups; else research.folds.")
    ] = None,
    target: Annotated[
        str | None, typer.Option(help="up or beats_median; else research.target.")
    ] = None,
    horizon: Annotated[
        int | None, typer.Option(help="Sessions ahead; else research.horizon.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Of everything drawn; else research.seed.")
    ] = None,
    params: Annotated[
        list[str] | None,
        typer.Option(
            "--params", "--param", help="Of LightGBM, as num_leaves=31, with commas or repeated."
        ),
    ] = None,
    symbols: Annotated[
        list[str] | None,
        typer.Option("--symbols", "--symbol", help="Only these of the table."),
    ] = None,
    tuned: Annotated[
        bool, typer.Option("--tuned", help="With the parameters that quantdeck tune found.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Use the model whatever speaks against it.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the card as JSON.")] = False,
    demo: Annotated[bool, typer.Option("--demo", help="Of the simulated prices kept.")] = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Train a model of a table of features, keep it with its card, and use it if nothing speaks against.

    Exits with 5 where the model was kept and the one before stays in use.
    """
    with reporting():
        from quantdeck.app.settings import load
        from quantdeck.app.train import TrainQuestion, run_train

        question = TrainQuestion(
            table=table,
            symbols=names(symbols),
            target=target,
            horizon=horizon,
            seed=seed,
            folds=folds,
            scheme=scheme,
            is_cv=cv,
            params=names(params),
            is_tuned=tuned,
            is_forced=force,
            demo=demo,
        )
        settings = load(config, flags={"data_dir": data_dir})
        code = run_train(settings, question, as_json=as_json)
    raise SystemExit(code)
