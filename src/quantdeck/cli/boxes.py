"""``quantdeck boxes``: what option chains say of the rate of interest, and the boxes that carry it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quantdeck.cli.names import names
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
    list[str] | None, typer.Option("--root", help="Only these roots, such as SPX,SPXW; repeatable.")
]
Demo = Annotated[bool, typer.Option("--demo", help="Use the simulator; no key, no network.")]
Kept = Annotated[bool, typer.Option("--demo", help="Take what the demo has kept.")]
Source = Annotated[
    str | None,
    typer.Option(help="alpaca or tastytrade; the one that is enabled, or has a key, by default."),
]
Tickers = Annotated[
    list[str] | None,
    typer.Option("--ticker", help="Underlyings, such as SPX,SPY; repeatable; else the settings'."),
]
Csv = Annotated[
    Path | None, typer.Option(help="Also write every snapshot into this folder as CSV.")
]
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
    demo: Kept = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Print the implied rate of every root and expiry; continuous, ACT/365, decimal."""
    with reporting():
        from quantdeck.app.box_rates import ChainQuestion, run_rates
        from quantdeck.app.settings import load

        settings = load(config, flags={"data_dir": data_dir})
        question = ChainQuestion(chain, format_, strict, names(root), demo)
        run_rates(settings, question, benchmark=benchmark, as_json=as_json)


@app.command()
def snapshot(
    source: Source = None,
    ticker: Tickers = None,
    demo: Demo = False,
    csv: Csv = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Take one snapshot of every ticker's chains and keep it with its rates."""
    with reporting():
        from quantdeck.app.box_collect import CollectQuestion, run_collect
        from quantdeck.app.settings import load

        settings = load(config, flags={"data_dir": data_dir})
        question = CollectQuestion(source, names(ticker), demo=demo, csv=csv)
        run_collect(settings, question, as_json=as_json)


@app.command()
def collect(
    loop: Annotated[
        bool, typer.Option("--loop", help="Go on every interval until Ctrl-C; else once.")
    ] = False,
    interval: Annotated[
        float | None, typer.Option(help="Begin a round so often; the settings' by default. [s]")
    ] = None,
    source: Source = None,
    ticker: Tickers = None,
    demo: Demo = False,
    csv: Csv = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Collect snapshots: keep the newest, and the history of all rates."""
    with reporting():
        from quantdeck.app.box_collect import CollectQuestion, run_collect
        from quantdeck.app.settings import load

        flags = {"data_dir": data_dir, "boxes.update_interval_seconds": interval}
        settings = load(config, flags=flags)
        question = CollectQuestion(source, names(ticker), demo=demo, loop=loop, csv=csv)
        run_collect(settings, question, as_json=as_json)


@app.command()
def recompute(
    start: Annotated[
        str | None, typer.Option("--from", help="First day, such as 2025-01-02; all by default.")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", help="Last day.")] = None,
    as_json: AsJson = False,
    demo: Kept = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Compute the history of rates anew from the snapshots kept, on the workers of compute.url."""
    with reporting():
        from quantdeck.app.box_history import run_recompute
        from quantdeck.app.settings import load

        settings = load(config, flags={"data_dir": data_dir})
        run_recompute(settings, start=start, end=end, demo=demo, as_json=as_json)


@app.command()
def plan(
    amount: Annotated[
        float, typer.Option(help="Cash to pay now (lend), or to receive now (borrow).")
    ],
    until: Annotated[str, typer.Option(help="Day on which it comes back, such as 2027-12-31.")],
    side: Annotated[str, typer.Option(help="lend or borrow.")],
    most: Annotated[int, typer.Option(help="How many ways to show.")] = 3,
    chain: Chain = None,
    format_: Format = None,
    root: Roots = None,
    strict: Strict = False,
    as_json: AsJson = False,
    demo: Kept = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Find boxes that lend or borrow an amount until about a day, with the order to place."""
    with reporting():
        from quantdeck.app.box_plan import PlanQuestion, run_plan
        from quantdeck.app.box_rates import ChainQuestion
        from quantdeck.app.settings import load

        settings = load(config, flags={"data_dir": data_dir})
        chains = ChainQuestion(chain, format_, strict, names(root), demo)
        question = PlanQuestion(amount, until, side, most)
        run_plan(settings, chains, question, as_json=as_json)


@app.command()
def export(
    output: Annotated[
        Path, typer.Option("--output", "-o", help="File to write: .csv or .parquet.")
    ],
    chain: Chain = None,
    format_: Format = None,
    root: Roots = None,
    strict: Strict = False,
    as_json: AsJson = False,
    demo: Kept = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Write a snapshot as one flat table; boxes import and --chain read it back."""
    with reporting():
        from quantdeck.app.box_files import run_export
        from quantdeck.app.box_rates import ChainQuestion
        from quantdeck.app.settings import load

        settings = load(config, flags={"data_dir": data_dir})
        question = ChainQuestion(chain, format_, strict, names(root), demo)
        run_export(settings, question, output, as_json=as_json)


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="Files of option chains, gz or not.")],
    format_: Format = None,
    strict: Strict = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Keep the chains of files as snapshots, with their rates in the history."""
    with reporting():
        from quantdeck.app.box_files import run_import
        from quantdeck.app.settings import load

        settings = load(config, flags={"data_dir": data_dir})
        run_import(settings, files, form=format_, strict=strict, as_json=as_json)
