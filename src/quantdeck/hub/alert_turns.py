"""Figures that take long to compute, each at most once a second and within a bounded time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

K = TypeVar("K", bound="Hashable")
V = TypeVar("V")

LATE_NS = 10_000_000_000
"""An answer that is older waited too long for its turn. [ns]"""

_AT_ONCE_NS = 10_000_000
_FORGOTTEN_NS = 60_000_000_000
_SECOND_NS = 1_000_000_000


@dataclass(slots=True)
class Turn(Generic[V]):
    """One answer.

    Parameters
    ----------
    asked_ns : int
        When it was asked for last, UTC. [ns]
    made_ns : int
        When it was computed, UTC; negative where it never was. [ns]
    answer : object or None
        What was computed.
    """

    asked_ns: int
    made_ns: int = -1
    answer: V | None = None


class Turns(Generic[K, V]):
    """Keeps the answers to questions that somebody asks. Owned by `DeckFigures` and its parts.

    Parameters
    ----------
    compute : callable
        ``compute(question, now_ns)`` gives the answer.
    monotonic_ns : callable or None
        Ends a `refresh` after 10 ms; what is left has its turn at the next. Without it nothing waits.

    Examples
    --------
    >>> turns = Turns(lambda question, now_ns: question * 2, None)
    >>> turns.of(21, 5).answer is None
    True
    >>> turns.refresh(5)
    >>> turns.of(21, 5).answer
    42
    """

    def __init__(
        self, compute: Callable[[K, int], V], monotonic_ns: Callable[[], int] | None
    ) -> None:
        self._compute = compute
        self._monotonic_ns = monotonic_ns
        self._turns: dict[K, Turn[V]] = {}

    def __len__(self) -> int:
        """Return how many questions are kept."""
        return len(self._turns)

    def of(self, question: K, now_ns: int) -> Turn[V]:
        """Return what is known of a question, and keep it up from now on."""
        turn = self._turns.get(question)
        if turn is None:
            turn = self._turns[question] = Turn(now_ns)
        turn.asked_ns = now_ns
        return turn

    def refresh(self, now_ns: int) -> None:
        """Compute what was not yet computed in this second, the longest waiting first.

        Parameters
        ----------
        now_ns : int
            The time, UTC. [ns]
        """
        for question in [q for q, t in self._turns.items() if now_ns - t.asked_ns > _FORGOTTEN_NS]:
            del self._turns[question]
        second = now_ns // _SECOND_NS
        waiting = [(q, t) for q, t in self._turns.items() if t.made_ns // _SECOND_NS != second]
        began_ns = self._monotonic_ns() if self._monotonic_ns else 0
        for question, turn in sorted(waiting, key=lambda each: each[1].made_ns):
            turn.answer = self._compute(question, now_ns)
            turn.made_ns = now_ns
            if self._monotonic_ns and self._monotonic_ns() - began_ns > _AT_ONCE_NS:
                return

    def clear(self) -> None:
        """Forget everything."""
        self._turns.clear()
