"""The schedule and the upkeep of a data folder from the command line."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from quantdeck.records.open import open_records

if TYPE_CHECKING:
    from tests.cli.conftest import Run

NS = 1_000_000_000


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the backup due every second, and everything else off."""
    for name in ("compact", "detect", "retention"):
        monkeypatch.setenv(f"QUANTDECK_SCHEDULE__{name.upper()}__ENABLED", "false")
    monkeypatch.setenv("QUANTDECK_SCHEDULE__BACKUP__WHEN", "every 1 s")


def test_list_shows_every_job_and_when_it_is_due(run: Run) -> None:
    ended = run("schedule", "list", "--json")

    jobs = {job["name"]: job for job in json.loads(ended.out)}
    assert list(jobs) == ["daily", "verify", "detect", "backup", "compact", "retention"]
    assert (jobs["daily"]["is_on"], jobs["daily"]["next"]) == (False, None)
    assert jobs["backup"]["next"].endswith("T03:30:00Z")
    assert "never run" in run("schedule", "list").out


def test_job_that_is_switched_on_stays_on(run: Run) -> None:
    run("schedule", "on", "daily")

    job = json.loads(run("schedule", "list", "--json").out)[0]
    assert job["is_on"] is True
    assert job["next"] is not None


def test_run_due_runs_what_is_due_and_nothing_twice(run: Run, quick: None) -> None:
    first = run("run-due")
    records = open_records(Path("data"))
    # As if the first call had been a minute ago.
    (row,) = records.due.runs(job="backup")
    records.close()
    with closing(sqlite3.connect("data/records.sqlite")) as connection, connection:
        before = row.due_ns - 60 * NS
        connection.execute("UPDATE due_runs SET due_ns = ? WHERE job = 'backup'", (before,))

    ended = run("run-due", "--json")

    assert (first.code, "nothing is due; the next is backup" in first.out) == (0, True)
    runs = json.loads(ended.out)
    assert [(each["job"], each["state"]) for each in runs] == [("backup", "done")] * len(runs)
    assert len({each["due"] for each in runs}) == len(runs) >= 1


def test_job_that_fails_ends_with_three(run: Run) -> None:
    Path("data/backups").parent.mkdir(parents=True)
    # Where the copies would go stands a file.
    Path("data/backups").write_text("")

    ended = run("schedule", "run", "backup")

    assert ended.code == 3
    assert "backup: failed: cannot write to" in ended.err


def test_unknown_job_and_wrong_times_are_refused(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("schedule", "on", "dayly").refused(2, "dayly", "daily, verify")
    monkeypatch.setenv("QUANTDECK_SCHEDULE__DAILY__WHEN", "after lunch")

    run("schedule", "list").refused(2, "schedule.daily.when", "after lunch", "close + 20 min")


def test_backup_copies_what_there_is_and_lists_it(run: Run) -> None:
    run("schedule", "list")

    made = json.loads(run("backup", "--json").out)

    assert made["files"] == ["records.sqlite"]
    assert made["name"] in run("backup", "--list").out
    assert Path("data/backups", made["name"], "records.sqlite").stat().st_mode & 0o777 == 0o600


def test_backup_of_an_empty_folder_is_refused(run: Run) -> None:
    run("backup").refused(4, "nothing to back up")
    run("backup", "--list").refused(4, "quantdeck backup makes one")


def test_retention_removes_only_by_rule_and_only_when_told_to(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = Path("data/raw")
    raw.mkdir(parents=True)
    old, young = raw / "binance-1.gz", raw / "binance-2.gz"
    for file in (old, young):
        file.write_bytes(b"frames")
    os.utime(old, (1_000_000_000, 1_000_000_000))
    without = run("retention", "--apply")
    monkeypatch.setenv("QUANTDECK_SCHEDULE__RAW_DAYS", "30")

    told = run("retention")
    assert old.exists()
    ended = json.loads(run("retention", "--apply", "--json").out)

    assert "no rule is set" in without.out
    assert "1 file of frames as received" in told.out
    assert "would go; --apply" in told.out
    assert (ended["removed"], ended["raw_files"]) == (True, 1)
    assert (old.exists(), young.exists()) == (False, True)


def test_compact_of_a_folder_without_a_tape_has_nothing_to_do(run: Run) -> None:
    assert json.loads(run("compact", "--json").out)["files"] == 0
