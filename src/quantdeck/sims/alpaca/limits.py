"""Requests a minute, per key, and the headers that tell of them.

Alpaca market data documentation, "Rate limits": X-RateLimit-Limit, -Remaining and -Reset (UNIX seconds).
"""

from __future__ import annotations

from dataclasses import dataclass

_MINUTE_MS = 60_000


@dataclass(slots=True)
class _Minute:
    number: int = 0
    used: int = 0


class Limiter:
    """Counts the requests of each key in the current minute."""

    def __init__(self) -> None:
        self._minutes: dict[str, _Minute] = {}

    def spend(self, key: str, limit: int, now_ms: int) -> tuple[bool, dict[str, str]]:
        """Count a request, and return whether it is within the limit and the headers.

        Parameters
        ----------
        key : str
            Whose.
        limit : int
            Requests a minute.
        now_ms : int
            When. [ms]

        Examples
        --------
        >>> Limiter().spend("K", 2, 59_000)
        (True, {'X-RateLimit-Limit': '2', 'X-RateLimit-Remaining': '1', 'X-RateLimit-Reset': '60'})
        """
        number = now_ms // _MINUTE_MS
        minute = self._minutes.setdefault(key, _Minute())
        if minute.number != number:
            minute.number, minute.used = number, 0
        minute.used += 1
        headers = {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(max(0, limit - minute.used)),
            "X-RateLimit-Reset": str((number + 1) * 60),
        }
        return minute.used <= limit, headers
