"""REST of Binance spot: paths, weights, answers.

Binance spot documentation, "Public REST API for Binance", market data endpoints.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from quantdeck.sims.binance import answers
from quantdeck.sims.binance.endpoints import Call, Endpoint
from quantdeck.sims.binance.exchange import spot_information
from quantdeck.sims.binance.refusals import Refusal, illegal_characters, invalid_symbol
from quantdeck.sims.binance.statistics import statistics_of, ticker_answer
from quantdeck.sims.candles import INTERVALS_MS
from quantdeck.sims.paths import MINUTE_MS, listing_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.sims.binance.answers import Payload
    from quantdeck.sims.binance.query import Query
    from quantdeck.sims.listings import Listing


def _depth_weight(query: Query) -> int:
    limit = query.integer("limit") or 100
    return 5 if limit <= 100 else 25 if limit <= 500 else 50 if limit <= 1000 else 250


def _ticker_weight(query: Query) -> int:
    if query.has("symbol"):
        return 2
    if not query.has("symbols"):
        return 80
    count = query.text("symbols").count(",") + 1
    return 2 if count <= 20 else 40 if count <= 100 else 80


def _one_or_all(one: int, every: int) -> Callable[[Query], int]:
    def weight(query: Query) -> int:
        return one if query.has("symbol") else every

    return weight


def _listings(call: Call) -> list[Listing]:
    # One symbol, a JSON list of symbols, or all.
    query = call.query
    if query.has("symbol") and query.has("symbols"):
        raise Refusal(400, -1128, "Combination of optional parameters invalid.")
    if query.has("symbol"):
        return [query.symbol()]
    if not query.has("symbols"):
        return list(call.server.market.listings)
    try:
        names = msgspec.json.decode(query.text("symbols"), type=list[str])
    except msgspec.MsgspecError:
        raise illegal_characters("symbols", '^\\["[A-Z0-9-_.]{1,20}"(,...)*\\]$') from None
    found = [listing_of(name) for name in names]
    known = [each for each in found if each is not None and not each.delivery_ms]
    if len(known) < len(names):
        raise invalid_symbol()
    return known


def _unlisted(call: Call, rows: list[Payload]) -> Any:
    return rows[0] if call.query.has("symbol") else rows


def _ping(_call: Call) -> Payload:
    return {}


def _time(call: Call) -> Payload:
    return {"serverTime": call.now_ms}


def _information(call: Call) -> Payload:
    return spot_information(call.server, call.now_ms, _listings(call))


def _klines(call: Call) -> list[Any]:
    listing, interval = call.query.symbol(), call.query.interval(INTERVALS_MS)
    return answers.klines(call.server.spot, listing, interval, call.query, call.now_ms)


def _aggregate_trades(call: Call) -> list[Payload]:
    return answers.aggregate_trades(call.server.spot, call.query.symbol(), call.query, call.now_ms)


def _trades(call: Call) -> list[Payload]:
    return answers.trades(call.server.spot, call.query.symbol(), call.query, call.now_ms)


def _historical_trades(call: Call) -> list[Payload]:
    return answers.historical_trades(call.server.spot, call.query.symbol(), call.query, call.now_ms)


def _depth(call: Call) -> Payload:
    limit = call.query.limit(default=100, most=5000, caps=True)
    return answers.depth(call.server.spot, call.query.symbol(), limit, call.now_ms)


def _average_price(call: Call) -> Payload:
    listing, venue = call.query.symbol(), call.server.spot
    span = (call.now_ms - 5 * MINUTE_MS, call.now_ms)
    candles = venue.history.candles(listing, "1m", span, call.now_ms)
    lots = int(candles["lots"].sum())
    mean = int(candles["turnover"].sum()) / lots if lots else float(candles["close"][-1])
    return {
        "mins": 5,
        "price": f"{mean * listing.tick:.8f}",
        "closeTime": call.now_ms,
    }


def _ticker(call: Call) -> Any:
    rows: list[Payload] = []
    for listing in _listings(call):
        now = statistics_of(call.server.spot.history, listing, call.now_ms)
        texts = call.server.spot.texts(listing)
        quote = answers.best(call.server.spot, listing, call.now_ms)
        row = ticker_answer(now, texts) | quote
        rows.append(row | {"prevClosePrice": texts.price(now.open)})
    return _unlisted(call, rows)


def _price(call: Call) -> Any:
    venue = call.server.spot
    rows = [
        {
            "symbol": listing.symbol,
            "price": venue.texts(listing).price(venue.history.last_price(listing, call.now_ms + 1)),
        }
        for listing in _listings(call)
    ]
    return _unlisted(call, rows)


def _best(call: Call) -> Any:
    rows = [answers.best(call.server.spot, listing, call.now_ms) for listing in _listings(call)]
    return _unlisted(call, rows)


SPOT_ENDPOINTS: dict[str, Endpoint] = {
    "/api/v3/ping": Endpoint(1, _ping),
    "/api/v3/time": Endpoint(1, _time),
    "/api/v3/exchangeInfo": Endpoint(20, _information),
    "/api/v3/klines": Endpoint(2, _klines),
    "/api/v3/uiKlines": Endpoint(2, _klines),
    "/api/v3/aggTrades": Endpoint(4, _aggregate_trades),
    "/api/v3/trades": Endpoint(25, _trades),
    "/api/v3/historicalTrades": Endpoint(25, _historical_trades),
    "/api/v3/depth": Endpoint(_depth_weight, _depth),
    "/api/v3/avgPrice": Endpoint(2, _average_price),
    "/api/v3/ticker/24hr": Endpoint(_ticker_weight, _ticker),
    "/api/v3/ticker/price": Endpoint(_one_or_all(2, 4), _price),
    "/api/v3/ticker/bookTicker": Endpoint(_one_or_all(2, 4), _best),
}
"""Every path of the spot side."""
