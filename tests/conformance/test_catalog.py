"""What every catalog promises, wherever the sealed files lie."""

from __future__ import annotations

import pytest

from quantdeck.model.errors import BadInput
from quantdeck.model.events import Kind
from quantdeck.tape.compact import compact
from quantdeck.tape.options import RetentionRule
from quantdeck.tape.retention import apply_retention, remove_retired
from tests.scale.tape_rig import (
    BTC,
    DAY_NS,
    ETH,
    NOON_NS,
    Killed,
    Opening,
    batch,
    killed,
    shared_place,
    store_place,
)
from tests.scale.weed_server import WeedServer

_TOMORROW_NS = NOON_NS + DAY_NS


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    made = WeedServer(tmp_path_factory.mktemp("weed") / "server")
    yield made
    made.kill()


_S3 = pytest.param("delta-s3", marks=pytest.mark.scale_slow)


@pytest.fixture(params=["manifest", "delta-folder", _S3])
def shared(request, tmp_path):
    """Return what opens the store as another process would; None where there is none."""
    if request.param == "manifest":
        return lambda: None
    place = store_place(request, tmp_path)
    return lambda: shared_place(place)


@pytest.fixture
def opened(tmp_path, shared):
    """Return a function that opens tapes; all are closed at the end."""
    with Opening(tmp_path, shared) as opening:
        yield opening.tape


@pytest.fixture
def tape(opened):
    return opened()


def test_sealed_rows_are_read_back_in_order_of_kinds_and_symbols(tape):
    sealed = tape.seal(batch(rows=20), batch(symbol=1, rows=5), batch(Kind.QUOTE, rows=7))

    table = tape.reader.table(Kind.TRADE, symbols=[BTC])
    assert sealed == 32
    assert table.column("seq").to_pylist() == list(range(20))
    assert set(table.column("symbol").to_pylist()) == {BTC}
    assert tape.reader.table(Kind.QUOTE).num_rows == 7
    assert tape.reader.table(Kind.TRADE, symbols=[ETH]).num_rows == 5


def test_snapshot_says_of_each_file_what_is_in_it(tape):
    tape.seal(batch(rows=20))

    (file,) = tape.catalog.snapshot().files
    assert (file.kind, file.source, file.delay, file.symbol) == (
        *("trade", "binance-usdm", "realtime"),
        BTC,
    )
    assert (file.rows, file.ts_min, file.ts_max) == (20, NOON_NS, NOON_NS + 19 * 10**6)
    assert (file.recv_min, file.recv_max) == (NOON_NS + 500, NOON_NS + 19 * 10**6 + 500)
    assert file.bytes > 0


def test_what_is_sealed_twice_is_there_once(tape):
    tape.seal(batch(rows=20))

    assert tape.seal(batch(rows=30)) == 10
    assert tape.seqs() == list(range(30))


def test_file_committed_twice_counts_once(tape):
    tape.seal(batch(rows=20))
    files = tape.catalog.snapshot().files

    tape.catalog.commit(add=files)

    assert tape.catalog.snapshot().files == files
    assert tape.seqs() == list(range(20))


def test_segment_that_is_sealed_and_not_removed_adds_nothing(tape):
    path = tape.write(batch(rows=20))
    content = path.read_bytes()
    tape.seal_again(path)
    path.write_bytes(content)

    assert tape.seqs() == list(range(20))
    assert tape.seal_again(path) == 0
    assert tape.seqs() == list(range(20))
    assert not path.exists()


def test_seal_cut_short_before_its_commit_is_done_again_once(tape, monkeypatch):
    path = tape.write(batch(rows=20))
    monkeypatch.setattr(tape.catalog, "commit", killed)
    with pytest.raises(Killed):
        tape.seal_again(path)
    monkeypatch.undo()
    again = tape.again()

    assert again.seqs() == list(range(20))
    assert again.seal_again(path) == 20
    assert again.seqs() == list(range(20))


def test_retired_file_is_out_of_snapshots_and_there_until_it_is_removed(tape):
    tape.seal(batch(rows=20))
    (file,) = tape.catalog.snapshot().files

    tape.catalog.commit(retire=[file.path], now_ns=100)

    assert tape.catalog.snapshot().files == []
    assert tape.seqs() == []
    assert tape.catalog.retired(before_ns=99) == []
    assert tape.catalog.retired(before_ns=100) == [file.path]
    with _opened(tape, file.path) as content:
        assert content.read(4) == b"PAR1"
    assert remove_retired(tape.layout, tape.catalog, before_ns=100) == 1
    with pytest.raises(FileNotFoundError):
        _opened(tape, file.path)


def test_removing_what_is_gone_is_no_error(tape):
    tape.seal(batch(rows=20))
    (file,) = tape.catalog.snapshot().files
    tape.layout.remove([file.path])

    tape.layout.remove([file.path])

    assert tape.catalog.snapshot().files == [file]


def test_compaction_makes_one_file_of_a_closed_day_and_changes_no_row(tape):
    for first in range(0, 50, 10):
        tape.seal(batch(first=first), batch(first=first, symbol=1))
    before = tape.reader.table(Kind.TRADE)

    assert compact(tape.layout, tape.catalog, now_ns=_TOMORROW_NS) == 10
    assert len(tape.paths()) == 2
    assert tape.reader.table(Kind.TRADE).equals(before)


def test_reader_in_the_middle_of_a_scan_outlives_compaction(tape):
    for first in range(0, 400_000, 100_000):
        tape.seal(batch(first=first, rows=100_000))
    scan = tape.reader.scan(Kind.TRADE)
    rows = next(scan).num_rows

    compact(tape.layout, tape.catalog, now_ns=_TOMORROW_NS)
    remove_retired(tape.layout, tape.catalog, before_ns=_TOMORROW_NS)
    rows += sum(table.num_rows for table in scan)

    assert rows == 400_000


def test_compaction_cut_short_leaves_the_rows_as_they_were(tape, monkeypatch):
    for first in (0, 10):
        tape.seal(batch(first=first))
    monkeypatch.setattr(tape.catalog, "commit", killed)
    with pytest.raises(Killed):
        compact(tape.layout, tape.catalog, now_ns=_TOMORROW_NS)
    monkeypatch.undo()
    again = tape.again()

    assert again.seqs() == list(range(20))
    assert compact(again.layout, again.catalog, now_ns=_TOMORROW_NS) == 2
    assert again.seqs() == list(range(20))


def test_retention_by_age_and_by_size_takes_the_oldest(tape):
    for day in range(4):
        tape.seal(batch(first=day * 10, start_ns=NOON_NS + day * DAY_NS))
    size = tape.catalog.snapshot().files[-1].bytes

    now_ns = NOON_NS + 4 * DAY_NS
    apply_retention(tape.catalog, {Kind.TRADE: RetentionRule(max_age_days=3)}, now_ns=now_ns)
    assert tape.seqs() == list(range(10, 40))
    apply_retention(tape.catalog, {Kind.TRADE: RetentionRule(max_bytes=size)}, now_ns=now_ns)
    assert tape.seqs() == list(range(30, 40))


def test_next_process_finds_what_the_last_one_left(tape):
    tape.seal(batch(rows=20))
    tape.seal(batch(Kind.MARK, rows=5))
    files = tape.catalog.snapshot().files

    again = tape.again()
    again.catalog.catch_up()

    assert again.catalog.snapshot().files == files
    assert again.seqs() == list(range(20))
    assert again.seal(batch(first=20)) == 10


def test_sql_tail_replay_and_coverage_see_the_sealed_rows(tape):
    tape.seal(batch(rows=20), batch(rows=5, symbol=1))

    answer = tape.reader.sql(
        "select symbol, count(*) n, sum(price) s from trades group by symbol order by symbol",
        timeout_s=30,
        max_rows=10,
    )
    assert answer.column("n").to_pylist() == [20, 5]
    assert tape.reader.tail(Kind.TRADE, BTC, 3).column("seq").to_pylist() == [17, 18, 19]
    assert sum(len(some.rows) for _, some in tape.reader.replay([Kind.TRADE])) == 25
    assert [(c.symbol, c.rows) for c in tape.reader.coverage()] == [(BTC, 20), (ETH, 5)]


def test_sql_reaches_nothing_beside_the_tape(tape):
    tape.seal(batch(rows=20))

    for query in ("read_parquet('s3://tape/ready')", "read_text('/etc/hostname')"):
        with pytest.raises(BadInput, match="disabled"):
            tape.reader.sql(f"select * from {query}", timeout_s=30, max_rows=10)  # noqa: S608


def _opened(tape, path):
    found = tape.layout.opened(path)
    return found.open("rb") if hasattr(found, "is_file") else found
