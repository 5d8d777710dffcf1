"""The schedule on the command line: its jobs as a table, and both as JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from quantdeck.views.schedule import exchange_text, job_text, run_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.ports.due import DueRun
    from quantdeck.views.schedule import ScheduledJob

_WIDE = 200
_STYLES = {
    "failed": "red", "lost": "red", "missed": "yellow", "done": "green", "off": "dim", "running": "cyan",
}  # fmt: skip


def show_jobs(jobs: Sequence[ScheduledJob], *, now_ns: int, as_json: bool) -> None:
    """Print every job, when it is due next and what came of its last run.

    Parameters
    ----------
    jobs : sequence of ScheduledJob
        In order.
    now_ns : int
        UTC. [ns]
    as_json : bool
        As a list of objects.
    """
    if as_json:
        _print_json([_job_body(job) for job in jobs])
        return
    console = Console(soft_wrap=True, highlight=False)
    if not console.is_terminal:
        console.width = _WIDE
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("job", "state", "due", "next", "last run", "what came of it"):
        table.add_column(title, no_wrap=title != "what came of it", overflow="fold")
    for job in jobs:
        state = "on" if job.state in ("stopped", "waiting") else job.state
        table.add_row(
            job_text(job.name, job.folder),
            Text(state, _STYLES.get(state, "")),
            job.when,
            "" if job.next_ns is None else exchange_text(job.next_ns),
            *_came_of(job.last, now_ns),
        )
        for run in job.elsewhere:
            table.add_row(job_text(run.name, run.folder), "", "", "", *_came_of(run, now_ns))
    console.print(table)


def print_runs(runs: Sequence[DueRun]) -> None:
    """Print due times as a list of JSON objects."""
    _print_json([_run_body(run) for run in runs])


def nothing_text(jobs: Sequence[ScheduledJob]) -> str:
    """Return that nothing is due, and what is next.

    Parameters
    ----------
    jobs : sequence of ScheduledJob
        All of them.
    """
    coming = min(((job.next_ns, job.name) for job in jobs if job.next_ns is not None), default=None)
    if coming is None:
        return "nothing is due, and no job is on; quantdeck schedule on NAME switches one on"
    return f"nothing is due; the next is {coming[1]}, {exchange_text(coming[0])}"


def _came_of(run: DueRun | None, now_ns: int) -> tuple[Text, Text]:
    word = "never run" if run is None else run_state(run, now_ns=now_ns)
    return Text(word, _STYLES.get(word, "")), Text("" if run is None else run.said)


def _job_body(job: ScheduledJob) -> dict[str, Any]:
    return {
        "name": job.name,
        "title": job.title,
        "when": job.when,
        "is_on": job.is_on,
        "misfire": job.misfire,
        "next": _iso(job.next_ns),
        "last": None if job.last is None else _run_body(job.last),
        "folder": job.folder,
        "elsewhere": [_run_body(run) for run in job.elsewhere],
    }


def _run_body(run: DueRun) -> dict[str, Any]:
    return {
        "job": run.name,
        "folder": run.folder,
        "due": _iso(run.due_ns),
        "state": run.state,
        "began": _iso(run.began_ns),
        "ended": _iso(run.ended_ns),
        "attempts": run.attempts,
        "holder": run.holder,
        "said": run.said,
    }


def _iso(at_ns: int | None) -> str | None:
    if at_ns is None:
        return None
    return f"{datetime.fromtimestamp(at_ns / 1e9, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _print_json(found: Any) -> None:
    print(json.dumps(found, indent=2))  # noqa: T201
