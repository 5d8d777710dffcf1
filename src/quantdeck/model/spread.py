"""How a job goes through its items: here one after the other, elsewhere on many workers.

What is pure names the function and the items and folds the results; who does the work is told by a
`Spread`. A function is a module-level one that is given what all items need and one item; what it gives
depends on nothing else, so that the results are the same to the last bit wherever it ran.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

C = TypeVar("C")
I = TypeVar("I")  # noqa: E741 - an item
R = TypeVar("R")


class Spread(Protocol):
    """Calls a function for each of many items."""

    def __call__(
        self,
        function: Callable[[C, I], R],
        items: Sequence[I],
        common: C,
        *,
        on_progress: Callable[[float], None] | None = None,
    ) -> list[R]:
        """Return ``function(common, item)`` of every item, in their order.

        Parameters
        ----------
        function : callable
            Of a module's top level, so that another process finds it by its name.
        items : sequence
            Plain data; a seed, where one is needed, is part of the item.
        common : object
            What all items need: plain data, sent to each worker once and changed by nobody.
        on_progress : callable, optional
            Told the share of items that is done, in [0, 1]; what it raises ends the work.
        """
        ...


def one_by_one(
    function: Callable[[C, I], R],
    items: Sequence[I],
    common: C,
    *,
    on_progress: Callable[[float], None] | None = None,
) -> list[R]:
    """Return ``function(common, item)`` of every item, one after the other in this process.

    Parameters
    ----------
    function : callable
        Given what is common, and an item.
    items : sequence
        What it is called for.
    common : object
        What all items need.
    on_progress : callable, optional
        Told the share of items that is done, in (0, 1]; what it raises ends the work.

    Examples
    --------
    >>> one_by_one(pow, [1, 2, 3], 2)
    [2, 4, 8]
    """
    found: list[R] = []
    for item in items:
        found.append(function(common, item))
        if on_progress is not None:
            on_progress(len(found) / len(items))
    return found
