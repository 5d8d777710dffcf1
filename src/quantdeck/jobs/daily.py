"""The daily run: steps one after the other, each left out where all that it is made of is unchanged.

What a step is made of is digested before it is worked on. Where the newest time that the step was done
has the same digest, and what it left is still in its place, it is left as it is. So a run that was
killed is resumed by running it again, and running it twice does nothing twice. A step that fails stops
those that need it, and no others; the last word, which tells somebody, is had in any case.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from quantdeck.hub.supervise import Supervisor
from quantdeck.jobs.daily_ledger import LEASE_S, RunLedger
from quantdeck.jobs.daily_walk import Seams, Walk
from quantdeck.model.errors import BadInput, Conflict, QuantdeckError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.jobs.daily_steps import DailyQuestion, DailyReport, Step
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.due import DueRun, DueState, DueStore
    from quantdeck.ports.jobs import JobTeller

_RENEWALS = 6


class Daily:
    """Works steps off. Owned by a command, a job of the deck or the scheduler.

    Parameters
    ----------
    steps : sequence of Step
        In order; a step needs earlier ones only.
    store : DueStore
        The run ledger.
    clock : Clock
        Where the time comes from.
    """

    def __init__(self, steps: Sequence[Step], store: DueStore, *, clock: Clock) -> None:
        self.steps = tuple(steps)
        self._ledger = RunLedger(store, clock)
        self._clock = clock
        self._seams = Seams(self._ledger, clock, Supervisor(clock))

    def check(self, question: DailyQuestion) -> None:
        """Look at a question before it is begun.

        Raises
        ------
        BadInput
            If there is no step of that name.
        """
        names = [each.name for each in self.steps]
        if question.first_step and question.first_step not in names:
            raise BadInput(
                f"--from {question.first_step!r} is no step; there are {', '.join(names)}"
            )

    async def run(self, question: DailyQuestion, tell: JobTeller) -> DailyReport:
        """Work all steps off.

        Parameters
        ----------
        question : DailyQuestion
            What is asked.
        tell : JobTeller
            Hears every step as it begins and ends.

        Returns
        -------
        DailyReport
            Also where steps failed.

        Raises
        ------
        BadInput
            If there is no step of that name.
        Conflict
            If another daily run of the folder is under way, or has taken this one for dead.
        StoreError
            If the records cannot be read or written.
        """
        self.check(question)
        run = await asyncio.to_thread(self._ledger.begin)
        work = asyncio.ensure_future(self._walk(question, run, tell).work())
        alive = asyncio.ensure_future(self._stay_alive(run))
        try:
            await asyncio.wait({work, alive}, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                # Another has taken it for dead: nothing that is done from now on counts.
                work.cancel()
                await asyncio.wait({work})
                alive.result()
            report = work.result()
        except asyncio.CancelledError:
            work.cancel()
            await asyncio.wait({work})
            await asyncio.to_thread(self._end, run, "failed", "interrupted")
            raise
        except QuantdeckError as error:
            await asyncio.to_thread(self._end, run, "failed", str(error))
            raise
        finally:
            alive.cancel()
        await asyncio.to_thread(self._end, run, "failed" if report.error else "done", report.said)
        return report

    async def plan(self, question: DailyQuestion, tell: JobTeller) -> DailyReport:
        """Say which steps would be worked on, and why; nothing is done.

        Parameters
        ----------
        question : DailyQuestion
            What is asked.
        tell : JobTeller
            As of `run`.

        Raises
        ------
        BadInput
            If there is no step of that name.
        StoreError
            If the records cannot be read.
        """
        self.check(question)
        return await self._walk(question, None, tell).plan()

    def _walk(self, question: DailyQuestion, run: DueRun | None, tell: JobTeller) -> Walk:
        return Walk(self.steps, question, self._seams, run, tell)

    async def _stay_alive(self, run: DueRun) -> None:
        while True:
            await self._clock.sleep(LEASE_S / _RENEWALS)
            run = await asyncio.to_thread(self._ledger.renew, run)

    def _end(self, run: DueRun, state: DueState, said: str) -> None:
        try:
            self._ledger.finish(run, state, said)
        except Conflict:
            # Whoever has taken it has said how it ended.
            return
