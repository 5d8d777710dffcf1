"""``quantdeck pairs scan``: all pairs on the tape, ranked by cointegration."""

from __future__ import annotations

from typing import Annotated

import typer

from quantdeck.cli.names import names
from quantdeck.cli.reporting import reporting
from quantdeck.cli.up import Config, DataDir


def scan(
    symbols: Annotated[
        list[str] | None,
        typer.Option(
            "--symbol", "--symbols", help="Only these, with commas or repeated; all by default."
        ),
    ] = None,
    timeframe: Annotated[str, typer.Option(help="Of bars: a count and s, m, h or d.")] = "1m",
    since: Annotated[
        str | None,
        typer.Option(help="Only bars from this time on, ISO 8601, UTC assumed."),
    ] = None,
    until: Annotated[
        str | None, typer.Option(help="Until before this time; the newest if not given.")
    ] = None,
    lookback: Annotated[int, typer.Option(help="Newest common rows tested of each pair.")] = 500,
    window: Annotated[int, typer.Option(help="Rows of the z-score.")] = 60,
    control: Annotated[
        str, typer.Option(help="Of false discoveries: bh (Benjamini-Hochberg) or by (-Yekutieli).")
    ] = "bh",
    max_q: Annotated[float | None, typer.Option(help="Show no pair with a larger q.")] = None,
    min_turnover: Annotated[
        float, typer.Option(help="Least turnover of a symbol, quote currency a day.")
    ] = 0.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    demo: Annotated[bool, typer.Option("--demo", help="Take the tape of the demo.")] = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Rank all pairs on the tape by cointegration, with the share of false finds under control."""
    with reporting():
        from quantdeck.app.pairs_scan import ScanRequest, run_scan
        from quantdeck.app.settings import load

        request = ScanRequest(
            symbols=names(symbols),
            timeframe=timeframe,
            since=since,
            until=until,
            lookback=lookback,
            window=window,
            control=control,
            max_q=max_q,
            min_turnover=min_turnover,
            demo=demo,
        )
        run_scan(load(config, flags={"data_dir": data_dir}), request, as_json=as_json)
