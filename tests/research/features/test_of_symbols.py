"""Some symbols of a table."""

from __future__ import annotations

import numpy as np
import pytest

from quantdeck.model.errors import NoData
from quantdeck.research.features.table import of_symbols
from tests.research.tables import synthetic_table


def test_of_symbols_keeps_their_rows_in_the_order_of_the_table() -> None:
    table = synthetic_table(5, 120)

    found = of_symbols(table, ("US:S003", "US:S001"))

    assert found.symbols == ("US:S001", "US:S003")
    assert len(found) == int(table.is_row[[1, 3]].sum())
    np.testing.assert_array_equal(
        found.column("gap")[found.is_row], table.column("gap")[[1, 3]][table.is_row[[1, 3]]]
    )


def test_of_symbols_leaves_out_sessions_without_any_of_them() -> None:
    table = synthetic_table(5, 120)

    found = of_symbols(table, ("US:S004",))

    assert found.is_row.all()
    assert len(found.sessions) == int(table.is_row[4].sum())


def test_of_symbols_of_none_named_is_the_table() -> None:
    table = synthetic_table(5, 120)

    assert of_symbols(table, ()) is table


def test_of_symbols_that_are_not_there_is_refused() -> None:
    with pytest.raises(NoData, match="has no US:ZZZ; it has US:S000"):
        of_symbols(synthetic_table(5, 120), ("US:ZZZ",))
