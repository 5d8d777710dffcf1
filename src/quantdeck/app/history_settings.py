"""Settings of prices of years: which symbols, from whom, how far back."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

DEMO_STOCKS = (*("SPY", "QQQ", "AAPL", "MSFT", "NVDA", "AMZN", "JPM", "XOM", "KO", "GLD", "TLT"),)
"""Stocks and funds that the demo follows."""


class HistorySettings(msgspec.Struct, frozen=True, kw_only=True):
    """Bars of days and hours, kept in ``data_dir`` and fetched where missing."""

    symbols: Annotated[
        tuple[str, ...],
        Meta(
            description="stocks to follow, such as SPY; if empty some large ones in the demo, none "
            "else; captured symbols are followed in any case"
        ),
    ] = ()
    source: Annotated[
        Literal["auto", "yahoo", "alpaca", "polygon"],
        Meta(description="vendor of stocks; auto takes Yahoo or Alpaca where it is enabled"),
    ] = "auto"
    years: Annotated[int, Meta(ge=1, le=60, description="years of daily bars")] = 10
    hours_days: Annotated[
        int, Meta(ge=0, le=3650, description="days of hourly bars; none are kept of 0 [days]")
    ] = 730
    benchmark: Annotated[
        str | None,
        Meta(
            description="what others are held against; if None SPY, or the first coin where no stock "
            "is followed"
        ),
    ] = None
    refresh_minutes: Annotated[
        float, Meta(ge=1, le=1440, description="newer bars are looked for so often [min]")
    ] = 15
