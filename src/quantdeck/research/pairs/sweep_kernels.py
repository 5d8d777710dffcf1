"""Compiled walk of `quantdeck.research.pairs.sweep`: one score, many thresholds.

The rules are those of `quantdeck.research.pairs.rules`, word for word; the tests hold every figure to
`quantdeck.research.pairs.backtest`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.kernels import kernel

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray, IntArray

# Rows of `market`. What one unit earns in a row that it is held through, in the row it is bought in
# and in the row it is sold in, funding included; where it is filled; and the size of a trade.
(
    HELD_Y, HELD_X, OPENED_Y, OPENED_X, CLOSED_Y, CLOSED_X, FILL_Y, FILL_X, SIZE_Y, SIZE_X,
) = range(10)  # fmt: skip
MARKET_ROWS = 10

# Further rows of `market` where lines are frozen: what they are of, and what a trade keeps of the row
# that decides it.
SERIES_Y, SERIES_X, RATIO, CENTRE, DEVIATION = range(10, 15)
FROZEN_ROWS = 15

# Columns of `thresholds`; inf where there is none.
ENTRY, EXIT, STOP, MAX_HOLD = range(4)

# Entries of `costs`, as fractions.
TAKER_Y, WORSE_Y, TAKER_X, WORSE_X, CAPITAL = range(5)

# Columns of `figures`: sums over all rows, by capital; counts; and the deepest fall.
TOTAL, SQUARES, TRADES, CLOSED, WINS, HELD, TRADED, COSTS, FALL = range(9)
FIGURES = 9


@kernel(
    "dense_floats", "float_rows_out", "dense_ints", "float_rows_out", "dense_floats", "int",
    "float_rows_out", "float_rows_out", "float_rows_out", "floats_out",
)  # fmt: skip
def walk_thresholds(  # noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917  (one pass over the rows)
    zscore: FloatArray,
    market: FloatArray,
    bounds: IntArray,
    thresholds: FloatArray,
    costs: FloatArray,
    direction: int,
    figures: FloatArray,
    block_sums: FloatArray,
    block_squares: FloatArray,
    pooled: FloatArray,
) -> None:
    """Trade one score by every row of `thresholds`, and fill what came of it.

    `bounds` are the first rows of the blocks and the count of rows. To `pooled` the returns of every
    set that traded are added, in units of their root mean square about their mean.
    """
    held_y = market[HELD_Y]
    held_x = market[HELD_X]
    frozen = len(market) == FROZEN_ROWS
    ratio = centre = deviation = 0.0
    n = len(zscore)
    blocks = len(bounds) - 1
    scale = 1.0 / costs[CAPITAL]
    taker_y = costs[TAKER_Y]
    taker_x = costs[TAKER_X]
    worse_y = costs[WORSE_Y]
    worse_x = costs[WORSE_X]
    returns = np.zeros(n)
    for k in range(len(thresholds)):
        entry = thresholds[k, ENTRY]
        leave = thresholds[k, EXIT]
        stop = thresholds[k, STOP]
        max_hold = thresholds[k, MAX_HOLD]
        side = 0  # of what is held
        order = 0  # side to open at the next row; 2 to close
        blocked = 0  # side that may not be opened before its score has come back
        opened = 0
        quantity_y = quantity_x = 0.0
        equity = peak = 1.0
        fall = 0.0
        at_open = 0.0
        traded = paid = 0.0
        trades = closed = wins = held = 0
        total = squares = 0.0
        for block in range(blocks):
            block_total = block_square = 0.0
            for t in range(bounds[block], bounds[block + 1]):
                if side == 0 and order == 0:
                    returns[t] = 0.0
                else:
                    if order == 0:
                        gain = quantity_y * held_y[t] + quantity_x * held_x[t]
                        held += 1
                    else:
                        if order != 2:
                            side = order
                            quantity_y = side * market[SIZE_Y, t - 1]
                            quantity_x = side * market[SIZE_X, t - 1]
                            gain = (
                                quantity_y * market[OPENED_Y, t] + quantity_x * market[OPENED_X, t]
                            )
                            sign = 1.0
                            opened = t
                            if frozen:
                                ratio = market[RATIO, t - 1]
                                centre = market[CENTRE, t - 1]
                                deviation = market[DEVIATION, t - 1]
                            at_open = equity
                            trades += 1
                            held += 1
                        else:
                            gain = (
                                quantity_y * market[CLOSED_Y, t] + quantity_x * market[CLOSED_X, t]
                            )
                            sign = -1.0
                            closed += 1
                        sign_y = sign if quantity_y > 0.0 else -sign
                        sign_x = sign if quantity_x > 0.0 else -sign
                        seen_y = abs(quantity_y) * market[FILL_Y, t]
                        seen_x = abs(quantity_x) * market[FILL_X, t]
                        done_y = seen_y * (1.0 + sign_y * worse_y)
                        done_x = seen_x * (1.0 + sign_x * worse_x)
                        cost = (
                            seen_y * worse_y
                            + seen_x * worse_x
                            + done_y * taker_y
                            + done_x * taker_x
                        )
                        gain -= cost
                        paid += cost
                        traded += done_y + done_x
                    gain *= scale
                    returns[t] = gain
                    block_total += gain
                    block_square += gain * gain
                    equity += gain
                    peak = max(peak, equity)
                    # against the highest: a multiplication, divided once for each new depth
                    if peak - equity > fall * peak:
                        fall = (peak - equity) / peak
                    if order == 2:
                        wins += equity > at_open
                        side = 0
                    order = 0
                z = zscore[t]
                if side != 0:
                    if frozen:
                        distance = market[SERIES_Y, t] - ratio * market[SERIES_X, t] - centre
                        z = distance / deviation
                    toward = side * z
                    if toward <= -stop:
                        order = 2
                        blocked = side
                    elif toward >= -leave:
                        order = 2
                    elif t + 1 - opened >= max_hold:
                        order = 2
                        blocked = side
                else:
                    if blocked != 0 and blocked * z >= -leave:
                        blocked = 0
                    if blocked == 0:
                        if -stop < z <= -entry:
                            if direction >= 0 and market[SIZE_Y, t] != 0.0:
                                order = 1
                        elif entry <= z < stop and direction <= 0 and market[SIZE_Y, t] != 0.0:
                            order = -1
            block_sums[k, block] = block_total
            block_squares[k, block] = block_square
            total += block_total
            squares += block_square
        figures[k, TOTAL] = total
        figures[k, SQUARES] = squares
        figures[k, TRADES] = trades
        figures[k, CLOSED] = closed
        figures[k, WINS] = wins
        figures[k, HELD] = held
        figures[k, TRADED] = traded * scale
        figures[k, COSTS] = paid * scale
        figures[k, FALL] = fall
        variance = (squares - total * total / n) / (n - 1)
        if variance > 0.0:
            weight = 1.0 / np.sqrt(variance)
            for t in range(n):
                pooled[t] += returns[t] * weight
