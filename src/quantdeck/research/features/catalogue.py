"""Every feature that there is: those that come with quantdeck and those of whoever registered one."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

from quantdeck.model.errors import BadInput
from quantdeck.research.features import kinds
from quantdeck.research.features.feature import Feature, registered

if TYPE_CHECKING:
    from collections.abc import Sequence

RANK = "_rank"
"""Ends the name of a feature that is another's rank among the symbols of the session."""


def features() -> tuple[Feature, ...]:
    """Return every registered feature.

    Returns
    -------
    tuple of Feature
        Those that come with quantdeck by file and place in it, then those of others.

    Examples
    --------
    >>> "momentum" in [each.name for each in features()]
    True
    """
    for found in pkgutil.iter_modules(kinds.__path__, f"{kinds.__name__}."):
        importlib.import_module(found.name)
    own = [each for each in registered() if each.function.__module__.startswith(kinds.__name__)]
    own.sort(key=lambda each: each.function.__module__)
    return (*own, *(each for each in registered() if each not in own))


def names(chosen: Sequence[Feature] | None = None) -> tuple[str, ...]:
    """Return the columns that features make: their names, then those of their ranks.

    Parameters
    ----------
    chosen : sequence of Feature or None
        All where None.

    Returns
    -------
    tuple of str
        Each once.

    Examples
    --------
    >>> names()[-1].endswith("_rank")
    True
    """
    every = features() if chosen is None else chosen
    plain = tuple(each.name for each in every)
    return plain + tuple(f"{each.name}{RANK}" for each in every if each.is_ranked)


def find(name: str) -> Feature:
    """Return a feature by its own name or by that of its rank.

    Parameters
    ----------
    name : str
        Such as ``momentum`` or ``momentum_rank``.

    Returns
    -------
    Feature
        The one that is meant.

    Raises
    ------
    BadInput
        If there is none, or it has no rank.

    Examples
    --------
    >>> find("momentum_rank").name
    'momentum'
    """
    known = {each.name: each for each in features()}
    if name in known:
        return known[name]
    ranked = known.get(name.removesuffix(RANK)) if name.endswith(RANK) else None
    if ranked is None or not ranked.is_ranked:
        near = [each for each in names() if each.startswith(name[:3])]
        hint = f"did you mean {', '.join(near[:5])}?" if near else "`quantdeck features --list`"
        raise BadInput(f"there is no feature {name!r}; {hint}", field="names")
    return ranked
