from __future__ import annotations

import errno
import gzip
import json
from typing import TYPE_CHECKING

from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from quantdeck.tape import disk
from quantdeck.tape.open import open_writer

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.cli.conftest import Run

COUNT = "SELECT count(*) AS n FROM trades"


def test_import_tells_what_is_new_and_again_that_nothing_is(run: Run, frames: Path) -> None:
    first = run("import", frames)
    second = run("import", frames)

    assert (first.code, second.code) == (0, 0)
    assert "trade BINANCE-USDM:BTCUSDT: 20 new" in first.out
    assert "20 events on the tape already" in second.out
    assert run("sql", COUNT, "--json").out == '{"n":20}\n'


def test_import_as_json_is_one_object(run: Run, frames: Path) -> None:
    told = json.loads(run("import", frames, "--json").out)

    assert (told["events"], told["new"]) == (20, {"trade BINANCE-USDM:BTCUSDT": 20})


def test_import_broken_lines_are_named_and_the_rest_is_imported(run: Run, broken: Path) -> None:
    ended = run("import", broken)

    assert ended.code == 0
    assert "quantdeck: broken.txt, line 5: " in ended.err
    assert "quantdeck: broken.txt, line 9: " in ended.err
    assert "2 lines that could not be used" in ended.out
    assert run("sql", COUNT, "--json").out == '{"n":18}\n'


def test_import_many_broken_lines_names_the_first_ten(run: Run, tmp_path: Path, frames: Path):
    file = tmp_path / "bad.txt"
    file.write_text("nonsense\n" * 15 + frames.read_text(), encoding="utf-8")

    ended = run("import", file)

    assert ended.code == 0
    assert "line 10: " in ended.err
    assert "line 11: " not in ended.err
    assert "and 5 more broken lines" in ended.err


def test_import_strict_with_a_broken_line_refuses_every_file_and_writes_nothing(
    run: Run, broken: Path, frames: Path, tmp_path: Path
) -> None:
    ended = run("import", frames, broken, "--strict", "--data-dir", "tape")

    ended.refused(2, "2 lines cannot be used", "broken.txt, line 5", "broken.txt, line 9")
    assert not (tmp_path / "tape").exists()


def test_import_of_a_file_cut_off_gives_what_is_there(
    run: Run, frames: Path, tmp_path: Path
) -> None:
    packed = tmp_path / "cut.gz"
    packed.write_bytes(gzip.compress(frames.read_bytes() * 50)[:-40])

    ended = run("import", packed)

    assert ended.code == 0
    assert "cut off" in ended.err
    assert run("sql", COUNT, "--json").out == '{"n":20}\n'


def test_import_of_a_missing_file_is_refused(run: Run, frames: Path, tmp_path: Path) -> None:
    ended = run("import", frames, "absent.gz", "--data-dir", "tape")

    ended.refused(2, "absent.gz is not a file")
    assert not (tmp_path / "tape").exists()


def test_import_of_a_folder_is_refused(run: Run, tmp_path: Path) -> None:
    run("import", tmp_path).refused(2, "is not a file")


def test_import_of_an_unreadable_file_says_why(
    run: Run, frames: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def deny(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("pathlib.Path.open", deny)

    run("import", frames).refused(2, "frames.txt cannot be read", "Permission denied")


def test_import_of_an_empty_file_says_that_it_is(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()

    ended = run("import", tmp_path / "empty.txt")

    ended.refused(4, "empty.txt is empty")


def test_import_of_a_file_without_events_says_what_is_expected(run: Run, tmp_path: Path) -> None:
    (tmp_path / "book.txt").write_text(
        '1763640000000000000 {"stream":"btcusdt@depth","data":{"e":"depthUpdate","s":"BTCUSDT"}}\n',
        encoding="utf-8",
    )

    ended = run("import", tmp_path / "book.txt")

    ended.refused(4, "no event of binance-usdm is in book.txt", "local_ns JSON lines")


def test_import_from_an_unknown_source_names_the_known(run: Run, frames: Path) -> None:
    ended = run("import", frames, "--source", "kraken")

    ended.refused(2, "'kraken'", "binance-usdm, binance-spot")


def test_import_from_spot_is_of_the_spot_venue(run: Run, frames: Path) -> None:
    ended = run("import", frames, "--source", "binance-spot")

    assert "trade BINANCE:BTCUSDT: 20 new" in ended.out


def test_import_on_a_tape_that_is_written_by_another_is_refused(
    run: Run, frames: Path, tmp_path: Path
) -> None:
    writer = open_writer(tmp_path / "data", InstrumentTable(), clock=SystemClock())
    try:
        ended = run("import", frames)
    finally:
        writer.close()

    ended.refused(3, "is being written by process", "stop that one first")


def test_import_on_a_full_disk_says_so_and_keeps_what_was_there(
    run: Run, taped: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = tmp_path / "more.txt"
    more.write_text((tmp_path / "frames.txt").read_text().replace('"t": ', '"t": 1'))

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(disk, "write_all", full)
        ended = run("import", more, "--data-dir", taped)

    assert ended.code == 3
    assert "the disk is full" in ended.err
    assert "free room" in ended.err
    assert "Traceback" not in ended.err
    assert run("sql", COUNT, "--json", "--data-dir", taped).out == '{"n":20}\n'
    assert "20 new" in run("import", more, "--data-dir", taped).out


def test_import_into_a_file_in_place_of_the_folder_is_refused(run: Run, frames: Path) -> None:
    run("import", frames, "--data-dir", frames).refused(3, "a file is where the folder should be")
