"""Quotes of what is held, as it changes: a feed of every vendor that is needed, onto the tape."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Protocol

from quantdeck.app.quote_lines import NewestQuotes
from quantdeck.hub.gaps import GapLedger
from quantdeck.hub.lane import Lane
from quantdeck.live.rings import RingSet
from quantdeck.model.errors import AuthFailed, BadInput, VenueError
from quantdeck.model.feed import FeedState

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.app.plans import Surroundings
    from quantdeck.hub.capture import FeedPlan
    from quantdeck.ports.feed import Feed
    from quantdeck.ports.tape import TapeWriter

_TROUBLE = frozenset({FeedState.BACKOFF, FeedState.STALE, FeedState.DEGRADED})


class FeedOpener(Protocol):
    """What opens feeds; see `quantdeck.app.portfolio_feeds.PortfolioFeeds`."""

    def group(self, symbol: str) -> str | None:
        """Return which feed a symbol comes from; None where there is none."""
        ...

    async def plan(self, group: str) -> FeedPlan:
        """Return the feed of a group."""
        ...


class HeldStream:
    """The feeds that are open. Owned by ``quantdeck portfolio-stream``.

    Parameters
    ----------
    feeds : FeedOpener
        Opens a feed for a group of symbols.
    writer : TapeWriter
        Where everything goes.
    around : Surroundings
        Clock and ids.
    rows : int
        Of every ring, a power of two.
    say : callable
        Takes a sentence.

    Attributes
    ----------
    quotes : NewestQuotes
        The newest of every symbol.
    """

    def __init__(
        self,
        feeds: FeedOpener,
        writer: TapeWriter,
        around: Surroundings,
        *,
        rows: int,
        say: Callable[[str], None],
    ) -> None:
        self.quotes = NewestQuotes(around.instruments)
        self._feeds, self._writer, self._around, self._rows = feeds, writer, around, rows
        self._say = say
        self._ledger = GapLedger(writer.record_gap, around.clock)
        self._open: dict[str, tuple[Feed, asyncio.Task[None]]] = {}
        self._without: set[str] = set()
        self._states: dict[str, FeedState] = {}

    async def want(self, symbols: list[str]) -> None:
        """Stream these symbols and no others; one that no vendor knows is told and left out.

        Parameters
        ----------
        symbols : list of str
            Canonical symbols.

        Raises
        ------
        AuthFailed
            If a vendor's key is not here, and there is no other vendor to stream from.
        """
        groups: dict[str, list[str]] = {group: [] for group in self._open}
        for symbol in symbols:
            group = self._feeds.group(symbol)
            if group is not None and symbol not in self._without:
                groups.setdefault(group, []).append(symbol)
            elif symbol not in self._without:
                self._without.add(symbol)
                self._say(f"{symbol} is not streamed: no vendor of it is used here")
        for group, wanted in groups.items():
            try:
                feed = await self._feed(group)
            except AuthFailed as error:
                if not self._open and len(groups) == 1:
                    raise
                # The others need no key of this vendor.
                self._without.update(wanted)
                self._say(f"{', '.join(wanted)} not streamed: {error}")
                continue
            if feed.symbols() != wanted:
                await self._set(feed, wanted)

    def look(self) -> None:
        """Say what is wrong with connections.

        Raises
        ------
        AuthFailed
            Where one is refused for good.
        """
        for feed, task in self._open.values():
            if task.done():
                task.result()
            for status in feed.statuses():
                before = self._states.get(status.name)
                self._states[status.name] = status.state
                if status.state is FeedState.FAILED:
                    raise AuthFailed(feed.source, status.detail)
                if status.state is not before and status.state in _TROUBLE:
                    self._say(f"{status.name} is {status.state.value}: {status.detail}")

    async def close(self) -> None:
        """End every feed."""
        tasks = [task for _, task in self._open.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _feed(self, group: str) -> Feed:
        if group not in self._open:
            plan = await self._feeds.plan(group)
            rings = RingSet(self._rows)
            lane = Lane(
                plan.provenance,
                rings=rings,
                instruments=self._around.instruments,
                ledger=self._ledger,
                consumers=[partial(self.quotes.take, plan.provenance)],
                tape=self._writer.append,
                clock=self._around.clock,
                numbered=plan.numbered,
            )
            feed = plan.make(rings, lane.drain)
            lane.follow(feed)
            self._open[group] = feed, asyncio.create_task(feed.run(), name=f"feed {group}")
        return self._open[group][0]

    async def _set(self, feed: Feed, wanted: list[str]) -> None:
        try:
            await feed.set_symbols(wanted)
        except BadInput as error:
            # One that the vendor does not know must not keep the others from being streamed.
            known: list[str] = []
            for symbol in wanted:
                try:
                    await feed.set_symbols([*known, symbol])
                except BadInput:
                    self._without.add(symbol)
                else:
                    known.append(symbol)
            self._say(f"{feed.source}: {error}")
        except VenueError as error:
            self._say(f"{error}; tried again")
            return
        self._say(f"{feed.source}: {', '.join(feed.symbols()) or 'nothing'}")
