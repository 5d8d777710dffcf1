"""``quantdeck daily``: data, features, model, playbook and reports of the day, in one go."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quantdeck.cli.names import names
from quantdeck.cli.reporting import EXIT_INTERRUPTED, reporting
from quantdeck.cli.up import Config, DataDir


def daily(
    symbols: Annotated[
        list[str] | None,
        typer.Option(
            "--symbols",
            "--symbol",
            help="Stocks, with commas or repeated: AAPL,MSFT; else those of the settings.",
        ),
    ] = None,
    db_file: Annotated[
        Path | None,
        typer.Option(help="Copy as SQLite; market_data.db of the data folder by default."),
    ] = None,
    first: Annotated[
        str,
        typer.Option(
            "--from",
            help="Begin with this step, and work on it and all behind it again: preflight, collect, "
            "sqlite, quality, detect, features, train, playbook, evaluate, reports, notify.",
        ),
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and why; do nothing.")
    ] = False,
    notify: Annotated[
        bool,
        typer.Option("--notify/--no-notify", help="Tell Slack, webhook and e-mail where set up."),
    ] = True,
    history: Annotated[
        bool, typer.Option("--history", help="Print the last runs instead, with their steps.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Of --history: runs.")] = 5,
    log_file: Annotated[
        Path | None, typer.Option(help="Write the log there instead of to stderr.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    demo: Annotated[
        bool, typer.Option("--demo", help="Ask the simulators; no key, no network.")
    ] = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Collect, check, build features, train, make the playbook, mark the last one's trades, and tell.

    A step whose inputs are unchanged since it was done is left as it is, so a run that was ended is
    resumed by running it again. A step that fails stops those that need it alone. Exit codes: 0 done;
    2 wrong usage; 3 a vendor, the disk or another run refused; 4 there was too little to work with;
    130 interrupted.
    """
    with reporting():
        from quantdeck.app.daily import DailyOrder, run_daily, run_history
        from quantdeck.app.logs import log_plainly
        from quantdeck.app.settings import load

        log_plainly("WARNING" if log_file is None else "INFO", log_file)
        settings = load(config, flags={"data_dir": data_dir})
        if history:
            run_history(settings, demo=demo, limit=limit, as_json=as_json)
            return
        order = DailyOrder(
            symbols=names(symbols),
            first_step=first,
            db_file=db_file,
            is_dry=dry_run,
            has_notice=notify,
            demo=demo,
        )
        report = run_daily(settings, order, as_json=as_json)
        if report is None:
            raise SystemExit(EXIT_INTERRUPTED)
        if report.error is not None:
            raise report.error
