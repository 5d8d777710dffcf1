"""What a killed writer leaves behind is put in order by the next."""

from __future__ import annotations

import pytest

from quantdeck.model.errors import StoreError
from quantdeck.model.events import Kind
from quantdeck.model.instruments import InstrumentTable
from quantdeck.tape import recover as recovery
from quantdeck.tape.open import open_reader, open_writer
from quantdeck.tape.recover import recover
from quantdeck.tape.seal import seal


def test_recover_cuts_a_torn_tail_and_hands_the_segment_on(bare, kit):
    path = bare.write(kit.batch(count=10))
    with path.open("ab") as file:
        file.write(b"QDT1\x04\x01torn")

    waiting = recover(bare.layout, bare.manifest, rebuild=False)

    assert waiting == [path]
    assert bare.reader.table(Kind.TRADE).num_rows == 10


def test_recover_when_damage_is_followed_by_good_frames_keeps_a_copy(bare, kit):
    path = bare.write(kit.batch(count=10), kit.batch(Kind.QUOTE))
    data = bytearray(path.read_bytes())
    place = data.index(b"QDT1\x04\x01") + 30
    data[place] ^= 1
    path.write_bytes(data)

    recover(bare.layout, bare.manifest, rebuild=False)

    assert path.with_suffix(".damaged").read_bytes() == bytes(data)


def test_recover_removes_a_segment_that_is_sealed_or_empty(bare, kit):
    sealed, empty = bare.write(kit.batch()), bare.write()
    bare.manifest.commit(sealed=[sealed.stem])

    waiting = recover(bare.layout, bare.manifest, rebuild=False)

    assert waiting == []
    assert not sealed.exists()
    assert not empty.exists()
    assert bare.manifest.snapshot().sealed == frozenset()


def test_recover_removes_files_the_manifest_does_not_name(bare, kit):
    bare.seal(kit.batch())
    (named,) = bare.files()
    orphan, torn = named.with_name("9-realtime.parquet"), named.with_name("9.parquet.tmp")
    notes = named.with_name("notes.txt")
    for path in (orphan, torn, notes):
        path.write_bytes(b"x")

    recover(bare.layout, bare.manifest, rebuild=False)

    assert bare.files() == sorted([named, notes])


def test_open_writer_again_on_a_relative_folder_keeps_the_sealed_files(
    kit, clock, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    for first in (0, 10):
        instruments = InstrumentTable()
        instruments.id_of("BINANCE-USDM:BTCUSDT")
        tape = open_writer("data/demo", instruments, clock=clock)
        tape.append(kit.batch(first=first, count=10))
        tape.close()

    assert open_reader("data/demo").table(Kind.TRADE).num_rows == 20


def test_recover_keeps_files_retired_a_moment_ago(bare, kit):
    bare.seal(kit.batch())
    (path,) = bare.files()
    bare.manifest.commit(retire=[path.relative_to(bare.layout.root).as_posix()])

    recover(bare.layout, bare.manifest, rebuild=False)

    assert bare.files() == [path]


def test_open_writer_when_manifest_is_gone_enters_the_sealed_files_again(opened, kit, tmp_path):
    tape = opened()
    tape.append(kit.batch(count=10))
    tape.append(kit.batch(Kind.QUOTE, count=5))
    tape.close()
    (tmp_path / "tape" / "manifest.sqlite").unlink()

    again = opened()

    assert again.status().files == 2
    again.append(kit.batch(count=12))
    again.seal()
    assert again.status().files == 3


def test_open_writer_when_killed_while_the_manifest_is_made_anew_loses_no_file(
    opened, kit, tmp_path, monkeypatch
):
    tape = opened()
    tape.append(kit.batch(count=10))
    tape.close()
    (tmp_path / "tape" / "manifest.sqlite").unlink()
    with monkeypatch.context() as patched:
        patched.setattr(recovery, "_sealed_files", _killed)
        with pytest.raises(KeyboardInterrupt):
            opened()

    opened()

    assert open_reader(tmp_path / "tape").table(Kind.TRADE).num_rows == 10


def test_seal_when_the_first_seal_of_all_was_killed_loses_nothing(bare, kit, monkeypatch):
    first = bare.write(kit.batch(first=0, count=10))
    with monkeypatch.context() as patched:
        patched.setattr(bare.manifest, "commit", _killed)
        with pytest.raises(KeyboardInterrupt):
            seal(bare.layout, bare.manifest, [first])
    second = bare.write(kit.batch(first=10, count=10))

    waiting = recover(bare.layout, bare.manifest, rebuild=True)
    seal(bare.layout, bare.manifest, waiting)

    assert waiting == [first, second]
    assert bare.reader.table(Kind.TRADE).column("seq").to_pylist() == list(range(20))


def _killed(*_given, **_named):
    raise KeyboardInterrupt


def test_open_writer_seals_what_was_left(opened, kit):
    first = opened(seal_on_close=False)
    first.append(kit.batch(count=10))
    first.close()

    second = opened()

    kit.wait_until(lambda: second.status().files == 1 and second.status().segments == 0)
    assert second.status().rows_appended == 0


def test_open_writer_where_the_path_is_a_file_says_so(opened, tmp_path):
    (tmp_path / "tape").write_text("")

    with pytest.raises(StoreError, match="cannot open the tape"):
        opened()
