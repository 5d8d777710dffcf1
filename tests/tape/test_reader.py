"""Reading the tape: tables, ends, coverage."""

from __future__ import annotations

import numpy as np
import pytest

from quantdeck.model.errors import BadInput, StoreError
from quantdeck.model.events import Kind
from quantdeck.tape import write_sealed as writing


def _seq(table):
    return table.column("seq").to_pylist()


def test_table_has_the_columns_of_the_row_and_where_it_comes_from(bare, kit):
    bare.seal(kit.batch(count=1))
    bare.write(kit.batch(first=1, count=1))

    sealed, unsealed = bare.reader.table(Kind.TRADE).to_pylist()

    assert (unsealed["seq"], unsealed["price"]) == (1, 101.0)
    assert unsealed.keys() == sealed.keys()
    assert sealed == {
        "ts_event": kit.noon,
        "ts_recv": kit.noon + 500,
        "seq": 0,
        "price": 100.0,
        "size": 100.0,
        "symbol": kit.btc,
        "side": 0,
        "flags": 0,
        "source": "binance-usdm",
        "delay": "realtime",
        "ingest_run_id": "run-1",
    }


def test_table_puts_sealed_and_unsealed_events_in_order(bare, kit):
    bare.seal(kit.batch(count=5), kit.batch(first=10, count=5))
    bare.write(kit.batch(first=5, count=5), kit.batch(first=15, count=5, symbol=1))

    assert _seq(bare.reader.table(Kind.TRADE)) == list(range(20))


def test_table_when_sealed_events_are_written_again_has_them_once(bare, kit):
    bare.seal(kit.batch(count=10))
    bare.write(kit.batch(count=12))
    bare.write(kit.batch(count=12))

    assert _seq(bare.reader.table(Kind.TRADE)) == list(range(12))


def test_table_of_a_range_includes_its_start_and_not_its_end(bare, kit, monkeypatch):
    monkeypatch.setattr(writing, "ROW_GROUP_ROWS", 4)
    bare.seal(kit.batch(count=10))
    bare.write(kit.batch(first=10, count=10))

    found = bare.reader.table(
        Kind.TRADE, start_ns=kit.noon + 3 * 10**6, end_ns=kit.noon + 13 * 10**6
    )

    assert _seq(found) == list(range(3, 13))


def test_table_of_a_symbol_has_no_other(bare, kit):
    bare.seal(kit.batch(count=5), kit.batch(first=5, count=5, symbol=1))
    bare.write(kit.batch(first=10, count=5), kit.batch(first=15, count=5, symbol=1))

    assert _seq(bare.reader.table(Kind.TRADE, symbols=[kit.eth])) == [*range(5, 10), *range(15, 20)]


def test_table_of_columns_has_these_in_the_order_asked_for(bare, kit):
    bare.seal(kit.batch())
    bare.write(kit.batch(first=10))

    assert bare.reader.table(Kind.TRADE, columns=["price", "symbol"]).column_names == [
        "price",
        "symbol",
    ]


def test_table_of_an_unknown_column_names_those_there_are(bare):
    with pytest.raises(BadInput, match=r"no column nope; it has ts_event, .*ingest_run_id"):
        bare.reader.table(Kind.TRADE, columns=["nope"])


def test_table_where_nothing_matches_is_empty_with_all_columns(bare, kit):
    bare.seal(kit.batch())

    found = bare.reader.table(Kind.QUOTE, symbols=[kit.btc])

    assert found.num_rows == 0
    assert "bid_size" in found.column_names


def test_table_keeps_absent_values(bare, kit):
    quotes = kit.batch(Kind.QUOTE, count=3)
    quotes.rows["bid"][1] = np.nan
    bare.seal(quotes)

    assert np.isnan(bare.reader.table(Kind.QUOTE).column("bid").to_numpy()).tolist() == [
        False,
        True,
        False,
    ]


def test_table_when_a_file_is_damaged_says_which_tape(bare, kit):
    bare.seal(kit.batch())
    bare.files()[0].write_bytes(b"PAR1 nonsense PAR1")

    with pytest.raises(StoreError, match="cannot be read"):
        bare.reader.table(Kind.TRADE)


def test_table_when_a_file_is_missing_says_what_to_do(bare, kit):
    bare.seal(kit.batch())
    bare.files()[0].unlink()

    with pytest.raises(StoreError, match=r"missing.*move manifest\.sqlite away"):
        bare.reader.table(Kind.TRADE)


def test_tail_returns_the_newest_of_one_symbol_oldest_first(bare, kit, monkeypatch):
    monkeypatch.setattr(writing, "ROW_GROUP_ROWS", 4)
    bare.seal(kit.batch(count=10))
    bare.seal(kit.batch(first=10, count=10), kit.batch(first=99, symbol=1))
    bare.write(kit.batch(first=20, count=3))

    assert _seq(bare.reader.tail(Kind.TRADE, kit.btc, 3)) == [20, 21, 22]
    assert _seq(bare.reader.tail(Kind.TRADE, kit.btc, 8)) == list(range(15, 23))
    assert _seq(bare.reader.tail(Kind.TRADE, kit.btc, 1000)) == list(range(23))


def test_tail_when_files_overlap_has_the_newest_of_all(bare, kit):
    bare.seal(kit.batch(count=10, step_ns=10**9))
    late = kit.rows(first=100, count=1)
    late["ts_event"] = kit.noon + 8 * 10**9 + 1
    from quantdeck.model.events import Batch

    bare.seal(Batch(Kind.TRADE, late, kit.run))

    assert _seq(bare.reader.tail(Kind.TRADE, kit.btc, 3)) == [8, 100, 9]


@pytest.mark.parametrize("count", [0, -1])
def test_tail_of_no_rows_is_empty(bare, kit, count):
    bare.seal(kit.batch())

    assert bare.reader.tail(Kind.TRADE, kit.btc, count).num_rows == 0


def test_coverage_adds_sealed_and_unsealed_and_counts_each_event_once(bare, kit):
    bare.seal(kit.batch(count=10))
    bare.write(kit.batch(first=5, count=10), kit.batch(Kind.QUOTE, count=2, symbol=1))

    quotes, trades = bare.reader.coverage()

    assert (quotes.kind, quotes.symbol, quotes.rows) == ("quote", kit.eth, 2)
    assert (trades.rows, trades.first_ns, trades.last_ns) == (15, kit.noon, kit.noon + 14 * 10**6)


def test_reader_sees_what_another_writes_meanwhile(opened, kit, tmp_path):
    from quantdeck.tape.open import open_reader

    tape = opened(roll_rows=30)
    reader = open_reader(tmp_path / "tape")
    counts = []

    for first in range(0, 200, 10):
        tape.append(kit.batch(first=first))
        tape.sync()
        counts.append(reader.table(Kind.TRADE).num_rows)

    assert counts == list(range(10, 201, 10))


def test_scan_gives_the_same_as_table(bare, kit, monkeypatch):
    monkeypatch.setattr(writing, "ROW_GROUP_ROWS", 4)
    bare.seal(kit.batch(count=15), kit.batch(first=15, count=15, symbol=1))
    bare.seal(kit.batch(first=30, count=15), kit.batch(first=20, count=5, start_ns=kit.noon - 7))
    bare.write(kit.batch(first=45, count=15))
    start, end = kit.noon + 3 * 10**6, kit.noon + 55 * 10**6

    parts = list(bare.reader.scan(Kind.TRADE, start_ns=start, end_ns=end))

    whole = bare.reader.table(Kind.TRADE, start_ns=start, end_ns=end)
    assert [row for part in parts for row in part.to_pylist()] == whole.to_pylist()
    assert len(parts) > 3


def test_scan_when_files_are_merged_meanwhile_goes_on(bare, kit, monkeypatch):
    from quantdeck.tape.compact import compact
    from quantdeck.tape.retention import remove_retired

    monkeypatch.setattr(writing, "ROW_GROUP_ROWS", 4)
    for first in (0, 10, 20):
        bare.seal(kit.batch(first=first, count=10))
    scanned = bare.reader.scan(Kind.TRADE)
    seen = _seq(next(scanned))

    compact(bare.layout, bare.manifest, now_ns=kit.noon + 2 * kit.day)
    remove_retired(bare.layout, bare.manifest, before_ns=kit.noon + 3 * kit.day)
    seen += [seq for part in scanned for seq in _seq(part)]

    assert seen == list(range(30))
