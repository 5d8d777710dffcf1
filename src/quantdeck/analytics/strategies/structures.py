"""Named strategies: which legs they have, how they are known, and what they hope for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

from quantdeck.analytics.strategies.types import LegKind, Strategy
from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quantdeck.analytics.strategies.types import Leg

    Quote = Callable[["LegPlan", float], Leg]


class View(StrEnum):
    """What a strategy gains from."""

    UP = "up"
    DOWN = "down"
    STILL = "still"
    """The price stays where it is."""
    MOVE = "move"
    """The price goes far, either way."""
    NONE = "none"
    """Nothing: a loan, or parity itself."""


class Payment(StrEnum):
    """Which way money flows when a strategy is opened."""

    DEBIT = "debit"
    CREDIT = "credit"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a strike is looked for: forward + shift + distance d + width w.

    Parameters
    ----------
    distance, width : float
        How often the distance of the short strikes from the middle, and the width of the wings, are added.
    """

    distance: float = 0.0
    width: float = 0.0


@dataclass(frozen=True, slots=True)
class LegPlan:
    """A leg before it has a price.

    Parameters
    ----------
    kind : LegKind
        What it is.
    quantity : float
        Positive is bought.
    strike : int
        Which of the strategy's strikes, from 0; -1 of shares and cash, which have none.
    expiry : int
        0 is the near one, 1 the far one.
    """

    kind: LegKind
    quantity: float
    strike: int = -1
    expiry: int = 0


@dataclass(frozen=True, slots=True)
class Structure:
    """A strategy by name.

    Parameters
    ----------
    key : str
        Lower case with dashes, unique.
    title : str
        As it is usually called.
    others : tuple of str
        Other names.
    view : View
        What it gains from.
    volatility : str
        ``long`` where it gains from a rise of implied volatility, ``short`` where it loses, ``flat``.
    payment : Payment
        Debit or credit.
    places : tuple of Place
        Of its strikes, ascending.
    legs : tuple of LegPlan
        What is bought and sold.
    """

    key: str
    title: str
    others: tuple[str, ...]
    view: View
    volatility: str
    payment: Payment
    places: tuple[Place, ...]
    legs: tuple[LegPlan, ...]

    @property
    def expiries(self) -> int:
        """How many expiries it needs."""
        return 1 + max(leg.expiry for leg in self.legs)

    @property
    def needs_shares(self) -> bool:
        """Whether the underlying itself is one of its legs, which an index cannot be."""
        return any(leg.kind is LegKind.SHARE for leg in self.legs)


def assemble(structure: Structure, strikes: Sequence[float], quote: Quote) -> Strategy:
    """Return the strategy with strikes and prices.

    Parameters
    ----------
    structure : Structure
        Which.
    strikes : sequence of float
        As many as it has places, ascending; equal ones where it allows it. [price]
    quote : callable
        Takes a `LegPlan` and its strike (NaN without one), returns the `Leg` with its premium.

    Returns
    -------
    Strategy
        Named after the structure.

    Raises
    ------
    BadInput
        If there are too few or too many strikes, or they do not ascend.

    Examples
    --------
    >>> from quantdeck.analytics.strategies.catalogue import structure
    >>> from quantdeck.analytics.strategies.types import Leg
    >>> prices = {100.0: 6.0, 110.0: 2.0}
    >>> spread = assemble(
    ...     structure("bull-call-spread"),
    ...     (100.0, 110.0),
    ...     lambda plan, strike: Leg(plan.kind, strike, plan.quantity, prices[strike]),
    ... )
    >>> spread.name, spread.cost
    ('Bull call spread', 4.0)
    """
    given = [float(strike) for strike in strikes]
    if len(given) != len(structure.places):
        raise BadInput(
            f"{structure.title} has {len(structure.places)} strikes, were {len(given)}: "
            f"{', '.join(f'{x:g}' for x in given) or 'none'}",
            field="strikes",
        )
    for low, high in pairwise(given):
        if not low < high:
            raise BadInput(
                f"strikes of {structure.title} ascend, were {', '.join(f'{x:g}' for x in given)}",
                field="strikes",
            )
    legs = (
        quote(plan, given[plan.strike] if plan.strike >= 0 else float("nan"))
        for plan in structure.legs
    )
    return Strategy(structure.title, tuple(legs))
