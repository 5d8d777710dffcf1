"""A feature: a registered function of a panel, with what must be known to trust it."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.analytics.types import FloatArray
    from quantdeck.research.features.panel import Panel

    FeatureFunction = Callable[[Panel], FloatArray]


@dataclass(frozen=True, slots=True)
class Feature:
    """One column of the table of features.

    Parameters
    ----------
    name : str
        Column, lower case with underscores; unique.
    title : str
        First line of the function's docstring.
    text : str
        The whole docstring: formula, unit, source.
    group : str
        Heading under which it is listed, such as ``Trend``.
    inputs : tuple of str
        Inputs of the panel that it reads.
    lookback : int
        Sessions, its own included, that a value depends on; 0 where it depends on all before.
    unit : str
        Such as ``1`` or ``decimal a year``.
    is_comparable : bool
        Whether values of different symbols and years can stand in one column of a model; a price cannot.
    is_ranked : bool
        Whether its rank among the symbols of the session is a feature too, named ``<name>_rank``.
    is_own : bool
        Whether a value depends on the symbol's own row alone: such features are computed for some symbols
        at a time, which takes less memory.
    function : callable
        Panel in, array of shape (N, T) out, NaN where it is not known.
    """

    name: str
    title: str
    text: str
    group: str
    inputs: tuple[str, ...]
    lookback: int
    unit: str
    is_comparable: bool
    is_ranked: bool
    is_own: bool
    function: FeatureFunction


_REGISTERED: dict[str, Feature] = {}


def feature(  # noqa: PLR0913 - what a column is said to be
    *,
    group: str,
    inputs: tuple[str, ...],
    lookback: int,
    unit: str = "1",
    is_comparable: bool = True,
    is_ranked: bool = False,
    is_own: bool = False,
) -> Callable[[FeatureFunction], FeatureFunction]:
    """Register a function as a feature under its own name.

    Parameters
    ----------
    group, inputs, lookback, unit, is_comparable, is_ranked, is_own
        As of `Feature`.

    Returns
    -------
    callable
        Decorator that leaves the function as it is.

    Raises
    ------
    BadInput
        If the name is taken, or the function has no docstring.
    """

    def register(function: FeatureFunction) -> FeatureFunction:
        name = function.__name__
        text = inspect.getdoc(function)
        if not text:
            raise BadInput(f"feature {name} needs a docstring: its formula, unit and source")
        known = _REGISTERED.get(name)
        if known is not None and known.function.__module__ != function.__module__:
            raise BadInput(f"there is a feature {name} already, of {known.function.__module__}")
        title = text.splitlines()[0].rstrip(".")
        _REGISTERED[name] = Feature(
            name=name,
            title=title,
            text=text,
            group=group,
            inputs=inputs,
            lookback=lookback,
            unit=unit,
            is_comparable=is_comparable,
            is_ranked=is_ranked,
            is_own=is_own,
            function=function,
        )
        return function

    return register


def registered() -> tuple[Feature, ...]:
    """Return every feature that has been registered, in order of registration."""
    return tuple(_REGISTERED.values())
