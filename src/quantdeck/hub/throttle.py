"""Slows down whoever guesses passwords or codes, without locking others out."""

from __future__ import annotations

from collections import OrderedDict

_S_NS = 1_000_000_000
FORGOTTEN_NS = 900 * _S_NS
"""A failure counts for so long. [ns]"""
LONGEST_NS = 300 * _S_NS
"""Longest wait. [ns]"""
_KEPT = 10_000


class Throttle:
    """Counts failures under keys, and says how long each key has to wait.

    The first `free` failures cost nothing; each after them doubles the wait, from one second to five
    minutes. A key is forgotten a quarter of an hour after its last failure, and when it succeeds.

    Parameters
    ----------
    free : int
        Failures without a wait.
    longest_ns : int
        Longest wait. [ns]

    Examples
    --------
    >>> throttle = Throttle(free=1)
    >>> throttle.fail("ann", 0); throttle.wait_ns("ann", 0)
    0
    >>> throttle.fail("ann", 0); throttle.wait_ns("ann", 0)
    1000000000
    """

    def __init__(self, *, free: int, longest_ns: int = LONGEST_NS) -> None:
        self._free = free
        self._longest_ns = longest_ns
        self._failures: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def wait_ns(self, key: str, now_ns: int) -> int:
        """Return how long this key has to wait; 0 where it may try now."""
        count, last_ns = self._of(key, now_ns)
        over = count - self._free
        if over <= 0:
            return 0
        return max(0, last_ns + min(self._longest_ns, _S_NS << min(over - 1, 40)) - now_ns)

    def fail(self, key: str, now_ns: int) -> None:
        """Count a failure."""
        count, _ = self._of(key, now_ns)
        self._failures[key] = (count + 1, now_ns)
        self._failures.move_to_end(key)
        if len(self._failures) > _KEPT:
            self._failures.popitem(last=False)

    def clear(self, key: str) -> None:
        """Forget what failed under a key."""
        self._failures.pop(key, None)

    def _of(self, key: str, now_ns: int) -> tuple[int, int]:
        count, last_ns = self._failures.get(key, (0, now_ns))
        return (0, now_ns) if now_ns - last_ns > FORGOTTEN_NS else (count, last_ns)
