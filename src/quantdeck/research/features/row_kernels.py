"""Kernels over the rows of a panel, each counting the sessions that a row has and no others.

Every one first gathers the finite cells of a row, works on those, and puts the figures back at their
sessions; what it says of a session depends on that session and those before it alone.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.kernels import kernel, part

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray, IntArray


@part
def gather(row: FloatArray, dense: FloatArray, at: IntArray) -> int:
    """Copy the finite cells of a row and where they stand; return how many."""
    n = 0
    for t in range(len(row)):
        if math.isfinite(row[t]):
            dense[n] = row[t]
            at[n] = t
            n += 1
    return n


@part
def gather_pair(
    left: FloatArray, right: FloatArray, x: FloatArray, y: FloatArray, at: IntArray
) -> int:
    """Copy the cells at which both rows are finite; return how many."""
    n = 0
    for t in range(len(left)):
        if math.isfinite(left[t]) and math.isfinite(right[t]):
            x[n] = left[t]
            y[n] = right[t]
            at[n] = t
            n += 1
    return n


@part
def window_sums(dense: FloatArray, begin: int, end: int, less: float, out: FloatArray) -> None:
    """Sum dense[begin:end] - less and its squares, four at a time: additions need not wait then."""
    a = b = c = d = 0.0
    aa = bb = cc = dd = 0.0
    j = begin
    while j + 3 < end:
        e, f, g, h = dense[j] - less, dense[j + 1] - less, dense[j + 2] - less, dense[j + 3] - less
        a, b, c, d = a + e, b + f, c + g, d + h
        aa, bb, cc, dd = aa + e * e, bb + f * f, cc + g * g, dd + h * h
        j += 4
    while j < end:
        e = dense[j] - less
        a, aa = a + e, aa + e * e
        j += 1
    out[0], out[1] = a + b + c + d, aa + bb + cc + dd


@kernel("float_rows", "int", "float_rows_out")
def lag_rows(values: FloatArray, back: int, out: FloatArray) -> None:
    """Give each finite cell the finite one so many before it."""
    rows, columns = values.shape
    dense, at = np.empty(columns), np.empty(columns, np.int64)
    for i in range(rows):
        out[i, :] = math.nan
        n = gather(values[i], dense, at)
        for k in range(back, n):
            out[i, at[k]] = dense[k - back]


@kernel("float_rows", "int", "float_rows_out")
def mean_rows(values: FloatArray, window: int, out: FloatArray) -> None:
    """Give each cell the mean of the last finite ones; summed anew, so that nothing drifts."""
    rows, columns = values.shape
    dense, at = np.empty(columns), np.empty(columns, np.int64)
    sums = np.empty(2)
    for i in range(rows):
        out[i, :] = math.nan
        n = gather(values[i], dense, at)
        for k in range(window - 1, n):
            window_sums(dense, k - window + 1, k + 1, 0.0, sums)
            out[i, at[k]] = sums[0] / window


@kernel("float_rows", "int", "float_rows_out")
def deviation_rows(values: FloatArray, window: int, out: FloatArray) -> None:
    """Give each cell the standard deviation of the last finite ones, divisor one less."""
    rows, columns = values.shape
    dense, at = np.empty(columns), np.empty(columns, np.int64)
    sums = np.empty(2)
    for i in range(rows):
        out[i, :] = math.nan
        n = gather(values[i], dense, at)
        for k in range(window - 1, n):
            # less the first of the window: sums of squares of returns lose nothing then
            window_sums(dense, k - window + 1, k + 1, dense[k - window + 1], sums)
            spread = sums[1] - sums[0] * sums[0] / window
            out[i, at[k]] = math.sqrt(max(spread, 0.0) / (window - 1))


@kernel("float_rows", "int", "float_rows_out")
def highest_rows(values: FloatArray, window: int, out: FloatArray) -> None:
    """Give each cell the highest of the last finite ones."""
    rows, columns = values.shape
    dense, at = np.empty(columns), np.empty(columns, np.int64)
    for i in range(rows):
        out[i, :] = math.nan
        n = gather(values[i], dense, at)
        best = -1
        for k in range(n):
            begin = k - window + 1
            if best < begin:
                best = max(begin, 0)
                for j in range(best + 1, k + 1):
                    if dense[j] >= dense[best]:
                        best = j
            elif dense[k] >= dense[best]:
                best = k
            if begin >= 0:
                out[i, at[k]] = dense[best]


@kernel("float_rows", "int", "float_rows_out")
def wilder_rows(values: FloatArray, window: int, out: FloatArray) -> None:
    """Smooth each row by m += (x - m) / window, begun with the mean of the first ones."""
    rows, columns = values.shape
    dense, at = np.empty(columns), np.empty(columns, np.int64)
    for i in range(rows):
        out[i, :] = math.nan
        n = gather(values[i], dense, at)
        mean = 0.0
        for k in range(n):
            if k < window:
                mean += dense[k] / window
            else:
                mean += (dense[k] - mean) / window
            if k >= window - 1:
                out[i, at[k]] = mean


@kernel("float_rows", "int", "float_rows_out")
def standing_rows(values: FloatArray, window: int, out: FloatArray) -> None:
    """Give each cell the share of the last finite ones, itself left out, that lie below it."""
    rows, columns = values.shape
    dense, at = np.empty(columns), np.empty(columns, np.int64)
    for i in range(rows):
        out[i, :] = math.nan
        n = gather(values[i], dense, at)
        for k in range(window - 1, n):
            now = dense[k]
            below = 0
            # counted in halves, without branches
            for j in range(k - window + 1, k):
                below += (dense[j] < now) + (dense[j] <= now)
            out[i, at[k]] = 0.5 * below / (window - 1)


@kernel("float_rows", "float_rows", "int", "float_rows_out", "float_rows_out", "float_rows_out")
def line_rows(
    y_rows: FloatArray,
    x_rows: FloatArray,
    window: int,
    slope: FloatArray,
    left: FloatArray,
    share: FloatArray,
) -> None:
    """Fit y = a + b x over the last sessions that have both: b, deviation of the rest, R squared."""
    rows, columns = y_rows.shape
    x, y, at = np.empty(columns), np.empty(columns), np.empty(columns, np.int64)
    for i in range(rows):
        slope[i, :] = math.nan
        left[i, :] = math.nan
        share[i, :] = math.nan
        n = gather_pair(x_rows[i], y_rows[i], x, y, at)
        for k in range(window - 1, n):
            sx = sy = sxx = syy = sxy = 0.0
            for j in range(k - window + 1, k + 1):
                sx += x[j]
                sy += y[j]
                sxx += x[j] * x[j]
                syy += y[j] * y[j]
                sxy += x[j] * y[j]
            vx = sxx - sx * sx / window
            vy = syy - sy * sy / window
            cov = sxy - sx * sy / window
            # a flat window has rounding for a spread
            if vx <= 1e-12 * sxx or vx <= 0.0:
                continue
            b = cov / vx
            rest = max(vy - b * cov, 0.0)
            slope[i, at[k]] = b
            left[i, at[k]] = math.sqrt(rest / (window - 2))
            if vy > 1e-12 * syy:
                share[i, at[k]] = min(b * cov / vy, 1.0)


@kernel("float_rows", "float", "float_rows_out")
def decayed_rows(values: FloatArray, decay: float, out: FloatArray) -> None:
    """Sum each row with weights that decay by session: s = decay s + x, NaN counting as nothing."""
    rows, columns = values.shape
    for i in range(rows):
        total = 0.0
        for t in range(columns):
            total *= decay
            if math.isfinite(values[i, t]):
                total += values[i, t]
            out[i, t] = total


@kernel("float_rows", "floats_out", "floats_out")
def session_sums(values: FloatArray, total: FloatArray, count: FloatArray) -> None:
    """Sum each session over the rows that have a figure, always from the first row to the last."""
    rows, columns = values.shape
    for i in range(rows):
        for t in range(columns):
            if math.isfinite(values[i, t]):
                total[t] += values[i, t]
                count[t] += 1.0


@kernel("float_rows", "int_rows_out", "float_rows_out")
def rank_rows(values: FloatArray, order: IntArray, out: FloatArray) -> None:
    """Give each finite cell of a row (rank - 1/2) / n; `order` sorts the row, what is NaN last."""
    rows, columns = values.shape
    for i in range(rows):
        out[i, :] = math.nan
        n = 0
        while n < columns and math.isfinite(values[i, order[i, n]]):
            n += 1
        begin = 0
        while begin < n and n > 1:
            end = begin + 1
            while end < n and values[i, order[i, end]] == values[i, order[i, begin]]:
                end += 1
            # equal ones share the mean of their ranks
            for k in range(begin, end):
                out[i, order[i, k]] = 0.5 * (begin + end) / n
            begin = end
