"""``quantdeck simulate``: what a simple strategy would have earned."""

from __future__ import annotations

from typing import Annotated

import typer

from quantdeck.cli import equities
from quantdeck.cli.reporting import reporting
from quantdeck.cli.up import Config, DataDir


def simulate(
    features: equities.Features = None,
    strategy: Annotated[
        str,
        typer.Option(
            help="buy_hold, equal_weight, momentum, sma_cross, or model for the current model."
        ),
    ] = "buy_hold",
    capital: equities.Capital = 10_000.0,
    top: equities.Top = None,
    dropout: equities.Dropout = None,
    every: equities.Every = None,
    weighting: equities.Weighting = "equal",
    symbol: Annotated[str, typer.Option(help="Of buy_hold: the only one that is bought.")] = "",
    window: Annotated[
        int | None, typer.Option(help="Sessions of the return that momentum ranks by; 252.")
    ] = None,
    fast: Annotated[int, typer.Option(help="Sessions of the shorter mean of sma_cross.")] = 50,
    slow: Annotated[int, typer.Option(help="Sessions of the longer one.")] = 200,
    sides: equities.Sides = "long",
    execution: equities.Execution = "open",
    fee_bp: equities.FeeBp = 1.0,
    half_spread_bp: equities.HalfSpreadBp = 2.0,
    slippage_bp: equities.SlippageBp = 2.0,
    borrow: equities.Borrow = 0.0,
    max_risk: equities.MaxRisk = None,
    whole: equities.Whole = False,
    band: equities.Band = 0.0,
    benchmark: equities.Benchmark = "equal_weight",
    trials: equities.Trials = 1,
    csv: equities.Fills = None,
    ledger: equities.LedgerFile = None,
    out: equities.Out = None,
    no_keep: equities.NoKeep = False,
    as_json: equities.AsJson = False,
    demo: equities.Demo = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Trade a simple strategy on the prices of a table of features, and print what came of it.

    Decided at a close, filled at the next open, after costs, on paper. The run is kept, and added to
    scoreboard.csv, portfolio.csv and pnl.csv.
    """
    with reporting():
        from quantdeck.app.equities import EquityOutputs, run_equities
        from quantdeck.app.settings import load
        from quantdeck.research.equities.question import question_of

        flags = {"data_dir": data_dir, "research.reports_dir": str(out) if out else None}
        asked = {
            "strategy": strategy,
            "symbol": symbol,
            "window": window,
            "fast": fast,
            "slow": slow,
            "capital": capital,
            "top": top,
            "dropout": dropout,
            "every": every,
            "weighting": weighting,
            "sides": sides,
            "execution": execution,
            "fee_bp": fee_bp,
            "half_spread_bp": half_spread_bp,
            "slippage_bp": slippage_bp,
            "borrow": borrow,
            "max_risk": max_risk,
            "decimals": 0 if whole else 6,
            "band": band,
            "benchmark": benchmark,
            "trials": trials,
        }
        outputs = EquityOutputs(features, None, demo, as_json, csv, ledger, not no_keep)
        run_equities(load(config, flags=flags), question_of(asked), outputs)
