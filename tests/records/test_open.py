from __future__ import annotations

import sqlite3
import stat
import threading

import pytest
from msgspec import structs

from quantdeck.model.errors import StoreError
from quantdeck.ports.records import Run
from quantdeck.records import alerts as sql_alerts
from quantdeck.records import runs as sql_runs
from quantdeck.records.open import FILE, open_records
from quantdeck.records.schema import STEPS
from tests.records.places import opened
from tests.records.test_alert_store import RULE, alert


def test_records_when_opened_again_are_no_longer_new(place):
    first = opened(place)
    first.alerts.put_rule(RULE)
    first.close()

    again = opened(place)
    rules = again.alerts.rules()
    again.close()

    assert (first.is_new, again.is_new) == (True, False)
    assert rules == [RULE]


def test_records_are_for_the_owner_alone(tmp_path):
    records = open_records(tmp_path)
    records.alerts.put_rule(RULE)

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob(f"{FILE}*")}
    records.close()

    assert set(modes.values()) == {0o600}
    assert f"{FILE}-wal" in modes


def test_records_of_a_newer_version_are_refused(tmp_path):
    connection = sqlite3.connect(tmp_path / FILE)
    connection.execute(f"PRAGMA user_version = {len(STEPS) + 1}")
    connection.close()

    with pytest.raises(StoreError, match="newer quantdeck"):
        open_records(tmp_path)


def test_records_when_file_is_no_database_are_refused(tmp_path):
    (tmp_path / FILE).write_bytes(b"not a database at all" * 100)

    with pytest.raises(StoreError, match="cannot be read or written"):
        open_records(tmp_path)


def test_records_when_folder_is_a_file_are_refused(tmp_path):
    (tmp_path / "data").write_text("")

    with pytest.raises(StoreError, match="cannot be opened"):
        open_records(tmp_path / "data")


def test_records_once_closed_say_so(place):
    records = opened(place)
    records.close()
    records.close()

    with pytest.raises(StoreError, match="closed"):
        records.alerts.rules()


def test_records_opened_twice_see_each_other(place):
    deck, command = opened(place), opened(place)

    command.alerts.put_rule(RULE)
    seen = deck.alerts.rules()
    deck.close()
    command.close()

    assert seen == [RULE]


def test_records_written_by_several_threads_and_openings_lose_nothing(place):
    openings = [opened(place) for _ in range(2)]

    def work(first: int) -> None:
        for number in range(first, first + 25):
            openings[first % 2].alerts.add_fired(alert(number), ["slack"])

    threads = [threading.Thread(target=work, args=(n,)) for n in (0, 101, 200, 301)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = openings[0].alerts.due(10**9, limit=1000)
    for records in openings:
        records.close()

    assert len(found) == 100


def test_alerts_beyond_the_most_kept_are_forgotten_oldest_first(place, monkeypatch):
    monkeypatch.setattr(sql_alerts, "MOST_ALERTS", 3)
    records = opened(place)
    for number in (5, 1, 4, 2, 3):
        records.alerts.add_fired(alert(number), [])

    kept = [each.id for each in records.alerts.fired(limit=9)]
    records.close()

    assert kept == ["a5", "a4", "a3"]


def test_runs_beyond_the_most_kept_are_forgotten_oldest_first(place, monkeypatch):
    monkeypatch.setattr(sql_runs, "MOST_RUNS", 2)
    run = Run("1", "sweep", "", 1, "live", b"", b"")
    records = opened(place)
    for number in (3, 1, 2):
        records.runs.put_run(structs.replace(run, id=str(number), created_ns=number), b"")

    kept = [each.id for each in records.runs.runs()]
    records.close()

    assert kept == ["3", "2"]


def test_writing_that_fails_midway_leaves_nothing_behind(place):
    records = opened(place)

    with pytest.raises(StoreError, match=r"(?i)unique"):
        records.alerts.add_fired(alert(1), ["slack", "slack"])
    left = records.alerts.fired(limit=9)
    records.close()

    assert left == []
