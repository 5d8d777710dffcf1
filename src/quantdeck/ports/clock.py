"""Time as something that is handed in."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """Where the time comes from; tests hand in one they turn by hand."""

    def now_ns(self) -> int:
        """Return the wall time in nanoseconds UTC."""
        ...

    def monotonic_ns(self) -> int:
        """Return nanoseconds that never step back, for intervals."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait this long."""
        ...
