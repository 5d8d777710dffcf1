from __future__ import annotations

import io
import stat
import subprocess
import sys
import tarfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from quantdeck.app.archive import CONTENTS, Sources, make_archive
from quantdeck.app.archive_restore import check_archive, restore_archive
from quantdeck.model.alerts import AlertRule
from quantdeck.model.errors import BadInput, Conflict, NoData, StoreError
from quantdeck.model.events import DTYPES, Batch, Kind
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from quantdeck.records.open import open_records
from quantdeck.tape.open import open_reader, open_writer

if TYPE_CHECKING:
    from quantdeck.tape.writer import Tape

BTC = "BINANCE-USDM:BTCUSDT"
NOW = 1_795_000_000_000_000_000
FROM = Provenance("binance-usdm", Delay.REALTIME, RunId("run"))


def batch(table: InstrumentTable, first: int, count: int) -> Batch:
    rows = np.zeros(count, DTYPES[Kind.AGG_TRADE])
    rows["seq"] = np.arange(first, first + count)
    rows["ts_event"] = NOW + rows["seq"] * 1_000_000
    rows["symbol"] = table.id_of(BTC)
    return Batch(Kind.AGG_TRADE, rows, FROM)


def opened(folder: Path) -> tuple[Tape, InstrumentTable]:
    table = InstrumentTable()
    return open_writer(folder, table, clock=SystemClock()), table


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "home" / "data"
    tape, table = opened(folder)
    tape.append_wait(batch(table, 0, 50))
    tape.seal()
    tape.append_wait(batch(table, 50, 25))
    tape.sync()
    tape.close()
    records = open_records(folder)
    records.alerts.put_rule(AlertRule("one", "One", "text"))
    records.close()
    (folder / "models" / "m1").mkdir(parents=True)
    (folder / "models" / "m1" / "model.json").write_text("{}")
    for name in ("logs/quantdeck.log", "run/link", "backups/x/records.sqlite", "a.csv.lock"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("not kept")
    return folder


def kept(data: Path, target: Path, **sources: Path) -> Path:
    make_archive(Sources(data, **sources), target, version="1.2", now_ns=NOW)
    return target


def events(folder: Path) -> list[int]:
    return open_reader(folder).table(Kind.AGG_TRADE)["seq"].to_pylist()


def test_archive_put_back_elsewhere_has_all_that_was_there(data: Path, tmp_path: Path) -> None:
    (tmp_path / "home" / "reports").mkdir()
    (tmp_path / "home" / "reports" / "pnl.csv").write_text("date,pnl\n")
    (tmp_path / "config.yaml").write_text("port: 9000\n")
    file = kept(
        data,
        tmp_path / "a.tar.gz",
        reports=data.parent / "reports",
        settings=tmp_path / "config.yaml",
    )
    there, reports = tmp_path / "new" / "data", tmp_path / "new" / "reports"

    restored = restore_archive(file, there, reports, replace=False, now_ns=NOW)

    assert events(there) == list(range(75))
    records = open_records(there)
    assert [rule.id for rule in records.alerts.rules()] == ["one"]
    records.close()
    assert (there / "models" / "m1" / "model.json").read_text() == "{}"
    assert (reports / "pnl.csv").read_text() == "date,pnl\n"
    assert Path(restored.settings).read_text() == "port: 9000\n"
    assert not [
        each for each in ("logs", "run", "backups", "a.csv.lock") if (there / each).exists()
    ]
    tape, _ = opened(there)
    tape.close()
    assert events(there) == list(range(75))


def test_archive_is_for_its_owner_alone_and_leaves_nothing_beside(
    data: Path, tmp_path: Path
) -> None:
    def there() -> list[str]:
        # SQLite leaves its own beside a file that was read.
        return sorted(p.name for p in data.iterdir() if not p.name.endswith(("-wal", "-shm")))

    before = there()

    file = kept(data, tmp_path / "a.tar")

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.tar", "home"]
    assert there() == before


def test_archive_made_while_a_deck_writes_seals_and_merges_is_of_one_moment(tmp_path: Path) -> None:
    data, ending, wrote = tmp_path / "data", threading.Event(), threading.Event()
    tape, table = opened(data)

    def write() -> None:
        first = 0
        while not ending.is_set():
            tape.append_wait(batch(table, first, 20))
            first += 20
            if first % 200 == 0:
                tape.seal()
                wrote.set()
            else:
                tape.sync()

    writer = threading.Thread(target=write)
    writer.start()
    wrote.wait(timeout=60)
    try:
        files = [kept(data, tmp_path / f"{number}.tar") for number in range(3)]
    finally:
        ending.set()
        writer.join()
        tape.close()

    for number, file in enumerate(files):
        there = tmp_path / f"there-{number}"
        restore_archive(file, there, tmp_path / "reports", replace=False, now_ns=NOW)
        again, _ = opened(there)
        again.close()
        found = events(there)
        assert len(found) >= 200
        assert found == list(range(len(found)))


def test_archive_of_an_empty_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()

    with pytest.raises(NoData, match="nothing in"):
        kept(tmp_path / "data", tmp_path / "a.tar")


def test_archive_over_a_file_or_within_the_folder_is_refused(data: Path, tmp_path: Path) -> None:
    (tmp_path / "a.tar").write_text("mine")

    with pytest.raises(BadInput, match="there already"):
        kept(data, tmp_path / "a.tar")
    with pytest.raises(BadInput, match="within the data folder"):
        kept(data, data / "models" / "a.tar")

    assert (tmp_path / "a.tar").read_text() == "mine"


@pytest.mark.parametrize("cut", [0.3, 0.7, 0.95])
def test_archive_cut_short_is_refused_and_nothing_is_put_back(
    data: Path, tmp_path: Path, cut: float
) -> None:
    file = kept(data, tmp_path / "a.tar")
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * cut)])

    with pytest.raises(StoreError):
        restore_archive(file, tmp_path / "new", tmp_path / "reports", replace=False, now_ns=NOW)

    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.tar", "home"]


def test_archive_with_a_changed_byte_is_refused(data: Path, tmp_path: Path) -> None:
    file = kept(data, tmp_path / "a.tar")
    whole = bytearray(file.read_bytes())
    at = whole.find(b"PAR1")
    whole[at + 40] ^= 0xFF
    file.write_bytes(whole)

    with pytest.raises(StoreError, match="damaged"):
        check_archive(file)


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "data/../../evil", "other/file"])
def test_archive_that_reaches_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    file = tmp_path / "a.tar"
    with tarfile.open(file, "w") as archive:
        member = tarfile.TarInfo(name)
        member.size = 4
        archive.addfile(member, io.BytesIO(b"evil"))

    with pytest.raises(BadInput, match="no place"):
        check_archive(file)


def test_archive_with_a_link_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.tar"
    with tarfile.open(file, "w") as archive:
        member = tarfile.TarInfo("data/records.sqlite")
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(member)

    with pytest.raises(BadInput, match="no place"):
        check_archive(file)


def test_archive_of_a_newer_release_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.tar"
    text = b'{"format": 99, "version": "9.0", "made_ns": 1, "files": []}'
    with tarfile.open(file, "w") as archive:
        member = tarfile.TarInfo(CONTENTS)
        member.size = len(text)
        archive.addfile(member, io.BytesIO(text))

    with pytest.raises(BadInput, match=r"quantdeck 9\.0"):
        check_archive(file)


def test_archive_is_put_over_another_folder_only_where_asked(data: Path, tmp_path: Path) -> None:
    file = kept(data, tmp_path / "a.tar")
    there = tmp_path / "there"
    there.mkdir()
    (there / "mine").write_text("x")

    with pytest.raises(Conflict, match="--replace"):
        restore_archive(file, there, tmp_path / "reports", replace=False, now_ns=NOW)
    restored = restore_archive(file, there, tmp_path / "reports", replace=True, now_ns=NOW)

    assert len(events(there)) == 75
    assert [(Path(each) / "mine").read_text() for each in restored.former] == ["x"]


def test_archive_put_into_a_volume_moves_what_is_there_within_it(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = kept(data, tmp_path / "a.tar")
    there = tmp_path / "volume"
    there.mkdir()
    (there / "mine").write_text("x")
    monkeypatch.setattr(Path, "is_mount", lambda self: self == there)

    restored = restore_archive(file, there, tmp_path / "reports", replace=True, now_ns=NOW)

    assert len(events(there)) == 75
    assert [Path(each).parent for each in restored.former] == [there]


def test_archive_is_not_put_under_a_running_deck(data: Path, tmp_path: Path) -> None:
    file = kept(data, tmp_path / "a.tar")
    # Another process: to the one that holds it, a tape is its own.
    text = (
        "import sys; from pathlib import Path; from quantdeck.tape.open import open_writer\n"
        "from quantdeck.model.instruments import InstrumentTable\n"
        "from quantdeck.net.clock import SystemClock\n"
        "tape = open_writer(Path(sys.argv[1]), InstrumentTable(), clock=SystemClock())\n"
        "print('open', flush=True); sys.stdin.read(); tape.close()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", text, str(data)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as deck:
        assert deck.stdout is not None
        assert deck.stdout.readline() == "open\n"

        with pytest.raises(Conflict, match="stop it first"):
            restore_archive(file, data, tmp_path / "reports", replace=True, now_ns=NOW)

        deck.communicate("")


def test_archive_that_is_not_there_is_named_before_anything_else(
    tmp_path: Path, data: Path
) -> None:
    with pytest.raises(BadInput, match="no archive"):
        restore_archive(tmp_path / "x.tar", data, tmp_path / "reports", replace=False, now_ns=NOW)
