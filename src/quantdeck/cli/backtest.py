"""``quantdeck backtest``: what a model's predictions would have earned."""

from __future__ import annotations

from typing import Annotated

import typer

from quantdeck.cli import equities
from quantdeck.cli.reporting import reporting
from quantdeck.cli.up import Config, DataDir


def backtest(
    features: equities.Features = None,
    model: Annotated[
        str | None,
        typer.Argument(
            help="Id of a model, its folder or its model.txt; the current one if not given."
        ),
    ] = None,
    capital: equities.Capital = 10_000.0,
    top: equities.Top = None,
    dropout: equities.Dropout = None,
    every: equities.Every = None,
    weighting: equities.Weighting = "equal",
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
    """Trade what a model said of sessions that it had not seen, and print what came of it.

    Only predictions out of sample are traded: those of the walk forward by which the model was judged,
    and the model's own after the last session that it was trained on. Decided at a close, filled at the
    next open, after costs. The run is kept, and added to scoreboard.csv, portfolio.csv and pnl.csv.
    """
    with reporting():
        from quantdeck.app.equities import EquityOutputs, run_equities
        from quantdeck.app.settings import load
        from quantdeck.research.equities.question import question_of

        flags = {"data_dir": data_dir, "research.reports_dir": str(out) if out else None}
        asked = {
            "strategy": "model",
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
        outputs = EquityOutputs(features, model, demo, as_json, csv, ledger, not no_keep)
        run_equities(load(config, flags=flags), question_of(asked), outputs)
