"""Puts onto a tape, and beside it, what comes over a bus: a copy that goes on by itself."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.errors import BadInput, StoreError
from quantdeck.model.events import Batch
from quantdeck.ports.bus import BusStatus, Start, Topic
from quantdeck.tape.notes import chains_of, gap_of, rates_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quantdeck.model.instruments import InstrumentTable
    from quantdeck.ports.box_store import BoxStore
    from quantdeck.ports.bus import Bus, Note
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.tape import TapeWriter

_LOG = logging.getLogger(__name__)
_TICK_S = 0.02
_PAUSE_S = 1.0
_LOOK_S = 1.0


class Mirror:
    """Copies events, gaps, snapshots of chains and rates, with the provenance that they have there.

    What is remembered as done is on the disk. What was read and not remembered is read again by the next
    run, and told by its key as all that is on the tape twice.

    Parameters
    ----------
    bus : Bus
        What is copied.
    writer : TapeWriter
        Where the events and the gaps go.
    chains : BoxStore
        Where the snapshots of chains, and the rates, go.
    instruments : InstrumentTable
        Ids of the tape.
    clock : Clock
        Paces.
    name : str
        Under which the bus remembers how far this copy is.
    chains_kept : int
        Snapshots kept of each source and underlying.

    Attributes
    ----------
    rows, notes : int
        Copied since this process began.
    missed : int
        Events that the bus no longer had, since this process began.
    trouble : str
        Why nothing comes, or can be written; empty while all is well.
    """

    def __init__(  # noqa: PLR0913 - what it is connected to
        self,
        bus: Bus,
        writer: TapeWriter,
        chains: BoxStore,
        instruments: InstrumentTable,
        *,
        clock: Clock,
        name: str,
        chains_kept: int = 100,
    ) -> None:
        self.rows = self.notes = self.missed = 0
        self.trouble = ""
        self._errors = 0
        self._lag_s = 0.0
        self._bus = bus
        self._writer = writer
        self._chains = chains
        self._instruments = instruments
        self._clock = clock
        self._name = name
        self._chains_kept = chains_kept

    def status(self) -> BusStatus:
        """Return how copying goes; the lag is from the receipt of an event until it is on the disk."""
        return BusStatus(
            trouble=self.trouble,
            rows=self.rows,
            notes=self.notes,
            errors=self._errors,
            lag_s=self._lag_s,
        )

    async def run(self) -> None:
        """Copy until cancelled; what the bus or the disk does is told, never raised."""
        before = 0
        while True:
            follower = self._bus.follow(Start(name=self._name, topics=tuple(Topic)))
            looked_ns: int | None = None
            try:
                while True:
                    found, notes = await follower.read_on(), follower.notes()
                    self.missed = before + follower.missed
                    if found or notes:
                        await asyncio.to_thread(self._write, found, notes)
                        await follower.commit()
                        self._tell("")
                        continue
                    now_ns = self._clock.monotonic_ns()
                    if looked_ns is None or now_ns - looked_ns >= _LOOK_S * 1e9:
                        looked_ns = now_ns
                        self._tell(await follower.trouble())
                    await self._clock.sleep(_TICK_S)
            except StoreError as error:
                # What was read and not written is read again, from where it was last remembered.
                self._errors += 1
                self._tell(str(error))
                await self._clock.sleep(_PAUSE_S)
            finally:
                before = self.missed
                await follower.close()

    def _write(
        self, found: Sequence[tuple[Mapping[int, str], Batch]], notes: Sequence[Note]
    ) -> None:
        count = newest_ns = 0
        for symbols, batch in found:
            ids = np.zeros(max(symbols) + 1, dtype=np.int32)
            for number, name in symbols.items():
                ids[number] = self._instruments.id_of(name)
            rows = batch.rows.copy()
            rows["symbol"] = ids[batch.rows["symbol"]]
            self._writer.append_wait(Batch(batch.kind, rows, batch.provenance))
            count += len(rows)
            newest_ns = max(newest_ns, int(rows["ts_recv"].max()))
        for note in notes:
            self._keep(note)
        self._writer.sync()
        self.rows += count
        self.notes += len(notes)
        if newest_ns:
            self._lag_s = max(0.0, (self._clock.now_ns() - newest_ns) / 1e9)

    def _keep(self, note: Note) -> None:
        try:
            if note.topic is Topic.GAP:
                self._writer.record_gap(gap_of(note))
            elif note.topic is Topic.RATES:
                self._chains.append_rates(rates_of(note))
            else:
                self._keep_chains(note)
        except BadInput as error:
            _LOG.warning("mirror: %s; it is left out", error)

    def _keep_chains(self, note: Note) -> None:
        taken = chains_of(note)
        underlying = taken.chains[0].underlying
        source = taken.provenance.source
        kept = self._chains.snapshots(underlying=underlying, source=source, start_ns=taken.taken_ns)
        if not any(each.taken_ns == taken.taken_ns for each in kept):
            self._chains.keep(taken)
            self._chains.prune(self._chains_kept, now_ns=self._clock.now_ns())

    def _tell(self, trouble: str) -> None:
        if bool(trouble) != bool(self.trouble):
            _LOG.warning("mirror: %s", trouble or "copying goes on")
        self.trouble = trouble
