"""Starts jobs, one of a kind at a time, and keeps what they say and what came of them."""

from __future__ import annotations

import asyncio
import re
from collections import Counter, deque
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

import msgspec

from quantdeck.hub.memory_runs import MemoryRuns
from quantdeck.model.errors import BadInput, Conflict, NoData, QuantdeckError
from quantdeck.ports.jobs import JobQuestion, JobReport
from quantdeck.ports.records import Run
from quantdeck.views.jobs import JobLine, JobNow

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from quantdeck.hub.supervise import Supervisor
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.jobs import Job
    from quantdeck.ports.records import RunStore

MOST_LINES = 400
"""Lines of the log in memory, of all jobs together."""
MOST_KEPT = 20
"""Ended runs of each kind that are listed."""


@dataclass
class _Running:
    now: JobNow
    task: asyncio.Task[None] | None = None


class JobDesk:
    """Owned by the deck; every method runs on its event loop.

    Parameters
    ----------
    jobs : mapping of str to Job
        By kind.
    store : RunStore or None
        Keeps what came of them; None to keep it as long as the process lives.
    clock : Clock
        Where the time comes from.
    supervisor : Supervisor
        Keeps a fault of one job from everything else.
    mode : str
        Of the deck: whether the vendors are simulated.

    Attributes
    ----------
    revision : int
        Changes with everything that a screen shows of jobs.
    ended : int
        Runs that have ended since the start.
    """

    def __init__(
        self,
        jobs: Mapping[str, Job],
        store: RunStore | None,
        *,
        clock: Clock,
        supervisor: Supervisor,
        mode: str,
    ) -> None:
        self._jobs = dict(jobs)
        self._store: RunStore = store or MemoryRuns()
        self._clock = clock
        self._supervisor = supervisor
        self._mode = mode
        self._running: dict[str, _Running] = {}
        self._ended: list[JobNow] = []
        self._lines: deque[JobLine] = deque(maxlen=MOST_LINES)
        self._loading = asyncio.Lock()
        self._is_loaded = False
        self._count = 0
        self.revision = 0
        self.ended = 0
        self._ended_kinds: Counter[str] = Counter()

    @property
    def kinds(self) -> tuple[str, ...]:
        """What can be started."""
        return tuple(self._jobs)

    @property
    def is_loaded(self) -> bool:
        """Whether the runs of before are known."""
        return self._is_loaded

    async def load(self) -> None:
        """Take up what was kept before; does it once.

        Raises
        ------
        StoreError
            If the records cannot be read.
        """
        async with self._loading:
            if self._is_loaded:
                return
            for kind in self._jobs:
                for run in await asyncio.to_thread(self._store.runs, kind=kind, limit=MOST_KEPT):
                    known = _kept(run)
                    if known is not None:
                        self._ended.append(known)
            self._is_loaded = True
            self.revision += 1

    def runs(self) -> list[JobNow]:
        """Return every run that is known, newest first; those that have not ended before all."""
        ended = sorted(self._ended, key=lambda run: (run.began_ns, run.id), reverse=True)
        running = [each.now for each in self._running.values()]
        return [*sorted(running, key=lambda run: run.began_ns, reverse=True), *ended]

    def lines(self) -> list[JobLine]:
        """Return what jobs said, newest first."""
        return list(reversed(self._lines))

    def ended_of(self, kind: str) -> int:
        """Return how many runs of a kind have ended since the start."""
        return self._ended_kinds[kind]

    def last(self, kind: str) -> JobNow | None:
        """Return the newest run of a kind that has ended."""
        return next((r for r in self.runs() if r.kind == kind and r.state != "running"), None)

    async def start(self, question: JobQuestion) -> JobNow:
        """Begin a run, and return it as it stands.

        Raises
        ------
        BadInput
            If there is no such job, or it cannot do what is asked.
        Conflict
            If one of its kind has not ended.
        """
        job = self._jobs.get(question.kind)
        if job is None:
            known = ", ".join(self._jobs) or "none: this deck plays recorded data"
            raise BadInput(f"there is no job {question.kind!r}; there are {known}", field="kind")
        job.check(question)
        await self.load()
        busy = next((r.now for r in self._running.values() if r.now.kind == question.kind), None)
        if busy is not None:
            raise Conflict(f"{busy.kind} is being run ({busy.id}); wait for it, or cancel it")
        began_ns = self._clock.now_ns()
        run = JobNow(
            id=_new_id(question.kind, began_ns, {each.id for each in self.runs()}),
            kind=question.kind,
            question=question,
            state="running",
            began_ns=began_ns,
        )
        held = self._running[run.id] = _Running(run)
        self._say(run, "begins", tone="plain")
        held.task = asyncio.create_task(self._work(held, job), name=f"job {run.id}")
        return run

    async def begin(self, question: JobQuestion) -> None:
        """Run a job where none of its kind was ever run."""
        await self.load()
        if not any(run.kind == question.kind for run in self.runs()):
            await self.start(question)

    async def cancel(self, run_id: str) -> JobNow:
        """End a run that has not ended; what it kept stays.

        Raises
        ------
        Conflict
            If it has ended.
        NoData
            If there is none.
        """
        held = self._running.get(run_id)
        if held is None or held.task is None:
            known = await self.run(run_id)
            raise Conflict(f"{run_id} has ended: {known.state}")
        held.task.cancel()
        await asyncio.gather(held.task, return_exceptions=True)
        return await self.run(run_id)

    async def run(self, run_id: str) -> JobNow:
        """Return a run as it stands.

        Raises
        ------
        NoData
            If there is none.
        """
        await self.load()
        found = next((each for each in self.runs() if each.id == run_id), None)
        if found is None:
            raise NoData(f"there is no run {run_id!r}; GET /api/v1/jobs lists those there are")
        return found

    async def wait(self, run_id: str) -> JobNow:
        """Return a run once it has ended.

        Raises
        ------
        NoData
            If there is none.
        """
        held = self._running.get(run_id)
        if held is not None and held.task is not None:
            await asyncio.gather(held.task, return_exceptions=True)
        return await self.run(run_id)

    async def close(self) -> None:
        """End what is being run. Idempotent."""
        tasks = [each.task for each in self._running.values() if each.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _work(self, held: _Running, job: Job) -> None:
        teller = _Teller(held, self._say, self._moved)
        try:
            with self._supervisor.fence(f"job {held.now.kind}"):
                report = await job.run(held.now.question, teller)
            state = "failed" if report.failures else "done"
            for failure in report.failures:
                self._say(held.now, failure, tone="bad")
            await self._end(held, state, report)
        except QuantdeckError as error:
            await self._end(held, "failed", JobReport(said=str(error), failures=(str(error),)))
        except asyncio.CancelledError:
            await self._end(held, "cancelled", JobReport(said="cancelled; what came is kept"))

    async def _end(self, held: _Running, state: str, report: JobReport) -> None:
        ended = replace(held.now, state=state, ended_ns=self._clock.now_ns(), report=report)
        tone = {"done": "good", "failed": "bad"}.get(state, "plain")
        del self._running[ended.id]
        self._ended.append(ended)
        self.ended += 1
        self._ended_kinds[ended.kind] += 1
        self._say(ended, f"{state}: {report.said}", tone=tone)
        mine = [each for each in self._ended if each.kind == ended.kind]
        for old in sorted(mine, key=lambda run: (run.began_ns, run.id))[:-MOST_KEPT]:
            self._ended.remove(old)
        try:
            await asyncio.to_thread(self._store.put_run, _run_of(ended, self._mode), b"{}")
        except QuantdeckError as error:
            self._say(ended, f"not kept: {error}", tone="bad")

    def _moved(self) -> None:
        self.revision += 1

    def _say(self, run: JobNow, text: str, *, tone: str) -> None:
        self._count += 1
        self.revision += 1
        self._lines.append(JobLine(self._count, self._clock.now_ns(), tone, run.kind, text))


class _Say(Protocol):
    def __call__(self, run: JobNow, text: str, *, tone: str) -> None: ...


class _Teller:
    def __init__(self, held: _Running, say: _Say, moved: Callable[[], None]) -> None:
        self._held = held
        self._say = say
        self._moved = moved

    def line(self, text: str, *, tone: str = "plain") -> None:
        self._say(self._held.now, text, tone=tone)

    def progress(self, done: int, of: int) -> None:
        share = min(1.0, done / of) if of > 0 else None
        self._held.now = replace(self._held.now, progress=share)
        self._moved()


class _Summary(msgspec.Struct, frozen=True):
    state: str
    ended_ns: int | None
    report: JobReport | None


def _run_of(run: JobNow, mode: str) -> Run:
    return Run(
        id=run.id,
        kind=run.kind,
        title=" ".join((run.kind, *run.question.symbols)),
        created_ns=run.began_ns,
        mode=mode,
        params=msgspec.json.encode(run.question),
        summary=msgspec.json.encode(_Summary(run.state, run.ended_ns, run.report)),
    )


def _kept(run: Run) -> JobNow | None:
    try:
        question = msgspec.json.decode(run.params, type=JobQuestion)
        summary = msgspec.json.decode(run.summary, type=_Summary)
    except msgspec.MsgspecError:
        # Written by another version.
        return None
    return JobNow(
        id=run.id,
        kind=run.kind,
        question=question,
        state=summary.state,
        began_ns=run.created_ns,
        ended_ns=summary.ended_ns,
        report=summary.report,
    )


def _new_id(kind: str, now_ns: int, taken: set[str]) -> str:
    at = datetime.fromtimestamp(now_ns / 1e9, UTC)
    plain = re.sub(r"[^a-z0-9]+", "-", kind.lower())
    stem = name = f"{at:%Y%m%d-%H%M%S}-{plain}"
    number = 1
    while name in taken:
        number += 1
        name = f"{stem}-{number}"
    return name
