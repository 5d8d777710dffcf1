"""``quantdeck features``: the table that a daily model learns from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quantdeck.cli.names import names
from quantdeck.cli.reporting import reporting
from quantdeck.cli.up import Config, DataDir


def features(
    symbols: Annotated[
        list[str] | None,
        typer.Option(
            "--symbols",
            "--symbol",
            help="Only of these, with commas or repeated; else research.symbols, else all kept.",
        ),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--features", help="Only these columns, with commas or repeated; not kept then."
        ),
    ] = None,
    start: Annotated[str | None, typer.Option("--from", help="Date of the first row.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Date of the last row.")] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Write the table to a .csv or .parquet file as well."),
    ] = None,
    parts: Annotated[
        Path | None,
        typer.Option(
            help="Write the table into this new folder instead, a Parquet file for every 256 symbols, "
            "without ever holding all of it; by the workers of compute.url."
        ),
    ] = None,
    list_: Annotated[
        bool, typer.Option("--list", help="Print what features there are; build nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead.")] = False,
    demo: Annotated[bool, typer.Option("--demo", help="Of the simulated prices kept.")] = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Build the table of features from the daily bars, news, chains and rates that are kept.

    A row is a symbol and a session, and holds what was known when that session ended. The table is kept
    in the data folder under the date of its last session.
    """
    with reporting():
        from quantdeck.app.features import FeatureQuestion, run_features, run_list, run_parts
        from quantdeck.app.settings import load

        settings = load(config, flags={"data_dir": data_dir})
        if list_:
            run_list(settings, as_json=as_json)
            return
        question = FeatureQuestion(names(symbols), names(only), start, end, output, demo)
        if parts is not None:
            run_parts(settings, question, parts, as_json=as_json)
            return
        run_features(settings, question, as_json=as_json)
