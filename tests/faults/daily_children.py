"""A process for the crash test of the daily run: begins it again and again, and kills it in every step."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import lightgbm  # noqa: F401
import pyarrow.parquet  # noqa: F401
from msgspec import structs

from quantdeck.analytics.sessions import us_sessions
from quantdeck.app.daily_steps import daily_of
from quantdeck.jobs.daily import Daily
from quantdeck.jobs.daily_steps import DailyQuestion
from quantdeck.net.clock import SystemClock
from quantdeck.records.open import open_records
from tests.faults.daily_rig import SYMBOLS, Said, place_of, settings_of

if TYPE_CHECKING:
    from quantdeck.jobs.daily_steps import Step, StepContext, StepDone

AT_THE_BEGINNING = frozenset({"preflight", "collect", "features", "playbook"})
"""Steps that are killed as they begin; the others once all is done but the note of it."""


def main() -> None:
    """Kill a run in each step that is named, then let one run to its end; print what became of all."""
    # What takes a second is done once, and copied.
    us_sessions()
    folder, rest_url, names = Path(sys.argv[1]), sys.argv[2], sys.argv[3].split(",")
    ends = [_killed(folder, rest_url, name) for name in names]
    ends.append(_waited(_child(folder, rest_url, None, -1)))
    print(json.dumps(ends), flush=True)


def _killed(folder: Path, rest_url: str, step: str) -> int:
    heard, told = os.pipe()
    pid = _child(folder, rest_url, step, told)
    os.close(told)
    os.read(heard, 1)
    os.close(heard)
    os.kill(pid, signal.SIGKILL)
    return _waited(pid)


# Nothing that has threads has run before, so that a copy of this process is whole.
def _child(folder: Path, rest_url: str, step: str | None, told: int) -> int:
    pid = os.fork()
    if pid == 0:
        _run(folder, rest_url, step, told)
    return pid


def _run(folder: Path, rest_url: str, target: str | None, told: int) -> NoReturn:
    settings, data = settings_of(folder, rest_url), folder / "data"
    # To ask a vendor again and again shows nothing new.
    has_preflight = target == "preflight"
    daily = structs.replace(settings.daily, preflight=has_preflight)
    records = open_records(data)
    place = place_of(structs.replace(settings, daily=daily), records, data)
    steps = [_stuck(step, told) if step.name == target else step for step in daily_of(place).steps]
    made = Daily(steps, records.due, clock=SystemClock())
    report = asyncio.run(made.run(DailyQuestion(symbols=SYMBOLS), Said()))
    os._exit(0 if report.error is None else 1)


def _stuck(step: Step, told: int) -> Step:
    async def work(at: StepContext) -> StepDone:
        if step.name in AT_THE_BEGINNING:
            os.write(told, b"x")
        await step.work(at)
        os.write(told, b"x")
        await asyncio.Event().wait()
        raise AssertionError

    return replace(step, work=work)


def _waited(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


if __name__ == "__main__":
    main()
