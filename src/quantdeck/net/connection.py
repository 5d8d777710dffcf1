"""A connection that is kept alive: the one place that knows when to connect, wait and give up.

Drives a `Session` over a `WebSocket`. When the socket ends or falls silent another is opened after a
jittered back-off, which starts over only after data have come for a while: a server that accepts
and drops at once is not hammered. Before a socket expires its successor is opened and the old one
is closed once the new one brings data; what arrives twice meanwhile is dropped further down.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from quantdeck.model.errors import AuthFailed, RateLimited, VenueError
from quantdeck.model.feed import Delay, FeedState, FeedStatus
from quantdeck.net.backoff import Backoff
from quantdeck.net.link import Link, Patience
from quantdeck.net.session import Fail, Reconnect
from quantdeck.net.ws import WebSocket, open_socket

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from random import Random

    from quantdeck.model.errors import BadMessage
    from quantdeck.net.session import Session
    from quantdeck.net.ws import OnPacket
    from quantdeck.ports.clock import Clock

_LOG = logging.getLogger(__name__)
_NS = 1_000_000_000


class Connection:
    """One supervised connection. Owned by a feed; `run` is one task.

    Parameters
    ----------
    name : str
        Source and route, such as ``binance-usdm/market``.
    new_session : callable
        Makes the session for a new socket.
    wanted : callable
        Tells whether there is anything to connect for.
    on_data : callable
        Called after every socket read.
    clock : Clock
        Stamps and waits.
    rng : Random
        Jitter.
    delay : Delay
        What the data are.
    patience : Patience
        How long to wait for what.
    on_bad : callable or None
        Takes every undecodable message and its time of receipt [ns].
    tee : callable or None
        Takes every message before the session does, and its time of receipt [ns].
    headers : mapping of str to str or None
        Sent with every handshake.
    prepare : callable or None
        Awaited before every session is made, such as to fetch what it has to present; what it raises
        is taken as the refusal of the socket would be.
    """

    def __init__(  # noqa: PLR0913 - the seams it is built from
        self,
        name: str,
        *,
        new_session: Callable[[], Session],
        wanted: Callable[[], bool],
        on_data: Callable[[], None],
        clock: Clock,
        rng: Random,
        delay: Delay = Delay.REALTIME,
        patience: Patience | None = None,
        on_bad: Callable[[BadMessage, int], None] | None = None,
        tee: OnPacket | None = None,
        headers: Mapping[str, str] | None = None,
        prepare: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.name = name
        self._prepare = prepare
        self._new_session = new_session
        self._wanted = wanted
        self._on_data = on_data
        self._clock = clock
        self._delay = delay
        self._patience = patience or Patience()
        self._backoff = Backoff(
            rng,
            first_s=self._patience.first_backoff_s,
            longest_s=self._patience.longest_backoff_s,
        )
        # Of successors: that the old socket still works says nothing of how the next is received.
        self._successor_backoff = Backoff(
            rng,
            first_s=self._patience.first_backoff_s,
            longest_s=self._patience.longest_backoff_s,
        )
        self._successor_after_ns = 0
        self._on_bad_message = on_bad
        self._tee = tee
        self._headers = headers
        self._wake = asyncio.Event()
        self._link: Link | None = None
        self._successor: Link | None = None
        self._opening: asyncio.Task[Link] | None = None
        self._state = FeedState.STOPPED
        self._since_ns = clock.now_ns()
        self._detail = "not started"
        self._last_data_ns: int | None = None
        self._closed_messages = 0
        self._bad = 0
        self._reconnects = 0

    def status(self) -> FeedStatus:
        """Return how the connection is doing."""
        links = (self._link, self._successor)
        return FeedStatus(
            name=self.name,
            state=self._state,
            since_ns=self._since_ns,
            delay=self._delay,
            detail=self._detail,
            last_data_ns=self._last_data_ns,
            messages=self._closed_messages + sum(x.socket.messages for x in links if x),
            bad_messages=self._bad,
            reconnects=self._reconnects,
        )

    def kick(self) -> None:
        """Look at the session now instead of at the next tick: something is wanted from it."""
        self._wake.set()

    async def run(self) -> None:
        """Connect and keep connected until cancelled."""
        try:
            while True:
                if not self._wanted():
                    self._enter(FeedState.STOPPED, "nothing to capture")
                    await self._wait(None)
                    continue
                outcome = await self._one_connection()
                await self._drop_links()
                if isinstance(outcome, Fail):
                    self._enter(FeedState.FAILED, outcome.reason)
                    # Who stops the capture and starts it again asks for another attempt.
                    while self._wanted():
                        await self._wait(None)
                elif self._wanted():
                    await self._back_off(outcome)
        finally:
            await self._drop_links()
            self._enter(FeedState.STOPPED, "stopped")

    async def _back_off(self, outcome: Reconnect) -> None:
        self._reconnects += 1
        wait_s = self._backoff.next_s(at_least_s=outcome.cooldown_s)
        # A moment stays true while it is shown, where a wait that is not counted down does not.
        at = _clock_time(self._clock.now_ns() + int(wait_s * _NS))
        self._enter(FeedState.BACKOFF, f"{outcome.reason}; next attempt at {at}")
        until_ns = self._clock.monotonic_ns() + int(wait_s * _NS)
        while self._wanted() and (left_ns := until_ns - self._clock.monotonic_ns()) > 0:
            await self._wait(left_ns / _NS)

    async def _one_connection(self) -> Reconnect | Fail:
        self._enter(FeedState.CONNECTING, "")
        try:
            self._link = await self._open()
        except AuthFailed as error:
            return Fail(str(error))
        except VenueError as error:
            return Reconnect(str(error), self._cooldown_s(error))
        while True:
            verdict = self._look()
            if verdict is not None:
                return verdict
            if not self._wanted():
                return Reconnect("nothing to capture")
            await self._wait(self._patience.tick_s)

    async def _open(self) -> Link:
        if self._prepare is not None:
            await self._prepare()
        session = self._new_session()
        socket = await open_socket(
            session.url(),
            lambda: WebSocket(
                self._clock,
                on_packet=self._teed(session.on_packet),
                on_flush=self._on_data,
                on_bad=self._on_bad,
            ),
            venue=self.name,
            timeout_s=self._patience.handshake_s,
            headers=self._headers,
        )
        socket.closed.add_done_callback(lambda _: self._wake.set())
        return Link(socket, session, clock=self._clock, patience=self._patience)

    def _teed(self, on_packet: OnPacket) -> OnPacket:
        tee = self._tee
        if tee is None:
            return on_packet

        def both(payload: bytes, recv_ns: int) -> None:
            tee(payload, recv_ns)
            on_packet(payload, recv_ns)

        return both

    # One look at everything; returns why this connection is over, or None.
    def _look(self) -> Reconnect | Fail | None:
        self._take_successor()
        link = self._link
        if link is None:
            return Reconnect("no connection")
        if link.socket.closed.done():
            if self._successor is not None and not self._successor.socket.closed.done():
                self._promote("the old connection has ended")
                return None
            closed = link.socket.closed.result()
            return link.session.on_close(closed.code, closed.reason)
        verdict = link.attend()
        if verdict is not None:
            return verdict
        if link.roll:
            self._start_successor(link.roll)
        self._look_at_successor()
        self._report(self._link or link)
        return None

    def _report(self, link: Link) -> None:
        health = link.health()
        self._last_data_ns = max(
            (ns for ns in (self._last_data_ns, health.last_data_ns) if ns is not None), default=None
        )
        self._enter(health.state, health.detail)
        if link.proven(health):
            self._backoff.reset()

    def _start_successor(self, reason: str) -> None:
        is_due = self._clock.monotonic_ns() >= self._successor_after_ns
        if is_due and self._opening is None and self._successor is None:
            _LOG.info("connection %s: opening its successor: %s", self.name, reason)
            self._opening = asyncio.create_task(self._open(), name=f"{self.name} successor")
            self._opening.add_done_callback(lambda _: self._wake.set())

    def _take_successor(self) -> None:
        if self._opening is None or not self._opening.done():
            return
        opening, self._opening = self._opening, None
        error = opening.exception()
        if error is None:
            self._successor = opening.result()
        elif isinstance(error, VenueError):
            _LOG.warning("connection %s: no successor yet: %s", self.name, error)
            self._postpone_successor(self._cooldown_s(error))
        else:
            raise error

    def _look_at_successor(self) -> None:
        successor = self._successor
        if successor is None:
            return
        if successor.socket.closed.done():
            closed = successor.socket.closed.result()
            verdict = successor.session.on_close(closed.code, closed.reason)
        else:
            verdict = successor.attend()
        if verdict is not None:
            self._give_up_successor(verdict)
        elif successor.health().state is FeedState.LIVE:
            self._promote("it brings data")
        elif successor.age_s > self._patience.overlap_s:
            self._promote("the overlap is over")

    def _promote(self, reason: str) -> None:
        _LOG.info("connection %s: the successor takes over: %s", self.name, reason)
        old, self._link, self._successor = self._link, self._successor, None
        self._reconnects += 1
        self._successor_backoff.reset()
        if old is not None:
            self._retire(old)

    def _give_up_successor(self, verdict: Reconnect | Fail) -> None:
        _LOG.warning("connection %s: its successor failed: %s", self.name, verdict.reason)
        self._postpone_successor(verdict.cooldown_s if isinstance(verdict, Reconnect) else 0.0)
        if self._successor is not None:
            self._retire(self._successor)
            self._successor = None

    def _postpone_successor(self, cooldown_s: float) -> None:
        wait_s = self._successor_backoff.next_s(at_least_s=cooldown_s)
        self._successor_after_ns = self._clock.monotonic_ns() + int(wait_s * _NS)

    def _cooldown_s(self, error: VenueError) -> float:
        if isinstance(error, RateLimited):
            return max(error.retry_after_s, self._patience.cooldown_s)
        return 0.0

    def _retire(self, link: Link) -> None:
        link.socket.leave()
        self._closed_messages += link.socket.messages

    async def _drop_links(self) -> None:
        if self._opening is not None:
            opening, self._opening = self._opening, None
            opening.cancel()
            await asyncio.gather(opening, return_exceptions=True)
        links = [link for link in (self._link, self._successor) if link is not None]
        self._link = self._successor = None
        for link in links:
            self._closed_messages += link.socket.messages
        await asyncio.gather(*(link.socket.close() for link in links))

    def _on_bad(self, error: BadMessage, recv_ns: int) -> None:
        self._bad += 1
        if self._on_bad_message is not None:
            self._on_bad_message(error, recv_ns)

    def _enter(self, state: FeedState, detail: str) -> None:
        if state is not self._state:
            self._since_ns = self._clock.now_ns()
            _LOG.info("connection %s: %s -> %s %s", self.name, self._state, state, detail)
        self._state, self._detail = state, detail

    async def _wait(self, seconds: float | None) -> None:
        self._wake.clear()
        if seconds is None:
            await self._wake.wait()
            return
        woken = asyncio.ensure_future(self._wake.wait())
        slept = asyncio.ensure_future(self._clock.sleep(seconds))
        try:
            await asyncio.wait((woken, slept), return_when=asyncio.FIRST_COMPLETED)
        finally:
            woken.cancel()
            slept.cancel()


def _clock_time(ns: int) -> str:
    return f"{datetime.fromtimestamp(ns / _NS, UTC):%H:%M:%S} UTC"
