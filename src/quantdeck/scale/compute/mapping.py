"""What the maps of all executors with workers have in common: how they begin and how they end."""

from __future__ import annotations

import itertools
import logging
import pickle
from typing import TYPE_CHECKING, Any

from quantdeck.net.clock import SystemClock
from quantdeck.scale.compute.calls import called, fail, name_of
from quantdeck.scale.compute.words import handed_out, stayed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quantdeck.scale.compute.drive import Driven

_LOG = logging.getLogger(__name__)

WORTH_S = 8.0
"""Work that is left when it is handed out; less is done sooner than workers have begun. [s]"""
WORTH_AGAIN_S = 1.0
"""The same where the workers have done such work before: nothing is to be imported and compiled. [s]"""

_PROBE_S = 0.2
_LONG_ITEM_S = 1.0


class Mapping:
    """A map: its first items, done in this process, and what workers made of the others.

    The first items tell how much work there is. All of them are done here where that is too little to be
    handed out.

    Parameters
    ----------
    function, items, common, on_progress, tell
        As `quantdeck.ports.compute.Executor.map`.
    worth_s : float
        Work that is less stays in this process; 0 hands out all of it. [s]
    known : set of str
        Names of functions that the workers have been given before.

    Raises
    ------
    QuantdeckError
        What an item failed with.

    Examples
    --------
    >>> known = set()
    >>> mapping = Mapping(pow, [1, 2, 3], 2, on_progress=None, tell=print, worth_s=8.0, known=known)
    3 items worked on in this process: too little to be handed out
    >>> mapping.rest, mapping.results
    ([], [2, 4, 8])
    """

    def __init__(  # noqa: PLR0913 - of the port
        self,
        function: Callable[[Any, Any], Any],
        items: Sequence[Any],
        common: Any,
        *,
        on_progress: Callable[[float], None] | None,
        tell: Callable[[str], None] | None,
        worth_s: float,
        known: set[str],
    ) -> None:
        self.name = name_of(function)
        self._items = items
        self._on_progress = on_progress
        self._tell = tell or _LOG.info
        self._known = known
        self._parts: dict[int, list[Any]] = {}
        worth_s = min(worth_s, WORTH_AGAIN_S) if self.name in known else worth_s
        self._here = self._done_here(function, common, worth_s)
        if not self.rest:
            self._tell(stayed(len(items)))

    @property
    def rest(self) -> Sequence[Any]:
        """Items that are to be handed out."""
        return self._items[len(self._here) :]

    @property
    def results(self) -> list[Any]:
        """What came of the items so far, in order."""
        return [*self._here, *itertools.chain(*(self._parts[at] for at in sorted(self._parts)))]

    def look(self, count: int) -> None:
        """Say that so many of the rest are done; what the caller raises then ends the work."""
        if self._on_progress is not None:
            self._on_progress((len(self._here) + count) / len(self._items))

    def keep(self, first: int, part: bytes) -> None:
        """Take what came of a chunk of the rest, from its place on: a pickled list."""
        # Written by processes of ours, on this machine or on those of a cluster that is trusted.
        self._parts[first] = pickle.loads(part)  # noqa: S301

    def ended(self, driven: Driven, place: str) -> list[Any]:
        """Return what came of all items.

        Parameters
        ----------
        driven : Driven
            How it went.
        place : str
            Where, in words.

        Raises
        ------
        QuantdeckError
            What an item failed with.
        """
        if driven.failure is not None:
            told = driven.failure._replace(at=driven.failure.at + len(self._here))
            fail(told, self._items[told.at], len(self._items))
        self._known.add(self.name)
        self._tell(handed_out(len(self.rest), driven, place))
        return self.results

    def _done_here(
        self, function: Callable[[Any, Any], Any], common: Any, worth_s: float
    ) -> list[Any]:
        clock = SystemClock()
        found: list[Any] = []
        warm_s = 0.0
        is_judged = worth_s <= 0.0
        while len(found) < len(self._items) and not is_judged:
            begun_ns = clock.monotonic_ns()
            found.append(called(function, common, self._items, len(found)))
            took_s = (clock.monotonic_ns() - begun_ns) / 1e9
            if self._on_progress is not None:
                self._on_progress(len(found) / len(self._items))
            # The first may have compiled what the others find compiled.
            warm_s += took_s if len(found) > 1 else 0.0
            rest = len(self._items) - len(found)
            if took_s >= _LONG_ITEM_S:
                is_judged = rest * took_s >= worth_s
            elif warm_s >= _PROBE_S:
                is_judged = rest * warm_s / (len(found) - 1) >= worth_s
        return found
