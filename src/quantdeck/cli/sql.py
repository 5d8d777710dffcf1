"""``quantdeck sql``: SQL over everything on the tape."""

from __future__ import annotations

from typing import Annotated

import typer

from quantdeck.cli.reporting import reporting
from quantdeck.cli.up import Config, DataDir


def sql(
    query: Annotated[
        str,
        typer.Argument(
            help="A SELECT over the views trades, agg_trades, quotes, marks, bars, chains, "
            "box_rates, gaps, files; - reads it from standard input."
        ),
    ],
    format_: Annotated[str, typer.Option("--format", help="table, csv or json (a row a line).")] = (
        "table"
    ),
    as_json: Annotated[bool, typer.Option("--json", help="Same as --format json.")] = False,
    timeout: Annotated[float | None, typer.Option(help="Longest run. [s]")] = None,
    max_rows: Annotated[int | None, typer.Option(help="Most rows returned.")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Ask the tape of the demo.")] = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Ask the tape in SQL (DuckDB's dialect); read only, also while it is being written."""
    with reporting():
        from quantdeck.app.settings import load
        from quantdeck.app.sql import run_sql

        flags = {"data_dir": data_dir, "sql.timeout_s": timeout, "sql.max_rows": max_rows}
        settings = load(config, flags=flags)
        run_sql(settings, query, form="json" if as_json else format_, demo=demo)
