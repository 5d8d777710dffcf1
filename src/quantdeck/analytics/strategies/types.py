"""The words of option strategies: legs, and strategies made of them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum

from quantdeck.model.errors import BadInput


class LegKind(StrEnum):
    """What a leg is."""

    CALL = "call"
    PUT = "put"
    SHARE = "share"
    """One unit of the underlying."""
    CASH = "cash"
    """One paid at the horizon, whatever happens: a deposit, or a debt."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One part of a strategy, per unit of the underlying.

    Parameters
    ----------
    kind : LegKind or str
        ``call``, ``put``, ``share`` or ``cash``.
    strike : float
        Exercise price; NaN of shares and cash. [price]
    quantity : float
        Positive is bought, negative sold. One option stands beside one share: a contract's multiplier
        is a matter of the account, not of the leg.
    premium : float
        Price of one unit now, >= 0 for options; a share's price, a discount factor of cash. [price]
    expiry_days : float
        Calendar days until an option is settled; NaN where the strategy has one expiry. [days]
    volatility : float
        Implied by the premium, for values before the expiry; NaN where not known. [1/sqrt(year)]
    rate : float
        Continuously compounded, to the leg's expiry. [1/year]
    dividend_yield : float
        Continuously compounded, such that F = S exp((rate - dividend_yield) tau). [1/year]

    Raises
    ------
    BadInput
        If the kind is unknown, a strike or an option's premium is missing or negative, or the quantity is
        not finite.

    Examples
    --------
    >>> Leg("call", 100.0, -1.0, 2.5).is_option
    True
    """

    kind: LegKind | str
    strike: float
    quantity: float
    premium: float
    expiry_days: float = math.nan
    volatility: float = math.nan
    rate: float = 0.0
    dividend_yield: float = 0.0

    def __post_init__(self) -> None:
        try:
            object.__setattr__(self, "kind", LegKind(self.kind))
        except ValueError as error:
            allowed = ", ".join(each.value for each in LegKind)
            raise BadInput(f"a leg is one of {allowed}, was {self.kind!r}", field="kind") from error
        if self.is_option and not (math.isfinite(self.strike) and self.strike > 0.0):
            raise BadInput(f"an option needs a strike above 0, was {self.strike}", field="strike")
        if not math.isfinite(self.quantity):
            raise BadInput(f"a quantity must be finite, was {self.quantity}", field="quantity")
        if not math.isfinite(self.premium) or (self.is_option and self.premium < 0.0):
            raise BadInput(f"a premium must not be negative, was {self.premium}", field="premium")

    @property
    def is_option(self) -> bool:
        """Whether it is a call or a put."""
        return self.kind in {LegKind.CALL, LegKind.PUT}

    @property
    def cost(self) -> float:
        """Paid for all of it now; negative is received."""
        return self.quantity * self.premium

    @property
    def tau(self) -> float:
        """Time to its expiry, ACT/365; NaN where not known. [years]."""
        return self.expiry_days / 365.0


@dataclass(frozen=True, slots=True)
class Strategy:
    """Legs that are opened together.

    Parameters
    ----------
    name : str
        Such as ``Iron condor``.
    legs : tuple of Leg
        At least one.

    Raises
    ------
    BadInput
        If there is no leg, or only some of the options say when they expire.

    Examples
    --------
    >>> spread = Strategy("Call spread", (Leg("call", 100, 1, 6.0), Leg("call", 110, -1, 2.0)))
    >>> spread.cost, spread.strikes
    (4.0, (100, 110))
    """

    name: str
    legs: tuple[Leg, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "legs", tuple(self.legs))
        if not self.legs:
            raise BadInput(f"{self.name or 'a strategy'} needs at least one leg", field="legs")
        told = {math.isfinite(leg.expiry_days) for leg in self.options}
        if len(told) > 1:
            raise BadInput(
                f"{self.name}: all options say when they expire, or none does", field="expiry_days"
            )

    @property
    def options(self) -> tuple[Leg, ...]:
        """Its calls and puts."""
        return tuple(leg for leg in self.legs if leg.is_option)

    @property
    def cost(self) -> float:
        """Paid for all legs now, per unit; negative is a credit. [price]."""
        return sum(leg.cost for leg in self.legs)

    @property
    def strikes(self) -> tuple[float, ...]:
        """Strikes of its options, ascending, each once. [price]."""
        return tuple(sorted({leg.strike for leg in self.options}))

    @property
    def horizon_days(self) -> float:
        """Days to the nearest expiry, when its payoff is looked at; NaN where not told. [days]."""
        return min((leg.expiry_days for leg in self.options), default=math.nan)

    @property
    def has_one_expiry(self) -> bool:
        """Whether all options expire together, so that the payoff is piecewise linear."""
        return len({leg.expiry_days for leg in self.options if leg.expiry_days >= 0.0}) <= 1

    def times(self, quantity: float) -> Strategy:
        """Return the strategy, so many times over.

        Parameters
        ----------
        quantity : float
            Negative is the opposite side, at the same premiums.

        Returns
        -------
        Strategy
            A new one.

        Examples
        --------
        >>> Strategy("Put", (Leg("put", 90, 1, 2.0),)).times(-3).cost
        -6.0
        """
        legs = tuple(replace(leg, quantity=quantity * leg.quantity) for leg in self.legs)
        return Strategy(self.name, legs)
