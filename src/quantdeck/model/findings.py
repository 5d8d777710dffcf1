"""What was detected: trades, stories and option activity that are out of the ordinary."""

from __future__ import annotations

from itertools import zip_longest
from typing import Literal

import msgspec

FindingKind = Literal["trade", "news", "options"]

KINDS: tuple[FindingKind, ...] = ("trade", "news", "options")
"""In the order in which they are told."""

MOST_TOLD = 8
"""Findings that one message spells out; the rest are counted."""
LONGEST = 900
"""Of a message that is one line. [characters]"""

_PLURALS = {
    "trade": ("large trade", "large trades"),
    "news": ("story", "stories"),
    "options": ("option activity", "option activities"),
}


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is out of the ordinary.

    Parameters
    ----------
    key : str
        Names it for ever: whoever detects it again makes the same.
    kind : str
        ``trade``, ``news`` or ``options``.
    symbol : str
        Canonical symbol that it is about.
    ts_ns : int
        When it happened, UTC. [ns]
    score : float
        How far out; compares with others of its kind alone.
    text : str
        In a sentence, with its figures.
    url : str
        Where to read on; empty where there is nothing.
    source : str
        Who told what it was found in.
    """

    key: str
    kind: FindingKind
    symbol: str
    ts_ns: int
    score: float
    text: str
    url: str = ""
    source: str = ""


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """What one run detected.

    Parameters
    ----------
    new : tuple of Finding
        Those that no run before had found, by kind and then by score.
    notes : tuple of str
        What could not be judged, and why: no finding there does not mean that nothing happened.
    since_ns, until_ns : int
        The span that was looked at, UTC. [ns]
    looked : dict of str to int
        What was looked at, by kind: orders, stories, contracts.
    simulated : bool
        Whether the data were simulated.
    """

    new: tuple[Finding, ...]
    since_ns: int
    until_ns: int
    notes: tuple[str, ...] = ()
    looked: dict[str, int] = {}
    simulated: bool = False

    def message(self, most: int = MOST_TOLD) -> str | None:
        """Return what was found in one line, or None where nothing was.

        Examples
        --------
        >>> Findings(new=(), since_ns=0, until_ns=1).message() is None
        True
        """
        return message_of(self.new, most)


def counts_text(found: tuple[Finding, ...]) -> str:
    """Return how many of each kind there are, in words.

    Examples
    --------
    >>> one = Finding(key="a", kind="trade", symbol="US:SPY", ts_ns=0, score=2.0, text="SPY")
    >>> counts_text((one, one))
    '2 large trades'
    """
    parts: list[str] = []
    for kind in KINDS:
        count = sum(each.kind == kind for each in found)
        if count:
            singular, plural = _PLURALS[kind]
            parts.append(f"{count} {singular if count == 1 else plural}")
    return ", ".join(parts)


def foremost(found: tuple[Finding, ...], most: int) -> tuple[Finding, ...]:
    """Return the findings to spell out: of every kind the highest, then of every kind the next.

    Examples
    --------
    >>> a, b = (Finding(key=k, kind="trade", symbol="", ts_ns=0, score=s, text="") for k, s in (("a", 1), ("b", 2)))
    >>> c = Finding(key="c", kind="news", symbol="", ts_ns=0, score=0.5, text="")
    >>> [each.key for each in foremost((a, b, c), 2)]
    ['b', 'c']
    """
    by_kind = [
        sorted((e for e in found if e.kind == kind), key=lambda e: (-e.score, e.ts_ns, e.key))
        for kind in KINDS
    ]
    turns = (each for turn in zip_longest(*by_kind) for each in turn if each is not None)
    chosen = {each.key for each in list(turns)[:most]}
    return tuple(each for of in by_kind for each in of if each.key in chosen)


def lines_of(found: tuple[Finding, ...], most: int = MOST_TOLD) -> list[str]:
    """Return what was found in lines: the foremost, and how many more there are.

    Examples
    --------
    >>> one = Finding(key="a", kind="trade", symbol="US:SPY", ts_ns=0, score=2.0, text="SPY bought")
    >>> lines_of((one,))
    ['SPY bought']
    """
    told = foremost(found, most)
    lines = [f"{each.text} {each.url}".strip() for each in told]
    left = len(found) - len(told)
    if left:
        lines.append(f"and {left} more")
    return lines


def message_of(found: tuple[Finding, ...], most: int = MOST_TOLD) -> str | None:
    """Return what was found in one line of at most `LONGEST` characters, or None where nothing was.

    Examples
    --------
    >>> one = Finding(key="a", kind="trade", symbol="US:SPY", ts_ns=0, score=2.0, text="SPY bought")
    >>> message_of((one,))
    '1 large trade: SPY bought'
    """
    if not found:
        return None
    head = f"{counts_text(found)}: "
    for count in range(min(most, len(found)), 0, -1):
        told = [each.text for each in foremost(found, count)]
        left = len(found) - count
        text = head + "; ".join(told) + (f"; and {left} more" if left else "")
        if len(text) <= LONGEST:
            return text
    return f"{head}{foremost(found, 1)[0].text}"[: LONGEST - 1] + "…"
