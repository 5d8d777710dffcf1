"""Compiled passes over the slopes of all pairs of points, without keeping them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.analytics.kernels import kernel

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray, IntArray

BELOW, WITHIN, ALL = range(3)
"""What `count_slopes` counts."""


@kernel("dense_floats", "dense_floats", "float", "float", "ints_out")
def count_slopes(y: FloatArray, x: FloatArray, low: float, high: float, out: IntArray) -> None:
    """Count slopes below `low`, from `low` to `high`, and all; x ascends, equal x make no slope."""
    below = within = count = 0
    for i in range(len(x)):
        at_x = x[i]
        at_y = y[i]
        for j in range(i + 1, len(x)):
            dx = x[j] - at_x
            dy = y[j] - at_y
            slopes = dx > 0.0
            less = dy < low * dx
            count += slopes
            below += slopes & less
            within += slopes & (not less) & (dy <= high * dx)
    out[BELOW] = below
    out[WITHIN] = within
    out[ALL] = count


@kernel("dense_floats", "dense_floats", "float", "float", "floats_out")
def keep_slopes(y: FloatArray, x: FloatArray, low: float, high: float, out: FloatArray) -> None:
    """Fill the slopes from `low` to `high`, as many as `count_slopes` counts; `out` holds one more."""
    # Written always and kept at times: a branch that nobody can foresee costs more than a division
    kept = 0
    for i in range(len(x)):
        at_x = x[i]
        at_y = y[i]
        for j in range(i + 1, len(x)):
            dx = x[j] - at_x
            dy = y[j] - at_y
            out[kept] = dy / dx
            kept += (dx > 0.0) & (not dy < low * dx) & (dy <= high * dx)
