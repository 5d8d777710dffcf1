"""A scheduler on a clock turned by hand, with work that does as it is told."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from typing import TYPE_CHECKING

from quantdeck.analytics.due_times import parse_when
from quantdeck.analytics.sessions import us_sessions
from quantdeck.hub.scheduler import Scheduler
from quantdeck.ports.jobs import JobQuestion
from quantdeck.ports.scheduled import SchedulePlan

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from quantdeck.ports.due import DueRun, DueStore
    from quantdeck.ports.jobs import JobTeller

NS = 1_000_000_000
HOUR_NS = 3_600 * NS
START_NS = 1_795_000_000 * NS // HOUR_NS * HOUR_NS
"""A full hour."""


class TurnedClock:
    """Moves when told; who sleeps wakes when its time has come. The wall clock can be set."""

    def __init__(self, ns: int = START_NS) -> None:
        self.wall_ns = ns
        self.steady_ns = 0
        self._sleepers: list[tuple[int, asyncio.Event]] = []

    def now_ns(self) -> int:
        return self.wall_ns

    def monotonic_ns(self) -> int:
        return self.steady_ns

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            return
        woken = asyncio.Event()
        self._sleepers.append((self.steady_ns + int(seconds * NS), woken))
        await woken.wait()

    def move(self, seconds: float) -> None:
        self.wall_ns += int(seconds * NS)
        self.steady_ns += int(seconds * NS)
        for until_ns, woken in self._sleepers:
            if until_ns <= self.steady_ns:
                woken.set()

    def set_by(self, seconds: float) -> None:
        """Set the wall clock, or let the machine sleep: the steady clock stands still."""
        self.wall_ns += int(seconds * NS)


class ToldWork:
    """Notes what it runs, and ends when it may."""

    def __init__(self) -> None:
        self.ran: list[int] = []
        self.ended = 0
        self.cancelled = 0
        self.failure: Exception | None = None
        self.may_end = asyncio.Event()
        self.may_end.set()

    async def run(self, due: DueRun, tell: JobTeller) -> str:
        self.ran.append(due.due_ns)
        try:
            await self.may_end.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.failure is not None:
            raise self.failure
        self.ended += 1
        return "all is well"


class NoWords:
    def line(self, text: str, *, tone: str = "plain") -> None:
        return

    def progress(self, done: int, of: int) -> None:
        return


def plan_of(when: str = "every 1 h", **changes: Any) -> SchedulePlan:
    name = changes.pop("name", "backup")
    question = JobQuestion(kind=name)
    return SchedulePlan(name=name, title=name, when=parse_when(when), question=question, **changes)


class Bench:
    """One process that runs a schedule."""

    def __init__(
        self,
        store: DueStore,
        *plans: SchedulePlan,
        clock: TurnedClock | None = None,
        holder: str = "one",
    ) -> None:
        self.clock = clock or TurnedClock()
        self.work = ToldWork()
        self.said: list[str] = []
        self.store = store
        self.plans: Sequence[SchedulePlan] = plans or (plan_of(),)
        self.scheduler = Scheduler(
            self.plans,
            {plan.name: self.work for plan in self.plans},
            store,
            clock=self.clock,
            holder=holder,
            sessions=us_sessions,
            fence=lambda _: nullcontext(),
            say=lambda name, text: self.said.append(f"{name}: {text}"),
            teller=lambda _: NoWords(),
        )

    def states(self) -> list[tuple[float, str]]:
        """Return hours since the start and states of the due times, oldest first."""
        rows = self.store.runs(job=self.plans[0].name)
        return [((row.due_ns - START_NS) / HOUR_NS, row.state) for row in reversed(rows)]


async def until(is_so: Callable[[], object]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(10):
        while not is_so():  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0.001)
