"""``quantdeck quality``: can the bars that are kept be relied on."""

from __future__ import annotations

from typing import Annotated

import typer

from quantdeck.cli.reporting import reporting
from quantdeck.cli.up import Config, DataDir


def quality(
    symbols: Annotated[
        list[str] | None, typer.Argument(help="Such as AAPL or US:AAPL; all that are kept if none.")
    ] = None,
    interval: Annotated[str | None, typer.Option(help="Only bars of 1d, 1h or 1m.")] = None,
    source: Annotated[str | None, typer.Option(help="Only bars from this source.")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Of the demo's own data.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Look for missing sessions, absent or impossible prices, unrecorded splits and stale series.

    Exits with 0 where nothing or only notes are found, with 5 on warnings and with 6 on errors.
    """
    with reporting():
        from quantdeck.app.quality import QualityQuestion, run_quality
        from quantdeck.app.settings import load

        settings = load(config, flags={"data_dir": data_dir})
        question = QualityQuestion(tuple(symbols or ()), interval, source, demo)
        code = run_quality(settings, question, as_json=as_json)
    raise SystemExit(code)
