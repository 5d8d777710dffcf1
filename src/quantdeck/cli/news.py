"""``quantdeck news``: headlines, the newest and those that come."""

from __future__ import annotations

from typing import Annotated

import typer

from quantdeck.cli.names import names
from quantdeck.cli.reporting import reporting
from quantdeck.cli.up import Config
from quantdeck.model.errors import BadInput


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
    source: Annotated[
        str, typer.Option(help="Vendor: alpaca, polygon (with newsapi beside it) or newsapi.")
    ] = "alpaca",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print a JSON object a line instead.")
    ] = False,
    demo: Annotated[
        bool, typer.Option("--demo", help="Ask the simulator; no key, no network.")
    ] = False,
    config: Config = None,
) -> None:
    """Print news, newest last: time, headline, symbols, source, age, address.

    An article of alpaca that is changed while it is followed is printed again, marked as updated. Those
    of polygon and newsapi are told once each, with how they sound and who says so.
    """
    with reporting():
        from quantdeck.app.settings import load

        if source in {"polygon", "newsapi"}:
            from quantdeck.app.stories import run_stories

            if follow:
                raise BadInput("--follow takes --source alpaca; the others have no stream of news")
            run_stories(
                load(config),
                names(symbols),
                source=source,
                count=count,
                demo=demo,
                as_json=as_json,
            )
            return
        if source != "alpaca":
            raise BadInput(f"--source {source!r} is not known; there are alpaca, polygon, newsapi")
        from quantdeck.app.news import NewsQuestion, run_news

        question = NewsQuestion(names(symbols), count, follow, demo)
        run_news(load(config), question, as_json=as_json)
