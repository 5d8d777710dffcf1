"""A budget of requests, shared by everything that asks one host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.model.errors import RateLimited

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quantdeck.ports.clock import Clock

_NS = 1_000_000_000
# A window ends by the vendor's clock; a little later is safe for both.
_AFTER_WINDOW_S = 0.25


class WeightLimiter:
    """Keeps the weight of requests per time window under the vendor's limits.

    Windows are counted as vendors count them: from the full interval of the clock (the full minute),
    not sliding. What the vendor says has been used is believed where it is more than our own count,
    since others may share the address. Owned by the REST client of a host.

    Parameters
    ----------
    clock : Clock
        Tells the window and waits.
    venue : str
        Named in errors.
    limits : mapping of int to int
        Allowed weight by length of the window [s].
    share : float
        Part of the limit that we use at most.

    Examples
    --------
    >>> import asyncio
    >>> from quantdeck.net.clock import SystemClock
    >>> limiter = WeightLimiter(SystemClock(), "venue", {60: 100})
    >>> asyncio.run(limiter.acquire(20, patience_s=1.0))
    >>> limiter.used(60)
    20
    """

    def __init__(
        self, clock: Clock, venue: str, limits: Mapping[int, int], *, share: float = 0.8
    ) -> None:
        self._clock = clock
        self._venue = venue
        self._limits = dict(limits)
        self._share = share
        self._used: dict[int, tuple[int, int]] = {}
        self._blocked_until_ns = 0
        self._banned = False

    def set_limits(self, limits: Mapping[int, int]) -> None:
        """Take over the limits that the vendor tells, by length of the window [s]."""
        self._limits = dict(limits)

    def used(self, window_s: int) -> int:
        """Return the weight used in the present window of a length."""
        window, used = self._used.get(window_s, (-1, 0))
        return used if window == self._window(window_s) else 0

    def report(self, window_s: int, used: int) -> None:
        """Note what the vendor says has been used in the present window."""
        self._used[window_s] = (self._window(window_s), max(used, self.used(window_s)))

    def block(self, seconds: float, *, banned: bool = False) -> None:
        """Let nothing through for a while: the vendor asked for it."""
        until_ns = self._clock.monotonic_ns() + int(seconds * _NS)
        self._blocked_until_ns = max(self._blocked_until_ns, until_ns)
        self._banned = banned

    @property
    def blocked_s(self) -> float:
        """How long nothing is let through, in seconds; 0 where the way is free."""
        return max(0.0, (self._blocked_until_ns - self._clock.monotonic_ns()) / _NS)

    async def acquire(self, weight: int, *, patience_s: float) -> None:
        """Wait until a request of this weight may be sent, and count it.

        Parameters
        ----------
        weight : int
            Weight of the request.
        patience_s : float
            Longest wait. [s]

        Raises
        ------
        RateLimited
            If it would take longer, or the address is banned: then nothing is waited for.
        """
        left_s = patience_s
        while (wait_s := self._wait_s(weight)) > 0:
            banned = self._banned and self.blocked_s > 0
            if banned or wait_s > left_s:
                said = "the address is banned" if banned else "the budget of requests is used up"
                raise RateLimited(self._venue, said, retry_after_s=wait_s, banned=banned)
            left_s -= wait_s
            await self._clock.sleep(wait_s)
        for window_s in self._limits:
            self._used[window_s] = (self._window(window_s), self.used(window_s) + weight)

    def _wait_s(self, weight: int) -> float:
        wait_s = self.blocked_s
        for window_s, limit in self._limits.items():
            used = self.used(window_s)
            if used and used + weight > limit * self._share:
                end_ns = (self._window(window_s) + 1) * window_s * _NS
                wait_s = max(wait_s, (end_ns - self._clock.now_ns()) / _NS + _AFTER_WINDOW_S)
        return wait_s

    def _window(self, window_s: int) -> int:
        return self._clock.now_ns() // (window_s * _NS)
