"""Lists of parameter values as a person writes them: ``20..200/20, 300, none``."""

from __future__ import annotations

import math
import re

from quantdeck.model.errors import BadInput

_NUMBER = r"\d+(?:\.\d+)?|\.\d+"
_RANGE = re.compile(rf"({_NUMBER})\s*\.\.\s*({_NUMBER})\s*/\s*({_NUMBER})")
_ONE = re.compile(_NUMBER)
_MOST = 2_000
_DIGITS = 9


def numbers_of(text: str, *, name: str) -> tuple[float | None, ...]:
    """Return the values that a list names, in its order.

    Parameters
    ----------
    text : str
        Numbers of 0 or more, ranges ``first..last/step`` that include both ends where the step meets
        them, and ``none``, separated by commas.
    name : str
        What the list is called in an error.

    Returns
    -------
    tuple of (float or None)
        A value that is named twice is there once.

    Raises
    ------
    BadInput
        If a word is none of these, or there are no values or more than 2,000.

    Examples
    --------
    >>> numbers_of("1..2/0.25, 4, none", name="stops")
    (1.0, 1.25, 1.5, 1.75, 2.0, 4.0, None)
    """
    values: dict[float | None, None] = {}
    for word in text.split(","):
        for value in _values_of(word.strip(), name):
            values[value] = None
        if len(values) > _MOST:
            raise BadInput(f"{name} name more than {_MOST:,} values; leave out some")
    return tuple(values)


def rows_of(text: str, *, name: str) -> tuple[int | None, ...]:
    """Return the values of a list of counts.

    Parameters
    ----------
    text : str
        As `numbers_of` takes it.
    name : str
        What the list is called in an error.

    Returns
    -------
    tuple of (int or None)
        Whole numbers.

    Raises
    ------
    BadInput
        Also if a number is not whole.

    Examples
    --------
    >>> rows_of("20..60/20", name="windows")
    (20, 40, 60)
    """
    rows: list[int | None] = []
    for value in numbers_of(text, name=name):
        if value is not None and not value.is_integer():
            raise BadInput(f"{name} are counts of rows, was {value:g}")
        rows.append(None if value is None else int(value))
    return tuple(rows)


def _values_of(word: str, name: str) -> list[float | None]:
    if word.lower() == "none":
        return [None]
    if _ONE.fullmatch(word):
        return [float(word)]
    between = _RANGE.fullmatch(word)
    if between is None:
        raise BadInput(
            f"{name}: {word[:40]!r} is no number, range (20..200/20) or none; separate values by commas"
        )
    first, last, step = map(float, between.groups())
    if last < first or not step > 0.0:
        raise BadInput(f"{name}: {word[:40]!r} goes nowhere; write first..last/step, upwards")
    # what is lost to rounding of decimal steps is given back
    count = math.floor((last - first) / step * (1.0 + 1e-12) + 1e-9) + 1
    if count > _MOST:
        raise BadInput(f"{name}: {word[:40]!r} names {count:,} values; {_MOST:,} are the most")
    return [round(first + k * step, _DIGITS) for k in range(count)]
