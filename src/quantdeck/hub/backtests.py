"""Runs backtests, sweeps and walks forward, each in a thread, and keeps what came of them."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from msgspec import structs

from quantdeck.hub.backtest_questions import (
    around,
    bars_a_year,
    checked,
    closed_bars,
    kept_run,
    new_id,
    run_of,
    title_of,
)
from quantdeck.hub.memory_runs import MemoryRuns
from quantdeck.live.bars import TIMEFRAMES
from quantdeck.model.errors import Conflict, NoData, QuantdeckError
from quantdeck.research.pairs.question import RUN_KINDS
from quantdeck.research.pairs.reports import decode_report, encode_report
from quantdeck.research.pairs.runs import run_question
from quantdeck.views.backtest_page import NEWEST, BacktestChoices
from quantdeck.views.backtest_runs import RunNow, rows_of, summary_of
from quantdeck.views.payloads import PanelState

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import pyarrow as pa

    from quantdeck.hub.machine import Machine
    from quantdeck.ports.records import RunStore
    from quantdeck.research.pairs.question import RunQuestion
    from quantdeck.research.pairs.reports import Report

    AskBars = Callable[[str, str, int], Awaitable[pa.Table]]

MOST_KEPT = 50
"""Of each kind; older ones are forgotten."""

_REPORTS = 6
_FAILURES = 20
_AGAIN_S = 5.0


class Cancelled(QuantdeckError):  # noqa: N818 - named as the other errors are
    """The run was deleted before it had ended."""


@dataclass
class _Job:
    run: RunNow
    task: asyncio.Task[None] | None = None
    is_unwanted: bool = False
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class BacktestDesk:
    """Everything that is run over bars of pairs. Owned by the deck; called on its event loop.

    Parameters
    ----------
    machine : Machine
        Whose symbols, clock and records these are.
    bars : callable
        ``await bars(symbol, timeframe, limit)`` gives the newest bars of a canonical symbol, the one
        that still grows included.

    Attributes
    ----------
    revision : int
        Changes with everything that a screen shows of runs.
    layout : int
        Changes when there are other finished runs to choose from.
    """

    def __init__(self, machine: Machine, bars: AskBars) -> None:
        self._machine = machine
        self._bars = bars
        self._store: RunStore = machine.parts.runs or MemoryRuns()
        self._kept: dict[str, RunNow] = {}
        self._jobs: dict[str, _Job] = {}
        self._failed: list[RunNow] = []
        self._errors: dict[str, QuantdeckError] = {}
        self._reports: OrderedDict[str, Report] = OrderedDict()
        self._loading = asyncio.Lock()
        self._is_loaded = False
        self.revision = 0
        self.layout = 0

    async def load(self) -> None:
        """Take up what was kept before; does it once."""
        async with self._loading:
            if self._is_loaded:
                return
            for kind in RUN_KINDS:
                for run in await asyncio.to_thread(self._store.runs, kind=kind, limit=MOST_KEPT):
                    known = run_of(run)
                    if known is not None:
                        self._kept[run.id] = known
            self._is_loaded = True
            self._changed()

    async def start(self, question: RunQuestion, *, of: str | None = None) -> RunNow:
        """Begin a run, and return it as it stands.

        Parameters
        ----------
        question : RunQuestion
            What is asked; symbols as a person types them.
        of : str or None
            A kept backtest whose pair, bars and rules are taken, ``newest`` for the newest: of the
            question only its kind and its lists count then.

        Raises
        ------
        BadInput
            If a symbol, timeframe, rule or list cannot be.
        Conflict
            If one of its kind is being run.
        NoData
            If there is no such backtest.
        """
        await self.load()
        if of is not None:
            question = around(self.finished("backtest", of).question, question)
        question = checked(question, self._machine.capture.symbols())
        busy = next((j.run for j in self._jobs.values() if j.run.kind == question.kind), None)
        if busy is not None:
            raise Conflict(
                f"a {question.kind} is being run ({busy.title}); wait for it, or delete {busy.id}"
            )
        now_ns = self._machine.clock.now_ns()
        run = RunNow(
            id=new_id(question, now_ns, {run.id for run in self.runs()}),
            kind=question.kind,
            title=title_of(question),
            created_ns=now_ns,
            mode=self._machine.mode.value,
            state="running",
            question=question,
        )
        job = self._jobs[run.id] = _Job(run)
        job.task = asyncio.create_task(self._work(job), name=f"run {run.id}")
        self.revision += 1
        return run

    async def begin(self, question: RunQuestion) -> None:
        """Run a first backtest, a sweep and a walk forward, where nothing was ever kept.

        Parameters
        ----------
        question : RunQuestion
            Of the backtest; it is asked again for as long as there are too few bars.
        """
        await self.load()
        if self._kept:
            return
        for kind in RUN_KINDS:
            while not await self._succeeds(structs.replace(question, kind=kind)):
                await self._machine.clock.sleep(_AGAIN_S)

    async def _succeeds(self, question: RunQuestion) -> bool:
        try:
            await self.wait((await self.start(question)).id)
        except NoData:
            self._failed.clear()
            self._errors.clear()
            return False
        except Conflict:
            # A person was faster.
            return True
        return True

    async def wait(self, run_id: str) -> RunNow:
        """Return a run once it is done.

        Raises
        ------
        QuantdeckError
            What it failed with.
        NoData
            If there is no such run, or no longer.
        """
        job = self._jobs.get(run_id)
        if job is not None:
            await job.ended.wait()
        if run_id in self._errors:
            raise self._errors[run_id]
        return await self.run(run_id)

    async def run(self, run_id: str) -> RunNow:
        """Return a run as it stands.

        Raises
        ------
        NoData
            If there is no such run.
        """
        await self.load()
        found = next((each for each in self.runs() if each.id == run_id), None)
        if found is None:
            raise NoData(f"there is no run {run_id!r}; GET /api/v1/backtests lists those there are")
        return found

    def runs(self) -> list[RunNow]:
        """Return every run, newest first: running, failed and kept."""
        every = [*(job.run for job in self._jobs.values()), *self._failed, *self._kept.values()]
        return sorted(every, key=lambda run: (run.created_ns, run.id), reverse=True)

    def running(self) -> list[RunNow]:
        """Return the runs that have not ended."""
        return [job.run for job in self._jobs.values()]

    @property
    def is_loaded(self) -> bool:
        """Whether the runs kept before are known."""
        return self._is_loaded

    def has(self, kind: str) -> bool:
        """Return whether a finished run of a kind is kept."""
        return any(run.kind == kind for run in self._kept.values())

    def state(self) -> PanelState:
        """Return the state of panels about runs as such."""
        return PanelState(self._machine.mode.value, 0.0, "quantdeck")

    def choices(self) -> BacktestChoices:
        """Return the finished runs by kind."""

        def ids(kind: str) -> tuple[str, ...]:
            return tuple(run.id for run in self._newest_first(kind))

        return BacktestChoices(ids("backtest"), ids("sweep"), ids("walk-forward"))

    def known(self, kind: str, run_id: str) -> Report | None:
        """Return a report that is in memory, or None where it must be read.

        Raises
        ------
        NoData
            If there is no such finished run.
        """
        return self._reports.get(self.finished(kind, run_id).id)

    async def report(self, kind: str, run_id: str) -> Report:
        """Return the report of a finished run.

        Raises
        ------
        NoData
            If there is no such finished run.
        StoreError
            If it cannot be read.
        """
        await self.load()
        found = self.finished(kind, run_id)
        report = self._reports.get(found.id)
        if report is None:
            data = await asyncio.to_thread(self._store.result, found.id)
            if data is None:
                raise NoData(f"the result of {found.id} is no longer kept; run it again")
            report = await asyncio.to_thread(decode_report, data)
            self._remember(found.id, report)
        return report

    async def delete(self, run_id: str) -> None:
        """Remove a run; one that has not ended is ended.

        Raises
        ------
        NoData
            If there is no such run.
        """
        run = await self.run(run_id)
        job = self._jobs.get(run.id)
        if job is not None:
            job.is_unwanted = True
            await job.ended.wait()
        self._failed = [each for each in self._failed if each.id != run.id]
        self._errors.pop(run.id, None)
        if self._kept.pop(run.id, None) is not None:
            await asyncio.to_thread(self._store.delete_run, run.id)
        self._reports.pop(run.id, None)
        self._changed()

    async def close(self) -> None:
        """End what is being run. Idempotent."""
        tasks = [job.task for job in self._jobs.values() if job.task is not None]
        for job in self._jobs.values():
            job.is_unwanted = True
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _work(self, job: _Job) -> None:
        question = job.run.question
        try:
            with self._machine.supervisor.fence(f"run {question.kind}"):
                report = await self._made(job, question)
                await self._keep(job.run, report)
        except Cancelled:
            pass
        except QuantdeckError as error:
            failed = replace(job.run, state="failed", progress=None, detail=str(error))
            self._failed = [*self._failed, failed][-_FAILURES:]
            self._errors[failed.id] = error
            self._errors = {each.id: self._errors[each.id] for each in self._failed}
        finally:
            del self._jobs[job.run.id]
            self.revision += 1
            job.ended.set()

    async def _made(self, job: _Job, question: RunQuestion) -> Report:
        step_ns = TIMEFRAMES[question.timeframe]
        # One more than asked for: the newest may still grow.
        y, x = [
            closed_bars(
                await self._bars(symbol, question.timeframe, question.lookback + 1),
                self._machine.now_ns() - step_ns,
            )
            for symbol in (question.y, question.x)
        ]
        legs = [self._machine.instrument(symbol) for symbol in (question.y, question.x)]

        def on_progress(share: float) -> None:
            if job.is_unwanted:
                raise Cancelled(f"{job.run.id} was deleted")
            job.run = replace(job.run, progress=share)
            self.revision += 1

        return await asyncio.to_thread(
            run_question,
            question,
            y,
            x,
            step_s=step_ns / 1e9,
            per_year=bars_a_year(question.timeframe, legs),
            on_progress=on_progress,
            spread=self._machine.parts.spread,
        )

    async def _keep(self, run: RunNow, report: Report) -> None:
        title = title_of(run.question, rows_of(report))
        summary = summary_of(report)
        done = replace(run, state="done", title=title, progress=None, summary=summary)
        data = await asyncio.to_thread(encode_report, report)
        await asyncio.to_thread(self._store.put_run, kept_run(done), data)
        self._remember(done.id, report)
        self._kept[done.id] = done
        for old in self._newest_first(done.kind)[MOST_KEPT:]:
            del self._kept[old.id]
            await asyncio.to_thread(self._store.delete_run, old.id)
        self._changed()

    def _changed(self) -> None:
        self.layout += 1
        self.revision += 1

    def _remember(self, run_id: str, report: Report) -> None:
        self._reports[run_id] = report
        while len(self._reports) > _REPORTS:
            self._reports.popitem(last=False)
        self.revision += 1

    def _newest_first(self, kind: str) -> list[RunNow]:
        found = [run for run in self._kept.values() if run.kind == kind]
        return sorted(found, key=lambda run: (run.created_ns, run.id), reverse=True)

    def finished(self, kind: str, run_id: str) -> RunNow:
        """Return a finished run, or the newest of its kind.

        Raises
        ------
        NoData
            If there is none.
        """
        found = self._newest_first(kind)
        for run in found:
            if run_id in (NEWEST, run.id):
                return run
        if run_id == NEWEST:
            raise NoData(f"no {kind} is kept yet; run one")
        raise NoData(f"there is no {kind} {run_id!r}; it may have been deleted")
