"""Gaps in a line stay gaps: nothing is drawn across a silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quantdeck.views.payloads import FloatArray, IntArray


def with_breaks(
    x: IntArray, lines: Mapping[str, FloatArray], *, longest_ms: int
) -> tuple[IntArray, dict[str, FloatArray]]:
    """Return lines with an absent point in every silence.

    Parameters
    ----------
    x : array of shape (n,)
        Times, strictly increasing. [ms]
    lines : mapping of str to array of shape (n,)
        Values.
    longest_ms : int
        Longest time between two points that a line may cross, >= 1. [ms]

    Returns
    -------
    x : array of shape (n + breaks,)
        One more time right behind the last point before each silence. [ms]
    lines : dict of str to array of shape (n + breaks,)
        NaN at those times.

    Examples
    --------
    >>> x, lines = with_breaks(np.array([0, 1000, 60_000]), {"a": np.ones(3)}, longest_ms=5000)
    >>> x.tolist(), lines["a"].tolist()
    ([0, 1000, 1001, 60000], [1.0, 1.0, nan, 1.0])
    """
    after = np.flatnonzero(np.diff(x) > longest_ms) + 1
    if not len(after):
        return x, dict(lines)
    broken = {name: np.insert(values, after, np.nan) for name, values in lines.items()}
    return np.insert(x, after, x[after - 1] + 1), broken
