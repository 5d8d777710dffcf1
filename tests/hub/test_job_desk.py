"""The desk that runs jobs: one of a kind at a time, cancelled, broken, and kept."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from quantdeck.hub.job_desk import MOST_KEPT, JobDesk
from quantdeck.hub.memory_runs import MemoryRuns
from quantdeck.hub.supervise import Supervisor
from quantdeck.model.errors import BadInput, Conflict, NoData, VenueError
from quantdeck.ports.jobs import JobQuestion, JobReport
from tests.hub.deck_rig import SECOND_NS, HandClock, deck_rig
from tests.hub.market_rig import ToldJob, market_parts
from tests.hub.price_books import ArrayPriceBook, price_series, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path

_COLLECT = JobQuestion(kind="collect", symbols=("SPY",))


class Bench:
    def __init__(self) -> None:
        self.clock = HandClock()
        self.store = MemoryRuns()
        self.job, self.other = ToldJob(), ToldJob()
        self.desk = self.open()

    def open(self) -> JobDesk:
        return JobDesk(
            {"collect": self.job, "verify": self.other},
            self.store,
            clock=self.clock,
            supervisor=Supervisor(self.clock),
            mode="demo",
        )


def run(work: Callable[[Bench], Coroutine[Any, Any, Any]]) -> Any:
    async def main() -> Any:
        bench = Bench()
        try:
            return await work(bench)
        finally:
            await bench.desk.close()

    return asyncio.run(main())


def test_run_that_ends_says_what_came_of_it() -> None:
    async def work(bench: Bench) -> Any:
        began = await bench.desk.start(_COLLECT)
        return began, await bench.desk.wait(began.id), bench.desk.lines()

    began, ended, lines = run(work)

    assert (began.state, ended.state) == ("running", "done")
    assert ended.progress == 0.5
    assert ended.report.said == "all is well"
    assert [line.text for line in lines] == ["done: all is well", "asking", "begins"]


def test_run_of_a_kind_that_is_being_run_is_refused() -> None:
    async def work(bench: Bench) -> Any:
        bench.job.may_end.clear()
        await bench.desk.start(_COLLECT)
        other = await bench.desk.start(JobQuestion(kind="verify"))
        with pytest.raises(Conflict, match="collect is being run"):
            await bench.desk.start(_COLLECT)
        return other

    assert run(work).state == "running"


def test_run_that_is_cancelled_is_kept_as_such() -> None:
    async def work(bench: Bench) -> Any:
        bench.job.may_end.clear()
        began = await bench.desk.start(_COLLECT)
        await asyncio.sleep(0)
        ended = await bench.desk.cancel(began.id)
        with pytest.raises(Conflict, match="has ended: cancelled"):
            await bench.desk.cancel(began.id)
        return ended, bench.store.runs(kind="collect")

    ended, kept = run(work)

    assert ended.state == "cancelled"
    assert [each.id for each in kept] == [ended.id]


@pytest.mark.parametrize(
    "failure", [VenueError("polygon", "no answer"), RuntimeError("a fault of ours")]
)
def test_run_that_breaks_fails_and_the_next_is_run(failure: Exception) -> None:
    async def work(bench: Bench) -> Any:
        bench.job.failure = failure
        first = await bench.desk.wait((await bench.desk.start(_COLLECT)).id)
        bench.job.failure = None
        return first, await bench.desk.wait((await bench.desk.start(_COLLECT)).id)

    first, second = run(work)

    assert (first.state, second.state) == ("failed", "done")
    assert str(failure) in first.report.said


def test_run_with_failures_names_each_in_the_log() -> None:
    async def work(bench: Bench) -> Any:
        bench.job.report = JobReport(said="the rest is kept", failures=("SPY news: refused",))
        ended = await bench.desk.wait((await bench.desk.start(_COLLECT)).id)
        return ended, bench.desk.lines()

    ended, lines = run(work)

    assert ended.state == "failed"
    assert ("bad", "SPY news: refused") in [(line.tone, line.text) for line in lines]


def test_runs_of_before_are_known_after_a_restart() -> None:
    async def work(bench: Bench) -> Any:
        ended = await bench.desk.wait((await bench.desk.start(_COLLECT)).id)
        again = bench.open()
        await again.load()
        return ended, again.runs(), again.last("collect")

    ended, known, last = run(work)

    assert [each.id for each in known] == [ended.id]
    assert last.report == ended.report


def test_runs_beyond_the_most_kept_are_forgotten() -> None:
    async def work(bench: Bench) -> Any:
        for _ in range(MOST_KEPT + 2):
            bench.clock.ns += SECOND_NS
            await bench.desk.wait((await bench.desk.start(_COLLECT)).id)
        return bench.desk.runs()

    assert len(run(work)) == MOST_KEPT


def test_job_that_is_unknown_or_asked_wrongly_is_refused() -> None:
    async def work(bench: Bench) -> None:
        with pytest.raises(BadInput, match="there are collect, verify"):
            await bench.desk.start(JobQuestion(kind="trade"))
        with pytest.raises(BadInput, match="no symbol"):
            await bench.desk.start(JobQuestion(kind="collect", symbols=("!",)))
        with pytest.raises(NoData, match="no run 'x'"):
            await bench.desk.run("x")

    run(work)


def test_job_that_was_ever_run_does_not_begin_by_itself() -> None:
    async def work(bench: Bench) -> Any:
        await bench.desk.begin(_COLLECT)
        await bench.desk.wait(bench.desk.runs()[0].id)
        await bench.desk.begin(_COLLECT)
        return len(bench.job.asked)

    assert run(work) == 1


@pytest.mark.parametrize("name", ["run", "log", "jobs", "collector"])
def test_panel_of_jobs_answers_before_anything_was_run(tmp_path: Path, name: str) -> None:
    parts = market_parts(tmp_path, jobs={"collect": ToldJob()})
    book = ArrayPriceBook([price_series("US:SPY", walk(60), calendar="XNYS")])

    async def main() -> Any:
        async with deck_rig(tmp_path, prices=book, market=parts) as rig:
            return await rig.deck.answer(f"market.{name}", {})

    assert asyncio.run(main()).state.word in {"live", "empty"}


def test_panels_of_a_run_tell_its_cost_and_its_state(tmp_path: Path) -> None:
    book = ArrayPriceBook([price_series("US:SPY", walk(60), calendar="24/7")])

    async def main() -> Any:
        job = ToldJob(JobReport(said="x", failures=("SPY: no",), requests=3, cache_hits=1, rows=2))
        parts = market_parts(tmp_path, jobs={"collect": job})
        async with deck_rig(tmp_path, prices=book, market=parts) as rig:
            began = await rig.deck.jobs.start(_COLLECT)
            await rig.deck.jobs.wait(began.id)
            names = ("jobs", "collector", "log")
            return [(await rig.deck.answer(f"market.{name}", {})).rows for name in names]

    [job], [last, gaps], log = asyncio.run(main())

    assert (job["state"], job["symbols"]) == ("failed", "SPY")
    assert (last["requests"], last["cache_hits"], last["rows"]) == (3, 1, 2)
    assert last["note"] == "failed: SPY: no"
    assert gaps["state"] == "none"
    assert log[-1]["text"] == "collect: begins"
