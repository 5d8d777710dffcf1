"""How many wrong passwords and codes cost nothing, and how long to wait after more."""

from __future__ import annotations

import msgspec

_S_NS = 1_000_000_000
FORGOTTEN_NS = 900 * _S_NS
"""A failure counts for so long. [ns]"""
LONGEST_NS = 300 * _S_NS
"""Longest wait. [ns]"""


class TryLimit(msgspec.Struct, frozen=True):
    """Slows down whoever guesses passwords or codes, without locking others out.

    The first `free` failures cost nothing; each after them doubles the wait, from one second on. They are
    forgotten a quarter of an hour after the last one, and once a try succeeds.

    Parameters
    ----------
    free : int
        Failures without a wait.
    longest_ns : int
        Longest wait. [ns]

    Examples
    --------
    >>> limit = TryLimit(free=1)
    >>> limit.wait_ns(1, last_ns=0, now_ns=0), limit.wait_ns(2, last_ns=0, now_ns=0)
    (0, 1000000000)
    """

    free: int
    longest_ns: int = LONGEST_NS

    def wait_ns(self, failures: int, *, last_ns: int, now_ns: int) -> int:
        """Return how long to wait before the next try; 0 where it may be made now.

        Parameters
        ----------
        failures : int
            How many there were.
        last_ns, now_ns : int
            When the last one was, and the present. UTC. [ns]

        Returns
        -------
        int
            [ns]
        """
        over = failures - self.free
        if over <= 0 or now_ns - last_ns > FORGOTTEN_NS:
            return 0
        return max(0, last_ns + min(self.longest_ns, _S_NS << min(over - 1, 40)) - now_ns)
