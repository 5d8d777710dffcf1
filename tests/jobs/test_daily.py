"""The daily run on steps of its own: what is left out, what is stopped, what is resumed."""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from quantdeck.hub.daily_record import LEDGER, daily_runs
from quantdeck.jobs.daily import Daily
from quantdeck.jobs.daily_ledger import LEASE_S, RunLedger
from quantdeck.jobs.daily_steps import DailyQuestion, Step, StepDone
from quantdeck.model.errors import BadInput, Conflict, NoData, VenueError
from quantdeck.net.clock import SystemClock
from quantdeck.records.open import open_records

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from quantdeck.jobs.daily_steps import DailyReport, StepContext
    from quantdeck.records.open import Records


class Said:
    """Fulfils `JobTeller`."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def line(self, text: str, *, tone: str = "plain") -> None:
        self.lines.append(text)

    def progress(self, done: int, of: int) -> None:
        assert 0 <= done <= of


class Rig:
    """Three steps in a row, a fourth beside them, and a last word."""

    def __init__(self, records: Records) -> None:
        self.records = records
        self.inputs: dict[str, Any] = {"collect": 1, "train": 1, "play": 1}
        self.work: list[str] = []
        self.problems: dict[str, BaseException] = {}
        self.stands = True
        self.is_whole = True
        steps = [
            self.step("collect"),
            self.step("train", "collect"),
            self.step("play", "train"),
            self.step("beside"),
            self.step("tell", "play", is_last_word=True),
        ]
        self.daily = Daily(steps, records.due, clock=SystemClock())

    def step(self, name: str, *needs: str, is_last_word: bool = False) -> Step:
        async def work(at: StepContext) -> StepDone:
            self.work.append(name)
            if name in self.problems:
                raise self.problems[name]
            return StepDone(said=f"{name} said", result={"of": name}, is_whole=self.is_whole)

        known = name in self.inputs
        return Step(
            name=name,
            title=name.title(),
            needs=needs,
            work=work,
            inputs=(lambda _: {"settings": 0, "bars": self.inputs[name]}) if known else None,
            stands=(lambda _: self.stands) if name == "train" else None,
            is_last_word=is_last_word,
        )

    def run(self, **asked: Any) -> DailyReport:
        self.work.clear()
        return asyncio.run(self.daily.run(DailyQuestion(**asked), Said()))

    def states(self, report: DailyReport) -> dict[str, str]:
        return {each.name: each.state for each in report.steps}


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with closing(open_records(tmp_path)) as records:
        yield Rig(records)


def test_daily_again_leaves_out_what_is_unchanged(rig: Rig) -> None:
    rig.run()

    report = rig.run()

    assert rig.work == ["beside", "tell"]
    assert report.steps[1].said.startswith("unchanged since 20")
    assert report.said == "2 done, 3 unchanged"


def test_daily_works_on_what_has_changed_and_says_what_that_is(rig: Rig) -> None:
    rig.run()
    rig.inputs["train"] = 2

    plan = asyncio.run(rig.daily.plan(DailyQuestion(), Said()))
    rig.run()

    assert rig.work == ["train", "beside", "tell"]
    assert [each.said for each in plan.steps][1:3] == [
        "changed: bars",
        "where train changes anything",
    ]


def test_daily_dry_run_does_and_keeps_nothing(rig: Rig) -> None:
    plan = asyncio.run(rig.daily.plan(DailyQuestion(), Said()))

    assert (rig.work, daily_runs(rig.records.due)) == ([], [])
    assert rig.states(plan)["collect"] == "would run"


def test_daily_whose_product_has_gone_makes_it_again(rig: Rig) -> None:
    rig.run()
    rig.stands = False

    rig.run()

    assert rig.work == ["train", "beside", "tell"]


def test_daily_step_that_is_not_whole_is_worked_on_again(rig: Rig) -> None:
    rig.is_whole = False
    rig.run()

    rig.run()

    assert rig.work == ["collect", "train", "play", "beside", "tell"]


def test_daily_inputs_of_before_do_not_bring_back_what_was_made_since(rig: Rig) -> None:
    rig.run()
    rig.inputs["train"] = 2
    rig.run()
    rig.inputs["train"] = 1

    rig.run()

    assert "train" in rig.work


def test_daily_failure_stops_what_needs_it_and_nothing_else(rig: Rig) -> None:
    rig.problems["train"] = VenueError("vendor", "refused")

    report = rig.run()

    assert rig.states(report) == {
        "collect": "done",
        "train": "failed",
        "play": "stopped",
        "beside": "done",
        "tell": "done",
    }
    assert isinstance(report.error, VenueError)
    assert daily_runs(rig.records.due)[0].state == "failed"


def test_daily_is_resumed_where_it_failed(rig: Rig) -> None:
    rig.problems["train"] = NoData("too little")
    rig.run()
    rig.problems.clear()

    report = rig.run()

    assert rig.work == ["train", "play", "beside", "tell"]
    assert report.error is None


def test_daily_fault_of_our_own_is_told_as_one(rig: Rig) -> None:
    rig.problems["train"] = ZeroDivisionError("x")

    report = rig.run()

    assert "fault of quantdeck" in report.steps[1].said


def test_daily_from_a_step_leaves_out_those_before_and_works_on_the_rest(rig: Rig) -> None:
    rig.run()

    report = rig.run(first_step="train")

    assert rig.work == ["train", "play", "beside", "tell"]
    assert rig.states(report)["collect"] == "left out"


def test_daily_from_an_unknown_step_names_those_there_are(rig: Rig) -> None:
    with pytest.raises(BadInput, match="collect, train, play"):
        rig.run(first_step="lunch")


def test_daily_that_is_interrupted_says_so_in_the_record(rig: Rig) -> None:
    async def scenario() -> None:
        begun = asyncio.Event()

        async def endless(at: StepContext) -> StepDone:
            begun.set()
            await asyncio.Event().wait()
            raise AssertionError

        step = Step(name="slow", title="Slow", needs=(), work=endless)
        daily = Daily([step], rig.records.due, clock=SystemClock())
        work = asyncio.ensure_future(daily.run(DailyQuestion(), Said()))
        await begun.wait()
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work

    asyncio.run(scenario())

    [run] = daily_runs(rig.records.due)
    assert (run.state, run.said, run.steps[0].state) == ("failed", "interrupted", "failed")


def test_daily_beside_another_is_refused(rig: Rig) -> None:
    running = RunLedger(rig.records.due, SystemClock()).begin()

    with pytest.raises(Conflict, match="under way"):
        rig.run()

    assert rig.work == []
    assert [each.due_ns for each in rig.records.due.runs(job=LEDGER)] == [running.due_ns]


@pytest.mark.parametrize("holder", ["elsewhere:1:aa", f"{socket.gethostname()}:{os.getppid()}:aa"])
def test_daily_of_another_process_is_believed_alive_until_its_lease_passes(
    rig: Rig, holder: str
) -> None:
    now_ns = SystemClock().now_ns()
    rig.records.due.claim(LEDGER, now_ns, holder=holder, now_ns=now_ns, lease_s=LEASE_S)
    with pytest.raises(Conflict):
        rig.run()
    [held] = rig.records.due.runs(job=LEDGER)
    rig.records.due.renew(held, now_ns=now_ns - 10**12, lease_s=1.0)

    rig.run()

    assert daily_runs(rig.records.due)[1].said == "ended without a word"


def test_daily_of_a_process_of_before_on_this_machine_is_taken_over_at_once(rig: Rig) -> None:
    now_ns = SystemClock().now_ns()
    before = f"{socket.gethostname()}:{os.getpid()}:0123abcd"
    rig.records.due.claim(LEDGER, now_ns, holder=before, now_ns=now_ns, lease_s=LEASE_S)

    report = rig.run()

    assert report.error is None
    assert [each.state for each in rig.records.due.runs(job=LEDGER)] == ["done", "failed"]


def test_daily_that_was_taken_for_dead_stops_at_once(rig: Rig) -> None:
    class Hasty(SystemClock):
        async def sleep(self, seconds: float) -> None:
            await asyncio.sleep(0.01)

    async def scenario() -> None:
        async def endless(at: StepContext) -> StepDone:
            [run] = rig.records.due.runs(job=LEDGER)
            taken = rig.records.due.claim(
                LEDGER, run.due_ns, holder="other", now_ns=run.lease_ns, lease_s=LEASE_S
            )
            assert taken is not None
            await asyncio.Event().wait()
            raise AssertionError

        step = Step(name="slow", title="Slow", needs=(), work=endless)
        await Daily([step], rig.records.due, clock=Hasty()).run(DailyQuestion(), Said())

    with pytest.raises(Conflict, match="another process"):
        asyncio.run(scenario())

    [run] = rig.records.due.runs(job=LEDGER)
    assert run.holder == "other"


def test_daily_record_names_the_machine_and_the_steps_in_order(rig: Rig) -> None:
    rig.run()
    [run] = daily_runs(rig.records.due)

    assert run.holder == socket.gethostname()
    assert [each.name for each in run.steps] == ["collect", "train", "play", "beside", "tell"]
