"""REST of Binance USD-M futures: paths, weights, answers.

Binance USD-M futures documentation, "Market Data Endpoints".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from quantdeck.sims.binance import answers
from quantdeck.sims.binance.endpoints import Call, Endpoint
from quantdeck.sims.binance.exchange import futures_information
from quantdeck.sims.binance.price_klines import price_klines
from quantdeck.sims.binance.refusals import Refusal, invalid_data
from quantdeck.sims.binance.statistics import statistics_of, ticker_answer
from quantdeck.sims.binance.timed import funding_text
from quantdeck.sims.candles import INTERVALS_MS, interval_end, interval_start
from quantdeck.sims.dated import contract_type, listed_at
from quantdeck.sims.premium import FUNDING_MS, INTEREST_RATE, funding_rate, mark_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.sims.binance.answers import Payload
    from quantdeck.sims.binance.query import Query
    from quantdeck.sims.listings import Listing

_INTERVALS = tuple(name for name in INTERVALS_MS if name != "1s")
_DEPTH_WEIGHTS = {5: 2, 10: 2, 20: 2, 50: 2, 100: 5, 500: 10, 1000: 20}
_CONTRACT_TYPES = {"PERPETUAL", "CURRENT_QUARTER", "NEXT_QUARTER", "TRADIFI_PERPETUAL"}


def _kline_weight(query: Query) -> int:
    limit = query.integer("limit") or 500
    return 1 if limit < 100 else 2 if limit < 500 else 5 if limit <= 1000 else 10


def _depth_weight(query: Query) -> int:
    return _DEPTH_WEIGHTS.get(query.integer("limit") or 500, 2)


def _one_or_all(one: int, every: int) -> Callable[[Query], int]:
    def weight(query: Query) -> int:
        return one if query.has("symbol") else every

    return weight


def _listings(call: Call) -> tuple[Listing, ...]:
    return (call.query.symbol(),) if call.query.has("symbol") else call.server.market.listings


def _unlisted(call: Call, rows: list[Payload]) -> Any:
    # An object for one symbol, a list for all of them.
    return rows[0] if call.query.has("symbol") else rows


def _ping(_call: Call) -> Payload:
    return {}


def _time(call: Call) -> Payload:
    return {"serverTime": call.now_ms}


def _information(call: Call) -> Payload:
    return futures_information(call.server, call.now_ms)


def _klines(call: Call) -> list[Any]:
    listing, interval = call.query.symbol(), call.query.interval(_INTERVALS)
    return answers.klines(call.server.usdm, listing, interval, call.query, call.now_ms)


def _continuous_klines(call: Call) -> list[Any]:
    listing, kind = call.query.symbol("pair"), call.query.text("contractType")
    if kind not in _CONTRACT_TYPES:
        raise invalid_data("contractType")
    interval = call.query.interval(INTERVALS_MS)
    if kind != "PERPETUAL":
        dated = [each for each in listed_at(call.now_ms) if each.pair == listing.symbol]
        named = [each for each in dated if contract_type(each, call.now_ms) == kind]
        if not named:
            return []
        listing = named[0]
    return answers.klines(call.server.usdm, listing, interval, call.query, call.now_ms)


def _mark_klines(call: Call) -> list[Any]:
    return _price_klines(call, call.query.symbol(), is_index=False)


def _index_klines(call: Call) -> list[Any]:
    return _price_klines(call, call.query.symbol("pair"), is_index=True)


def _price_klines(call: Call, listing: Listing, *, is_index: bool) -> list[Any]:
    interval = call.query.interval(_INTERVALS)
    limit = call.query.limit(default=500, most=1500)
    start, end = call.query.span(call.now_ms)
    listed_ms = call.server.usdm.history.listed_ms
    reach = limit * INTERVALS_MS[interval]
    end_ms = call.now_ms if end is None else end
    if start is None:
        begin = int(interval_start(np.array([end_ms]), interval)[0]) - reach
    else:
        begin = int(interval_start(np.array([start - 1]), interval)[0])
        begin = interval_end(begin, interval) + 1
    begin = max(begin, listed_ms)
    if start is not None:
        end_ms = min(end_ms, begin + reach + 86_400_000)
    if begin > end_ms:
        return []
    rows = price_klines(
        call.server.market.paths, listing, interval, (begin, end_ms), is_index=is_index
    )
    return rows[-limit:] if start is None else rows[:limit]


def _aggregate_trades(call: Call) -> list[Payload]:
    return answers.aggregate_trades(call.server.usdm, call.query.symbol(), call.query, call.now_ms)


def _trades(call: Call) -> list[Payload]:
    return answers.trades(call.server.usdm, call.query.symbol(), call.query, call.now_ms)


def _historical_trades(call: Call) -> list[Payload]:
    return answers.historical_trades(call.server.usdm, call.query.symbol(), call.query, call.now_ms)


def _depth(call: Call) -> Payload:
    listing, limit = call.query.symbol(), call.query.integer("limit") or 500
    if limit not in _DEPTH_WEIGHTS:
        raise Refusal(400, -4021, f"'{limit}' is not valid depth limit.")
    return answers.depth(call.server.usdm, listing, limit, call.now_ms)


def _premium_index(call: Call) -> Any:
    rows: list[Payload] = []
    for listing in _listings(call):
        mark = mark_at(call.server.market.paths, listing, call.now_ms)
        rows.append(
            {
                "symbol": listing.symbol,
                "markPrice": f"{mark.mark:.8f}",
                "indexPrice": f"{mark.index:.8f}",
                "estimatedSettlePrice": f"{mark.index:.8f}",
                "lastFundingRate": funding_text(mark),
                "interestRate": "" if listing.delivery_ms else f"{INTEREST_RATE:.8f}",
                "nextFundingTime": mark.next_funding_ms,
                "time": call.now_ms,
            }
        )
    return _unlisted(call, rows)


def _funding_rates(call: Call) -> list[Payload]:
    listings = [each for each in _listings(call) if not each.delivery_ms]
    start, end = call.query.span(call.now_ms)
    if not listings:
        return []
    wanted = call.query.limit(default=100, most=1000)
    limit = 200 if start is None and end is None and not call.query.has("limit") else wanted
    listed_ms, paths = call.server.usdm.history.listed_ms, call.server.market.paths
    last = (call.now_ms if end is None else end) // FUNDING_MS
    first = -(-max(listed_ms, start or 0) // FUNDING_MS)
    numbers = range(first, last + 1)
    each = -(-limit // len(listings))
    chosen = numbers[-each:] if start is None else numbers[:each]
    rows = [
        {
            "symbol": listing.symbol,
            "fundingRate": f"{funding_rate(paths, listing, number * FUNDING_MS):.8f}",
            "fundingTime": number * FUNDING_MS,
            "markPrice": f"{mark_at(paths, listing, number * FUNDING_MS).mark:.8f}",
            "rateType": "SETTLED",
        }
        for number in chosen
        for listing in listings
    ]
    return rows[-limit:] if start is None else rows[:limit]


def _funding_information(_call: Call) -> list[Payload]:
    # Only symbols whose terms differ from 8 hours and the usual bounds are listed.
    return [
        {
            "symbol": "TRXUSDT",
            "adjustedFundingRateCap": "0.00750000",
            "adjustedFundingRateFloor": "-0.00750000",
            "fundingIntervalHours": 8,
            "disclaimer": False,
        }
    ]


def _open_interest(call: Call) -> Payload:
    listing = call.query.symbol()
    texts = call.server.usdm.texts(listing)
    day = call.now_ms // 86_400_000
    orders = call.server.usdm.history.flow.minute_orders(listing, day)
    coins = listing.order_size * (20_000 + int(orders[0]) % 5_000)
    lots = int(coins * 10.0**listing.lot_digits)
    return {
        "openInterest": texts.size(lots),
        "symbol": listing.symbol,
        "time": call.now_ms,
    }


def _ticker(call: Call) -> Any:
    rows = [
        ticker_answer(
            statistics_of(call.server.usdm.history, listing, call.now_ms),
            call.server.usdm.texts(listing),
        )
        for listing in _listings(call)
    ]
    return _unlisted(call, rows)


def _price(call: Call) -> Any:
    venue = call.server.usdm
    rows = [
        {
            "symbol": listing.symbol,
            "price": venue.texts(listing).price(venue.history.last_price(listing, call.now_ms + 1)),
            "time": call.now_ms,
        }
        for listing in _listings(call)
    ]
    return _unlisted(call, rows)


def _best(call: Call) -> Any:
    rows = [
        answers.best(call.server.usdm, listing, call.now_ms) | {"time": call.now_ms}
        for listing in _listings(call)
    ]
    return _unlisted(call, rows)


USDM_ENDPOINTS: dict[str, Endpoint] = {
    "/fapi/v1/ping": Endpoint(1, _ping),
    "/fapi/v1/time": Endpoint(1, _time),
    "/fapi/v1/exchangeInfo": Endpoint(1, _information),
    "/fapi/v1/klines": Endpoint(_kline_weight, _klines),
    "/fapi/v1/continuousKlines": Endpoint(_kline_weight, _continuous_klines),
    "/fapi/v1/markPriceKlines": Endpoint(_kline_weight, _mark_klines),
    "/fapi/v1/indexPriceKlines": Endpoint(_kline_weight, _index_klines),
    "/fapi/v1/aggTrades": Endpoint(20, _aggregate_trades),
    "/fapi/v1/trades": Endpoint(5, _trades),
    "/fapi/v1/historicalTrades": Endpoint(200, _historical_trades),
    "/fapi/v1/depth": Endpoint(_depth_weight, _depth),
    "/fapi/v1/premiumIndex": Endpoint(_one_or_all(1, 10), _premium_index),
    "/fapi/v1/fundingRate": Endpoint(0, _funding_rates, shares_funding_pool=True),
    "/fapi/v1/fundingInfo": Endpoint(0, _funding_information, shares_funding_pool=True),
    "/fapi/v1/openInterest": Endpoint(1, _open_interest),
    "/fapi/v1/ticker/24hr": Endpoint(_one_or_all(1, 40), _ticker),
    "/fapi/v1/ticker/price": Endpoint(_one_or_all(1, 2), _price),
    "/fapi/v2/ticker/price": Endpoint(_one_or_all(1, 2), _price),
    "/fapi/v1/ticker/bookTicker": Endpoint(_one_or_all(2, 5), _best),
}
"""Every path of the futures side."""
