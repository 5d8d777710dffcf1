"""When a pair is bought, sold and left, given its scores."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from quantdeck.analytics.types import BoolArray, FloatArray
    from quantdeck.research.pairs.rules import PairRules
    from quantdeck.research.pairs.signals import HeldScores

Reason = Literal["exit", "stop", "time", "end", "open"]
"""Why a trade ended: the score came back, went too far, or took too long; the rows ended and it was
closed, or it is open still."""


@dataclass(frozen=True, slots=True)
class Hold:
    """One spread held, in rows that can be traded.

    Parameters
    ----------
    side : int
        +1 for y bought and x sold, -1 for the opposite.
    entry, exit : int
        Rows of the fills; each was decided a row before. `exit` is the count of rows where the spread
        is held still.
    reason : str
        Why it ended.
    """

    side: int
    entry: int
    exit: int
    reason: Reason


def decide(
    zscore: FloatArray,
    tradable: BoolArray,
    rules: PairRules,
    *,
    start: int = 0,
    close_at_end: bool = False,
    held: HeldScores | None = None,
) -> list[Hold]:
    """Return what is held from when to when.

    Parameters
    ----------
    zscore : array of shape (n,)
        Score at the close of each row; NaN where there is none.
    tradable : array of shape (n,)
        Rows at which a trade can be sized.
    rules : PairRules
        Scores at which to act, and how long to stay.
    start : int
        First row at which anything is decided, >= 0.
    close_at_end : bool
        Leave at the last row what is held then, which is decided a row before it; nothing is opened
        at the last row either.
    held : HeldScores or None
        What scores a spread while it is held, where the rules freeze its line.

    Returns
    -------
    list of Hold
        In order of time; they have no row in common.

    Raises
    ------
    BadInput
        If `start` is negative.

    Notes
    -----
    `quantdeck.research.pairs.rules` says what every rule means. A row decides by its own score and
    what is held; what comes later changes no decision, but for `close_at_end`.

    Examples
    --------
    >>> import numpy as np
    >>> from quantdeck.research.pairs.rules import PairRules
    >>> zscore = np.array([0.0, -2.5, -1.0, 0.1, 0.0, 2.1, 5.0, 0.0])
    >>> for hold in decide(zscore, np.isfinite(zscore), PairRules(entry=2.0, exit=0.0, stop=4.0)):
    ...     print(hold)
    Hold(side=1, entry=2, exit=4, reason='exit')
    Hold(side=-1, entry=6, exit=7, reason='stop')
    """
    if start < 0:
        raise BadInput(f"start must be a row, 0 or later, was {start}")
    scores, can = zscore.tolist(), tradable.tolist()
    last = len(scores) - 1
    # What is held at the last row but one is told to end; nothing else can be filled after it.
    ending = last - 1 if close_at_end else last
    holds: list[Hold] = []
    stance, side, entry = Stance(rules), 0, 0
    for t in range(start, last):
        if side:
            z = scores[t] if held is None else held.at(t, entry - 1)
            reason = stance.leave(z, rows=t + 1 - entry)
            if reason is not None or t == ending:
                holds.append(Hold(side, entry, t + 1, reason or "end"))
                stance.side = side = 0
        else:
            side, entry = stance.enter(scores[t], is_sized=can[t] and t < ending), t + 1
    if side:
        holds.append(Hold(side, entry, last + 1, "open"))
    return holds


class Stance:
    """What is held of a spread, and what a score does to it; one row after the other.

    Parameters
    ----------
    rules : PairRules
        Scores at which to act, and how long to stay.

    Attributes
    ----------
    side : int
        +1 for y bought and x sold, -1 for the opposite, 0 for nothing.
    blocked : int
        Side that was given up, or held for too long, and has to come back before anything is opened.

    Examples
    --------
    >>> from quantdeck.research.pairs.rules import PairRules
    >>> stance = Stance(PairRules(entry=2.0, exit=0.0, stop=4.0))
    >>> stance.enter(-2.5), stance.leave(-5.0, rows=1), stance.enter(-2.5), stance.enter(2.5)
    (1, 'stop', 0, -1)
    """

    __slots__ = ("_longest", "_rules", "_stop", "blocked", "side")

    def __init__(self, rules: PairRules) -> None:
        self.side = 0
        self.blocked = 0
        self._rules = rules
        self._stop = math.inf if rules.stop is None else rules.stop
        self._longest = math.inf if rules.max_hold is None else rules.max_hold

    def leave(self, z: float, *, rows: int) -> Literal["exit", "stop", "time"] | None:
        """Return why a spread that is held is left now; None where it is not.

        Parameters
        ----------
        z : float
            Score of what is held; of NaN only the time counts. [deviations]
        rows : int
            From the fill to the one that leaving now would bring. [rows]

        Returns
        -------
        str or None
            Nothing is held any more where there is a reason.
        """
        scored, reason = self.side * z, None
        # Of a score that is NaN both comparisons are false.
        if scored <= -self._stop:
            reason = "stop"
        elif scored >= -self._rules.exit:
            reason = "exit"
        elif rows >= self._longest:
            reason = "time"
        if reason is not None:
            self.blocked = 0 if reason == "exit" else self.side
            self.side = 0
        return reason

    def enter(self, z: float, *, is_sized: bool = True) -> int:
        """Return the side that is opened now; 0 for none.

        Parameters
        ----------
        z : float
            Rolling score. [deviations]
        is_sized : bool
            Whether a trade can be sized; a score that has come back counts in any case.

        Returns
        -------
        int
            The side, held from now on.
        """
        # A spread that was given up has to come back before it is traded again.
        if self.blocked * z >= -self._rules.exit:
            self.blocked = 0
        if self.blocked or not is_sized:
            return 0
        if -self._stop < z <= -self._rules.entry and self._rules.direction != "short":
            self.side = 1
        elif self._rules.entry <= z < self._stop and self._rules.direction != "long":
            self.side = -1
        return self.side
