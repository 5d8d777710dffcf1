"""Prices of Yahoo's streamer for the command line, a line a price."""

from __future__ import annotations

import asyncio
import json
import math
import sys
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from quantdeck.app.signals import until_told_to_stop
from quantdeck.app.yahoo_access import yahoo_place, yahoo_provenance, yahoo_rest
from quantdeck.feeds.yahoo.access import SOURCE
from quantdeck.feeds.yahoo.stream import YahooStream
from quantdeck.feeds.yahoo.symbols import checked_symbol
from quantdeck.model.errors import BadInput, ConfigError, Disconnected, NoData
from quantdeck.model.feed import Delay, FeedState, RunId
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock

if TYPE_CHECKING:
    from quantdeck.app.feed_settings import Yahoo
    from quantdeck.app.settings import Settings
    from quantdeck.feeds.yahoo.rest import YahooRest

_LOOK_S = 0.05
_NS = 1_000_000_000
_CONNECTED = frozenset({FeedState.SUBSCRIBED, FeedState.LIVE, FeedState.DEGRADED, FeedState.STALE})
_TROUBLE = frozenset({FeedState.BACKOFF, FeedState.STALE})


@dataclass(frozen=True, slots=True)
class YahooQuestion:
    """What ``quantdeck stream --source yahoo`` is told.

    Parameters
    ----------
    symbols : tuple of str
        As typed.
    seconds : float or None
        Ends after so long; None goes on until interrupted. [s]
    demo : bool
        Run the simulator.
    """

    symbols: tuple[str, ...]
    seconds: float | None = None
    demo: bool = False


def run_yahoo_stream(settings: Settings, question: YahooQuestion, *, as_json: bool) -> None:
    """Print prices until interrupted, or for so long; see `quantdeck.cli.stream`.

    Raises
    ------
    BadInput
        If a symbol or the time is none, or Yahoo does not know the symbol.
    NoData
        If no price came in the time given.
    VenueError
        If the streamer cannot be reached.
    """
    symbols = tuple(dict.fromkeys(checked_symbol(text) for text in question.symbols))
    if not symbols:
        raise BadInput("no symbol was given; write one such as AAPL, ^GSPC or BTC-USD")
    if question.seconds is not None and not 0 < question.seconds < float("inf"):
        raise BadInput(f"--for is above 0 s, was {question.seconds:g}")
    asyncio.run(_run(settings, question, symbols, as_json=as_json))


# Takes events instead of a tape; what is printed is printed outside the connection.
class _Coming:
    def __init__(self) -> None:
        self.rows: deque[tuple[int, int, str, dict[str, float]]] = deque()

    def trade(self, *row: float) -> None:
        self._put(row, row[5], "price", {"price": row[3], "size": row[4]})

    def quote(self, *row: float) -> None:
        names = ("bid", "ask", "bid_size", "ask_size")
        self._put(row, row[7], "quote", dict(zip(names, row[3:7], strict=True)))

    def agg_trade(self, *_row: float) -> None:
        """Nothing: there are none."""

    def mark(self, *_row: float) -> None:
        """Nothing: there are none."""

    def bar(self, *_row: float) -> None:
        """Nothing: there are none."""

    def _put(
        self, row: tuple[float, ...], symbol: float, kind: str, told: dict[str, float]
    ) -> None:
        self.rows.append((int(row[0]), int(symbol), kind, told))


async def _run(
    settings: Settings, question: YahooQuestion, symbols: tuple[str, ...], *, as_json: bool
) -> None:
    clock, coming, table = SystemClock(), _Coming(), InstrumentTable()
    async with yahoo_place(settings, demo=question.demo) as chosen:
        delay = Delay.SIMULATED if question.demo else yahoo_provenance(chosen, RunId("")).delay
        rest = _quoting(settings, chosen, clock)
        feed = YahooStream(
            sink=coming,
            instruments=table,
            on_data=lambda: None,
            clock=clock,
            rng=Random(),  # noqa: S311 - jitter, not secrets
            url=chosen.stream_url,
            delay=delay,
            quotes=None if rest is None else rest.quotes,
        )
        try:
            await feed.set_symbols(symbols)
        finally:
            if rest is not None:
                await rest.close()
        _say(f"{SOURCE} {delay.value}: prices of {', '.join(symbols)}")
        running = asyncio.create_task(feed.run(), name="yahoo streamer")
        stopped = asyncio.create_task(until_told_to_stop(), name="told to stop")
        printer = _Printer(feed, coming, table, as_json=as_json)
        try:
            await _until_over(printer, clock, stopped, question.seconds)
        finally:
            for task in (running, stopped):
                task.cancel()
            await asyncio.gather(running, stopped, return_exceptions=True)


# The streamer is open to everybody, what would verify symbols only with the extra.
def _quoting(settings: Settings, chosen: Yahoo, clock: SystemClock) -> YahooRest | None:
    try:
        return yahoo_rest(chosen, clock=clock, folder=Path(settings.data_dir))
    except ConfigError:
        return None


async def _until_over(
    printer: _Printer, clock: SystemClock, stopped: asyncio.Task[Any], seconds: float | None
) -> None:
    until_ns = None if seconds is None else clock.monotonic_ns() + int(seconds * _NS)
    while not stopped.done():
        await clock.sleep(_LOOK_S)
        printer.look()
        if until_ns is not None and clock.monotonic_ns() >= until_ns:
            printer.check(seconds or 0.0)
            return


class _Printer:
    def __init__(
        self, feed: YahooStream, coming: _Coming, table: InstrumentTable, *, as_json: bool
    ) -> None:
        self._feed, self._coming, self._table, self._as_json = feed, coming, table, as_json
        self._printed = 0
        self._was_connected = False
        self._state = FeedState.CONNECTING

    def look(self) -> None:
        status = self._feed.statuses()[0]
        rows = self._coming.rows
        while rows:
            ts_ns, symbol, kind, told = rows.popleft()
            self._printed += 1
            line = self._line(_moment(ts_ns), self._table.symbol(symbol), kind, told)
            print(line, flush=not rows)  # noqa: T201
        self._was_connected |= status.state in _CONNECTED
        if status.state is not self._state and status.state in _TROUBLE:
            _say(f"{status.state.value}: {status.detail}")
        self._state = status.state

    def check(self, seconds: float) -> None:
        # Not to end as if all were well where nothing has come.
        if self._printed:
            return
        status = self._feed.statuses()[0]
        said = status.detail or status.state.value
        if not self._was_connected:
            raise Disconnected(SOURCE, f"no connection within {seconds:g} s: {said}")
        raise NoData(
            f"no price came from {SOURCE} within {seconds:g} s ({said}); the market may be closed, or "
            "Yahoo does not know the symbol"
        )

    def _line(self, time: str, symbol: str, kind: str, told: dict[str, float]) -> str:
        # NaN where a side is absent.
        figures = {name: None if math.isnan(value) else value for name, value in told.items()}
        if self._as_json:
            return json.dumps({"time": time, "symbol": symbol, "event": kind, **figures})
        shown = [f"{name} {'-' if v is None else f'{v:.10g}'}" for name, v in figures.items()]
        return "  ".join((time, symbol, kind, *shown))


def _say(text: str) -> None:
    print(f"quantdeck: {text}", file=sys.stderr, flush=True)  # noqa: T201


def _moment(ns: int) -> str:
    ms = ns // 1_000_000
    at = datetime.fromtimestamp(ms // 1000, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z"
