"""Streams that carry events as they happen: orders, their fills, the best bid and ask.

A channel is polled on a timer and returns what its stream brings for the time since. It keeps no
state but its place, so that a stream says the same whenever it is subscribed.

Field sets: Binance USD-M futures documentation, "Aggregate Trade Streams", "Individual Symbol Book
Ticker Streams"; Binance spot documentation, "WebSocket Streams".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from quantdeck.sims.binance.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.sims.history import History, Slice
    from quantdeck.sims.listings import Listing

Event = tuple[int, bytes]
"""Stamp [ms] and payload."""

_TRUE_FALSE = (b"false", b"true")
_NO_LIMIT = 1 << 40


class Channel(Protocol):
    """Where the events of one stream come from."""

    def poll(self, after_ms: int, until_ms: int) -> Sequence[Event]:
        """Return what happened in ``(after_ms, until_ms]``, by time."""
        ...


def fills_of(part: Slice) -> tuple[list[int], list[int], list[int]]:
    """Return order index, number and size [lots] of every fill of some orders.

    The lots of an order are dealt evenly, the first fill takes what remains.

    Parameters
    ----------
    part : Slice
        Consecutive orders.
    """
    flow = part.flow
    counts = flow.fills[part.first : part.end]
    order = np.repeat(np.arange(part.first, part.end), counts)
    first_number, end_number = flow.fill_offsets[[part.first, part.end]].tolist()
    number = np.arange(first_number, end_number, dtype=np.int64)
    even = flow.lots[order] // flow.fills[order]
    first = np.zeros(len(order), dtype=np.bool_)
    if len(order):
        first[np.concatenate(([0], np.cumsum(counts)[:-1]))] = True
    rest = flow.lots[order] - even * (flow.fills[order] - 1)
    return order.tolist(), number.tolist(), np.where(first, rest, even).tolist()


class AggregateTrades:
    """``<symbol>@aggTrade``.

    Parameters
    ----------
    history : History
        Orders.
    listing : Listing
        Symbol.
    spot : bool
        Which field set.
    unit : int
        1 for milliseconds, 1000 for microseconds.
    """

    def __init__(self, history: History, listing: Listing, *, spot: bool, unit: int) -> None:
        texts = Texts.of(listing, spot=spot)
        price, size = f"%.{texts.price_digits}f", f"%.{texts.size_digits}f"
        natural = "" if spot else f'"nq":"{size}",'
        end = ',"M":true}' if spot else ',"st":1}'
        self._template = (
            f'{{"e":"aggTrade","E":%d,"s":"{listing.symbol}","a":%d,"p":"{price}","q":"{size}",'
            f'{natural}"f":%d,"l":%d,"T":%d,"m":%s{end}'
        ).encode()
        self._history, self._listing = history, listing
        self._spot, self._unit = spot, unit

    def poll(self, after_ms: int, until_ms: int) -> list[Event]:
        """Return the orders stamped in ``(after_ms, until_ms]``."""
        events: list[Event] = []
        parts = self._history.orders(self._listing, after_ms + 1, until_ms, limit=_NO_LIMIT)
        for part in parts:
            events += self._encode(part, until_ms * self._unit)
        return events

    def _encode(self, part: Slice, stamp: int) -> list[Event]:
        flow, span, unit = part.flow, slice(part.first, part.end), self._unit
        ticks, lots = 10.0**self._listing.tick_digits, 10.0**self._listing.lot_digits
        offsets = flow.fill_offsets
        columns = zip(
            flow.order_ms[span].tolist(),
            range(flow.first_order + part.first, flow.first_order + part.end),
            (flow.price[span] / ticks).tolist(),
            (flow.lots[span] / lots).tolist(),
            (flow.natural_lots[span] / lots).tolist(),
            offsets[span].tolist(),
            (offsets[part.first + 1 : part.end + 1] - 1).tolist(),
            flow.is_sell[span].tolist(),
            strict=True,
        )
        template, words = self._template, _TRUE_FALSE
        if self._spot:
            return [
                (ms, template % (stamp, a, p, q, f, last, ms * unit, words[m]))
                for ms, a, p, q, _, f, last, m in columns
            ]
        return [
            (ms, template % (stamp, a, p, q, nq, f, last, ms, words[m]))
            for ms, a, p, q, nq, f, last, m in columns
        ]


class Trades:
    """``<symbol>@trade``: one event per fill. Parameters as `AggregateTrades`."""

    def __init__(self, history: History, listing: Listing, *, spot: bool, unit: int) -> None:
        texts = Texts.of(listing, spot=spot)
        numbers = f'"p":"%.{texts.price_digits}f","q":"%.{texts.size_digits}f"'
        if spot:
            text = (
                f'{{"e":"trade","E":%d,"s":"{listing.symbol}","t":%d,{numbers},'
                '"T":%d,"m":%s,"M":true}'
            )
        else:
            text = (
                f'{{"e":"trade","E":%d,"T":%d,"s":"{listing.symbol}","t":%d,{numbers},'
                '"X":"MARKET","m":%s,"st":1}'
            )
        self._template = text.encode()
        self._history, self._listing = history, listing
        self._spot, self._unit = spot, unit

    def poll(self, after_ms: int, until_ms: int) -> list[Event]:
        """Return the fills stamped in ``(after_ms, until_ms]``."""
        events: list[Event] = []
        parts = self._history.orders(self._listing, after_ms + 1, until_ms, limit=_NO_LIMIT)
        for part in parts:
            events += self._encode(part, until_ms * self._unit)
        return events

    def _encode(self, part: Slice, stamp: int) -> list[Event]:
        flow, unit, template = part.flow, self._unit, self._template
        ticks, lot = 10.0**self._listing.tick_digits, 10.0**self._listing.lot_digits
        order, number, lots = fills_of(part)
        stamps, prices = flow.order_ms[order].tolist(), (flow.price[order] / ticks).tolist()
        is_sell: list[bool] = flow.is_sell[order].tolist()
        sells = [_TRUE_FALSE[sell] for sell in is_sell]
        columns = zip(stamps, number, prices, lots, sells, strict=True)
        if self._spot:
            return [
                (ms, template % (stamp, t, p, q / lot, ms * unit, m)) for ms, t, p, q, m in columns
            ]
        return [(ms, template % (stamp, ms, t, p, q / lot, m)) for ms, t, p, q, m in columns]


class BookTickers:
    """``<symbol>@bookTicker``. Parameters as `AggregateTrades`; spot events bear no time."""

    def __init__(self, history: History, listing: Listing, *, spot: bool) -> None:
        texts = Texts.of(listing, spot=spot)
        price, size = f"%.{texts.price_digits}f", f"%.{texts.size_digits}f"
        best = f'"b":"{price}","B":"{size}","a":"{price}","A":"{size}"'
        name = listing.symbol
        if spot:
            text = f'{{"u":%d,"s":"{name}",{best}}}'
        else:
            text = (
                f'{{"e":"bookTicker","u":%d,"s":"{name}","ps":"{name}",{best},'
                '"T":%d,"E":%d,"st":1}'
            )
        self._template = text.encode()
        self._history, self._listing, self._spot = history, listing, spot

    def poll(self, after_ms: int, until_ms: int) -> list[Event]:
        """Return the changes of the best bid and ask in ``(after_ms, until_ms]``."""
        events: list[Event] = []
        length = self._history.flow.chunk_ms
        for number in range((after_ms + 1) // length, until_ms // length + 1):
            quotes = self._history.flow.quotes(self._listing, number)
            first, end = np.searchsorted(quotes.time_ms, [after_ms + 1, until_ms + 1]).tolist()
            events += self._encode(number, slice(first, end), until_ms)
        return events

    def latest(self, time_ms: int) -> Event | None:
        """Return the newest change of the current stretch of orders, None where there was none."""
        number = time_ms // self._history.flow.chunk_ms
        quotes = self._history.flow.quotes(self._listing, number)
        end = int(np.searchsorted(quotes.time_ms, time_ms, side="right"))
        if not end:
            return None
        return self._encode(number, slice(end - 1, end), time_ms)[0]

    def _encode(self, number: int, span: slice, stamp: int) -> list[Event]:
        flow = self._history.flow.chunk(self._listing, number)
        quotes = self._history.flow.quotes(self._listing, number)
        ticks, lots = 10.0**self._listing.tick_digits, 10.0**self._listing.lot_digits
        step = quotes.step[span]
        columns = zip(
            quotes.time_ms[span].tolist(),
            quotes.update[span].tolist(),
            (flow.bid[step] / ticks).tolist(),
            (quotes.bid_lots[span] / lots).tolist(),
            (flow.ask[step] / ticks).tolist(),
            (quotes.ask_lots[span] / lots).tolist(),
            strict=True,
        )
        template = self._template
        if self._spot:
            return [(ms, template % (u, b, bq, a, aq)) for ms, u, b, bq, a, aq in columns]
        return [(ms, template % (u, b, bq, a, aq, ms, stamp)) for ms, u, b, bq, a, aq in columns]
