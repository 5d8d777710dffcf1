"""Where a line crosses zero, and when that is confirmed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray


class Crossing(NamedTuple):
    """A change of side.

    Parameters
    ----------
    row : int
        First row on the new side.
    confirmed_row : int
        Row at whose close it was known.
    is_up : bool
        From below to above.
    """

    row: int
    confirmed_row: int
    is_up: bool


def crossings(line: FloatArray, *, confirm: int = 0) -> tuple[Crossing, ...]:
    """Return where a line changes its side of zero.

    Parameters
    ----------
    line : array of shape (n,)
        Oldest first; NaN where it is absent.
    confirm : int
        Further rows that must stay on the new side, >= 0.

    Returns
    -------
    tuple of Crossing
        By row.

    Notes
    -----
    The side is the sign of the last row that is not zero: to touch zero and turn back is no
    crossing. A NaN forgets the side, so that nothing crosses over a gap. With `confirm`, a line that
    leaves the new side before, or touches zero, did not cross.

    Examples
    --------
    >>> import numpy as np
    >>> crossings(np.array([-1.0, 0.0, 1.0, 2.0, -1.0, 1.0]))
    (Crossing(row=2, confirmed_row=2, is_up=True), Crossing(row=4, confirmed_row=4, is_up=False), \
Crossing(row=5, confirmed_row=5, is_up=True))
    >>> crossings(np.array([-1.0, 0.0, 1.0, 2.0, -1.0, 1.0]), confirm=1)
    (Crossing(row=2, confirmed_row=3, is_up=True),)
    """
    found: list[Crossing] = []
    side = 0
    pending = -1  # row at which the other side was first seen
    for row, value in enumerate(line.tolist()):
        if math.isnan(value):
            side, pending = 0, -1
            continue
        sign = (value > 0.0) - (value < 0.0)
        if sign in {0, side}:
            pending = -1
        elif side == 0:
            side = sign
        else:
            pending = row if pending < 0 else pending
            if row - pending >= confirm:
                found.append(Crossing(pending, row, sign > 0))
                side, pending = sign, -1
    return tuple(found)
