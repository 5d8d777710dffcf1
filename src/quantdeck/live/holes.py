"""What a numbered stream has missed: its open gaps and which numbers of them are still out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from quantdeck.model.feed import GapState

if TYPE_CHECKING:
    from quantdeck.model.feed import Gap

Span = tuple[int, int]
"""First and last number, both included."""

MOST_OPEN = 256
"""Open gaps kept per stream; beyond that the oldest is given up as lost."""

_BEGINNING = -(1 << 61)


def _without(spans: list[Span], number: int) -> list[Span] | None:
    # None where the number is in none of the spans
    for i, (first, last) in enumerate(spans):
        if first <= number <= last:
            split = [(first, number - 1), (number + 1, last)]
            return [*spans[:i], *(span for span in split if span[0] <= span[1]), *spans[i + 1 :]]
    return None


@dataclass(slots=True)
class _Hole:
    gap: Gap
    spans: list[Span]


@dataclass(slots=True)
class Holes:
    """The open gaps of one stream, and what else may be filled in.

    Parameters
    ----------
    start : int
        Number of the first event seen (at first, or since an interruption). What lies before it was
        never asked for and is no gap, but may be filled in later.

    Examples
    --------
    >>> holes = Holes(start=100)
    >>> holes.fill(99), holes.fill(99)
    ((True, None), (False, None))
    """

    start: int
    _open: list[_Hole] = field(default_factory=list["_Hole"])
    _before: list[Span] = field(default_factory=list[Span])

    def __post_init__(self) -> None:
        self._before = [(_BEGINNING, self.start - 1)]

    @property
    def seen_from(self) -> int:
        """Lowest number from which on everything has been seen."""
        return self._open[-1].gap.last_seq + 1 if self._open else self.start

    def open(self, gap: Gap) -> Gap | None:
        """Take in a new gap; return the oldest, now lost, where there are too many.

        Parameters
        ----------
        gap : Gap
            Later than all known ones.
        """
        self._open.append(_Hole(gap, [(gap.first_seq, gap.last_seq)]))
        if len(self._open) <= MOST_OPEN:
            return None
        return msgspec.structs.replace(self._open.pop(0).gap, state=GapState.LOST)

    def covers(self, number: int) -> bool:
        """Return whether a number is missing from an open gap."""
        return any(first <= number <= last for hole in self._open for first, last in hole.spans)

    def fill(self, number: int) -> tuple[bool, Gap | None]:
        """Take in a number that was missing.

        Parameters
        ----------
        number : int
            What arrived.

        Returns
        -------
        new : bool
            False where it had not been missing: a duplicate.
        gap : Gap or None
            The gap it completed, now repaired.
        """
        for i, hole in enumerate(self._open):
            if hole.gap.first_seq <= number <= hole.gap.last_seq:
                spans = _without(hole.spans, number)
                if spans is None:
                    return False, None
                hole.spans = spans
                if spans:
                    return True, None
                del self._open[i]
                return True, msgspec.structs.replace(hole.gap, state=GapState.REPAIRED)
        before = _without(self._before, number)
        if before is None:
            return False, None
        self._before = before
        return True, None

    def missing(self, first: int, last: int) -> list[Span]:
        """Return what is still out between two numbers, both included.

        Parameters
        ----------
        first, last : int
            As a gap gives them.
        """
        return [
            (max(first, a), min(last, b))
            for hole in self._open
            for a, b in hole.spans
            if a <= last and b >= first
        ]

    def give_up(self, first: int | None = None) -> list[Gap]:
        """Close gaps as lost, and return them.

        Parameters
        ----------
        first : int or None
            First number of the gap; all gaps where None.
        """
        lost = [hole.gap for hole in self._open if first in {None, hole.gap.first_seq}]
        self._open = [hole for hole in self._open if hole.gap not in lost]
        return [msgspec.structs.replace(gap, state=GapState.LOST) for gap in lost]

    def interrupt(self) -> list[Gap]:
        """Close all gaps as lost, and return them; what they miss may still be filled in."""
        self._before += [span for hole in self._open for span in hole.spans]
        return self.give_up()

    def resume(self, last: int, number: int) -> None:
        """Go on after an interruption; what lies between is no gap, but may be filled in.

        Parameters
        ----------
        last, number : int
            Newest number before the interruption, and the first one after it.
        """
        if number > last + 1:
            self._before.append((last + 1, number - 1))
        self.start = number

    def gaps(self) -> list[Gap]:
        """Return the open gaps, oldest first."""
        return [hole.gap for hole in self._open]
