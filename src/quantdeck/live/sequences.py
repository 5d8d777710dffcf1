"""What is kept of every stream between two batches, as rows for the compiled loops."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.live.continuity_kernels import NOTHING

if TYPE_CHECKING:
    from quantdeck.analytics.types import IntArray


def no_state(width: int) -> IntArray:
    """Return the state of streams of which nothing was seen."""
    return np.full((4, width), NOTHING, np.int64)


def more_state(state: IntArray, symbols: int) -> IntArray:
    """Return the same state with room for so many streams at least."""
    more = np.full((max(symbols, 2 * len(state)), state.shape[1]), NOTHING, np.int64)
    more[: len(state)] = state
    return more
