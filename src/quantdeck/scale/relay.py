"""Publishes what a tape holds, and keeps at it whatever becomes of the bus."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from quantdeck.model.errors import StoreError
from quantdeck.ports.bus import BusStatus

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.ports.bus import BusPublisher, Note, Outbox, Portion
    from quantdeck.ports.clock import Clock

T = TypeVar("T")
_LOG = logging.getLogger(__name__)
_TICK_S = 0.02
_PAUSE_S = 1.0
_NS = 1e9


class Relay:
    """Owned by the process that captures, which runs `run` as one task and then awaits `finish`.

    Parameters
    ----------
    outbox : Outbox
        What the tape holds; closed by `finish`.
    publisher : BusPublisher
        Where it goes; closed by `finish`.
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
        self._bytes = self._noted = self._errors = self._waiting = self._taken_back = 0
        self._lag_s, self._newest_ns = 0.0, 0
        self._notes: list[Note] = []
        self._is_over = False
        # One thread: what is still at work after a cancellation is over before the next call begins.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="outbox")
        # Before the tape's writer is opened, which seals what an earlier process has left.
        self._new = outbox.open_new()

    def status(self) -> BusStatus:
        """Return how publishing goes."""
        lag_s = self._lag_s
        if self.trouble and self._newest_ns:
            lag_s = max(lag_s, (self._clock.now_ns() - self._newest_ns) / _NS)
        return BusStatus(
            trouble=self.trouble,
            rows=self.rows,
            bytes=self._bytes,
            notes=self._noted,
            errors=self._errors,
            reconnects=self._publisher.reconnects,
            waiting_bytes=self._waiting,
            let_go=self._outbox.let_go,
            lag_s=lag_s,
        )

    async def run(self) -> None:
        """Publish until cancelled; what the bus or the disk does is told, never raised."""
        while True:
            try:
                await self.step()
            except StoreError as error:
                self._errors += 1
                await self._wait(error)
            await self._clock.sleep(_TICK_S)

    async def finish(self, *, within_s: float = 3.0) -> None:
        """Publish what the tape's writer has written last, and close both ends.

        What cannot be published in that time waits for the next process. Call it once the writer is
        closed and `run` has ended. Idempotent.

        Parameters
        ----------
        within_s : float
            So long it is tried, unless the bus is away. [s]
        """
        if self._is_over:
            return
        self._is_over = True
        try:
            with suppress(TimeoutError, StoreError):
                async with asyncio.timeout(within_s):
                    # A cancellation may have come between reading and publishing.
                    self._new = await self._in_thread(self._outbox.runs)
                    while not self.trouble and await self.step():
                        pass
        finally:
            await self._in_thread(self._outbox.close)
            self._thread.shutdown()
            await self._publisher.close()

    async def step(self) -> int:
        """Publish what there is now, and return how much that was.

        Returns
        -------
        int
            Portions and notes.

        Raises
        ------
        StoreError
            If it cannot be had or published; what was not is published by the next call.
        """
        self._new += await self._in_thread(self._outbox.open_new)
        while self._new:
            run = self._new[0]
            self._outbox.go_to(run, await self._publisher.end_of(run))
            self._new.pop(0)
        self._taken_back = 0
        portions = await self._in_thread(self._read_on)
        for number, portion in enumerate(portions):
            try:
                await self._publisher.publish(portion)
            except StoreError:
                self._take_back(portions[number:])
                raise
            self._count(portion)
        return len(portions) + await self._publish_notes()

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _read_on(self) -> list[Portion]:
        portions = self._outbox.read_on()
        self._waiting = self._outbox.waiting_bytes() + sum(len(each.body) for each in portions)
        return portions

    async def _publish_notes(self) -> int:
        self._notes += await self._in_thread(self._outbox.notes)
        count = 0
        while self._notes:
            # Kept until the bus has it: the tape tells of a change once.
            self._noted += await self._publisher.publish_note(self._notes[0])
            self._notes.pop(0)
            count += 1
            self._tell("")
        return count

    def _count(self, portion: Portion) -> None:
        self.rows += portion.end - portion.first
        self._bytes += len(portion.body)
        self._waiting = max(0, self._waiting - len(portion.body))
        self._newest_ns = max(self._newest_ns, portion.received_ns)
        self._lag_s = max(0.0, (self._clock.now_ns() - portion.received_ns) / _NS)
        self._tell("")

    def _take_back(self, portions: list[Portion]) -> None:
        # How much of these the bus has is asked of it before anything else is sent.
        self._taken_back = sum(len(each.body) for each in portions)
        self._new = list(dict.fromkeys([*self._new, *(each.run for each in portions)]))

    async def _wait(self, error: StoreError) -> None:
        self._tell(str(error))
        with suppress(StoreError):
            # What has been written meanwhile is told too.
            self._waiting = self._taken_back + await self._in_thread(self._outbox.waiting_bytes)
        await self._clock.sleep(_PAUSE_S)

    def _tell(self, trouble: str) -> None:
        if trouble != self.trouble:
            _LOG.warning("bus: %s", trouble or "what is captured is published again")
        self.trouble = trouble
