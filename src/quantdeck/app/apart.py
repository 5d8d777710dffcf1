"""Runs what computes a lot on an event loop of its own, so that the one of the deck stays free."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

_T = TypeVar("_T")


async def apart(make: Callable[[], Coroutine[Any, Any, _T]]) -> _T:
    """Run a coroutine on a loop of its own in a thread, and return what it returns.

    Whoever is cancelled while it runs cancels it there, and waits until it has ended. What it raises is
    raised here.

    Parameters
    ----------
    make : callable
        Makes the coroutine, in the thread. What it calls of the loop outside goes through
        ``loop.call_soon_threadsafe``.

    Examples
    --------
    >>> async def answer() -> int:
    ...     return 42
    >>> asyncio.run(apart(answer))
    42
    """
    is_over = threading.Event()
    begun: list[tuple[asyncio.AbstractEventLoop, asyncio.Task[Any]]] = []

    async def inside() -> _T:
        task = asyncio.current_task()
        if task is not None:
            begun.append((asyncio.get_running_loop(), task))
        if is_over.is_set():
            raise asyncio.CancelledError
        return await make()

    running = asyncio.ensure_future(asyncio.to_thread(lambda: asyncio.run(inside())))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        is_over.set()
        for loop, task in begun:
            # It may have ended just now.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(task.cancel)
        await asyncio.wait({running})
        raise
