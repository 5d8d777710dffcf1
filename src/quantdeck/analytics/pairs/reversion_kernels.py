"""Compiled mean and deviation of a spread in the window behind each row, by that row's own ratio."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.kernels import kernel

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray

MEAN, DEVIATION, STEP = range(3)
"""Rows that `look_back` fills."""


@kernel("floats", "floats", "floats", "int", "float_rows_out")
def look_back(
    y: FloatArray, x: FloatArray, ratio: FloatArray, window: int, out: FloatArray
) -> None:
    """Fill mean, deviation and root mean square step of y - ratio[t] x over the window up to t."""
    for t in range(len(y)):
        out[:, t] = np.nan
        if t < window - 1 or ratio[t] - ratio[t] != 0.0:
            continue
        first = t - window + 1
        slope = ratio[t]
        level = y[first] - slope * x[first]
        total = squares = steps = 0.0
        before = 0.0
        for i in range(first, t + 1):
            here = y[i] - slope * x[i] - level
            total += here
            squares += here * here
            steps += (here - before) ** 2
            before = here
        mean = total / window
        out[MEAN, t] = level + mean
        out[DEVIATION, t] = np.sqrt(max(squares - total * mean, 0.0) / (window - 1))
        out[STEP, t] = np.sqrt(steps / (window - 1))
