"""Ticks and bars as files."""

from __future__ import annotations

import io
import json

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from quantdeck.analytics.resample import bars_from_ticks
from quantdeck.model.errors import BadInput, NoData, StoreError
from quantdeck.model.events import Batch, Kind
from quantdeck.tape import write_sealed as writing
from quantdeck.tape.export import form_of, ticks, write, write_file
from quantdeck.tape.export_bars import bars
from quantdeck.views.tables import text_cells


def test_csv_has_a_header_and_one_line_for_each_event(bare, kit, tmp_path):
    bare.seal(kit.batch(count=2))

    assert write_file(ticks(bare.reader, Kind.TRADE), tmp_path / "x.csv", form="csv") == 2

    lines = (tmp_path / "x.csv").read_text().splitlines()
    assert lines[0].replace('"', "").startswith("time,ts_event,ts_recv,seq,price,size,symbol,side")
    assert lines[1].replace('"', "") == (
        "2025-11-20T12:00:00.000000000Z,1763640000000000000,1763640000000000500,0,100,100,"
        "BINANCE-USDM:BTCUSDT,0,0,binance-usdm,realtime,run-1"
    )


def test_csv_of_absent_numbers_has_empty_cells(bare, kit):
    quotes = kit.rows(Kind.QUOTE, count=1)
    quotes["bid"] = np.nan
    bare.seal(Batch(Kind.QUOTE, quotes, kit.run))
    sink = io.BytesIO()

    write(ticks(bare.reader, Kind.QUOTE), sink, form="csv")

    sink.seek(0)
    assert pyarrow.csv.read_csv(sink)["bid"].null_count == 1


@pytest.mark.parametrize("text", ["=1+1", "+x", "-x", "@x", "\tx", "\rx"])
def test_csv_text_that_begins_like_a_formula_gets_an_apostrophe(text):
    table = pa.table({"name": [text, "plain"], "value": [-1.5, 2.0]})

    cells = text_cells(table, neutral=True)

    assert cells.to_pydict() == {"name": ["'" + text, "plain"], "value": [-1.5, 2.0]}


def test_json_has_one_object_a_line_and_null_for_absent(bare, kit, tmp_path):
    quotes = kit.rows(Kind.QUOTE, count=2)
    quotes["bid"][0] = np.nan
    bare.seal(Batch(Kind.QUOTE, quotes, kit.run))

    write_file(ticks(bare.reader, Kind.QUOTE), tmp_path / "x.json", form="json")

    first, second = map(json.loads, (tmp_path / "x.json").read_text().splitlines())
    assert first["bid"] is None
    assert second["bid"] == 101.0
    assert first["time"] == "2025-11-20T12:00:00.000000000Z"
    assert first["symbol"] == kit.btc


def test_parquet_reads_back_as_the_table(bare, kit, tmp_path):
    bare.seal(kit.batch(count=5))

    write_file(ticks(bare.reader, Kind.TRADE), tmp_path / "x.parquet", form="parquet")

    found = pq.read_table(tmp_path / "x.parquet")
    assert found.drop_columns("time").to_pylist() == bare.reader.table(Kind.TRADE).to_pylist()
    assert str(found.schema.field("time").type) == "timestamp[ns, tz=UTC]"


@pytest.mark.parametrize("form", ["csv", "parquet", "json"])
def test_export_of_nothing_says_so_and_leaves_no_file(bare, tmp_path, form):
    with pytest.raises(NoData, match="nothing is on the tape"):
        write_file(ticks(bare.reader, Kind.TRADE), tmp_path / "x", form=form)

    assert list(tmp_path.glob("x*")) == []


def test_export_when_it_fails_halfway_leaves_what_was_there(bare, kit, tmp_path):
    bare.seal(kit.batch())
    (tmp_path / "x.csv").write_text("before")

    def broken():
        yield from ticks(bare.reader, Kind.TRADE)
        raise OSError(28, "No space left on device")

    with pytest.raises(StoreError, match="the disk is full"):
        write_file(broken(), tmp_path / "x.csv", form="csv")

    assert (tmp_path / "x.csv").read_text() == "before"
    assert len(list(tmp_path.glob("x*"))) == 1


def test_export_into_a_folder_that_is_not_there_says_so(bare, kit, tmp_path):
    bare.seal(kit.batch())

    with pytest.raises(StoreError, match=r"cannot write .*x\.csv"):
        write_file(ticks(bare.reader, Kind.TRADE), tmp_path / "no" / "x.csv", form="csv")


def test_export_in_an_unknown_form_names_those_there_are(bare, kit):
    with pytest.raises(BadInput, match="csv, parquet, json"):
        write(ticks(bare.reader, Kind.TRADE), io.BytesIO(), form="xlsx")


@pytest.mark.parametrize(
    ("name", "form"),
    [("a.csv", "csv"), ("a.PARQUET", "parquet"), ("a.json", "json"), ("a.ndjson", "json")],
)
def test_form_of_follows_the_name(tmp_path, name, form):
    assert form_of(tmp_path / name) == form


def test_form_of_a_name_without_one_is_refused(tmp_path):
    with pytest.raises(BadInput, match="does not say"):
        form_of(tmp_path / "a.xls")


@pytest.mark.parametrize("interval_ns", [10**6, 7 * 10**6, 10**9, 3600 * 10**9])
def test_bars_made_in_parts_are_those_of_all_ticks(bare, kit, monkeypatch, interval_ns):
    monkeypatch.setattr(writing, "ROW_GROUP_ROWS", 4)
    rng = np.random.default_rng(5)
    for first in (0, 40, 20):
        rows = kit.rows(first=first, count=30)
        rows["price"], rows["size"] = rng.random(30) + 1, rng.random(30)
        bare.seal(Batch(Kind.TRADE, rows, kit.run), kit.batch(symbol=1, first=first))

    found = pa.concat_tables(
        bars(bare.reader, Kind.TRADE, interval_ns=interval_ns, symbols=[kit.btc])
    )

    table = bare.reader.table(Kind.TRADE, symbols=[kit.btc])
    columns = [table.column(n).to_numpy() for n in ("ts_event", "seq", "price", "size")]
    expected = bars_from_ticks(*columns, interval_ns=interval_ns)
    for name in ("start_ns", "open", "high", "low", "close", "volume", "trades"):
        np.testing.assert_array_equal(found.column(name).to_numpy(), getattr(expected, name))


def test_bars_of_all_symbols_come_symbol_by_symbol(bare, kit, tmp_path):
    bare.seal(kit.batch(), kit.batch(symbol=1))

    made = bars(bare.reader, Kind.TRADE, interval_ns=10**9)
    write_file(made, tmp_path / "x.csv", form="csv")

    lines = (tmp_path / "x.csv").read_text().replace('"', "").splitlines()
    assert lines[0] == "time,start_ns,symbol,open,high,low,close,volume,trades"
    assert [line.split(",")[2] for line in lines[1:]] == [kit.btc, kit.eth]


def test_bars_of_quotes_are_refused(bare):
    with pytest.raises(BadInput, match="trade or agg_trade"):
        next(bars(bare.reader, Kind.QUOTE, interval_ns=10**9))
