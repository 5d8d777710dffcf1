"""Publishes what a tape holds, and keeps at it whatever becomes of the bus."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from quantdeck.model.errors import StoreError

if TYPE_CHECKING:
    from quantdeck.ports.bus import BusPublisher, Outbox, Portion
    from quantdeck.ports.clock import Clock

_LOG = logging.getLogger(__name__)
_TICK_S = 0.02
_PAUSE_S = 1.0


class Relay:
    """Owned by the process that captures, which runs `run` as one task.

    Parameters
    ----------
    outbox : Outbox
        What the tape holds; closed when `run` ends.
    publisher : BusPublisher
        Where it goes; closed when `run` ends.
    clock : Clock
        Paces.

    Attributes
    ----------
    rows : int
        Published since this process began.
    trouble : str
        Why nothing can be published now; empty while all is well.
    """

    def __init__(self, outbox: Outbox, publisher: BusPublisher, clock: Clock) -> None:
        self.rows = 0
        self.trouble = ""
        self._outbox = outbox
        self._publisher = publisher
        self._clock = clock
        # Before the tape's writer is opened, which seals what an earlier process has left.
        self._new = outbox.open_new()

    async def run(self) -> None:
        """Publish until cancelled; what the bus or the disk does is told, never raised."""
        try:
            while True:
                try:
                    await self.step()
                except StoreError as error:
                    await self._wait(error)
                await self._clock.sleep(_TICK_S)
        finally:
            await asyncio.to_thread(self._outbox.close)
            await self._publisher.close()

    async def step(self) -> None:
        """Publish what there is now.

        Raises
        ------
        StoreError
            If it cannot be had or published; what was not is published by the next call.
        """
        self._new += await asyncio.to_thread(self._outbox.open_new)
        while self._new:
            run = self._new[0]
            self._outbox.go_to(run, await self._publisher.end_of(run))
            self._new.pop(0)
        portions = await asyncio.to_thread(self._outbox.read_on)
        for number, portion in enumerate(portions):
            try:
                await self._publisher.publish(portion)
            except StoreError:
                self._take_back(portions[number:])
                raise
            self.rows += portion.end - portion.first
            self._tell("")

    def _take_back(self, portions: list[Portion]) -> None:
        # How much of these the bus has is asked of it before anything else is sent.
        self._new = list(dict.fromkeys([*self._new, *(each.run for each in portions)]))

    async def _wait(self, error: StoreError) -> None:
        self._tell(str(error))
        await self._clock.sleep(_PAUSE_S)

    def _tell(self, trouble: str) -> None:
        if trouble != self.trouble:
            _LOG.warning("bus: %s", trouble or "what is captured is published again")
        self.trouble = trouble
