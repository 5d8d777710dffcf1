"""An alert desk over figures and channels that a test moves by hand."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from random import Random
from typing import TYPE_CHECKING, Any

from quantdeck.alerts.figures import Bound
from quantdeck.hub.alert_desk import AlertDesk
from quantdeck.hub.alert_parts import AlertParts
from quantdeck.hub.supervise import Supervisor
from tests.hub.deck_rig import SECOND_NS, HandClock
from tests.records.memory import MemoryAlerts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from quantdeck.model.alerts import FiredAlert

TEXT = "last(BTC) > 5"


class HandFigures:
    """Every figure is what the test says; NaN while it says nothing."""

    revision = 0

    def __init__(self) -> None:
        self.value = 1.0

    def bind(self, call: Any) -> Bound:
        return Bound(lambda now_ns: self.value, lambda now_ns: "nobody says it", ("BTC",))

    def keys(self, kind: Any, rows: Any) -> list[Any]:
        return ["BTC"]

    def refresh(self, now_ns: int) -> None:
        return


class HandChannel:
    """Takes messages, raises what it is told to, or never comes to an end."""

    def __init__(self, name: str = "slack") -> None:
        self.name = self.kind = name
        self.told: list[str] = []
        self.tried = 0
        self.problems: list[Exception] = []
        self.is_stuck = False
        self.is_closed = False

    async def send(self, alert: FiredAlert) -> None:
        self.tried += 1
        if self.is_stuck:
            await asyncio.Event().wait()
        if self.problems:
            raise self.problems.pop(0)
        self.told.append(alert.id)

    async def close(self) -> None:
        self.is_closed = True


class DeskRig:
    def __init__(self, desk: AlertDesk, store: Any, figures: HandFigures, clock: HandClock):
        self.desk = desk
        self.store = store
        self.figures = figures
        self.clock = clock
        self.said: list[str] = []

    async def until(self, condition: Callable[[], bool]) -> None:
        deadline = asyncio.get_running_loop().time() + 20
        while not condition():
            assert asyncio.get_running_loop().time() < deadline
            await asyncio.sleep(0.002)

    def fire(self) -> None:
        """Move the figure over the limit of `TEXT`, having been under it."""
        for value in (1.0, 9.0):
            self.clock.ns += SECOND_NS
            self.figures.value = value
            self.desk.take(None, None)  # type: ignore[arg-type]


@asynccontextmanager
async def desk_rig(
    *,
    store: Any = None,
    channels: Sequence[HandChannel] = (),
    simulated: bool = False,
    replayed: bool = False,
    runs: bool = True,
    clock: HandClock | None = None,
    duties: Any = None,
    holder: str = "",
) -> AsyncIterator[DeskRig]:
    clock, figures = clock or HandClock(), HandFigures()
    store = store or MemoryAlerts()
    said: list[str] = []
    desk = AlertDesk(
        AlertParts(store, list(channels), Random(1), duties=duties, holder=holder),
        figures=figures,
        clock=clock,
        now_ns=clock.now_ns,
        simulated=simulated,
        replayed=replayed,
        tell=said.append,
    )
    rig = DeskRig(desk, store, figures, clock)
    rig.said = said
    supervisor = Supervisor(clock)
    await desk.renew()
    if runs:
        desk.run(supervisor)
    try:
        yield rig
    finally:
        await supervisor.stop()
        await desk.close()
