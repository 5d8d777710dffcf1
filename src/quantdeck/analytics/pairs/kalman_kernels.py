"""Compiled Kalman filter of a hedge line that wanders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.kernels import kernel

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray

LEVEL, SLOPE, LEVEL_SHARE, SLOPE_SHARE, CROSS_SHARE, ERROR, ERROR_SHARE, WEIGHTED, COUNT = range(9)
"""Rows that `follow_line` fills; shares are variances in units of the observation variance."""


@kernel("floats", "floats", "int", "float", "float_rows_out")
def follow_line(  # noqa: PLR0915  (one pass: splitting it would carry the whole state)
    u: FloatArray, v: FloatArray, start: int, delta: float, out: FloatArray
) -> None:
    """Fill the filtered line of u on v, whose first `start` rows have the line u = 0 and mean v 0."""
    # Of the start rows: sum of v is 0 and of v^2 is their count, so both variances are 1 / count.
    rows = 0
    total = 0.0
    for i in range(start):
        if u[i] - u[i] == 0.0 and v[i] - v[i] == 0.0:
            rows += 1
            total += u[i] * u[i]
    level = slope = 0.0
    p_level = p_slope = 1.0 / rows
    p_cross = 0.0
    mean_v = 0.0
    squares_v = float(rows)
    count = float(rows)
    free = rows - 2.0
    out[:, :start] = np.nan
    for i in range(start - 1, len(u)):
        if i >= start:
            p_level += delta
            p_slope += delta * count / squares_v
            out[ERROR, i] = np.nan
            out[ERROR_SHARE, i] = np.nan
            if u[i] - u[i] == 0.0 and v[i] - v[i] == 0.0:
                here = v[i]
                error = u[i] - level - slope * here
                gain_level = p_level + p_cross * here
                gain_slope = p_cross + p_slope * here
                share = 1.0 + gain_level + gain_slope * here
                out[ERROR, i] = error
                out[ERROR_SHARE, i] = share
                level += gain_level / share * error
                slope += gain_slope / share * error
                p_level -= gain_level * gain_level / share
                p_slope -= gain_slope * gain_slope / share
                p_cross -= gain_level * gain_slope / share
                total += error * error / share
                free += 1.0
                count += 1.0
                step = here - mean_v
                mean_v += step / count
                squares_v += step * (here - mean_v)
        out[LEVEL, i] = level
        out[SLOPE, i] = slope
        out[LEVEL_SHARE, i] = p_level
        out[SLOPE_SHARE, i] = p_slope
        out[CROSS_SHARE, i] = p_cross
        out[WEIGHTED, i] = total
        out[COUNT, i] = free
