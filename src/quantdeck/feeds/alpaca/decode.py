"""From a frame of an Alpaca stream to events in the sink.

A frame is decoded in one piece. Where an item of it cannot be read, the items are tried one by one:
those that can be read go on, unknown kinds are counted as ignored, and what remains is one
`BadMessage` for the frame. A side without price or size is absent: the vendor writes 0 for it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from math import nan
from typing import TYPE_CHECKING

import msgspec

from quantdeck.feeds.alpaca.conflate import Conflator
from quantdeck.feeds.alpaca.numbers import Numbers
from quantdeck.feeds.alpaca.wire import (
    LATEST_NS,
    SECONDS_MASK,
    TAGS,
    TIMESTAMP,
    Control,
    Item,
    QuoteItem,
    Tagged,
    TradeItem,
    timestamp_ns,
)
from quantdeck.model.errors import BadInput, BadMessage
from quantdeck.model.options import OPTION_VENUE, parse_osi

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.model.instruments import InstrumentTable
    from quantdeck.ports.feed import EventSink

SOURCE = "alpaca"
"""Name of the vendor's service."""

Payload = bytes | memoryview
Decode = Callable[[Payload, int], None]

_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_TICKER = re.compile(r"[A-Z0-9][A-Z0-9._-]{0,31}")
# Names come from outside, so what is remembered by name is bounded.
_REMEMBERED_KINDS = 64
_NS = 1_000_000_000

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
        self._instruments = instruments
        self._venue = venue
        self._numbers = numbers or Numbers()
        self._conflator = conflator or Conflator(sink)
        self._on_control = on_control or _pass_over
        self._known: dict[str, int] = {}
        self._put_trade = sink.trade
        self._emit = self._emitter()
        self.decode: Decode = self._decoder()

    def _decoder(self) -> Decode:
        emit, slowly = self._emit, self._slowly

        def decode(payload: Payload, recv_ns: int) -> None:
            try:
                items = _frame(payload)
            except _UNREADABLE as error:
                slowly(payload, recv_ns, error)
                return
            failed = emit(items, recv_ns)
            if failed is not None:
                raise _bad(failed, payload)

        return decode

    # A closure, because its names are then cells: a third cheaper than attributes for every quote.
    def _emitter(self) -> Callable[[Sequence[Item], int], Exception | None]:  # noqa: C901, PLR0915
        conflator, numbers = self._conflator, self._numbers
        newest, newest_items = numbers.quotes, numbers.items
        known, learn = self._known, self._learn
        number, other = int.from_bytes, self._other

        def emit(  # noqa: C901, PLR0912 - a call less for every quote
            items: Sequence[Item], recv_ns: int
        ) -> Exception | None:
            put = conflator.put
            failed: Exception | None = None
            ts = 0
            for item in items:
                try:
                    if type(item) is not QuoteItem:
                        other(item, recv_ns)
                        continue
                    time = item.t
                    data: bytes = time.data  # pyright: ignore[reportAssignmentType]
                    if len(data) == 8 and time.code == TIMESTAMP:
                        bits = number(data, "big")
                        ts = (bits & SECONDS_MASK) * _NS + (bits >> 34)
                        if ts > LATEST_NS:
                            raise msgspec.ValidationError(f"{ts} ns is not a time")
                    else:
                        ts = _rare_time(time)
                    root = item.S
                    try:
                        symbol = known[root]
                    except KeyError:
                        symbol = learn(root)
                    if ts > newest[symbol]:
                        newest[symbol] = seq = ts
                        newest_items[symbol] = item
                    else:
                        seq = numbers.behind(symbol, ts, item)
                    bid, ask, bid_size, ask_size = item.bp, item.ap, item.bs, item.as_
                    if not (bid and bid_size):
                        bid = bid_size = nan
                    if not (ask and ask_size):
                        ask = ask_size = nan
                    put(ts, recv_ns, seq, bid, ask, bid_size, ask_size, symbol, 0)
                except _UNREADABLE as error:
                    failed = failed or error
            if ts:
                self.last_data_ns = recv_ns
                conflator.saw(recv_ns - ts)
            return failed

        return emit

    def _other(self, item: Item, recv_ns: int) -> None:
        if isinstance(item, TradeItem):
            self._trade(item, recv_ns)
        elif not isinstance(item, QuoteItem):
            self._on_control(item)

    def _trade(self, item: TradeItem, recv_ns: int) -> None:
        ts = _rare_time(item.t)
        symbol = self._known.get(item.S)
        if symbol is None:
            symbol = self._learn(item.S)
        self.last_data_ns = recv_ns
        if item.p and item.s:
            seq = self._numbers.next_trade(symbol)
            self._put_trade(ts, recv_ns, seq, item.p, item.s, symbol, 0, 0)

    # Item by item, so that one that cannot be read takes none of the others with it.
    def _slowly(self, payload: Payload, recv_ns: int, first_error: Exception) -> None:
        try:
            pieces = _pieces(payload)
        except _UNREADABLE:
            raise _bad(first_error, payload) from None
        failed: Exception | None = None
        for raw in pieces:
            try:
                kind = _tagged(raw).T
                if isinstance(kind, str) and kind not in TAGS:
                    self._ignore(kind)
                    continue
                failed = self._emit((_piece(raw),), recv_ns) or failed
            except _UNREADABLE as error:
                failed = failed or error
        if failed is not None:
            raise _bad(failed, payload)

    def _learn(self, root: str) -> int:
        if self._venue == OPTION_VENUE:
            try:
                parse_osi(root)
            except BadInput as error:
                raise msgspec.ValidationError(str(error)) from None
        elif not _TICKER.fullmatch(root):
            raise msgspec.ValidationError(f"{root!r} is not a symbol")
        symbol = self._instruments.id_of(f"{self._venue}:{root.replace(' ', '')}")
        self._numbers.make_room(symbol)
        self._known[root] = symbol
        return symbol

    def _ignore(self, kind: str) -> None:
        known = kind in self.ignored or len(self.ignored) < _REMEMBERED_KINDS
        self.ignored[kind if known else "other"] += 1


def _rare_time(time: msgspec.msgpack.Ext) -> int:
    if time.code != TIMESTAMP:
        raise msgspec.ValidationError(f"extension {time.code} is not a time")
    return timestamp_ns(bytes(time.data))


def _bad(error: Exception, payload: Payload) -> BadMessage:
    return BadMessage(SOURCE, str(error), bytes(payload))


def _pass_over(_control: Control) -> None:
    pass
