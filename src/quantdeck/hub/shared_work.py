"""Work that many ask for is done once, and its answer stands for a while."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

K = TypeVar("K")
V = TypeVar("V")

_KEPT = 16


class SharedWork(Generic[K, V]):
    """One piece of work per question for all who ask meanwhile, and its answer for a while.

    Parameters
    ----------
    now_ns : callable
        A clock that only goes forward. [ns]
    fresh_ns : int
        So long an answer stands. [ns]
    kept : int
        Answers kept at most.

    Attributes
    ----------
    made : int
        Answers so far.
    """

    def __init__(self, now_ns: Callable[[], int], *, fresh_ns: int, kept: int = _KEPT) -> None:
        self.made = 0
        self._now_ns = now_ns
        self._fresh_ns = fresh_ns
        self._kept = kept
        self._answers: dict[K, tuple[int, V]] = {}
        self._running: dict[K, asyncio.Task[V]] = {}

    def known(self, key: K, *, within_ns: int | None = None) -> V | None:
        """Return the answer if there is one that still stands, or one not older than `within_ns`."""
        made_ns, answer = self._answers.get(key, (0, None))
        limit_ns = self._fresh_ns if within_ns is None else within_ns
        return answer if answer is not None and self._now_ns() - made_ns < limit_ns else None

    def begin(self, key: K, make: Callable[[], Coroutine[Any, Any, V]]) -> None:
        """Start to make an answer where none still stands; who asks with `get` is told of a failure."""
        if self.known(key) is None:
            self._task(key, make)

    def forget(self, key: K) -> None:
        """Let the next who asks have a new answer made; one that is being made still counts."""
        self._answers.pop(key, None)

    async def get(self, key: K, make: Callable[[], Coroutine[Any, Any, V]]) -> V:
        """Return the answer that still stands, or make one; what making it raises is raised."""
        answer = self.known(key)
        if answer is not None:
            return answer
        # Whoever goes away leaves the work to the others.
        return await asyncio.shield(self._task(key, make))

    def _task(self, key: K, make: Callable[[], Coroutine[Any, Any, V]]) -> asyncio.Task[V]:
        task = self._running.get(key)
        if task is None:
            task = self._running[key] = asyncio.create_task(make())
            task.add_done_callback(lambda done: self._take(key, done))
        return task

    def _take(self, key: K, task: asyncio.Task[V]) -> None:
        del self._running[key]
        if task.cancelled() or task.exception() is not None:
            return
        self.made += 1
        self._answers.pop(key, None)
        self._answers[key] = self._now_ns(), task.result()
        if len(self._answers) > self._kept:
            del self._answers[next(iter(self._answers))]
