"""Two schedulers on one folder, one of them killed: each due time is done once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tests.records.places import opened

_ROOT = Path(__file__).parents[2]
_DUES = 5
_WORKER = f"""
import asyncio, sys
from contextlib import nullcontext
from quantdeck.analytics.due_times import parse_when
from quantdeck.analytics.sessions import Sessions
from quantdeck.hub.scheduler import Scheduler
from quantdeck.net.clock import SystemClock
from quantdeck.ports.jobs import JobQuestion
from quantdeck.ports.scheduled import SchedulePlan
from tests.records.places import opened

class Work:
    async def run(self, due, tell):
        print("began", due.due_ns, due.fence, flush=True)
        await asyncio.sleep(600.0 if sys.argv[2] == "one" else 0.05)
        return "done by " + sys.argv[2]

class Quiet:
    def line(self, text, *, tone="plain"): ...
    def progress(self, done, of): ...

async def main():
    due = opened(sys.argv[1]).due
    plan = SchedulePlan(
        name="job", title="", when=parse_when("every 1 s"), question=JobQuestion(kind="job"),
        misfire="all", lease_s=1.0, retry_s=0.1, grace_s=600.0,
    )
    scheduler = Scheduler(
        [plan], {{"job": Work()}}, due, clock=SystemClock(), holder=sys.argv[2],
        sessions=lambda: None, fence=lambda name: nullcontext(), say=lambda name, text: None,
        teller=lambda name: Quiet(),
    )
    print("ready", flush=True)
    while sum(run.state == "done" for run in due.runs(limit=1000)) < {_DUES}:
        await scheduler.run_due()
        await asyncio.sleep(0.02)

asyncio.run(main())
"""


def _worker(place: str, holder: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _WORKER, place, holder]
    environment = {"PYTHONPATH": os.pathsep.join((str(_ROOT), *sys.path))}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


def test_two_schedulers_of_which_one_is_killed_do_each_due_time_once(place) -> None:
    one = _worker(place, "one")
    assert one.stdout is not None
    began = [one.stdout.readline(), one.stdout.readline()][1:]
    two = _worker(place, "two")
    assert two.stdout is not None
    with one, two:
        two.stdout.readline()
        # In the middle of a piece of work, while the other waits for its turn.
        one.kill()
        began += [*one.stdout.readlines(), *two.stdout.readlines()]

    records = opened(place)
    rows = [row for row in records.due.runs(limit=1000) if row.state != "skipped"]
    records.close()
    dues = sorted(row.due_ns for row in rows)
    assert two.returncode == 0
    assert {row.state for row in rows} == {"done"}
    assert dues == list(range(dues[0], dues[-1] + 1, 1_000_000_000))
    # What was begun is what the ledger says, and one was begun by both of them.
    starts = Counter(int(line.split()[1]) for line in began)
    assert dict(starts) == {row.due_ns: row.attempts for row in rows}
    assert sum(starts.values()) == len(rows) + 1
