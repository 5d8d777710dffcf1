"""``quantdeck collect``: bars, actions, quotes, chains, statements, averages and news of stocks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quantdeck.cli.names import names
from quantdeck.cli.reporting import reporting
from quantdeck.cli.up import Config, DataDir


def collect(
    symbols: Annotated[
        list[str] | None,
        typer.Option(
            "--symbols",
            "--symbol",
            help="Stocks, with commas or repeated: AAPL,MSFT; else those of history.symbols.",
        ),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only",
            help="Only these: days, splits, dividends, minutes, quote, chain, fundamentals, sma, news.",
        ),
    ] = None,
    days: Annotated[int, typer.Option(help="Newest sessions that are there afterwards.")] = 60,
    expiries: Annotated[int, typer.Option(help="Nearest expiries of each option chain.")] = 6,
    stream: Annotated[
        bool, typer.Option("--stream", help="Then print trades and quotes until Ctrl-C.")
    ] = False,
    realtime: Annotated[
        bool,
        typer.Option(
            "--realtime",
            help="Of the stream: real-time data where the plan has them, else delayed.",
        ),
    ] = False,
    db_file: Annotated[
        Path | None,
        typer.Option(help="Copy as SQLite; market_data.db of the data folder by default."),
    ] = None,
    log_file: Annotated[
        Path | None, typer.Option(help="Write the log there instead of to stderr.")
    ] = None,
    log_level: Annotated[
        str | None,
        typer.Option(help="DEBUG, INFO, WARNING or ERROR; INFO into a file, else WARNING."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the report as JSON, in a line.")
    ] = False,
    demo: Annotated[
        bool, typer.Option("--demo", help="Ask the simulators; no key, no network.")
    ] = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Fetch from Polygon what is missing of some stocks, keep it, and copy it to SQLite.

    Daily bars come incrementally, with splits and dividends; the latest minutes, a quote, the next
    expiries of the option chain, statements, the vendor's 50-day average beside ours, and news, with NewsAPI's where
    its key is here. What fails is named, and the rest is kept; run it again for what is missing.
    """
    with reporting():
        from quantdeck.app.collect import CollectQuestion, run_collect
        from quantdeck.app.logs import log_plainly
        from quantdeck.app.settings import load

        log_plainly(log_level or ("WARNING" if log_file is None else "INFO"), log_file)
        settings = load(config, flags={"data_dir": data_dir})
        question = CollectQuestion(
            symbols=names(symbols),
            parts=names(only),
            sessions=days,
            expiries=expiries,
            stream=stream,
            realtime=realtime,
            db_file=db_file,
            demo=demo,
        )
        code = run_collect(settings, question, as_json=as_json)
    raise SystemExit(code)
