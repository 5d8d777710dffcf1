"""``quantdeck portfolio``: what the paper account holds, has ordered and has traded."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quantdeck.cli.broker import AsJson, Demo, Wait
from quantdeck.cli.reporting import reporting
from quantdeck.cli.up import Config, DataDir

app = typer.Typer(
    help="The paper account: show, close, orders, fills, cancel, halt, resume, export, import.",
    no_args_is_help=True,
)

PortfolioFile = Annotated[
    Path | None, typer.Option("--portfolio-file", help="List all fills in this CSV file.")
]
PnlFile = Annotated[
    Path | None,
    typer.Option("--pnl-file", help="List all gains that were realised in this CSV file."),
]


@app.command()
def show(
    file: Annotated[
        Path | None,
        typer.Option(help="A list such as reports/portfolio.csv instead of the paper account."),
    ] = None,
    as_json: AsJson = False,
    demo: Demo = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Show cash, positions at the newest quotes, and gains."""
    with reporting():
        from quantdeck.app.portfolio import run_show
        from quantdeck.app.settings import load

        settings = load(config, flags={"data_dir": data_dir})
        run_show(settings, file=file, demo=demo, as_json=as_json)


@app.command()
def close(
    symbol: Annotated[str, typer.Argument(help="What is held, such as AAPL.")],
    price: Annotated[
        str | None,
        typer.Argument(
            help="Closed at once at this price, as you state it; at the market without."
        ),
    ] = None,
    quantity: Annotated[str | None, typer.Option(help="A part of it; all by default.")] = None,
    wait: Wait = 3.0,
    portfolio_file: PortfolioFile = None,
    pnl_file: PnlFile = None,
    as_json: AsJson = False,
    demo: Demo = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Close a position."""
    with reporting():
        from quantdeck.app.portfolio import CloseQuestion, run_close
        from quantdeck.app.settings import load

        question = CloseQuestion(symbol, price, quantity, wait, portfolio_file, pnl_file, demo=demo)
        run_close(load(config, flags={"data_dir": data_dir}), question, as_json=as_json)


@app.command()
def orders(
    every: Annotated[bool, typer.Option("--all", help="With those that have ended.")] = False,
    as_json: AsJson = False,
    demo: Demo = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """List the orders that may still trade, and why they wait."""
    with reporting():
        from quantdeck.app.portfolio_lists import run_orders
        from quantdeck.app.settings import load

        settings = load(config, flags={"data_dir": data_dir})
        run_orders(settings, every=every, demo=demo, as_json=as_json)


@app.command()
def fills(
    limit: Annotated[int, typer.Option(min=1, help="The newest so many.")] = 50,
    as_json: AsJson = False,
    demo: Demo = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """List what was traded, newest first."""
    with reporting():
        from quantdeck.app.portfolio_lists import run_fills
        from quantdeck.app.settings import load

        settings = load(config, flags={"data_dir": data_dir})
        run_fills(settings, limit=limit, demo=demo, as_json=as_json)


@app.command()
def cancel(
    order_id: Annotated[str, typer.Argument(help="Name of the order; all for every open one.")],
    as_json: AsJson = False,
    demo: Demo = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Take an order back."""
    with reporting():
        from quantdeck.app.portfolio import run_cancel
        from quantdeck.app.settings import load

        settings = load(config, flags={"data_dir": data_dir})
        run_cancel(settings, order_id, demo=demo, as_json=as_json)


@app.command()
def halt(
    why: Annotated[str, typer.Argument(help="Told wherever an order is refused.")] = "by hand",
    demo: Demo = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Pull the kill switch: nothing is ordered or filled until it is resumed."""
    with reporting():
        from quantdeck.app.portfolio import run_halt
        from quantdeck.app.settings import load

        run_halt(load(config, flags={"data_dir": data_dir}), why, demo=demo)


@app.command()
def resume(demo: Demo = False, data_dir: DataDir = None, config: Config = None) -> None:
    """Take orders again."""
    with reporting():
        from quantdeck.app.portfolio import run_resume
        from quantdeck.app.settings import load

        run_resume(load(config, flags={"data_dir": data_dir}), demo=demo)


@app.command()
def export(
    folder: Annotated[
        Path, typer.Argument(help="Gets orders.csv, portfolio.csv and pnl.csv.")
    ] = Path("reports"),
    demo: Demo = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Write the account as CSV files; rows of backtests in them stay."""
    with reporting():
        from quantdeck.app.portfolio_lists import run_export
        from quantdeck.app.settings import load

        run_export(load(config, flags={"data_dir": data_dir}), folder, demo=demo)


@app.command("import")
def import_(
    file: Annotated[
        Path,
        typer.Argument(help="CSV with a column of symbols, one of quantities and one of prices."),
    ],
    as_json: AsJson = False,
    demo: Demo = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Take over the positions of a list, at the prices it states; doing it twice changes nothing."""
    with reporting():
        from quantdeck.app.portfolio_import import run_import
        from quantdeck.app.settings import load

        settings = load(config, flags={"data_dir": data_dir})
        run_import(settings, file, demo=demo, as_json=as_json)
