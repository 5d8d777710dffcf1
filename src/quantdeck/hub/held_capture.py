"""Captures what the paper account holds or has ordered, beside what was chosen, and lets go of it after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.model.errors import BadInput, VenueError
from quantdeck.model.instruments import venue_of

if TYPE_CHECKING:
    from quantdeck.hub.machine import Machine
    from quantdeck.hub.paper_desk import PaperDesk
    from quantdeck.hub.supervise import Supervisor

_LOOK_S = 2.0


class HeldCapture:
    """Owned by the machine.

    Parameters
    ----------
    machine : Machine
        What captures.
    desk : PaperDesk
        What holds.
    """

    def __init__(self, machine: Machine, desk: PaperDesk) -> None:
        self._machine = machine
        self._desk = desk
        self._added: set[str] = set()
        self._refused: set[str] = set()

    def run(self, supervisor: Supervisor) -> None:
        """Follow what is held from now on; returns at once."""
        supervisor.start("held symbols", self._run)

    async def step(self) -> None:
        """Look once, and change what is captured where that is needed."""
        capture = self._machine.capture
        if not capture.is_on:
            return
        held = self._wanted()
        chosen = capture.symbols()
        self._added &= set(chosen)
        new = [symbol for symbol in held if symbol not in chosen and symbol not in self._refused]
        gone = self._added - set(held)
        if not new and not gone:
            return
        kept = [symbol for symbol in chosen if symbol not in gone]
        if not (kept or new):
            return
        try:
            await self._machine.start_capture([*kept, *new])
        except (BadInput, VenueError) as error:
            # A vendor may not know what was taken over from a list: the others go on.
            self._refused.update(new)
            what = ", ".join(new) or "what is held"
            self._machine.journal.write(f"{what} cannot be captured: {error}", tone="warn")
            return
        self._added = (self._added | set(new)) - gone

    async def _run(self) -> None:
        while True:
            await self.step()
            await self._machine.clock.sleep(_LOOK_S)

    def _wanted(self) -> list[str]:
        orders = self._desk.account.open_orders()
        ordered = [leg.symbol for order in orders for leg in order.ticket.legs]
        venues = {plan.venue for plan in self._machine.parts.plans}
        held = dict.fromkeys([*self._desk.symbols_held(), *ordered])
        # Options come with their chains.
        return [symbol for symbol in held if venue_of(symbol) in venues]
