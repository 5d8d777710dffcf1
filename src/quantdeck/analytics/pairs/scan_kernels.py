"""Compiled parts of the scan of all pairs: the two lines of a pair, and the unit-root test of one.

Both do what `ols_hedge`, `half_life`, `rolling_zscore` and `adf` do, for one pair at a time and without
an allocation. The test rests on inner products: those of lagged differences follow from one another
by the two terms at their ends, so a design of p lags costs n p instead of n p^2, and Cholesky's
factor of them holds the residual sums of all lags. Where that factor has a small diagonal, squaring the
condition number may cost digits, and the kernel says so instead of answering.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.kernels import kernel

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray

HEDGE_RATIO, INTERCEPT, PHI, ZSCORE, CORRELATION, STATUS = range(6)
"""Columns that `fit_pair` fills, one row per direction."""

FITTED, FLAT, ON_LINE = 0.0, 1.0, 2.0
"""Values of STATUS."""

STATISTIC, LAG, ROWS = range(3)
"""What `unit_root` fills."""

_NOISE = 4.0 * np.finfo(np.float64).eps
_TINY = 1e-150
_SAFE = 1e-2


@kernel("dense_floats", "dense_floats", "int", "float_rows_out", "float_rows_out")
def fit_pair(  # noqa: C901, PLR0912, PLR0915  (one pass per figure over rows gathered once)
    a: FloatArray, b: FloatArray, window: int, series: FloatArray, out: FloatArray
) -> int:
    """Gather the newest common rows of two series, fit both lines, and return how many rows there are.

    `series` has the rows' two series, then the residuals of a on b and of b on a, all at its end.
    """
    room = series.shape[1]
    n = 0
    i = len(a) - 1
    while i >= 0 and n < room:
        if a[i] - a[i] == 0.0 and b[i] - b[i] == 0.0:
            n += 1
            series[0, room - n] = a[i]
            series[1, room - n] = b[i]
        i -= 1
    first = room - n
    out[:, :] = np.nan
    out[:, STATUS] = FLAT
    if n < 3:
        return n
    mean = np.zeros(2)
    square = np.zeros(2)
    for side in range(2):
        low = high = series[side, first]
        total = 0.0
        for t in range(first, room):
            value = series[side, t]
            low = min(low, value)
            high = max(high, value)
            total += value - series[side, first]
        if high - low <= max(_NOISE * max(abs(low), abs(high)), _TINY):
            return n
        mean[side] = series[side, first] + total / n
    cross = 0.0
    for t in range(first, room):
        da = series[0, t] - mean[0]
        db = series[1, t] - mean[1]
        square[0] += da * da
        square[1] += db * db
        cross += da * db
    # Of the changes from row to row
    changes = n - 1
    shift = np.zeros(2)
    for side in range(2):
        shift[side] = (series[side, room - 1] - series[side, first]) / changes
    caa = cbb = cab = 0.0
    for t in range(first + 1, room):
        da = series[0, t] - series[0, t - 1] - shift[0]
        db = series[1, t] - series[1, t - 1] - shift[1]
        caa += da * da
        cbb += db * db
        cab += da * db
    least = _NOISE * _NOISE * changes
    if caa > least * shift[0] ** 2 + 1e-300 and cbb > least * shift[1] ** 2 + 1e-300:
        out[:, CORRELATION] = min(1.0, max(-1.0, cab / (np.sqrt(caa) * np.sqrt(cbb))))
    for side in range(2):
        other = 1 - side
        slope = cross / square[other]
        intercept = mean[side] - slope * mean[other]
        out[side, HEDGE_RATIO] = slope
        out[side, INTERCEPT] = intercept
        largest = level_y = level_x = 0.0
        for t in range(first, room):
            part = slope * series[other, t]
            spread = series[side, t] - intercept - part
            series[2 + side, t] = spread
            largest = max(largest, abs(spread))
            level_y = max(level_y, abs(series[side, t]))
            level_x = max(level_x, abs(part))
        if largest <= _NOISE * (level_y + level_x):
            out[side, STATUS] = ON_LINE
            continue
        out[side, STATUS] = FITTED
        # The coefficient of each residual on the one before it
        before = now = 0.0
        low = high = series[2 + side, first]
        for t in range(first, room - 1):
            before += series[2 + side, t]
            now += series[2 + side, t + 1]
            low = min(low, series[2 + side, t])
            high = max(high, series[2 + side, t])
        before /= changes
        now /= changes
        if high - low > max(_NOISE * max(abs(low), abs(high)), _TINY):
            own = lagged = 0.0
            for t in range(first, room - 1):
                at = series[2 + side, t] - before
                own += at * at
                lagged += at * (series[2 + side, t + 1] - now)
            out[side, PHI] = lagged / own
        if n >= window:
            centre = 0.0
            for t in range(room - window, room):
                centre += series[2 + side, t]
            centre /= window
            around = 0.0
            for t in range(room - window, room):
                at = series[2 + side, t] - centre
                around += at * at
            if around > _NOISE * _NOISE * window * centre * centre + 1e-300:
                at = series[2 + side, room - 1] - centre
                out[side, ZSCORE] = at / np.sqrt(around / (window - 1))
    return n


@kernel("dense_floats", "int", "float_rows_out", "floats_out")
def unit_root(  # noqa: C901, PLR0912, PLR0915  (two factors of one matrix of inner products)
    s: FloatArray, longest: int, work: FloatArray, out: FloatArray
) -> int:
    """Fill t-value and lag of the augmented Dickey-Fuller test without deterministic terms, lag by AIC.

    `work` has at least 2 (longest + 2) + 1 rows of longest + 2. Returns 0 where digits may be lost.
    """
    size = longest + 2
    m = len(s) - 1
    rows = m - longest
    out[:] = np.nan
    # gram[i, j]: inner products of d[t], d[t-1], ..., d[t-longest] and, last, the level s[t], over the
    # rows t = longest .. m-1
    gram = work[:size]
    factor = work[size : 2 * size]
    d = np.empty(m)
    for t in range(m):
        d[t] = s[t + 1] - s[t]
    by_lag = np.zeros(longest + 1)
    by_level = np.zeros(longest + 1)
    level = 0.0
    for t in range(longest, m):
        now = d[t]
        at = s[t]
        level += at * at
        back = t - longest
        # independent sums, so that they are added side by side
        for k in range(longest + 1):
            by_lag[k] += now * d[back + k]
            by_level[k] += at * d[back + k]
    for k in range(longest + 1):
        gram[0, k] = by_lag[longest - k]
        gram[k, size - 1] = by_level[longest - k]
    gram[size - 1, size - 1] = level
    for i in range(longest):
        for j in range(i, longest):
            gram[i + 1, j + 1] = (
                gram[i, j] + d[longest - 1 - i] * d[longest - 1 - j] - d[m - 1 - i] * d[m - 1 - j]
            )
    best = 0
    order = np.empty(size, np.int64)
    for phase in range(2):
        lag = longest if phase == 0 else best
        if phase == 1:
            # the rows that the longest lag had left out
            for t in range(lag, longest):
                gram[size - 1, size - 1] += s[t] * s[t]
                for i in range(lag + 1):
                    gram[i, size - 1] += d[t - i] * s[t]
                    for j in range(i, lag + 1):
                        gram[i, j] += d[t - i] * d[t - j]
            rows = m - lag
        # Columns: for the search the level first, so that each lag comes on top of it; for the
        # statistic last, so that it is a ratio of two entries. What they explain ends both.
        count = lag + 2
        for k in range(lag):
            order[k + 1 if phase == 0 else k] = k + 1
        order[0 if phase == 0 else lag] = size - 1
        order[lag + 1] = 0
        for i in range(count):
            for j in range(i + 1):
                p = min(order[i], order[j])
                q = max(order[i], order[j])
                total = gram[p, q]
                scale = np.sqrt(gram[order[i], order[i]]) * np.sqrt(gram[order[j], order[j]])
                total /= scale
                for k in range(j):
                    total -= factor[i, k] * factor[j, k]
                if i == j:
                    # written so that NaN fails
                    if not total > _SAFE * _SAFE:
                        return 0
                    factor[i, i] = np.sqrt(total)
                else:
                    factor[i, j] = total / factor[j, j]
        if phase == 1:
            free = rows - lag - 1
            if free < 1:
                return 0
            last = factor[lag + 1, lag + 1]
            out[STATISTIC] = factor[lag + 1, lag] / np.sqrt(last * last / free)
            out[LAG] = lag
            out[ROWS] = rows
            return 1
        unexplained = factor[lag + 1, lag + 1] ** 2
        smallest = np.inf
        for k in range(lag, -1, -1):
            criterion = rows * np.log(unexplained) + 2.0 * (k + 1)
            if criterion <= smallest:
                smallest = criterion
                best = k
            unexplained += factor[lag + 1, k] ** 2
    return 0
