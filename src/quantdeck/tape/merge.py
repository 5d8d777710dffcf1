"""Merging many sorted runs with bounded memory.

Runs say where they begin before they are loaded. They are loaded in that order, and whatever lies
before the beginning of the next one can be handed on: only runs that overlap are in memory together.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Loaded(Generic[T]):
    """A run in memory.

    Parameters
    ----------
    keys : array of int64 of shape (n,)
        Ascending.
    body : T
        What the keys belong to; the merge does not look at it.
    """

    keys: NDArray[np.int64]
    body: T


@dataclass(frozen=True, slots=True)
class Run(Generic[T]):
    """A sorted run that is not in memory yet.

    Parameters
    ----------
    first : int
        No key of the run is less.
    load : callable
        Returns the run, or the smaller runs it consists of.
    """

    first: int
    load: Callable[[], Loaded[T] | Sequence[Run[T]]]


@dataclass(frozen=True, slots=True)
class Piece(Generic[T]):
    """Rows ``start <= i < stop`` of a run."""

    body: T
    start: int
    stop: int


@dataclass(slots=True)
class _Cursor(Generic[T]):
    run: Loaded[T]
    position: int = 0

    def advance(self, bound: int | None) -> Piece[T] | None:
        keys = self.run.keys
        stop = len(keys) if bound is None else int(np.searchsorted(keys, bound, side="left"))
        if stop <= self.position:
            return None
        piece = Piece(self.run.body, self.position, stop)
        self.position = stop
        return piece


@dataclass(order=True, slots=True)
class _Entry:
    first: int
    number: int
    run: Run[Any] = field(compare=False)


@dataclass(frozen=True, slots=True)
class Window(Generic[T]):
    """What several runs have between two keys.

    Parameters
    ----------
    pieces : list of Piece
        Rows whose keys are at least the `bound` of the window before and less than `bound`.
    bound : int or None
        None in the last window.
    """

    pieces: list[Piece[T]]
    bound: int | None


def merged(runs: Iterable[Run[T]]) -> Iterator[Window[T]]:
    """Merge runs into windows.

    Parameters
    ----------
    runs : iterable of Run
        In any order.

    Yields
    ------
    Window
        In the order of keys; within a window the caller sorts.
    """
    waiting = [_Entry(run.first, number, run) for number, run in enumerate(runs)]
    heapq.heapify(waiting)
    given = len(waiting)
    active: list[_Cursor[T]] = []
    while waiting:
        loaded = heapq.heappop(waiting).run.load()
        if isinstance(loaded, Loaded):
            active.append(_Cursor(loaded))
        else:
            for part in loaded:
                heapq.heappush(waiting, _Entry(part.first, given, part))
                given += 1
        bound = waiting[0].first if waiting else None
        pieces = [piece for cursor in active if (piece := cursor.advance(bound)) is not None]
        active = [cursor for cursor in active if cursor.position < len(cursor.run.keys)]
        if pieces:
            yield Window(pieces, bound)
