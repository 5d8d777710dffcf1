"""Moves too large to be believed at once: unrecorded splits, bad prints, and news."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.series import as_series

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from quantdeck.analytics.types import FloatArray

_NORMAL_MAD = 1.482602218505602
_SPLIT_TOLERANCE = 0.04
_BACK = 0.25
_RATIOS = (
    *((2, 1), (3, 1), (4, 1), (5, 1), (6, 1), (7, 1), (8, 1), (10, 1), (20, 1), (25, 1)),
    *((3, 2), (4, 3), (5, 2), (5, 4)),
)


class JumpKind(StrEnum):
    """What a jump looks like."""

    SPLIT = "split"
    """Near a ratio at which shares are split, and the price stays there."""
    THERE_AND_BACK = "there and back"
    """Most of it is undone by the next bar."""
    MOVE = "move"
    """Neither."""


@dataclass(frozen=True, slots=True)
class Jump:
    """A move from one close to the next.

    Parameters
    ----------
    row : int
        Row of the later close.
    ratio : float
        Later close over earlier, in the same shares. [1]
    sigmas : float
        Size of its logarithm in robust standard deviations. [1]
    kind : JumpKind
        What it looks like.
    split : tuple of int or None
        New shares for old ones, where it looks like a split.

    Notes
    -----
    News moves prices by a quarter or a third, too: `is_doubtful` says of a split that it may be none.
    """

    row: int
    ratio: float
    sigmas: float
    kind: JumpKind
    split: tuple[int, int] | None = None

    @property
    def is_doubtful(self) -> bool:
        """Whether it looks like a split of less than two for one."""
        return self.split is not None and max(self.split) < 2 * min(self.split)


def find_jumps(
    close: ArrayLike,
    factors: ArrayLike | None = None,
    *,
    opens: ArrayLike | None = None,
    least: float = 0.2,
    sigmas: float = 10.0,
) -> list[Jump]:
    """Return moves that are both large and far outside of what is usual for the series.

    Parameters
    ----------
    close : array of shape (n,)
        As traded; NaN where absent, which is passed over. [currency]
    factors : array of shape (n,), optional
        What puts every close in the same shares, as `quantdeck.analytics.adjustment.split_factors`
        gives it; 1 where not given.
    opens : array of shape (n,), optional
        As traded: shares are split between sessions, so that what was not there at the open is none.
    least : float
        Least size of a jump: log(ratio) in absolute terms. [1]
    sigmas : float
        And in robust standard deviations: 1.4826 times the median absolute deviation of all log
        returns from their median. [1]

    Returns
    -------
    list of Jump
        Oldest first. The way back of a price that went there and back is no jump of its own.

    Notes
    -----
    A median does not mind the jumps themselves, as a standard deviation would. Where more than half
    of the returns are equal, size alone decides.

    Examples
    --------
    >>> [(jump.row, jump.kind.value, jump.split) for jump in find_jumps([100, 101, 50, 50.5, 51])]
    [(2, 'split', (2, 1))]
    """
    prices = as_series(close, "close")
    if factors is not None:
        prices = prices * as_series(factors, "factors")
    overnight = _overnight(prices, opens, factors)
    with np.errstate(invalid="ignore"):
        rows = np.flatnonzero(np.isfinite(prices) & (prices > 0.0))
    if len(rows) < 2:
        return []
    steps = np.diff(np.log(prices[rows]))
    scale = _NORMAL_MAD * float(np.median(np.abs(steps - np.median(steps))))
    large = np.flatnonzero((np.abs(steps) >= least) & (np.abs(steps) >= sigmas * scale))
    jumps: list[Jump] = []
    back = -1
    for at in large.tolist():
        if at == back:
            continue
        step = float(steps[at])
        following = float(steps[at + 1]) if at + 1 < len(steps) else 0.0
        size = abs(step) / scale if scale > 0.0 else math.inf
        split = _split_of(step, float(overnight[rows[at + 1]]))
        kind = JumpKind.MOVE if split is None else JumpKind.SPLIT
        if abs(step + following) < _BACK * abs(step):
            kind, split, back = JumpKind.THERE_AND_BACK, None, at + 1
        jumps.append(Jump(int(rows[at + 1]), math.exp(step), size, kind, split))
    return jumps


def _overnight(
    prices: FloatArray, opens: ArrayLike | None, factors: ArrayLike | None
) -> FloatArray:
    # NaN where the open is not known.
    steps = np.full(len(prices), np.nan)
    if opens is None:
        return steps
    first = as_series(opens, "opens")
    if factors is not None:
        first = first * as_series(factors, "factors")
    with np.errstate(invalid="ignore", divide="ignore"):
        steps[1:] = np.log(first[1:] / prices[:-1])
    return steps


def _split_of(step: float, overnight: float) -> tuple[int, int] | None:
    # Prices fall by as much as shares are more; the day's own move stays within the tolerance.
    size, at_open = abs(step), abs(overnight) if math.isfinite(overnight) else abs(step)
    for new, old in _RATIOS:
        whole = math.log(new / old)
        if max(abs(size - whole), abs(at_open - whole)) <= _SPLIT_TOLERANCE:
            return (new, old) if step < 0.0 else (old, new)
    return None
