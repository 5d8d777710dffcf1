"""Yahoo's bodies as they come: only what is read, and everything in them may be missing."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType, field

Numbers = list[float | None]


class Refused(Struct, frozen=True):
    """Why there is no result."""

    code: str = ""
    description: str = ""


class Period(Struct, frozen=True):
    """A part of a trading day, in seconds since 1970."""

    start: int
    end: int


class Periods(Struct, frozen=True):
    """The parts of the present trading day."""

    regular: Period | None = None


class Meta(Struct, frozen=True):
    """What a chart says of its symbol."""

    symbol: str = ""
    currency: str | None = None
    exchange: str = field(default="", name="exchangeName")
    kind: str = field(default="", name="instrumentType")
    zone: str = field(default="", name="exchangeTimezoneName")
    price_hint: int | None = field(default=None, name="priceHint")
    market_time: int | None = field(default=None, name="regularMarketTime")
    periods: Periods | None = field(default=None, name="currentTradingPeriod")


class Cash(Struct, frozen=True):
    """A dividend or a distribution."""

    amount: float
    date: int


class SplitEvent(Struct, frozen=True):
    """A split."""

    date: int
    numerator: float
    denominator: float


class Events(Struct, frozen=True):
    """What happened within a chart."""

    dividends: dict[str, Cash] = {}
    gains: dict[str, Cash] = field(default={}, name="capitalGains")
    splits: dict[str, SplitEvent] = {}


class Rows(Struct, frozen=True):
    """Columns of a chart."""

    open: Numbers | None = None
    high: Numbers | None = None
    low: Numbers | None = None
    close: Numbers | None = None
    volume: Numbers | None = None


class Indicators(Struct, frozen=True):
    """The columns, in a list of one."""

    quote: list[Rows] = []


class ChartResult(Struct, frozen=True):
    """One chart."""

    meta: Meta
    timestamp: list[int] = []
    events: Events | None = None
    indicators: Indicators = Indicators()


class ChartBody(Struct, frozen=True):
    """The object in the answer."""

    result: list[ChartResult] | None = None
    error: Refused | None = None


class Chart(Struct, frozen=True):
    """Answer of ``/v8/finance/chart``."""

    chart: ChartBody


class QuoteRow(Struct, frozen=True):
    """What is said of one symbol."""

    symbol: str
    price: float | None = field(default=None, name="regularMarketPrice")
    market_time: int | None = field(default=None, name="regularMarketTime")
    state: str = field(default="", name="marketState")
    currency: str | None = None
    bid: float | None = None
    ask: float | None = None
    bid_size: float | None = field(default=None, name="bidSize")
    ask_size: float | None = field(default=None, name="askSize")
    volume: float | None = field(default=None, name="regularMarketVolume")
    previous_close: float | None = field(default=None, name="regularMarketPreviousClose")
    kind: str = field(default="", name="quoteType")
    exchange: str = ""
    delayed_min: float | None = field(default=None, name="exchangeDataDelayedBy")


class QuoteBody(Struct, frozen=True):
    """The object in the answer."""

    result: list[QuoteRow] | None = None
    error: Refused | None = None


class QuoteAnswer(Struct, frozen=True):
    """Answer of ``/v7/finance/quote``."""

    quotes: QuoteBody = field(name="quoteResponse")


class OptionRow(Struct, frozen=True):
    """One contract."""

    name: str = field(name="contractSymbol")
    strike: float
    bid: float | None = None
    ask: float | None = None
    volume: float | None = None
    open_interest: float | None = field(default=None, name="openInterest")
    last_trade: int | None = field(default=None, name="lastTradeDate")


class OptionsOfExpiry(Struct, frozen=True):
    """The contracts of one expiry."""

    expiry: int = field(name="expirationDate")
    calls: list[OptionRow] = []
    puts: list[OptionRow] = []


class OptionResult(Struct, frozen=True):
    """What is listed on an underlying."""

    underlying: str = field(default="", name="underlyingSymbol")
    expiries: list[int] = field(default=[], name="expirationDates")
    quote: QuoteRow | None = None
    options: list[OptionsOfExpiry] = []


class OptionBody(Struct, frozen=True):
    """The object in the answer."""

    result: list[OptionResult] | None = None
    error: Refused | None = None


class OptionAnswer(Struct, frozen=True):
    """Answer of ``/v7/finance/options``."""

    chain: OptionBody = field(name="optionChain")


class AnyAnswer(Struct, frozen=True):
    """Of an answer that refuses: the error in whichever object it is."""

    chart: ChartBody | UnsetType = UNSET
    finance: ChartBody | UnsetType = UNSET
    chain: OptionBody | UnsetType = field(default=UNSET, name="optionChain")
    quotes: QuoteBody | UnsetType = field(default=UNSET, name="quoteResponse")

    @property
    def error(self) -> Refused | None:
        """Why there is no result."""
        bodies = (self.chart, self.finance, self.chain, self.quotes)
        return next((each.error for each in bodies if each is not UNSET and each.error), None)
