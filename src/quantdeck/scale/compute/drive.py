"""Sends items in chunks, measures them, sends lost ones again and puts the results in order."""

from __future__ import annotations

import math
import pickle
from collections import Counter, deque
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from quantdeck.model.errors import ComputeError
from quantdeck.net.clock import SystemClock
from quantdeck.scale.compute.calls import called, fail

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from quantdeck.scale.compute.calls import Failure, Outcome

LEAST_S = 0.1
"""Work of a chunk: sending one takes one or two milliseconds. [s]"""
WORTH_S = 8.0
"""Work that is left when it is handed out; less is done sooner than workers have begun. [s]"""
WORTH_AGAIN_S = 1.0
"""The same where the workers have done such work before: nothing is to be imported and compiled. [s]"""

_USUAL_S = 0.25
_LOOK_S = 0.25
_PROBE_S = 0.2
_LONG_ITEM_S = 1.0
_AHEAD = 2


class Chunk(NamedTuple):
    """Items that travel together: ``items[first:end]``."""

    first: int
    end: int


class LostError(Exception):
    """A worker was lost with what it had to do."""


class Lane(Protocol):
    """The way to workers."""

    @property
    def workers(self) -> int:
        """How many chunks are worked on at once."""
        ...

    def send(self, chunk: Chunk) -> Hashable:
        """Send a chunk; return its ticket."""
        ...

    def ended(self, tickets: Sequence[Hashable], timeout_s: float) -> Sequence[Hashable]:
        """Return tickets of what has ended, after so long at the latest."""
        ...

    def take(self, ticket: Any) -> Outcome:
        """Return what came of a chunk.

        Raises
        ------
        LostError
            If its worker was lost.
        """
        ...


class Sizes:
    """How many items go into the next chunk.

    Parameters
    ----------
    workers : int
        How many chunks are worked on at once.
    chunk : int or None
        Always so many; None measures.

    Examples
    --------
    >>> sizes = Sizes(workers=2, chunk=None)
    >>> sizes.next(1000)
    1
    >>> sizes.ended(1, 5.0, "first")  # it had to import the libraries
    >>> sizes.ended(1, 0.001, "first")
    >>> sizes.next(1000), sizes.next(400), sizes.next(50)
    (250, 100, 50)
    """

    def __init__(self, *, workers: int, chunk: int | None) -> None:
        self._workers = max(1, workers)
        self._chunk = chunk
        self._known: set[str] = set()
        self._items = 0
        self._seconds = 0.0
        self._cold = 0.0

    @property
    def is_measured(self) -> bool:
        """Whether the next size is more than a guess."""
        return self._chunk is not None or self._items > 0 or self._cold > 0.0

    def next(self, left: int) -> int:
        """Return the size of the next chunk, of so many items that are left."""
        if self._chunk is not None:
            return min(left, self._chunk)
        each = self._seconds / self._items if self._items else self._cold
        if each <= 0.0:
            return 1
        fair = left / (2 * self._workers)
        return min(left, max(math.ceil(LEAST_S / each), min(math.ceil(_USUAL_S / each), int(fair))))

    def ended(self, items: int, seconds: float, worker: str) -> None:
        """Take how long a chunk took."""
        if worker in self._known:
            self._items += items
            self._seconds += max(seconds, 1e-9)
            return
        # The first that a worker does takes longer: it imports, and compiles.
        self._known.add(worker)
        each = max(seconds, 1e-9) / items
        self._cold = each if self._cold == 0.0 else min(self._cold, each)


def drive(
    lane: Lane,
    count: int,
    *,
    chunk: int | None,
    retries: int,
    look: Callable[[int], None],
) -> Driven:
    """Return what came of all chunks.

    Parameters
    ----------
    lane : Lane
        The way to workers.
    count : int
        Items.
    chunk : int or None
        Items of a chunk; None measures.
    retries : int
        How often a chunk that was lost is sent again.
    look : callable
        Told how many items are done, again and again; what it raises ends the work.

    Raises
    ------
    ComputeError
        If a chunk was lost too often.
    """
    run = _Run(lane, count, chunk=chunk, retries=retries)
    while True:
        run.send()
        look(run.done)
        if not run.flying:
            return run.told()
        for ticket in lane.ended(list(run.flying), _LOOK_S):
            run.take(ticket)


class _Run:
    def __init__(self, lane: Lane, count: int, *, chunk: int | None, retries: int) -> None:
        self.flying: dict[Hashable, Chunk] = {}
        self.done = 0
        self._lane = lane
        self._count = count
        self._retries = retries
        self._sizes = Sizes(workers=lane.workers, chunk=chunk)
        self._again: deque[Chunk] = deque()
        self._lost: Counter[Chunk] = Counter()
        self._parts: dict[int, bytes] = {}
        self._failures: list[Failure] = []
        self._seconds = 0.0
        self._sent = 0

    def send(self) -> None:
        most = self._lane.workers * (_AHEAD if self._sizes.is_measured else 1)
        while len(self.flying) < most and (going := self._next()) is not None:
            self.flying[self._lane.send(going)] = going

    def take(self, ticket: Hashable) -> None:
        got = self.flying.pop(ticket)
        try:
            outcome = self._lane.take(ticket)
        except LostError as error:
            self._lost[got] += 1
            if self._lost[got] > self._retries:
                raise ComputeError(
                    f"workers were lost {self._lost[got]} times while they worked on items "
                    f"{got.first + 1} to {got.end} of {self._count} ({error}); look at their memory and "
                    "at their log"
                ) from error
            self._again.append(got)
            return
        self._parts[got.first] = outcome.results
        self.done += got.end - got.first
        self._seconds += outcome.seconds
        self._sizes.ended(got.end - got.first, outcome.seconds, outcome.worker)
        if outcome.failure is not None:
            self._failures.append(outcome.failure)

    def told(self) -> Driven:
        first = min(self._failures, key=lambda each: each.at, default=None)
        parts = [self._parts[at] for at in sorted(self._parts)]
        return Driven(parts, len(parts), self._lost.total(), self._seconds, first)

    # Chunks go in order: whatever comes before an item that failed has been sent when that is known,
    # so that the first failure is the same wherever the work is done.
    def _next(self) -> Chunk | None:
        if self._again:
            return self._again.popleft()
        if self._sent == self._count or self._failures:
            return None
        first = self._sent
        self._sent += self._sizes.next(self._count - first)
        return Chunk(first, self._sent)


class Driven(NamedTuple):
    """What came of all chunks.

    Parameters
    ----------
    parts : list of bytes
        Pickled lists, in order.
    chunks, again : int
        That were sent; that were sent again.
    seconds : float
        Work of all workers together. [s]
    failure : Failure or None
        The first in the order of items.
    """

    parts: list[bytes]
    chunks: int
    again: int
    seconds: float
    failure: Failure | None


def put_together(driven: Driven, items: Sequence[object], *, offset: int = 0) -> list[Any]:
    """Return the results in order; `offset` items went before those that were sent.

    Raises
    ------
    QuantdeckError
        What an item failed with.
    """
    if driven.failure is not None:
        told = driven.failure._replace(at=driven.failure.at + offset)
        fail(told, items[told.at], len(items))
    # Written by processes of ours, on this machine or on those of a cluster that is trusted.
    return [each for part in driven.parts for each in pickle.loads(part)]  # noqa: S301


class Probed(NamedTuple):
    """What was done in this process, to see how much work there is.

    Parameters
    ----------
    results : list
        Of the first items; of all where the rest was too little to be handed out.
    left_s : float
        Work that is left, as far as it can be told. [s]
    """

    results: list[Any]
    left_s: float


def probe(
    function: Callable[[Any, Any], Any],
    items: Sequence[Any],
    common: Any,
    *,
    on_progress: Callable[[float], None] | None,
    worth_s: float,
) -> Probed:
    """Do the first items in this process, and all of them where that is little work.

    Parameters
    ----------
    function, items, common
        As `quantdeck.ports.compute.Executor.map`.
    on_progress : callable, optional
        As there.
    worth_s : float
        Less than that is done here. Nothing is tried where it is 0. [s]

    Raises
    ------
    QuantdeckError
        What an item failed with.
    """
    clock = SystemClock()
    found: list[Any] = []
    warm_s = left_s = 0.0
    is_judged = worth_s <= 0.0
    while len(found) < len(items) and not is_judged:
        begun_ns = clock.monotonic_ns()
        found.append(called(function, common, items, len(found)))
        took_s = (clock.monotonic_ns() - begun_ns) / 1e9
        if on_progress is not None:
            on_progress(len(found) / len(items))
        # The first may have compiled what the others find compiled.
        warm_s += took_s if len(found) > 1 else 0.0
        rest = len(items) - len(found)
        if took_s >= _LONG_ITEM_S:
            left_s = rest * took_s
            is_judged = left_s >= worth_s
        elif warm_s >= _PROBE_S:
            left_s = rest * warm_s / (len(found) - 1)
            is_judged = left_s >= worth_s
    return Probed(found, left_s)
