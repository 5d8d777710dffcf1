"""What the venue says about itself and its listings: exchangeInfo of both markets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quantdeck.sims.binance.texts import Texts, decimal
from quantdeck.sims.dated import contract_type, listed_at

if TYPE_CHECKING:
    from quantdeck.sims.binance.endpoints import Exchange
    from quantdeck.sims.listings import Listing

Payload = dict[str, Any]

NEVER_MS = 4_133_404_800_000
"""Delivery date of a perpetual: 2100-12-25."""

_ORDER_TYPES = [
    "LIMIT",
    "MARKET",
    "STOP",
    "STOP_MARKET",
    "TAKE_PROFIT",
    "TAKE_PROFIT_MARKET",
    "TRAILING_STOP_MARKET",
]
_TIMES_IN_FORCE = ["GTC", "IOC", "FOK", "GTX", "GTD"]


def _rate_limit(kind: str, interval: str, number: int, limit: int) -> Payload:
    return {
        "rateLimitType": kind,
        "interval": interval,
        "intervalNum": number,
        "limit": limit,
    }


def futures_information(server: Exchange, now_ms: int) -> Payload:
    """Return ``/fapi/v1/exchangeInfo``."""
    listings = [*server.market.listings, *listed_at(now_ms)]
    first_ms = server.usdm.history.first_ms
    symbols = [_futures_symbol(item, first_ms(item, "1d"), now_ms) for item in listings]
    if server.lists_coin_margined():
        symbols += [
            symbol
            | {
                "symbol": f"{symbol['baseAsset']}USD_PERP",
                "pair": f"{symbol['baseAsset']}USD",
                "quoteAsset": "USD",
                "marginAsset": symbol["baseAsset"],
            }
            for symbol in symbols
            if symbol["contractType"] == "PERPETUAL"
        ]
    return {
        "timezone": "UTC",
        "serverTime": now_ms,
        "rateLimits": [
            _rate_limit("REQUEST_WEIGHT", "MINUTE", 1, server.usdm_weight),
            _rate_limit("ORDERS", "MINUTE", 1, 1200),
            _rate_limit("ORDERS", "SECOND", 10, 300),
        ],
        "exchangeFilters": [],
        "assets": [
            {"asset": asset, "marginAvailable": True, "autoAssetExchange": "0"}
            for asset in ("USDT", "USDC", "BTC")
        ],
        "symbols": symbols,
    }


def _filters(listing: Listing, texts: Texts) -> list[Payload]:
    tick, lot = texts.price(1), texts.size(1)
    return [
        {
            "filterType": "PRICE_FILTER",
            "minPrice": tick,
            "maxPrice": texts.price(int(listing.price * 20 * 10.0**listing.tick_digits)),
            "tickSize": tick,
        },
        {
            "filterType": "LOT_SIZE",
            "minQty": lot,
            "maxQty": texts.size(10_000 * 10**listing.lot_digits),
            "stepSize": lot,
        },
    ]


def _futures_symbol(listing: Listing, listed_ms: int, now_ms: int) -> Payload:
    texts = Texts.of(listing, spot=False)
    market_lot = _filters(listing, texts)[1] | {"filterType": "MARKET_LOT_SIZE"}
    return {
        "symbol": listing.symbol,
        "pair": listing.pair or listing.symbol,
        "contractType": contract_type(listing, now_ms),
        "deliveryDate": listing.delivery_ms or NEVER_MS,
        "onboardDate": listed_ms,
        "status": "TRADING",
        "maintMarginPercent": "2.5000",
        "requiredMarginPercent": "5.0000",
        "baseAsset": listing.base,
        "quoteAsset": "USDT",
        "marginAsset": "USDT",
        "pricePrecision": listing.price_digits,
        "quantityPrecision": listing.lot_digits,
        "baseAssetPrecision": 8,
        "quotePrecision": 8,
        "underlyingType": "COIN",
        "underlyingSubType": ["PoW" if listing.base in {"BTC", "LTC"} else "Layer-1"],
        "settlePlan": 0,
        "triggerProtect": "0.0500",
        "liquidationFee": "0.012500",
        "marketTakeBound": "0.05",
        "filters": [
            *_filters(listing, texts),
            market_lot,
            {"filterType": "MAX_NUM_ORDERS", "limit": 200},
            {"filterType": "MIN_NOTIONAL", "notional": "5"},
            {
                "filterType": "PERCENT_PRICE",
                "multiplierUp": "1.0500",
                "multiplierDown": "0.9500",
                "multiplierDecimal": "4",
            },
        ],
        "orderTypes": _ORDER_TYPES,
        "timeInForce": _TIMES_IN_FORCE,
    }


def spot_information(server: Exchange, now_ms: int, listings: list[Listing]) -> Payload:
    """Return ``/api/v3/exchangeInfo`` of some listings."""
    return {
        "timezone": "UTC",
        "serverTime": now_ms,
        "rateLimits": [
            _rate_limit("REQUEST_WEIGHT", "MINUTE", 1, server.spot_weight),
            _rate_limit("ORDERS", "SECOND", 10, 100),
            _rate_limit("ORDERS", "DAY", 1, 200_000),
            _rate_limit("RAW_REQUESTS", "MINUTE", 5, 61_000),
        ],
        "exchangeFilters": [],
        "symbols": [_spot_symbol(listing) for listing in listings],
    }


def _spot_symbol(listing: Listing) -> Payload:
    texts = Texts.of(listing, spot=True)
    return {
        "symbol": listing.symbol,
        "status": "TRADING",
        "baseAsset": listing.base,
        "baseAssetPrecision": 8,
        "quoteAsset": "USDT",
        "quotePrecision": 8,
        "quoteAssetPrecision": 8,
        "baseCommissionPrecision": 8,
        "quoteCommissionPrecision": 8,
        "orderTypes": ["LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT"],
        "icebergAllowed": True,
        "ocoAllowed": True,
        "otoAllowed": True,
        "opoAllowed": False,
        "quoteOrderQtyMarketAllowed": True,
        "allowTrailingStop": True,
        "cancelReplaceAllowed": True,
        "amendAllowed": True,
        "pegInstructionsAllowed": False,
        "isSpotTradingAllowed": True,
        "isMarginTradingAllowed": False,
        "filters": [
            *_filters(listing, texts),
            {
                "filterType": "NOTIONAL",
                "minNotional": decimal(5, scale=0, digits=8),
                "applyMinToMarket": True,
                "maxNotional": decimal(9_000_000, scale=0, digits=8),
                "applyMaxToMarket": False,
                "avgPriceMins": 5,
            },
        ],
        "permissions": [],
        "permissionSets": [["SPOT"]],
        "defaultSelfTradePreventionMode": "EXPIRE_MAKER",
        "allowedSelfTradePreventionModes": ["EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH"],
    }
