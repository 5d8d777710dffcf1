"""One stream of Alpaca kept alive: its connection, its sessions, and what a break costs."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from quantdeck.feeds.alpaca.conflate import Conflator
from quantdeck.feeds.alpaca.decode import SOURCE
from quantdeck.feeds.alpaca.endpoints import stream_url
from quantdeck.feeds.alpaca.session import AlpacaSession
from quantdeck.net.connection import Connection

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from random import Random

    from quantdeck.feeds.alpaca.endpoints import Grade
    from quantdeck.feeds.alpaca.numbers import Numbers
    from quantdeck.feeds.alpaca.session import Limits
    from quantdeck.model.errors import BadMessage
    from quantdeck.model.feed import Delay, FeedStatus
    from quantdeck.model.instruments import InstrumentTable
    from quantdeck.net.link import Patience
    from quantdeck.net.ws import OnPacket
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.feed import EventSink, OnData

_LOG = logging.getLogger(__name__)
_HEADERS = {"Content-Type": "application/msgpack"}
_OPEN_AT_MOST = 2
_TOGETHER_S = 0.005


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Seams:
    """What both streams of a feed share; never shown, since it holds the credentials.

    Parameters
    ----------
    sink : EventSink
        Where events go.
    instruments : InstrumentTable
        Ids of canonical symbols.
    numbers : Numbers
        Numbers of events.
    on_data : callable
        Called within milliseconds after a socket read.
    is_open : callable
        Since when the market has been open [ns], or None.
    clock : Clock
        Stamps and waits.
    rng : Random
        Jitter.
    key, secret : str
        The credentials.
    ws_url : str
        Host of the streams.
    patience : Patience
        How long the connections wait for what.
    limits : Limits
        How long the sessions wait for what.
    on_bad : callable or None
        Takes every undecodable frame.
    tee : callable or None
        Takes every frame as received.
    """

    sink: EventSink
    instruments: InstrumentTable
    numbers: Numbers
    on_data: OnData
    is_open: Callable[[int], int | None]
    clock: Clock
    rng: Random
    key: str
    secret: str
    ws_url: str
    patience: Patience
    limits: Limits
    on_bad: Callable[[BadMessage, int], None] | None
    tee: OnPacket | None


class AlpacaStream:
    """One stream. Owned by the feed; `run` is one task.

    Parameters
    ----------
    name : str
        ``options`` or ``stocks``.
    venue : str
        Venue part of its symbols.
    grade : Grade
        Which quality of data.
    delay : Delay
        What its data are.
    seams : Seams
        What it is connected to.
    on_confirmed : callable
        Takes symbols from whose subscription on data may come.
    on_break : callable
        Takes from when until when nothing came, once data may come again. [ns]
    on_cap : callable
        Takes the count of symbols that the plan turned out to allow.

    Attributes
    ----------
    wanted : dict of str to None
        The vendor's symbols to be subscribed, best first; changed by `want`.
    """

    def __init__(  # noqa: PLR0913 - the seams it is built from
        self,
        name: str,
        *,
        venue: str,
        grade: Grade,
        delay: Delay,
        seams: Seams,
        on_confirmed: Callable[[Sequence[str]], None],
        on_break: Callable[[int, int], None],
        on_cap: Callable[[int], None],
    ) -> None:
        self.wanted: dict[str, None] = {}
        self._venue = venue
        self._grade = grade
        self._seams = seams
        self._on_confirmed = on_confirmed
        self._on_break = on_break
        self._on_cap = on_cap
        self._conflator = Conflator(seams.sink)
        self._sessions: list[AlpacaSession] = []
        self._broken_since_ns: int | None = None
        self._hand_over: asyncio.TimerHandle | None = None
        self._connection = Connection(
            f"{SOURCE}/{name}",
            new_session=self._new_session,
            wanted=lambda: bool(self.wanted),
            on_data=self._flush,
            clock=seams.clock,
            rng=seams.rng,
            delay=delay,
            patience=seams.patience,
            on_bad=seams.on_bad,
            tee=seams.tee,
            headers=_HEADERS,
        )

    def want(self, symbols: Collection[str]) -> None:
        """Bring these symbols of the vendor and no others."""
        self.wanted.clear()
        self.wanted.update(dict.fromkeys(symbols))
        for session in self._sessions:
            session.look_again()
        if not symbols:
            # What is missed while nothing is wanted is no break.
            self._sessions, self._broken_since_ns = [], None
        self._connection.kick()

    async def run(self) -> None:
        """Connect and keep connected until cancelled."""
        try:
            await self._connection.run()
        finally:
            if self._hand_over is not None:
                self._hand_over.cancel()
                self._drain()

    def status(self) -> FeedStatus:
        """Return how the stream is doing; `ignored` counts quotes that newer ones replaced."""
        session = self._sessions[-1] if self._sessions else None
        return msgspec.structs.replace(
            self._connection.status(),
            ignored=self._conflator.overwritten,
            clock_skew_ns=session.clock_skew_ns if session else None,
        )

    @property
    def subscribed(self) -> int:
        """Count of symbols that the server says are subscribed."""
        return self._sessions[-1].subscribed if self._sessions else 0

    def _new_session(self) -> AlpacaSession:
        if self._sessions:
            last_ns = self._sessions[-1].decoder.last_data_ns
            self._broken_since_ns = last_ns or self._broken_since_ns
        seams = self._seams
        session = AlpacaSession(
            stream_url(seams.ws_url, self._grade),
            key=seams.key,
            secret=seams.secret,
            sink=seams.sink,
            instruments=seams.instruments,
            venue=self._venue,
            numbers=seams.numbers,
            conflator=self._conflator,
            wanted=self.wanted.keys,
            is_open=seams.is_open,
            on_confirmed=self._confirmed,
            on_cap=self._on_cap,
            limits=seams.limits,
        )
        self._sessions = [*self._sessions[1 - _OPEN_AT_MOST :], session]
        return session

    def _confirmed(self, symbols: Sequence[str]) -> None:
        since_ns, self._broken_since_ns = self._broken_since_ns, None
        if since_ns is not None:
            now_ns = self._seams.clock.now_ns()
            _LOG.info("connection %s/%s: nothing came for a while", SOURCE, self._grade.name)
            self._on_break(since_ns, now_ns)
        self._on_confirmed(symbols)

    # What is done per batch costs more than what is done per quote: reads within a few milliseconds
    # are handed over together.
    def _flush(self) -> None:
        self._conflator.flush(self._seams.clock.now_ns())
        if self._hand_over is None:
            loop = asyncio.get_running_loop()
            self._hand_over = loop.call_later(_TOGETHER_S, self._drain)

    def _drain(self) -> None:
        self._hand_over = None
        self._seams.on_data()
