"""Settings of pairs that a deck trades on paper."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Rows = Annotated[int, Meta(ge=2, le=100_000)]


class PaperPair(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One pair; the rules are those of ``quantdeck pairs backtest``, the costs those of the account."""

    y: Annotated[str, Meta(min_length=1, description="bought and sold against x")]
    x: Annotated[str, Meta(min_length=1, description="the other one")]
    timeframe: Annotated[Literal["1s", "1m", "5m"], Meta(description="of the bars that decide")] = (
        "1m"
    )
    estimator: Annotated[str, Meta(description="of the hedge ratio")] = "ols"
    hedge_ratio: float | None = None
    hedge_window: Annotated[int, Meta(ge=3, le=100_000)] = 500
    refit: Annotated[int, Meta(ge=1, le=100_000)] = 1
    prices: Literal["log", "levels"] = "log"
    window: Rows = 100
    entry: float = 2.0
    exit: float = 0.5
    stop: float | None = 4.0
    max_hold: Annotated[int, Meta(ge=1)] | None = None
    freeze: bool = False
    direction: Literal["both", "long", "short"] = "both"
    capital: Annotated[float, Meta(gt=0, description="gross notional of a trade [currency]")] = (
        10_000.0
    )
    wait_ms: Annotated[
        int,
        Meta(ge=0, le=60_000, description="after the end of a bar, for what is on its way [ms]"),
    ] = 100
