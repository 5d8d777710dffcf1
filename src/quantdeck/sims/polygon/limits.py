"""Requests of each key in the current minute."""

from __future__ import annotations

_MINUTE_MS = 60_000


class Limiter:
    """Counts the requests of each key in the current minute."""

    def __init__(self) -> None:
        self._used: dict[str, tuple[int, int]] = {}

    def spend(self, key: str, limit: int | None, now_ms: int) -> bool:
        """Count a request, and return whether it is within the limit.

        Parameters
        ----------
        key : str
            Whose.
        limit : int or None
            Requests a minute; None sets none.
        now_ms : int
            When. [ms]

        Examples
        --------
        >>> limiter = Limiter()
        >>> [limiter.spend("K", 1, 59_000), limiter.spend("K", 1, 59_999), limiter.spend("K", 1, 60_000)]
        [True, False, True]
        """
        number = now_ms // _MINUTE_MS
        minute, used = self._used.get(key, (number, 0))
        used = used + 1 if minute == number else 1
        self._used[key] = number, used
        return limit is None or used <= limit
