"""How a process that copies the tape of another machine is doing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from quantdeck.hub.health import ComponentHealth, Health, tape_component
from quantdeck.hub.measures import Measure, mirror_measures

if TYPE_CHECKING:
    from quantdeck.ports.bus import BusStatus
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.tape import TapeWriter
    from quantdeck.views.payloads import Mode


class Copying(Protocol):
    """What copies."""

    @property
    def missed(self) -> int:
        """Events that the bus no longer had."""
        ...

    def status(self) -> BusStatus:
        """Return how copying goes."""
        ...


class MirrorHealth:
    """Tells health and measures of a mirror.

    Parameters
    ----------
    mirror : Copying
        What runs.
    writer : TapeWriter
        Where it copies to.
    clock : Clock
        Where the time comes from.
    mode : Mode
        Live or demo.
    version : str
        Version of quantdeck.
    """

    def __init__(
        self, mirror: Copying, writer: TapeWriter, *, clock: Clock, mode: Mode, version: str
    ) -> None:
        self.version = version
        self.clock = clock
        self._mirror = mirror
        self._writer = writer
        self._mode = mode

    def health(self) -> Health:
        """Return whether what is captured elsewhere comes, and is written."""
        tape, bus = self._writer.status(), self._mirror.status()
        part = tape_component(tape)
        problem = bus.trouble or ("" if part.state == "ok" else part.detail)
        return Health(
            live=True,
            ready=not problem,
            mode=self._mode,
            version=self.version,
            detail=problem,
            feeds=[],
            tape=tape.state,
            components=(part, self._copying(bus)),
        )

    def measures(self) -> list[Measure]:
        """Return what a monitoring system is told."""
        return mirror_measures(
            version=self.version,
            mode=self._mode.value,
            is_ready=self.health().ready,
            tape=self._writer.status(),
            bus=self._mirror.status(),
            missed=self._mirror.missed,
        )

    def _copying(self, bus: BusStatus) -> ComponentHealth:
        missed = self._mirror.missed
        lost = f"; {missed:,} were no longer on the bus" if missed else ""
        if bus.trouble:
            return ComponentHealth("bus", "failing", bus.trouble + lost)
        if not bus.rows:
            return ComponentHealth("bus", "waiting", f"nothing has been copied yet{lost}")
        copied = f"{bus.rows:,} events copied, {bus.lag_s:,.2f} s after their receipt"
        return ComponentHealth("bus", "ok", copied + lost)
