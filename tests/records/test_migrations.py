"""Files of every earlier version are brought to the present one, with all that is in them."""

from __future__ import annotations

import hashlib
import sqlite3
import stat
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from quantdeck.model.errors import StoreError
from quantdeck.records.database import SqliteDatabase, former_file
from quantdeck.records.open import FILE, open_records
from quantdeck.records.schema import STEPS

if TYPE_CHECKING:
    from pathlib import Path

# What was released, by what brings a file to the version after. A step that is released is added here,
# and never changed: files of its version have run it as it was.
RELEASED = (
    *("e9242a6df02e9e69", "c796f74fcf848d17", "d2842e4423fc76e1", "4e8e81251dd15450"),
    *("9a331d3920afc34b", "f24bc6972313d8ea", "ca793d8320473d35"),
)
# What a deck of each version had written.
WRITTEN = {
    1: (
        "INSERT INTO rules VALUES ('r1', 'Wide', 'spread(SPY) > 1', '[\"slack\"]', 1, 2, 1, NULL)",
        "INSERT INTO firings VALUES ('r1', 0, 3, 9)",
        "INSERT INTO alerts VALUES "
        "(1, 'a1', 'r1', 'Wide', 'spread(SPY) > 1', 9, 'It is wide', '{}', 0, 0, 0)",
        "INSERT INTO deliveries VALUES ('a1', 'slack', 'waiting', 1, 10, '')",
        "INSERT INTO runs VALUES ('b1', 'sweep', 'One', 5, 'live', x'7b7d', x'7b7d', x'00ff')",
    ),
    2: ("INSERT INTO watchlist VALUES ('ALPACA:SPY', 7)",),
    3: (
        "INSERT INTO account_events VALUES ('paper', 1, 5, 'opened', x'7b7d')",
        "INSERT INTO due_runs VALUES ('daily', 5, 'done', 'me', 1, 6, 1, 5, 6, 'all done')",
        "INSERT INTO steps VALUES ('s1', 'collect', 'ff', 'done', 1, 2, 'ok', '{}')",
        "INSERT INTO jobs_off VALUES ('retention')",
    ),
    5: ("INSERT INTO account_told VALUES ('paper', 4)",),
    6: ("INSERT INTO equity_points VALUES ('paper', 5, 100.5, 20.25)",),
    7: ("INSERT INTO finding_messages VALUES ('m1', 5, 2)",),
}
VERSIONS = range(1, len(STEPS) + 1)


def fingerprint(step: tuple[str, ...]) -> str:
    # What a column is called to others than SQLite changes no file.
    text = "\n".join(" ".join(each.replace("/* flag */", "").split()) for each in step)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def made_by(version: int, path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        for number in range(1, version + 1):
            for statement in (*STEPS[number - 1], *WRITTEN.get(number, ())):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {version}")
        connection.commit()


def tables(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(path)) as connection:
        names = [
            row[0]
            for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in names}  # noqa: S608


def shape(path: Path) -> set[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return {
            (name, *column)
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE sql NOTNULL")
            for column in connection.execute(f"PRAGMA table_xinfo({name})")
        }


def test_released_steps_are_as_they_were() -> None:
    assert tuple(map(fingerprint, STEPS[: len(RELEASED)])) == RELEASED


@pytest.mark.parametrize("version", VERSIONS)
def test_file_of_a_version_keeps_every_row_and_gets_the_present_tables(
    version: int, tmp_path: Path
) -> None:
    path = tmp_path / FILE
    made_by(version, path)
    before = tables(path)

    open_records(tmp_path).close()

    open_records(tmp_path / "new").close()
    after = tables(path)
    for name, rows in before.items():
        assert [row[: len(old)] for row, old in zip(after[name], rows, strict=True)] == rows
    assert shape(path) == shape(tmp_path / "new" / FILE)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA user_version").fetchone() == (len(STEPS),)


def test_file_of_the_first_version_is_read_by_what_reads_the_present_one(tmp_path: Path) -> None:
    made_by(1, tmp_path / FILE)

    records = open_records(tmp_path)

    assert records.is_new is False
    assert [(rule.id, rule.channels) for rule in records.alerts.rules()] == [("r1", ("slack",))]
    assert [(each.id, each.details) for each in records.alerts.fired(limit=9)] == [("a1", "")]
    assert records.runs.result("b1") == b"\x00\xff"
    assert records.watchlist.watched() == []
    records.close()


def test_file_before_an_update_is_kept_as_it_was_for_its_owner_alone(tmp_path: Path) -> None:
    made_by(3, tmp_path / FILE)
    before = tables(tmp_path / FILE)

    open_records(tmp_path).close()

    kept = former_file(tmp_path / FILE, 3)
    assert tables(kept) == before
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert sorted(each.name for each in tmp_path.iterdir()) == [FILE, kept.name]


def test_file_of_the_present_version_is_kept_once_only(tmp_path: Path) -> None:
    open_records(tmp_path).close()

    open_records(tmp_path).close()

    assert [each.name for each in tmp_path.iterdir()] == [FILE]


def test_file_that_several_open_at_once_is_brought_up_to_date_once(tmp_path: Path) -> None:
    made_by(1, tmp_path / FILE)
    barrier, failed = threading.Barrier(4), []

    def work() -> None:
        barrier.wait(timeout=30)
        try:
            open_records(tmp_path).close()
        except StoreError as error:
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    with closing(sqlite3.connect(former_file(tmp_path / FILE, 1))) as kept:
        assert kept.execute("PRAGMA user_version").fetchone() == (1,)


def test_step_that_fails_leaves_the_file_at_its_version(tmp_path: Path) -> None:
    path = tmp_path / FILE
    made_by(2, path)
    before = tables(path)

    with pytest.raises(StoreError, match="no_such_table"):
        SqliteDatabase(path, (*STEPS[:3], ("ALTER TABLE no_such_table ADD COLUMN x",)))

    assert tables(path) == before
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)
