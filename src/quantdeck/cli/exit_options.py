"""Options of commands that take exit rules."""

from __future__ import annotations

from typing import Annotated

import typer

StopLoss = Annotated[
    float | None, typer.Option(help="Close at this loss, as a share of the cost: 0.1 is 10 %.")
]
TakeProfit = Annotated[
    float | None, typer.Option(help="Close at this gain, as a share of the cost.")
]
Trailing = Annotated[
    float | None,
    typer.Option(help="Close this far below the best gain, as a share of the cost."),
]
MaxDays = Annotated[float | None, typer.Option(help="Close after so many calendar days. [days]")]
DaysToExpiry = Annotated[
    float | None,
    typer.Option(help="Close when the first of its options has so many days left. [days]"),
]
Confirm = Annotated[
    float | None,
    typer.Option(help="So long a price must stay beyond a rule, on fresh quotes. [s]"),
]
