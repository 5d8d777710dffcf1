"""Bodies of requests and answers about option strategies."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from quantdeck.analytics.strategies.study import Market
from quantdeck.analytics.strategies.types import Leg, Strategy
from quantdeck.views.payloads import Mode

if TYPE_CHECKING:
    from quantdeck.analytics.strategies.builder import BuiltStrategy
    from quantdeck.analytics.strategies.structures import Structure
    from quantdeck.analytics.strategies.study import StrategyStudy

_Positive = Annotated[float, Field(gt=0.0, le=1e9)]
_Rate = Annotated[float, Field(ge=-1.0, le=1.0)]
MOST_LEGS = 12


class LegRequest(BaseModel):
    """One leg, per unit of the underlying."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["call", "put", "share", "cash"]
    quantity: float = Field(ge=-1e6, le=1e6, description="Negative is sold.")
    premium: float = Field(ge=0.0, le=1e9, description="Price of one unit now.")
    strike: _Positive | None = Field(default=None, description="Of options.")
    expiry_days: Annotated[float, Field(gt=0.0, le=36_500.0)] | None = Field(
        default=None, description="Of options, where they differ or greeks are wanted."
    )
    volatility: Annotated[float, Field(gt=0.0, le=10.0)] | None = Field(
        default=None, description="Implied, for values before the expiry."
    )
    rate: _Rate = 0.0
    dividend_yield: _Rate = 0.0

    def leg(self) -> Leg:
        """Return it as the library takes it."""
        return Leg(
            self.kind,
            math.nan if self.strike is None else self.strike,
            self.quantity,
            self.premium,
            expiry_days=math.nan if self.expiry_days is None else self.expiry_days,
            volatility=math.nan if self.volatility is None else self.volatility,
            rate=self.rate,
            dividend_yield=self.dividend_yield,
        )


class EvaluateRequest(BaseModel):
    """A strategy of one's own, and what it is judged against: a lognormal price."""

    model_config = ConfigDict(extra="forbid")

    legs: list[LegRequest] = Field(min_length=1, max_length=MOST_LEGS)
    spot: _Positive = Field(description="Price of the underlying now.")
    volatility: Annotated[float, Field(gt=0.0, le=10.0)] = Field(
        description="Of the price until the horizon, a year."
    )
    days: Annotated[float, Field(gt=0.0, le=36_500.0)] = Field(
        description="Calendar days to the horizon, the nearest expiry."
    )
    rate: _Rate = 0.0
    dividend_yield: _Rate = 0.0
    is_index: bool = Field(default=False, description="Of a broad index, for the margin.")
    name: str = Field(default="Strategy", min_length=1, max_length=80)

    def strategy(self) -> Strategy:
        """Return it as the library takes it."""
        return Strategy(self.name, tuple(leg.leg() for leg in self.legs))

    def market(self) -> Market:
        """Return what it is judged against."""
        tau = self.days / 365.0
        return Market(
            spot=self.spot,
            forward=self.spot * math.exp((self.rate - self.dividend_yield) * tau),
            discount=math.exp(-self.rate * tau),
            deviation=self.volatility * math.sqrt(tau),
            is_index=self.is_index,
        )


class StructureBody(msgspec.Struct, frozen=True):
    """A named strategy.

    Parameters
    ----------
    key, title : str
        Its key, and as it is usually called.
    others : list of str
        Other names.
    gains_from : str
        ``up``, ``down``, ``still``, ``move`` or ``none``.
    volatility : str
        ``long``, ``short`` or ``flat``.
    payment : str
        ``debit``, ``credit`` or ``either``.
    strikes, expiries : int
        How many it has.
    legs : list of str
        Such as ``-1 call at strike 2``.
    """

    key: str
    title: str
    others: list[str]
    gains_from: str
    volatility: str
    payment: str
    strikes: int
    expiries: int
    legs: list[str]


class StructuresReply(msgspec.Struct, frozen=True):
    """All named strategies.

    Parameters
    ----------
    strategies : list of StructureBody
        In order of the catalogue.
    """

    strategies: list[StructureBody]


class OddsBody(msgspec.Struct, frozen=True):
    """Chance and means of the profit at the near expiry.

    Parameters
    ----------
    measure : str
        What is believed of the price.
    probability : float
        Of a profit, without interest on premiums.
    error : float
        Its standard error; 0 where it is exact.
    expected_value, expected_gain, expected_loss : float
        Money of today, per unit of the underlying.
    """

    measure: str
    probability: float
    error: float
    expected_value: float
    expected_gain: float
    expected_loss: float


class LegBody(msgspec.Struct, frozen=True):
    """One leg with its quote; per unit of the underlying.

    Parameters
    ----------
    kind : str
        ``call``, ``put``, ``share`` or ``cash``.
    quantity : float
        Negative is sold.
    strike : float or None
        Of options.
    expiry : str
        Root and date; empty where it is not of a chain.
    premium : float
        At which it is opened.
    bid, ask, volatility, age_s : float or None
        Of the quote; null where not known.
    """

    kind: str
    quantity: float
    strike: float | None
    expiry: str
    premium: float
    bid: float | None
    ask: float | None
    volatility: float | None
    age_s: float | None


class StrategyReply(msgspec.Struct, frozen=True):
    """What is said of a strategy; amounts per unit of the underlying, times `multiplier` per contract.

    Parameters
    ----------
    mode : Mode
        Live, demo (simulated data) or replay.
    name : str
        Of the strategy.
    underlying, at : str
        Canonical symbol, and when its chain was seen, ISO 8601; empty where it is of no chain.
    multiplier : float
        Cash per point of one contract.
    spot, forward, discount : float
        What it was judged against.
    legs : list of LegBody
        What is bought and sold.
    cost : float
        Negative is a credit.
    natural_cost : float or None
        Bought at the asks, sold at the bids.
    max_loss, max_profit : float or None
        Null where there is no limit.
    breakevens : list of float
        Prices at which the profit passes 0.
    odds : list of OddsBody
        Lognormal, smile-implied where a smile is fitted, simulated.
    full_profit, half_profit, full_loss : float or None
        Chance of the largest profit, of more than half of it, and of the largest loss.
    touches : list of float
        Chance that each breakeven is touched before the near expiry.
    greeks : dict of str to float, or None
        value, delta, gamma, vega (per 1.00), theta (per day), rho (per 1.00).
    margin, capital : float
        Estimate of what is held back, and of the buying power that it ties up.
    margin_rule : str
        What it is made of.
    prices, profits : list of float
        The line of profit at the near expiry: linear between these prices.
    last_slope : float
        Beyond the last price.
    warnings : list of str
        What to mind.
    """

    mode: Mode
    name: str
    underlying: str
    at: str
    multiplier: float
    spot: float
    forward: float
    discount: float
    legs: list[LegBody]
    cost: float
    natural_cost: float | None
    max_loss: float | None
    max_profit: float | None
    breakevens: list[float]
    odds: list[OddsBody]
    full_profit: float | None
    half_profit: float | None
    full_loss: float | None
    touches: list[float]
    greeks: dict[str, float] | None
    margin: float
    capital: float
    margin_rule: str
    prices: list[float]
    profits: list[float]
    last_slope: float
    warnings: list[str]


def structure_body(found: Structure) -> StructureBody:
    """Return a named strategy as a body."""
    legs = [
        f"{leg.quantity:+g} {leg.kind.value}"
        + (f" at strike {leg.strike + 1}" if leg.strike >= 0 else "")
        + (" of the far expiry" if leg.expiry else "")
        for leg in found.legs
    ]
    return StructureBody(
        key=found.key,
        title=found.title,
        others=list(found.others),
        gains_from=found.view.value,
        volatility=found.volatility,
        payment=found.payment.value,
        strikes=len(found.places),
        expiries=found.expiries,
        legs=legs,
    )


def built_body(built: BuiltStrategy, mode: Mode, at: str) -> StrategyReply:
    """Return a strategy on a chain as a body."""
    plain = study_body(built.study, mode)
    legs = [
        msgspec.structs.replace(
            body,
            expiry=each.expiry,
            bid=_known(each.bid),
            ask=_known(each.ask),
            age_s=_known(each.age_s),
        )
        for body, each in zip(plain.legs, built.quoted.legs, strict=True)
    ]
    return msgspec.structs.replace(
        plain,
        underlying=built.quoted.near.chain.underlying,
        at=at,
        multiplier=built.multiplier,
        legs=legs,
        natural_cost=_known(built.natural_cost),
        warnings=list(built.warnings),
    )


def study_body(study: StrategyStudy, mode: Mode) -> StrategyReply:
    """Return a strategy of one's own as a body."""
    market, greeks = study.market, study.greeks
    names = ("value", "delta", "gamma", "vega", "theta", "rho")
    return StrategyReply(
        mode=mode,
        name=study.strategy.name,
        underlying="",
        at="",
        multiplier=1.0,
        spot=market.spot,
        forward=market.forward,
        discount=market.discount,
        legs=[_leg_body(leg) for leg in study.strategy.legs],
        cost=study.strategy.cost,
        natural_cost=None,
        max_loss=_known(study.extremes.max_loss),
        max_profit=_known(study.extremes.max_profit),
        breakevens=list(study.breakevens),
        odds=[
            OddsBody(
                measure=each.measure,
                probability=each.probability,
                error=each.error,
                expected_value=each.expected_profit,
                expected_gain=each.expected_gain,
                expected_loss=each.expected_loss,
            )
            for each in study.odds
        ],
        full_profit=_known(study.full_profit),
        half_profit=_known(study.half_profit),
        full_loss=_known(study.full_loss),
        touches=list(study.touches),
        greeks=None if greeks is None else {name: getattr(greeks, name) for name in names},
        margin=study.margin.requirement,
        capital=study.margin.capital,
        margin_rule=study.margin.rule,
        prices=study.line.prices.tolist(),
        profits=study.line.profits.tolist(),
        last_slope=study.line.last_slope,
        warnings=[],
    )


def _leg_body(leg: Leg) -> LegBody:
    return LegBody(
        kind=f"{leg.kind}",
        quantity=leg.quantity,
        strike=_known(leg.strike),
        expiry="",
        premium=leg.premium,
        bid=None,
        ask=None,
        volatility=_known(leg.volatility),
        age_s=None,
    )


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
