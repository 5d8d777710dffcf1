"""Money of the ledger: decimal, so that sums are exact."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, Context, Decimal

from quantdeck.model.errors import BadInput

CENT = Decimal("1e-12")
"""Smallest amount of money that is told apart. [currency]"""

EXACT = Context(prec=80, rounding=ROUND_HALF_EVEN)
"""Digits enough for the product of any two numbers that floats can hold in a market."""


def exact(value: float | Decimal, name: str) -> Decimal:
    """Return a number as the decimal that is written for it.

    Parameters
    ----------
    value : float or Decimal
        A finite number.
    name : str
        What to call it in an error.

    Returns
    -------
    Decimal
        The shortest that reads as the same float.

    Raises
    ------
    BadInput
        If it is not finite.

    Examples
    --------
    >>> exact(0.1, "price")
    Decimal('0.1')
    """
    if not math.isfinite(value):
        raise BadInput(f"{name} must be finite, was {value}")
    return value if isinstance(value, Decimal) else Decimal(repr(float(value)))


def amount(*factors: Decimal) -> Decimal:
    """Return a product as money.

    Parameters
    ----------
    *factors : Decimal
        Such as a quantity and a price.

    Returns
    -------
    Decimal
        Their product, rounded half to even to `CENT`. [currency]

    Examples
    --------
    >>> amount(Decimal("0.5"), Decimal("3"))
    Decimal('1.500000000000')
    """
    product = Decimal(1)
    for factor in factors:
        product = EXACT.multiply(product, factor)
    return product.quantize(CENT, context=EXACT)
