"""No row that a model learns from, and no answer of one, touches what the model is tested on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from quantdeck.model.errors import BadInput, TooLittleData
from quantdeck.research.splits import combinatorial, walk_forward

if TYPE_CHECKING:
    from quantdeck.research.splits import Split

_SESSIONS = st.integers(2, 200)
_HORIZONS = st.integers(1, 25)
_EMBARGOES = st.integers(0, 12)


def _touching(split: Split, horizon: int) -> list[int]:
    # Rows of a side span from their session to the one that answers.
    tested = set(np.flatnonzero(split.test).tolist())
    answered = {t + h for t in tested for h in range(horizon + 1)}
    return [
        at
        for at in np.flatnonzero(split.train).tolist()
        if at in answered or tested & set(range(at, at + horizon + 1))
    ]


@given(_SESSIONS, _HORIZONS, _EMBARGOES, st.integers(1, 8), st.floats(0.05, 0.95))
def test_walk_forward_never_lets_a_training_row_touch_its_test(
    sessions: int, horizon: int, embargo: int, folds: int, share: float
) -> None:
    first = int(share * sessions)
    try:
        splits = walk_forward(sessions, folds=folds, first=first, horizon=horizon, embargo=embargo)
    except (BadInput, TooLittleData):
        assume(False)

    for split in splits:
        last, start = np.flatnonzero(split.train)[-1], np.flatnonzero(split.test)[0]

        assert _touching(split, horizon) == []
        assert last + horizon + embargo < start


@given(_SESSIONS, _HORIZONS, _EMBARGOES, st.integers(3, 7), st.integers(1, 2))
def test_combinatorial_never_lets_a_training_row_touch_its_test(
    sessions: int, horizon: int, embargo: int, groups: int, tests: int
) -> None:
    try:
        splits = combinatorial(
            sessions, groups=groups, tests=tests, horizon=horizon, embargo=embargo
        )
    except TooLittleData:
        assume(False)

    for split in splits:
        assert _touching(split, horizon) == []
        assert not (split.train & split.test).any()
