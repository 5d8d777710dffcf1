"""``quantdeck history``: bars of years that are kept, and fetching them."""

from __future__ import annotations

from typing import Annotated

import typer

from quantdeck.cli.names import names
from quantdeck.cli.reporting import reporting
from quantdeck.cli.up import Config, DataDir

app = typer.Typer(
    help="Bars of days and hours of years: what is kept, and fetching what is missing.",
    no_args_is_help=True,
)

AsJson = Annotated[bool, typer.Option("--json", help="Print a JSON object a line instead.")]


@app.command("list")
def list_(
    as_json: AsJson = False,
    demo: Annotated[bool, typer.Option("--demo", help="Those of the demo.")] = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Print what is kept: symbol, interval, count, days, corporate actions, vendor."""
    with reporting():
        from quantdeck.app.history_files import run_list
        from quantdeck.app.settings import load

        settings = load(config, flags={"data_dir": data_dir})
        run_list(settings, demo=demo, as_json=as_json)


@app.command()
def fetch(
    symbols: Annotated[
        list[str],
        typer.Argument(help="Stocks such as SPY, coins such as BTCUSDT, or VENUE:SYMBOL."),
    ],
    interval: Annotated[str, typer.Option(help="1d or 1h.")] = "1d",
    source: Annotated[
        str | None,
        typer.Option(help="Vendor of stocks, as history.source; the settings' if not given."),
    ] = None,
    years: Annotated[
        int | None, typer.Option(help="Years of days; the settings' if not given.")
    ] = None,
    as_json: AsJson = False,
    demo: Annotated[
        bool, typer.Option("--demo", help="Ask the simulators; no key, no network.")
    ] = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Fetch bars from their vendors as traded, with splits and dividends, and keep them.

    Of what is kept already, the missing end alone is asked for.
    """
    with reporting():
        from quantdeck.app.history_files import FetchQuestion, run_fetch
        from quantdeck.app.settings import load

        settings = load(config, flags={"data_dir": data_dir, "history.years": years})
        question = FetchQuestion(names(symbols), interval, source, demo)
        run_fetch(settings, question, as_json=as_json)
