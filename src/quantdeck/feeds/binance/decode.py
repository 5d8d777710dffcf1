"""From a frame of a Binance stream to events in the sink.

This is the only way in: live sockets, replayed recordings and imports all pass here. A frame is an
event, or a reply of the server, or something known that is not captured (counted as ignored), or
undecodable (`BadMessage`). Nothing else leaves this module.

`seq` is the venue's own number (`a`, `t`, `u`); mark prices and bars carry none and are numbered by the
venue's event time in milliseconds, which is the same however often a frame is received. Spot quotes
carry no time and take that of their receipt.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import UNSET

from quantdeck.feeds.binance.emit import SymbolIds, Tally, emitters
from quantdeck.feeds.binance.wire import (
    EVENT_TYPES,
    Combined,
    Event,
    Loose,
    Reply,
    SpotBookTicker,
    SpotCombined,
    Tagged,
)
from quantdeck.model.errors import BadMessage

if TYPE_CHECKING:
    from collections import Counter

    from quantdeck.feeds.binance.markets import Market
    from quantdeck.model.events import Kind
    from quantdeck.model.instruments import InstrumentTable
    from quantdeck.ports.feed import EventSink

Payload = bytes | memoryview
Decode = Callable[[Payload, int], None]

_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_NO_REPLY = (UNSET, UNSET, UNSET)
_NOTICE = "serverShutdown"
# Names come from outside, so what is remembered by name is bounded.
_REMEMBERED_STREAMS = 4096
_REMEMBERED_KINDS = 64

_loose = msgspec.json.Decoder(Loose).decode
_reply = msgspec.json.Decoder(Reply).decode
_tagged = msgspec.json.Decoder(Tagged).decode
_event = msgspec.json.Decoder(Event, strict=False).decode
_SPOT_SHAPES: dict[str, Callable[[Payload], Any]] = {
    name: msgspec.json.Decoder(shape, strict=False).decode
    for name, shape in {**EVENT_TYPES, "bookTicker": SpotBookTicker}.items()
}


class Decoder:
    """Decoder of one market's frames into one sink.

    Every socket has its own, and so has a replay, since it tells what came in by that way.

    Parameters
    ----------
    market : Market
        Whose frames.
    sink : EventSink
        Where events go.
    instruments : InstrumentTable
        Gives ids to canonical symbols; symbols met for the first time are added.
    on_reply : callable or None
        Takes what the server says beside events.

    Attributes
    ----------
    decode : callable
        ``decode(payload, recv_ns)`` puts an event into the sink. Raises `BadMessage` for anything
        undecodable.

    Examples
    --------
    >>> from quantdeck.feeds.binance.markets import USDM
    >>> from quantdeck.model.instruments import InstrumentTable
    >>> class Show:
    ...     def __getattr__(self, name):
    ...         return lambda *row: print(name, row)
    >>> frame = b'''{"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","E":1795000000105,
    ... "s":"BTCUSDT","a":900001,"p":"61000.10","q":"0.250","T":1795000000099,"m":false,"st":1}}'''
    >>> Decoder(USDM, Show(), InstrumentTable()).decode(frame, 1795000000110000000)
    agg_trade (1795000000099000000, 1795000000110000000, 900001, 61000.1, 0.25, 0, 1, 0)
    """

    def __init__(
        self,
        market: Market,
        sink: EventSink,
        instruments: InstrumentTable,
        *,
        on_reply: Callable[[Reply], None] | None = None,
    ) -> None:
        self.market = market
        self._on_reply = on_reply or _pass_over
        self._tally = Tally()
        self._emit = emitters(sink, SymbolIds(market.venue, instruments), self._tally)
        self.decode: Decode = self._spot() if market.name == "spot" else self._futures()

    @property
    def ignored(self) -> Counter[str]:
        """Frames of kinds that are not captured, by the venue's name of the kind."""
        return self._tally.ignored

    @property
    def dropped(self) -> Counter[str]:
        """Events left out on purpose: ``not-market`` and ``coin-margined``."""
        return self._tally.dropped

    @property
    def seen_ns(self) -> dict[Kind, dict[str, int]]:
        """Receipt of the last event of a kind by the venue's symbol, in ns UTC."""
        return self._tally.seen_ns

    def _futures(self) -> Decode:
        read = msgspec.json.Decoder(Combined, strict=False).decode
        emit = self._emit
        other = self._other

        def decode(payload: Payload, recv_ns: int) -> None:
            try:
                message = read(payload).data
                emit[type(message)](message, recv_ns)
            except _UNREADABLE as error:
                other(payload, recv_ns, error)

        return decode

    def _spot(self) -> Decode:
        read = msgspec.json.Decoder(SpotCombined).decode
        emit = self._emit
        other = self._other
        shapes: dict[str, Callable[[Payload], Any]] = {}

        def decode(payload: Payload, recv_ns: int) -> None:
            try:
                frame = read(payload)
                shape = shapes.get(frame.stream) or _SPOT_SHAPES.get(_kind_of(frame.stream))
                if shape is None:
                    other(payload, recv_ns, None)
                    return
                if len(shapes) < _REMEMBERED_STREAMS:
                    shapes[frame.stream] = shape
                message = shape(frame.data)
                emit[type(message)](message, recv_ns)
            except _UNREADABLE as error:
                other(payload, recv_ns, error)

        return decode

    # Everything that is not a captured event in its envelope; rare, so it may be read again.
    def _other(self, payload: Payload, recv_ns: int, error: Exception | None) -> None:
        try:
            frame = _loose(payload)
            if frame.data is not UNSET:
                self._wrapped(frame, frame.data, error, payload)
                return
            if frame.e == _NOTICE or (frame.id, frame.code, frame.error) != _NO_REPLY:
                self._on_reply(_reply(payload))
                return
            if frame.e in EVENT_TYPES:
                message = _event(payload)
                self._emit[type(message)](message, recv_ns)
                return
        except _UNREADABLE as second:
            raise self._bad(str(second), payload) from None
        kind = "depthSnapshot" if frame.lastUpdateId is not UNSET else frame.e
        if not kind:
            raise self._bad("neither an event nor a reply", payload)
        self._ignore(kind)

    def _wrapped(
        self, frame: Loose, data: msgspec.Raw, error: Exception | None, payload: Payload
    ) -> None:
        kind = _tagged(data).e if bytes(data)[:1] == b"{" else ""
        if kind == _NOTICE:
            self._on_reply(_reply(data))
            return
        kind = kind or _kind_of(frame.stream) or frame.stream
        if error is not None and (kind in EVENT_TYPES or not kind):
            raise self._bad(str(error), payload)
        self._ignore(kind)

    def _ignore(self, kind: str) -> None:
        ignored = self._tally.ignored
        known = kind in ignored or len(ignored) < _REMEMBERED_KINDS
        ignored[kind if known else "other"] += 1

    def _bad(self, reason: str, payload: Payload) -> BadMessage:
        return BadMessage(self.market.source, reason, bytes(payload))


def _pass_over(_reply: Reply) -> None:
    pass


def _kind_of(stream: str) -> str:
    return re.split("[@_]", stream.partition("@")[2], maxsplit=1)[0]
