"""From a frame of an Alpaca stream to events in the sink.

The plain quotes that a frame begins with, mostly all of it, are read by `scan_quotes`; what follows is
decoded item by item: what can be read goes on, unknown kinds are counted as ignored, and what remains is
one `BadMessage` for the frame. A side without price or size is absent: the vendor writes 0 for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from math import nan
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from quantdeck.feeds.alpaca.conflate import Conflator
from quantdeck.feeds.alpaca.numbers import Numbers
from quantdeck.feeds.alpaca.prints import print_flags
from quantdeck.feeds.alpaca.roots import Roots
from quantdeck.feeds.alpaca.scan_kernels import scan_quotes
from quantdeck.feeds.alpaca.wire import (
    TAGS,
    TIMESTAMP,
    Control,
    Item,
    QuoteItem,
    Tagged,
    TradeItem,
    timestamp_ns,
)
from quantdeck.model.errors import BadMessage
from quantdeck.model.events import QUOTE_DTYPE, Kind, Rows
from quantdeck.ports.feed import BulkSink

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quantdeck.analytics.types import IntArray
    from quantdeck.model.instruments import InstrumentTable
    from quantdeck.ports.feed import EventSink

SOURCE = "alpaca"
"""Name of the vendor's service."""

Payload = bytes | memoryview
Decode = Callable[[Payload, int], None]

_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_ROW_BYTES = QUOTE_DTYPE.itemsize
_SHORTEST_ITEM = 20
_NO_DATA = np.zeros(0, np.uint8)
# Names come from outside, so what is remembered by name is bounded.
_REMEMBERED_KINDS = 64

_frame = msgspec.msgpack.Decoder(list[Item]).decode
_pieces = msgspec.msgpack.Decoder(list[msgspec.Raw]).decode
_piece = msgspec.msgpack.Decoder(Item).decode
_tagged = msgspec.msgpack.Decoder(Tagged).decode


class Decoder:
    """Decoder of one stream's frames into one sink. Every socket has its own.

    Parameters
    ----------
    sink : EventSink
        Where events go.
    instruments : InstrumentTable
        Gives ids to canonical symbols; symbols met for the first time are added.
    venue : str
        Venue part of the stream's symbols: ``OPRA`` or ``US``.
    numbers : Numbers or None
        Numbers of events; those of the feed, so that they go on after a reconnect.
    conflator : Conflator or None
        Takes the quotes; one that hands all on at once where None.
    on_control : callable or None
        Takes what the server says beside data.

    Attributes
    ----------
    decode : callable
        ``decode(payload, recv_ns)`` puts the events of a frame into the sink. Raises `BadMessage` for
        anything undecodable, after what could be decoded has been handed on.
    ignored : Counter
        Items of kinds that are not captured, by the vendor's letter.
    last_data_ns : int
        Receipt of the last frame with data, UTC; 0 before. [ns]

    Examples
    --------
    >>> from quantdeck.model.instruments import InstrumentTable
    >>> from msgspec.msgpack import Ext, encode
    >>> class Show:
    ...     def __getattr__(self, name):
    ...         return lambda *row: print(name, row)
    >>> time = Ext(-1, (5 << 34 | 1_795_000_000).to_bytes(8, "big"))
    >>> item = {"T": "q", "S": "SPXW261218P05000000", "t": time, "bp": 0, "bs": 0, "ap": 9.6, "as": 38}
    >>> Decoder(Show(), InstrumentTable(), venue="OPRA").decode(encode([item]), 1795000000000000009)
    quote (1795000000000000005, 1795000000000000009, 1795000000000000005, nan, 9.6, nan, 38.0, 0, 0)
    """

    def __init__(
        self,
        sink: EventSink,
        instruments: InstrumentTable,
        *,
        venue: str,
        numbers: Numbers | None = None,
        conflator: Conflator | None = None,
        on_control: Callable[[Control], None] | None = None,
    ) -> None:
        self.ignored: Counter[str] = Counter()
        self.last_data_ns = 0
        self._numbers = numbers or Numbers()
        self._roots = Roots(venue, instruments, self._numbers)
        self._conflator = conflator or Conflator(sink)
        self._on_control = on_control or _pass_over
        self._put_trade = sink.trade
        self._extend = sink.extend if isinstance(sink, BulkSink) else None
        self.decode: Decode = self._decoder()

    # A closure, because its names are then cells: a third cheaper than attributes for every frame.
    def _decoder(self) -> Decode:
        conflator, numbers, roots = self._conflator, self._numbers, self._roots
        hand_on, remainder = self._hand_on, self._remainder
        as_float = np.zeros(1)
        as_bits = as_float.view(np.int64)
        out, packed, most = _room(64)

        def decode(payload: Payload, recv_ns: int) -> None:
            nonlocal out, packed, most
            if len(payload) > most:
                out, packed, most = _room(2 * len(payload) // _SHORTEST_ITEM)
            data = from_buffer(payload, np.uint8) if payload else _NO_DATA
            count = scan_quotes(data, recv_ns, roots.table, numbers.state, out, as_float, as_bits)
            plain = count if count >= 0 else -1 - count
            if plain:
                hand_on(packed[: plain * _ROW_BYTES])
                self.last_data_ns = recv_ns
                conflator.saw(recv_ns - out.item(plain - 1, 0))
            if count < 0:
                remainder(payload, recv_ns, plain)

        from_buffer = np.frombuffer
        return decode

    def expect(self, symbols: Iterable[str]) -> None:
        """Prepare for the vendor's symbols, so that their first quotes are read as fast as any.

        Those that are none are passed over.
        """
        for symbol in symbols:
            with suppress(msgspec.ValidationError):
                self._roots.id_of(symbol)

    def _hand_on(self, packed: memoryview) -> None:
        conflator = self._conflator
        if self._extend is not None and not conflator.is_conflating:
            self._extend(Kind.QUOTE, packed)
            return
        rows: Rows = np.frombuffer(packed, QUOTE_DTYPE)
        for ts, recv, seq, bid, ask, bid_size, ask_size, symbol, flags, _ in rows.tolist():
            conflator.put(ts, recv, seq, bid, ask, bid_size, ask_size, symbol, flags)

    # What the scan left, item by item where the frame cannot be read in one piece.
    def _remainder(self, payload: Payload, recv_ns: int, begin: int) -> None:
        failed: Exception | None = None
        try:
            items = _frame(payload)
        except _UNREADABLE as error:
            try:
                pieces = _pieces(payload)
            except _UNREADABLE:
                raise _bad(error, payload) from None
            items = map(self._read, pieces[begin:])
        else:
            items = items[begin:]
        for item in items:
            try:
                if isinstance(item, Exception):
                    raise item
                self._take(item, recv_ns)
            except _UNREADABLE as error:
                failed = failed or error
        if failed is not None:
            raise _bad(failed, payload)

    def _read(self, piece: msgspec.Raw) -> Item | Exception | None:
        try:
            kind = _tagged(piece).T
            if isinstance(kind, str) and kind not in TAGS:
                self._ignore(kind)
                return None
            return _piece(piece)
        except _UNREADABLE as error:
            return error

    def _take(self, item: Item | None, recv_ns: int) -> None:
        match item:
            case QuoteItem():
                self._quote(item, recv_ns)
            case TradeItem():
                self._trade(item, recv_ns)
            case None:
                pass
            case _:
                self._on_control(item)

    def _quote(self, item: QuoteItem, recv_ns: int) -> None:
        ts = _time_ns(item.t)
        symbol = self._roots.id_of(item.S)
        bid, bid_size = (item.bp, item.bs) if item.bp and item.bs else (nan, nan)
        ask, ask_size = (item.ap, item.as_) if item.ap and item.as_ else (nan, nan)
        seq = self._numbers.next_quote(symbol, ts, (bid, ask, bid_size, ask_size))
        self.last_data_ns = recv_ns
        self._conflator.saw(recv_ns - ts)
        self._conflator.put(ts, recv_ns, seq, bid, ask, bid_size, ask_size, symbol, 0)

    def _trade(self, item: TradeItem, recv_ns: int) -> None:
        ts = _time_ns(item.t)
        symbol = self._roots.id_of(item.S)
        self.last_data_ns = recv_ns
        if item.p and item.s:
            seq = self._numbers.next_trade(symbol) if item.i is None else item.i
            flags = print_flags(item.c, item.z) if item.z else 0
            self._put_trade(ts, recv_ns, seq, item.p, item.s, symbol, 0, flags)

    def _ignore(self, kind: str) -> None:
        known = kind in self.ignored or len(self.ignored) < _REMEMBERED_KINDS
        self.ignored[kind if known else "other"] += 1


def _room(rows: int) -> tuple[IntArray, memoryview, int]:
    out = np.empty((rows, _ROW_BYTES // 8), np.int64)
    return out, out.data.cast("B"), rows * _SHORTEST_ITEM


def _time_ns(time: msgspec.msgpack.Ext) -> int:
    if time.code != TIMESTAMP:
        raise msgspec.ValidationError(f"extension {time.code} is not a time")
    return timestamp_ns(bytes(time.data))


def _bad(error: Exception, payload: Payload) -> BadMessage:
    return BadMessage(SOURCE, str(error), bytes(payload))


def _pass_over(_control: Control) -> None:
    pass
