"""Limits of a position, and the steps in which quantities are traded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from quantdeck.analytics.types import BoolArray, FloatArray

# A quantity that rounding alone has put below a whole step still has that step.
_GRACE = 1e-9


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of one instrument may be held, and in which steps it is traded.

    Parameters
    ----------
    lot : float
        Quantities are whole multiples of it; 0 for any quantity.
    max_quantity : float
        Most units of the instrument, long or short.
    max_notional : float
        Most value, quantity times price. [currency]

    Raises
    ------
    BadInput
        If the step is negative, or a limit not positive.
    """

    lot: float = 0.0
    max_quantity: float = np.inf
    max_notional: float = np.inf

    def __post_init__(self) -> None:
        if not 0.0 <= self.lot < np.inf:
            raise BadInput(f"lot must be 0 or a positive step, was {self.lot}")
        for name in ("max_quantity", "max_notional"):
            if not getattr(self, name) > 0.0:
                raise BadInput(f"{name} must be positive, was {getattr(self, name)}")

    def rounded(self, quantity: FloatArray) -> FloatArray:
        """Return quantities cut towards zero to whole steps.

        Parameters
        ----------
        quantity : array of shape (n,)
            Signed units; NaN stays NaN.

        Returns
        -------
        array of shape (n,)
            What can be traded of them.

        Examples
        --------
        >>> Limits(lot=0.1).rounded(np.array([0.37, -0.37, 0.3])).round(6)
        array([ 0.3, -0.3,  0.3])
        """
        if self.lot == 0.0:
            return quantity
        steps = np.floor(np.abs(quantity) / self.lot + _GRACE)
        return np.copysign(steps * self.lot, quantity)

    def allows(self, quantity: FloatArray, price: FloatArray) -> BoolArray:
        """Return where a position of this quantity at this price is within the limits.

        Parameters
        ----------
        quantity : array of shape (n,)
            Signed units held.
        price : array of shape (n,)
            What a unit is worth. [currency]

        Returns
        -------
        array of shape (n,)
            False beyond a limit, and where either is NaN.

        Examples
        --------
        >>> Limits(max_notional=100.0).allows(np.array([1.0, -3.0]), np.array([50.0, 50.0]))
        array([ True, False])
        """
        units = np.abs(quantity)
        return (units <= self.max_quantity) & (units * price <= self.max_notional)
