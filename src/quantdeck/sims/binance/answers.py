"""Answers of REST that futures and spot share, up to the number of digits and a field or two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from quantdeck.sims.binance.channels import fills_of
from quantdeck.sims.binance.query import Query, unsupported
from quantdeck.sims.binance.refusals import Refusal
from quantdeck.sims.binance.texts import Texts
from quantdeck.sims.binance.timed import level_texts
from quantdeck.sims.candles import INTERVALS_MS, Candles, interval_end
from quantdeck.sims.history import History, Slice

if TYPE_CHECKING:
    from quantdeck.sims.book import BookModel
    from quantdeck.sims.listings import Listing

HOUR_MS = 3_600_000
_EVER = 1 << 50

Payload = dict[str, Any]
KlineRow = list[Any]


@dataclass(frozen=True, slots=True)
class Venue:
    """What the endpoints of one market answer from.

    Parameters
    ----------
    history, books :
        Orders, candles and books.
    spot : bool
        Which market.
    """

    history: History
    books: BookModel
    spot: bool

    def texts(self, listing: Listing) -> Texts:
        """Return how numbers of a listing are written."""
        return Texts.of(listing, spot=self.spot)


def klines(
    venue: Venue, listing: Listing, interval: str, query: Query, now_ms: int
) -> list[KlineRow]:
    """Return candles as rows of twelve, oldest first.

    With a start the oldest that fit the limit, else the newest before the end.
    """
    most = 1000 if venue.spot else 1500
    limit = query.limit(default=500, most=most, caps=venue.spot)
    candles = _candles(venue.history, (listing, interval), query.span(now_ms), (limit, now_ms))
    return kline_rows(candles, interval, venue.texts(listing))


def _candles(
    history: History,
    of: tuple[Listing, str],
    span: tuple[int | None, int | None],
    wanted: tuple[int, int],
) -> Candles:
    (listing, interval), (start, end), (limit, now_ms) = of, span, wanted
    length = INTERVALS_MS[interval]
    if interval == "1M":
        length += 86_400_000
    end_ms = now_ms if end is None else end
    # One interval more than asked for at the open side: candles begin on their own grid.
    reach = (limit + 1) * length
    if start is not None:
        first = max(start, history.first_ms(listing, interval))
        span_ms = start, min(end_ms, first + reach)
        return history.candles(listing, interval, span_ms, now_ms)[:limit]
    return history.candles(listing, interval, (end_ms - reach, end_ms), now_ms)[-limit:]


def kline_rows(candles: Candles, interval: str, texts: Texts) -> list[KlineRow]:
    """Return candles the way REST writes them."""
    return [
        [
            start,
            texts.price(open_),
            texts.price(high),
            texts.price(low),
            texts.price(close),
            texts.size(lots),
            interval_end(start, interval),
            texts.turnover(turnover),
            fills,
            texts.size(buy_lots),
            texts.turnover(buy_turnover),
            "0",
        ]
        for (
            start,
            open_,
            high,
            low,
            close,
            lots,
            turnover,
            buy_lots,
            buy_turnover,
            fills,
            _,
            _,
        ) in candles.tolist()
    ]


def aggregate_trades(venue: Venue, listing: Listing, query: Query, now_ms: int) -> list[Payload]:
    """Return orders from a number on, or of a time, or the newest.

    Raises
    ------
    Refusal
        If futures are asked for a number and a time (-1128), or for an hour or more (-1127).
    """
    limit = query.limit(default=500, most=1000, caps=venue.spot)
    first = query.integer("fromId")
    start, end = query.span(now_ms)
    history = venue.history
    if first is not None:
        if start is not None or end is not None:
            raise unsupported("fromId with startTime or endTime")
        return _from_number(venue, listing, (first, limit), now_ms)
    if start is not None:
        if end is not None and end - start > HOUR_MS and not venue.spot:
            raise Refusal(400, -1127, "More than 1 hours between startTime and endTime.")
        last = now_ms if end is None else end
        parts = list(history.orders(listing, start, last, limit=limit))
    else:
        parts = history.orders_before(listing, now_ms if end is None else end, limit=limit)
    return [row for part in parts for row in _aggregate_rows(venue, listing, part)]


def _from_number(
    venue: Venue, listing: Listing, wanted: tuple[int, int], now_ms: int
) -> list[Payload]:
    first, limit = wanted
    stamp = venue.history.time_of_order(listing, first, now_ms)
    if stamp is None:
        return []
    rows: list[Payload] = []
    for part in venue.history.orders(listing, stamp, now_ms, limit=_EVER):
        # Orders of the same millisecond may come before the one asked for.
        skip = max(0, first - part.flow.first_order - part.first)
        start = part.first + skip
        end = min(part.end, start + limit - len(rows))
        if start < end:
            rows += _aggregate_rows(venue, listing, Slice(part.flow, start, end))
        if len(rows) >= limit:
            break
    return rows


def _aggregate_rows(venue: Venue, listing: Listing, part: Slice) -> list[Payload]:
    flow, span, texts = part.flow, slice(part.first, part.end), venue.texts(listing)
    offsets = flow.fill_offsets
    columns = zip(
        range(flow.first_order + part.first, flow.first_order + part.end),
        flow.price[span].tolist(),
        flow.lots[span].tolist(),
        flow.natural_lots[span].tolist(),
        offsets[span].tolist(),
        (offsets[part.first + 1 : part.end + 1] - 1).tolist(),
        flow.order_ms[span].tolist(),
        flow.is_sell[span].tolist(),
        strict=True,
    )
    rows: list[Payload] = []
    for number, price, lots, natural, fill, last, stamp, is_sell in columns:
        row: Payload = {"a": number, "p": texts.price(price), "q": texts.size(lots)}
        if not venue.spot:
            row["nq"] = texts.size(natural)
        row |= {"f": fill, "l": last, "T": stamp, "m": is_sell}
        if venue.spot:
            row["M"] = True
        rows.append(row)
    return rows


def trades(venue: Venue, listing: Listing, query: Query, now_ms: int) -> list[Payload]:
    """Return the newest fills, oldest first."""
    limit = query.limit(default=500, most=1000, caps=venue.spot)
    parts = venue.history.orders_before(listing, now_ms, limit=limit)
    return _fill_rows(venue, listing, parts)[-limit:]


def historical_trades(venue: Venue, listing: Listing, query: Query, now_ms: int) -> list[Payload]:
    """Return fills from a number on, or the newest."""
    most = 1000 if venue.spot else 500
    limit = query.limit(default=min(500, most), most=most, caps=venue.spot)
    first = query.integer("fromId")
    if first is None:
        parts = venue.history.orders_before(listing, now_ms, limit=limit)
        return _fill_rows(venue, listing, parts)[-limit:]
    stamp = venue.history.time_of_fill(listing, first, now_ms)
    if stamp is None:
        return []
    found: list[Payload] = []
    for part in venue.history.orders(listing, stamp, now_ms, limit=_EVER):
        found += [row for row in _fill_rows(venue, listing, [part]) if row["id"] >= first]
        if len(found) >= limit:
            break
    return found[:limit]


def _fill_rows(venue: Venue, listing: Listing, parts: list[Slice]) -> list[Payload]:
    texts = venue.texts(listing)
    rows: list[Payload] = []
    for part in parts:
        flow = part.flow
        orders, numbers, sizes = fills_of(part)
        prices, stamps = flow.price[orders].tolist(), flow.order_ms[orders].tolist()
        sells = flow.is_sell[orders].tolist()
        # Of an order with retail price improvement the second fill is the improved one; it has
        # the lots its natural size lacks.
        second = np.array(numbers) - flow.fill_offsets[orders] == 1
        improved = (second & (flow.natural_lots[orders] < flow.lots[orders])).tolist()
        columns = zip(numbers, prices, sizes, stamps, sells, improved, strict=True)
        for number, price, lots, stamp, is_sell, is_improved in columns:
            row: Payload = {
                "id": number,
                "price": texts.price(price),
                "qty": texts.size(lots),
                "quoteQty": texts.turnover(price * lots),
                "time": stamp,
                "isBuyerMaker": is_sell,
            }
            row |= {"isBestMatch": True} if venue.spot else {"isRPITrade": is_improved}
            rows.append(row)
    return rows


def depth(venue: Venue, listing: Listing, limit: int, now_ms: int) -> Payload:
    """Return the book."""
    book, texts = venue.books.book(listing, now_ms), venue.texts(listing)
    answer: Payload = {"lastUpdateId": book.update}
    if not venue.spot:
        answer |= {"E": now_ms, "T": book.time_ms}
    answer["bids"] = level_texts(texts, book.bids, limit)
    answer["asks"] = level_texts(texts, book.asks, limit)
    return answer


def best(venue: Venue, listing: Listing, now_ms: int) -> Payload:
    """Return the best bid and ask."""
    book, texts = venue.books.book(listing, now_ms), venue.texts(listing)
    (bid, bid_lots), (ask, ask_lots) = book.bids[0].tolist(), book.asks[0].tolist()
    return {
        "symbol": listing.symbol,
        "bidPrice": texts.price(bid),
        "bidQty": texts.size(bid_lots),
        "askPrice": texts.price(ask),
        "askQty": texts.size(ask_lots),
    }
