"""A named strategy on quoted chains: which strikes it takes, and what its legs cost."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.strategies.structures import assemble
from quantdeck.analytics.strategies.types import Leg, LegKind, Strategy
from quantdeck.model.chains import NO_TIME
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.analytics.options.expiry_study import ExpiryStudy
    from quantdeck.analytics.strategies.structures import LegPlan, Structure
    from quantdeck.analytics.types import FloatArray

_NS = 1e9


class PaidPrice(StrEnum):
    """At which price legs are opened."""

    MID = "mid"
    """Halfway between bid and ask."""
    NATURAL = "natural"
    """Bought at the ask, sold at the bid: can be done at once."""


@dataclass(frozen=True, slots=True)
class Placement:
    """How far strikes stand from the forward, in expected moves of the near expiry.

    Parameters
    ----------
    distance : float
        Of strikes that are sold out of the money, from the middle.
    width : float
        Of the wings.
    shift : float
        Of the middle from the forward; negative is below.

    Raises
    ------
    BadInput
        If distance or width is not positive.
    """

    distance: float = 1.0
    width: float = 0.5
    shift: float = 0.0

    def __post_init__(self) -> None:
        if not (self.distance > 0.0 and self.width > 0.0 and math.isfinite(self.shift)):
            raise BadInput(f"distance and width must be above 0, were {self}", field="width")


@dataclass(frozen=True, slots=True)
class QuotedLeg:
    """A leg and the quote that it was priced from.

    Parameters
    ----------
    leg : Leg
        With its premium.
    expiry : str
        ``ROOT YYYY-MM-DD``; empty of shares.
    bid, ask : float
        NaN where a side is absent. [price]
    age_s : float
        Of the quote; NaN where no time is known. [s]
    """

    leg: Leg
    expiry: str
    bid: float
    ask: float
    age_s: float

    @property
    def mid(self) -> float:
        """Halfway between bid and ask; NaN where one is absent. [price]."""
        return 0.5 * (self.bid + self.ask)

    @property
    def crossing(self) -> float:
        """What is given away against the mid where it is opened at the natural price. [price]."""
        return abs(self.leg.quantity) * 0.5 * (self.ask - self.bid)


@dataclass(frozen=True, slots=True, eq=False)
class QuotedStrategy:
    """A strategy on quoted chains.

    Parameters
    ----------
    structure : Structure
        What it is.
    strategy : Strategy
        Its legs, priced as asked.
    legs : tuple of QuotedLeg
        The same, with their quotes.
    paid : PaidPrice
        At which price.
    near : ExpiryStudy
        Of the near expiry.
    far : ExpiryStudy or None
        Of the far one where it has one.
    """

    structure: Structure
    strategy: Strategy
    legs: tuple[QuotedLeg, ...]
    paid: PaidPrice
    near: ExpiryStudy
    far: ExpiryStudy | None

    @property
    def crossing(self) -> float:
        """What crossing all spreads costs against the mids; NaN where a quote is one-sided. [price]."""
        return sum(each.crossing for each in self.legs if each.leg.is_option)


def placed_strikes(
    structure: Structure,
    near: ExpiryStudy,
    far: ExpiryStudy | None = None,
    *,
    placement: Placement | None = None,
) -> tuple[float, ...]:
    """Return the listed strikes nearest to where a strategy wants them.

    Parameters
    ----------
    structure : Structure
        What is looked for.
    near : ExpiryStudy
        With volatilities: forward and expected move are its own.
    far : ExpiryStudy, optional
        Where the strategy has two expiries; strikes are listed in both then.
    placement : Placement, optional
        How far they stand from the forward.

    Returns
    -------
    tuple of float
        Ascending, each another one: strikes that fall together move outwards by one listed strike. [price]

    Raises
    ------
    BadInput
        If there is no far expiry where one is needed, or it is not later.
    NoData
        If the chain has no forward, or too few strikes with quotes.

    Notes
    -----
    Strike = F + (shift + d distance + w width) m, with m the expected move sigma_atm sqrt(tau) F. Only
    strikes count whose calls and puts have an ask.
    """
    chosen = placement or Placement()
    far = _later(structure, near, far)
    move = _move(near)
    listed = _with_quotes(near)
    if far is not None:
        listed = np.intersect1d(listed, _with_quotes(far))
    if len(listed) < len(structure.places):
        both = "" if far is None else f" that {far.name} has, too"
        raise NoData(
            f"{near.name} has {len(listed)} strikes with quotes{both}; {structure.title} needs "
            f"{len(structure.places)}"
        )
    forward = near.smile.forward if near.smile is not None else math.nan
    wanted = [
        forward + move * (chosen.shift + p.distance * chosen.distance + p.width * chosen.width)
        for p in structure.places
    ]
    at = [int(np.argmin(np.abs(listed - strike))) for strike in wanted]
    return tuple(float(listed[i]) for i in _apart(at, len(listed)))


def quoted_strategy(
    structure: Structure,
    strikes: Sequence[float],
    near: ExpiryStudy,
    far: ExpiryStudy | None = None,
    *,
    paid: PaidPrice = PaidPrice.MID,
) -> QuotedStrategy:
    """Return a strategy with the prices of its chain.

    Parameters
    ----------
    structure : Structure
        What it is.
    strikes : sequence of float
        Listed ones, ascending. [price]
    near : ExpiryStudy
        With volatilities.
    far : ExpiryStudy, optional
        A later one; needed where the strategy has two expiries.
    paid : PaidPrice
        At which price its legs are opened.

    Returns
    -------
    QuotedStrategy
        Each leg with quote, volatility, rate and dividend yield of its expiry.

    Raises
    ------
    BadInput
        If a strike is not listed, there is no far expiry where one is needed, or it is not later.
    NoData
        If a quote that is needed is absent, or a chain has no volatilities.
    """
    far = _later(structure, near, far)
    legs: list[QuotedLeg] = []

    def quote(plan: LegPlan, strike: float) -> Leg:
        expiry = near if plan.expiry == 0 or far is None else far
        found = (
            _share(plan, near)
            if plan.kind is LegKind.SHARE
            else _option(plan, strike, expiry, paid)
        )
        legs.append(found)
        return found.leg

    strategy = assemble(structure, strikes, quote)
    return QuotedStrategy(structure, strategy, tuple(legs), paid, near, far)


def _share(plan: LegPlan, near: ExpiryStudy) -> QuotedLeg:
    spot = near.smile.spot if near.smile is not None else math.nan
    if not spot > 0.0:
        raise NoData(f"no price of {near.chain.underlying} is known to buy it at")
    leg = Leg(plan.kind, math.nan, plan.quantity, spot)
    return QuotedLeg(leg, "", math.nan, math.nan, math.nan)


def _option(plan: LegPlan, strike: float, expiry: ExpiryStudy, paid: PaidPrice) -> QuotedLeg:
    smile, chain = expiry.smile, expiry.chain
    if smile is None:
        raise NoData(f"{expiry.name} has no volatilities: {expiry.refusal}")
    at = int(np.argmin(np.abs(chain.strikes - strike)))
    if abs(chain.strikes[at] - strike) > 1e-6:
        raise BadInput(f"{expiry.name} has no strike {strike:g}", field="strikes")
    side = chain.calls if plan.kind is LegKind.CALL else chain.puts
    bid, ask = float(side.bid[at]), float(side.ask[at])
    name = f"{plan.kind.value} {strike:g} of {expiry.name}"
    premium = _premium(plan, bid, ask, paid, name)
    quoted = float(smile.quoted.mid[at])
    volatility = quoted
    if not quoted > 0.0 and expiry.fitted is not None:
        volatility = float(expiry.fitted.volatility(math.log(strike / smile.forward)))
    rate = -math.log(smile.discount) / smile.tau
    carry = math.log(smile.forward / smile.spot) / smile.tau if smile.spot > 0.0 else rate
    leg = Leg(
        plan.kind,
        strike,
        plan.quantity,
        premium,
        expiry_days=smile.days,
        volatility=volatility,
        rate=rate,
        dividend_yield=rate - carry,
    )
    made_ns = int(side.ts_ns[at])
    age = (expiry.at_ns - made_ns) / _NS if made_ns != NO_TIME else math.nan
    return QuotedLeg(leg, expiry.name, bid, ask, age)


def _premium(plan: LegPlan, bid: float, ask: float, paid: PaidPrice, name: str) -> float:
    needs_bid = paid is PaidPrice.MID or plan.quantity < 0.0
    needs_ask = paid is PaidPrice.MID or plan.quantity > 0.0
    if needs_ask and not ask > 0.0:
        raise NoData(f"the {name} has no ask: choose another strike")
    # A bid of 0 is a price at which one sells for nothing.
    if needs_bid and not bid >= 0.0:
        raise NoData(f"the {name} has no bid: choose another strike, or the natural price")
    if paid is PaidPrice.MID:
        return 0.5 * (bid + ask)
    return bid if plan.quantity < 0.0 else ask


def _move(near: ExpiryStudy) -> float:
    smile = near.smile
    if smile is None:
        raise NoData(f"{near.name} has no volatilities: {near.refusal}")
    return smile.forward * deviation_of(near)


def deviation_of(expiry: ExpiryStudy) -> float:
    """Return sigma sqrt(tau) at the money of an expiry.

    Parameters
    ----------
    expiry : ExpiryStudy
        With volatilities; the fitted smile counts where there is one.

    Returns
    -------
    float
        Deviation of the logarithm of the price.

    Raises
    ------
    NoData
        If no strike has a volatility.
    """
    smile = expiry.smile
    if smile is None:
        raise NoData(f"{expiry.name} has no volatilities: {expiry.refusal}")
    if expiry.fitted is not None:
        volatility = float(expiry.fitted.volatility(0.0))
    else:
        known = np.isfinite(smile.quoted.mid)
        if not known.any():
            raise NoData(f"no quote of {expiry.name} has a volatility")
        volatility = float(np.interp(0.0, smile.log_moneyness[known], smile.quoted.mid[known]))
    return volatility * math.sqrt(smile.tau)


def _later(structure: Structure, near: ExpiryStudy, far: ExpiryStudy | None) -> ExpiryStudy | None:
    if structure.expiries == 1:
        return None
    if far is None:
        raise BadInput(f"{structure.title} needs a second, later expiry", field="far")
    if not far.days > near.days:
        raise BadInput(
            f"the far expiry of {structure.title} must be after {near.name}, was {far.name}",
            field="far",
        )
    return far


def _with_quotes(expiry: ExpiryStudy) -> FloatArray:
    chain = expiry.chain
    good = (chain.calls.ask > 0.0) & (chain.puts.ask > 0.0)
    good &= (chain.calls.bid >= 0.0) & (chain.puts.bid >= 0.0)
    return chain.strikes[good]


def _apart(at: list[int], count: int) -> list[int]:
    # Outwards from the middle, so that what should be symmetric stays so.
    found = list(at)
    middle = (len(found) - 1) // 2
    for i in range(middle + 1, len(found)):
        found[i] = max(found[i], found[i - 1] + 1)
    for i in range(middle - 1, -1, -1):
        found[i] = min(found[i], found[i + 1] - 1)
    # Back inside of the list, from the right and then from the left.
    found[-1] = min(found[-1], count - 1)
    for i in range(len(found) - 2, -1, -1):
        found[i] = min(found[i], found[i + 1] - 1)
    found[0] = max(found[0], 0)
    for i in range(1, len(found)):
        found[i] = max(found[i], found[i - 1] + 1)
    return found
