"""Alpaca's REST endpoints: what is answered, and what its refusals and headers mean.

Numbers of the trading API are text. Only what is used is read, nearly everything may be left out by the
vendor, and what cannot be read of one contract takes none of the others with it.

Source: Alpaca, OpenAPI documents of the Market Data API and the Trading API.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from math import nan
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, Raw, Struct, field

from quantdeck.feeds.alpaca.wire import LATEST_NS, Number, Price, Size
from quantdeck.model.errors import (
    AuthFailed,
    BadInput,
    NotEntitled,
    QuantdeckError,
    VenueError,
)
from quantdeck.model.options import ExerciseStyle, OptionContract, contract_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quantdeck.net.limiter import WeightLimiter
    from quantdeck.ports.clock import Clock

SYMBOLS_PER_REQUEST = 100
SNAPSHOTS_PER_PAGE = 1000
CONTRACTS_PER_PAGE = 10_000
NEWS_PER_PAGE = 50

NEW_YORK = ZoneInfo("America/New_York")
"""Zone of trading days."""

_NS = 1_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=ZoneInfo("UTC"))
_SLOW_DOWN_S = 10.0
_LONGEST_PAUSE_S = 120.0
_SECOND = timedelta(seconds=1)


class QuoteRow(Struct, frozen=True, gc=False):
    """Best bid and ask; an empty side is 0."""

    t: str
    bp: Price | None = None
    bs: Size | None = None
    ap: Price | None = None
    as_: Size | None = field(default=None, name="as")

    @property
    def sides(self) -> tuple[float, float, float, float]:
        """Bid, ask, bid size and ask size; NaN for those of an absent side."""
        bid, bid_size = (self.bp, self.bs) if self.bp and self.bs else (nan, nan)
        ask, ask_size = (self.ap, self.as_) if self.ap and self.as_ else (nan, nan)
        return bid, ask, bid_size, ask_size


class DailyBar(Struct, frozen=True, gc=False):
    """The bar of a trading day; only its volume is read."""

    t: str
    v: Annotated[float, Meta(ge=0)] = 0.0


class Snapshot(Struct, frozen=True, rename="camel"):
    """One contract of a chain; of one that never traded there may be nothing."""

    latest_quote: QuoteRow | None = None
    daily_bar: DailyBar | None = None


class SnapshotPage(Struct, frozen=True):
    """Answer of ``options/snapshots``."""

    snapshots: dict[str, Raw] | None = None
    next_page_token: str | None = None


class QuoteAnswer(Struct, frozen=True):
    """Answer of ``quotes/latest``."""

    quotes: dict[str, Raw] | None = None


class StockTradeRow(Struct, frozen=True, gc=False):
    """A single execution of a stock."""

    t: str
    p: Price
    s: Size
    i: Number
    c: list[str] | None = None
    z: str = ""


class StockTradePage(Struct, frozen=True):
    """Answer of ``stocks/trades``."""

    trades: dict[str, list[StockTradeRow]] | None = None
    next_page_token: str | None = None


class BarRow(Struct, frozen=True, gc=False):
    """Open, high, low, close, volume, count of trades and average price of an interval."""

    t: str
    o: Price
    h: Price
    l: Price  # noqa: E741 - the vendor's letter
    c: Price
    v: Size = 0.0
    n: Number = 0
    vw: Price | None = None


class BarPage(Struct, frozen=True):
    """Answer of ``bars``, of stocks and of options."""

    bars: dict[str, list[BarRow]] | None = None
    next_page_token: str | None = None


class AssetRow(Struct, frozen=True):
    """One stock that is traded; its name is not read."""

    symbol: str


class ContractRow(Struct, frozen=True):
    """One listed contract."""

    symbol: str
    underlying_symbol: str
    style: str = ""
    multiplier: float = 100.0
    size: float = 100.0
    tradable: bool = True
    open_interest: float | None = None


class ContractPage(Struct, frozen=True):
    """Answer of ``options/contracts``."""

    option_contracts: list[Raw] | None = None
    next_page_token: str | None = None


class ClockAnswer(Struct, frozen=True):
    """Whether the market is open, and when that changes."""

    timestamp: str
    is_open: bool
    next_open: str
    next_close: str


class CalendarDay(Struct, frozen=True):
    """One trading day; times of New York."""

    date: date
    open: str
    close: str


class Article(Struct, frozen=True):
    """One piece of news."""

    id: int
    headline: str
    created_at: str
    updated_at: str | None = None
    symbols: list[str] = []
    source: str = ""
    summary: str = ""
    url: str | None = None


class NewsPage(Struct, frozen=True):
    """Answer of ``news``."""

    news: list[Article] | None = None
    next_page_token: str | None = None


class _ErrorAnswer(Struct, frozen=True):
    message: str = ""
    code: int | None = None


class AlpacaDialect:
    """What Alpaca's REST answers mean; fulfils `quantdeck.net.rest.Dialect`.

    Parameters
    ----------
    source : str
        Named in errors.
    limiter : WeightLimiter
        Takes over the limit that the headers tell.
    clock : Clock
        Tells how far away the end of a pause is.
    """

    def __init__(self, source: str, limiter: WeightLimiter, clock: Clock) -> None:
        self._source = source
        self._limiter = limiter
        self._clock = clock

    def usage(self, headers: Mapping[str, str]) -> dict[int, int]:
        """Return the requests used of the present minute."""
        limit = _whole(headers.get("X-RateLimit-Limit"))
        remaining = _whole(headers.get("X-RateLimit-Remaining"))
        if not limit or remaining is None:
            return {}
        self._limiter.set_limits({60: limit})
        return {60: max(0, limit - remaining)}

    def pause(self, status: int, headers: Mapping[str, str]) -> float:
        """Return how long nothing may be asked: until the vendor's minute is over, if it is used up."""
        used_up = headers.get("X-RateLimit-Remaining") == "0"
        if status != 429 and not used_up:
            return 0.0
        reset_s = _whole(headers.get("X-RateLimit-Reset"))
        if reset_s is not None:
            left_s = reset_s - self._clock.now_ns() / _NS
            return min(max(left_s, 0.1), _LONGEST_PAUSE_S)
        asked_s = _whole(headers.get("Retry-After"))
        return float(asked_s or _SLOW_DOWN_S) if status == 429 else 0.0

    def refusal(self, status: int, body: bytes) -> QuantdeckError:
        """Return the error for a refused request."""
        try:
            answer = msgspec.json.decode(body, type=_ErrorAnswer)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            answer = _ErrorAnswer(body[:200].decode("utf-8", "replace"))
        said = f"{answer.message or 'no reason given'} (HTTP {status})"
        if status == 403 and "forbidden" in answer.message.lower():
            return AuthFailed(self._source, f"the key was refused: {said}")
        if status == 403:
            is_stock = "sip" in answer.message.lower()
            use = "stock_feed iex or delayed_sip" if is_stock else "data_feed indicative"
            return NotEntitled(
                self._source, f"the plan does not include this: {said}; set feeds.alpaca.{use}"
            )
        if status in {400, 404, 422}:
            return BadInput(f"{self._source} refused the request: {said}")
        return VenueError(self._source, f"refused: {said}")


def contract(row: ContractRow) -> OptionContract:
    """Return the contract that a row describes.

    Raises
    ------
    BadInput
        If its symbol is not that of an option.

    Examples
    --------
    >>> contract(ContractRow("SPXW261218C05000000", "SPX", "european")).settlement.value
    'pm'
    """
    known: dict[str, object] = {
        "underlying": f"US:{row.underlying_symbol}",
        "multiplier": row.multiplier,
        "open_interest": row.open_interest,
    }
    if row.style in {"european", "american"}:
        known["style"] = ExerciseStyle(row.style)
    found = contract_of(row.symbol, **known)
    # An adjusted contract has a root with a digit, or delivers something else than 100 shares.
    adjusted = found.root[-1].isdigit() or row.size != row.multiplier
    return msgspec.structs.replace(found, standard=not adjusted)


def rfc3339_ns(text: str) -> int:
    """Return the time that a text stands for, to the nanosecond. [ns].

    Raises
    ------
    ValueError
        If it is none, or cannot be stored.

    Examples
    --------
    >>> rfc3339_ns("2026-11-20T20:59:59.123456789Z") - rfc3339_ns("2026-11-20T15:59:59-05:00")
    123456789
    """
    head, dot, rest = text.partition(".")
    fraction = ""
    if dot:
        zone = rest.lstrip("0123456789")
        fraction = rest[: len(rest) - len(zone)]
        head += zone
    moment = datetime.fromisoformat(head)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no zone")
    time_ns = (moment - _EPOCH) // _SECOND * _NS + int(f"{fraction:0<9}"[:9])
    if not 0 <= time_ns <= LATEST_NS:
        raise ValueError(f"{text!r} cannot be stored")
    return time_ns


def rfc3339(time_ns: int) -> str:
    """Return a time as the vendor reads it.

    Examples
    --------
    >>> rfc3339(1_795_000_000_123_456_789)
    '2026-11-18T11:06:40.123456789Z'
    """
    moment = _EPOCH + timedelta(seconds=time_ns // _NS)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{time_ns % _NS:09d}Z"


def trading_day(time_ns: int) -> date:
    """Return the day in New York.

    Examples
    --------
    >>> trading_day(1_795_000_000_000_000_000)
    datetime.date(2026, 11, 18)
    """
    return datetime.fromtimestamp(time_ns / _NS, NEW_YORK).date()


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdigit() else None
