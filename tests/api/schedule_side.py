"""The half of a deck that runs jobs by the clock."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from quantdeck.hub.schedule_desk import ScheduleDesk
from quantdeck.hub.schedule_parts import ScheduleParts
from tests.hub.schedule_rig import plan_of
from tests.records.memory_due import MemoryDue


class ScheduleSide:
    clock: Any
    jobs: Any

    def _open_schedule(self) -> None:
        plans = [plan_of(name="verify"), plan_of("close + 20 min", name="collect", is_on=False)]
        machine: Any = SimpleNamespace(
            clock=self.clock,
            supervisor=SimpleNamespace(fence=None),
            journal=SimpleNamespace(write=lambda _: None),
        )
        self.due = MemoryDue()
        self.schedule = ScheduleDesk(machine, ScheduleParts(self.due, plans, "here:1"), self.jobs)
