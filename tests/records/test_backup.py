from __future__ import annotations

import sqlite3
import threading
from contextlib import closing

import pytest

from quantdeck.model.alerts import AlertRule
from quantdeck.model.errors import NoData, StoreError
from quantdeck.records.backup import FOLDER, back_up, backups
from quantdeck.records.open import open_records

NS = 1_000_000_000
NOW = 1_795_000_000 * NS


def put(records, name: str) -> None:
    records.alerts.put_rule(AlertRule(name, name, "text"))


def test_copy_holds_what_was_acknowledged_and_opens_as_records(tmp_path) -> None:
    records = open_records(tmp_path / "data")
    put(records, "one")

    made = back_up(tmp_path / "data", now_ns=NOW, keep=3)

    records.close()
    copy = open_records(tmp_path / "data" / FOLDER / made.name)
    assert [rule.id for rule in copy.alerts.rules()] == ["one"]
    assert made.files == ("records.sqlite",)
    copy.close()


def test_copy_made_while_others_write_is_whole(tmp_path) -> None:
    records, ending = open_records(tmp_path), threading.Event()

    def write() -> None:
        number = 0
        while not ending.is_set():
            put(records, f"{number}")
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    made = [back_up(tmp_path, now_ns=NOW + second * NS, keep=9) for second in range(5)]
    ending.set()
    writer.join()
    records.close()

    for each in made:
        with closing(sqlite3.connect(tmp_path / FOLDER / each.name / "records.sqlite")) as copy:
            ids = [int(row[0]) for row in copy.execute("SELECT id FROM rules")]
        assert sorted(ids) == list(range(len(ids)))


def test_oldest_copies_beyond_those_kept_are_removed(tmp_path) -> None:
    open_records(tmp_path).close()

    for second in range(5):
        back_up(tmp_path, now_ns=NOW + second * NS, keep=2)

    names = [each.name for each in backups(tmp_path)]
    assert names == ["20261118T110644Z", "20261118T110643Z"]
    assert sorted(each.name for each in (tmp_path / FOLDER).iterdir()) == names[::-1]


def test_copies_of_the_same_second_stand_beside_each_other(tmp_path) -> None:
    open_records(tmp_path).close()

    made = [back_up(tmp_path, now_ns=NOW, keep=12) for _ in range(11)]

    names = [each.name for each in backups(tmp_path)]
    assert names == [each.name for each in reversed(made)]
    assert (names[0], names[-1]) == ("20261118T110640Z-11", "20261118T110640Z")


def test_damaged_database_is_told_and_earlier_copies_stay(tmp_path) -> None:
    records = open_records(tmp_path)
    for number in range(200):
        put(records, f"{number}" * 50)
    records.close()
    back_up(tmp_path, now_ns=NOW, keep=1)
    file = tmp_path / "records.sqlite"
    whole = bytearray(file.read_bytes())
    whole[4096 * 9 : 4096 * 12] = b"\x5a" * 4096 * 3
    file.write_bytes(whole)

    with pytest.raises(StoreError, match=r"records\.sqlite"):
        back_up(tmp_path, now_ns=NOW + NS, keep=1)

    assert len(backups(tmp_path)) == 1
    assert len(list((tmp_path / FOLDER).iterdir())) == 1


def test_folder_without_databases_has_nothing_to_back_up(tmp_path) -> None:
    with pytest.raises(NoData, match="nothing to back up"):
        back_up(tmp_path, now_ns=NOW, keep=1)

    assert backups(tmp_path) == []
