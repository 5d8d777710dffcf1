"""``quantdeck boxes``: what option chains say of the rate of interest, and the boxes that carry it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quantdeck.cli.reporting import reporting
from quantdeck.cli.up import Config, DataDir

app = typer.Typer(
    help="Box spreads: implied rates, snapshots of chains, loans and deposits.",
    no_args_is_help=True,
)

Chain = Annotated[
    Path | None,
    typer.Option(help="File of option chains, gz or not; else the newest snapshot kept."),
]
Format = Annotated[
    str | None,
    typer.Option(
        "--format", help="vendor-csv, spx-2011, csv or parquet; else from the file's name."
    ),
]
Strict = Annotated[
    bool, typer.Option("--strict", help="Refuse the file when one row cannot be used.")
]
Roots = Annotated[
    list[str] | None, typer.Option("--root", help="Only this root, such as SPXW; repeatable.")
]
Demo = Annotated[bool, typer.Option("--demo", help="Use the simulator; no key, no network.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@app.command()
def rates(
    chain: Chain = None,
    format_: Format = None,
    root: Roots = None,
    benchmark: Annotated[
        Path | None, typer.Option(help="CSV of Treasury or SOFR rates to compare with.")
    ] = None,
    strict: Strict = False,
    as_json: AsJson = False,
    demo: Annotated[bool, typer.Option("--demo", help="Take what the demo has kept.")] = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Print the implied rate of every root and expiry; continuous, ACT/365, decimal."""
    with reporting():
        from quantdeck.app.box_rates import ChainQuestion, run_rates
        from quantdeck.app.settings import load

        settings = load(config, flags={"data_dir": data_dir})
        question = ChainQuestion(chain, format_, strict, tuple(root or ()), demo)
        run_rates(settings, question, benchmark=benchmark, as_json=as_json)
