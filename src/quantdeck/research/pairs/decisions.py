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
    stop = math.inf if rules.stop is None else rules.stop
    longest = math.inf if rules.max_hold is None else rules.max_hold
    scores, can = zscore.tolist(), tradable.tolist()
    last = len(scores) - 1
    # What is held at the last row but one is told to end; nothing else can be filled after it.
    ending = last - 1 if close_at_end else last
    holds: list[Hold] = []
    side = entry = blocked = 0
    for t in range(start, last):
        z = scores[t]
        if side:
            z = z if held is None else held.at(t, entry - 1)
            reason = _leaving(side * z, t + 1 - entry >= longest, rules.exit, stop)
            if reason is not None or t == ending:
                holds.append(Hold(side, entry, t + 1, reason or "end"))
                blocked = side if reason in ("stop", "time") else 0
                side = 0
            continue
        # A spread that was given up has to come back before it is traded again.
        if blocked * z >= -rules.exit:
            blocked = 0
        if not blocked and t < ending and can[t]:
            side, entry = _entering(z, rules, stop), t + 1
    if side:
        holds.append(Hold(side, entry, last + 1, "open"))
    return holds


def _leaving(scored: float, is_late: bool, exit_: float, stop: float) -> Reason | None:  # noqa: FBT001
    # Of a score that is NaN both comparisons are false.
    if scored <= -stop:
        return "stop"
    if scored >= -exit_:
        return "exit"
    return "time" if is_late else None


def _entering(z: float, rules: PairRules, stop: float) -> int:
    if -stop < z <= -rules.entry and rules.direction != "short":
        return 1
    if rules.entry <= z < stop and rules.direction != "long":
        return -1
    return 0
