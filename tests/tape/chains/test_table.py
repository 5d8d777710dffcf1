from __future__ import annotations

import dataclasses

import numpy as np
import pyarrow as pa
import pytest

from quantdeck.model.chains import NO_TIME
from quantdeck.model.errors import BadInput
from quantdeck.tape.chains.table import SCHEMA, snapshot_of, table_of


def assert_same(left, right) -> None:
    assert (left.taken_ns, left.feed, left.provenance) == (
        right.taken_ns,
        right.feed,
        right.provenance,
    )
    for one, other in zip(left.chains, right.chains, strict=True):
        for field in dataclasses.fields(one):
            if field.name not in ("strikes", "calls", "puts"):
                np.testing.assert_equal(getattr(one, field.name), getattr(other, field.name))
        np.testing.assert_array_equal(one.strikes, other.strikes)
        for side in ("calls", "puts"):
            for column in dataclasses.fields(getattr(one, side)):
                np.testing.assert_array_equal(
                    getattr(getattr(one, side), column.name),
                    getattr(getattr(other, side), column.name),
                )


def test_table_of_snapshot_has_two_rows_a_strike_and_the_schema(snapshot) -> None:
    table = table_of(snapshot)

    assert table.schema == SCHEMA
    assert table.num_rows == 12


def test_table_of_absent_figures_are_null(snapshot) -> None:
    rows = table_of(snapshot).to_pylist()

    put = next(r for r in rows if r["right"] == "put" and r["strike"] == 5100)
    assert (put["bid"], put["ask"], put["quote_ns"], put["volume"]) == (None, None, None, None)


def test_snapshot_of_table_in_any_order_is_what_was_written(snapshot) -> None:
    table = table_of(snapshot)
    order = np.random.default_rng(1).permutation(table.num_rows)

    found = snapshot_of(table.take(pa.array(order)))

    assert_same(found, snapshot)
    assert found.chains[0].puts.ts_ns[2] == NO_TIME


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: t.drop_columns(["strike"]), "strike"),
        (lambda t: t.slice(0, 0), "no rows"),
        (lambda t: pa.concat_tables([t, t]), "twice"),
        (lambda t: t.set_column(0, "taken_ns", pa.array(range(t.num_rows))), "taken_ns"),
        (
            lambda t: t.set_column(
                t.column_names.index("style"), "style", pa.array(["french"] * t.num_rows)
            ),
            "french",
        ),
    ],
)
def test_snapshot_of_wrong_table_says_what_is_wrong(snapshot, change, words: str) -> None:
    table = change(table_of(snapshot))

    with pytest.raises(BadInput, match=words):
        snapshot_of(table)
