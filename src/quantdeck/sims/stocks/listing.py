"""The stocks and funds of the simulated market, and what is planted in each.

Names are those of well-known securities, everything else about them is made up: no price, figure or headline
of the simulator ever happened.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from quantdeck.sims.noise import generator
from quantdeck.sims.options.listed import Size

GENERATED = {Size.SMALL: 0, Size.MEDIUM: 40, Size.FULL: 500}
"""Companies that exist nowhere else, listed beside the others."""


class Kind(StrEnum):
    """What is listed, in the vendors' letters."""

    STOCK = "CS"
    FUND = "ETF"


@dataclass(frozen=True, slots=True)
class Split:
    """A split.

    Parameters
    ----------
    day : datetime.date
        First session at the new price.
    old, new : int
        So many shares become so many.
    """

    day: date
    old: int
    new: int

    @property
    def ratio(self) -> float:
        """New shares for one old one."""
        return self.new / self.old


@dataclass(frozen=True, slots=True)
class Stock:
    """One security.

    Parameters
    ----------
    symbol, name : str
        Ticker and name.
    kind : Kind
        Stock or fund.
    exchange : str
        Market identifier code of its primary exchange.
    price : float
        About what it costs on 2026-11-20, after every split planted. [USD]
    beta : float
        Exposure to the market's return.
    own_volatility : float
        Of what the market does not explain. [1/sqrt(year)]
    dividend_yield : float
        Continuous. [1/year]
    months : tuple of int
        In which dividends are paid.
    shares : float
        Outstanding, after every split planted. [millions]
    splits : tuple of Split
        By day.
    sic : tuple of str and str
        Industry code and its words; empty for funds.
    has_options : bool
        Whether options on it are listed.
    """

    symbol: str
    name: str
    kind: Kind
    exchange: str
    price: float
    beta: float
    own_volatility: float
    dividend_yield: float = 0.0
    months: tuple[int, ...] = ()
    shares: float = 1_000.0
    splits: tuple[Split, ...] = ()
    sic: tuple[str, str] = ("", "")
    has_options: bool = True

    @property
    def cik(self) -> str:
        """Made-up number at the securities commission."""
        return f"{generator(0, 'cik', self.symbol).integers(10_000, 2_000_000):010d}"

    @property
    def figi(self) -> str:
        """Made-up identifier."""
        return f"BBGSIM{generator(0, 'figi', self.symbol).integers(100_000, 999_999):06d}"


_NASDAQ, _NYSE, _ARCA = "XNAS", "XNYS", "ARCX"
_QUARTERS = ((1, 4, 7, 10), (2, 5, 8, 11), (3, 6, 9, 12))
_PHONES, _SOFTWARE = ("3571", "ELECTRONIC COMPUTERS"), ("7372", "SERVICES-PREPACKAGED SOFTWARE")
_CHIPS = ("3674", "SEMICONDUCTORS & RELATED DEVICES")
_RETAIL, _BANK = (
    ("5961", "RETAIL-CATALOG & MAIL-ORDER HOUSES"),
    ("6021", "NATIONAL COMMERCIAL BANKS"),
)
_OIL, _DRINKS = ("2911", "PETROLEUM REFINING"), ("2080", "BEVERAGES")
_ENGINES, _SEARCH = (
    ("3600", "ELECTRONIC & OTHER ELECTRICAL EQUIPMENT"),
    (
        "7370",
        "SERVICES-COMPUTER PROGRAMMING, DATA PROCESSING, ETC.",
    ),
)

STOCKS: tuple[Stock, ...] = (
    Stock("AAPL", "Apple Inc.", Kind.STOCK, _NASDAQ, 238.0, 1.15, 0.17, 0.005, _QUARTERS[1],
          15_100.0, (Split(date(2014, 6, 9), 1, 7), Split(date(2020, 8, 31), 1, 4)), _PHONES),
    Stock("MSFT", "Microsoft Corporation", Kind.STOCK, _NASDAQ, 462.0, 1.05, 0.15, 0.008,
          _QUARTERS[1], 7_430.0, (), _SOFTWARE),
    Stock("NVDA", "NVIDIA Corporation", Kind.STOCK, _NASDAQ, 171.0, 1.75, 0.34, 0.0005, _QUARTERS[2],
          24_400.0,
          (Split(date(2007, 9, 11), 2, 3), Split(date(2021, 7, 20), 1, 4),
           Split(date(2024, 6, 10), 1, 10)), _CHIPS),
    Stock("AMZN", "Amazon.com, Inc.", Kind.STOCK, _NASDAQ, 226.0, 1.25, 0.22, 0.0, (), 10_600.0,
          (Split(date(2022, 6, 6), 1, 20),), _RETAIL),
    Stock("GOOGL", "Alphabet Inc. Class A", Kind.STOCK, _NASDAQ, 189.0, 1.1, 0.19, 0.004,
          _QUARTERS[2], 12_100.0, (Split(date(2014, 4, 3), 1_000, 1_998), Split(date(2022, 7, 18), 1, 20)),
          _SEARCH),
    Stock("JPM", "JPMorgan Chase & Co.", Kind.STOCK, _NYSE, 268.0, 1.1, 0.17, 0.021, _QUARTERS[0],
          2_770.0, (), _BANK),
    Stock("XOM", "Exxon Mobil Corporation", Kind.STOCK, _NYSE, 112.0, 0.75, 0.19, 0.034,
          _QUARTERS[1], 4_310.0, (), _OIL),
    # A split that lies ahead of the day the simulator was made for: history changes when it comes.
    Stock("KO", "The Coca-Cola Company", Kind.STOCK, _NYSE, 35.4, 0.55, 0.11, 0.029, _QUARTERS[2],
          8_620.0, (Split(date(2012, 8, 13), 1, 2), Split(date(2026, 12, 7), 1, 2)), _DRINKS),
    Stock("GE", "General Electric Company", Kind.STOCK, _NYSE, 196.0, 1.2, 0.22, 0.007, _QUARTERS[0],
          1_060.0, (Split(date(2021, 8, 2), 8, 1),), _ENGINES),
    Stock("SPY", "SPDR S&P 500 ETF Trust", Kind.FUND, _ARCA, 678.0, 1.0, 0.003, 0.012, _QUARTERS[2],
          1_010.0),
    Stock("QQQ", "Invesco QQQ Trust, Series 1", Kind.FUND, _NASDAQ, 571.0, 1.2, 0.06, 0.006,
          _QUARTERS[2], 640.0),
    Stock("GLD", "SPDR Gold Shares", Kind.FUND, _ARCA, 312.0, 0.05, 0.15, 0.0, (), 330.0),
    Stock("TLT", "iShares 20+ Year Treasury Bond ETF", Kind.FUND, _NASDAQ, 91.0, -0.2, 0.13, 0.04,
          tuple(range(1, 13)), 560.0),
)  # fmt: skip
"""Securities that are always listed."""


@lru_cache(maxsize=4)
def listed_stocks(size: Size) -> dict[str, Stock]:
    """Return what is listed, by symbol.

    Parameters
    ----------
    size : Size
        How many generated companies there are beside the others.

    Examples
    --------
    >>> len(listed_stocks(Size.FULL)) - len(listed_stocks(Size.SMALL))
    500
    """
    made = [_generated(number) for number in range(GENERATED[size])]
    return {stock.symbol: stock for stock in sorted([*STOCKS, *made], key=lambda each: each.symbol)}


def _generated(number: int) -> Stock:
    rng = generator(0, "generated stock", number)
    high, low = divmod(number, 26)
    symbol = f"ZQ{chr(65 + high)}{chr(65 + low)}"
    pays = bool(rng.random() < 0.5)
    splits = (Split(date(2025, 3, 3), 1, 2),) if number % 10 == 0 else ()
    return Stock(
        symbol,
        f"Simulated Company {number + 1}",
        Kind.STOCK,
        _NASDAQ if number % 2 else _NYSE,
        price=round(float(rng.uniform(20.0, 300.0)), 2),
        beta=round(float(rng.uniform(0.4, 1.8)), 2),
        own_volatility=round(float(rng.uniform(0.15, 0.45)), 2),
        dividend_yield=round(float(rng.uniform(0.005, 0.04)), 3) if pays else 0.0,
        months=_QUARTERS[number % 3] if pays else (),
        shares=round(float(rng.uniform(20.0, 900.0)), 1),
        splits=splits,
        sic=_SOFTWARE,
        has_options=False,
    )
