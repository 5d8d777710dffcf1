"""What a strategy is worth at expiry: a line of straight pieces, its zeros and its ends."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.strategies.types import LegKind
from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from quantdeck.analytics.strategies.types import Leg, Strategy
    from quantdeck.analytics.types import FloatArray

# What rounding leaves of a profit that is nought, as a share of the prices it is made of.
_ROUNDING = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class PayoffLine:
    """Profit by the price of the underlying, linear between points; for prices from 0.

    Parameters
    ----------
    prices : array of shape (n,)
        Strictly ascending, the first 0. [price]
    profits : array of shape (n,)
        At these prices. [price]
    last_slope : float
        Beyond the last price.
    is_exact : bool
        False where a curve was drawn through points, as for legs that live on.
    """

    prices: FloatArray
    profits: FloatArray
    last_slope: float
    is_exact: bool = True

    def __post_init__(self) -> None:
        x, y = self.prices, self.profits
        if x.ndim != 1 or x.shape != y.shape or not len(x) or x[0] != 0.0:
            raise BadInput("a payoff line needs as many profits as prices, and the first price 0")
        if not (np.all(np.isfinite(y)) and np.all(np.diff(x) > 0.0)):
            raise BadInput("prices of a payoff line must ascend and its profits be finite")

    def at(self, prices: ArrayLike) -> FloatArray:
        """Return the profit at prices.

        Parameters
        ----------
        prices : array_like
            Any shape, >= 0. [price]

        Returns
        -------
        array
            Of the same shape; NaN below 0. [price]
        """
        s = np.asarray(prices, np.float64)
        beyond = np.maximum(s - self.prices[-1], 0.0)
        found = np.interp(s, self.prices, self.profits) + self.last_slope * beyond
        return np.where(s >= 0.0, found, np.nan)

    @property
    def slopes(self) -> FloatArray:
        """Slope right of each of the prices."""
        inner = np.diff(self.profits) / np.diff(self.prices)
        return np.append(inner, self.last_slope)

    @property
    def scale(self) -> float:
        """Size of the figures it is made of, against which rounding is judged. [price]."""
        return float(max(1e-12, np.abs(self.profits).max(), np.abs(self.prices).max()))


@dataclass(frozen=True, slots=True)
class Extremes:
    """The most that can be lost and gained.

    Parameters
    ----------
    max_loss : float
        As a positive number; 0 where nothing can be lost, infinite where there is no limit. [price]
    max_profit : float
        Negative where every outcome loses; infinite where there is no limit. [price]
    loss_at, profit_at : float
        Price of the underlying where; infinite where there is no limit. [price]
    """

    max_loss: float
    max_profit: float
    loss_at: float
    profit_at: float

    @property
    def loss_is_unlimited(self) -> bool:
        """Whether losses grow with the price of the underlying without end."""
        return math.isinf(self.max_loss)

    @property
    def profit_is_unlimited(self) -> bool:
        """Whether profits grow with the price of the underlying without end."""
        return math.isinf(self.max_profit)


def payoff(strategy: Strategy, prices: ArrayLike, *, discount: float = 1.0) -> FloatArray:
    """Return D sum_i n_i X_i(S) - sum_i n_i p_i, the profit at expiry.

    Parameters
    ----------
    strategy : Strategy
        All options expire together.
    prices : array_like
        Of the underlying at expiry, any shape. [price]
    discount : float
        Value now of one at expiry. 1, as brokers have it, leaves interest on premiums out; with the
        market's, profits are in money of today.

    Returns
    -------
    array
        Profit per unit of the underlying, of the shape of the prices. [price]

    Raises
    ------
    BadInput
        If options expire at different times: see `quantdeck.analytics.strategies.profit_line`.

    Notes
    -----
    X is max(S - K, 0) of calls, max(K - S, 0) of puts, S of shares and 1 of cash; n the quantity and p
    the premium. Dividends of shares are not counted.

    Examples
    --------
    >>> from quantdeck.analytics.strategies.types import Leg, Strategy
    >>> spread = Strategy("Call spread", (Leg("call", 100, 1, 6.0), Leg("call", 110, -1, 2.0)))
    >>> payoff(spread, [95.0, 104.0, 120.0])
    array([-4.,  0.,  6.])
    """
    return payoff_line(strategy, discount=discount).at(prices)


def payoff_line(strategy: Strategy, *, discount: float = 1.0) -> PayoffLine:
    """Return the profit at expiry as a line with a bend at every strike.

    Parameters
    ----------
    strategy : Strategy
        All options expire together.
    discount : float
        As in `payoff`.

    Returns
    -------
    PayoffLine
        Exact.

    Raises
    ------
    BadInput
        If options expire at different times, or the discount factor is not positive.

    Examples
    --------
    >>> from quantdeck.analytics.strategies.types import Leg, Strategy
    >>> line = payoff_line(Strategy("Put", (Leg("put", 100, 1, 6.0),)))
    >>> line.prices, line.profits, line.last_slope
    (array([  0., 100.]), array([94., -6.]), 0.0)
    """
    if not strategy.has_one_expiry:
        raise BadInput(
            f"{strategy.name} has options of several expiries: its profit at the first is a curve "
            "that depends on volatility; use profit_line"
        )
    if not (math.isfinite(discount) and discount > 0.0):
        raise BadInput(f"a discount factor is above 0, was {discount}", field="discount")
    prices = np.array((0.0, *strategy.strikes), np.float64)
    paid = sum((_paid(leg, prices) for leg in strategy.legs), np.zeros(len(prices)))
    rises = sum(leg.quantity for leg in strategy.legs if leg.kind in {LegKind.CALL, LegKind.SHARE})
    return PayoffLine(prices, discount * paid - strategy.cost, discount * float(rises))


def breakevens(line: PayoffLine, *, target: float = 0.0) -> tuple[float, ...]:
    """Return the prices at which a profit becomes a loss, nought, or the other way round.

    Parameters
    ----------
    line : PayoffLine
        Profit by price.
    target : float
        Profit that divides gains from losses. [price]

    Returns
    -------
    tuple of float
        Ascending. A price where the profit only touches nought is none of them; of a stretch without
        profit or loss its ends are. [price]

    Examples
    --------
    >>> from quantdeck.analytics.strategies.types import Leg, Strategy
    >>> straddle = Strategy("Straddle", (Leg("call", 100, 1, 6.0), Leg("put", 100, 1, 5.0)))
    >>> breakevens(payoff_line(straddle))
    (89.0, 111.0)
    """
    prices, signs = pieces(line, target=target)
    return tuple(prices[i] for i in range(1, len(prices)) if signs[i] != signs[i - 1])


def pieces(line: PayoffLine, *, target: float = 0.0) -> tuple[list[float], list[int]]:
    """Return the starts of the stretches on which the profit has one sign, and these signs.

    Parameters
    ----------
    line : PayoffLine
        Profit by price.
    target : float
        What it is compared with. [price]

    Returns
    -------
    tuple of list of float and list of int
        Ascending prices, the first 0, each with 1, 0 or -1 for the stretch up to the next; neighbours may
        have the same sign. What rounding leaves of nought counts as nought.
    """
    limit = rounding_of(line.scale)
    y = line.profits - target
    levels: list[float] = np.where(np.abs(y) <= limit, 0.0, y).tolist()
    xs: list[float] = line.prices.tolist()
    starts: list[float] = []
    signs: list[int] = []
    for i, (x, level) in enumerate(zip(xs, levels, strict=True)):
        is_last = i + 1 == len(xs)
        if is_last:
            slope = line.last_slope if abs(line.last_slope) > _ROUNDING else 0.0
            after = _sign(slope)
            width = math.inf
        else:
            after = _sign(levels[i + 1])
            width = xs[i + 1] - x
            slope = (levels[i + 1] - level) / width
        here = _sign(level)
        starts.append(x)
        if here * after >= 0:
            signs.append(here or after)
            continue
        signs.append(here)
        starts.append(x - level / slope)
        signs.append(after)
    return starts, signs


def extremes(line: PayoffLine) -> Extremes:
    """Return the largest loss and the largest profit over all prices from 0.

    Parameters
    ----------
    line : PayoffLine
        Profit by price.

    Returns
    -------
    Extremes
        Infinite where the last slope says so.

    Notes
    -----
    Between bends a line is largest at one of them; beyond the last one its slope decides.

    Examples
    --------
    >>> from quantdeck.analytics.strategies.types import Leg, Strategy
    >>> found = extremes(payoff_line(Strategy("Short call", (Leg("call", 100, -1, 6.0),))))
    >>> found.max_profit, found.loss_is_unlimited
    (6.0, True)
    """
    worst, best = int(np.argmin(line.profits)), int(np.argmax(line.profits))
    max_loss, loss_at = max(0.0, -float(line.profits[worst])), float(line.prices[worst])
    max_profit, profit_at = float(line.profits[best]), float(line.prices[best])
    if line.last_slope < -_ROUNDING:
        max_loss, loss_at = math.inf, math.inf
    if line.last_slope > _ROUNDING:
        max_profit, profit_at = math.inf, math.inf
    return Extremes(max_loss, max_profit, loss_at, profit_at)


def rounding_of(scale: float) -> float:
    """Return what rounding leaves of nought among figures of a size.

    Parameters
    ----------
    scale : float
        Their size.

    Returns
    -------
    float
        Profits up to it count as nought.
    """
    return _ROUNDING * scale


def _paid(leg: Leg, prices: FloatArray) -> FloatArray:
    match leg.kind:
        case LegKind.CALL:
            return leg.quantity * np.maximum(prices - leg.strike, 0.0)
        case LegKind.PUT:
            return leg.quantity * np.maximum(leg.strike - prices, 0.0)
        case LegKind.SHARE:
            return leg.quantity * prices
        case _:
            return np.full(len(prices), leg.quantity)


def _sign(level: float) -> int:
    return (level > 0.0) - (level < 0.0)
