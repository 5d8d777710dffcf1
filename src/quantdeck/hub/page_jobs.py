"""The panels of a page that start some of the jobs and tell how they go, asked of the desk that runs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.hub.standing import standing
from quantdeck.model.errors import NoData
from quantdeck.views import jobs
from quantdeck.views.payloads import TextPayload
from quantdeck.views.state import steady_state

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable

    from quantdeck.hub.job_desk import JobDesk
    from quantdeck.hub.machine import Machine
    from quantdeck.views.payloads import Payload, RowsPayload

NO_JOBS = "This deck runs no jobs: it plays recorded data, or its settings name no vendor."
"""What stands above the buttons of a deck that can run none of them."""


class PageJobs:
    """Answers ``<page>.run``, ``<page>.log`` and ``<page>.jobs``. Owned by the answers of a page.

    Parameters
    ----------
    machine : Machine
        Whose state the panels say.
    desk : JobDesk
        Runs them.
    page : str
        Id of the page.
    kinds : collection of str
        Jobs that it starts; of others its panels say nothing.
    said : str
        Stands above the buttons.
    """

    def __init__(
        self, machine: Machine, desk: JobDesk, page: str, kinds: Collection[str], *, said: str
    ) -> None:
        self._machine = machine
        self._desk = desk
        self._page = page
        self._kinds = kinds
        self._said = said

    @property
    def topics(self) -> frozenset[str]:
        """What is answered here."""
        return frozenset(f"{self._page}.{name}" for name in ("run", "log", "jobs"))

    @property
    def ended(self) -> int:
        """How many of these runs have ended since the start."""
        return sum(map(self._desk.ended_of, self._kinds))

    def quick(self, name: str) -> Payload | None:
        """Return the payload of a topic, or None where the runs of before are not known yet."""
        state = steady_state(standing(self._machine))
        match name.rpartition(".")[2]:
            case "run":
                can = any(kind in self._desk.kinds for kind in self._kinds)
                return TextPayload(state, self._said if can else NO_JOBS)
            case "log":
                lines = [each for each in self._desk.lines() if each.kind in self._kinds]
                return jobs.log_payload(lines, state)
            case _:
                return self.runs()

    def runs(self) -> RowsPayload | None:
        """Return the rows of the runs, or None where those of before are not known yet."""
        if not self._desk.is_loaded:
            return None
        runs = [each for each in self._desk.runs() if each.kind in self._kinds]
        state = steady_state(standing(self._machine))
        return jobs.jobs_payload(runs, state, now_ns=self._machine.clock.now_ns())

    async def slow(self, name: str) -> Payload:
        """Read the runs of before, and return the payload.

        Raises
        ------
        NoData
            If they change meanwhile.
        StoreError
            If they cannot be read.
        """
        await self._desk.load()
        found = self.quick(name)
        if found is None:
            raise NoData("what is kept changes faster than it can be read; ask again")
        return found

    def revision(self) -> Hashable:
        """Return something that changes whenever a payload may have: each second while one works."""
        is_busy = any(run.state == "running" for run in self._desk.runs())
        second = self._machine.clock.monotonic_ns() // 1_000_000_000
        return self._desk.revision, second if is_busy else 0
