"""The schedule over HTTP."""

from __future__ import annotations

from dataclasses import replace


def test_schedule_tells_jobs_and_when_they_are_due(ask) -> None:
    found = ask("GET", "/api/v1/scheduler").json()

    assert found["is_running"] is True
    verify, collect = found["jobs"]
    assert (verify["name"], verify["state"], verify["next"]) == (
        "verify",
        "waiting",
        "2024-08-08T01:00:00.000000000Z",
    )
    assert (collect["is_on"], collect["next"], collect["last"]) == (False, None, None)


def test_schedule_is_stopped_and_started(ask) -> None:
    stopped = ask("POST", "/api/v1/scheduler/stop").json()
    started = ask("POST", "/api/v1/scheduler/start").json()

    assert (stopped["is_running"], stopped["jobs"][0]["state"]) == (False, "stopped")
    assert started["is_running"] is True


def test_job_is_switched_on_and_off(ask) -> None:
    on = ask("POST", "/api/v1/scheduler/jobs/collect/on").json()
    off = ask("POST", "/api/v1/scheduler/jobs/collect/off").json()

    assert (on["jobs"][1]["is_on"], on["jobs"][1]["next"]) == (
        True,
        "2024-08-08T20:20:00.000000000Z",
    )
    assert (off["jobs"][1]["state"], off["message"]) == (
        "off",
        "collect is no longer run by the clock.",
    )


def test_job_is_run_now(ask, deck) -> None:
    deck.clock.ns += 1_000_000_000

    begun = ask("POST", "/api/v1/scheduler/jobs/verify/run").json()

    assert (begun["run"]["state"], begun["message"]) == ("running", "verify is being run.")
    found = ask("GET", "/api/v1/scheduler/runs").json()["runs"]
    assert [run["job"] for run in found] == ["verify"]


def test_runs_of_several_folders_have_the_name_of_the_job_and_that_of_their_folder(
    ask, deck
) -> None:
    scheduler = deck.schedule._scheduler
    scheduler.plans = tuple(replace(plan, folder="two-1f") for plan in scheduler.plans)
    now_ns = deck.clock.now_ns()
    for folder in ("two-1f", "three-2e"):
        deck.due.claim(f"verify@{folder}", now_ns, holder="x", now_ns=now_ns, lease_s=90.0)

    runs = ask("GET", "/api/v1/scheduler/runs").json()["runs"]
    verify = ask("GET", "/api/v1/scheduler").json()["jobs"][0]

    assert [(run["job"], run["folder"]) for run in runs] == [
        ("verify", "three-2e"),
        ("verify", "two-1f"),
    ]
    assert (verify["name"], verify["folder"]) == ("verify", "two-1f")
    assert verify["last"]["folder"] == "two-1f"


def test_job_that_is_none_is_refused(ask) -> None:
    reply = ask("POST", "/api/v1/scheduler/jobs/dayly/run")

    assert reply.status_code == 422
    assert "there are verify, collect" in reply.text
