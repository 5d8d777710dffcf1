"""Sends items in chunks, measures them and sends lost ones again."""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from quantdeck.model.errors import ComputeError
from quantdeck.scale.compute.sizes import Sizes

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from quantdeck.scale.compute.calls import Failure, Outcome

_LOOK_S = 0.25


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

    @property
    def ahead(self) -> int:
        """How many more wait for a worker, for each of them."""
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


def drive(
    lane: Lane,
    count: int,
    *,
    chunk: int | None,
    retries: int,
    look: Callable[[int], None],
    keep: Callable[[int, bytes], None],
) -> Driven:
    """Have all chunks worked on; return how it went.

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
    keep : callable
        Given what came of a chunk as soon as it has: the place of its first item, and a pickled list.

    Raises
    ------
    ComputeError
        If a chunk was lost too often.
    """
    run = _Run(lane, count, Sizes(workers=lane.workers, chunk=chunk), retries, keep)
    while True:
        run.send()
        look(run.done)
        if not run.flying:
            return run.told()
        for ticket in lane.ended(list(run.flying), _LOOK_S):
            run.take(ticket)


class _Run:
    def __init__(
        self,
        lane: Lane,
        count: int,
        sizes: Sizes,
        retries: int,
        keep: Callable[[int, bytes], None],
    ) -> None:
        self.flying: dict[Hashable, Chunk] = {}
        self.done = 0
        self._lane = lane
        self._count = count
        self._retries = retries
        self._sizes = sizes
        self._keep = keep
        self._again: deque[Chunk] = deque()
        self._lost: Counter[Chunk] = Counter()
        self._chunks = 0
        self._failures: list[Failure] = []
        self._seconds = 0.0
        self._sent = 0

    def send(self) -> None:
        most = self._lane.workers * (1 + (self._lane.ahead if self._sizes.is_measured else 0))
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
        self._keep(got.first, outcome.results)
        self._chunks += 1
        self.done += got.end - got.first
        self._seconds += outcome.seconds
        self._sizes.ended(got.end - got.first, outcome.seconds, outcome.worker)
        if outcome.failure is not None:
            self._failures.append(outcome.failure)

    def told(self) -> Driven:
        first = min(self._failures, key=lambda each: each.at, default=None)
        return Driven(self._chunks, self._lost.total(), self._seconds, first)

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
    """How a map went.

    Parameters
    ----------
    chunks, again : int
        That were sent; that were sent again.
    seconds : float
        Work of all workers together. [s]
    failure : Failure or None
        The first in the order of items.
    """

    chunks: int
    again: int
    seconds: float
    failure: Failure | None
