"""Compiled step of `quantdeck.research.judge.blocks`: areas under the curve of sessions drawn anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.analytics.kernels import kernel

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray, IntArray


@kernel("float_rows", "dense_floats", "dense_ints", "dense_ints", "dense_ints", "floats_out")
def fill_areas(
    draws: FloatArray,
    label: FloatArray,
    session: IntArray,
    fold: IntArray,
    ends: IntArray,
    out: FloatArray,
) -> None:
    """Fill `out` with the area of each draw; NaN where it holds one label only.

    Rows stand by fold, then by rising score, and `ends` are the rows behind the last of each run of
    equal scores of a fold.
    Counts of rows and of pairs are whole numbers below 2^53, which doubles add exactly.
    """
    for at in range(len(draws)):
        often = draws[at]
        zeros = 0.0
        ones = 0.0
        pairs = 0.0
        in_order = 0.0
        row = 0
        for end in ends:
            if row > 0 and fold[row] != fold[row - 1]:
                pairs += ones * zeros
                zeros = 0.0
                ones = 0.0
            tied_ones = 0.0
            tied_zeros = 0.0
            while row < end:
                weight = often[session[row]]
                tied_ones += weight * label[row]
                tied_zeros += weight * (1.0 - label[row])
                row += 1
            in_order += tied_ones * (zeros + 0.5 * tied_zeros)
            ones += tied_ones
            zeros += tied_zeros
        pairs += ones * zeros
        out[at] = in_order / pairs
