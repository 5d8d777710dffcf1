"""What a store that machines share promises beyond a tape alone on its machine."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pyarrow.compute as pc
import pytest
from msgspec.structs import replace

from quantdeck.model.errors import StoreError
from quantdeck.model.events import Kind
from quantdeck.tape.away import move_in, remove_orphans
from quantdeck.tape.compact import compact
from quantdeck.tape.open import open_reader
from quantdeck.tape.retention import remove_retired
from tests.scale.tape_rig import (
    BTC,
    DAY_NS,
    NOON_NS,
    Killed,
    Opening,
    SealedTape,
    batch,
    killed,
    shared_place,
    store_place,
)
from tests.scale.weed_server import WeedServer


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    made = WeedServer(tmp_path_factory.mktemp("weed") / "server")
    yield made
    made.kill()


@pytest.fixture(params=["delta-folder", pytest.param("delta-s3", marks=pytest.mark.scale_slow)])
def place(request, tmp_path):
    return store_place(request, tmp_path)


@pytest.fixture
def shared(place):
    """Return what opens the store as another process would."""
    return lambda: shared_place(place)


@pytest.fixture
def opened(tmp_path, shared):
    """Return a function that opens tapes; all are closed at the end."""
    with Opening(tmp_path, shared) as opening:
        yield opening.tape


@pytest.fixture
def stored(opened):
    return opened()


def test_commit_known_to_the_log_alone_is_learnt_and_not_done_twice(stored, monkeypatch):
    stored.seal(batch(rows=5))
    path = stored.write(batch(first=5, rows=20))
    monkeypatch.setattr(stored.catalog._manifest, "commit", killed)
    with pytest.raises(Killed):
        stored.seal_again(path)
    monkeypatch.undo()
    again = stored.again()

    assert again.seqs() == list(range(25))
    assert again.seal_again(path) == 0
    assert again.seqs() == list(range(25))
    assert SealedTape(stored.root.with_name("none"), stored.shared).seqs() == list(range(25))


def test_lost_answer_of_a_commit_makes_no_second_one(stored, monkeypatch):
    log = stored.shared.log
    commit = log.commit

    def commit_and_lose_the_answer(tape, *, add, remove):
        commit(tape, add=add, remove=remove)
        raise StoreError("the answer is lost")

    path = stored.write(batch(rows=20))
    monkeypatch.setattr(
        type(log), "commit", lambda _self, *a, **k: commit_and_lose_the_answer(*a, **k)
    )
    with pytest.raises(StoreError, match="lost"):
        stored.seal_again(path)
    monkeypatch.undo()

    assert stored.seal_again(path) == 0
    assert stored.seqs() == list(range(20))
    assert len(stored.paths()) == 1


def test_machine_without_a_tape_reads_every_tape_of_the_store(opened, stored, tmp_path, shared):
    stored.seal(batch(rows=20))
    opened("other").seal(batch(rows=5, symbol=1))

    elsewhere = open_reader(tmp_path / "nothing", shared())
    assert elsewhere.table(Kind.TRADE).num_rows == 25
    assert not (tmp_path / "nothing").exists()
    assert stored.reader.table(Kind.TRADE).num_rows == 25


def test_copy_of_a_tape_that_is_not_in_the_store_is_read_alone(opened, stored, shared):
    stored.seal(batch(rows=20))
    mirror = opened("mirror", alone=True)
    mirror.seal(batch(rows=7))

    assert open_reader(mirror.root, shared()).table(Kind.TRADE).num_rows == 7


def test_two_tapes_commit_side_by_side(opened, stored):
    tapes = [stored, opened("other")]

    def work(number):
        for each in range(10):
            first = 1000 * number + 10 * each
            tapes[number].seal(batch(first=first), batch(Kind.QUOTE, first=first))

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))

    expected = [*range(100), *range(1000, 1100)]
    assert sorted(stored.seqs()) == expected
    assert sorted(stored.seqs(Kind.QUOTE)) == expected


def test_second_process_under_one_name_is_refused(stored, shared):
    stored.seal(batch(rows=5))
    twin = SealedTape(stored.root, shared())
    twin.seal(batch(first=5, rows=5))

    path = stored.write(batch(first=10, rows=5))
    for _ in range(2):
        with pytest.raises(StoreError, match="another process commits"):
            stored.seal_again(path)
    assert stored.layout.name == twin.layout.name
    twin.catalog.close()


def test_file_without_a_commit_is_removed_after_its_time(stored, monkeypatch):
    stored.seal(batch(rows=5))
    monkeypatch.setattr(stored.catalog, "commit", killed)
    with pytest.raises(Killed):
        stored.seal(batch(first=5, rows=5))
    monkeypatch.undo()
    again = stored.again()

    assert remove_orphans(again.layout, stored.shared, again.catalog, before_ns=0) == 0
    assert remove_orphans(again.layout, stored.shared, again.catalog, before_ns=2**62) == 1
    assert again.reader.table(Kind.TRADE).num_rows == 10


def test_store_that_was_emptied_is_told_and_nothing_is_forgotten(stored, place):
    from quantdeck.scale.objects import StorePlace

    stored.seal(batch(rows=5))
    paths = stored.paths()
    other = StorePlace(f"{place.root}-other", place.endpoint, place.region, place.keys)
    stored.layout.named.write_bytes(
        stored.layout.named.read_bytes().replace(place.root.encode(), other.root.encode())
    )
    moved = SealedTape(stored.root, shared_place(other))

    with pytest.raises(StoreError, match="has no log of trade"):
        moved.catalog.catch_up()

    assert moved.paths() == paths
    assert moved.catalog.retired() == []
    assert remove_orphans(moved.layout, moved.shared, moved.catalog, before_ns=2**62) == 0
    moved.catalog.close()


def test_tape_whose_name_was_lost_finds_it_in_its_manifest(stored):
    stored.seal(batch(rows=5))
    name = stored.layout.name
    stored.layout.named.unlink()

    again = stored.again()

    assert again.layout.name == name
    assert again.seal(batch(rows=10)) == 5
    again.catalog.close()


@pytest.mark.scale_slow
def test_checkpoint_of_the_log_keeps_what_it_says_of_files(stored, shared):
    for first in range(0, 1050, 10):
        stored.seal(batch(first=first))

    fresh = shared().log.files()[stored.layout.name]

    known = [replace(file, segment="") for file in stored.catalog.snapshot().files]
    assert sorted(fresh, key=lambda f: f.path) == sorted(known, key=lambda f: f.path)
    assert stored.seal(batch(first=1050)) == 10


def test_tape_that_was_alone_moves_in(opened, stored, shared):
    alone = opened("late", alone=True)
    alone.seal(batch(rows=20), batch(symbol=1))
    joined = SealedTape(alone.root, shared())

    assert move_in(joined.layout, joined.shared, joined.catalog, now_ns=NOON_NS) == 2
    assert not [path for path in joined.paths() if path.startswith("parquet/")]
    assert joined.reader.table(Kind.TRADE).num_rows == 30
    assert stored.reader.table(Kind.TRADE).num_rows == 30
    assert remove_retired(joined.layout, joined.catalog, before_ns=NOON_NS) == 2
    assert not list(joined.layout.parquet.rglob("*.parquet"))
    joined.catalog.close()


def test_move_cut_short_after_its_commit_shows_nothing_twice(opened, stored, shared, monkeypatch):
    alone = opened("late", alone=True)
    alone.seal(batch(rows=20))
    joined = SealedTape(alone.root, shared())
    monkeypatch.setattr(joined.catalog._manifest, "commit", killed)
    with pytest.raises(Killed):
        move_in(joined.layout, joined.shared, joined.catalog, now_ns=NOON_NS)
    monkeypatch.undo()
    again = joined.again()

    again.catalog.catch_up()

    assert again.seqs() == list(range(20))
    again.catalog.close()


def test_outside_engines_see_the_same_rows(stored, place):
    pl = pytest.importorskip("polars", reason="polars is not installed; it is of the tests")
    from deltalake import DeltaTable

    from quantdeck.scale.delta import storage_options
    from quantdeck.scale.objects import table_address

    for first in range(0, 500, 100):
        stored.seal(batch(first=first, rows=100), batch(first=first, rows=50, symbol=1))
    compact(stored.layout, stored.catalog, now_ns=NOON_NS + DAY_NS)
    stored.seal(batch(first=500, rows=3))
    options = {k: v for k, v in storage_options(place).items() if k.startswith("AWS")}
    table = DeltaTable(table_address(place, "trade"), storage_options=options)

    ours = stored.reader.table(Kind.TRADE)
    arrow = table.to_pyarrow_dataset().to_table()
    frame = pl.scan_delta(table_address(place, "trade"), storage_options=options).collect()
    (duck,) = stored.reader.sql(
        "select count(*), sum(price), sum(seq) from trades", timeout_s=30, max_rows=1
    ).to_pylist()

    expected = (ours.num_rows, pc.sum(ours["price"]).as_py(), pc.sum(ours["seq"]).as_py())
    assert expected[0] == 753
    assert (
        arrow.num_rows,
        pc.sum(arrow["price"]).as_py(),
        pc.sum(arrow["seq"]).as_py(),
    ) == expected
    assert (frame.height, frame["price"].sum(), frame["seq"].sum()) == expected
    assert tuple(duck.values()) == expected


def test_outside_engines_skip_files_by_what_the_log_says_of_them(stored, place):
    from deltalake import DeltaTable

    from quantdeck.scale.delta import storage_options
    from quantdeck.scale.objects import table_address

    for first in (0, 1000):
        stored.seal(batch(first=first), batch(first=first, symbol=1))
    options = {k: v for k, v in storage_options(place).items() if k.startswith("AWS")}
    table = DeltaTable(table_address(place, "trade"), storage_options=options)

    dataset = table.to_pyarrow_dataset()
    late, btc = pc.field("ts_event") >= NOON_NS + 10**9, pc.field("symbol") == BTC
    assert len(list(dataset.get_fragments())) == 4
    assert len(list(dataset.get_fragments(filter=late & btc))) == 1
    assert dataset.to_table(filter=late & btc)["seq"].to_pylist() == list(range(1000, 1010))
