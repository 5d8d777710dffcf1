"""The schedule: jobs, when they are due next, and what came of their due times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from quantdeck.views.figures import ms_of
from quantdeck.views.payloads import PanelState, RowsPayload
from quantdeck.views.state import empty_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.analytics.misfires import Misfire
    from quantdeck.ports.due import DueRun
    from quantdeck.views.payloads import Row

_NEW_YORK = ZoneInfo("America/New_York")
_NS = 1_000_000_000
JobState = Literal["running", "waiting", "off", "stopped"]
RunState = Literal["running", "done", "failed", "missed", "cancelled", "lost"]
_TONES = {
    "running": "loading",
    "waiting": "live",
    "off": "empty",
    "stopped": "stale",
    "done": "live",
    "failed": "error",
    "lost": "error",
    "missed": "stale",
    "cancelled": "empty",
}
_MISFIRES = {
    "latest": "the newest is made up for",
    "all": "each is made up for",
    "skip": "none is made up for",
}
_STOPPED = "The schedule is stopped in this deck: press Start"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledJob:
    """A job of the schedule as it stands.

    Parameters
    ----------
    name : str
        Of the job.
    title : str
        What it does.
    when : str
        Its due times, as they were written.
    state : str
        ``running``, ``waiting``, ``off`` or ``stopped`` (on, while the schedule of this deck is not).
    is_on : bool
        Whether it is run by the clock.
    misfire : str
        What is made of due times that were missed: ``latest``, ``all`` or ``skip``.
    grace_s : float
        Later than that it is not begun. [s]
    next_ns : int or None
        When it is due next, UTC. [ns]
    last : DueRun or None
        The newest due time that was taken or missed.
    folder : str
        Name of the data folder that it sees to, where several are known to have it; else empty.
    elsewhere : tuple of DueRun
        The newest due time of each of the others.
    """

    name: str
    title: str
    when: str
    state: JobState
    is_on: bool
    misfire: Misfire
    grace_s: float
    next_ns: int | None = None
    last: DueRun | None = None
    folder: str = ""
    elsewhere: tuple[DueRun, ...] = ()


def job_text(name: str, folder: str) -> str:
    """Return what people call a job.

    Parameters
    ----------
    name : str
        Of the job.
    folder : str
        Of the data folder that it sees to; empty where it need not be told.

    Examples
    --------
    >>> job_text("backup", "two-1f0c9a7e"), job_text("daily", "")
    ('backup of two-1f0c9a7e', 'daily')
    """
    return f"{name} of {folder}" if folder else name


def run_state(run: DueRun, *, now_ns: int) -> RunState:
    """Return the state of a due time in a word.

    Parameters
    ----------
    run : DueRun
        The due time.
    now_ns : int
        The time, UTC. [ns]

    Returns
    -------
    str
        ``running``, ``done``, ``failed``, ``missed``, ``cancelled``, or ``lost`` where whoever ran it
        has not been heard of for the time of its lease.
    """
    if run.state == "running":
        return "running" if now_ns < run.lease_ns else "lost"
    if run.state == "skipped":
        return "cancelled" if run.holder else "missed"
    return run.state


def exchange_text(at_ns: int) -> str:
    """Return a moment by the clock of the exchange.

    Parameters
    ----------
    at_ns : int
        UTC. [ns]

    Examples
    --------
    >>> exchange_text(1_795_803_600_000_000_000)
    'Fri 27 Nov 13:20 New York'
    """
    local = datetime.fromtimestamp(at_ns // _NS, UTC).astimezone(_NEW_YORK)
    return f"{local:%a} {local.day} {local:%b %H:%M} New York"


def schedule_payload(
    jobs: Sequence[ScheduledJob], state: PanelState, *, is_running: bool, now_ns: int
) -> RowsPayload:
    """Return the jobs as rows.

    Parameters
    ----------
    jobs : sequence of ScheduledJob
        In the order of the rows.
    state : PanelState
        Of the panel.
    is_running : bool
        Whether the schedule of this deck goes.
    now_ns : int
        The time, UTC. [ns]
    """
    if not jobs:
        return RowsPayload(empty_state(state, "This deck runs nothing by the clock"), [])
    if not is_running:
        state = PanelState("partial", state.age_s, state.source, _STOPPED)
    return RowsPayload(state, [_job_row(job, now_ns) for job in jobs])


def schedule_runs_payload(runs: Sequence[DueRun], state: PanelState, *, now_ns: int) -> RowsPayload:
    """Return due times as rows.

    Parameters
    ----------
    runs : sequence of DueRun
        Newest first.
    state : PanelState
        Of the panel.
    now_ns : int
        The time, UTC. [ns]
    """
    if not runs:
        return RowsPayload(empty_state(state, "Nothing was due yet; Run now runs a job"), [])
    return RowsPayload(state, [_run_row(run, now_ns) for run in runs])


def _job_row(job: ScheduledJob, now_ns: int) -> Row:
    last = job.last
    left_ns = None if job.next_ns is None else max(0, job.next_ns - now_ns)
    return {
        "id": job.name,
        "job": job_text(job.name, job.folder),
        "title": job.title,
        "when": job.when,
        "state": job.state,
        "tone": _TONES.get(job.state, ""),
        "next": ms_of(job.next_ns),
        "exchange": "" if job.next_ns is None else exchange_text(job.next_ns),
        # In whole minutes until the last one: a table that changes every second draws the eye.
        "left": None if left_ns is None else _calm_s(left_ns),
        "last": "never run" if last is None else run_state(last, now_ns=now_ns),
        "ran": None if last is None else ms_of(last.began_ns),
        "took": None if last is None else _took_s(last, now_ns),
        "said": "" if last is None else last.said,
        "missed": _MISFIRES[job.misfire],
        # A button is offered where it does something.
        "may_run": None if job.state == "running" else job.name,
        "may_on": None if job.is_on else job.name,
        "may_off": job.name if job.is_on else None,
    }


def _run_row(run: DueRun, now_ns: int) -> Row:
    state = run_state(run, now_ns=now_ns)
    return {
        "id": f"{run.job} {run.due_ns}",
        "job": job_text(run.name, run.folder),
        "due": ms_of(run.due_ns),
        "state": state,
        "tone": _TONES.get(state, ""),
        "late": max(0.0, float((run.began_ns - run.due_ns) // _NS)) if run.attempts else None,
        "took": _took_s(run, now_ns),
        "attempts": run.attempts or None,
        "holder": run.holder,
        "said": run.said,
    }


def _took_s(run: DueRun, now_ns: int) -> float | None:
    if not run.attempts:
        return None
    ended_ns = min(now_ns, run.lease_ns) if run.ended_ns is None else run.ended_ns
    return float(max(0, ended_ns - run.began_ns) // _NS)


def _calm_s(left_ns: int) -> float:
    seconds = left_ns // _NS
    return float(seconds if seconds < 60 else seconds // 60 * 60)
