"""What the simulated Yahoo lists: stocks and funds of the shared market, an index, and coins.

Names are those of well-known securities; no price of the simulator ever happened.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from quantdeck.sims.stocks.listing import STOCKS, Kind, Stock


class QuoteType(StrEnum):
    """What a symbol is, in Yahoo's words."""

    EQUITY = "EQUITY"
    ETF = "ETF"
    INDEX = "INDEX"
    COIN = "CRYPTOCURRENCY"


STREAM_TYPES = {
    QuoteType.EQUITY: 8,
    QuoteType.INDEX: 9,
    QuoteType.ETF: 20,
    QuoteType.COIN: 41,
}
"""Numbers of the kinds in the streamer's messages."""

_EXCHANGES = {
    "XNAS": ("NMS", "NasdaqGS"),
    "XNYS": ("NYQ", "NYSE"),
    "ARCX": ("PCX", "NYSEArca"),
}


@dataclass(frozen=True, slots=True)
class Coin:
    """A coin, traded at all hours against the dollar.

    Parameters
    ----------
    price : float
        Close of 2026-11-20. [USD]
    first : datetime.date
        Its first day.
    growth : float
        Mean change of the log price. [1/year]
    beta : float
        Exposure to the stock market's return.
    own_volatility : float
        Of what the market does not explain. [1/sqrt(year)]
    coins : float
        In circulation. [millions]
    """

    price: float
    first: date
    growth: float
    beta: float
    own_volatility: float
    coins: float


@dataclass(frozen=True, slots=True)
class Security:
    """One symbol.

    Parameters
    ----------
    symbol, name : str
        Yahoo's.
    kind : QuoteType
        What it is.
    exchange, exchange_name : str
        Yahoo's code and the words for it.
    zone : str
        Time zone of the exchange.
    stock : Stock or None
        In the shared market; None for coins.
    coin : Coin or None
        None for everything else.
    """

    symbol: str
    name: str
    kind: QuoteType
    exchange: str
    exchange_name: str
    zone: str = "America/New_York"
    stock: Stock | None = None
    coin: Coin | None = None

    @property
    def has_options(self) -> bool:
        """Whether options on it are listed."""
        return self.stock is not None and self.stock.has_options


def _of_stock(stock: Stock) -> Security:
    kind = QuoteType.ETF if stock.kind is Kind.FUND else QuoteType.EQUITY
    return Security(stock.symbol, stock.name, kind, *_EXCHANGES[stock.exchange], stock=stock)


_INDEX = Stock(
    "^GSPC", "S&P 500", Kind.FUND, "XNYS", 6_780.0, 1.0, 0.003, shares=5_200.0, has_options=False
)
_BITCOIN = Coin(91_500.0, date(2014, 9, 17), 0.40, 1.3, 0.52, 19.9)
_ETHER = Coin(3_150.0, date(2017, 11, 9), 0.26, 1.6, 0.64, 120.7)

SECURITIES: dict[str, Security] = {
    each.symbol: each
    for each in (
        *(_of_stock(stock) for stock in STOCKS),
        Security("^GSPC", "S&P 500", QuoteType.INDEX, "SNP", "SNP", stock=_INDEX),
        Security("BTC-USD", "Bitcoin USD", QuoteType.COIN, "CCC", "CCC", "UTC", coin=_BITCOIN),
        Security("ETH-USD", "Ethereum USD", QuoteType.COIN, "CCC", "CCC", "UTC", coin=_ETHER),
    )
}
"""Everything there is, by symbol."""

DELISTED = "GONE"
"""A symbol of which Yahoo says that it may be delisted."""
