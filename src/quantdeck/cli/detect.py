"""``quantdeck detect``: large trades, breaking news and unusual option activity."""

from __future__ import annotations

from typing import Annotated

import typer

from quantdeck.cli.names import names
from quantdeck.cli.reporting import reporting
from quantdeck.cli.up import Config, DataDir


def detect(
    symbols: Annotated[
        list[str] | None,
        typer.Option("--symbols", "--symbol", help="Only these, with commas or repeated."),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(help="From when on, ISO 8601 in UTC; where the last run ended if not given."),
    ] = None,
    until: Annotated[
        str | None, typer.Option(help="Up to when, to look at a recording; now if not given.")
    ] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option("--kind", help="trade, news or options; repeated, or with commas."),
    ] = None,
    notify: Annotated[
        bool,
        typer.Option(
            "--notify", help="Tell what nobody was told yet in one message (console, Slack, ...)."
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    demo: Annotated[bool, typer.Option("--demo", help="Of the demo's own data.")] = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Find what is out of the ordinary in what was recorded and collected, each against its own past.

    What was found is kept, and found once. It says so where there is not enough data to tell.
    """
    with reporting():
        from quantdeck.app.detect import DetectOrder, run_detect
        from quantdeck.app.settings import load

        order = DetectOrder(
            symbols=names(symbols),
            since=since,
            until=until,
            kinds=names(kind),
            notify=notify,
            demo=demo,
        )
        run_detect(load(config, flags={"data_dir": data_dir}), order, as_json=as_json)
