"""From a frame of a Polygon stream to events in the sink.

A frame is read in one piece. Where that fails, it is read message by message: what can be read goes on,
unknown kinds are counted as ignored, and what remains is one `BadMessage` for the frame.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from math import nan
from typing import TYPE_CHECKING, Any

import msgspec

from quantdeck.feeds.polygon.conditions import print_flags
from quantdeck.feeds.polygon.endpoints import SOURCE
from quantdeck.feeds.polygon.symbols import checked_symbol
from quantdeck.feeds.polygon.wire import (
    TAGS,
    Event,
    MinuteBar,
    QuoteEvent,
    SecondBar,
    Status,
    Tagged,
    TradeEvent,
)
from quantdeck.model.errors import BadInput, BadMessage
from quantdeck.model.events import Flag

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quantdeck.model.instruments import InstrumentTable
    from quantdeck.ports.feed import EventSink

Payload = bytes | memoryview
Decode = Callable[[Payload, int], None]

_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_MS = 1_000_000
_NS = 1_000_000_000
_CLOSED = int(Flag.CLOSED)
_NEVER = 2**63 - 1
# Names come from outside, so what is remembered by name is bounded.
_REMEMBERED_KINDS = 64
_REMEMBERED_SYMBOLS = 100_000

_frame = msgspec.json.Decoder(list[Event], strict=False).decode
_pieces = msgspec.json.Decoder(list[msgspec.Raw]).decode
_piece = msgspec.json.Decoder(Event, strict=False).decode
_tagged = msgspec.json.Decoder(Tagged).decode


class Numbers:
    """Numbers of events that the vendor does not number; owned by the feed, over all its sockets."""

    def __init__(self) -> None:
        self._newest: dict[int, int] = {}

    def next(self, symbol: int) -> int:
        """Return the next number of a symbol."""
        number = self._newest.get(symbol, 0) + 1
        self._newest[symbol] = number
        return number


class Decoder:
    """Decoder of one stream's frames into one sink. Every socket has its own.

    Parameters
    ----------
    sink : EventSink
        Where events go.
    instruments : InstrumentTable
        Gives ids to canonical symbols; symbols met for the first time are added.
    numbers : Numbers or None
        Numbers of what the vendor leaves without one.
    on_status : callable or None
        Takes what the server says beside data.

    Attributes
    ----------
    decode : callable
        ``decode(payload, recv_ns)`` puts the events of a frame into the sink. Raises `BadMessage` for
        anything undecodable, after what could be decoded has been handed on.
    ignored : Counter
        Messages of kinds that are not captured, by the vendor's name.
    last_data_ns : int
        Receipt of the last frame with data, UTC; 0 before. [ns]

    Examples
    --------
    >>> from quantdeck.model.instruments import InstrumentTable
    >>> class Show:
    ...     def __getattr__(self, name):
    ...         return lambda *row: print(name, row)
    >>> frame = b'[{"ev":"Q","sym":"AAPL","ap":9.6,"as":38,"t":1795000000000,"q":43}]'
    >>> Decoder(Show(), InstrumentTable()).decode(frame, 1795000000000000009)
    quote (1795000000000000000, 1795000000000000009, 43, nan, 9.6, nan, 38.0, 0, 0)
    """

    def __init__(
        self,
        sink: EventSink,
        instruments: InstrumentTable,
        *,
        numbers: Numbers | None = None,
        on_status: Callable[[Status], None] | None = None,
    ) -> None:
        self.ignored: Counter[str] = Counter()
        self.last_data_ns = 0
        self._least_lag_ns = _NEVER
        self._ids: dict[str, int] = {}
        self._table = instruments
        self._numbers = numbers or Numbers()
        self._on_status = on_status or _pass_over
        self._put_trade, self._put_quote, self._put_bar = sink.trade, sink.quote, sink.bar
        self._taken: dict[type, Callable[[Any, int], None]] = {
            TradeEvent: self._trade,
            QuoteEvent: self._quote,
            SecondBar: self._second,
            MinuteBar: self._minute,
            Status: self._status,
            _Unreadable: _raise,
            type(None): _leave_out,
        }

    @property
    def least_lag_ns(self) -> int | None:
        """Least receipt minus event of executions and quotes; None before the first."""
        return None if self._least_lag_ns == _NEVER else self._least_lag_ns

    def decode(self, payload: Payload, recv_ns: int) -> None:
        """Put the events of a frame into the sink.

        Raises
        ------
        BadMessage
            For anything undecodable, after what could be decoded has been handed on.
        """
        failed: Exception | None = None
        try:
            events: Iterable[Event | _Unreadable | None] = _frame(payload)
        except _UNREADABLE as error:
            try:
                pieces = _pieces(payload)
            except _UNREADABLE:
                raise BadMessage(SOURCE, str(error), bytes(payload)) from None
            events = map(self._read, pieces)
        taken = self._taken
        for event in events:
            try:
                taken[type(event)](event, recv_ns)
            except _UNREADABLE as error:
                failed = failed or error
        if failed is not None:
            raise BadMessage(SOURCE, str(failed), bytes(payload))

    def _read(self, piece: msgspec.Raw) -> Event | _Unreadable | None:
        try:
            kind = _tagged(piece).ev
            if isinstance(kind, str) and kind not in TAGS:
                known = kind in self.ignored or len(self.ignored) < _REMEMBERED_KINDS
                self.ignored[kind if known else "other"] += 1
                return None
            return _piece(piece)
        except _UNREADABLE as error:
            return _Unreadable(error)

    def _trade(self, event: TradeEvent, recv_ns: int) -> None:
        symbol = self._ids.get(event.sym)
        if symbol is None:
            symbol = self._new(event.sym)
        ts = event.t * _MS
        self.last_data_ns = recv_ns
        lag_ns = recv_ns - ts
        if lag_ns < self._least_lag_ns:  # noqa: PLR1730 - twice as fast as min()
            self._least_lag_ns = lag_ns
        size = event.s if event.ds is None else event.ds
        if event.p and size:
            seq = self._numbers.next(symbol) if event.q is None else event.q
            flags = print_flags(event.c) if event.c and event.sym[1:2] != ":" else 0
            self._put_trade(ts, recv_ns, seq, event.p, size, symbol, 0, flags)

    def _quote(self, event: QuoteEvent, recv_ns: int) -> None:
        symbol = self._ids.get(event.sym)
        if symbol is None:
            symbol = self._new(event.sym)
        ts = event.t * _MS
        self.last_data_ns = recv_ns
        lag_ns = recv_ns - ts
        if lag_ns < self._least_lag_ns:  # noqa: PLR1730 - twice as fast as min()
            self._least_lag_ns = lag_ns
        bid, bid_size = (event.bp, event.bs) if event.bp and event.bs else (nan, nan)
        ask, ask_size = (event.ap, event.as_) if event.ap and event.as_ else (nan, nan)
        seq = self._numbers.next(symbol) if event.q is None else event.q
        self._put_quote(ts, recv_ns, seq, bid, ask, bid_size, ask_size, symbol, 0)

    def _second(self, event: SecondBar, recv_ns: int) -> None:
        self._bar(event, recv_ns, _NS)

    def _minute(self, event: MinuteBar, recv_ns: int) -> None:
        self._bar(event, recv_ns, 60 * _NS)

    def _bar(self, event: SecondBar | MinuteBar, recv_ns: int, length_ns: int) -> None:
        symbol = self._ids.get(event.sym)
        if symbol is None:
            symbol = self._new(event.sym)
        self.last_data_ns = recv_ns
        volume = event.v if event.dv is None else event.dv
        # How many executions is not told, but how large they were on average.
        trades = max(1, round(volume / event.z)) if event.z else 1
        prices = (event.o, event.h, event.l, event.c)
        self._put_bar(
            event.s * _MS, recv_ns, event.e, *prices, volume, trades, length_ns, symbol, _CLOSED
        )

    def _status(self, event: Status, _recv_ns: int) -> None:
        self._on_status(event)

    def _new(self, name: str) -> int:
        if len(self._ids) >= _REMEMBERED_SYMBOLS:
            raise msgspec.ValidationError("more symbols than can be meant")
        try:
            symbol = self._table.id_of(checked_symbol(name))
        except BadInput as error:
            raise msgspec.ValidationError(str(error)) from None
        self._ids[name] = symbol
        return symbol


class _Unreadable:
    __slots__ = ("error",)

    def __init__(self, error: Exception) -> None:
        self.error = error


def _raise(unreadable: _Unreadable, _recv_ns: int) -> None:
    raise unreadable.error


def _leave_out(_nothing: None, _recv_ns: int) -> None:
    pass


def _pass_over(_status: Status) -> None:
    pass
