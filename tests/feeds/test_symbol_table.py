"""The table of symbols that compiled readers search."""

from __future__ import annotations

import pytest

from quantdeck.feeds.symbol_table import SymbolTable


def _ids(table):
    rows = table.rows[table.rows[:, 3] > 0]
    return {row[:3].tobytes().rstrip(b"\0").decode(): int(row[3]) - 1 for row in rows}


def test_put_of_thousands_keeps_half_of_the_rows_free():
    symbols = {f".SPXW261218C{n}": n for n in range(5_000)}
    table = SymbolTable()

    for symbol, number in symbols.items():
        table.put({symbol: number})

    assert _ids(table) == symbols
    assert len(table.rows) == 16_384


def test_put_of_a_known_symbol_changes_its_id():
    table = SymbolTable()
    table.put({"SPX": 1, "SPY": 2})

    table.put({"SPX": 3})

    assert _ids(table) == {"SPX": 3, "SPY": 2}


@pytest.mark.parametrize(("symbol", "number"), [("X" * 25, 1), ("SPX", -1), ("SPX", 1 << 31)])
def test_put_of_what_has_no_place_in_a_row_is_left_out(symbol, number):
    table = SymbolTable()

    table.put({symbol: number})

    assert _ids(table) == {}


def test_clear_leaves_nothing():
    table = SymbolTable()
    table.put({"SPX": 1})

    table.clear()

    assert _ids(table) == {}
