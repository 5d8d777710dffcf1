"""Polygon's stream for programs, as an asynchronous iterator.

``stream_async`` is what user code imports; the command ``quantdeck stream --source polygon`` prints what it
yields.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from random import Random
from typing import TYPE_CHECKING

from quantdeck.app.credentials import Secret
from quantdeck.app.polygon_access import polygon_access
from quantdeck.app.settings import load
from quantdeck.feeds.polygon.channels import channel_of
from quantdeck.feeds.polygon.endpoints import SOURCE
from quantdeck.feeds.polygon.events import EventQueue
from quantdeck.feeds.polygon.feed import PolygonFeed
from quantdeck.feeds.polygon.symbols import checked_symbol
from quantdeck.model.errors import AuthFailed, BadInput, NotEntitled
from quantdeck.model.feed import FeedState
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence

    from quantdeck.app.polygon_access import PolygonAccess
    from quantdeck.app.settings import Settings
    from quantdeck.feeds.polygon.events import MarketEvent
    from quantdeck.feeds.polygon.session import Limits
    from quantdeck.model.feed import FeedStatus
    from quantdeck.net.link import Patience

__all__ = ["stream_async"]

_LOOK_S = 0.2
_TOLD_ALREADY = "the plan has no"
_TROUBLE = frozenset({FeedState.BACKOFF, FeedState.STALE})


async def stream_async(
    symbols: Sequence[str],
    *,
    channels: Sequence[str] = ("trades", "quotes"),
    realtime: bool = False,
    key: str | None = None,
    on_notice: Callable[[str], None] | None = None,
    demo: bool = False,
) -> AsyncGenerator[MarketEvent]:
    """Yield trades, quotes and bars of stocks and options as they come, until the caller stops.

    The connection is made anew when it breaks. What the plan lacks is replaced by the next best: data
    fifteen minutes late for real-time ones, bars of a second and then of a minute for trades, snapshots
    for quotes.

    Parameters
    ----------
    symbols : sequence of str
        Stocks and options, such as ``AAPL`` and ``SPXW261218C05000000``.
    channels : sequence of str
        Of ``trades``, ``quotes``, ``seconds`` and ``minutes``.
    realtime : bool
        Try real-time data first.
    key : str or None
        The credential; else `MASSIVE_API_KEY` or `POLYGON_API_KEY` of the environment or ``.env``.
    on_notice : callable or None
        Takes a sentence when something is replaced, and when the connection breaks.
    demo : bool
        Run the simulator; no key, no network.

    Yields
    ------
    StreamedTrade, StreamedQuote or StreamedBar
        In order of receipt. Of a reader that falls 100,000 events behind the oldest are dropped, and a
        notice tells how many.

    Raises
    ------
    AuthFailed
        If there is no key, or the vendor refuses it.
    BadInput
        If a symbol or a channel is none.
    NotEntitled
        If the plan has no streams at all.

    Examples
    --------
    ::

        from contextlib import aclosing

        async with aclosing(stream_async(["AAPL", "MSFT"], realtime=True)) as events:
            async for event in events:
                print(event)
    """
    async with AsyncExitStack() as stack:
        settings = load()
        clock = SystemClock()
        secret = Secret(key) if key else None
        access = await stack.enter_async_context(
            polygon_access(settings, clock, key=secret, demo=demo)
        )
        watch = PolygonWatch(
            access, settings, channels=channels, realtime=realtime, on_notice=on_notice
        )
        events = watch.events(symbols)
        stack.push_async_callback(events.aclose)
        async for event in events:
            yield event


class PolygonWatch:
    """A feed whose events are read one at a time. Owned by whoever reads `events`.

    Parameters
    ----------
    access : PolygonAccess
        The way to the vendor.
    settings : Settings
        How often quotes are polled where none are streamed.
    channels : sequence of str
        Of ``trades``, ``quotes``, ``seconds`` and ``minutes``.
    realtime : bool
        Try real-time data first.
    on_notice : callable or None
        Takes a sentence when something is replaced, and when the connection breaks.
    patience : Patience or None
        How long the connections wait for what.
    limits : Limits or None
        How long the sessions wait for what.

    Raises
    ------
    BadInput
        If a channel is none.
    """

    def __init__(  # noqa: PLR0913 - the seams it is built from
        self,
        access: PolygonAccess,
        settings: Settings,
        *,
        channels: Sequence[str],
        realtime: bool,
        on_notice: Callable[[str], None] | None = None,
        patience: Patience | None = None,
        limits: Limits | None = None,
    ) -> None:
        chosen = tuple(dict.fromkeys(channel_of(name) for name in channels))
        if not chosen:
            raise BadInput("no channel is named; there are trades, quotes, seconds and minutes")
        table = InstrumentTable()
        self._queue = EventQueue(table)
        self._arrived = asyncio.Event()
        self._notice = on_notice or _ignore
        self._states: dict[str, FeedState] = {}
        self._dropped = 0
        self._feed = PolygonFeed(
            access.rest,
            key=access.key.reveal(),
            sink=self._queue,
            instruments=table,
            on_data=self._arrived.set,
            rng=Random(),  # noqa: S311 - jitter, not secrets
            channels=chosen,
            realtime=realtime,
            on_notice=self._notice,
            poll_s=settings.feeds.polygon.poll_s,
            realtime_url=access.realtime_url,
            delayed_url=access.delayed_url,
            simulated=access.simulated,
            patience=patience,
            limits=limits,
        )

    def statuses(self) -> list[FeedStatus]:
        """Return the state of every connection."""
        return self._feed.statuses()

    async def events(self, symbols: Sequence[str]) -> AsyncGenerator[MarketEvent]:
        """Yield events as they come; see `stream_async`.

        Raises
        ------
        AuthFailed, NotEntitled
            If the vendor refuses for good.
        BadInput
            If a symbol is none.
        """
        if not symbols:
            raise BadInput("no symbol was given; write one such as AAPL")
        await self._feed.set_symbols([checked_symbol(symbol) for symbol in symbols])
        running = asyncio.create_task(self._feed.run(), name="polygon events")
        try:
            while True:
                self._arrived.clear()
                while (event := self._queue.take()) is not None:
                    yield event
                self._look()
                if running.done():
                    await running
                try:
                    async with asyncio.timeout(_LOOK_S):
                        await self._arrived.wait()
                except TimeoutError:
                    continue
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    def _look(self) -> None:
        statuses = self._feed.statuses()
        for status in statuses:
            before = self._states.get(status.name)
            self._states[status.name] = status.state
            is_told = status.detail.startswith(_TOLD_ALREADY)
            if status.state is not before and status.state in _TROUBLE and not is_told:
                self._notice(f"{status.name} is {status.state.value}: {status.detail}")
        if self._queue.dropped > self._dropped:
            count = self._queue.dropped - self._dropped
            self._dropped = self._queue.dropped
            self._notice(f"{count:,} events were dropped: they were not taken in time")
        over = all(status.state is FeedState.FAILED for status in statuses)
        if over and not self._feed.is_polling:
            detail = statuses[0].detail
            error = AuthFailed if "key" in detail else NotEntitled
            raise error(SOURCE, detail)


def _ignore(_words: str) -> None:
    pass
