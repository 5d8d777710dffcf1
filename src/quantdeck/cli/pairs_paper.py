"""``quantdeck pairs paper``: a pair on paper over a recording, held against its backtest."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quantdeck.cli.pairs import (
    AsJson,
    Capital,
    Demo,
    Direction,
    Entry,
    Estimator,
    Exit,
    FeeBp,
    Freeze,
    HedgeRatio,
    HedgeWindow,
    LedgerFile,
    Levels,
    MaxHold,
    Refit,
    Since,
    SlippageBp,
    Stop,
    Timeframe,
    Until,
    Window,
    X,
)
from quantdeck.cli.reporting import reporting
from quantdeck.cli.up import Config, DataDir

EXIT_DIFFERENT = 6


def paper(
    y: Annotated[str, typer.Option(help="Symbol that is bought and sold against x.")],
    x: X,
    replay: Annotated[
        list[Path] | None,
        typer.Option(
            help="Recorded frames, or a folder of them; repeatable. What is on the tape by default."
        ),
    ] = None,
    source: Annotated[
        str, typer.Option(help="Where frames were recorded: binance-usdm or binance-spot.")
    ] = "binance-usdm",
    timeframe: Timeframe = "1s",
    since: Since = None,
    until: Until = None,
    estimator: Estimator = "ols",
    hedge_ratio: HedgeRatio = None,
    hedge_window: HedgeWindow = 120,
    refit: Refit = 1,
    levels: Levels = False,
    window: Window = 60,
    entry: Entry = 2.0,
    exit_: Exit = 0.5,
    stop: Stop = 4.0,
    max_hold: MaxHold = None,
    freeze: Freeze = False,
    direction: Direction = "both",
    capital: Capital = 10_000.0,
    fee_bp: FeeBp = 5.0,
    slippage_bp: SlippageBp = 0.0,
    lot_y: Annotated[float | None, typer.Option(help="Step of quantities of y.")] = None,
    lot_x: Annotated[float | None, typer.Option(help="Step of quantities of x.")] = None,
    cash: Annotated[float, typer.Option(help="Deposited at first.")] = 100_000.0,
    wait_ms: Annotated[
        int, typer.Option(min=0, help="After the end of a bar, for what is still on its way. [ms]")
    ] = 100,
    fresh_s: Annotated[float, typer.Option(help="Older quotes fill nothing. [s]")] = 5.0,
    csv: Annotated[
        Path | None, typer.Option(help="Write the fills into this file: .csv, .parquet or .ndjson.")
    ] = None,
    ledger: LedgerFile = None,
    as_json: AsJson = False,
    demo: Demo = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Trade a pair on paper over recorded quotes, and hold its ledger against the backtest's.

    Ends with 6 where the two ledgers differ.
    """
    with reporting():
        from quantdeck.app.pairs_output import Outputs
        from quantdeck.app.pairs_paper import PaperQuestion, run_paper
        from quantdeck.app.settings import load
        from quantdeck.research.pairs.question import RunQuestion

        settings = load(config, flags={"data_dir": data_dir})
        rules = RunQuestion(
            y=y,
            x=x,
            timeframe=timeframe,
            estimator=estimator,
            hedge_ratio=hedge_ratio,
            hedge_window=hedge_window,
            refit=refit,
            prices="levels" if levels else "log",
            window=window,
            entry=entry,
            exit=exit_,
            stop=stop or None,
            max_hold=max_hold,
            freeze=freeze,
            direction=direction,  # pyright: ignore[reportArgumentType] - checked by the rules
            capital=capital,
            fee_bp=fee_bp,
            slippage_bp=slippage_bp,
        )
        question = PaperQuestion(
            run=rules,
            replay=tuple(replay or ()),
            source=source,
            since=since,
            until=until,
            lot_y=lot_y,
            lot_x=lot_x,
            cash=cash,
            wait_ms=wait_ms,
            fresh_s=fresh_s,
            demo=demo,
        )
        is_equal = run_paper(settings, question, Outputs(as_json, csv, None, ledger))
    if not is_equal:
        raise SystemExit(EXIT_DIFFERENT)
