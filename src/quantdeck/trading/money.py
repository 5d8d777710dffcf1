"""Money of the ledger: decimal, so that sums are exact."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import TYPE_CHECKING

from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence

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


def scaled(parts: Sequence[Decimal], ratio: Decimal) -> list[Decimal]:
    """Return quantities times a ratio, so that their sum is that of the quantities times it.

    Parameters
    ----------
    parts : sequence of Decimal
        Such as lots of shares.
    ratio : Decimal
        Such as that of a split.

    Returns
    -------
    list of Decimal
        Exact where that takes no more digits than `CENT` has; else rounded to it, the last of them such
        that the sum is right.

    Examples
    --------
    >>> [str(part) for part in scaled([Decimal(10), Decimal(5)], EXACT.divide(Decimal(2), Decimal(3)))]
    ['6.666666666667', '3.333333333333']
    >>> scaled([Decimal(10)], Decimal(4))
    [Decimal('40')]
    """
    total, found = Decimal(0), [EXACT.multiply(part, ratio) for part in parts]
    if all(int(part.as_tuple().exponent) >= int(CENT.as_tuple().exponent) for part in found):
        return found
    for part in parts:
        total = EXACT.add(total, part)
    rounded = [amount(part) for part in found[:-1]]
    return [*rounded, amount(total, ratio) - sum(rounded, Decimal(0))]
