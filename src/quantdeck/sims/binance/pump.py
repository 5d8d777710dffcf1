"""Polls the channels that somebody listens to and hands their frames to the connections."""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING

from quantdeck.sims.binance.names import Stream, parse_stream
from quantdeck.sims.binance.session import StreamSession, frame
from quantdeck.sims.binance.shaping import Binary, Shaper, Unwrapped

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterable

    from quantdeck.sims.binance.channels import Channel, Event
    from quantdeck.sims.faultboard import FaultBoard
    from quantdeck.sims.faults import Fault

_LONGEST_STRETCH_MS = 60_000
"""A clock that leaps by more than this leaves a hole; nobody wants a day sent at once."""

_stamp = itemgetter(0)


@dataclass(slots=True)
class _Feed:
    channel: Channel
    prefix: bytes
    after_ms: int
    listeners: set[StreamSession] = field(default_factory=set[StreamSession])


class Pump:
    """Where all connections of one market get their events from.

    Parameters
    ----------
    open_channel : callable
        Returns the channel of a stream, stamps in units of a millisecond divided by the second
        argument.
    spot : bool
        Which names are known.
    faults : FaultBoard
        Faults switched on.
    shaper : Shaper
        Applies those of streams.
    counts : Counter
        Counters of the server.
    """

    def __init__(
        self,
        open_channel: Callable[[Stream, int], Channel],
        *,
        spot: bool,
        faults: FaultBoard,
        shaper: Shaper,
        counts: Counter[str],
    ) -> None:
        self.sessions: set[StreamSession] = set()
        self._open_channel, self._spot = open_channel, spot
        self._faults, self._shaper, self._counts = faults, shaper, counts
        self._feeds: dict[tuple[str, int], _Feed] = {}

    def refresh(self, session: StreamSession, now_ms: int) -> None:
        """Take note of what a connection is subscribed to."""
        wanted: set[tuple[str, int]] = set()
        for name in session.state.names:
            stream = parse_stream(name, spot=self._spot)
            # The wrong route is acknowledged and silent.
            if stream is not None and session.route in (None, stream.route):
                key = (name, session.unit)
                wanted.add(key)
                self._listen(session, stream, key, now_ms)
        for key in [key for key, feed in self._feeds.items() if session in feed.listeners]:
            if key not in wanted:
                self._leave(session, key)

    def remove(self, session: StreamSession) -> None:
        """Forget a connection that has ended."""
        self.sessions.discard(session)
        for key in [key for key, feed in self._feeds.items() if session in feed.listeners]:
            self._leave(session, key)

    def run_to(self, now_ms: int) -> None:
        """Send everything that happened up to now."""
        boxes: dict[StreamSession, list[tuple[int, bytes]]] = {}
        shaping = [fault for fault in self._faults.all() if self._shaper.knows(fault.name)]
        is_shaped = bool(shaping) or self._shaper.holds()
        for (name, _), feed in list(self._feeds.items()):
            after_ms = max(feed.after_ms, now_ms - _LONGEST_STRETCH_MS)
            if now_ms <= after_ms:
                continue
            events = feed.channel.poll(after_ms, now_ms)
            feed.after_ms = now_ms
            if is_shaped:
                self._shape(shaping, (name, feed), events, boxes)
            elif events:
                self._plain(feed, events, boxes)
        for session, box in boxes.items():
            if not is_shaped:
                box.sort(key=_stamp)
            self._counts["messages_sent"] += len(box)
            session.write(b"".join([item[1] for item in box]))

    def _shape(
        self,
        faults: list[Fault],
        named: tuple[str, _Feed],
        events: Iterable[Event],
        boxes: dict[StreamSession, list[tuple[int, bytes]]],
    ) -> None:
        name, feed = named
        shaped = self._shaper.shape(faults, name, list(events), feed.after_ms)
        if shaped:
            self._plain(feed, shaped, boxes)

    def _plain(
        self,
        feed: _Feed,
        events: Iterable[Event],
        boxes: dict[StreamSession, list[tuple[int, bytes]]],
    ) -> None:
        wrapped: list[tuple[int, bytes]] | None = None
        raw: list[tuple[int, bytes]] | None = None
        for session in feed.listeners:
            if session.state.is_combined:
                if wrapped is None:
                    prefix = feed.prefix
                    wrapped = [(ms, _framed(payload, prefix)) for ms, payload in events]
                boxes.setdefault(session, []).extend(wrapped)
            else:
                if raw is None:
                    raw = [(ms, _framed(payload, b"")) for ms, payload in events]
                boxes.setdefault(session, []).extend(raw)

    def _listen(
        self, session: StreamSession, stream: Stream, key: tuple[str, int], now_ms: int
    ) -> None:
        feed = self._feeds.get(key)
        if feed is None:
            prefix = b'{"stream":"%s","data":' % stream.name.encode()
            feed = _Feed(self._open_channel(stream, session.unit), prefix, now_ms)
            self._feeds[key] = feed
        feed.listeners.add(session)

    def _leave(self, session: StreamSession, key: tuple[str, int]) -> None:
        feed = self._feeds[key]
        feed.listeners.discard(session)
        if not feed.listeners:
            del self._feeds[key]


def _framed(payload: bytes, prefix: bytes) -> bytes:
    if isinstance(payload, Unwrapped):
        return frame(payload, opcode=2 if isinstance(payload, Binary) else 1)
    return frame(b"%s%s}" % (prefix, payload) if prefix else payload)
