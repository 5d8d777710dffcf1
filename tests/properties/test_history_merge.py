"""Histories kept in any order, and as often as one likes, are the same history."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from quantdeck.tape.history.table import BARS, merged, rows_of, table_of
from tests.tape.history.histories import history_of

if TYPE_CHECKING:
    import pyarrow as pa

_TRUTH = np.random.default_rng(4).normal(100.0, 1.0, 40)
_TRUTH[[5, 17]] = np.nan

_spans = st.lists(
    st.tuples(st.integers(0, 39), st.integers(1, 12)).map(lambda s: (s[0], min(40, sum(s)))),
    min_size=1,
    max_size=8,
)


def _piece(first: int, stop: int, run: str = "run-1") -> pa.Table:
    return table_of(history_of(_TRUTH[first:stop].tolist(), first=first, run=run))


def _all(spans: list[tuple[int, int]]) -> pa.Table:
    table = BARS.empty_table()
    for first, stop in spans:
        table = merged(table, _piece(first, stop))
    return table


@settings(max_examples=60)
@given(_spans, st.randoms(use_true_random=False))
def test_merge_of_pieces_of_one_truth_does_not_depend_on_the_order(spans, random) -> None:
    shuffled = list(spans)
    random.shuffle(shuffled)

    one, other = rows_of(_all(spans)), rows_of(_all(shuffled))

    assert one.tobytes() == other.tobytes()


@settings(max_examples=60)
@given(_spans)
def test_merge_of_what_is_known_changes_nothing(spans) -> None:
    table = _all(spans)

    again = table
    for first, stop in spans:
        again = merged(again, _piece(first, stop, run="run-2"))

    assert again is table


@settings(max_examples=60)
@given(_spans)
def test_merge_has_every_bar_once_and_in_order(spans) -> None:
    rows = rows_of(_all(spans))

    wanted = sorted({number for first, stop in spans for number in range(first, stop)})
    assert len(rows) == len(wanted)
    assert np.array_equal(rows["close"], _TRUTH[wanted], equal_nan=True)
    assert (np.diff(rows["start_ns"]) > 0).all()
