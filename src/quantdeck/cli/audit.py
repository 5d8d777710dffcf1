"""``quantdeck audit``: does anything that a model learns from know what came after."""

from __future__ import annotations

from typing import Annotated

import typer

from quantdeck.cli.names import names
from quantdeck.cli.reporting import reporting
from quantdeck.cli.up import Config, DataDir


def audit(
    table: Annotated[
        str | None,
        typer.Option(
            "--table",
            help="A .csv or .parquet file of features, or the date of a table that is kept: its labels "
            "alone are audited. Features are made anew from what is kept if not given.",
        ),
    ] = None,
    symbols: Annotated[
        list[str] | None,
        typer.Option("--symbols", "--symbol", help="Only of these, with commas or repeated."),
    ] = None,
    cuts: Annotated[int, typer.Option(help="Sessions at which the data are cut.")] = 6,
    deals: Annotated[int, typer.Option(help="Times that returns are dealt anew.")] = 3,
    target: Annotated[
        str | None, typer.Option(help="up or beats_median; else research.target.")
    ] = None,
    horizon: Annotated[
        int | None, typer.Option(help="Sessions ahead; else research.horizon.")
    ] = None,
    folds: Annotated[
        int | None, typer.Option(help="Test spans of the walk forward; else research.folds.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Of everything drawn; else research.seed.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    demo: Annotated[bool, typer.Option("--demo", help="Of the simulated prices kept.")] = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Make features again from data cut short, and train on returns dealt anew: both must tell nothing.

    Exits with 0 where nothing is found, with 5 on warnings and with 6 where a feature looks ahead, chance
    does not score .50, or the score of daily directions is above .55.
    """
    with reporting():
        from quantdeck.app.audit import AuditQuestion, run_audit
        from quantdeck.app.settings import load

        settings = load(config, flags={"data_dir": data_dir})
        question = AuditQuestion(
            source=table,
            symbols=names(symbols),
            cuts=cuts,
            deals=deals,
            target=target,
            horizon=horizon,
            folds=folds,
            seed=seed,
            demo=demo,
        )
        code = run_audit(settings, question, as_json=as_json)
    raise SystemExit(code)
