from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest

from quantdeck.model.errors import BadInput, NoData, StoreError
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.ports.box_store import RateRow
from quantdeck.tape.chains.store import ChainStore
from quantdeck.tape.chains.table import table_of
from quantdeck.tape.open import open_reader
from tests.tape.chains.conftest import TAKEN_NS, snapshot_at

if TYPE_CHECKING:
    from pathlib import Path

DAY_NS = 86_400_000_000_000
MINUTE_NS = 60_000_000_000


def rate(ts_ns: int = TAKEN_NS, **changes) -> RateRow:
    row = RateRow(
        ts_ns=ts_ns,
        underlying="US:SPX",
        root="SPXW",
        kind="expiry",
        expiry=date(2026, 12, 18),
        tenor_days=None,
        settlement="pm",
        status="ok",
        days=30,
        tau=30 / 365,
        rate_mid=0.04,
        se=0.0001,
        rate_lend=0.039,
        rate_borrow=float("nan"),
        forward=5001.0,
        dividend_yield=0.01,
        spot=5000.0,
        quotes_used=100,
        quotes_flagged=2,
        feed="opra",
        source="alpaca",
        delay=Delay.REALTIME,
        ingest_run_id=RunId("run"),
    )
    return msgspec.structs.replace(row, **changes)


def test_keep_snapshot_is_read_back_as_it_was(tmp_path: Path, snapshot) -> None:
    store = ChainStore(tmp_path)

    stored = store.keep(snapshot)

    assert store.snapshots() == [stored]
    assert table_of(store.read(stored)).equals(table_of(snapshot))
    assert (stored.underlying, stored.expiries, stored.rows) == ("US:SPX", 2, 12)
    assert stored.bytes == (tmp_path / stored.path).stat().st_size


def test_snapshots_are_newest_first_and_chosen_by_what_they_are(tmp_path: Path) -> None:
    store = ChainStore(tmp_path)
    other = Provenance("tastytrade", Delay.REALTIME, RunId("r"))
    first = store.keep(snapshot_at())
    second = store.keep(snapshot_at(TAKEN_NS + MINUTE_NS))
    foreign = store.keep(snapshot_at(provenance=other))

    assert store.snapshots(source="alpaca") == [second, first]
    assert store.snapshots(start_ns=TAKEN_NS + 1) == [second]
    assert store.snapshots(source="tastytrade", underlying="US:SPX") == [foreign]
    assert store.snapshots(underlying="US:XSP") == []


def test_prune_keeps_the_newest_of_each_source(tmp_path: Path) -> None:
    store = ChainStore(tmp_path)
    other = Provenance("tastytrade", Delay.REALTIME, RunId("r"))
    for number in range(4):
        store.keep(snapshot_at(TAKEN_NS + number * MINUTE_NS))
    store.keep(snapshot_at(provenance=other))

    dropped = store.prune(2, now_ns=TAKEN_NS)

    assert dropped == 2
    times = [s.taken_ns for s in store.snapshots(source="alpaca")]
    assert times == [TAKEN_NS + 3 * MINUTE_NS, TAKEN_NS + 2 * MINUTE_NS]
    assert len(store.snapshots(source="tastytrade")) == 1


def test_prune_leaves_files_for_a_while_then_removes_them(tmp_path: Path) -> None:
    store = ChainStore(tmp_path)
    old = store.keep(snapshot_at())
    store.keep(snapshot_at(TAKEN_NS + MINUTE_NS))
    os.utime(tmp_path / old.path, ns=(0, 0))

    store.prune(1, now_ns=TAKEN_NS)
    still_there = (tmp_path / old.path).exists()
    store.prune(1, now_ns=TAKEN_NS + 5 * MINUTE_NS)

    assert still_there
    assert not (tmp_path / old.path).exists()
    with pytest.raises(NoData, match="not kept any longer"):
        store.read(old)


def test_prune_removes_what_a_killed_process_has_left(tmp_path: Path) -> None:
    store = ChainStore(tmp_path)
    kept = store.keep(snapshot_at())
    folder = (tmp_path / kept.path).parent
    old, young = folder / "stray.parquet", folder / "young.parquet.tmp"
    for path in (old, young, tmp_path / kept.path):
        path.write_bytes(path.read_bytes() if path.exists() else b"half")
        os.utime(path, ns=(TAKEN_NS, TAKEN_NS))
    os.utime(young, ns=(TAKEN_NS + 119 * MINUTE_NS, TAKEN_NS + 119 * MINUTE_NS))

    store.prune(1, now_ns=TAKEN_NS + 120 * MINUTE_NS)

    assert not old.exists()
    assert young.exists()
    assert store.read(kept).taken_ns == TAKEN_NS


def test_store_used_by_several_at_once_loses_nothing(tmp_path: Path) -> None:
    def write(number: int) -> None:
        store = ChainStore(tmp_path)
        for step in range(5):
            ts_ns = TAKEN_NS + (10 * number + step) * MINUTE_NS + step * DAY_NS
            store.keep(snapshot_at(ts_ns))
            store.append_rates([rate(ts_ns, root=f"R{number}")])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))

    store = ChainStore(tmp_path)
    assert len(store.snapshots()) == 20
    assert store.rates().num_rows == 20


def test_prune_to_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="at least 1"):
        ChainStore(tmp_path).prune(0, now_ns=0)


def test_keep_on_a_disk_that_refuses_leaves_nothing(
    tmp_path: Path, snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = ChainStore(tmp_path)

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("quantdeck.tape.disk.put_in_place", refuse)
    with pytest.raises(StoreError, match="the disk is full"):
        store.keep(snapshot)

    assert store.snapshots() == []
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_read_damaged_snapshot_is_named(tmp_path: Path, snapshot) -> None:
    store = ChainStore(tmp_path)
    stored = store.keep(snapshot)
    (tmp_path / stored.path).write_bytes(b"PAR1")

    with pytest.raises(StoreError, match="cannot be read"):
        store.read(stored)


def test_snapshots_of_an_empty_folder_are_none(tmp_path: Path) -> None:
    store = ChainStore(tmp_path / "nothing")

    assert store.snapshots() == []
    assert store.rates().num_rows == 0
    assert not (tmp_path / "nothing").exists()


def test_rates_come_back_with_their_gaps(tmp_path: Path) -> None:
    store = ChainStore(tmp_path)
    tenor = rate(kind="tenor", expiry=None, tenor_days=90)

    store.append_rates([rate(), tenor])

    rows = store.rates().to_pylist()
    assert [r["kind"] for r in rows] == ["expiry", "tenor"]
    assert (rows[0]["expiry"], rows[0]["tenor_days"]) == (date(2026, 12, 18), None)
    assert (rows[1]["expiry"], rows[1]["tenor_days"]) == (None, 90)
    assert rows[0]["rate_borrow"] is None
    assert np.isclose(rows[0]["tau"], 30 / 365)


def test_rates_of_the_same_name_are_replaced(tmp_path: Path) -> None:
    store = ChainStore(tmp_path)

    store.append_rates([rate()])
    store.append_rates([rate(rate_mid=0.05)])

    assert store.rates().column("rate_mid").to_pylist() == [0.05]


def test_rates_of_days_that_are_over_go_into_one_file_a_day(tmp_path: Path) -> None:
    store = ChainStore(tmp_path)
    for number in range(3):
        store.append_rates([rate(TAKEN_NS + number * MINUTE_NS)])

    store.append_rates([rate(TAKEN_NS + DAY_NS)])
    store.append_rates([rate(TAKEN_NS, rate_mid=0.06), rate(TAKEN_NS + DAY_NS + 1)])

    _, files, tail = store.files()
    assert len(files) == 1
    assert tail.num_rows == 2
    found = store.rates()
    assert found.column("ts_ns").to_pylist() == [
        TAKEN_NS,
        TAKEN_NS + MINUTE_NS,
        TAKEN_NS + 2 * MINUTE_NS,
        TAKEN_NS + DAY_NS,
        TAKEN_NS + DAY_NS + 1,
    ]
    assert found.column("rate_mid").to_pylist()[0] == 0.06


def test_rates_are_chosen_by_time_kind_and_underlying(tmp_path: Path) -> None:
    store = ChainStore(tmp_path)
    store.append_rates([rate(), rate(TAKEN_NS + DAY_NS), rate(underlying="US:XSP", root="XSP")])
    store.append_rates([rate(TAKEN_NS + DAY_NS, kind="tenor", expiry=None, tenor_days=30)])

    assert store.rates(underlying="US:XSP").num_rows == 1
    assert store.rates(start_ns=TAKEN_NS + 1).num_rows == 2
    assert store.rates(end_ns=TAKEN_NS + 1).num_rows == 2
    assert store.rates(kind="tenor").column("tenor_days").to_pylist() == [30]


def test_catalog_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    import sqlite3

    store = ChainStore(tmp_path)
    store.append_rates([rate()])
    with sqlite3.connect(tmp_path / "chains" / "catalog.sqlite") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()

    with pytest.raises(StoreError, match="newer quantdeck"):
        store.rates()
    with pytest.raises(StoreError, match="newer quantdeck"):
        store.append_rates([rate()])


def test_sql_sees_chains_and_rates_sealed_or_not(tmp_path: Path, snapshot) -> None:
    store = ChainStore(tmp_path)
    store.keep(snapshot)
    store.append_rates([rate(), rate(TAKEN_NS + DAY_NS)])
    reader = open_reader(tmp_path)

    def ask(query: str) -> list[dict[str, object]]:
        return reader.sql(query, timeout_s=30, max_rows=100).to_pylist()

    assert ask("SELECT count(*) AS n, max(strike) AS k FROM chains") == [{"n": 12, "k": 5100.0}]
    assert ask('SELECT "right", count(bid) AS n FROM chains GROUP BY 1 ORDER BY 1') == [
        {"right": "call", "n": 6},
        {"right": "put", "n": 0},
    ]
    assert ask("SELECT root, count(*) AS n FROM box_rates GROUP BY root") == [
        {"root": "SPXW", "n": 2}
    ]


def test_sql_without_chains_has_empty_views(tmp_path: Path) -> None:
    reader = open_reader(tmp_path)

    answer = reader.sql("SELECT time, rate_mid FROM box_rates", timeout_s=30, max_rows=10)

    assert answer.num_rows == 0


def test_store_reads_where_the_folder_cannot_be_written(tmp_path: Path, snapshot) -> None:
    store = ChainStore(tmp_path)
    stored = store.keep(snapshot)
    folder = tmp_path / "chains"
    folder.chmod(0o555)
    try:
        found = store.snapshots()
    finally:
        folder.chmod(0o755)

    assert found == [stored]
    assert os.access(folder, os.W_OK)
