"""What the panels of the schedule show, asked of its desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.hub.schedule_desk import NO_SCHEDULE, ScheduleDesk
from quantdeck.hub.standing import standing
from quantdeck.model.errors import BadInput, Conflict, NoData
from quantdeck.views.nothing import nothing_of
from quantdeck.views.schedule import schedule_payload, schedule_runs_payload
from quantdeck.views.schedule_panels import JOBS, PANELS, RUNS
from quantdeck.views.state import steady_state

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from quantdeck.hub.job_desk import JobDesk
    from quantdeck.hub.machine import Machine
    from quantdeck.views.payloads import Payload
    from quantdeck.views.schedule import ScheduledJob

    Params = Mapping[str, str]

_KINDS = {panel.id: panel.kind for panel in PANELS}


class ScheduleAnswers:
    """Answers topics of the schedule. Owned by `quantdeck.hub.answers.Answers`.

    Parameters
    ----------
    machine : Machine
        Whose schedule it is.
    jobs : JobDesk
        Runs the jobs.
    """

    def __init__(self, machine: Machine, jobs: JobDesk) -> None:
        self._machine = machine
        parts = machine.parts.schedule
        self._desk = None if parts is None else ScheduleDesk(machine, parts, jobs)

    @property
    def desk(self) -> ScheduleDesk:
        """Runs the schedule.

        Raises
        ------
        Conflict
            If this deck has none.
        """
        if self._desk is None:
            raise Conflict(NO_SCHEDULE)
        return self._desk

    def jobs(self) -> list[ScheduledJob]:
        """Return every job of the schedule as it stood last; none where there is no schedule."""
        return [] if self._desk is None else self._desk.jobs()

    def run(self) -> None:
        """Start the schedule where there is one; returns at once."""
        if self._desk is not None:
            self._machine.supervisor.start("schedule", self._desk.run)

    async def close(self) -> None:
        """End what the schedule runs. Idempotent."""
        if self._desk is not None:
            await self._machine.supervisor.stop("schedule")
            await self._desk.close()

    def quick(self, name: str, params: Params) -> Payload | None:  # noqa: ARG002 - takes none
        """Return the payload of a topic from memory, or None where the ledger must be read."""
        if self._desk is None:
            return nothing_of(_KINDS[name], f"{NO_SCHEDULE[:1].upper()}{NO_SCHEDULE[1:]}.")
        return _payload(name, self._machine, self._desk) if self._desk.is_known else None

    async def slow(self, name: str, params: Params) -> Payload:
        """Read the ledger, and return the payload."""
        await self.desk.look()
        found = self.quick(name, params)
        if found is None:
            raise NoData("the run ledger could not be read in time; ask again")
        return found

    def revision(self, name: str) -> Hashable:  # noqa: ARG002 - both change together
        """Return something that changes whenever the payload of a topic may have."""
        return 0 if self._desk is None else self._desk.revision


def _payload(name: str, machine: Machine, desk: ScheduleDesk) -> Payload:
    state, now_ns = steady_state(standing(machine)), machine.clock.now_ns()
    if name == JOBS.id:
        return schedule_payload(desk.jobs(), state, is_running=desk.is_running, now_ns=now_ns)
    if name == RUNS.id:
        return schedule_runs_payload(desk.runs(), state, now_ns=now_ns)
    raise BadInput(f"there is no topic {name!r} of the schedule")
