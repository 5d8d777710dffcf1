"""Fixtures of the network tests."""

from __future__ import annotations

import asyncio
import heapq

import pytest


class ManualClock:
    """A clock that a test turns by hand; sleepers wake when their time has come."""

    def __init__(self) -> None:
        self._now_ns = 1_795_000_000_000_000_000
        self._monotonic_ns = 0
        self._sleepers: list[tuple[int, int, asyncio.Future]] = []
        self._count = 0
        self.slept_s: list[float] = []

    def now_ns(self) -> int:
        return self._now_ns

    def monotonic_ns(self) -> int:
        return self._monotonic_ns

    async def sleep(self, seconds: float) -> None:
        self.slept_s.append(seconds)
        future = asyncio.get_running_loop().create_future()
        self._count += 1
        due_ns = self._monotonic_ns + max(1, int(seconds * 1e9))
        heapq.heappush(self._sleepers, (due_ns, self._count, future))
        await future

    def set_ns(self, now_ns: int) -> None:
        self._now_ns = now_ns

    def pass_time(self, seconds: float) -> None:
        self._now_ns += int(seconds * 1e9)
        self._monotonic_ns += int(seconds * 1e9)
        while self._sleepers and self._sleepers[0][0] <= self._monotonic_ns:
            future = heapq.heappop(self._sleepers)[2]
            if not future.done():
                future.set_result(None)


class LeapingClock(ManualClock):
    """A clock on which sleeping takes no time, but the time passes."""

    async def sleep(self, seconds: float) -> None:
        self.slept_s.append(seconds)
        self.pass_time(seconds)
        await asyncio.sleep(0)


@pytest.fixture
def manual_clock() -> ManualClock:
    """Return a clock that the test turns by hand."""
    return ManualClock()


@pytest.fixture
def leaping_clock() -> LeapingClock:
    """Return a clock on which sleeping takes no time."""
    return LeapingClock()
