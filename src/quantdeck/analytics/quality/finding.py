"""What a check of bars may find."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quantdeck.analytics.types import IntArray


class Severity(IntEnum):
    """How much a finding matters; larger is worse."""

    NOTE = 0
    """Unusual, and possible."""
    WARNING = 1
    """Figures made of these bars should be looked at twice."""
    ERROR = 2
    """Figures made of these bars are wrong."""


class Check(StrEnum):
    """What was looked for."""

    MISSING = "missing bars"
    UNEXPECTED = "bars outside of sessions"
    DOUBLED = "doubled bars"
    ABSENT = "absent prices"
    IMPOSSIBLE = "impossible prices"
    NO_VOLUME = "no volume"
    UNCHANGED = "unchanged prices"
    SPLIT = "like a split, and none recorded"
    BAD_PRINT = "price there and back"
    JUMP = "jump"
    STALE = "stale"


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """One kind of fault of one series.

    Parameters
    ----------
    check : Check
        What was looked for.
    severity : Severity
        How much it matters.
    count : int
        Bars (or runs, or jumps) concerned.
    start_ns : array of int64 of shape (count,)
        Where, UTC, ascending; starts of the bars, or of the sessions that lack any. [ns]
    detail : str
        One sentence.
    """

    check: Check
    severity: Severity
    count: int
    start_ns: IntArray
    detail: str
