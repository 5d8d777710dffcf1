"""Two data folders with one run ledger, from the command line: each is backed up."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Run

FOLDERS = ("two", "three")


@pytest.fixture
def folders(run: Run, server: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Have the backup due every second in two folders that have been seen a minute ago."""
    import psycopg

    for name in ("compact", "detect", "retention"):
        monkeypatch.setenv(f"QUANTDECK_SCHEDULE__{name.upper()}__ENABLED", "false")
    monkeypatch.setenv("QUANTDECK_SCHEDULE__BACKUP__WHEN", "every 1 s")
    for name in FOLDERS:
        Path(name).mkdir()
        with closing(sqlite3.connect(Path(name, "collected.sqlite"))) as made, made:
            made.execute(f"CREATE TABLE of_{name} (number INTEGER)")
        assert run("schedule", "list", "--data-dir", name).code == 0
    with psycopg.connect(server) as connection:
        connection.execute(
            "UPDATE quantdeck.due_runs SET due_ns = due_ns - 60000000000 WHERE job LIKE 'backup%'"
        )
    return run


def test_backup_is_made_of_each_folder_that_shares_a_ledger(folders: Run) -> None:
    ran = [json.loads(folders("run-due", "--json", "--data-dir", name).out) for name in FOLDERS]

    for name, runs in zip(FOLDERS, ran, strict=True):
        assert {(each["job"], each["state"]) for each in runs} == {("backup", "done")}
        (copy, *_) = Path(name, "backups").iterdir()
        with closing(sqlite3.connect(copy / "collected.sqlite")) as read:
            tables = read.execute("SELECT name FROM sqlite_master").fetchall()
        assert tables == [(f"of_{name}",)]
    names = [Path(name, "folder.name").read_text().strip() for name in FOLDERS]
    assert [runs[0]["folder"] for runs in ran] == names


def test_list_tells_this_folder_and_the_others_by_name(folders: Run) -> None:
    folders("schedule", "run", "backup", "--data-dir", "three")
    two, three = (Path(name, "folder.name").read_text().strip() for name in FOLDERS)

    told = folders("schedule", "list", "--data-dir", "two").out
    job = json.loads(folders("schedule", "list", "--json", "--data-dir", "two").out)[3]

    lines = [line.split("  ") for line in told.splitlines() if line.startswith("backup")]
    assert [line[0] for line in lines] == [f"backup of {two}", f"backup of {three}"]
    assert (job["name"], job["folder"], job["last"]) == ("backup", two, None)
    assert [(run["folder"], run["state"]) for run in job["elsewhere"]] == [(three, "done")]


def test_job_that_is_switched_off_is_off_in_every_folder(folders: Run) -> None:
    folders("schedule", "off", "backup", "--data-dir", "two")

    jobs = json.loads(folders("schedule", "list", "--json", "--data-dir", "three").out)

    assert [job["is_on"] for job in jobs if job["name"] == "backup"] == [False]
