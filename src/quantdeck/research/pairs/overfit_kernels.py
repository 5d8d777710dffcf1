"""Compiled step of `quantdeck.research.pairs.overfit`: one split of the blocks, judged both ways."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.analytics.kernels import kernel

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray

# Columns of `out`: ratio of the chosen one where it was chosen and in the other half, and the share
# of all that it beats there.
INSIDE, OUTSIDE, RANK = range(3)

# Where a set never traded its variance is zero and so is its sum: the ratio is then 0, that of cash.
_TINY = 1e-300


@kernel("float_rows_out", "int", "int", "float_rows_out", "float_rows_out", "int")
def judge_split(
    sums: FloatArray, rows_a: int, rows_b: int, ratios: FloatArray, out: FloatArray, at: int
) -> None:
    """Choose by one half and rank in the other, then with the halves exchanged.

    `sums` are the sums and squares of returns of every set in half a, then those of half b. Rows `at`
    and `at` + 1 of `out` are filled.
    """
    count = sums.shape[1]
    for half in range(2):
        rows = rows_a if half == 0 else rows_b
        total = sums[2 * half]
        squares = sums[2 * half + 1]
        ratio = ratios[half]
        share = 1.0 / rows
        freedom = 1.0 / (rows - 1)
        for k in range(count):
            mean = total[k] * share
            ratio[k] = mean / max((squares[k] - total[k] * mean) * freedom, _TINY) ** 0.5
    for half in range(2):
        chosen_by = ratios[half]
        ranked_by = ratios[1 - half]
        best = 0
        for k in range(1, count):
            if chosen_by[k] > chosen_by[best]:
                best = k
        level = ranked_by[best]
        below = 0
        equal = 0
        for k in range(count):
            below += ranked_by[k] < level
            equal += ranked_by[k] == level
        out[at + half, INSIDE] = chosen_by[best]
        out[at + half, OUTSIDE] = level
        out[at + half, RANK] = (below + 0.5 * (equal + 1)) / (count + 1)
