"""Events of Polygon's stream for the command line, a line an event."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import aclosing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from quantdeck.app.polygon_access import polygon_access
from quantdeck.app.polygon_stream import PolygonWatch
from quantdeck.app.signals import until_told_to_stop
from quantdeck.feeds.polygon.endpoints import SOURCE
from quantdeck.feeds.polygon.events import StreamedBar
from quantdeck.feeds.polygon.symbols import INDICES, checked_symbol, is_option
from quantdeck.model.errors import BadInput, Disconnected, NoData
from quantdeck.model.feed import FeedState
from quantdeck.model.instruments import root_of
from quantdeck.net.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from quantdeck.app.settings import Settings
    from quantdeck.feeds.polygon.events import MarketEvent

EVENTS = {"trade": "trades", "quote": "quotes", "second": "seconds", "minute": "minutes"}
"""Events as the command names them, and their channels."""

_CONNECTED = frozenset({FeedState.SUBSCRIBED, FeedState.LIVE, FeedState.DEGRADED, FeedState.STALE})
_LEFT_OUT = frozenset({"symbol", "time_ns", "recv_ns", "number", "seconds", "type"})


class PolygonQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """What ``quantdeck stream --source polygon`` is told.

    Parameters
    ----------
    symbols, events : tuple of str
        As typed.
    realtime : bool
        Try real-time data first.
    seconds : float or None
        Ends after so long; None goes on until interrupted. [s]
    demo : bool
        Run the simulator.
    """

    symbols: tuple[str, ...]
    events: tuple[str, ...] = ("trade", "quote")
    realtime: bool = False
    seconds: float | None = None
    demo: bool = False


def run_polygon_stream(settings: Settings, question: PolygonQuestion, *, as_json: bool) -> None:
    """Print events until interrupted, or for so long; see `quantdeck.cli.stream`.

    Raises
    ------
    AuthFailed, NotEntitled
        If the key is not here or refused, or the plan has no streams.
    BadInput
        If a symbol, type of event or time is none.
    NoData
        If no event came in the time given.
    VenueError
        If the vendor cannot be reached.
    """
    channels = tuple(dict.fromkeys(_channel(name) for name in question.events))
    symbols = tuple(dict.fromkeys(map(_streamed, question.symbols)))
    if not channels:
        raise BadInput(f"--events names no event; there are {', '.join(EVENTS)}")
    if not symbols:
        raise BadInput("no symbol was given; write one such as AAPL")
    if question.seconds is not None and not 0 < question.seconds < float("inf"):
        raise BadInput(f"--for is above 0 s, was {question.seconds:g}")
    asyncio.run(_run(settings, question, symbols, channels, as_json=as_json))


def _channel(name: str) -> str:
    found = EVENTS.get(name.lower())
    if found is None:
        raise BadInput(f"{SOURCE} has no events {name!r}; there are {', '.join(EVENTS)}")
    return found


def _streamed(text: str) -> str:
    symbol = checked_symbol(text)
    if not is_option(symbol) and root_of(symbol) in INDICES:
        raise BadInput(f"{symbol} is an index, of which {SOURCE} has neither trades nor quotes")
    return symbol


async def _run(
    settings: Settings,
    question: PolygonQuestion,
    symbols: Sequence[str],
    channels: Sequence[str],
    *,
    as_json: bool,
) -> None:
    clock = SystemClock()
    async with polygon_access(settings, clock, demo=question.demo) as access:
        watch = PolygonWatch(
            access, settings, channels=channels, realtime=question.realtime, on_notice=_say
        )
        where = "real-time" if question.realtime else "delayed"
        feed = "simulated" if access.simulated else where
        _say(f"{SOURCE} {feed}: {', '.join(channels)} of {', '.join(symbols)}")
        printed = _Printed()
        printing = asyncio.create_task(
            _print(watch.events(symbols), printed, as_json=as_json), name="polygon printing"
        )
        stopped = asyncio.create_task(until_told_to_stop(), name="told to stop")
        try:
            await asyncio.wait(
                {printing, stopped},
                timeout=question.seconds,
                return_when=asyncio.FIRST_COMPLETED,
            )
            if printing.done():
                await printing
            elif not stopped.done():
                _check(watch, printed, question.seconds or 0.0)
        finally:
            printing.cancel()
            stopped.cancel()
            await asyncio.gather(printing, stopped, return_exceptions=True)


class _Printed:
    count = 0


async def _print(events: AsyncGenerator[MarketEvent], printed: _Printed, *, as_json: bool) -> None:
    line = _json if as_json else _text
    async with aclosing(events):
        async for event in events:
            printed.count += 1
            print(line(event), flush=True)  # noqa: T201


# Refuses to end as if all were well where nothing has come.
def _check(watch: PolygonWatch, printed: _Printed, seconds: float) -> None:
    if printed.count:
        return
    statuses = watch.statuses()
    said = "; ".join(f"{each.name} {each.state.value} {each.detail}".strip() for each in statuses)
    if not any(each.state in _CONNECTED for each in statuses):
        raise Disconnected(SOURCE, f"no connection within {seconds:g} s: {said}")
    raise NoData(
        f"no event came from {SOURCE} within {seconds:g} s ({said}); the market may be closed"
    )


def _say(text: str) -> None:
    print(f"quantdeck: {text}", file=sys.stderr, flush=True)  # noqa: T201


def _parts(event: MarketEvent) -> tuple[str, str, dict[str, float | None]]:
    values = msgspec.to_builtins(event)
    kind = str(values["type"])
    if isinstance(event, StreamedBar):
        kind = "second" if event.seconds == 1 else "minute"
    figures = {name: value for name, value in values.items() if name not in _LEFT_OUT}
    if figures.pop("is_market_price", True) is False:
        kind = "off-market trade"
    return _moment(event.time_ns), kind, figures


def _moment(ns: int) -> str:
    ms = ns // 1_000_000
    at = datetime.fromtimestamp(ms // 1000, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z"


def _json(event: MarketEvent) -> str:
    time, kind, figures = _parts(event)
    return json.dumps({"time": time, "symbol": event.symbol, "event": kind, **figures})


def _text(event: MarketEvent) -> str:
    time, kind, figures = _parts(event)
    told = [f"{name} {'-' if v is None else f'{v:.10g}'}" for name, v in figures.items()]
    return "  ".join((time, event.symbol, kind, *told))
