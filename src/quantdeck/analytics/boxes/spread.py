"""The immutable box spread: four options that together lend or borrow."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from quantdeck.model.options import OPTION_VENUE, Right, osi

if TYPE_CHECKING:
    from datetime import date

    from quantdeck.model.options import ExerciseStyle, Settlement


class Side(StrEnum):
    """What whoever trades the box does with money."""

    LEND = "lend"
    """Buy the box: pay now, get the width at expiry."""
    BORROW = "borrow"
    """Sell the box: get money now, owe the width at expiry."""


@dataclass(frozen=True, slots=True)
class BoxLeg:
    """One of the four options of a box.

    Parameters
    ----------
    symbol : str
        Canonical symbol.
    right : Right
        Call or put.
    strike : float
        Exercise price.
    quantity : int
        1 bought, -1 sold.
    bid, ask, bid_size, ask_size, volume, open_interest : float
        Its quote and activity; NaN where not known.
    age_s : float
        Age of the quote; NaN where not known. [s]
    """

    symbol: str
    right: Right
    strike: float
    quantity: int
    bid: float
    ask: float
    bid_size: float
    ask_size: float
    volume: float
    open_interest: float
    age_s: float

    @property
    def size(self) -> float:
        """Contracts on the side this leg trades against."""
        return self.ask_size if self.quantity > 0 else self.bid_size

    def payoff(self, price: float) -> float:
        """Return quantity * max(S - K, 0) for a call and quantity * max(K - S, 0) for a put.

        Parameters
        ----------
        price : float
            Settlement price S of the underlying.

        Returns
        -------
        float
            What the leg pays at expiry. [points]
        """
        gain = price - self.strike if self.right is Right.CALL else self.strike - price
        return self.quantity * max(gain, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxSpread:
    """Four legs of one root and expiry that together are a loan; never changes.

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
    side : Side
        Lend (bought) or borrow (sold).
    lower_strike, upper_strike : float
        Strikes.
    legs : tuple of BoxLeg
        Lower call, lower put, upper call, upper put, as traded.
    price : float
        Paid for a bought box, received for a sold one, before fees. [points]
    fees : float
        Of four contracts. [points]
    discount : float
        (price + fees) / width of a bought box, (price - fees) / width of a sold one.
    tau : float
        Time from payment of the price to payment of the payoff, ACT/365 fixed. [years]
    rate : float
        -ln(discount) / tau, after fees. [1/year]
    tick_bp : float
        What one step of the price changes the rate by. [basis points]
    fee_bp : float
        What the fees change the rate by. [basis points]
    flags : tuple of str
        What to know before trading it.
    """

    root: str
    underlying: str
    expiry: date
    settlement: Settlement
    style: ExerciseStyle
    multiplier: float
    side: Side
    lower_strike: float
    upper_strike: float
    legs: tuple[BoxLeg, BoxLeg, BoxLeg, BoxLeg]
    price: float
    fees: float
    discount: float
    tau: float
    rate: float
    tick_bp: float
    fee_bp: float
    flags: tuple[str, ...] = ()

    @property
    def width(self) -> float:
        """Upper less lower strike, which is what is paid at expiry, in points."""
        return self.upper_strike - self.lower_strike

    @property
    def executable_size(self) -> float:
        """Smallest size among the four quotes traded against; NaN where one is not known."""
        sizes = [leg.size for leg in self.legs]
        return math.nan if any(math.isnan(size) for size in sizes) else min(sizes)

    @property
    def oldest_leg_s(self) -> float:
        """Age of the oldest of the four quotes; NaN where one is not known; in seconds."""
        ages = [leg.age_s for leg in self.legs]
        return math.nan if any(math.isnan(age) for age in ages) else max(ages)

    @property
    def volume(self) -> float:
        """Smallest volume among the legs; NaN where one is not known."""
        volumes = [leg.volume for leg in self.legs]
        return math.nan if any(math.isnan(volume) for volume in volumes) else min(volumes)

    @property
    def max_loss(self) -> float:
        """Debit - width of a bought box, width - credit of a sold one; with fees, in points.

        Negative where the position gains for certain. The price of the underlying is not in it.
        """
        if self.side is Side.LEND:
            return self.price + self.fees - self.width
        return self.width - self.price + self.fees

    def payoff(self, price: float) -> float:
        """Return the sum of the legs' payoffs: the width of a bought box, minus it of a sold one.

        Parameters
        ----------
        price : float
            Settlement price of the underlying.

        Returns
        -------
        float
            What the position pays at expiry. [points]
        """
        return math.fsum(leg.payoff(price) for leg in self.legs)


def leg_symbol(root: str, expiry: date, right: Right, strike: float) -> str:
    """Return the canonical symbol of an option.

    Parameters
    ----------
    root : str
        First part of the OSI name.
    expiry : datetime.date
        Day of the settlement price.
    right : Right
        Call or put.
    strike : float
        Exercise price.

    Returns
    -------
    str
        ``OPRA:`` and the OSI name.

    Examples
    --------
    >>> from datetime import date
    >>> leg_symbol("SPXW", date(2026, 12, 18), Right.PUT, 5000)
    'OPRA:SPXW261218P05000000'
    """
    return f"{OPTION_VENUE}:{osi(root, expiry, right, strike)}"
