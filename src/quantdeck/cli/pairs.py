"""``quantdeck pairs``: two instruments against each other, and what trading them would have made."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quantdeck.cli.reporting import reporting
from quantdeck.cli.up import Config, DataDir

app = typer.Typer(
    help="Pairs: hedge ratios and tests, backtests after costs, sweeps, walk-forwards.",
    no_args_is_help=True,
)

Y = Annotated[
    str,
    typer.Option(
        help="Symbol on the tape, or a file of bars: .csv, .csv.gz, .parquet, with #SYMBOL where it has several."
    ),
]
X = Annotated[str, typer.Option(help="The other one, which is sold against y.")]
Timeframe = Annotated[
    str, typer.Option(help="Length of bars from the tape, such as 1s, 5m, 1h or 1d.")
]
Since = Annotated[str | None, typer.Option(help="From this time, ISO 8601, UTC assumed.")]
Until = Annotated[str | None, typer.Option(help="Until before this time.")]
Rows = Annotated[int | None, typer.Option("--rows", help="Only the newest so many bars.")]
PerYear = Annotated[
    float | None,
    typer.Option(
        help="Bars a year for annual figures; those of a market that never closes by default."
    ),
]
Estimator = Annotated[
    str, typer.Option(help="Of the hedge ratio: ols, huber, theil-sen, tls, kalman or rolling.")
]
HedgeRatio = Annotated[float | None, typer.Option(help="Use this hedge ratio and fit nothing.")]
HedgeWindow = Annotated[int, typer.Option(help="Bars that a line is fitted to.")]
Refit = Annotated[int, typer.Option(help="Bars from one fit to the next.")]
Levels = Annotated[bool, typer.Option("--levels", help="Lines of prices instead of their logs.")]
Window = Annotated[int, typer.Option(help="Bars of the mean and deviation of the z-score.")]
Entry = Annotated[float, typer.Option(help="Open at this z-score.")]
Exit = Annotated[float, typer.Option("--exit", help="Close at this z-score.")]
Stop = Annotated[float, typer.Option(help="Give up at this z-score; 0 for never.")]
MaxHold = Annotated[int | None, typer.Option(help="Hold for at most so many bars.")]
Freeze = Annotated[
    bool,
    typer.Option("--freeze", help="Leave by the line and deviation that the trade was opened by."),
]
Direction = Annotated[
    str, typer.Option(help="Of the spread: both, long (y bought, x sold) or short.")
]
Capital = Annotated[float, typer.Option(help="Gross notional of every trade.")]
FeeBp = Annotated[float, typer.Option(help="Fee of each leg, each way. [bp]")]
SlippageBp = Annotated[float, typer.Option(help="Slippage of each leg, each way. [bp]")]
HalfSpreadBp = Annotated[float, typer.Option(help="Half of the bid-ask spread of each leg. [bp]")]
FundingBp = Annotated[
    float, typer.Option(help="Funding that longs pay every eight hours, on both legs. [bp]")
]
Recorded = Annotated[
    bool, typer.Option("--recorded-funding", help="Take the funding rates that the tape has.")
]
Windows = Annotated[str, typer.Option(help="Score windows to try, such as 20..200/20,500.")]
Entries = Annotated[str, typer.Option(help="Entries to try.")]
Exits = Annotated[str, typer.Option(help="Exits to try.")]
Stops = Annotated[str, typer.Option(help="Stops to try; none for no stop.")]
MaxHolds = Annotated[str, typer.Option(help="Longest holds to try; none for no limit.")]
HedgeWindows = Annotated[
    str, typer.Option(help="Windows of the line to try; --hedge-window where there are none.")
]
TradesFile = Annotated[
    Path | None, typer.Option("--csv", help="File of the trades: .csv, .parquet or .ndjson.")
]
SetsFile = Annotated[
    Path | None, typer.Option("--csv", help="File of all sets: .csv, .parquet or .ndjson.")
]
RowsFile = Annotated[
    Path | None, typer.Option("--equity", help="File of every bar: z-score, position, equity.")
]
LedgerFile = Annotated[
    Path | None, typer.Option("--ledger", help="File of every fill, fee and payment.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Demo = Annotated[bool, typer.Option("--demo", help="Ask the tape of the demo.")]


@app.command()
def estimate(
    y: Y,
    x: X,
    timeframe: Timeframe = "1m",
    since: Since = None,
    until: Until = None,
    rows: Rows = None,
    window: Window = 60,
    levels: Levels = False,
    as_json: AsJson = False,
    demo: Demo = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Print hedge ratios by every estimator, cointegration both ways, half-life and Hurst exponent."""
    with reporting():
        from quantdeck.app.pairs_estimate import run_estimate
        from quantdeck.app.pairs_prices import PairSource
        from quantdeck.app.settings import load

        settings = load(config, flags={"data_dir": data_dir})
        source = PairSource(y, x, timeframe, since, until, rows, demo=demo)
        run_estimate(settings, source, window=window, log=not levels, as_json=as_json)


@app.command()
def backtest(
    y: Y,
    x: X,
    timeframe: Timeframe = "1m",
    since: Since = None,
    until: Until = None,
    rows: Rows = None,
    estimator: Estimator = "ols",
    hedge_ratio: HedgeRatio = None,
    hedge_window: HedgeWindow = 500,
    refit: Refit = 1,
    levels: Levels = False,
    window: Window = 100,
    entry: Entry = 2.0,
    exit_: Exit = 0.5,
    stop: Stop = 4.0,
    max_hold: MaxHold = None,
    freeze: Freeze = False,
    direction: Direction = "both",
    capital: Capital = 10_000.0,
    fee_bp: FeeBp = 5.0,
    slippage_bp: SlippageBp = 1.0,
    half_spread_bp: HalfSpreadBp = 0.0,
    funding_bp: FundingBp = 0.0,
    recorded_funding: Recorded = False,
    per_year: PerYear = None,
    csv: TradesFile = None,
    equity: RowsFile = None,
    ledger: LedgerFile = None,
    as_json: AsJson = False,
    demo: Demo = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Trade one set of rules over the past, after costs and without looking ahead."""
    with reporting():
        from quantdeck.app.pairs_backtest import run_backtest
        from quantdeck.app.pairs_output import Outputs
        from quantdeck.app.pairs_prices import PairSource
        from quantdeck.app.settings import load
        from quantdeck.research.pairs.question import RunQuestion

        settings = load(config, flags={"data_dir": data_dir})
        source = PairSource(
            y, x, timeframe, since, until, rows, funding_bp, recorded_funding, per_year, demo
        )
        asked = RunQuestion(
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
            half_spread_bp=half_spread_bp,
            slippage_bp=slippage_bp,
        )
        run_backtest(settings, source, asked, Outputs(as_json, csv, equity, ledger))


@app.command()
def sweep(
    y: Y,
    x: X,
    timeframe: Timeframe = "1m",
    since: Since = None,
    until: Until = None,
    rows: Rows = None,
    estimator: Estimator = "ols",
    hedge_ratio: HedgeRatio = None,
    hedge_window: HedgeWindow = 500,
    refit: Refit = 1,
    levels: Levels = False,
    windows: Windows = "50, 100, 200, 400",
    entries: Entries = "1.5..3/0.5",
    exits: Exits = "0, 0.5, 1",
    stops: Stops = "none",
    max_holds: MaxHolds = "none",
    hedge_windows: HedgeWindows = "",
    freeze: Freeze = False,
    direction: Direction = "both",
    capital: Capital = 10_000.0,
    fee_bp: FeeBp = 5.0,
    slippage_bp: SlippageBp = 1.0,
    half_spread_bp: HalfSpreadBp = 0.0,
    funding_bp: FundingBp = 0.0,
    recorded_funding: Recorded = False,
    per_year: PerYear = None,
    csv: SetsFile = None,
    as_json: AsJson = False,
    demo: Demo = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Try many sets of rules, and say whether the best is more than chance."""
    with reporting():
        from quantdeck.app.pairs_output import Outputs
        from quantdeck.app.pairs_prices import PairSource
        from quantdeck.app.pairs_sweep import run_sweep
        from quantdeck.app.settings import load
        from quantdeck.research.pairs.question import RunQuestion

        settings = load(config, flags={"data_dir": data_dir})
        source = PairSource(
            y, x, timeframe, since, until, rows, funding_bp, recorded_funding, per_year, demo
        )
        asked = RunQuestion(
            kind="sweep",
            estimator=estimator,
            hedge_ratio=hedge_ratio,
            hedge_window=hedge_window,
            refit=refit,
            prices="levels" if levels else "log",
            freeze=freeze,
            direction=direction,  # pyright: ignore[reportArgumentType] - checked by the rules
            capital=capital,
            fee_bp=fee_bp,
            half_spread_bp=half_spread_bp,
            slippage_bp=slippage_bp,
            windows=windows,
            entries=entries,
            exits=exits,
            stops=stops,
            max_holds=max_holds,
            hedge_windows=hedge_windows,
        )
        run_sweep(settings, source, asked, Outputs(as_json, csv))


@app.command("walk-forward")
def walk_forward(
    y: Y,
    x: X,
    timeframe: Timeframe = "1m",
    since: Since = None,
    until: Until = None,
    rows: Rows = None,
    estimator: Estimator = "ols",
    hedge_ratio: HedgeRatio = None,
    hedge_window: HedgeWindow = 500,
    refit: Refit = 1,
    levels: Levels = False,
    windows: Windows = "50, 100, 200, 400",
    entries: Entries = "1.5..3/0.5",
    exits: Exits = "0, 0.5, 1",
    stops: Stops = "none",
    max_holds: MaxHolds = "none",
    hedge_windows: HedgeWindows = "",
    train: Annotated[int, typer.Option(help="Bars on which rules are chosen.")] = 4_000,
    test: Annotated[int, typer.Option(help="Bars that they then trade.")] = 1_000,
    embargo: Annotated[int, typer.Option(help="Bars between the two that neither has.")] = 0,
    anchored: Annotated[
        bool, typer.Option("--anchored", help="Choose on all bars before, not on the newest.")
    ] = False,
    min_trades: Annotated[
        int, typer.Option(help="Trades that rules need on those bars to be chosen.")
    ] = 5,
    stay_out: Annotated[
        bool, typer.Option("--stay-out", help="Trade nothing after bars on which no rules gained.")
    ] = False,
    freeze: Freeze = False,
    direction: Direction = "both",
    capital: Capital = 10_000.0,
    fee_bp: FeeBp = 5.0,
    slippage_bp: SlippageBp = 1.0,
    half_spread_bp: HalfSpreadBp = 0.0,
    funding_bp: FundingBp = 0.0,
    recorded_funding: Recorded = False,
    per_year: PerYear = None,
    csv: TradesFile = None,
    equity: RowsFile = None,
    as_json: AsJson = False,
    demo: Demo = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Choose rules on some bars and trade them on the next, again and again."""
    with reporting():
        from quantdeck.app.pairs_backtest import run_walk_forward
        from quantdeck.app.pairs_output import Outputs
        from quantdeck.app.pairs_prices import PairSource
        from quantdeck.app.settings import load
        from quantdeck.research.pairs.question import RunQuestion
        from quantdeck.research.pairs.walk_forward import WalkPlan

        settings = load(config, flags={"data_dir": data_dir})
        source = PairSource(
            y, x, timeframe, since, until, rows, funding_bp, recorded_funding, per_year, demo
        )
        asked = RunQuestion(
            kind="walk-forward",
            estimator=estimator,
            hedge_ratio=hedge_ratio,
            hedge_window=hedge_window,
            refit=refit,
            prices="levels" if levels else "log",
            freeze=freeze,
            direction=direction,  # pyright: ignore[reportArgumentType] - checked by the rules
            capital=capital,
            fee_bp=fee_bp,
            half_spread_bp=half_spread_bp,
            slippage_bp=slippage_bp,
            windows=windows,
            entries=entries,
            exits=exits,
            stops=stops,
            max_holds=max_holds,
            hedge_windows=hedge_windows,
        )
        plan = WalkPlan(train, test, embargo, anchored, min_trades, stay_out)
        run_walk_forward(settings, source, asked, plan, Outputs(as_json, csv, equity))
