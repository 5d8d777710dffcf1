"""Figures in words, and how many decimals a price has."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MINUS = "\N{MINUS SIGN}"

_MOST_DECIMALS = 8


def price_decimals(tick_size: float | None, prices: Iterable[float] = ()) -> int:
    """Return how many decimals the prices of an instrument have.

    Parameters
    ----------
    tick_size : float or None
        Smallest step, where the venue says. [currency]
    prices : iterable of float
        Looked at where it does not: as many decimals as the longest of them has.

    Returns
    -------
    int
        0 to 8; 2 where nothing is known.

    Examples
    --------
    >>> price_decimals(0.1), price_decimals(None, [61800.3, 61800.25]), price_decimals(None)
    (1, 2, 2)
    """
    steps = [tick_size] if tick_size else [p for p in prices if math.isfinite(p)]
    if not steps:
        return 2
    return min(_MOST_DECIMALS, max(_decimals(step) for step in steps))


def _decimals(value: float) -> int:
    exponent = Decimal(repr(value)).normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def pvalue_text(pvalue: float) -> str:
    """Return a p-value with two significant digits, without the leading zero.

    Parameters
    ----------
    pvalue : float
        Probability.

    Returns
    -------
    str
        Such as ``.27``, ``.0031``; ``< .0001`` below that.

    Examples
    --------
    >>> pvalue_text(0.2741), pvalue_text(0.00312), pvalue_text(0.00001), pvalue_text(0.999)
    ('.27', '.0031', '< .0001', '1.0')
    """
    if pvalue < 0.0001:
        return "< .0001"
    digits = max(2, 1 - math.floor(math.log10(pvalue)))
    text = f"{pvalue:.{digits}f}"
    return text.removeprefix("0") if text.startswith("0.") else f"{pvalue:.1f}"


def number_text(value: float, significant: int = 3) -> str:
    """Return a number with so many significant digits, grouped, with a true minus sign.

    Parameters
    ----------
    value : float
        Finite.
    significant : int
        Digits.

    Examples
    --------
    >>> number_text(1234567.8), number_text(-0.01234), number_text(0.0)
    ('1,230,000', '−0.0123', '0')
    """
    if value == 0.0:
        return "0"
    exponent = math.floor(math.log10(abs(value)))
    rounded = round(value, significant - 1 - exponent)
    text = f"{rounded:,.{max(0, significant - 1 - exponent)}f}"
    return text.replace("-", MINUS)


def duration_text(seconds: float) -> str:
    """Return a duration in the largest unit that fits.

    Parameters
    ----------
    seconds : float
        >= 0. [s]

    Examples
    --------
    >>> duration_text(0.25), duration_text(42), duration_text(150), duration_text(7200)
    ('250 ms', '42 s', '2.5 min', '2 h')
    """
    for size, unit in ((86400.0, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s")):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1000.0:.3g} ms"


def ms_of(ns: int | None) -> int | None:
    """Return milliseconds of nanoseconds, None of None.

    Parameters
    ----------
    ns : int or None
        Time since 1970 UTC. [ns]

    Examples
    --------
    >>> ms_of(1_500_000_000), ms_of(None)
    (1500, None)
    """
    return None if ns is None else ns // 1_000_000
