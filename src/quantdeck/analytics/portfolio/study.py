"""Everything a portfolio is told by, from the prices of its assets, at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from quantdeck.analytics.common_sessions import common_sessions
from quantdeck.analytics.performance.checks import rate_per_period
from quantdeck.analytics.performance.drawdown import drawdowns
from quantdeck.analytics.performance.growth import wealth_index
from quantdeck.analytics.portfolio.attribution import attribution
from quantdeck.analytics.portfolio.contributions import equal_risk_weights, risk_contributions
from quantdeck.analytics.portfolio.correlations import correlation_matrix
from quantdeck.analytics.portfolio.factors import factor_exposure
from quantdeck.analytics.portfolio.kelly import kelly_fraction, kelly_weights
from quantdeck.analytics.portfolio.weights import equal_weights, portfolio_path
from quantdeck.analytics.risk.figures import FigureRules, return_figures
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quantdeck.analytics.common_sessions import CommonSessions
    from quantdeck.analytics.portfolio.attribution import Attribution
    from quantdeck.analytics.portfolio.contributions import RiskContributions
    from quantdeck.analytics.portfolio.correlations import CorrelationMatrix
    from quantdeck.analytics.portfolio.factors import FactorExposure
    from quantdeck.analytics.portfolio.kelly import KellyFraction
    from quantdeck.analytics.portfolio.weights import PortfolioPath, Rebalance
    from quantdeck.analytics.price_series import PriceSeries
    from quantdeck.analytics.risk.figures import ReturnFigure
    from quantdeck.analytics.types import FloatArray, IntArray

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class PortfolioRules:
    """Conventions of a study.

    Parameters
    ----------
    rebalance : {"never", "every", "day", "week", "month", "quarter", "year"}
        When weights go back to their targets.
    annual_rate : float
        Riskless rate, effective annual. [decimal]
    cap : float
        Largest leverage that Kelly's capped fraction may ask for.
    level : float
        Confidence of the tail losses.
    """

    rebalance: Rebalance = "month"
    annual_rate: float = 0.0
    cap: float = 1.0
    level: float = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class PortfolioStudy:
    """A portfolio of m assets. Rows of n + 1 stand at closes, those of n at the second to last.

    Parameters
    ----------
    assets : tuple of PriceSeries
        What it holds.
    weights : array of shape (m,)
        Targets; what they lack to 1 is cash that earns nothing.
    rules : PortfolioRules
        Conventions.
    ts_ns : array of shape (n + 1,)
        When the closes that all have stand, UTC. [ns]
    left_out, outside : tuple of int
        Bars of each asset, then of the factors, that another lacks within the span in common, and
        before or after it.
    periods_per_year : float
        Of the asset or factor that trades least often.
    returns : array of shape (n, m)
        Of the assets. [decimal]
    path : PortfolioPath
        Returns, drifting weights and contributions.
    wealth, underwater : array of shape (n + 1,)
        What 1 became, and how far it is below its highest so far. [decimal]
    asset_wealth : array of shape (n + 1, m)
        What 1 in each asset became.
    figures : tuple of ReturnFigure
        Of the portfolio; against the first factor where there is one.
    asset_figures : tuple of tuple of ReturnFigure
        Of each asset alone, over the same closes.
    attribution : Attribution
        Which asset brought how much; sums to the return.
    correlation : CorrelationMatrix
        Of the assets.
    contributions : RiskContributions or None
        Which asset brings how much of the volatility, at the target weights.
    contributions_reason : str
        Why not.
    equal_risk : array of shape (m,) or None
        Weights whose contributions would be equal.
    factors : tuple of PriceSeries
        Market first.
    exposure : FactorExposure or None
        Of the portfolio's excess returns to those of the factors.
    exposure_reason : str
        Why not.
    kelly : KellyFraction or None
        Of the portfolio as a whole.
    kelly_reason : str
        Why not.
    kelly_weights : array of shape (m,) or None
        Full Kelly of the assets together.
    asset_kelly : tuple of KellyFraction or None
        Of each asset alone.
    """

    assets: tuple[PriceSeries, ...]
    weights: FloatArray
    rules: PortfolioRules
    ts_ns: IntArray
    left_out: tuple[int, ...]
    outside: tuple[int, ...]
    periods_per_year: float
    returns: FloatArray
    path: PortfolioPath
    wealth: FloatArray
    underwater: FloatArray
    asset_wealth: FloatArray
    figures: tuple[ReturnFigure, ...]
    asset_figures: tuple[tuple[ReturnFigure, ...], ...]
    attribution: Attribution
    correlation: CorrelationMatrix
    contributions: RiskContributions | None
    contributions_reason: str
    equal_risk: FloatArray | None
    factors: tuple[PriceSeries, ...]
    exposure: FactorExposure | None
    exposure_reason: str
    kelly: KellyFraction | None
    kelly_reason: str
    kelly_weights: FloatArray | None
    asset_kelly: tuple[KellyFraction | None, ...]

    @property
    def symbols(self) -> tuple[str, ...]:
        """Canonical symbols of the assets."""
        return tuple(each.symbol for each in self.assets)

    def figure(self, name: str) -> ReturnFigure:
        """Return a figure of the portfolio by the name that METRICS has.

        Raises
        ------
        BadInput
            If there is none of that name.
        """
        for each in self.figures:
            if each.name == name:
                return each
        raise BadInput(f"the study has no figure {name!r}", field="name")


def study_portfolio(
    assets: Sequence[PriceSeries],
    weights: Sequence[float] | FloatArray | None = None,
    *,
    factors: Sequence[PriceSeries] = (),
    rules: PortfolioRules | None = None,
) -> PortfolioStudy:
    """Return path, attribution, correlation, exposures, Kelly and risk shares of a portfolio.

    Parameters
    ----------
    assets : sequence of PriceSeries
        What it holds, each once; closed bars of one interval, at best adjusted.
    weights : sequence of float, optional
        Target of each; equal ones if None. Negative ones are short.
    factors : sequence of PriceSeries
        What the returns are explained by, the market first; their returns in excess of the riskless
        rate.
    rules : PortfolioRules, optional
        Conventions.

    Returns
    -------
    PortfolioStudy
        Over the closes that all assets and factors have, nothing carried forward.

    Raises
    ------
    BadInput
        If there is no asset, one is there twice, intervals differ, or a weight makes no sense.
    NoData
        If fewer than four closes are in common, or the portfolio loses all it has.

    Examples
    --------
    >>> from quantdeck.analytics.price_series import PriceSeries
    >>> day, dice = 86_400_000_000_000, np.random.default_rng(7)
    >>> def prices(symbol):
    ...     close = 100.0 * np.exp(np.cumsum(dice.normal(0.0005, 0.01, 300)))
    ...     return PriceSeries(symbol, "1d", day, day * np.arange(300), *[close] * 6)
    >>> found = study_portfolio([prices("US:A"), prices("US:B")], [0.6, 0.4])
    >>> bool(np.isclose(found.attribution.contributions.sum(), found.attribution.total))
    True
    """
    chosen = rules or PortfolioRules()
    target = _target(assets, weights)
    common = common_sessions([*assets, *factors])
    if len(common.closes) < 4:
        raise NoData(
            f"{len(common.closes)} closes are in common; a portfolio needs four: leave out the "
            "asset with the shortest history"
        )
    annual, m = common.periods_per_year, len(assets)
    everything = common.returns()
    returns, of_factors = np.ascontiguousarray(everything[:, :m]), everything[:, m:]
    days = common.ts_ns[1:].astype("datetime64[ns]").astype("datetime64[D]")
    path = portfolio_path(returns, target, rebalance=chosen.rebalance, days=days)
    wealth = wealth_index(path.returns)
    one = FigureRules(periods_per_year=annual, annual_rate=chosen.annual_rate, level=chosen.level)
    market = np.ascontiguousarray(of_factors[:, 0]) if len(factors) else None
    shares, no_shares = _attempt(
        lambda: risk_contributions(returns, target, periods_per_year=annual)
    )
    kelly, no_kelly = _attempt(
        lambda: kelly_fraction(
            path.returns,
            periods_per_year=annual,
            annual_rate=chosen.annual_rate,
            cap=chosen.cap,
        )
    )
    exposure, no_exposure = _exposure(path.returns, of_factors, factors, chosen, common)
    return PortfolioStudy(
        assets=tuple(assets),
        weights=target,
        rules=chosen,
        ts_ns=common.ts_ns,
        left_out=common.left_out,
        outside=common.outside,
        periods_per_year=annual,
        returns=returns,
        path=path,
        wealth=wealth,
        underwater=drawdowns(wealth),
        asset_wealth=common.closes[:, :m] / common.closes[0, :m],
        figures=return_figures(path.returns, one, benchmark=market),
        asset_figures=tuple(return_figures(column, one) for column in returns.T),
        attribution=attribution(path),
        correlation=correlation_matrix(returns),
        contributions=shares,
        contributions_reason=no_shares,
        equal_risk=_attempt(lambda: equal_risk_weights(returns))[0],
        factors=tuple(factors),
        exposure=exposure,
        exposure_reason=no_exposure,
        kelly=kelly,
        kelly_reason=no_kelly,
        kelly_weights=_attempt(
            lambda: kelly_weights(returns, periods_per_year=annual, annual_rate=chosen.annual_rate)
        )[0],
        asset_kelly=tuple(_kelly(column, annual, chosen) for column in returns.T),
    )


def _target(
    assets: Sequence[PriceSeries], weights: Sequence[float] | FloatArray | None
) -> FloatArray:
    symbols = [each.symbol for each in assets]
    twice = next((symbol for symbol in symbols if symbols.count(symbol) > 1), None)
    if twice is not None:
        raise BadInput(f"{twice} is in the portfolio twice; add up its weights", field="weights")
    return equal_weights(len(assets)) if weights is None else np.asarray(weights, np.float64)


def _exposure(
    returns: FloatArray,
    of_factors: FloatArray,
    factors: Sequence[PriceSeries],
    rules: PortfolioRules,
    common: CommonSessions,
) -> tuple[FactorExposure | None, str]:
    if not factors:
        return None, "no factor is chosen"
    annual = common.periods_per_year
    rate = rate_per_period(rules.annual_rate, annual)
    return _attempt(
        lambda: factor_exposure(
            returns - rate,
            of_factors - rate,
            names=[each.symbol for each in factors],
            periods_per_year=annual,
        )
    )


def _kelly(returns: FloatArray, annual: float, rules: PortfolioRules) -> KellyFraction | None:
    return _attempt(
        lambda: kelly_fraction(
            returns, periods_per_year=annual, annual_rate=rules.annual_rate, cap=rules.cap
        )
    )[0]


def _attempt(make: Callable[[], V]) -> tuple[V | None, str]:
    try:
        return make(), ""
    except NoData as error:
        return None, str(error)
