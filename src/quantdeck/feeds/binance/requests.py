"""Binance's public REST endpoints: what is asked, what is answered, what it weighs.

Source: Binance USD-M Futures, "Market Data Endpoints" and "General Info"; Binance Spot, "REST API".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct, field

from quantdeck.feeds.binance.wire import Milliseconds, Number, Price, Quantity
from quantdeck.model.errors import BadInput, NotEntitled, QuantdeckError, VenueError
from quantdeck.model.instruments import Instrument, InstrumentKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quantdeck.feeds.binance.markets import Market

KLINES_LIMIT = 1000
AGG_TRADES_LIMIT = 1000
HISTORICAL_TRADES_LIMIT = 500
TRADES_LIMIT = 1000

_WINDOW_S = {"SECOND": 1, "MINUTE": 60, "HOUR": 3600, "DAY": 86_400}
_LETTER_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_USED_WEIGHT = re.compile(r"x-mbx-used-weight-(\d+)([smhd])", re.IGNORECASE)
_BAD_REQUEST = frozenset({-1100, -1101, -1102, -1103, -1104, -1105, -1106, -1120, -1121, -1130})


class RateLimit(Struct, frozen=True, rename="camel"):
    """One of the venue's limits."""

    rate_limit_type: str
    interval: str
    interval_num: int
    limit: int


class Filter(Struct, frozen=True, rename="camel"):
    """A rule of trading; only the steps of price and quantity are read."""

    filter_type: str = ""
    tick_size: Price | None = None
    step_size: Quantity | None = None


class Listing(Struct, frozen=True, rename="camel"):
    """One symbol of ``exchangeInfo``."""

    symbol: str
    base_asset: str
    quote_asset: str
    status: str = ""
    contract_type: str = ""
    margin_asset: str = ""
    delivery_date: Milliseconds = 0
    filters: list[Filter] = []


class ExchangeInfo(Struct, frozen=True, rename="camel"):
    """Answer of ``exchangeInfo``."""

    symbols: list[Listing]
    rate_limits: list[RateLimit] = []


class AggTradeRow(Struct, frozen=True, gc=False):
    """One row of ``aggTrades``."""

    a: Number
    p: Price
    q: Quantity
    T: Milliseconds
    m: bool


class TradeRow(Struct, frozen=True, gc=False, rename="camel"):
    """One row of ``trades`` and ``historicalTrades``."""

    id: Number
    price: Price
    qty: Quantity
    time: Milliseconds
    is_buyer_maker: bool


class KlineRow(Struct, frozen=True, gc=False, array_like=True):
    """One row of ``klines``; further columns are not read."""

    start: Milliseconds
    open: Price
    high: Price
    low: Price
    close: Price
    volume: Quantity
    end: Milliseconds
    quote_volume: Quantity
    trades: Number


class FundingRow(Struct, frozen=True, rename="camel"):
    """One row of ``fundingRate``."""

    symbol: str
    funding_rate: float
    funding_time: Milliseconds
    mark_price: Price | str = ""


class ErrorAnswer(Struct, frozen=True):
    """The body of a refused request."""

    code: int = 0
    msg: str = field(default="")


def klines_weight(market: Market, limit: int) -> int:
    """Return the weight of a ``klines`` request for `limit` bars.

    Examples
    --------
    >>> from quantdeck.feeds.binance.markets import SPOT, USDM
    >>> klines_weight(USDM, 99), klines_weight(USDM, 1000), klines_weight(SPOT, 1000)
    (1, 5, 2)
    """
    if market.name == "spot":
        return 2
    return next((w for bound, w in ((99, 1), (499, 2), (1000, 5)) if limit <= bound), 10)


def weight_limits(info: ExchangeInfo) -> dict[int, int]:
    """Return the allowed request weight by length of the window [s], as the venue tells it.

    Examples
    --------
    >>> limit = RateLimit("REQUEST_WEIGHT", "MINUTE", 1, 2400)
    >>> weight_limits(ExchangeInfo(symbols=[], rate_limits=[limit]))
    {60: 2400}
    """
    return {
        _WINDOW_S[limit.interval] * limit.interval_num: limit.limit
        for limit in info.rate_limits
        if limit.rate_limit_type == "REQUEST_WEIGHT" and limit.interval in _WINDOW_S
    }


class BinanceDialect:
    """What Binance's REST answers mean; fulfils `quantdeck.net.rest.Dialect`.

    Parameters
    ----------
    source : str
        Named in errors.
    """

    def __init__(self, source: str) -> None:
        self._source = source

    def usage(self, headers: Mapping[str, str]) -> dict[int, int]:
        """Return the weight used by length of the window [s].

        Examples
        --------
        >>> BinanceDialect("binance-usdm").usage({"X-MBX-USED-WEIGHT-1M": "17"})
        {60: 17}
        """
        used: dict[int, int] = {}
        for name, value in headers.items():
            match = _USED_WEIGHT.fullmatch(name)
            if match and value.isdigit():
                used[int(match[1]) * _LETTER_S[match[2].lower()]] = int(value)
        return used

    def refusal(self, status: int, body: bytes) -> QuantdeckError:
        """Return the error for a refused request."""
        try:
            answer: Any = msgspec.json.decode(body, type=ErrorAnswer)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            answer = ErrorAnswer(msg=body[:200].decode("utf-8", "replace"))
        said = f"{answer.msg or 'no reason given'} (HTTP {status}, code {answer.code})"
        if answer.code in _BAD_REQUEST:
            return BadInput(f"{self._source} refused the request: {said}")
        if status == 451:
            return NotEntitled(self._source, f"not offered from this place: {said}")
        return VenueError(self._source, f"refused: {said}")


def instrument(market: Market, listing: Listing) -> Instrument:
    """Return the instrument that a listing describes.

    Examples
    --------
    >>> from quantdeck.feeds.binance.markets import SPOT
    >>> instrument(SPOT, Listing("BTCUSDT", "BTC", "USDT")).symbol
    'BINANCE:BTCUSDT'
    """
    kind = InstrumentKind.SPOT
    if market.name != "spot":
        perpetual = "PERPETUAL" in listing.contract_type
        kind = InstrumentKind.PERPETUAL if perpetual else InstrumentKind.FUTURE
    is_dated = kind is InstrumentKind.FUTURE and listing.delivery_date > 0
    ticks = [x.tick_size for x in listing.filters if x.filter_type == "PRICE_FILTER"]
    lots = [x.step_size for x in listing.filters if x.filter_type == "LOT_SIZE"]
    return Instrument(
        symbol=f"{market.venue}:{listing.symbol}",
        kind=kind,
        base=listing.base_asset,
        quote=listing.quote_asset,
        tick_size=next(iter(ticks), None),
        lot_size=next(iter(lots), None),
        expiry_ns=listing.delivery_date * 1_000_000 if is_dated else None,
    )
