"""Tables that would not fit in memory are refused before anything is read."""

from __future__ import annotations

import pytest

from quantdeck.jobs.feature_room import BYTES_A_CELL, check_room
from quantdeck.model.errors import BadInput
from quantdeck.ports.history import KeptHistory

DAY_NS = 86_400_000_000_000
COLUMNS = 78


def kept(symbol: str, *, first: int = 0, days: int = 1001, rows: int = 1001) -> KeptHistory:
    first_ns = first * DAY_NS
    last_ns = first_ns + (days - 1) * DAY_NS
    return KeptHistory(
        symbol, "1d", "file", "", "imported", "USD", "XNYS", first_ns, last_ns, rows, 0, 1
    )


def test_table_that_fits_just_so_is_built_and_one_byte_less_refuses_it() -> None:
    every = [kept("US:A"), kept("US:B", first=500, days=501, rows=501)]
    needed = BYTES_A_CELL * COLUMNS * 2 * 1001

    check_room(every, COLUMNS, free=needed)

    with pytest.raises(BadInput, match=r"78 features of 2 symbols .* 1,001 sessions.*--parts"):
        check_room(every, COLUMNS, free=needed - 1)


def test_sessions_reach_from_the_first_date_of_all_to_the_last() -> None:
    apart = [kept("US:A"), kept("US:B", first=1000, days=1001, rows=400)]

    with pytest.raises(BadInput, match="about 2,001 sessions"):
        check_room(apart, COLUMNS, free=1)


def test_sessions_after_the_end_asked_for_take_no_room() -> None:
    with pytest.raises(BadInput, match="about 501 sessions"):
        check_room([kept("US:A")], COLUMNS, end_ns=500 * DAY_NS, free=1)


@pytest.mark.parametrize("every", [[], [kept("US:A")]])
def test_nothing_is_refused_where_nobody_knows_what_is_free(every: list[KeptHistory]) -> None:
    check_room(every, COLUMNS, free=None)
