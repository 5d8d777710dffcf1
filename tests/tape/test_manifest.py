"""The manifest, as its writer and as readers have it."""

from __future__ import annotations

import sqlite3
import subprocess
import threading

import msgspec
import numpy as np
import pytest

from quantdeck.model.errors import StoreError
from quantdeck.model.events import Kind
from quantdeck.tape.manifest import Manifest, ManifestReader, SealedFile
from quantdeck.tape.open import open_reader

_FILE = SealedFile(
    path="parquet/trade/a.parquet",
    kind="trade",
    source="s",
    delay="realtime",
    symbol="V:A",
    date="2025-11-20",
    rows=3,
    ts_min=1,
    ts_max=2,
    recv_min=1,
    recv_max=2,
    bytes=9,
    segment="1",
)


@pytest.fixture
def manifest(tmp_path):
    made = Manifest(tmp_path / "manifest.sqlite")
    yield made
    made.close()


def test_commit_of_numpy_integers_stores_integers(manifest):
    file = msgspec.structs.replace(_FILE, rows=np.int64(3), ts_max=np.int64(2**62))

    manifest.commit(add=[file], sealed=["1"])

    (found,) = manifest.snapshot().files
    assert type(found.rows) is int
    assert found.ts_max == 2**62


def test_commit_when_it_fails_changes_nothing(manifest):
    broken = msgspec.structs.replace(_FILE, path="b", rows=None)

    with pytest.raises(sqlite3.IntegrityError):
        manifest.commit(add=[_FILE, broken], sealed=["1"])

    assert manifest.snapshot().files == []
    assert manifest.snapshot().sealed == frozenset()


def test_snapshot_while_files_are_committed_never_has_files_without_their_segment(tmp_path):
    # In two transactions a seal falls between them, and the rows of its segment are in neither.
    manifest = Manifest(tmp_path / "manifest.sqlite")
    reader = ManifestReader(tmp_path / "manifest.sqlite")
    is_done = threading.Event()

    def write():
        for number in range(300):
            file = msgspec.structs.replace(_FILE, path=f"{number}", segment=f"{number}")
            manifest.commit(add=[file], sealed=[f"{number}"])
        is_done.set()

    thread = threading.Thread(target=write)
    thread.start()
    torn = []
    while not is_done.is_set():
        snapshot = reader.snapshot()
        torn += [snapshot] if {f.segment for f in snapshot.files} != snapshot.sealed else []
    thread.join()
    manifest.close()

    assert torn == []


def test_retire_takes_a_file_out_and_remembers_it(manifest):
    manifest.commit(add=[_FILE], sealed=["1"])

    manifest.commit(retire=[_FILE.path], now_ns=100)

    assert manifest.snapshot().files == []
    assert manifest.retired(before_ns=99) == []
    assert manifest.retired(before_ns=100) == [_FILE.path]


def test_manifest_of_a_newer_version_is_refused_by_writer_and_reader(tmp_path):
    path = tmp_path / "manifest.sqlite"
    Manifest(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()

    with pytest.raises(StoreError, match="newer quantdeck"):
        Manifest(path)
    with pytest.raises(StoreError, match="newer quantdeck"):
        ManifestReader(path).snapshot()


def test_manifest_that_is_not_a_database_is_refused_clearly(tmp_path):
    path = tmp_path / "manifest.sqlite"
    path.write_bytes(b"not a database, by far" * 100)

    with pytest.raises(StoreError, match="cannot open the manifest"):
        Manifest(path)
    with pytest.raises(StoreError, match="cannot read the manifest"):
        ManifestReader(path).snapshot()


def test_reader_where_there_is_no_tape_finds_nothing(tmp_path):
    reader = open_reader(tmp_path / "absent")

    assert reader.coverage() == []
    assert reader.gaps() == []
    assert reader.table(Kind.TRADE).num_rows == 0


def test_reader_of_a_folder_that_cannot_be_written_reads_it(bare, kit, tmp_path):
    bare.seal(kit.batch(count=10))
    bare.manifest.close()
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    bind = ["mount", "--bind", str(bare.layout.root), str(mirror)]
    if subprocess.run(bind, capture_output=True, check=False).returncode:
        pytest.skip("a read-only mount needs root")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", str(mirror)], check=True)

        found = open_reader(mirror).table(Kind.TRADE)
    finally:
        subprocess.run(["umount", str(mirror)], check=True)

    assert found.num_rows == 10
