"""An option desk beside a box desk, both of a vendor told what to bring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.hub.answers import Answers
from quantdeck.hub.machine import Machine, Parts
from quantdeck.hub.option_desk import OptionParts, OptionQuestion
from quantdeck.hub.topic import Topic
from quantdeck.ports.tape import TapeReader
from quantdeck.views.payloads import Mode
from tests.hub.box_rig import SPX, SPY, BoxRig

if TYPE_CHECKING:
    from quantdeck.hub.option_desk import OptionDesk

OF_SPX, OF_SPY = OptionQuestion("US:SPX"), OptionQuestion("US:SPY")


class KeptSnapshots:
    """Remembers what it was given."""

    def __init__(self):
        self.kept = []
        self.pruned = []

    def keep(self, snapshot):
        self.kept.append(snapshot)

    def prune(self, keep, *, now_ns):
        self.pruned.append(keep)
        return 0


class OptionRig:
    """A machine with both desks; SPX is the box desk's, SPY is asked for."""

    def __init__(self, *, boxes=True, mode=Mode.LIVE, **parts):
        self.rig = BoxRig()
        self.store = KeptSnapshots()
        options = {"requests": (SPY,), "store": self.store, **parts}
        self.machine = Machine(
            Parts(
                mode=mode,
                version="0",
                clock=self.rig.clock,
                instruments=self.rig.table,
                plans=[],
                reader=TapeReader,
                ring_rows=4096,
                boxes=self.rig.parts if boxes else None,
                options=OptionParts(**options),
            )
        )
        self.machine.capture.is_on = True
        self.answers = Answers(self.machine)

    @property
    def desk(self) -> OptionDesk:
        return self.machine.options

    @property
    def vendor(self):
        return self.rig.vendor

    def later(self, seconds):
        self.rig.clock.ns += int(seconds * 1e9)

    async def seed(self):
        """Let the box desk see its chains once."""
        await self.machine.desk.snapshot(SPX)
        await self.machine.desk.refresh()
        return self

    def quick(self, name, **params):
        return self.answers.quick(Topic(name, tuple(sorted(params.items()))))

    async def shown(self, name, **params):
        """Return a panel's payload, studying the chains where they have not been."""
        payload = self.quick(name, **params)
        if payload is not None:
            return payload
        return await self.answers.slow(Topic(name, tuple(sorted(params.items()))))
