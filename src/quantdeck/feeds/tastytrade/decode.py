"""From a DXLink frame to events in the sink.

A frame is data, or a control message, or something that no document names (counted as ignored), or
undecodable (`BadMessage`). Nothing else leaves this module. Frames of plain quotes, nearly all, are read by
`scan_quotes`, with the same results.

The vendor's quotes carry no time, so `ts_event` is that of their receipt; `seq` is that time too, made
to rise. A side is absent (NaN) where its price is ``NaN`` or not above 0: a missing bid comes as price 0
with size ``NaN``. Executions are the newest print of a symbol at most once in the aggregation period, not
every print.
"""

from __future__ import annotations

from collections import Counter
from math import nan
from typing import TYPE_CHECKING, Any, cast

import msgspec
import numpy as np

from quantdeck.feeds.symbol_table import SymbolTable
from quantdeck.feeds.tastytrade.scan_kernels import SHORTEST_ROW, scan_quotes
from quantdeck.feeds.tastytrade.wire import (
    ASKED_FIELDS,
    QUOTE,
    SUMMARY,
    TRADE,
    Compact,
    Control,
    FeedConfig,
    FeedData,
    Loose,
    Message,
)
from quantdeck.model.errors import BadMessage
from quantdeck.model.events import QUOTE_DTYPE, Kind
from quantdeck.ports.feed import BulkSink

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from quantdeck.analytics.types import FloatArray, IntArray
    from quantdeck.feeds.tastytrade.numbers import Numbers
    from quantdeck.ports.feed import EventSink

SOURCE = "tastytrade"
Payload = bytes | memoryview

_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_NAN_TEXTS = frozenset({"NaN", "Infinity", "-Infinity", ""})
_NS_PER_MS = 1_000_000
_REMEMBERED_KINDS = 64
_MOST_CHARACTERS = 64
_LATEST_MS = 1e13
_WIDTH = len(ASKED_FIELDS[QUOTE])
_ROW_BYTES = QUOTE_DTYPE.itemsize
_NO_DATA = np.zeros(0, np.uint8)

_read_compact = msgspec.json.Decoder(Compact).decode
_read = msgspec.json.Decoder(Message).decode
_loose = msgspec.json.Decoder(Loose).decode


class Decoder:
    """Decoder of one socket's frames into one sink.

    Parameters
    ----------
    sink : EventSink
        Where quotes and executions go.
    names : mapping of str to int
        Ids of the symbols to be decoded, by the vendor's name in the stream. Names may be added at any
        time; after other changes call `forget`.
    numbers : Numbers
        Numbers of events.
    on_control : callable or None
        Takes what the server says beside data.
    on_day : callable or None
        ``on_day(symbol, volume, open_interest)`` takes what is known of the day, NaN where not told.

    Attributes
    ----------
    decode : callable
        ``decode(payload, recv_ns)`` puts the events of a frame into the sink. Raises `BadMessage` if it,
        or some of its rows, cannot be decoded; the others have been put.
    heard : set of str
        Names of which a quote has come.
    ignored : Counter
        What is not captured, by the vendor's name of it.
    last_data_ns : int or None
        Receipt of the last event, UTC. [ns]

    Examples
    --------
    >>> from quantdeck.feeds.tastytrade.numbers import Numbers
    >>> class Show:
    ...     def __getattr__(self, name):
    ...         return lambda *row: print(name, row)
    >>> frame = b'''{"type":"FEED_DATA","channel":1,"data":["Quote",
    ... [".SPXW261218C5000",1093.2,1096.8,5.0,7.0,".SPXW261218P5000",0,9.6,"NaN",38.0]]}'''
    >>> names = {".SPXW261218C5000": 0, ".SPXW261218P5000": 1}
    >>> Decoder(Show(), names, Numbers()).decode(frame, 1795000000110000000)
    quote (1795000000110000000, 1795000000110000000, 1795000000110000000, 1093.2, 1096.8, 5.0, 7.0, 0, 0)
    quote (1795000000110000000, 1795000000110000000, 1795000000110000001, nan, 9.6, nan, 38.0, 1, 0)
    """

    def __init__(
        self,
        sink: EventSink,
        names: Mapping[str, int],
        numbers: Numbers,
        *,
        on_control: Callable[[Control], None] | None = None,
        on_day: Callable[[int, float, float], None] | None = None,
    ) -> None:
        self.heard: set[str] = set()
        self.ignored: Counter[str] = Counter()
        self.last_data_ns: int | None = None
        self._put_quote, self._put_trade = sink.quote, sink.trade
        self._names, self._numbers = names, numbers
        self._on_control = on_control or _pass_over
        self._on_day = on_day
        self._fields = {kind: list(fields) for kind, fields in ASKED_FIELDS.items()}
        self._is_usual = True
        self._scanned: dict[str, int] = {}
        self._table = SymbolTable()
        self._extend = sink.extend if isinstance(sink, BulkSink) else None
        self._take: dict[str, Callable[[list[list[Any]], int], None]] = {
            QUOTE: self._quotes,
            TRADE: self._trades,
            SUMMARY: self._summaries,
        }
        self.decode = self._decoder()

    # A closure, because its names are then cells, which are found faster than attributes.
    def _decoder(self) -> Callable[[Payload, int], None]:
        table, numbers = self._table, self._numbers
        extend, read, put_scanned = self._extend, self._read, self._put_scanned
        from_buffer = np.frombuffer
        out, values, packed, most = _room(64)

        def decode(payload: Payload, recv_ns: int) -> None:
            nonlocal out, values, packed, most
            if not self._is_usual:
                read(payload, recv_ns)
                return
            size = len(payload)
            if size > most:
                out, values, packed, most = _room(2 * size // SHORTEST_ROW)
            data = from_buffer(payload, np.uint8) if size else _NO_DATA
            number = max(numbers.last_quote + 1, recv_ns)
            count = scan_quotes(data, recv_ns, number, table.rows, out, values)
            if count < 0:
                read(payload, recv_ns)
                return
            numbers.last_quote = number + count - 1
            self.last_data_ns = recv_ns
            if extend is not None:
                extend(Kind.QUOTE, packed[: count * _ROW_BYTES])
            else:
                put_scanned(out[:count, 7].tolist(), values[:count, 3:7].tolist(), recv_ns, number)

        return decode

    def forget(self) -> None:
        """Look all names up anew, for some are wanted no more or have another id."""
        self._scanned.clear()
        self._table.clear()

    def _put_scanned(
        self, symbols: list[int], values: list[list[float]], recv_ns: int, number: int
    ) -> None:
        put = self._put_quote
        for symbol, (bid, ask, bid_size, ask_size) in zip(symbols, values, strict=True):
            put(recv_ns, recv_ns, number, bid, ask, bid_size, ask_size, symbol, 0)
            number += 1

    def _learn(self, name: str, symbol: int) -> None:
        self.heard.add(name)
        self._scanned[name] = symbol
        self._table.put({name: symbol})

    # Whatever the scan has left.
    def _read(self, payload: Payload, recv_ns: int) -> None:
        try:
            data = _read_compact(payload).data
        except _UNREADABLE:
            self._other(payload, recv_ns)
            return
        try:
            # Of what is left most is this: quotes with the fields that were asked for.
            if self._is_usual and len(data) == 2 and data[0] == QUOTE:
                self._put_rows(data[1], recv_ns)
            else:
                self._data(data, recv_ns)
        except (ValueError, TypeError) as error:
            raise BadMessage(SOURCE, str(error), bytes(payload)) from None

    # Control messages, objects, and what cannot be read.
    def _other(self, payload: Payload, recv_ns: int) -> None:
        try:
            message = _read(payload)
        except _UNREADABLE as error:
            self._unknown(payload, error)
            return
        if isinstance(message, FeedData):
            try:
                self._data(message.data, recv_ns)
            except (ValueError, TypeError) as error:
                raise BadMessage(SOURCE, str(error), bytes(payload)) from None
        else:
            if isinstance(message, FeedConfig):
                self._configure(message)
            self._on_control(message)

    # Read again in case it is one of the messages that no document names.
    def _unknown(self, payload: Payload, error: Exception) -> None:
        try:
            kind = _loose(payload).type
        except _UNREADABLE as second:
            raise BadMessage(SOURCE, str(second), bytes(payload)) from None
        if kind in _KNOWN:
            raise BadMessage(SOURCE, str(error), bytes(payload)) from None
        self._ignore(kind)

    def _configure(self, config: FeedConfig) -> None:
        for kind, fields in (config.event_fields or {}).items():
            if kind in self._take:
                self._fields[kind] = fields
        self._is_usual = tuple(self._fields[QUOTE]) == ASKED_FIELDS[QUOTE]

    def _data(self, data: list[Any], recv_ns: int) -> None:
        if data and isinstance(data[0], dict):
            self._objects(cast("list[dict[str, Any]]", data), recv_ns)
            return
        problem = ""
        for place in range(0, len(data) - 1, 2):
            try:
                self._rows(data[place], data[place + 1], recv_ns)
            except (ValueError, TypeError) as error:
                problem = problem or str(error)
        if len(data) % 2:
            problem = problem or "a type of event without values"
        if problem:
            raise ValueError(problem)

    def _rows(self, kind: Any, values: Any, recv_ns: int) -> None:
        take = self._take.get(kind)
        if take is None:
            self._ignore(kind)
            return
        fields = self._fields[kind]
        width = len(fields)
        if not isinstance(values, list) or not width:
            raise ValueError(f"{kind}: values are no list")
        flat = cast("list[Any]", values)
        if len(flat) % width:
            raise ValueError(f"{kind}: {len(flat)} values are not rows of {width}")
        columns: list[list[Any]] = []
        for name in ASKED_FIELDS[kind]:
            if name in fields:
                columns.append(flat[fields.index(name) :: width])
            elif name == "eventSymbol":
                raise ValueError(f"{kind}: rows without a symbol")
            else:
                columns.append(["NaN"] * (len(flat) // width))
        take(columns, recv_ns)

    def _objects(self, rows: list[dict[str, Any]], recv_ns: int) -> None:
        by_kind: dict[Any, list[dict[str, Any]]] = {}
        for row in rows:
            if not isinstance(row, dict):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise TypeError("objects and values are mixed")
            by_kind.setdefault(row.get("eventType"), []).append(row)
        for kind, same in by_kind.items():
            take = self._take.get(kind)
            if take is None:
                self._ignore(kind)
                continue
            take([[row.get(f, "NaN") for row in same] for f in ASKED_FIELDS[kind]], recv_ns)

    # Rows of the usual fields, one after another.
    def _put_rows(self, flat: str | list[Any], recv_ns: int) -> None:
        if isinstance(flat, str) or len(flat) % _WIDTH:
            self._rows(QUOTE, flat, recv_ns)
            return
        values = iter(flat)
        self._put_quotes(zip(values, values, values, values, values, strict=True), recv_ns)

    def _quotes(self, columns: list[list[Any]], recv_ns: int) -> None:
        self._put_quotes(zip(*columns, strict=True), recv_ns)

    def _put_quotes(self, rows: Iterable[tuple[Any, ...]], recv_ns: int) -> None:
        put, names, scanned, numbers = self._put_quote, self._names, self._scanned, self._numbers
        number = max(numbers.last_quote + 1, recv_ns)
        problem = ""
        for name, bid, ask, bid_size, ask_size in rows:
            try:
                symbol = names[name]
                # The usual case is that both sides are there; a text among them makes no number.
                if not (bid > 0.0 and ask > 0.0 and bid_size + ask_size >= 0.0):
                    bid, bid_size = _side(bid, bid_size)  # noqa: PLW2901
                    ask, ask_size = _side(ask, ask_size)  # noqa: PLW2901
            except KeyError:
                problem = problem or self._stranger(QUOTE, name)
                continue
            except TypeError:
                try:
                    bid, bid_size = _side(bid, bid_size)  # noqa: PLW2901
                    ask, ask_size = _side(ask, ask_size)  # noqa: PLW2901
                    symbol = names[name]
                except (TypeError, ValueError) as error:
                    problem = problem or f"{QUOTE} of {name!r}: {error}"
                    continue
            if scanned.get(name) != symbol:
                self._learn(name, symbol)
            put(recv_ns, recv_ns, number, bid, ask, bid_size, ask_size, symbol, 0)
            number += 1
        numbers.last_quote = number - 1
        self.last_data_ns = recv_ns
        if problem:
            raise ValueError(problem)

    def _trades(self, columns: list[list[Any]], recv_ns: int) -> None:
        self._each(TRADE, columns, recv_ns, self._trade)

    def _summaries(self, columns: list[list[Any]], recv_ns: int) -> None:
        self._each(SUMMARY, columns, recv_ns, self._summary)

    def _each(
        self, kind: str, columns: list[list[Any]], recv_ns: int, take: Callable[..., None]
    ) -> None:
        problem = ""
        for name, *values in zip(*columns, strict=True):
            try:
                take(recv_ns, self._names[name], *values)
            except KeyError:
                problem = problem or self._stranger(kind, name)
            except (TypeError, ValueError) as error:
                problem = problem or f"{kind} of {name!r}: {error}"
        self.last_data_ns = recv_ns
        if problem:
            raise ValueError(problem)

    def _trade(
        self, recv_ns: int, symbol: int, price: Any, size: Any, time_ms: Any, volume: Any
    ) -> None:
        if self._on_day is not None:
            self._on_day(symbol, _number(volume), nan)
        paid, traded, stamp = _number(price), _number(size), _number(time_ms)
        if not paid > 0.0 or not 0.0 < stamp < _LATEST_MS:
            return
        if self._numbers.is_new_trade(symbol, (stamp, paid, traded)):
            number = self._numbers.next_trade(symbol)
            self._put_trade(int(stamp) * _NS_PER_MS, recv_ns, number, paid, traded, symbol, 0, 0)

    def _summary(self, _recv_ns: int, symbol: int, interest: Any) -> None:
        if self._on_day is not None:
            self._on_day(symbol, nan, _number(interest))

    # Symbols that are no longer wanted come for a while; what is no symbol is a problem.
    def _stranger(self, kind: str, name: object) -> str:
        if not isinstance(name, str):
            return f"{kind} of {name!r}: not a symbol"
        self._ignore("symbols that are not wanted")
        return ""

    def _ignore(self, kind: object) -> None:
        known = kind in self.ignored or len(self.ignored) < _REMEMBERED_KINDS
        self.ignored[str(kind)[:_MOST_CHARACTERS] if known else "other"] += 1


_KNOWN = frozenset(
    ("SETUP", "AUTH_STATE", "CHANNEL_OPENED", "CHANNEL_CLOSED", "FEED_CONFIG", "FEED_DATA", "ERROR")
)


def _room(rows: int) -> tuple[IntArray, FloatArray, memoryview, int]:
    out = np.zeros((rows, _ROW_BYTES // 8), np.int64)
    return out, out.view(np.float64), out.data.cast("B"), rows * SHORTEST_ROW


def _pass_over(_control: Control) -> None:
    pass


def _number(value: Any) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    if value is None or (isinstance(value, str) and value in _NAN_TEXTS):
        return nan
    raise ValueError(f"{value!r} is not a number")


def _side(price: Any, size: Any) -> tuple[float, float]:
    paid = _number(price)
    return (paid, _number(size)) if paid > 0.0 else (nan, nan)
