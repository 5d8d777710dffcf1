"""Everything that is said of one strategy: limits, breakevens, odds three ways, greeks, margin."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.strategies.chain_legs import deviation_of
from quantdeck.analytics.strategies.laws import Lognormal, SmileLaw
from quantdeck.analytics.strategies.margin import margin
from quantdeck.analytics.strategies.odds import Odds, above_target, odds, touch_probability
from quantdeck.analytics.strategies.payoff import breakevens, extremes
from quantdeck.analytics.strategies.simulation import PATHS, lognormal_sampler, pop_simulated
from quantdeck.analytics.strategies.types import LegKind
from quantdeck.analytics.strategies.value import profit_line, strategy_greeks, value
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.analytics.options.surface import FittedSmile
    from quantdeck.analytics.strategies.chain_legs import QuotedStrategy
    from quantdeck.analytics.strategies.laws import PriceLaw
    from quantdeck.analytics.strategies.margin import Margin
    from quantdeck.analytics.strategies.payoff import Extremes, PayoffLine
    from quantdeck.analytics.strategies.types import Strategy
    from quantdeck.analytics.strategies.value import StrategyGreeks
    from quantdeck.analytics.types import FloatArray

_POINTS = 161
_DEVIATIONS = 3.5
_NEARLY = 1.0 - 1e-6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Market:
    """What a strategy is judged against.

    Parameters
    ----------
    spot : float
        Price of the underlying now. [price]
    forward : float
        To the strategy's horizon; of put-call parity where there are quotes. [price]
    discount : float
        Value now of one at the horizon.
    deviation : float
        sigma sqrt(tau) at the money, of the lognormal price.
    smile : FittedSmile or None
        Of the horizon's expiry; without it nothing is said of what the smile implies.
    is_index : bool
        Whether the underlying is a broad index, for the margin.
    drift : float or None
        A view of one's own of the price's mean, for one more line of odds: growth a year, continuously
        compounded. [1/year]
    """

    spot: float
    forward: float
    discount: float
    deviation: float
    smile: FittedSmile | None = None
    is_index: bool = False
    drift: float | None = None

    def __post_init__(self) -> None:
        if not min(self.spot, self.forward, self.discount, self.deviation) > 0.0:
            raise BadInput(
                f"spot, forward, discount and deviation must be above 0, were {self.spot}, "
                f"{self.forward}, {self.discount} and {self.deviation}"
            )


@dataclass(frozen=True, slots=True, eq=False)
class StrategyStudy:
    """What is said of a strategy, per unit of the underlying.

    Parameters
    ----------
    strategy : Strategy
        Which.
    market : Market
        What it was judged against.
    line : PayoffLine
        Profit at the horizon, without interest on premiums.
    extremes : Extremes
        Largest loss and profit.
    breakevens : tuple of float
        Where the profit passes nought. [price]
    odds : tuple of Odds
        Lognormal, smile-implied where there is a smile, simulated, and of a view where there is one. The
        chance is that of a profit without interest on premiums; gains and losses are in money of today, with
        the dividends that the forward implies for shares.
    full_profit, full_loss, half_profit : float
        Chance, by the first law but for the smile-implied one where there is one, that the largest profit is
        kept, that the largest loss is taken, and that half of the largest profit is exceeded; NaN where there
        is no such limit.
    touches : tuple of float
        Chance that each breakeven is touched before the horizon, lognormal.
    greeks : StrategyGreeks or None
        Now; None where legs have no volatility.
    margin : Margin
        Estimate.
    """

    strategy: Strategy
    market: Market
    line: PayoffLine
    extremes: Extremes
    breakevens: tuple[float, ...]
    odds: tuple[Odds, ...]
    full_profit: float
    full_loss: float
    half_profit: float
    touches: tuple[float, ...]
    greeks: StrategyGreeks | None
    margin: Margin

    @property
    def best_odds(self) -> Odds:
        """Those of the smile where there is one, else of the lognormal price."""
        return self.odds[1] if self.market.smile is not None else self.odds[0]

    @property
    def return_on_risk(self) -> float:
        """Expected profit over the largest loss; NaN where that has no limit, or is nought."""
        most = self.extremes.max_loss
        if not 0.0 < most < math.inf:
            return math.nan
        return self.best_odds.expected_profit / most


def study_strategy(
    strategy: Strategy, market: Market, *, paths: int = PATHS, seed: int = 7, vol_shift: float = 0.0
) -> StrategyStudy:
    """Return limits, breakevens, odds, greeks and margin of a strategy.

    Parameters
    ----------
    strategy : Strategy
        Legs with premiums; those that live on, or that have greeks, with expiry and volatility.
    market : Market
        What it is judged against.
    paths : int
        Of the simulated odds; 0 leaves them out.
    seed : int
        Of the simulation.
    vol_shift : float
        Added to the volatility of legs that live on past the horizon. [1/sqrt(year)]

    Returns
    -------
    StrategyStudy
        Everything.

    Raises
    ------
    BadInput
        If a leg lacks what it needs.

    Examples
    --------
    >>> from quantdeck.analytics.strategies.types import Leg, Strategy
    >>> legs = Leg("put", 95, -1, 1.4), Leg("put", 90, 1, 0.5)
    >>> market = Market(spot=100.0, forward=100.3, discount=0.997, deviation=0.06)
    >>> found = study_strategy(Strategy("Put spread", legs), market)
    >>> found.extremes.max_loss, found.breakevens, round(found.best_odds.probability, 2)
    (4.1, (94.1,), 0.85)
    """
    line = profit_line(strategy, vol_shift=vol_shift)
    today = _with_dividends(
        profit_line(strategy, discount=market.discount, vol_shift=vol_shift), strategy, market
    )
    laws = _laws(strategy, market)
    found = [_of_today(odds(line, law), odds(today, law)) for law in laws]
    if paths:
        sampler = lognormal_sampler(market.forward, market.deviation)
        text = f"simulated, {paths:,} paths"
        plain = pop_simulated(line.at, sampler, paths=paths, seed=seed, measure=text)
        worth = pop_simulated(today.at, sampler, paths=paths, seed=seed)
        found.append(_of_today(plain, worth))
    limits = extremes(line)
    best = laws[1] if market.smile is not None else laws[0]
    zeros = breakevens(line)
    return StrategyStudy(
        strategy=strategy,
        market=market,
        line=line,
        extremes=limits,
        breakevens=zeros,
        odds=tuple(found),
        full_profit=_exceeds(line, limits.max_profit, _NEARLY, best),
        full_loss=_full_loss(line, limits.max_loss, best),
        half_profit=_exceeds(line, limits.max_profit, 0.5, best),
        touches=tuple(
            touch_probability(
                x, spot=market.spot, forward=market.forward, deviation=market.deviation
            )
            for x in zeros
        ),
        greeks=_greeks(strategy, market.spot),
        margin=margin(strategy, market.spot, is_index=market.is_index),
    )


def market_of(quoted: QuotedStrategy, *, drift: float | None = None) -> Market:
    """Return what a strategy on quoted chains is judged against.

    Parameters
    ----------
    quoted : QuotedStrategy
        With its near expiry.
    drift : float, optional
        A view of one's own. [1/year]

    Returns
    -------
    Market
        Of the near expiry.

    Raises
    ------
    NoData
        If the chain has no volatilities.
    """
    near = quoted.near
    smile = near.smile
    if smile is None:
        raise NoData(f"{near.name} has no volatilities: {near.refusal}")
    spot = smile.spot if smile.spot > 0.0 else smile.discount * smile.forward
    fitted = near.fitted
    if fitted is not None and fitted.fit.density_least < 0.0:
        fitted = None
    return Market(
        spot=spot,
        forward=smile.forward,
        discount=smile.discount,
        deviation=deviation_of(near),
        smile=fitted,
        is_index=near.chain.style.value == "european",
        drift=drift,
    )


def chart_prices(strategy: Strategy, market: Market) -> FloatArray:
    """Return prices for a chart of the profit: three and a half deviations, and all strikes.

    Parameters
    ----------
    strategy : Strategy
        Whose strikes are among them.
    market : Market
        Where the middle and the deviation come from.

    Returns
    -------
    array
        Ascending. [price]
    """
    strikes = np.array(strategy.strikes)
    reach = _DEVIATIONS * market.deviation * market.forward
    low = min(market.forward - reach, float(strikes.min(initial=market.spot)) - 0.25 * reach)
    high = max(market.forward + reach, float(strikes.max(initial=market.spot)) + 0.25 * reach)
    grid = np.linspace(max(low, 0.01 * market.spot), high, _POINTS)
    return np.unique(np.concatenate((grid, strikes)))


def profit_at(
    strategy: Strategy, prices: FloatArray, *, elapsed_days: float, vol_shift: float = 0.0
) -> FloatArray:
    """Return the profit at a later date: value of the legs then, less their cost.

    Parameters
    ----------
    strategy : Strategy
        Every option with expiry and volatility.
    prices : array of shape (n,)
        Of the underlying. [price]
    elapsed_days : float
        From now. [days]
    vol_shift : float
        Added to the volatility of every leg. [1/sqrt(year)]

    Returns
    -------
    array of shape (n,)
        [price]
    """
    worth = value(strategy, prices, elapsed_days=elapsed_days, vol_shift=vol_shift)
    return worth - strategy.cost


def _laws(strategy: Strategy, market: Market) -> Sequence[PriceLaw]:
    laws: list[PriceLaw] = [Lognormal(market.forward, market.deviation)]
    if market.smile is not None:
        laws.append(SmileLaw(market.smile))
    days = strategy.horizon_days
    if market.drift is not None and days > 0.0:
        mean = market.spot * math.exp(market.drift * days / 365.0)
        text = f"own view, {100.0 * market.drift:+.3g} % a year"
        laws.append(Lognormal(mean, market.deviation, text))
    return laws


def _with_dividends(line: PayoffLine, strategy: Strategy, market: Market) -> PayoffLine:
    shares = sum(leg.quantity for leg in strategy.legs if leg.kind is LegKind.SHARE)
    if not shares:
        return line
    # S - D F is what the holder of a share gets until the horizon, worth as much today.
    paid = shares * (market.spot - market.discount * market.forward)
    return replace(line, profits=line.profits + paid)


def _of_today(plain: Odds, worth: Odds) -> Odds:
    return replace(worth, measure=plain.measure, probability=plain.probability, error=plain.error)


def _exceeds(line: PayoffLine, limit: float, share: float, law: PriceLaw) -> float:
    if not 0.0 < limit < math.inf:
        return math.nan
    return odds(above_target(line, share * limit), law).probability


def _full_loss(line: PayoffLine, limit: float, law: PriceLaw) -> float:
    if not 0.0 < limit < math.inf:
        return math.nan
    return 1.0 - odds(above_target(line, -_NEARLY * limit), law).probability


def _greeks(strategy: Strategy, spot: float) -> StrategyGreeks | None:
    known = all(leg.expiry_days > 0.0 and leg.volatility > 0.0 for leg in strategy.options)
    return strategy_greeks(strategy, spot) if known else None
