"""``quantdeck verify``: what each vendor's key may do."""

from __future__ import annotations

from typing import Annotated

import typer

from quantdeck.cli.names import names
from quantdeck.cli.reporting import reporting
from quantdeck.cli.up import Config, DataDir


def verify(
    symbols: Annotated[
        list[str] | None,
        typer.Option("--symbols", "--symbol", help="Stocks, with commas or repeated; else AAPL."),
    ] = None,
    source: Annotated[
        list[str] | None,
        typer.Option(
            help="Only these: alpaca, tastytrade, binance, yahoo, polygon, newsapi; repeatable."
        ),
    ] = None,
    polygon_key: Annotated[
        str | None,
        typer.Option(help="Of Polygon; else MASSIVE_API_KEY or POLYGON_API_KEY, which are safer."),
    ] = None,
    news_key: Annotated[
        str | None, typer.Option(help="Of NewsAPI; else NEWS_API_KEY, which is safer.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the result as JSON instead of a table.")
    ] = False,
    demo: Annotated[
        bool, typer.Option("--demo", help="Ask the simulators; no key, no network.")
    ] = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Ask every vendor that is set up for a few bars, an option chain and what else it has.

    Prints what came of each, and exits with 3 where something failed; that a plan does not include
    something is no failure. Keys are printed nowhere.
    """
    with reporting():
        from quantdeck.app.credentials import Secret
        from quantdeck.app.settings import load
        from quantdeck.app.vendor_checks import KeysGiven
        from quantdeck.app.verify import VerifyQuestion, run_verify

        keys = KeysGiven(
            Secret(polygon_key) if polygon_key else None, Secret(news_key) if news_key else None
        )
        question = VerifyQuestion(
            symbols=names(symbols), vendors=names(source), keys=keys, demo=demo
        )
        settings = load(config, flags={"data_dir": data_dir})
        code = run_verify(settings, question, as_json=as_json)
    raise SystemExit(code)
