from __future__ import annotations

import pytest

from quantdeck.model.errors import Conflict
from quantdeck.ports.due import StepRecord
from tests.records.places import opened

NS = 1_000_000_000


@pytest.fixture
def due(place):
    records = opened(place)
    yield records.due
    records.close()


def claimed(due, *, holder="one", now_s=0.0, lease_s=10.0, due_ns=5):
    return due.claim("daily", due_ns, holder=holder, now_ns=int(now_s * NS), lease_s=lease_s)


def test_due_time_is_taken_once(due) -> None:
    assert claimed(due).fence == 1
    assert claimed(due, holder="two", now_s=9.9) is None


def test_due_time_whose_holder_is_silent_is_taken_from_it(due) -> None:
    first = claimed(due)

    second = claimed(due, holder="two", now_s=10.0)

    assert (second.fence, second.attempts, second.holder) == (2, 2, "two")
    with pytest.raises(Conflict, match="held by another"):
        due.finish(first, "done", now_ns=11 * NS)
    with pytest.raises(Conflict):
        due.renew(first, now_ns=11 * NS, lease_s=10.0)
    assert due.runs()[0].state == "running"


def test_holder_that_renews_keeps_it(due) -> None:
    held = due.renew(claimed(due), now_ns=9 * NS, lease_s=10.0)

    assert claimed(due, holder="two", now_s=18.9) is None
    assert due.finish(held, "done", now_ns=20 * NS, said="ok").ended_ns == 20 * NS


def test_due_time_that_is_done_is_never_run_again(due) -> None:
    due.finish(claimed(due), "done", now_ns=1)

    assert claimed(due, now_s=1_000.0) is None
    with pytest.raises(Conflict, match="ended already"):
        due.finish(due.runs()[0], "failed", now_ns=2)


def test_due_time_that_failed_is_tried_again_so_often(due) -> None:
    for attempt in (1, 2, 3):
        run = claimed(due, now_s=attempt)
        assert run.attempts == attempt
        due.finish(run, "failed", now_ns=attempt, said="no")

    assert claimed(due, now_s=99.0) is None


def test_due_time_that_is_skipped_is_known(due) -> None:
    assert due.skip("daily", 5, now_ns=7, said="too late")
    assert not due.skip("daily", 5, now_ns=7, said="too late")
    assert claimed(due) is None
    assert due.last_due("daily") == 5
    assert due.last_due("other") is None


def test_runs_are_listed_newest_first(due) -> None:
    claimed(due, due_ns=1)
    claimed(due, due_ns=2)
    due.claim("other", 3, holder="x", now_ns=0, lease_s=1.0)

    assert [run.due_ns for run in due.runs()] == [3, 2, 1]
    assert [run.due_ns for run in due.runs(job="daily", limit=1)] == [2]


def test_runs_of_folders_are_those_of_the_job_in_each_of_them(due) -> None:
    for at, job in enumerate(
        ("backup", "backup@a", "backup@z-1", "backups@a", "compact@a", "backup-other"), start=1
    ):
        due.claim(job, at, holder="x", now_ns=0, lease_s=1.0)

    found = due.folder_runs("backup")

    assert [(run.job, run.name, run.folder) for run in found] == [
        ("backup@z-1", "backup", "z-1"),
        ("backup@a", "backup", "a"),
    ]
    assert due.folder_runs("backup", limit=1) == found[:1]
    assert due.runs(job="backup")[0].folder == ""


def test_due_time_is_taken_once_in_each_folder(due) -> None:
    taken = [
        due.claim(job, 5, holder="x", now_ns=0, lease_s=10.0, alone=True)
        for job in ("backup@a", "backup@b", "backup@a")
    ]

    assert [run is not None for run in taken] == [True, True, False]
    with pytest.raises(Conflict, match=r"^backup has ended already"):
        due.finish(due.finish(taken[0], "done", now_ns=1), "done", now_ns=2)


def test_step_that_was_done_with_the_same_inputs_is_found_in_any_run(due) -> None:
    def step(run_id, state, ended_ns, inputs="h"):
        return StepRecord(
            run_id=run_id,
            step="collect",
            inputs_hash=inputs,
            state=state,
            began_ns=0,
            ended_ns=ended_ns,
        )

    due.put_step(step("r1", "running", None))
    due.put_step(step("r1", "done", 5))
    due.put_step(step("r2", "failed", 9))

    assert due.done_step("collect", "h").run_id == "r1"
    assert due.done_step("collect", "other") is None
    assert [each.state for each in due.steps("r1")] == ["done"]


def test_job_is_on_until_it_is_switched_off_for_everybody(due, place) -> None:
    other = opened(place)

    due.switch("daily", on=False)
    due.switch("daily", on=False)
    off = other.due.is_on("daily")
    other.due.switch("daily", on=True)

    assert (off, due.is_on("daily"), due.is_on("backup")) == (False, True, True)
    other.close()
