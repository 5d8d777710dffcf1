"""From segments to sealed files."""

from __future__ import annotations

import os

import numpy as np
import pyarrow.parquet as pq
import pytest

from quantdeck.model.events import Kind
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.tape import disk
from quantdeck.tape.seal import seal


def test_seal_puts_each_day_of_a_symbol_into_its_own_file(bare, kit):
    midnight = kit.noon - kit.noon % kit.day + kit.day

    bare.seal(kit.batch(count=10, start_ns=midnight - 5 * 10**6), kit.batch(symbol=1, count=2))

    names = [path.relative_to(bare.layout.root).as_posix() for path in bare.files()]
    folder = "parquet/trade/source=binance-usdm/symbol=BINANCE-USDM"
    assert names == [
        f"{folder}.BTCUSDT/date=2025-11-20/0001-realtime.parquet",
        f"{folder}.BTCUSDT/date=2025-11-21/0001-realtime.parquet",
        f"{folder}.ETHUSDT/date=2025-11-20/0001-realtime.parquet",
    ]
    assert [file.rows for file in bare.manifest.snapshot().files] == [5, 5, 2]


def test_seal_orders_by_event_time_then_number(bare, kit):
    rows = kit.rows(count=50, step_ns=0)
    rows["ts_event"][::2] += 1
    np.random.default_rng(1).shuffle(rows)

    bare.seal(kit.batch(count=0), _with(kit, rows))

    table = pq.ParquetFile(bare.files()[0]).read()
    keys = list(zip(*(table[n].to_pylist() for n in ("ts_event", "seq")), strict=True))
    assert keys == sorted(keys)


def test_seal_drops_an_event_that_comes_twice_and_keeps_the_first(bare, kit):
    again = kit.rows(count=3)
    again["price"] = 7

    assert bare.seal(kit.batch(count=5), _with(kit, again)) == 5

    prices = bare.reader.table(Kind.TRADE).column("price").to_pylist()
    assert 7 not in prices


def test_seal_of_what_is_sealed_already_adds_nothing(bare, kit):
    bare.seal(kit.batch(count=10))

    added = bare.seal(kit.batch(count=10), kit.batch(first=5, count=10))

    assert added == 5
    assert bare.reader.table(Kind.TRADE).column("seq").to_pylist() == list(range(15))


def test_seal_of_an_import_of_what_was_recorded_live_adds_nothing(bare, kit):
    imported = Provenance("binance-usdm", Delay.IMPORTED, RunId("run-2"))
    bare.seal(kit.batch(count=10))

    assert bare.seal(kit.batch(count=10, provenance=imported)) == 0
    assert [c.delay for c in bare.reader.coverage()] == ["realtime"]


def test_seal_keeps_source_delay_and_run_of_each_event(bare, kit):
    other = Provenance("binance-usdm", Delay.DELAYED, RunId("run-2"))
    spot = Provenance("binance-spot", Delay.REALTIME, RunId("run-3"))

    bare.seal(
        kit.batch(count=2),
        kit.batch(first=2, count=2, provenance=other),
        kit.batch(first=4, count=1, provenance=spot),
    )

    table = bare.reader.table(Kind.TRADE, columns=["source", "delay", "ingest_run_id"])
    assert [tuple(row.values()) for row in table.to_pylist()] == [
        *[("binance-usdm", "realtime", "run-1")] * 2,
        *[("binance-usdm", "delayed", "run-2")] * 2,
        ("binance-spot", "realtime", "run-3"),
    ]


def test_seal_of_bars_keeps_those_of_several_lengths(bare, kit):
    minute, hour = kit.rows(Kind.BAR, count=2), kit.rows(Kind.BAR, count=2)
    minute["interval_ns"], hour["interval_ns"] = 60 * 10**9, 3600 * 10**9

    bare.seal(_with(kit, minute, Kind.BAR), _with(kit, hour, Kind.BAR))

    assert bare.reader.table(Kind.BAR).num_rows == 4


def test_seal_of_several_segments_makes_one_file(bare, kit):
    paths = [bare.write(kit.batch(first=n, count=5)) for n in (0, 3, 8)]

    assert seal(bare.layout, bare.manifest, paths) == 13

    assert len(bare.files()) == 1
    assert not any(path.exists() for path in paths)


def test_seal_of_a_segment_without_rows_only_removes_it(bare):
    path = bare.write()

    assert seal(bare.layout, bare.manifest, [path]) == 0
    assert not path.exists()


def test_seal_when_it_is_given_up_leaves_the_segment_to_the_next(bare, kit):
    path = bare.write(kit.batch(count=10), kit.batch(symbol=1, count=10))
    wanted = iter([False, True])

    with pytest.raises(InterruptedError, match="the tape is being closed"):
        seal(bare.layout, bare.manifest, [path], is_unwanted=lambda: next(wanted))
    left = [p for p in bare.layout.parquet.rglob("*") if p.is_file()]

    assert left == []
    assert seal(bare.layout, bare.manifest, [path]) == 20


@pytest.mark.parametrize("step", ["write", "rename", "commit", "unlink"])
def test_seal_when_interrupted_anywhere_can_be_repeated(bare, kit, monkeypatch, step):
    path = bare.write(kit.batch(count=10), kit.batch(symbol=1, count=10))

    with monkeypatch.context() as broken:
        _interrupt(broken, bare, step)
        with pytest.raises(_KilledError):
            seal(bare.layout, bare.manifest, [path])
    before = bare.reader.table(Kind.TRADE).num_rows
    seal(bare.layout, bare.manifest, [path])

    assert before == 20
    assert bare.reader.table(Kind.TRADE).num_rows == 20
    assert len(bare.manifest.snapshot().files) == len(bare.files()) == 2
    assert not path.exists()


def test_sealed_file_names_its_content(bare, kit):
    bare.seal(kit.batch(count=10))

    metadata = pq.read_metadata(bare.files()[0])

    assert b'"symbol":"BINANCE-USDM:BTCUSDT"' in metadata.metadata[b"quantdeck.file"]
    assert "DELTA_BINARY_PACKED" in metadata.row_group(0).column(0).encodings


class _KilledError(BaseException):
    pass


def _interrupt(broken, bare, step):
    def die(*_, **__):
        raise _KilledError

    if step == "write":
        broken.setattr(disk, "put_in_place", die)
    elif step == "rename":
        real = disk.put_in_place

        def half(files):
            first = next(iter(files))
            real({first: files[first]})
            raise _KilledError

        broken.setattr(disk, "put_in_place", half)
    elif step == "commit":
        broken.setattr(bare.manifest, "commit", die)
    else:
        broken.setattr(os, "unlink", die)


def _with(kit, rows, kind=Kind.TRADE):
    from quantdeck.model.events import Batch

    return Batch(kind, rows, kit.run)
