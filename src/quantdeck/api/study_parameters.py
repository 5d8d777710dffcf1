"""Parameters that the routes of studies share."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Depends, Path, Query
from pydantic import Field

from quantdeck.api.parameters import FORMATS, Format, MomentParameter, moments_ns
from quantdeck.hub.study_prices import PriceQuestion
from quantdeck.model.history import Adjustment

MOST_BARS = 100_000
_SYMBOL = r"^[A-Za-z0-9][A-Za-z0-9:._-]{0,63}$"

SymbolPath = Annotated[
    str,
    Path(
        description="Symbol such as US:SPY or BINANCE:BTCUSDT; without the venue it is the first "
        "known one of that name.",
        pattern=_SYMBOL,
    ),
]
Interval = Annotated[
    Literal["1d", "1h", "5m", "1m", "1s"],
    Query(description="Length of a bar; those below an hour are of what is captured."),
]
Lookback = Annotated[
    int | None,
    Query(ge=2, le=MOST_BARS, description="The newest bars; as the settings say if absent."),
]
Benchmark = Annotated[
    str | None,
    Query(
        max_length=64,
        pattern=r"^([A-Za-z0-9][A-Za-z0-9:._-]*)?$",
        description="Symbol to hold it against, or none; that of the settings if absent.",
    ),
]
Window = Annotated[
    int | None, Query(ge=3, le=5_000, description="Bars of rolling figures; 63 if absent.")
]
RiskFree = Annotated[
    float | None,
    Query(
        ge=-0.5,
        le=1.0,
        description="Riskless rate, effective annual, as a decimal; that of the settings if absent.",
    ),
]
Confidence = Annotated[
    list[Annotated[float, Field(ge=0.5, lt=1.0)]] | None,
    Query(
        max_length=5,
        description="Level of the tail losses, such as 0.95; may be repeated.",
    ),
]
AdjustmentParameter = Annotated[
    Adjustment,
    Query(
        description="Prices as traded, in today's shares, or with dividends put back in as well."
    ),
]
FormParameter = Annotated[Format, Query(alias="format", description=FORMATS)]


def _prices(
    symbol: SymbolPath,
    interval: Interval = "1d",
    lookback: Lookback = None,
    start: MomentParameter = None,
    end: MomentParameter = None,
    adjustment: AdjustmentParameter = Adjustment.TOTAL,
) -> PriceQuestion:
    start_ns, end_ns = moments_ns(start, end)
    return PriceQuestion(symbol, interval, lookback, start_ns, end_ns, adjustment)


Prices = Annotated[PriceQuestion, Depends(_prices)]
"""The bars that a route is asked about: symbol, interval, lookback, start, end, adjustment."""


def _newest(
    symbol: SymbolPath,
    interval: Interval = "1d",
    lookback: Lookback = None,
    adjustment: AdjustmentParameter = Adjustment.TOTAL,
) -> PriceQuestion:
    return PriceQuestion(symbol, interval, lookback, adjustment=adjustment)


Newest = Annotated[PriceQuestion, Depends(_newest)]
"""The newest bars: symbol, interval, lookback, adjustment."""


def benchmark_of(typed: str | None) -> str | None:
    """Return a benchmark as `Studies.benchmark` takes it.

    Parameters
    ----------
    typed : str or None
        ``none`` for no benchmark.

    Returns
    -------
    str or None
        Empty for none.

    Examples
    --------
    >>> benchmark_of("none"), benchmark_of("spy"), benchmark_of(None)
    ('', 'spy', None)
    """
    return "" if typed is not None and typed.lower() == "none" else typed
