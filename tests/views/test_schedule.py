from __future__ import annotations

from quantdeck.ports.due import DueRun
from quantdeck.views.payloads import PanelState
from quantdeck.views.schedule import (
    ScheduledJob,
    run_state,
    schedule_payload,
    schedule_runs_payload,
)

NS = 1_000_000_000
NOW = 1_795_800_000 * NS
LIVE = PanelState("live", 0.0, "quantdeck")


def run_of(**changes) -> DueRun:
    given = {
        "job": "backup",
        "due_ns": NOW - 600 * NS,
        "state": "done",
        "holder": "here:1",
        "fence": 1,
        "lease_ns": NOW - 500 * NS,
        "attempts": 1,
        "began_ns": NOW - 590 * NS,
        "ended_ns": NOW - 580 * NS,
        "said": "all is well",
    }
    return DueRun(**(given | changes))


def job_of(**changes) -> ScheduledJob:
    given = {
        "name": "backup",
        "title": "Copy",
        "when": "every 1 h",
        "state": "waiting",
        "is_on": True,
        "misfire": "latest",
        "grace_s": 60.0,
        "next_ns": NOW + 3_700 * NS,
    }
    return ScheduledJob(**(given | changes))


def row_of(job: ScheduledJob) -> dict:
    return schedule_payload([job], LIVE, is_running=True, now_ns=NOW).rows[0]


def test_state_of_a_due_time_says_what_became_of_it() -> None:
    ways = {
        "done": run_of(),
        "failed": run_of(state="failed"),
        "running": run_of(state="running", lease_ns=NOW + NS, ended_ns=None),
        "lost": run_of(state="running", ended_ns=None),
        "missed": run_of(state="skipped", holder="", attempts=0),
        "cancelled": run_of(state="skipped"),
    }

    assert {word: run_state(run, now_ns=NOW) for word, run in ways.items()} == {
        word: word for word in ways
    }


def test_job_says_when_it_is_due_next_by_the_clock_of_the_exchange() -> None:
    row = row_of(job_of(last=run_of()))

    assert (row["exchange"], row["left"]) == ("Fri 27 Nov 13:21 New York", 3_660.0)
    assert (row["last"], row["took"], row["said"]) == ("done", 10.0, "all is well")


def test_last_minute_is_told_in_seconds() -> None:
    assert row_of(job_of(next_ns=NOW + 59 * NS))["left"] == 59.0


def test_buttons_are_offered_where_they_do_something() -> None:
    rows = [row_of(job_of(state=state, is_on=state != "off")) for state in ("running", "off")]

    assert [(row["may_run"], row["may_on"], row["may_off"]) for row in rows] == [
        (None, None, "backup"),
        ("backup", "backup", None),
    ]


def test_job_that_is_off_and_never_ran_has_no_times() -> None:
    row = row_of(job_of(state="off", is_on=False, next_ns=None))

    assert (row["next"], row["exchange"], row["left"], row["last"]) == (
        None,
        "",
        None,
        "never run",
    )


def test_stopped_schedule_says_how_it_is_started() -> None:
    payload = schedule_payload([job_of()], LIVE, is_running=False, now_ns=NOW)

    assert (payload.state.word, payload.state.detail) == (
        "partial",
        "The schedule is stopped in this deck: press Start",
    )


def test_lost_run_took_as_long_as_it_was_heard_of_and_a_missed_one_nothing() -> None:
    runs = [run_of(state="running", ended_ns=None), run_of(state="skipped", holder="", attempts=0)]

    rows = schedule_runs_payload(runs, LIVE, now_ns=NOW).rows

    assert [(row["state"], row["took"], row["late"]) for row in rows] == [
        ("lost", 90.0, 10.0),
        ("missed", None, None),
    ]


def test_nothing_to_show_says_so() -> None:
    assert schedule_payload([], LIVE, is_running=True, now_ns=NOW).state.word == "empty"
    assert schedule_runs_payload([], LIVE, now_ns=NOW).state.word == "empty"


def test_job_of_one_of_several_folders_is_shown_with_it_and_asked_for_by_name() -> None:
    row = row_of(job_of(folder="two-1f0c9a7e"))
    (run,) = schedule_runs_payload([run_of(job="backup@two-1f0c9a7e")], LIVE, now_ns=NOW).rows

    assert (row["id"], row["job"], row["may_run"]) == (
        "backup",
        "backup of two-1f0c9a7e",
        "backup",
    )
    assert run["job"] == "backup of two-1f0c9a7e"
