"""Which rules a sweep tries."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from quantdeck.research.pairs.rules import PairRules

MOST_COMBINATIONS = 200_000
"""Of one sweep."""


class Combination(NamedTuple):
    """One set of parameters that is tried; the rest is that of the rules swept.

    Parameters
    ----------
    hedge_window, window : int
        [rows]
    entry, exit : float
        [deviations]
    stop : float or None
        [deviations]
    max_hold : int or None
        [rows]
    """

    hedge_window: int
    window: int
    entry: float
    exit: float
    stop: float | None
    max_hold: int | None

    def applied(self, rules: PairRules) -> PairRules:
        """Return rules with these parameters in the place of theirs.

        Parameters
        ----------
        rules : PairRules
            The rest.

        Returns
        -------
        PairRules
            As they were traded in the sweep.

        Examples
        --------
        >>> from quantdeck.research.pairs.rules import PairRules
        >>> Combination(50, 20, 1.5, 0.0, None, None).applied(PairRules()).entry
        1.5
        """
        return replace(rules, **self._asdict())


@dataclass(frozen=True, slots=True)
class SweepGrid:
    """Values of every parameter; all combinations that make sense are tried.

    Parameters
    ----------
    windows : tuple of int
        Of the score. [rows]
    entries, exits : tuple of float
        [deviations]
    stops : tuple of (float or None)
        None is no stop. [deviations]
    max_holds : tuple of (int or None)
        None is no limit. [rows]
    hedge_windows : tuple of int
        Of the line; those of the rules where there is none. [rows]

    Raises
    ------
    BadInput
        If a list other than the last is empty or holds a value twice.

    Examples
    --------
    >>> grid = SweepGrid(windows=(20, 40), entries=(1.0, 2.0), exits=(0.0, 1.5))
    >>> len(grid.combinations(500))
    6
    """

    windows: tuple[int, ...]
    entries: tuple[float, ...]
    exits: tuple[float, ...] = (0.0,)
    stops: tuple[float | None, ...] = (None,)
    max_holds: tuple[int | None, ...] = (None,)
    hedge_windows: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        for name in ("windows", "entries", "exits", "stops", "max_holds", "hedge_windows"):
            values = getattr(self, name)
            if not values and name != "hedge_windows":
                raise BadInput(f"the sweep has no {name}; give at least one")
            if len(set(values)) != len(values):
                raise BadInput(f"{name} of the sweep hold a value twice")

    def combinations(self, hedge_window: int) -> list[Combination]:
        """Return what is tried, grouped by line and by score window.

        Parameters
        ----------
        hedge_window : int
            Of the line where the grid names none. [rows]

        Returns
        -------
        list of Combination
            Without those whose exit is not below their entry or whose stop is not beyond it.

        Raises
        ------
        BadInput
            If nothing is left, or there are more than `MOST_COMBINATIONS`.
        """
        hedges = self.hedge_windows or (hedge_window,)
        lists = (hedges, self.windows, self.entries, self.exits, self.stops, self.max_holds)
        count = math.prod(map(len, lists))
        if count > MOST_COMBINATIONS:
            raise BadInput(
                f"the sweep has {count:,} combinations, {MOST_COMBINATIONS:,} are the most; "
                "leave out some values"
            )
        every = (Combination(*values) for values in product(*lists))
        kept = [each for each in every if _makes_sense(each)]
        if not kept:
            raise BadInput(
                "no combination is left: every exit must lie below its entry and every stop beyond it"
            )
        return kept


def _makes_sense(each: Combination) -> bool:
    return each.exit < each.entry and (each.stop is None or each.stop > each.entry)
