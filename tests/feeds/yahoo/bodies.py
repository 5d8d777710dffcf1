"""Charts of Yahoo made by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from quantdeck.feeds.yahoo.wire import Chart, ChartResult

NEW_YORK = ZoneInfo("America/New_York")
NS = 1_000_000_000
DAY_NS = 86_400 * NS


def at(text: str, zone: Any = NEW_YORK) -> int:
    """Return a wall time as seconds since 1970."""
    return round(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp())


def midnight(text: str) -> int:
    """Return midnight UTC of a date. [ns]."""
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * NS


def body(stamps: list[int], closes: list[float | None], **meta: Any) -> dict[str, Any]:
    """Return an answer whose opens, highs and lows are the closes."""
    events = meta.pop("events", {})
    volume = meta.pop("volume", [1_000] * len(stamps))
    said = {
        "currency": "USD",
        "symbol": "ZZZ",
        "exchangeName": "NMS",
        "exchangeTimezoneName": "America/New_York",
        "priceHint": 2,
        **meta,
    }
    quote = dict.fromkeys(("open", "high", "low", "close"), closes) | {"volume": volume}
    result = {
        "meta": said,
        "timestamp": stamps,
        "events": events,
        "indicators": {"quote": [quote]},
    }
    return {"chart": {"result": [result], "error": None}}


def chart(stamps: list[int], closes: list[float | None], **meta: Any) -> ChartResult:
    """Return it as the feed reads it."""
    found = msgspec.convert(body(stamps, closes, **meta), Chart, strict=False).chart.result
    assert found
    return found[0]


def session(opened: str, closed: str) -> dict[str, Any]:
    """Return the meta of a trading day."""
    return {"currentTradingPeriod": {"regular": {"start": at(opened), "end": at(closed)}}}
