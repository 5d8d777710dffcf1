"""Compiled sliding-window sums of `quantdeck.analytics`.

A window's sums are carried from row to row, relative to a centre near the window's mean; sums about
zero would lose the digits that matter (prices of 60,000 that move by 1). Rounding left by rows that
have gone is bounded by starting afresh, from the window itself, once a window and whenever a
sum has been more than `_STALE` times what it is now; that happens after jumps. So the cost is O(1)
a row and the error that of a two-pass computation.

Rows that are not finite make the windows that hold them NaN and no others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.kernels import kernel

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray

HEDGE_RATIO, INTERCEPT, SPREAD, ZSCORE = range(4)
"""Rows that `slide_hedge` fills."""

_STALE = 16.0
_MIN_AGE = 256

# A window is flat where its sum of squares is no more than this, times its rows and its level
# squared: what rounding of the inputs alone makes, four units in the last place. `_TINY` is where
# squares stop being normal floats. Sums beyond the range of floats give NaN.
_NOISE = (4.0 * np.finfo(np.float64).eps) ** 2
_TINY = 1e-300


@kernel("floats", "floats", "int", "float_rows_out")
def slide_hedge(  # noqa: C901, PLR0915  (one pass: splitting it would carry twelve sums)
    y: FloatArray, x: FloatArray, window: int, out: FloatArray
) -> None:
    """Fill slope, intercept, last residual and its score of the regression in every window."""
    # y is regressed as u = (y - cy) - slope * (x - cx) with the slope at the last fresh start: u is
    # nearly uncorrelated with x, so the residual sum of squares is not a difference of large sums.
    limit = max(window, _MIN_AGE)
    share = 1.0 / window
    share_of_variance = 1.0 / (window - 1)
    clean = 0
    run = 0
    age = limit
    cx = cy = slope = 0.0
    sx = su = sxx = sxu = suu = 0.0
    peak_x = peak_u = 0.0
    cxx = rss = tilt = mean_dx = 0.0
    for i in range(len(x)):
        clean = clean + 1 if x[i] - x[i] == 0.0 and y[i] - y[i] == 0.0 else 0
        run = run + 1 if i and x[i] == x[i - 1] else 1
        if clean < window or run >= window:
            age = limit
            out[:, i] = np.nan
            continue
        fresh = age < limit
        if fresh:
            gone = i - window
            dx = x[i] - cx
            du = (y[i] - cy) - slope * dx
            ex = x[gone] - cx
            eu = (y[gone] - cy) - slope * ex
            sx += dx - ex
            su += du - eu
            sxx += dx * dx - ex * ex
            sxu += dx * du - ex * eu
            suu += du * du - eu * eu
            age += 1
            peak_x = max(peak_x, sxx)
            peak_u = max(peak_u, suu)
            mean_dx = sx * share
            cxx = sxx - sx * mean_dx
            cxu = sxu - su * mean_dx
            tilt = cxu / cxx
            rss = suu - su * su * share - tilt * cxu
            # written so that NaN fails
            fresh = cxx * _STALE >= peak_x and rss * _STALE >= peak_u
        if not fresh:
            first = i - window + 1
            cx = x[first]
            cy = y[first]
            sx = su = 0.0
            for k in range(first, i + 1):
                sx += x[k] - cx
                su += y[k] - cy
            cx += sx / window
            cy += su / window
            sxx = sxu = 0.0
            for k in range(first, i + 1):
                dx = x[k] - cx
                sxx += dx * dx
                sxu += dx * (y[k] - cy)
            slope = sxu / sxx
            sx = su = sxx = sxu = suu = 0.0
            for k in range(first, i + 1):
                dx = x[k] - cx
                du = (y[k] - cy) - slope * dx
                sx += dx
                su += du
                sxx += dx * dx
                sxu += dx * du
                suu += du * du
            age = 0
            peak_x = sxx
            peak_u = suu
            mean_dx = sx * share
            cxx = sxx - sx * mean_dx
            cxu = sxu - su * mean_dx
            tilt = cxu / cxx
            rss = suu - su * su * share - tilt * cxu
        if not _NOISE * window * cx * cx + _TINY < cxx < np.inf:
            age = limit
            out[:, i] = np.nan
            continue
        beta = slope + tilt
        mean_u = su * share
        dx = x[i] - cx
        residual = (y[i] - cy) - slope * dx - mean_u - tilt * (dx - mean_dx)
        out[HEDGE_RATIO, i] = beta
        out[INTERCEPT, i] = (cy + mean_u + slope * mean_dx) - beta * (cx + mean_dx)
        out[SPREAD, i] = residual
        level = abs(cy) + abs(beta * cx)
        if _NOISE * window * level * level + _TINY < rss < np.inf:
            out[ZSCORE, i] = residual / np.sqrt(rss * share_of_variance)
        else:
            out[ZSCORE, i] = np.nan


@kernel("floats", "int", "floats_out")
def slide_zscore(values: FloatArray, window: int, out: FloatArray) -> None:
    """Fill the score of each value against the window that ends at it."""
    out[:] = np.nan
    limit = max(window, _MIN_AGE)
    clean = 0
    run = 0
    age = limit
    centre = 0.0
    total = squares = peak = 0.0
    spread = 0.0
    for i in range(len(values)):
        clean = clean + 1 if values[i] - values[i] == 0.0 else 0
        run = run + 1 if i and values[i] == values[i - 1] else 1
        if clean < window or run >= window:
            age = limit
            continue
        fresh = age < limit
        if fresh:
            here = values[i] - centre
            gone = values[i - window] - centre
            total += here - gone
            squares += here * here - gone * gone
            age += 1
            peak = max(peak, squares)
            spread = squares - total * total / window
            fresh = spread * _STALE >= peak
        if not fresh:
            first = i - window + 1
            centre = values[first]
            total = 0.0
            for k in range(first, i + 1):
                total += values[k] - centre
            centre += total / window
            total = squares = 0.0
            for k in range(first, i + 1):
                here = values[k] - centre
                total += here
                squares += here * here
            age = 0
            peak = squares
            spread = squares - total * total / window
        if _NOISE * window * centre * centre + _TINY < spread < np.inf:
            deviation = (values[i] - centre) - total / window
            out[i] = deviation / np.sqrt(spread / (window - 1))


@kernel("floats", "floats", "int", "floats_out")
def slide_correlation(  # noqa: PLR0915  (one pass, as above)
    a: FloatArray, b: FloatArray, window: int, out: FloatArray
) -> None:
    """Fill Pearson's correlation of every window."""
    out[:] = np.nan
    limit = max(window, _MIN_AGE)
    clean = 0
    run_a = run_b = 0
    age = limit
    ca = cb = 0.0
    sa = sb = saa = sbb = sab = 0.0
    peak_a = peak_b = 0.0
    caa = cbb = 0.0
    for i in range(len(a)):
        clean = clean + 1 if a[i] - a[i] == 0.0 and b[i] - b[i] == 0.0 else 0
        run_a = run_a + 1 if i and a[i] == a[i - 1] else 1
        run_b = run_b + 1 if i and b[i] == b[i - 1] else 1
        if clean < window or run_a >= window or run_b >= window:
            age = limit
            continue
        fresh = age < limit
        if fresh:
            gone = i - window
            da = a[i] - ca
            db = b[i] - cb
            ea = a[gone] - ca
            eb = b[gone] - cb
            sa += da - ea
            sb += db - eb
            saa += da * da - ea * ea
            sbb += db * db - eb * eb
            sab += da * db - ea * eb
            age += 1
            peak_a = max(peak_a, saa)
            peak_b = max(peak_b, sbb)
            caa = saa - sa * sa / window
            cbb = sbb - sb * sb / window
            fresh = caa * _STALE >= peak_a and cbb * _STALE >= peak_b
        if not fresh:
            first = i - window + 1
            ca = a[first]
            cb = b[first]
            sa = sb = 0.0
            for k in range(first, i + 1):
                sa += a[k] - ca
                sb += b[k] - cb
            ca += sa / window
            cb += sb / window
            sa = sb = saa = sbb = sab = 0.0
            for k in range(first, i + 1):
                da = a[k] - ca
                db = b[k] - cb
                sa += da
                sb += db
                saa += da * da
                sbb += db * db
                sab += da * db
            age = 0
            peak_a = saa
            peak_b = sbb
            caa = saa - sa * sa / window
            cbb = sbb - sb * sb / window
        moves_a = _NOISE * window * ca * ca + _TINY < caa < np.inf
        moves_b = _NOISE * window * cb * cb + _TINY < cbb < np.inf
        if moves_a and moves_b:
            r = (sab - sa * sb / window) / (np.sqrt(caa) * np.sqrt(cbb))
            out[i] = min(1.0, max(-1.0, r))


@kernel("floats", "int", "float_rows_out")
def slide_moments(  # noqa: C901, PLR0915  (one pass, as above)
    values: FloatArray, window: int, out: FloatArray
) -> None:
    """Fill mean and variance (divisor window - 1) of every window; 0 for one that is flat."""
    out[:] = np.nan
    limit = max(window, _MIN_AGE)
    clean = 0
    run = 0
    age = limit
    centre = 0.0
    total = squares = peak = 0.0
    spread = 0.0
    for i in range(len(values)):
        clean = clean + 1 if values[i] - values[i] == 0.0 else 0
        run = run + 1 if i and values[i] == values[i - 1] else 1
        if clean < window or run >= window:
            age = limit
            if clean >= window:
                out[0, i] = values[i]
                out[1, i] = 0.0
            continue
        fresh = age < limit
        if fresh:
            here = values[i] - centre
            gone = values[i - window] - centre
            total += here - gone
            squares += here * here - gone * gone
            age += 1
            peak = max(peak, squares)
            spread = squares - total * total / window
            fresh = spread * _STALE >= peak
        if not fresh:
            first = i - window + 1
            centre = values[first]
            total = 0.0
            for k in range(first, i + 1):
                total += values[k] - centre
            centre += total / window
            total = squares = 0.0
            for k in range(first, i + 1):
                here = values[k] - centre
                total += here
                squares += here * here
            age = 0
            peak = squares
            spread = squares - total * total / window
        out[0, i] = centre + total / window
        if _NOISE * window * centre * centre + _TINY < spread < np.inf:
            out[1, i] = spread / (window - 1)
        elif spread < np.inf:
            out[1, i] = 0.0
