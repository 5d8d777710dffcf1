"""Events of Tastytrade's stream for the command line, a line an event."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import deque
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING

from quantdeck.app.box_sources import is_here
from quantdeck.app.credentials import key_hint, surroundings, tastytrade_grant
from quantdeck.app.signals import until_told_to_stop
from quantdeck.feeds.tastytrade.events import TYPES
from quantdeck.feeds.tastytrade.grant import Credentials
from quantdeck.feeds.tastytrade.watcher import TastytradeEvents, interval_s, typed_symbol
from quantdeck.model.errors import AuthFailed, BadInput, Disconnected, NoData
from quantdeck.model.feed import FeedState
from quantdeck.net.clock import SystemClock
from quantdeck.sims.tastytrade.accounts import CLIENT_SECRET, REFRESH_TOKEN
from quantdeck.sims.tastytrade.server import TastytradeSim

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from quantdeck.app.settings import Settings
    from quantdeck.feeds.tastytrade.events import Event
    from quantdeck.model.feed import FeedStatus

_SOURCE = "tastytrade"
_DEMO_SEED = 7
_DEMO_REQUESTS_PER_MINUTE = 600
_LOOK_S = 0.05
_NS = 1_000_000_000
_NAMES = {kind.lower(): kind for kind in TYPES}
_TROUBLE = frozenset({FeedState.BACKOFF, FeedState.DEGRADED, FeedState.STALE})
_CONNECTED = frozenset({FeedState.SUBSCRIBED, FeedState.LIVE, FeedState.DEGRADED, FeedState.STALE})


@dataclass(frozen=True, slots=True)
class StreamQuestion:
    """What ``quantdeck stream`` is told.

    Parameters
    ----------
    symbols : tuple of str
        As typed.
    events : tuple of str
        Types of events, in small letters.
    interval : str
        Length of candles.
    seconds : float or None
        Ends after so long; None goes on until interrupted. [s]
    demo : bool
        Run the simulator.
    """

    symbols: tuple[str, ...]
    events: tuple[str, ...] = ("quote",)
    interval: str = "5m"
    seconds: float | None = None
    demo: bool = False


def run_stream(settings: Settings, question: StreamQuestion, *, as_json: bool) -> None:
    """Print events until interrupted, or for so long; see `quantdeck.cli.stream`.

    Raises
    ------
    AuthFailed
        If the grant is not here, or refused.
    BadInput
        If a symbol, type of event, interval or time is none.
    NoData
        If no event came in the time given.
    VenueError
        If the vendor cannot be reached.
    """
    if not question.symbols:
        raise BadInput("no symbol was given; write one such as SPY or OPRA:SPXW261218C05000000")
    symbols = tuple(dict.fromkeys(typed_symbol(text) for text in question.symbols))
    kinds = tuple(dict.fromkeys(_kind(text) for text in question.events))
    if not kinds:
        raise BadInput(f"--events names no event; there are {', '.join(_NAMES)}")
    interval_s(question.interval)
    if question.seconds is not None and not 0 < question.seconds < float("inf"):
        raise BadInput(f"--for is above 0 s, was {question.seconds:g}")
    asyncio.run(_run(settings, question, symbols, kinds, as_json=as_json))


def _kind(text: str) -> str:
    kind = _NAMES.get(text.lower())
    if kind is None:
        raise BadInput(f"there are no events {text!r}; --events takes {', '.join(_NAMES)}")
    return kind


@dataclass(frozen=True, slots=True)
class _Access:
    credentials: Credentials
    api_url: str
    requests_per_minute: int
    simulated: bool


@asynccontextmanager
async def _access(settings: Settings, *, demo: bool) -> AsyncGenerator[_Access]:
    chosen = settings.feeds.tastytrade
    if demo:
        async with TastytradeSim(seed=_DEMO_SEED) as sim:
            grant = Credentials(client_secret=CLIENT_SECRET, refresh_token=REFRESH_TOKEN)
            yield _Access(grant, sim.rest_url, _DEMO_REQUESTS_PER_MINUTE, simulated=True)
        return
    found = tastytrade_grant(surroundings())
    if found is None:
        raise AuthFailed(_SOURCE, f"no grant was found; {key_hint(_SOURCE)}, or use --demo")
    credentials = Credentials(
        client_secret=found.client_secret.reveal() if found.client_secret else "",
        refresh_token=found.refresh_token.reveal() if found.refresh_token else "",
        username=found.username,
        password=found.password.reveal() if found.password else "",
    )
    url, simulated = chosen.api_url, is_here(chosen.api_url)
    yield _Access(credentials, url, chosen.requests_per_minute, simulated)


async def _run(
    settings: Settings,
    question: StreamQuestion,
    symbols: tuple[str, ...],
    kinds: tuple[str, ...],
    *,
    as_json: bool,
) -> None:
    clock = SystemClock()
    # Printed outside the connection, which is not to end where a reader of a pipe has gone.
    coming: deque[tuple[str, Event, int]] = deque()
    async with _access(settings, demo=question.demo) as access:
        events = TastytradeEvents(
            access.credentials,
            put=lambda symbol, event, recv_ns: coming.append((symbol, event, recv_ns)),
            clock=clock,
            rng=Random(),  # noqa: S311 - jitter, not secrets
            simulated=access.simulated,
            requests_per_minute=access.requests_per_minute,
            aggregation_s=settings.feeds.tastytrade.aggregation_s,
            api_url=access.api_url,
        )
        tasks: list[asyncio.Task[object]] = []
        try:
            stopped = asyncio.create_task(until_told_to_stop(), name="told to stop")
            tasks.append(stopped)
            asking = asyncio.create_task(events.want(symbols, kinds, question.interval))
            tasks.append(asking)
            await asyncio.wait({stopped, asking}, return_when=asyncio.FIRST_COMPLETED)
            if stopped.done():
                return
            await asking
            feed = "simulated" if access.simulated else "dxlink"
            _say(f"{_SOURCE} {feed}: {', '.join(k.lower() for k in kinds)} of {', '.join(symbols)}")
            running = asyncio.create_task(events.run(), name="tastytrade events")
            tasks.append(running)
            printer = _Printer(events, coming, as_json=as_json)
            await _until_over(printer, clock, {stopped, running}, question.seconds)
            if running.done():
                await running
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await events.close()


async def _until_over(
    printer: _Printer,
    clock: SystemClock,
    ends: set[asyncio.Task[object]],
    seconds: float | None,
) -> None:
    until_ns = None if seconds is None else clock.monotonic_ns() + int(seconds * _NS)
    while not any(task.done() for task in ends):
        await clock.sleep(_LOOK_S)
        printer.look()
        if until_ns is not None and clock.monotonic_ns() >= until_ns:
            printer.check(seconds or 0.0)
            return


class _Printer:
    def __init__(
        self,
        events: TastytradeEvents,
        coming: deque[tuple[str, Event, int]],
        *,
        as_json: bool,
    ) -> None:
        self._events, self._coming, self._as_json = events, coming, as_json
        self._printed = 0
        self._was_connected = False
        self._state = FeedState.CONNECTING

    def look(self) -> None:
        """Print what has come, and what is wrong with the connection."""
        status = self._events.status()
        line = _json if self._as_json else _text
        while self._coming:
            symbol, event, recv_ns = self._coming.popleft()
            self._printed += 1
            print(line(symbol, event, recv_ns), flush=not self._coming)  # noqa: T201
        self._was_connected |= status.state in _CONNECTED
        if status.state is FeedState.FAILED:
            raise AuthFailed(_SOURCE, _detail(status))
        if status.state is not self._state and status.state in _TROUBLE:
            _say(f"{status.state.value}: {_detail(status)}")
        self._state = status.state

    def check(self, seconds: float) -> None:
        """Refuse to end as if all were well where nothing has come."""
        if self._printed:
            return
        said = _detail(self._events.status())
        if not self._was_connected:
            raise Disconnected(_SOURCE, f"no connection within {seconds:g} s: {said}")
        raise NoData(
            f"no event came from {_SOURCE} within {seconds:g} s ({said}); the market may be closed, "
            "or has no such events of these symbols"
        )


def _detail(status: FeedStatus) -> str:
    return status.detail.removeprefix(f"{_SOURCE}: ") or status.state.value


def _say(text: str) -> None:
    print(f"quantdeck: {text}", file=sys.stderr, flush=True)  # noqa: T201


def _parts(event: Event, recv_ns: int) -> tuple[str, str, dict[str, float | None]]:
    figures: dict[str, float | None] = {
        name: getattr(event, name) for name in event.__struct_fields__ if name != "event_symbol"
    }
    # Quotes and summaries carry no time, and what has never traded has none: receipt stands for it.
    told_ms = figures.pop("time", None)
    ns = int(told_ms * 1e6) if told_ms else recv_ns
    kind = next(name for name, made in TYPES.items() if isinstance(event, made))
    return _moment(ns), kind.lower(), figures


def _moment(ns: int) -> str:
    ms = ns // 1_000_000
    at = datetime.fromtimestamp(ms // 1000, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z"


def _json(symbol: str, event: Event, recv_ns: int) -> str:
    time, kind, figures = _parts(event, recv_ns)
    return json.dumps({"time": time, "symbol": symbol, "event": kind, **figures})


def _text(symbol: str, event: Event, recv_ns: int) -> str:
    time, kind, figures = _parts(event, recv_ns)
    told = [f"{name} {'-' if v is None else f'{v:.10g}'}" for name, v in figures.items()]
    return "  ".join((time, symbol, kind, *told))
