"""Runs functions that users wrote: beside the deck, for so long, and whatever they raise.

Nothing here protects from ill will: the functions have the rights of the deck. It protects from mistakes.
"""

from __future__ import annotations

import asyncio
import ctypes
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from quantdeck.hub.supervise import Outcome, outcome_of

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
_GRACE_S = 0.5
_SLICES = 20


class TimeUp(BaseException):
    """Raised in a function that takes too long, wherever it is just then."""


class StillRunning(Exception):  # noqa: N818 - named as `TimeUp` is
    """A function takes no notice of `TimeUp`, such as one that waits in a library."""


class Guarded(Generic[T]):
    """Runs one function at a time, each in a thread of its own.

    Parameters
    ----------
    name : str
        Of its threads.
    timeout_s : float
        So long a function may take before it is interrupted. [s]
    """

    def __init__(self, name: str, *, timeout_s: float) -> None:
        self._name = name
        self._timeout_s = timeout_s
        self._thread: _Thread[T] | None = None

    async def run(self, work: Callable[[], T]) -> Outcome[T]:
        """Return what came of `work`.

        Where it took too long the error is `TimeUp`; where it does not even end then, `StillRunning`, which
        is also the answer to whoever asks until it has ended.
        """
        if self._thread is not None and self._thread.is_alive():
            return Outcome(None, StillRunning("an earlier call has not ended yet"))
        thread = self._thread = _Thread(self._name, work, asyncio.get_running_loop())
        thread.start()
        try:
            done = await thread.wait(self._timeout_s)
            if done is None:
                thread.interrupt()
                done = await thread.wait(_GRACE_S)
        except asyncio.CancelledError:
            thread.interrupt()
            raise
        return done or Outcome(None, StillRunning("it does not end"))


class _Thread(threading.Thread, Generic[T]):
    # A daemon: one that never ends must not keep the process alive.
    def __init__(self, name: str, work: Callable[[], T], loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(name=name, daemon=True)
        self._work = work
        self._loop = loop
        self._ended = asyncio.Event()
        self._lock = threading.Lock()
        self._is_open = True
        self._outcome: Outcome[T] | None = None

    def run(self) -> None:
        # An interruption may come just when the work has ended.
        with suppress(TimeUp):
            outcome = outcome_of(self._work)
            with self._lock:
                self._is_open, self._outcome = False, outcome
        # The loop may be gone by now, and nobody waits.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._ended.set)

    async def wait(self, seconds: float) -> Outcome[T] | None:
        # In slices: time in which the loop itself could not run, and so hardly the thread, counts little.
        for _ in range(_SLICES):
            with suppress(TimeoutError):
                # Before Python 3.12 `wait_for` may lose a cancellation that comes just when the wait ends.
                async with asyncio.timeout(seconds / _SLICES):
                    await self._ended.wait()
            if self._ended.is_set():
                break
        return self._outcome

    def interrupt(self) -> None:
        with self._lock:
            if self._is_open and self.ident is not None:
                raised = ctypes.py_object(cast("object", TimeUp))
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self.ident), raised)
