"""Events of DXLink one by one, for a person to look at; the desk's own way is `decode`.

Every event of every type that is subscribed goes to one callback, as the vendor told it. An absent
figure (``NaN``, an infinity, null, a field that is not sent) is None. Values are in the vendor's units:
volatility is a decimal, times are milliseconds since 1970, UTC.

Source: dxFeed, "dxLink AsyncAPI specification" 1.0.2, schemas of events; "IndexedEvent" (event flags).
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import msgspec
from msgspec import Struct

from quantdeck.feeds.tastytrade.decode import SOURCE, Payload
from quantdeck.feeds.tastytrade.wire import (
    CANDLE,
    GREEKS,
    QUOTE,
    SUMMARY,
    TRADE,
    WATCHED_FIELDS,
    FeedConfig,
    FeedData,
    Loose,
    Message,
)
from quantdeck.model.errors import BadMessage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from quantdeck.feeds.tastytrade.wire import Control

_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_REMOVE = 0x2
_REMEMBERED_KINDS = 64
_MOST_CHARACTERS = 64

_read = msgspec.json.Decoder(Message).decode
_loose = msgspec.json.Decoder(Loose).decode


class Event(Struct, frozen=True, rename="camel", kw_only=True):
    """What every event has.

    Parameters
    ----------
    event_symbol : str
        The vendor's name in the stream; candles have their interval behind it.
    """

    event_symbol: str


class QuoteEvent(Event, frozen=True, rename="camel", kw_only=True):
    """Best bid and offer; a side whose price is not above 0 is absent."""

    bid_price: float | None = None
    ask_price: float | None = None
    bid_size: float | None = None
    ask_size: float | None = None


class TradeEvent(Event, frozen=True, rename="camel", kw_only=True):
    """The last execution and the volume of the day; `time` in ms."""

    time: float | None = None
    price: float | None = None
    size: float | None = None
    day_volume: float | None = None


class GreeksEvent(Event, frozen=True, rename="camel", kw_only=True):
    """The vendor's model of an option; `time` in ms, `volatility` as a decimal."""

    time: float | None = None
    price: float | None = None
    volatility: float | None = None
    delta: float | None = None
    gamma: float | None = None
    theta: float | None = None
    rho: float | None = None
    vega: float | None = None


class SummaryEvent(Event, frozen=True, rename="camel", kw_only=True):
    """The day so far, the close before, and open contracts."""

    day_open_price: float | None = None
    day_high_price: float | None = None
    day_low_price: float | None = None
    prev_day_close_price: float | None = None
    open_interest: float | None = None


class CandleEvent(Event, frozen=True, rename="camel", kw_only=True):
    """One bar, which may be open still; `time` is its start in ms."""

    time: float | None = None
    open: float | None = None
    high: float | None = None
    low: float | None = None
    close: float | None = None
    volume: float | None = None
    count: float | None = None


TYPES: dict[str, type[Event]] = {
    QUOTE: QuoteEvent,
    TRADE: TradeEvent,
    GREEKS: GreeksEvent,
    SUMMARY: SummaryEvent,
    CANDLE: CandleEvent,
}
"""Typed events by the vendor's name of the type."""


@dataclass(frozen=True, slots=True)
class EventWatch:
    """Where a session puts events that are looked at one by one.

    Parameters
    ----------
    put : callable
        ``put(event, recv_ns)`` takes an event and its time of receipt [ns].
    """

    put: Callable[[Event, int], None]


class EventDecoder:
    """Decoder of one socket's frames into one callback.

    Has the attributes of `quantdeck.feeds.tastytrade.decode.Decoder` that a session looks at.

    Parameters
    ----------
    watch : EventWatch
        Where events go.
    names : mapping of str to int
        The vendor's names that are wanted; candles are known by the part before their interval, for
        the vendor may write that in another way.
    on_control : callable
        Takes what the server says beside data.

    Examples
    --------
    >>> shown = lambda event, recv_ns: print(event.event_symbol, event.delta, event.rho)
    >>> decoder = EventDecoder(EventWatch(shown), {".SPXW261218C5000": 0}, on_control=print)
    >>> frame = b'''{"type":"FEED_DATA","channel":1,"data":["Greeks",[
    ... ".SPXW261218C5000",0,1795000000000,1094.9,0.214,0.97,0.0001,-0.4,"NaN",1.2]]}'''
    >>> decoder.decode(frame, 1795000000110000000)
    .SPXW261218C5000 0.97 None
    """

    def __init__(
        self,
        watch: EventWatch,
        names: Mapping[str, int],
        *,
        on_control: Callable[[Control], None],
    ) -> None:
        self.heard: set[str] = set()
        self.ignored: Counter[str] = Counter()
        self.last_data_ns: int | None = None
        self._put, self._names, self._on_control = watch.put, names, on_control
        self._fields = {kind: list(fields) for kind, fields in WATCHED_FIELDS.items()}

    def decode(self, payload: Payload, recv_ns: int) -> None:
        """Put the events of a frame.

        Raises
        ------
        BadMessage
            If it, or some of its rows, cannot be decoded; the others have been put.
        """
        try:
            message = _read(payload)
        except _UNREADABLE as error:
            self._unknown(payload, error)
            return
        if not isinstance(message, FeedData):
            if isinstance(message, FeedConfig):
                self._configure(message)
            self._on_control(message)
            return
        problems: list[str] = []
        for kind, row in _rows(message.data, self._fields, problems):
            self._event(kind, row, recv_ns, problems)
        if problems:
            raise BadMessage(SOURCE, problems[0], bytes(payload))

    def forget(self) -> None:
        """Do nothing: names are looked up anew for every event."""

    def _configure(self, config: FeedConfig) -> None:
        for kind, fields in (config.event_fields or {}).items():
            if kind in self._fields:
                self._fields[kind] = fields

    def _event(self, kind: Any, row: dict[str, Any], recv_ns: int, problems: list[str]) -> None:
        made = TYPES.get(kind) if isinstance(kind, str) else None
        if made is None:
            self._ignore(str(kind))
            return
        name = row.get("eventSymbol")
        if not isinstance(name, str):
            problems.append(f"{kind} of {name!r}: not a symbol")
            return
        if name.partition("{")[0] not in self._names and name not in self._names:
            self._ignore("symbols that are not wanted")
            return
        try:
            figures = {
                f: _figure(value) for f, value in row.items() if f in WATCHED_FIELDS[kind][1:]
            }
        except ValueError as error:
            problems.append(f"{kind} of {name!r}: {error}")
            return
        if kind == QUOTE:
            _sides(figures)
        self.heard.add(name)
        self.last_data_ns = recv_ns
        if int(figures.pop("eventFlags", None) or 0) & _REMOVE:
            self._ignore("events that are removed")
            return
        self._put(msgspec.convert({"eventSymbol": name, **figures}, made), recv_ns)

    def _unknown(self, payload: Payload, error: Exception) -> None:
        try:
            kind = _loose(payload).type
        except _UNREADABLE:
            raise BadMessage(SOURCE, str(error), bytes(payload)) from None
        if kind in _KNOWN:
            raise BadMessage(SOURCE, str(error), bytes(payload)) from None
        self._ignore(kind)

    def _ignore(self, kind: str) -> None:
        known = kind in self.ignored or len(self.ignored) < _REMEMBERED_KINDS
        self.ignored[kind[:_MOST_CHARACTERS] if known else "other"] += 1


_KNOWN = frozenset(
    (
        "SETUP",
        "AUTH_STATE",
        "CHANNEL_OPENED",
        "CHANNEL_CLOSED",
        "FEED_CONFIG",
        "FEED_DATA",
        "ERROR",
        "KEEPALIVE",
    )
)


# Types and flat values in turn, or objects; of a type that is not known the values are not looked at.
def _rows(
    data: list[Any], fields: Mapping[str, list[str]], problems: list[str]
) -> Iterable[tuple[Any, dict[str, Any]]]:
    if data and isinstance(data[0], dict):
        for row in data:
            if isinstance(row, dict):
                known = cast("dict[str, Any]", row)
                yield known.get("eventType"), known
            else:
                problems.append("objects and values are mixed")
        return
    if len(data) % 2:
        problems.append("a type of event without values")
    for kind, values in zip(data[::2], data[1::2], strict=False):
        names = fields.get(kind) if isinstance(kind, str) else None
        if names is None:
            yield kind, {}
            continue
        width = len(names)
        flat = cast("list[Any]", values) if isinstance(values, list) else None
        if flat is None or not width or len(flat) % width:
            problems.append(f"{kind}: values are not rows of {width}")
            continue
        yield from ((kind, row) for row in _of_width(flat, names))


def _of_width(flat: list[Any], names: list[str]) -> Iterable[dict[str, Any]]:
    for start in range(0, len(flat), len(names)):
        yield dict(zip(names, flat[start : start + len(names)], strict=True))


# A quote's side without a price above 0 is absent, whatever its size.
def _sides(figures: dict[str, float | None]) -> None:
    for side in ("bid", "ask"):
        if not (figures.get(f"{side}Price") or 0.0) > 0.0:
            figures[f"{side}Price"] = figures[f"{side}Size"] = None


def _figure(value: Any) -> float | None:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value) if math.isfinite(value) else None
    if value is None or (isinstance(value, str) and value in _NO_NUMBERS):
        return None
    raise ValueError(f"{value!r} is not a number")


_NO_NUMBERS = frozenset({"NaN", "Infinity", "-Infinity", ""})
