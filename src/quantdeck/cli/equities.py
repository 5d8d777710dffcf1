"""Options that ``quantdeck backtest`` and ``quantdeck simulate`` share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Features = Annotated[
    str | None,
    typer.Argument(
        help="File of features (.csv or .parquet), or the date of a table that is kept; the newest if not given."
    ),
]
Capital = Annotated[float, typer.Option(help="Cash at the start.")]
Top = Annotated[
    int | None,
    typer.Option(
        help="Symbols held, on each side; a quarter of all if not given, and ten at most."
    ),
]
Dropout = Annotated[
    int | None,
    typer.Option(
        help="Most that are exchanged at a decision, on each side; no limit if not given."
    ),
]
Every = Annotated[
    int | None,
    typer.Option(
        help="Sessions from one decision to the next; what the strategy usually does if not given."
    ),
]
Weighting = Annotated[
    str, typer.Option(help="Among those held: equal, or score, by distance from the median.")
]
Sides = Annotated[str, typer.Option(help="long, or both: half of the equity is sold short.")]
Execution = Annotated[
    str, typer.Option(help="Orders are filled at the open or the close of the session after.")
]
FeeBp = Annotated[float, typer.Option(help="Fee, each way. [bp]")]
HalfSpreadBp = Annotated[float, typer.Option(help="Half of the bid-ask spread. [bp]")]
SlippageBp = Annotated[float, typer.Option(help="Slippage, each way. [bp]")]
Borrow = Annotated[float, typer.Option(help="Fee for what is sold short, a year, such as 0.01.")]
MaxRisk = Annotated[
    float | None,
    typer.Option(
        help="Most that is held, long and short; of MAX_RISK the strategy's own limit if not given."
    ),
]
Whole = Annotated[bool, typer.Option("--whole", help="Whole shares only.")]
Band = Annotated[float, typer.Option(help="Smallest change, as a share of equity.")]
Benchmark = Annotated[
    str, typer.Option(help="Held against: a strategy, a symbol of the table, or nothing.")
]
Trials = Annotated[
    int, typer.Option(help="Strategies tried, this one included, to deflate the Sharpe ratio by.")
]
Fills = Annotated[
    Path | None, typer.Option("--csv", help="File of every fill: .csv, .parquet or .ndjson.")
]
LedgerFile = Annotated[
    Path | None, typer.Option("--ledger", help="File of every line of the ledger.")
]
Out = Annotated[
    Path | None,
    typer.Option("--out", help="Folder of the reports; research.reports_dir if not given."),
]
NoKeep = Annotated[
    bool, typer.Option("--no-keep", help="Print only: no run is kept, no report is added to.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Demo = Annotated[bool, typer.Option("--demo", help="Of the simulated prices kept.")]
