"""Runs a simulator in a thread of its own, as another process would."""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_DEADLINE_S = 30


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
