"""From a decoded message to one call of the event sink.

One small function per type of message, made for one sink. They are closures because the names they
use are then cells: a third cheaper per message than attributes of an object.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from math import nan
from typing import TYPE_CHECKING, Any

import msgspec

from quantdeck.feeds.binance.wire import (
    MARKET_TRADE,
    USD_MARGINED,
    AggTrade,
    BookTicker,
    DepthUpdate,
    Kline,
    MarkPrice,
    SpotBookTicker,
    Trade,
)
from quantdeck.model.events import Flag, Kind

if TYPE_CHECKING:
    from quantdeck.model.instruments import InstrumentTable
    from quantdeck.ports.feed import EventSink

Emit = Callable[[Any, int], None]

NOT_MARKET = "not-market"
"""No execution in the market, or one without a price. It goes on flagged as excluded, since its number
belongs to the sequence, and is left out there."""
COIN_MARGINED = "coin-margined"
"""Another market's symbol on this market's stream; it goes no further."""

_NS_PER_MS = 1_000_000
_EXCLUDED = int(Flag.EXCLUDED)
_ROOT = re.compile(r"[A-Z0-9][A-Z0-9._-]{0,63}")


class SymbolIds:
    """Ids by the venue's symbol.

    Parameters
    ----------
    venue : str
        Venue part of the canonical symbols.
    instruments : InstrumentTable
        Where ids come from.

    Attributes
    ----------
    known : dict of str to int
        Those met so far. A plain dictionary, since looking into any other kind takes several times
        as long, and it is done for every message.
    """

    def __init__(self, venue: str, instruments: InstrumentTable) -> None:
        self.known: dict[str, int] = {}
        self._venue = venue
        self._instruments = instruments

    def learn(self, root: str) -> int:
        """Return the id of a symbol met for the first time.

        Raises
        ------
        msgspec.ValidationError
            If it is not a symbol: then the message is a bad one, as with a wrong number.
        """
        if not _ROOT.fullmatch(root):
            raise msgspec.ValidationError(f"{root!r} is not a symbol")
        self.known[root] = self._instruments.id_of(f"{self._venue}:{root}")
        return self.known[root]


class Tally:
    """What a decoder counts and remembers.

    Attributes
    ----------
    ignored : Counter
        Frames of kinds that are not captured, by the venue's name of the kind.
    dropped : Counter
        Events left out on purpose, by reason.
    seen_ns : dict of Kind to dict of str to int
        Receipt of the last event of a kind by the venue's symbol, UTC. [ns]
    """

    def __init__(self) -> None:
        self.ignored: Counter[str] = Counter()
        self.dropped: Counter[str] = Counter()
        self.seen_ns: dict[Kind, dict[str, int]] = {kind: {} for kind in Kind}


def emitters(sink: EventSink, ids: SymbolIds, tally: Tally) -> dict[type[Any], Emit]:
    """Return the function that hands on a message, by type of message.

    Each takes a message and its time of receipt [ns].

    Parameters
    ----------
    sink : EventSink
        Where events go.
    ids : SymbolIds
        Ids of the venue's symbols.
    tally : Tally
        Where to count what is left out.
    """
    return {
        BookTicker: _quote(sink, ids, tally),
        AggTrade: _agg_trade(sink, ids, tally),
        Trade: _trade(sink, ids, tally),
        SpotBookTicker: _spot_quote(sink, ids, tally),
        MarkPrice: _mark(sink, ids, tally),
        Kline: _bar(sink, ids, tally),
        DepthUpdate: _depth(tally),
    }


def _quote(sink: EventSink, ids: SymbolIds, tally: Tally) -> Emit:
    put, seen, dropped = sink.quote, tally.seen_ns[Kind.QUOTE], tally.dropped
    known, learn = ids.known, ids.learn

    def emit(message: BookTicker, recv_ns: int) -> None:
        root = message.s
        try:
            symbol = known[root]
        except KeyError:
            symbol = learn(root)
        if message.st != USD_MARGINED:
            dropped[COIN_MARGINED] += 1
            return
        seen[root] = recv_ns
        ts_event, bid, ask = message.T * _NS_PER_MS, message.b, message.a
        if bid and ask:
            put(ts_event, recv_ns, message.u, bid, ask, message.B, message.A, symbol, 0)
        else:
            bid, bid_size = _side(bid, message.B)
            ask, ask_size = _side(ask, message.A)
            put(ts_event, recv_ns, message.u, bid, ask, bid_size, ask_size, symbol, 0)

    return emit


def _spot_quote(sink: EventSink, ids: SymbolIds, tally: Tally) -> Emit:
    put, seen = sink.quote, tally.seen_ns[Kind.QUOTE]
    known, learn = ids.known, ids.learn

    def emit(message: SpotBookTicker, recv_ns: int) -> None:
        root = message.s
        try:
            symbol = known[root]
        except KeyError:
            symbol = learn(root)
        seen[root] = recv_ns
        bid, bid_size = _side(message.b, message.B)
        ask, ask_size = _side(message.a, message.A)
        put(recv_ns, recv_ns, message.u, bid, ask, bid_size, ask_size, symbol, 0)

    return emit


def _agg_trade(sink: EventSink, ids: SymbolIds, tally: Tally) -> Emit:
    put, seen, dropped = sink.agg_trade, tally.seen_ns[Kind.AGG_TRADE], tally.dropped
    known, learn = ids.known, ids.learn

    def emit(message: AggTrade, recv_ns: int) -> None:
        root, price = message.s, message.p
        try:
            symbol = known[root]
        except KeyError:
            symbol = learn(root)
        if message.st != USD_MARGINED:
            dropped[COIN_MARGINED] += 1
            return
        seen[root] = recv_ns
        flags = 0
        if not price:
            dropped[NOT_MARKET] += 1
            flags = _EXCLUDED
        side = -1 if message.m else 1
        put(message.T * _NS_PER_MS, recv_ns, message.a, price, message.q, symbol, side, flags)

    return emit


def _trade(sink: EventSink, ids: SymbolIds, tally: Tally) -> Emit:
    put, seen, dropped = sink.trade, tally.seen_ns[Kind.TRADE], tally.dropped
    known, learn = ids.known, ids.learn

    def emit(message: Trade, recv_ns: int) -> None:
        root, price = message.s, message.p
        try:
            symbol = known[root]
        except KeyError:
            symbol = learn(root)
        if message.st != USD_MARGINED:
            dropped[COIN_MARGINED] += 1
            return
        seen[root] = recv_ns
        flags = 0
        if message.X != MARKET_TRADE or not price:
            dropped[NOT_MARKET] += 1
            flags = _EXCLUDED
        side = -1 if message.m else 1
        put(message.T * _NS_PER_MS, recv_ns, message.t, price, message.q, symbol, side, flags)

    return emit


def _mark(sink: EventSink, ids: SymbolIds, tally: Tally) -> Emit:
    put, seen, dropped = sink.mark, tally.seen_ns[Kind.MARK], tally.dropped
    known, learn = ids.known, ids.learn

    def emit(message: MarkPrice, recv_ns: int) -> None:
        root, stamp = message.s, message.E
        rate = _rate(message.r)
        try:
            symbol = known[root]
        except KeyError:
            symbol = learn(root)
        if message.st != USD_MARGINED:
            dropped[COIN_MARGINED] += 1
            return
        seen[root] = recv_ns
        mark, index, funding_ns = message.p or nan, message.i or nan, message.T * _NS_PER_MS
        put(stamp * _NS_PER_MS, recv_ns, stamp, mark, index, rate, funding_ns, symbol, 0)

    return emit


def _bar(sink: EventSink, ids: SymbolIds, tally: Tally) -> Emit:
    put, seen, dropped = sink.bar, tally.seen_ns[Kind.BAR], tally.dropped
    known, learn = ids.known, ids.learn

    def emit(message: Kline, recv_ns: int) -> None:
        root, bar = message.s, message.k
        try:
            symbol = known[root]
        except KeyError:
            symbol = learn(root)
        if bar.t > bar.T:
            raise msgspec.ValidationError("the bar ends before it starts")
        if message.st != USD_MARGINED:
            dropped[COIN_MARGINED] += 1
            return
        seen[root] = recv_ns
        interval_ns = (bar.T + 1 - bar.t) * _NS_PER_MS
        put(
            bar.t * _NS_PER_MS,
            recv_ns,
            message.E,
            bar.o,
            bar.h,
            bar.l,
            bar.c,
            bar.v,
            bar.n,
            interval_ns,
            symbol,
            int(Flag.CLOSED) if bar.x else 0,
        )

    return emit


def _depth(tally: Tally) -> Emit:
    ignored = tally.ignored

    def emit(_message: DepthUpdate, _recv_ns: int) -> None:
        ignored["depthUpdate"] += 1

    return emit


def _side(price: float, size: float) -> tuple[float, float]:
    return (price, size) if price else (nan, nan)


def _rate(text: str) -> float:
    if not text:
        return nan
    try:
        rate = float(text)
    except ValueError:
        rate = nan
    if not -1e6 <= rate <= 1e6:
        raise msgspec.ValidationError(f"{text!r} is not a funding rate")
    return rate
