"""The one real clock."""

from __future__ import annotations

import asyncio
import time


class SystemClock:
    """Time of this machine; fulfils `quantdeck.ports.clock.Clock`.

    Attributes
    ----------
    now_ns : callable
        Returns the wall time, UTC. [ns]
    monotonic_ns : callable
        Returns a time that never steps back. [ns]

    Examples
    --------
    >>> SystemClock().now_ns() > 1_700_000_000_000_000_000
    True
    """

    # The functions themselves: one call less for every frame received.
    now_ns = staticmethod(time.time_ns)
    monotonic_ns = staticmethod(time.monotonic_ns)

    async def sleep(self, seconds: float) -> None:
        """Wait for so many seconds."""
        await asyncio.sleep(seconds)
