"""Runs jobs when they are due, each due time once, whoever else runs the same schedule.

A loop of its own: it asks the run ledger what has become of each job's due times, takes what is due under
a lease that it renews while the work goes on, and stops the work at once when another process has taken
it. It looks again at least every half minute, so that a clock that was set, a machine that slept and a
switch that another process turned are noticed.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from quantdeck.analytics.due_times import next_due
from quantdeck.hub.schedule_turn import MISSED, Look, count_from, look_at, tried_again_ns, turn_of
from quantdeck.model.errors import BadInput, Conflict, QuantdeckError, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from quantdeck.analytics.sessions import Sessions
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.due import DueRun, DueState, DueStore
    from quantdeck.ports.jobs import JobTeller
    from quantdeck.ports.scheduled import ScheduledWork, SchedulePlan

LONGEST_PAUSE_S = 30.0
"""Between two looks at the ledger at most. [s]"""

LEAP_S = 5.0
"""So much more or less than the steady clock may the wall clock go without a word. [s]"""

_NS = 1_000_000_000
_SAVED, _SAVED_AGAIN_S = 3, 2.0
_RENEWALS = 3


class Cancelled(QuantdeckError):  # noqa: N818 - named as the other errors are
    """A person has cancelled the work: it is not tried again."""


class Scheduler:
    """Owned by `quantdeck.hub.schedule_desk`, or by a command that runs the schedule alone.

    Parameters
    ----------
    plans : sequence of SchedulePlan
        The jobs.
    works : mapping of str to ScheduledWork
        Of each job, by its name.
    store : DueStore
        The run ledger.
    clock : Clock
        Where the time comes from.
    holder : str
        Names this process among all that run the schedule.
    sessions : callable
        Gives the sessions of the exchange; the first time it may take a second.
    fence : callable
        Turns what a step should not have raised into a `QuantdeckError`; see
        `quantdeck.hub.supervise.Supervisor.fence`.
    say : callable
        Takes a job's name and what happens to it; the name is empty where it is no job's.
    teller : callable
        Gives, for a job's name, what takes its words.

    Attributes
    ----------
    is_paused : bool
        Whether nothing is begun though it is due.
    plans : sequence of SchedulePlan
        The jobs.
    looks : dict of str to Look
        What the ledger said last, by job.
    running : dict of str to DueRun
        What is being run by this process, by job.
    ended : list of DueRun
        What this process has run, oldest first; the newest hundred.
    revision : int
        Changes with everything above.
    trouble : str
        Why the ledger could not be read last; empty where it could.
    """

    def __init__(  # noqa: PLR0913 - made in two places
        self,
        plans: Sequence[SchedulePlan],
        works: Mapping[str, ScheduledWork],
        store: DueStore,
        *,
        clock: Clock,
        holder: str,
        sessions: Callable[[], Sessions],
        fence: Callable[[str], AbstractContextManager[None]],
        say: Callable[[str, str], None],
        teller: Callable[[str], JobTeller],
    ) -> None:
        self.is_paused = False
        self.plans = tuple(plans)
        self.looks: dict[str, Look] = {}
        self.running: dict[str, DueRun] = {}
        self.ended: list[DueRun] = []
        self.revision = 0
        self.trouble = ""
        self._works = works
        self._store = store
        self._clock = clock
        self._holder = holder
        self._sessions = sessions
        self._fence = fence
        self._say = say
        self._teller = teller
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._wake = asyncio.Event()
        self._looked_ns = 0
        self._until_ns: int | None = None
        self._seen: tuple[int, int] | None = None

    async def run(self) -> None:
        """Run what is due, for ever."""
        while True:
            self._wake.clear()
            try:
                await self.tick()
                self.trouble = ""
            except StoreError as error:
                self.trouble = f"the schedule cannot be read: {error}"
                self._say("", self.trouble)
            await self._pause()

    async def tick(self) -> None:
        """Look at every job, and begin what is due.

        Raises
        ------
        StoreError
            If the records cannot be read or written.
        """
        self._watch_clock()
        self._looked_ns = self._clock.now_ns()
        for plan in self.plans:
            if taken := await asyncio.to_thread(self._take, plan):
                self._begin(plan, taken)

    async def look(self) -> None:
        """Read what the ledger says of every job; begins nothing.

        Raises
        ------
        StoreError
            If the records cannot be read or written.
        """
        for plan in self.plans:
            await asyncio.to_thread(self._look_now, plan)

    async def run_due(self) -> list[DueRun]:
        """Run what is due by now, one job beside the other, and return what was run.

        Raises
        ------
        StoreError
            If the records cannot be read or written.
        """
        first, self._until_ns = len(self.ended), self._clock.now_ns()
        self._wake.set()
        while self._wake.is_set():
            self._wake.clear()
            await self.tick()
            await asyncio.gather(*self._tasks.values())
        return self.ended[first:]

    async def run_now(self, name: str) -> DueRun:
        """Begin a job, whether or not it is due or switched on, and return what was taken.

        Raises
        ------
        BadInput
            If there is no such job.
        Conflict
            If it is being run, here or by another process.
        StoreError
            If the records cannot be read or written.
        """
        plan = self._plan(name)
        taken = None if name in self._tasks else await asyncio.to_thread(self._take_now, plan)
        if taken is None or name in self._tasks:
            raise Conflict(f"{name} is being run; wait for its end, or cancel it")
        self._begin(plan, taken)
        return taken

    async def switch(self, name: str, *, on: bool) -> None:
        """Have a job run by the clock or not, by every process; due times of before do not count.

        Raises
        ------
        BadInput
            If there is no such job.
        StoreError
            If the records cannot be written.
        """
        await asyncio.to_thread(self._switch, self._plan(name), on)
        self._wake.set()

    def wake(self) -> None:
        """Have the loop look at once."""
        self._wake.set()

    async def wait(self, name: str) -> None:
        """Return once a job is not being run by this process."""
        task = self._tasks.get(name)
        if task is not None:
            await asyncio.gather(task, return_exceptions=True)

    async def close(self) -> None:
        """End what is being run; it is taken up again later, by whoever runs the schedule. Idempotent."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def next_ns(self, plan: SchedulePlan) -> int | None:
        """Return when a job is due next, UTC; None where it is off, or the calendar ends. [ns]."""
        return self._next_ns(plan, self._clock.now_ns())

    def _next_ns(self, plan: SchedulePlan, after_ns: int) -> int | None:
        look = self.looks.get(plan.name)
        if look is None or not look.is_on:
            return None
        return next_due(plan.when, after_ns, self._sessions())

    # What follows is run in threads: it asks the records.

    def _take(self, plan: SchedulePlan) -> DueRun | None:
        now_ns, sessions = self._clock.now_ns(), self._sessions()
        look = self._look(plan, now_ns, sessions)
        if plan.name in self._tasks or self.is_paused or not look.is_on:
            return None
        until_ns = now_ns if self._until_ns is None else min(now_ns, self._until_ns)
        turn = turn_of(plan, look, until_ns, sessions)
        for due_ns in turn.missed:
            self._store.skip(plan.ledger, due_ns, now_ns=now_ns, said=MISSED)
        return None if turn.run is None else self._claim(plan, turn.run, now_ns)

    def _take_now(self, plan: SchedulePlan) -> DueRun | None:
        now_ns, sessions = self._clock.now_ns(), self._sessions()
        look = self._look(plan, now_ns, sessions)
        pending = turn_of(plan, look, now_ns, sessions).run if look.is_on else None
        return self._claim(plan, now_ns if pending is None else pending, now_ns)

    def _look_now(self, plan: SchedulePlan) -> Look:
        return self._look(plan, self._clock.now_ns(), self._sessions())

    def _look(self, plan: SchedulePlan, now_ns: int, sessions: Sessions) -> Look:
        look = look_at(self._store, plan, now_ns, sessions)
        if look != self.looks.get(plan.name):
            self.looks[plan.name] = look
            self.revision += 1
        return look

    def _claim(self, plan: SchedulePlan, due_ns: int, now_ns: int) -> DueRun | None:
        return self._store.claim(
            plan.ledger,
            due_ns,
            holder=self._holder,
            now_ns=now_ns,
            lease_s=plan.lease_s,
            attempts=plan.attempts,
            alone=True,
        )

    def _switch(self, plan: SchedulePlan, on: bool) -> None:  # noqa: FBT001 - called by name above
        now_ns, sessions = self._clock.now_ns(), self._sessions()
        was_on = self._look(plan, now_ns, sessions).is_on
        if on and not was_on:
            count_from(self._store, plan, now_ns, sessions)
        self._store.switch(plan.name, on=on)
        self._look_now(plan)

    # What follows is of the event loop.

    def _begin(self, plan: SchedulePlan, taken: DueRun) -> None:
        self.running[plan.name] = taken
        self.revision += 1
        task = asyncio.create_task(self._run(plan, taken), name=f"schedule {plan.name}")
        self._tasks[plan.name] = task
        task.add_done_callback(lambda _: self._ended(plan))
        self._wake.set()

    def _ended(self, plan: SchedulePlan) -> None:
        self._tasks.pop(plan.name, None)
        self.running.pop(plan.name, None)
        self.revision += 1
        self._wake.set()

    async def _run(self, plan: SchedulePlan, taken: DueRun) -> None:
        working = asyncio.create_task(self._work(plan, taken))
        holding = asyncio.create_task(self._hold(plan, taken))
        try:
            await asyncio.wait({working, holding}, return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                self._say(plan.name, f"stopped: {holding.result()}")
                return
            state, said = working.result()
        except asyncio.CancelledError:
            state, said = "failed", "stopped: quantdeck was ended"
        finally:
            for task in (working, holding):
                task.cancel()
            await asyncio.gather(working, holding, return_exceptions=True)
        await self._finish(plan, taken, state, said)

    async def _work(self, plan: SchedulePlan, taken: DueRun) -> tuple[DueState, str]:
        try:
            with self._fence(f"schedule {plan.name}"):
                said = await self._works[plan.name].run(taken, self._teller(plan.name))
        except Cancelled as error:
            return "skipped", str(error)
        except QuantdeckError as error:
            return "failed", str(error)
        return "done", said

    async def _hold(self, plan: SchedulePlan, taken: DueRun) -> str:
        renewed_ns = self._clock.monotonic_ns()
        while True:
            await self._clock.sleep(plan.lease_s / _RENEWALS)
            now_ns, asked_ns = self._clock.now_ns(), self._clock.monotonic_ns()
            try:
                self.running[plan.name] = await asyncio.to_thread(
                    self._store.renew, taken, now_ns=now_ns, lease_s=plan.lease_s
                )
                renewed_ns = asked_ns
            except Conflict as error:
                return str(error)
            except StoreError as error:
                # Others may believe by now that nobody runs it.
                if asked_ns - renewed_ns >= plan.lease_s * _NS:
                    return f"it cannot be held any more: {error}"

    async def _finish(self, plan: SchedulePlan, taken: DueRun, state: DueState, said: str) -> None:
        for attempt in range(_SAVED):
            try:
                now_ns = self._clock.now_ns()
                ended = await asyncio.to_thread(
                    self._store.finish, taken, state, now_ns=now_ns, said=said
                )
            except Conflict as error:
                self._say(plan.name, f"what it did does not count: {error}")
                return
            except StoreError as error:
                self._say(plan.name, f"its end is not kept: {error}")
                if attempt + 1 < _SAVED:
                    await self._clock.sleep(_SAVED_AGAIN_S)
            else:
                self.ended = [*self.ended[-99:], ended]
                self._say(plan.name, f"{state}: {said}")
                return

    async def _pause(self) -> None:
        waking = asyncio.create_task(self._wake.wait())
        sleeping = asyncio.create_task(self._clock.sleep(self._pause_s()))
        try:
            await asyncio.wait({waking, sleeping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waking.cancel()
            sleeping.cancel()

    def _pause_s(self) -> float:
        # What has come since the ledger was looked at is due now.
        moments = [self._next_ns(plan, self._looked_ns) for plan in self.plans]
        for plan in self.plans:
            look = self.looks.get(plan.name)
            moments += [
                tried_again_ns(plan, row)
                for row in (() if look is None else look.rows)
                if row.state in ("failed", "running") and plan.name not in self.running
            ]
        coming = [each for each in moments if each is not None and each > self._looked_ns]
        if not coming:
            return LONGEST_PAUSE_S
        return min(LONGEST_PAUSE_S, max(0.0, (min(coming) - self._clock.now_ns()) / _NS))

    def _watch_clock(self) -> None:
        now = self._clock.now_ns(), self._clock.monotonic_ns()
        before, self._seen = self._seen, now
        if before is None:
            return
        leap_s = ((now[0] - before[0]) - (now[1] - before[1])) / _NS
        if leap_s > LEAP_S:
            self._say("", f"the clock went {leap_s:,.0f} s ahead: the machine slept, or it was set")
        elif leap_s < -LEAP_S:
            back = f"the clock was set back by {-leap_s:,.0f} s"
            self._say("", f"{back}; nothing is run twice for it")

    def _plan(self, name: str) -> SchedulePlan:
        found = next((plan for plan in self.plans if plan.name == name), None)
        if found is None:
            known = ", ".join(plan.name for plan in self.plans) or "none here"
            raise BadInput(f"there is no scheduled job {name!r}; there are {known}", field="name")
        return found
