"""Runs a simulator in a thread of its own, as another process would."""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from quantdeck.sims.clock import WallClock

if TYPE_CHECKING:
    from collections.abc import Iterator

_DEADLINE_S = 30
_FRIDAY_NOON_NS = 1_795_194_000_123_456_789


class FridayClock(WallClock):
    """A clock that runs as the machine's does, from noon in New York on 2026-11-20."""

    def __init__(self) -> None:
        self._ahead_ns = _FRIDAY_NOON_NS - self.monotonic_ns()

    def now_ns(self) -> int:
        return self.monotonic_ns() + self._ahead_ns


@contextmanager
def running(sim: Any) -> Iterator[Any]:
    """Serve a simulator until the block is left."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="simulator")
    thread.start()

    def run(awaitable: Any) -> None:
        asyncio.run_coroutine_threadsafe(awaitable, loop).result(timeout=_DEADLINE_S)

    run(sim.__aenter__())
    try:
        yield sim
    finally:
        run(sim.__aexit__(None, None, None))
        run(loop.shutdown_default_executor())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=_DEADLINE_S)
        loop.close()
