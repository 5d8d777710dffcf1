"""``quantdeck news``: headlines, the newest and those that come."""

from __future__ import annotations

from typing import Annotated

import typer

from quantdeck.cli.names import names
from quantdeck.cli.reporting import reporting
from quantdeck.cli.up import Config


def news(
    symbols: Annotated[
        list[str] | None,
        typer.Option(
            "--symbols", "--symbol", help="Only of these stocks, with commas or repeated."
        ),
    ] = None,
    count: Annotated[int, typer.Option(help="How many of the newest.")] = 20,
    follow: Annotated[
        bool, typer.Option("--follow", help="Go on with those that come, until Ctrl-C.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print a JSON object a line instead.")
    ] = False,
    demo: Annotated[
        bool, typer.Option("--demo", help="Ask the simulator; no key, no network.")
    ] = False,
    config: Config = None,
) -> None:
    """Print news from Alpaca, newest last: time, headline, symbols, source, age, address.

    An article that is changed while it is followed is printed again, marked as updated.
    """
    with reporting():
        from quantdeck.app.news import NewsQuestion, run_news
        from quantdeck.app.settings import load

        question = NewsQuestion(names(symbols), count, follow, demo)
        run_news(load(config), question, as_json=as_json)
