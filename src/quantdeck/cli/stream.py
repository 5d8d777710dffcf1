"""``quantdeck stream``: events of a vendor's stream as they come."""

from __future__ import annotations

from typing import Annotated

import typer

from quantdeck.cli.names import names
from quantdeck.cli.reporting import reporting
from quantdeck.cli.up import Config
from quantdeck.model.errors import BadInput


def stream(
    symbols: Annotated[
        list[str],
        typer.Argument(
            help="Underlyings and options, with commas or repeated: SPY,SPXW261218C05000000."
        ),
    ],
    events: Annotated[
        list[str] | None,
        typer.Option(
            "--events",
            help="quote, trade, greeks, summary, candle; with polygon quote, trade, second, minute. "
            "With commas or repeated; else quote, with polygon trade and quote.",
        ),
    ] = None,
    interval: Annotated[
        str, typer.Option(help="Length of candles: a number and s, m, h, d, w or mo.")
    ] = "5m",
    source: Annotated[
        str, typer.Option(help="Vendor: tastytrade, polygon or yahoo.")
    ] = "tastytrade",
    realtime: Annotated[
        bool,
        typer.Option(
            "--realtime", help="Of polygon: real-time data where the plan has them, else delayed."
        ),
    ] = False,
    seconds: Annotated[
        float | None, typer.Option("--for", help="End after so long; else with Ctrl-C. [s]")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print a JSON object a line instead.")
    ] = False,
    demo: Annotated[
        bool, typer.Option("--demo", help="Run the simulator; no grant, no network.")
    ] = False,
    config: Config = None,
) -> None:
    """Print events of a vendor's stream, a line an event: time, symbol, event, figures.

    Figures are the vendor's; one that is absent is a dash (in JSON, null). The time is UTC: of the
    execution, model or start of the candle where the vendor tells one, else of receipt.
    """
    with reporting():
        from quantdeck.app.settings import load

        if source == "polygon":
            from quantdeck.app.polygon_events import PolygonQuestion, run_polygon_stream

            asked = PolygonQuestion(
                symbols=names(symbols),
                events=("trade", "quote") if events is None else names(events),
                realtime=realtime or load(config).feeds.polygon.realtime,
                seconds=seconds,
                demo=demo,
            )
            run_polygon_stream(load(config), asked, as_json=as_json)
            return
        if source == "yahoo":
            from quantdeck.app.yahoo_events import YahooQuestion, run_yahoo_stream

            if events is not None:
                raise BadInput("yahoo streams prices and has no other --events; leave them out")
            told = YahooQuestion(names(symbols), seconds, demo)
            run_yahoo_stream(load(config), told, as_json=as_json)
            return
        if source != "tastytrade":
            raise BadInput(
                f"--source {source!r} is not known; there are tastytrade, polygon and yahoo"
            )
        from quantdeck.app.stream_events import StreamQuestion, run_stream

        chosen = ("quote",) if events is None else names(events)
        question = StreamQuestion(names(symbols), chosen, interval, seconds, demo)
        run_stream(load(config), question, as_json=as_json)
