"""``quantdeck backfill``: the missing sessions of a span."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quantdeck.cli.reporting import reporting
from quantdeck.cli.up import Config, DataDir


def backfill(
    symbol: Annotated[str, typer.Argument(help="A stock such as AAPL, or a coin such as BTCUSDT.")],
    start: Annotated[str, typer.Argument(help="First day, such as 2025-01-01.")],
    end: Annotated[str, typer.Argument(help="Last day, which is included.")],
    interval: Annotated[str, typer.Option(help="1d, 1h or 1m.")] = "1d",
    source: Annotated[
        str | None,
        typer.Option(
            help="Vendor of stocks: polygon, alpaca or yahoo; the one whose bars are kept by default."
        ),
    ] = None,
    db_file: Annotated[
        Path | None,
        typer.Option(help="Copy as SQLite; market_data.db of the data folder by default."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    demo: Annotated[
        bool, typer.Option("--demo", help="Ask the simulators; no key, no network.")
    ] = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Fetch the sessions of a span that are missing among the bars that are kept, and no others.

    The exchange's calendar tells which there should be. Says what was missing, what came and what the
    vendor does not have.
    """
    with reporting():
        from quantdeck.app.backfill import BackfillQuestion, run_backfill
        from quantdeck.app.settings import load

        question = BackfillQuestion(
            symbol=symbol,
            first=start,
            last=end,
            interval=interval,
            source=source,
            db_file=db_file,
            demo=demo,
        )
        settings = load(config, flags={"data_dir": data_dir})
        code = run_backfill(settings, question, as_json=as_json)
    raise SystemExit(code)
