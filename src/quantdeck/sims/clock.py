"""The clock of a simulated venue, which is not ours: it may be wrong."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quantdeck.ports.clock import Clock


class WallClock:
    """The machine's clock, for a venue that nobody handed another."""

    def now_ns(self) -> int:
        """Return the wall time, UTC, in nanoseconds."""
        return time.time_ns()

    def monotonic_ns(self) -> int:
        """Return a time that never steps back, in nanoseconds."""
        return time.monotonic_ns()

    async def sleep(self, seconds: float) -> None:
        """Wait, in seconds."""
        await asyncio.sleep(seconds)


class VenueClock:
    """A clock that runs beside another by a fixed amount, as a venue's does beside ours.

    Parameters
    ----------
    base : Clock
        The clock it is set by.

    Attributes
    ----------
    skew_ms : int
        Added to every reading of the wall time; the fault ``clock-skew`` sets it. [ms]
    """

    def __init__(self, base: Clock) -> None:
        self._base = base
        self.skew_ms = 0

    def now_ms(self) -> int:
        """Return the venue's wall time, UTC, in milliseconds."""
        return self._base.now_ns() // 1_000_000 + self.skew_ms

    def elapsed_ms(self) -> int:
        """Return a time that never steps back and knows no skew, for timeouts, in milliseconds."""
        return self._base.monotonic_ns() // 1_000_000

    async def sleep(self, seconds: float) -> None:
        """Wait, in seconds."""
        await self._base.sleep(seconds)
