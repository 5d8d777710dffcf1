"""Settings of the option desk."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Positive = Annotated[int, Meta(ge=1)]


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """Which option chains are studied beside those of ``boxes.tickers``, and how often."""

    source: Annotated[
        Literal["auto", "alpaca", "tastytrade", "yahoo", "polygon"],
        Meta(
            description="vendor of these chains; auto takes the one of the box desk, else Yahoo where it "
            "is enabled; Polygon is asked only where it is named"
        ),
    ] = "auto"
    underlyings: Annotated[
        tuple[str, ...],
        Meta(description="asked for while somebody looks, beside `boxes.tickers`"),
    ] = ("SPY",)
    expiries_per_underlying: Annotated[
        Positive | None, Meta(description="nearest expiries of each root of these; all if None")
    ] = 8
    min_moneyness: Annotated[
        float,
        Meta(ge=0, lt=1, description="lowest strike of these, as a multiple of the price"),
    ] = 0.7
    max_moneyness: Annotated[
        float, Meta(gt=1, description="highest strike of these, as a multiple of the price")
    ] = 1.3
    refresh_seconds: Annotated[
        float, Meta(ge=1, description="volatilities and surfaces are made anew so often [s]")
    ] = 5
    poll_seconds: Annotated[
        float, Meta(ge=5, description="chains that are asked for are asked for so often [s]")
    ] = 60
    rate: Annotated[
        float,
        Meta(
            ge=-0.1,
            le=1,
            description="continuous rate for options that can be exercised early, where no box tells one",
        ),
    ] = 0.04
    max_spread: Annotated[
        float,
        Meta(
            gt=0, description="quotes with a larger spread, as a share of their mid, carry no smile"
        ),
    ] = 0.25
    wing_delta: Annotated[
        float,
        Meta(gt=0, lt=0.5, description="delta of the risk reversal and the butterfly"),
    ] = 0.25
