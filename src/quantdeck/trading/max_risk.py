"""The most that one trade may lose, by kind of strategy: ``call=100,condor=50``."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ANY = "default"
"""Key of the limit of every strategy that has none of its own."""


def parse_max_risk(text: str) -> dict[str, float]:
    """Return limits by strategy, as they stand in ``MAX_RISK``.

    Parameters
    ----------
    text : str
        ``name=amount`` with commas between; empty for no limit.

    Returns
    -------
    dict of str to float
        Lower-case name to the most that a trade of it may lose. [currency]

    Raises
    ------
    BadInput
        If a part is not ``name=amount``, a name repeats, or an amount is not above 0.

    Examples
    --------
    >>> parse_max_risk("call=100, condor=50")
    {'call': 100.0, 'condor': 50.0}
    """
    limits: dict[str, float] = {}
    for part in filter(None, (each.strip() for each in text.split(","))):
        name, sign, amount = (each.strip().lower() for each in part.partition("="))
        try:
            value = float(amount)
        except ValueError:
            value = math.nan
        if not (sign and name and math.isfinite(value) and value > 0.0):
            raise BadInput(
                f"{part!r} is no limit; write a strategy and an amount above 0, such as call=100"
            )
        if name in limits:
            raise BadInput(f"{name} has two limits; name each strategy once")
        limits[name] = value
    return limits


def max_risk_of(limits: Mapping[str, float], names: Iterable[str]) -> tuple[str, float]:
    """Return the limit of a strategy: of the first of its names that has one, or that of any.

    Parameters
    ----------
    limits : mapping of str to float
        As `parse_max_risk` gives them. [currency]
    names : iterable of str
        What the strategy is called, from its own name to that of its family.

    Returns
    -------
    tuple of (str, float)
        The name that the limit goes by, and the limit; empty and infinite where there is none. [currency]

    Examples
    --------
    >>> max_risk_of({"condor": 50.0}, ("iron_condor", "condor"))
    ('condor', 50.0)
    >>> max_risk_of({"condor": 50.0}, ("long_call", "call"))
    ('', inf)
    """
    for name in (*names, ANY):
        if name in limits:
            return name, limits[name]
    return "", math.inf
