"""The loops of the box desk: a robust line, the best pair of strikes, and all pairs.

Prices of a chain are two arrays over strikes: `buy`, what a synthetic long forward costs (call ask less
put bid), and `sell`, what it brings (call bid less put ask). A box bought over strikes i < j costs
buy[i] - sell[j]; with buy = -sell and sell = -buy the same loops find boxes to sell. NaN is a side that
is not there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.kernels import kernel

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray, IntArray

LOWER, UPPER = range(2)
"""Rows of strike numbers that `find_pairs` and `find_partners` fill; -1 where there is none."""

MID, LEND, BORROW, VOLUME = range(4)
"""Rows that `fill_surface` fills, one column per pair: discount factors and the least volume."""


@kernel("floats", "floats", "int", "floats_out")
def fill_slopes(strikes: FloatArray, mids: FloatArray, step: int, out: FloatArray) -> int:
    """Fill minus the slopes between strikes a third of the chain or more apart; return their count."""
    count = len(strikes)
    apart = max(1, count // 3)
    filled = 0
    for i in range(0, count, step):
        for j in range(i + apart, count, step):
            out[filled] = (mids[i] - mids[j]) / (strikes[j] - strikes[i])
            filled += 1
    return filled


@kernel("floats", "floats", "floats", "float", "floats_out")
def fit_bisquare(
    strikes: FloatArray, mids: FloatArray, widths: FloatArray, scale: float, out: FloatArray
) -> None:
    """Improve intercept and slope in `out` by iterated weights until they stay."""
    # `widths` are the residuals' sizes where scale is 1; a residual beyond 4.685 sizes has no weight
    # (Beaton and Tukey 1974; 95 % efficient for normal errors).
    reach = 4.685 * scale
    centre = strikes.mean()
    level = out[0] - out[1] * centre
    slope = out[1]
    for _ in range(100):
        w = wx = wy = wxx = wxy = 0.0
        for i in range(len(strikes)):
            x = strikes[i] - centre
            u = (mids[i] - level + slope * x) / (widths[i] * reach)
            if abs(u) < 1.0:
                share = (1.0 - u * u) ** 2 / (widths[i] * widths[i])
                w += share
                wx += share * x
                wy += share * mids[i]
                wxx += share * x * x
                wxy += share * x * mids[i]
        spread = wxx - wx * wx / w
        if not spread > 0.0:
            out[:] = np.nan
            return
        previous = slope
        slope = -(wxy - wx * wy / w) / spread
        level = (wy + slope * wx) / w
        if abs(slope - previous) < 1e-15:
            break
    out[0] = level + slope * centre
    out[1] = slope


@kernel(
    "floats",
    "floats",
    "floats",
    "ints",
    "float",
    "float",
    "float",
    "ints_out",
    "floats_out",
    "int_rows_out",
)
def find_pairs(  # noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917  (one pass: calls would cost more)
    strikes: FloatArray,
    buy: FloatArray,
    sell: FloatArray,
    starts: IntArray,
    fee: float,
    min_gap: float,
    max_gap: float,
    queue: IntArray,
    discounts: FloatArray,
    pairs: IntArray,
) -> None:
    """Fill the least (buy[i] - sell[j] + fee) / (K[j] - K[i]) of every chain, and its i and j."""
    # Dinkelbach 1967: for a trial D the pair with the least buy[i] + D K[i] - (sell[j] + D K[j]) is
    # found in one pass, and its own ratio is the next D; D falls until it is the least of all.
    for chain in range(len(starts) - 1):
        first = starts[chain]
        last = starts[chain + 1]
        discounts[chain] = np.nan
        pairs[LOWER, chain] = -1
        pairs[UPPER, chain] = -1
        if last - first < 2:
            continue
        widest = strikes[last - 1] - strikes[first]
        narrow = widest > max_gap
        found = np.inf
        trial = (buy[first] - sell[last - 1]) / widest
        if trial - trial != 0.0:
            trial = 1.0
        while True:
            best = np.inf
            lower = -1
            upper = -1
            if not narrow and min_gap <= 0.0:
                # the common case, without windows
                least = buy[first] + trial * strikes[first]
                least = least if least - least == 0.0 else np.inf
                at = first
                for j in range(first + 1, last):
                    moved = trial * strikes[j]
                    value = least - (sell[j] + moved)
                    if value < best:
                        best = value
                        lower = at
                        upper = j
                    value = buy[j] + moved
                    if value < least:
                        least = value
                        at = j
                if lower < 0:
                    break
                ratio = (buy[lower] - sell[upper] + fee) / (strikes[upper] - strikes[lower])
                if not ratio < found:
                    break
                found = ratio
                trial = ratio
                discounts[chain] = ratio
                pairs[LOWER, chain] = lower
                pairs[UPPER, chain] = upper
                continue
            head = 0
            tail = 0
            joined = first
            least = np.inf
            at = -1
            for j in range(first + 1, last):
                reach = strikes[j] - min_gap
                while joined < j and strikes[joined] <= reach:
                    value = buy[joined] + trial * strikes[joined]
                    if narrow:
                        # the strikes that may still be the least of a window, least first
                        if value - value == 0.0:
                            while (
                                tail > head
                                and buy[queue[tail - 1]] + trial * strikes[queue[tail - 1]] >= value
                            ):
                                tail -= 1
                            queue[tail] = joined
                            tail += 1
                    elif value < least:
                        least = value
                        at = joined
                    joined += 1
                if narrow:
                    while head < tail and strikes[j] - strikes[queue[head]] > max_gap:
                        head += 1
                    if head == tail:
                        continue
                    at = queue[head]
                    least = buy[at] + trial * strikes[at]
                value = least - (sell[j] + trial * strikes[j])
                if value < best:
                    best = value
                    lower = at
                    upper = j
            if lower < 0:
                break
            ratio = (buy[lower] - sell[upper] + fee) / (strikes[upper] - strikes[lower])
            if not ratio < found:
                break
            found = ratio
            trial = ratio
            discounts[chain] = ratio
            pairs[LOWER, chain] = lower
            pairs[UPPER, chain] = upper


@kernel(
    "floats",
    "floats",
    "floats",
    "float",
    "float",
    "float",
    "float",
    "float",
    "floats_out",
    "ints_out",
)
def find_partners(  # noqa: PLR0913, PLR0917  (as above)
    strikes: FloatArray,
    buy: FloatArray,
    sell: FloatArray,
    fee: float,
    min_gap: float,
    max_gap: float,
    least: float,
    most: float,
    discounts: FloatArray,
    partners: IntArray,
) -> None:
    """Fill for every lower strike the upper one with the least discount in [least, most]."""
    count = len(strikes)
    for i in range(count):
        best = np.inf
        at = -1
        for j in range(i + 1, count):
            width = strikes[j] - strikes[i]
            if width > max_gap:
                break
            if width < min_gap:
                continue
            cost = buy[i] - sell[j] + fee
            if cost < best * width and least * width <= cost <= most * width:
                best = cost / width
                at = j
        discounts[i] = best if at >= 0 else np.nan
        partners[i] = at


@kernel("floats", "floats", "floats", "floats", "float", "float", "float", "float_rows_out")
def fill_surface(  # noqa: PLR0913, PLR0917  (as above)
    strikes: FloatArray,
    buy: FloatArray,
    sell: FloatArray,
    volumes: FloatArray,
    fee: float,
    min_gap: float,
    max_gap: float,
    out: FloatArray,
) -> None:
    """Fill mid, lending and borrowing discount and least volume of every pair i < j, row by row."""
    count = len(strikes)
    at = 0
    for i in range(count):
        for j in range(i + 1, count):
            width = strikes[j] - strikes[i]
            if min_gap <= width <= max_gap:
                share = 1.0 / width
                paid = buy[i] - sell[j]
                got = sell[i] - buy[j]
                out[MID, at] = 0.5 * (paid + got) * share
                out[LEND, at] = (paid + fee) * share
                out[BORROW, at] = (got - fee) * share
                out[VOLUME, at] = min(volumes[i], volumes[j])
            else:
                out[:, at] = np.nan
            at += 1


@kernel(
    "floats",
    "floats",
    "floats",
    "float",
    "float",
    "float",
    "int",
    "floats_out",
    "float_rows_out",
)
def fill_strikes(  # noqa: PLR0913, PLR0917  (as above)
    strikes: FloatArray,
    buy: FloatArray,
    sell: FloatArray,
    fee: float,
    min_gap: float,
    max_gap: float,
    step: int,
    scratch: FloatArray,
    out: FloatArray,
) -> None:
    """Fill median mid, least lending and greatest borrowing discount of the boxes at each strike."""
    # the median is taken over every step-th partner
    count = len(strikes)
    for i in range(count):
        lend = np.inf
        borrow = -np.inf
        kept = 0
        for j in range(count):
            width = abs(strikes[j] - strikes[i])
            if j == i or not min_gap <= width <= max_gap:
                continue
            low = min(i, j)
            high = max(i, j)
            share = 1.0 / width
            paid = buy[low] - sell[high]
            got = sell[low] - buy[high]
            lend = min(lend, (paid + fee) * share)
            borrow = max(borrow, (got - fee) * share)
            if j % step == 0:
                scratch[kept] = 0.5 * (paid + got) * share
                kept += 1
        out[MID, i] = np.median(scratch[:kept]) if kept else np.nan
        out[LEND, i] = lend if lend < np.inf else np.nan
        out[BORROW, i] = borrow if borrow > -np.inf else np.nan
