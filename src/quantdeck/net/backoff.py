"""How long to wait before trying again."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random


class Backoff:
    """Exponential back-off with full jitter.

    The n-th wait is drawn uniformly from ``[0, min(longest, first * 2**n)]``, so that many clients
    cut off together do not come back together. Source: M. Brooker, "Exponential Backoff And Jitter",
    AWS Architecture Blog, 2015.

    Parameters
    ----------
    rng : Random
        Where the jitter comes from.
    first_s, longest_s : float
        Upper bounds of the first wait and of all. [s]

    Examples
    --------
    >>> from random import Random
    >>> backoff = Backoff(Random(1), first_s=0.5, longest_s=60.0)
    >>> all(backoff.next_s() <= bound for bound in (0.5, 1.0, 2.0, 4.0))
    True
    >>> backoff.next_s(at_least_s=60.0) >= 60.0
    True
    """

    def __init__(self, rng: Random, *, first_s: float = 0.5, longest_s: float = 60.0) -> None:
        self._rng = rng
        self._first_s = first_s
        self._longest_s = longest_s
        self._failures = 0

    @property
    def failures(self) -> int:
        """Waits since the last `reset`."""
        return self._failures

    def next_s(self, *, at_least_s: float = 0.0) -> float:
        """Return the next wait in seconds; the jitter comes on top of `at_least_s`."""
        bound_s = min(self._longest_s, self._first_s * 2.0 ** min(self._failures, 32))
        self._failures += 1
        return at_least_s + self._rng.uniform(0.0, bound_s)

    def reset(self) -> None:
        """Start over: what was tried has worked."""
        self._failures = 0
