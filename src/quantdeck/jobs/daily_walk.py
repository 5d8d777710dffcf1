"""A walk along the steps of a daily run: which are worked on, which are left as they are, and why."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from quantdeck.hub.daily_record import run_id_of
from quantdeck.jobs.daily_steps import (
    DailyReport,
    KeptStep,
    StepContext,
    StepRun,
    digests,
    inputs_hash,
)
from quantdeck.model.errors import QuantdeckError
from quantdeck.ports.due import StepRecord

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quantdeck.hub.supervise import Supervisor
    from quantdeck.jobs.daily_ledger import RunLedger
    from quantdeck.jobs.daily_steps import DailyQuestion, Step, StepDone, StepState
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.due import DueRun
    from quantdeck.ports.jobs import JobTeller

_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Seams:
    """What a walk works with.

    Parameters
    ----------
    ledger : RunLedger
        Keeps steps.
    clock : Clock
        Where the time comes from.
    supervisor : Supervisor
        Turns what no step should raise into an error that is told.
    """

    ledger: RunLedger
    clock: Clock
    supervisor: Supervisor


class Walk:
    """One walk along the steps. Owned by `quantdeck.jobs.daily.Daily`.

    Parameters
    ----------
    steps : sequence of Step
        In order.
    question : DailyQuestion
        What is asked.
    seams : Seams
        What it works with.
    run : DueRun or None
        In the ledger; None of a walk that does nothing.
    tell : JobTeller
        Hears every step as it begins and ends.
    """

    def __init__(
        self,
        steps: Sequence[Step],
        question: DailyQuestion,
        seams: Seams,
        run: DueRun | None,
        tell: JobTeller,
    ) -> None:
        self._steps = steps
        self._question = question
        self._run = run
        self._tell = tell
        self._ended: dict[str, StepRun] = {}
        self._results: dict[str, Mapping[str, Any]] = {}
        self._error: QuantdeckError | None = None
        # Of a dry run: those that would leave something else for the steps behind them.
        self._making: set[str] = set()
        self._clock, self._ledger = seams.clock, seams.ledger
        self._supervisor = seams.supervisor
        self._began_ns = self._clock.now_ns() if run is None else run.began_ns

    async def work(self) -> DailyReport:
        """Work on every step whose turn it is; see `quantdeck.jobs.daily.Daily.run`."""
        known = await asyncio.to_thread(self._ledger.last_done)
        for at, step in enumerate(self._steps):
            self._tell.progress(at, len(self._steps))
            if self._is_before(step):
                self._end(step, "left out", f"the run began with {self._question.first_step}")
                self._take(step, known)
            elif lacking := self._lacking(step):
                await self._stopped(step, lacking)
            else:
                await self._step(step, known.get(step.name), at)
        self._tell.progress(1, 1)
        return self._report()

    async def plan(self) -> DailyReport:
        """Say what `work` would do; see `quantdeck.jobs.daily.Daily.plan`."""
        known = await asyncio.to_thread(self._ledger.last_done)
        for step in self._steps:
            if self._is_before(step):
                self._end(step, "left out", f"the run would begin with {self._question.first_step}")
                self._take(step, known)
                continue
            waits = [
                name
                for name in step.needs
                if name in self._ended
                and self._ended[name].state == "would run"
                and name in self._making
            ]
            if waits:
                self._making.add(step.name)
                self._end(step, "would run", f"where {' and '.join(waits)} changes anything")
                continue
            why, _, _ = await self._why(step, known.get(step.name))
            if why:
                if step.inputs is not None:
                    self._making.add(step.name)
                self._end(step, "would run", why)
            else:
                self._unchanged(step, known[step.name])
        return self._report()

    def _is_before(self, step: Step) -> bool:
        first = self._question.first_step
        return bool(first) and first not in self._ended and step.name != first

    # What the step left when it was done last is there, though nobody looked whether it still stands.
    def _take(self, step: Step, known: Mapping[str, StepRecord]) -> None:
        record = known.get(step.name)
        if record is not None:
            self._results[step.name] = _kept(record).result

    def _lacking(self, step: Step) -> list[str]:
        if step.is_last_word:
            return []
        return [
            name
            for name in step.needs
            if name in self._ended and self._ended[name].state in ("failed", "stopped")
        ]

    async def _stopped(self, step: Step, lacking: Sequence[str]) -> None:
        said = f"not tried: it needs {' and '.join(lacking)}"
        await self._put(step, "skipped", said=said)
        self._end(step, "stopped", said)

    async def _step(self, step: Step, before: StepRecord | None, at: int) -> None:
        began_ns, mono_ns = self._clock.now_ns(), self._clock.monotonic_ns()
        try:
            with self._supervisor.fence(step.name):
                why, known, digest = await self._why(step, before)
                if not why and before is not None:
                    await self._put(step, "skipped", said=self._unchanged(step, before))
                    return
                self._tell.line(step.title if step.inputs is None else f"{step.title}: {why}")
                await self._put(step, "running", digest=digest, began_ns=began_ns)
                done = await step.work(self._context(step, at))
        except QuantdeckError as error:
            self._error = self._error or error
            await self._put(step, "failed", said=str(error), began_ns=began_ns)
            self._end(step, "failed", str(error), seconds=self._since(mono_ns))
            return
        except asyncio.CancelledError:
            await asyncio.shield(
                self._put(step, "failed", said="interrupted; what it kept stays", began_ns=began_ns)
            )
            raise
        await self._done(step, done, known, digest, began_ns)
        self._end(step, "done", done.said, notes=done.notes, seconds=self._since(mono_ns))

    async def _done(
        self, step: Step, done: StepDone, known: dict[str, str], digest: str, began_ns: int
    ) -> None:
        self._results[step.name] = done.result
        kept = KeptStep(inputs=known, result=done.result, notes=done.notes)
        # Without a digest no later run takes it for its own.
        await self._put(
            step,
            "done",
            digest=digest if done.is_whole else "",
            said=done.said,
            began_ns=began_ns,
            kept=kept,
        )

    # Why a step is worked on, in words; nothing where it is not.
    async def _why(self, step: Step, before: StepRecord | None) -> tuple[str, dict[str, str], str]:
        if step.inputs is None:
            return "always", {}, ""
        inputs = await asyncio.to_thread(step.inputs, self._context(step, 0))
        known = digests(inputs)
        digest = inputs_hash(known)
        if self._question.first_step:
            return f"asked for from {self._question.first_step} on", known, digest
        if before is None:
            return "it was not done before", known, digest
        kept = _kept(before)
        if before.inputs_hash != digest:
            changed = [name for name, value in known.items() if kept.inputs.get(name) != value]
            said = f"changed: {', '.join(changed)}" if changed else "it was not done to its end"
            return said, known, digest
        if step.stands is not None and not await asyncio.to_thread(step.stands, kept.result):
            return "what it had made is not in its place any more", known, digest
        return "", known, digest

    def _unchanged(self, step: Step, before: StepRecord) -> str:
        kept = _kept(before)
        self._results[step.name] = kept.result
        since = datetime.fromtimestamp((before.ended_ns or before.began_ns) / _NS, UTC)
        said = f"unchanged since {since:%Y-%m-%d %H:%M} UTC: {before.said}"
        self._end(step, "unchanged", said, notes=kept.notes)
        return said

    def _context(self, step: Step, at: int) -> StepContext:
        return StepContext(
            run_id="" if self._run is None else run_id_of(self._run),
            symbols=self._question.symbols,
            has_notice=self._question.has_notice,
            results=self._results,
            steps=dict(self._ended),
            tell=_StepTeller(self._tell, step.name, at, len(self._steps)),
        )

    async def _put(
        self,
        step: Step,
        state: Any,
        *,
        digest: str = "",
        said: str = "",
        began_ns: int | None = None,
        kept: KeptStep | None = None,
    ) -> None:
        if self._run is None:
            return
        now_ns = self._clock.now_ns()
        record = StepRecord(
            run_id=run_id_of(self._run),
            step=step.name,
            inputs_hash=digest,
            state=state,
            began_ns=now_ns if began_ns is None else began_ns,
            ended_ns=None if state == "running" else now_ns,
            said=said,
        )
        await asyncio.to_thread(self._ledger.put, record, kept)

    def _end(
        self,
        step: Step,
        state: StepState,
        said: str,
        *,
        notes: tuple[str, ...] = (),
        seconds: float | None = None,
    ) -> None:
        self._ended[step.name] = StepRun(
            name=step.name, state=state, said=said, notes=notes, seconds=seconds
        )
        tone = {"failed": "bad", "stopped": "bad", "done": "good"}.get(state, "plain")
        self._tell.line(f"{step.name} {state}: {said}", tone=tone)
        for note in notes if state == "done" else ():
            self._tell.line(f"{step.name}: {note}", tone="bad")

    def _since(self, mono_ns: int) -> float:
        return (self._clock.monotonic_ns() - mono_ns) / _NS

    def _report(self) -> DailyReport:
        steps = tuple(self._ended.values())
        now_ns = self._clock.now_ns()
        failed = [each.name for each in steps if each.state == "failed"]
        counts = {
            word: sum(each.state == word for each in steps)
            for word in ("done", "unchanged", "failed", "stopped", "left out", "would run")
        }
        said = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
        if failed:
            said = f"{' and '.join(failed)} failed: {self._error}; {said}"
        return DailyReport(
            run_id="" if self._run is None else run_id_of(self._run),
            began_ns=self._began_ns,
            ended_ns=now_ns,
            steps=steps,
            said=said,
            error=self._error,
            results=self._results,
        )


class _StepTeller:
    def __init__(self, tell: JobTeller, name: str, at: int, of: int) -> None:
        self._tell = tell
        self._name = name
        self._at = at
        self._of = of

    def line(self, text: str, *, tone: str = "plain") -> None:
        self._tell.line(f"{self._name}: {text}", tone=tone)

    def progress(self, done: int, of: int) -> None:
        share = min(1.0, done / of) if of > 0 else 0.0
        self._tell.progress(round(1000 * (self._at + share)), 1000 * self._of)


def _kept(record: StepRecord) -> KeptStep:
    try:
        return msgspec.json.decode(record.result, type=KeptStep)
    except msgspec.MsgspecError:
        # Written by another version.
        return KeptStep()
