"""So many requests within any stretch of time, for vendors that tell no more than that."""

from __future__ import annotations

import logging
from collections import deque
from typing import TYPE_CHECKING

from quantdeck.model.errors import RateLimited

if TYPE_CHECKING:
    from quantdeck.ports.clock import Clock

_LOG = logging.getLogger(__name__)
_NS = 1_000_000_000
_WORTH_A_LINE_S = 2.0
# The vendor stamps a request when it arrives, not when it is sent.
_MARGIN_NS = _NS // 20


class RollingLimiter:
    """Lets so many requests through in any window, wherever the vendor's own window begins.

    A bucket that is refilled would let twice as many through around a boundary. Whoever asks gets the
    next free place, in order. Owned by the REST client of a host.

    Parameters
    ----------
    clock : Clock
        Tells the time and waits.
    venue : str
        Named in errors.
    most : int
        Requests in a window.
    window_s : float
        Its length. [s]

    Examples
    --------
    >>> import asyncio
    >>> from quantdeck.net.clock import SystemClock
    >>> limiter = RollingLimiter(SystemClock(), "venue", most=5, window_s=60.0)
    >>> asyncio.run(limiter.acquire(2, patience_s=0.0))
    >>> limiter.used
    2
    """

    def __init__(self, clock: Clock, venue: str, *, most: int, window_s: float) -> None:
        self._clock = clock
        self._venue = venue
        self._window_ns = int(window_s * _NS) + _MARGIN_NS
        self._places: deque[int] = deque(maxlen=most)
        self._blocked_until_ns = 0

    @property
    def used(self) -> int:
        """Requests of the window that ends now, and those that wait."""
        since_ns = self._clock.monotonic_ns() - self._window_ns
        return sum(place > since_ns for place in self._places)

    @property
    def blocked_s(self) -> float:
        """How long nothing is let through, in seconds; 0 where the way is free."""
        return max(0.0, (self._blocked_until_ns - self._clock.monotonic_ns()) / _NS)

    def report(self, window_s: int, used: int) -> None:
        """Nothing: such a vendor does not tell what has been used."""

    def block(self, seconds: float, *, banned: bool = False) -> None:  # noqa: ARG002 - see Limiter
        """Let nothing through for a while: the vendor asked for it."""
        until_ns = self._clock.monotonic_ns() + int(seconds * _NS)
        self._blocked_until_ns = max(self._blocked_until_ns, until_ns)

    async def acquire(self, weight: int, *, patience_s: float) -> None:
        """Wait until so many requests may be sent, and count them.

        Parameters
        ----------
        weight : int
            Requests.
        patience_s : float
            Longest wait. [s]

        Raises
        ------
        RateLimited
            If it would take longer; then nothing is waited for.
        """
        for _ in range(weight):
            now_ns = self._clock.monotonic_ns()
            is_full = len(self._places) == self._places.maxlen
            free_ns = self._places[0] + self._window_ns if is_full else now_ns
            place_ns = max(now_ns, free_ns, self._blocked_until_ns)
            wait_s = (place_ns - now_ns) / _NS
            if wait_s > patience_s:
                said = "the budget of requests is used up"
                raise RateLimited(self._venue, said, retry_after_s=wait_s)
            self._places.append(place_ns)
            if wait_s >= _WORTH_A_LINE_S:
                _LOG.info("%s: waiting %.0f s for a place among the requests", self._venue, wait_s)
            if wait_s > 0:
                await self._clock.sleep(wait_s)
        # Whoever has waited may find that others were told to slow down meanwhile.
        while (blocked_s := self.blocked_s) > 0:
            if blocked_s > patience_s:
                said = "the vendor asked to slow down"
                raise RateLimited(self._venue, said, retry_after_s=blocked_s)
            await self._clock.sleep(blocked_s)
