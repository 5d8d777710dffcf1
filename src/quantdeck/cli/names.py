"""Names on the command line: an option given again, or several with commas."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def names(given: Iterable[str] | None) -> tuple[str, ...]:
    """Return the names of an option that may be repeated and takes commas.

    Parameters
    ----------
    given : iterable of str, or None
        As typed, once or several times; None where the option was not used.

    Returns
    -------
    tuple of str
        In the order typed, without blanks; empty where there is none.

    Examples
    --------
    >>> names(["btcusdt, ethusdt", "solusdt"])
    ('btcusdt', 'ethusdt', 'solusdt')
    """
    return tuple(name for text in given or () for part in text.split(",") if (name := part.strip()))
