"""What the box desk computes: rules that go in, boxes and rates that come out.

Prices are points of the underlying per contract unit; `multiplier` turns them into cash. A bare rate is
a decimal per year, continuously compounded, ACT/365 fixed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from datetime import date

    import numpy as np
    from numpy.typing import NDArray

    from quantdeck.analytics.boxes.spread import BoxSpread
    from quantdeck.analytics.types import FloatArray
    from quantdeck.model.options import ExerciseStyle, Settlement


class PriceSelector(StrEnum):
    """Which price of every leg a box is priced at."""

    NATURAL = "natural"
    """Buy at the ask, sell at the bid: can be traded at once."""
    MID = "mid"
    """Halfway: cannot be relied upon, shows where the market is."""


class Status(StrEnum):
    """What may be said of the rate of one expiry."""

    OK = "ok"
    NOT_SYNCHRONOUS = "not-synchronous"
    """Parity is not a straight line in the strike: part of the chain is older than the rest."""
    TOO_FEW = "too-few"
    """Not enough strikes with both quotes."""
    STALE = "stale"
    """Too many quotes are old, absent, wide, or at odds with the rest."""
    AMERICAN = "american"
    """Legs may be exercised early: there is a bound, not a rate."""
    EXPIRED = "expired"
    """The settlement price is, or is about to be, made."""
    NO_TIME = "no-time"
    """Price and payoff change hands on the same day: no loan."""
    IMPRECISE = "imprecise"
    """The bar of the rate is longer than the rules allow; its limits are sound."""
    BEYOND_LIMIT = "beyond-limit"
    """The rate is larger than the rules take for possible."""


class StrikeFlag(IntEnum):
    """Why a strike is, or is not, used; the first that applies."""

    USED = 0
    ABSENT = 1
    """The call or the put is not offered: it has no price."""
    ZERO_BID = 2
    """Nobody bids for the call or the put, though it is offered: its mid is not a price."""
    CROSSED = 3
    """Bid above ask."""
    LOCKED = 4
    """Bid equal to ask."""
    OLD = 5
    """A quote older than the rules allow, or of unknown age where they limit it."""
    OUTSIDE = 6
    """Outside the moneyness band of the rules."""
    MISSED = 7
    """The parity line of the others misses its bid and ask: stale or wrong."""
    THIN = 8
    """Used for the rate; volume or open interest is too low for a box."""

    @property
    def label(self) -> str:
        """Return the flag in words that a page can show."""
        return self.name.lower().replace("_", " ")


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxRules:
    """Which quotes count, which boxes are wanted and how time is counted.

    Parameters
    ----------
    fee_per_contract : float
        Commission and exchange fees of one contract of one leg. [currency]
    min_gap, max_gap : float
        Limits of a box's width. [points]
    min_volume, min_open_interest : float
        Every leg of a box needs as many contracts; not known is too few unless the limit is 0.
    max_leg_age_s : float or None
        Quotes older than this, or of unknown age, do not count; None is no limit. [s]
    max_abs_rate : float
        Boxes beyond this rate, of either sign, are not taken for offers. [1/year]
    max_se : float
        Standard error from which a rate counts as imprecise. [1/year]
    min_quotes : int
        Strikes with both quotes that a rate needs, >= 6.
    lowest, highest : float
        Strikes that count, as multiples of the forward.
    settle_days : int
        Business days from trade to payment of the price.
    cash_days : int
        Business days from expiry to payment of the payoff.
    alarm : float
        Standard errors of curvature, of correlation of neighbours, or of a step, from which quotes
        count as not synchronous unless that is too small to matter.
    price_selector : PriceSelector
        Which prices the best boxes and the table are built on.
    tick : float
        Smallest step of a box's price. [points]
    """

    fee_per_contract: float = 0.0
    min_gap: float = 0.0
    max_gap: float = math.inf
    min_volume: float = 0.0
    min_open_interest: float = 0.0
    max_leg_age_s: float | None = None
    max_abs_rate: float = math.inf
    max_se: float = 0.0015
    min_quotes: int = 8
    lowest: float = 0.0
    highest: float = math.inf
    settle_days: int = 1
    cash_days: int = 1
    alarm: float = 4.0
    price_selector: PriceSelector = PriceSelector.NATURAL
    tick: float = 0.05

    def __post_init__(self) -> None:
        ranges = {
            "fee_per_contract": self.fee_per_contract >= 0,
            "min_gap": self.min_gap >= 0,
            "max_gap": self.max_gap > self.min_gap,
            "max_leg_age_s": self.max_leg_age_s is None or self.max_leg_age_s > 0,
            "max_abs_rate": self.max_abs_rate > 0,
            "max_se": self.max_se > 0,
            "min_quotes": self.min_quotes >= 6,
            "highest": self.highest > self.lowest,
            "settle_days": self.settle_days >= 0,
            "cash_days": self.cash_days >= 0,
            "alarm": self.alarm > 0,
            "tick": self.tick > 0,
        }
        for name, is_right in ranges.items():
            if not is_right:
                raise BadInput(f"box rule {name} may not be {getattr(self, name)!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpiryRate:
    """What one root and expiry says of the rate of interest.

    Numbers are NaN where `status` does not allow them. The rate and the forward are kept, with the bar
    widened, where quotes are stale or not synchronous; limits are given where all is well or the rate is merely
    imprecise; boxes only where all is well.

    Parameters
    ----------
    root, underlying : str
        As in `ExpiryChain`.
    expiry : datetime.date
        Day of the settlement price.
    settlement : Settlement
        Opening or closing prices.
    style : ExerciseStyle
        European or American.
    multiplier : float
        Cash per point.
    at_ns : int
        When the chain was seen, UTC. [ns]
    spot : float
        Price of the underlying then; NaN where not known.
    status : Status
        What may be said.
    detail : str
        One sentence on the status; empty where all is well.
    days : int
        Calendar days from payment of the price to payment of the payoff.
    tau : float
        days / 365. [years]
    discount, discount_se : float
        Slope of the parity line, and its standard error.
    rate_mid, se : float
        -ln(discount) / tau, and its standard error. [1/year]
    rate_lend, rate_borrow : float
        Best rates at which a box of surviving strikes lends and borrows, after fees and within the
        rules' widths. [1/year]
    rate_floor : float
        American exercise only: the rate is at least this. [1/year]
    forward, forward_se : float
        Where the parity line crosses zero, and its standard error. [points]
    dividend_yield : float
        ln(spot / (discount * forward)) / tau. [1/year]
    quotes_used, quotes_flagged : int
        Strikes that carry the rate; strikes that are offered but do not.
    curvature, autocorrelation, step : float
        Tests that parity is a straight line, in standard errors; see `Linearity`.
    best_lend, best_borrow : BoxSpread or None
        The boxes behind `rate_lend` and `rate_borrow`.
    widest : BoxSpread or None
        The lending box over the widest pair of surviving strikes.
    strikes : array of shape (strikes,)
        Of the chain.
    strike_flags : array of uint8, shape (strikes,)
        `StrikeFlag` of each.
    """

    root: str
    underlying: str
    expiry: date
    settlement: Settlement
    style: ExerciseStyle
    multiplier: float
    at_ns: int
    spot: float
    status: Status
    detail: str
    days: int
    tau: float
    discount: float = math.nan
    discount_se: float = math.nan
    rate_mid: float = math.nan
    se: float = math.nan
    rate_lend: float = math.nan
    rate_borrow: float = math.nan
    rate_floor: float = math.nan
    forward: float = math.nan
    forward_se: float = math.nan
    dividend_yield: float = math.nan
    quotes_used: int = 0
    quotes_flagged: int = 0
    curvature: float = math.nan
    autocorrelation: float = math.nan
    step: float = math.nan
    best_lend: BoxSpread | None = None
    best_borrow: BoxSpread | None = None
    widest: BoxSpread | None = None
    strikes: FloatArray
    strike_flags: NDArray[np.uint8]
