"""What the simulated venue lists, with the planted parameters of each price."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Listing:
    """One perpetual and its spot twin, or a dated future.

    Parameters
    ----------
    symbol, base : str
        Venue's spelling and the coin; the quote currency is USDT throughout.
    price : float
        Price about which the process wanders. [USDT]
    annual_volatility : float
        Of log returns, before jumps. [1/sqrt(year)]
    tick_digits, price_digits : int
        The tick is 10 ** -tick_digits; prices are written with price_digits decimals.
    lot_digits : int
        The lot is 10 ** -lot_digits coins.
    orders_per_second : float
        Mean count of taker orders at rate 1.
    order_size : float
        Median of a taker order. [coins]
    pair : str
        Of a dated future: symbol of the perpetual of the same coin.
    delivery_ms : int
        Of a dated future: when it is delivered, UTC. 0 otherwise. [ms]
    """

    symbol: str
    base: str
    price: float
    annual_volatility: float
    tick_digits: int
    price_digits: int
    lot_digits: int
    orders_per_second: float
    order_size: float
    pair: str = ""
    delivery_ms: int = 0

    @property
    def tick(self) -> float:
        """Smallest price step, in USDT."""
        return 10.0**-self.tick_digits

    @property
    def lot(self) -> float:
        """Smallest quantity step, in coins."""
        return 10.0**-self.lot_digits


@dataclass(frozen=True, slots=True)
class PlantedPair:
    """Two symbols whose log prices are cointegrated.

    log(y) = intercept + hedge_ratio * log(x) + spread, where the spread is an Ornstein-Uhlenbeck
    process with mean 0.

    Parameters
    ----------
    y, x : str
        Symbols.
    hedge_ratio : float
        Of log prices.
    half_life_s : float
        Of a deviation of the spread. [s]
    spread_deviation : float
        Stationary standard deviation of the spread, in log price.
    """

    y: str
    x: str
    hedge_ratio: float
    half_life_s: float
    spread_deviation: float


LISTINGS: tuple[Listing, ...] = (
    Listing("BTCUSDT", "BTC", 61_000.0, 0.85, 1, 2, 3, 12.0, 0.03),
    Listing("ETHUSDT", "ETH", 2_600.0, 0.95, 2, 2, 3, 10.0, 0.5),
    Listing("SOLUSDT", "SOL", 150.0, 1.10, 2, 4, 2, 7.0, 6.0),
    Listing("BNBUSDT", "BNB", 580.0, 0.70, 2, 3, 2, 4.0, 1.2),
    Listing("XRPUSDT", "XRP", 0.55, 1.00, 4, 4, 1, 5.0, 900.0),
    Listing("DOGEUSDT", "DOGE", 0.12, 1.20, 5, 6, 0, 5.0, 3_500.0),
    Listing("ADAUSDT", "ADA", 0.38, 1.05, 4, 5, 0, 3.0, 1_200.0),
    Listing("AVAXUSDT", "AVAX", 26.0, 1.10, 3, 4, 0, 3.0, 18.0),
    Listing("LINKUSDT", "LINK", 11.5, 1.00, 3, 3, 2, 3.0, 40.0),
    Listing("LTCUSDT", "LTC", 68.0, 0.90, 2, 2, 3, 2.5, 6.0),
    Listing("DOTUSDT", "DOT", 4.3, 1.00, 3, 3, 1, 2.5, 90.0),
    Listing("TRXUSDT", "TRX", 0.16, 0.60, 5, 5, 0, 2.0, 2_500.0),
)
"""In order of turnover. Prices and sizes are invented, steps are those of real listings."""

PAIRS: tuple[PlantedPair, ...] = (
    PlantedPair("ETHUSDT", "BTCUSDT", 1.15, 8.0, 0.0006),
    PlantedPair("AVAXUSDT", "SOLUSDT", 0.90, 300.0, 0.0012),
    PlantedPair("ADAUSDT", "XRPUSDT", 1.10, 1_200.0, 0.0030),
)
"""Cointegrated pairs; every other two symbols are independent random walks."""
