"""``quantdeck playbook``: what to look at next, with which trade, and how much of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quantdeck.cli.reporting import reporting
from quantdeck.cli.up import Config, DataDir


def playbook(
    features: Annotated[
        str | None,
        typer.Argument(
            help="Table of features: a .csv or .parquet file, or the date of a kept one."
        ),
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="Id of a model; the current one if not given.")
    ] = None,
    no_model: Annotated[bool, typer.Option("--no-model", help="Ask no model.")] = False,
    no_options: Annotated[
        bool, typer.Option("--no-options", help="Look at no option chain: shares alone.")
    ] = False,
    top_n: Annotated[
        int | None, typer.Option("--top-n", min=1, help="Symbols that get a trade.")
    ] = None,
    session: Annotated[
        str | None,
        typer.Option(help="Show the playbook of this date as it was kept; make none."),
    ] = None,
    why: Annotated[
        str | None, typer.Option("--why", help="Explain one symbol, such as AAPL, in words.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Write a .csv, .parquet or .json file as well."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    demo: Annotated[bool, typer.Option("--demo", help="Of the demo's own data.")] = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Score symbols on the newest session, and suggest trades that fit their limits.

    The playbook is kept in research/playbooks of the data folder as JSON and Parquet. Nothing is traded.
    """
    with reporting():
        from quantdeck.app.playbook import PlaybookQuestion, run_playbook
        from quantdeck.app.settings import load

        question = PlaybookQuestion(
            source=features,
            model_id=model,
            has_model=not no_model,
            has_options=not no_options,
            top_n=top_n,
            session=session,
            why=why,
            output=output,
            demo=demo,
        )
        run_playbook(load(config, flags={"data_dir": data_dir}), question, as_json=as_json)
