"""How a process that only runs the schedule is doing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.hub.health import ComponentHealth, Health
from quantdeck.hub.measures import schedule_measures
from quantdeck.hub.schedule_desk import job_now

if TYPE_CHECKING:
    from quantdeck.hub.measures import Measure
    from quantdeck.hub.scheduler import Scheduler
    from quantdeck.hub.supervise import Supervisor
    from quantdeck.ports.clock import Clock
    from quantdeck.views.payloads import Mode


class ScheduleHealth:
    """Tells health and measures of a scheduler without a deck.

    Parameters
    ----------
    scheduler : Scheduler
        What runs.
    supervisor : Supervisor
        Its fence: knows what has failed.
    clock : Clock
        Where the time comes from.
    mode : Mode
        Live or demo.
    version : str
        Version of quantdeck.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        supervisor: Supervisor,
        *,
        clock: Clock,
        mode: Mode,
        version: str,
    ) -> None:
        self.version = version
        self.clock = clock
        self._scheduler = scheduler
        self._supervisor = supervisor
        self._mode = mode

    def health(self) -> Health:
        """Return whether the run ledger is read and written; a job that fails is told by its measure."""
        scheduler = self._scheduler
        wanting = "" if scheduler.looks else "the schedule has not been read yet"
        trouble = scheduler.trouble or wanting
        running = ", ".join(scheduler.running) or "nothing"
        state = "failing" if scheduler.trouble else "waiting" if wanting else "ok"
        part = ComponentHealth("schedule", state, trouble or f"{running} is being run")
        return Health(
            live=True,
            ready=not trouble,
            mode=self._mode,
            version=self.version,
            detail=trouble,
            feeds=[],
            tape="off",
            components=(part,),
        )

    def measures(self) -> list[Measure]:
        """Return what a monitoring system is told."""
        now_ns = self.clock.now_ns()
        return schedule_measures(
            version=self.version,
            mode=self._mode.value,
            is_ready=self.health().ready,
            tasks=self._supervisor.statuses(),
            jobs=[job_now(self._scheduler, plan, now_ns=now_ns) for plan in self._scheduler.plans],
        )
