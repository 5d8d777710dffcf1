"""Figures as the engine holds them: each once, whichever rules look at it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from quantdeck.alerts.syntax import Call


@dataclass(frozen=True, slots=True)
class Bound:
    """A figure connected to what it is computed from.

    Parameters
    ----------
    read : callable
        ``read(now_ns)`` gives its value; NaN while it is unknown, stale included.
    why : callable
        ``why(now_ns)`` says in a few words why it is unknown.
    keys : tuple
        What changes it at once, as given to `Engine.take`; empty where it is read once a second.
    """

    read: Callable[[int], float]
    why: Callable[[int], str]
    keys: tuple[Hashable, ...] = ()


class FigureSource(Protocol):
    """Where figures come from: the running deck, or a tape that is played."""

    @property
    def revision(self) -> Hashable:
        """Changes when figures may be connected to something else, such as other symbols."""
        ...

    def refresh(self, now_ns: int) -> None:
        """Bring figures that take long to compute up to date; called at every tick."""
        ...

    def bind(self, call: Call) -> Bound:
        """Connect a figure; one that cannot be had is unknown for ever, and says why."""
        ...


class Figure:
    """One figure and its value at the last look. Owned by the engine.

    Parameters
    ----------
    call : Call
        Which one.
    bound : Bound
        What it is computed from.

    Attributes
    ----------
    value : float
        At the last look; NaN where it was unknown.
    watchers : dict
        Places of the rules that look at it.
    """

    __slots__ = ("bound", "call", "value", "watchers")

    def __init__(self, call: Call, bound: Bound) -> None:
        self.call = call
        self.bound = bound
        self.value = math.nan
        self.watchers: dict[str, None] = {}

    def look(self, now_ns: int) -> bool:
        """Read the value, and return whether it is another than before."""
        value = self.bound.read(now_ns)
        before = self.value
        if value == before or (value != value and before != before):  # noqa: PLR0124 - NaN
            return False
        self.value = value if math.isfinite(value) else math.nan
        return True
