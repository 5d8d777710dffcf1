"""Keeps on this machine a copy of the tape that another one writes, over the bus."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass
from secrets import token_hex
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.app.bus_parts import open_bus
from quantdeck.app.logs import log_to
from quantdeck.app.places import tape_folder
from quantdeck.app.signals import until_told_to_stop
from quantdeck.app.tape_parts import tape_options
from quantdeck.model.errors import ConfigError, StoreError
from quantdeck.model.events import Batch
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from quantdeck.ports.bus import Start
from quantdeck.tape.open import open_writer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from quantdeck.app.settings import Settings
    from quantdeck.ports.bus import Bus
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.tape import TapeWriter

_LOG = logging.getLogger(__name__)
_TICK_S = 0.02
_PAUSE_S = 1.0


@dataclass(frozen=True, slots=True)
class MirrorOptions:
    """What ``quantdeck mirror`` is told beside the settings.

    Parameters
    ----------
    demo : bool
        Copy the tape of the simulators.
    """

    demo: bool = False


def run_mirror(settings: Settings, options: MirrorOptions) -> None:
    """Copy until interrupted; see `quantdeck.cli.mirror`.

    Raises
    ------
    ConfigError
        If the settings name no bus.
    StoreError
        If another process writes the tape of this machine.
    """
    if not settings.bus.url:
        raise ConfigError(
            "a mirror copies what comes over a bus, and bus.url is empty; set it to that of the "
            "machine that captures, such as nats://host:4222"
        )
    folder = tape_folder(settings, demo=options.demo)
    log_to(folder, settings.log_level, name="mirror", logs=settings.logs)
    asyncio.run(_mirror(settings, folder, demo=options.demo))


async def _mirror(settings: Settings, folder: Path, *, demo: bool) -> None:
    clock, instruments = SystemClock(), InstrumentTable()
    bus = open_bus(settings, folder, demo=demo)
    writer = await asyncio.to_thread(
        open_writer, folder, instruments, clock=clock, options=tape_options(settings)
    )
    try:
        mirror = Mirror(bus, writer, instruments, clock=clock, name=_name(folder))
        copying = asyncio.create_task(mirror.run())
        stopping = asyncio.create_task(until_told_to_stop())
        print(f"mirror of {settings.bus.url} into {folder}  (Ctrl-C ends)", flush=True)  # noqa: T201
        await asyncio.wait({copying, stopping}, return_when=asyncio.FIRST_COMPLETED)
        for task in (copying, stopping):
            task.cancel()
        await asyncio.gather(stopping, return_exceptions=True)
        with suppress(asyncio.CancelledError):
            await copying
    finally:
        await asyncio.to_thread(writer.close)


class Mirror:
    """Puts onto a tape what comes over a bus, with the provenance that it has there.

    What is remembered as done is on the disk. What was read and not remembered is read again by the next
    run, and told by its key as all that is on the tape twice.

    Parameters
    ----------
    bus : Bus
        What is copied.
    writer : TapeWriter
        Where it goes.
    instruments : InstrumentTable
        Ids of the tape.
    clock : Clock
        Paces.
    name : str
        Under which the bus remembers how far this copy is.

    Attributes
    ----------
    rows : int
        Copied since this process began.
    """

    def __init__(
        self,
        bus: Bus,
        writer: TapeWriter,
        instruments: InstrumentTable,
        *,
        clock: Clock,
        name: str,
    ) -> None:
        self.rows = 0
        self._bus = bus
        self._writer = writer
        self._instruments = instruments
        self._clock = clock
        self._name = name
        self._trouble = ""

    async def run(self) -> None:
        """Copy until cancelled; what the bus or the disk does is told, never raised."""
        while True:
            follower = self._bus.follow(Start(name=self._name))
            try:
                while True:
                    found = await follower.read_on()
                    if found:
                        self.rows += await asyncio.to_thread(self._write, found)
                        await follower.commit()
                        self._tell("")
                    else:
                        await self._clock.sleep(_TICK_S)
            except StoreError as error:
                # What was read and not written is read again, from where it was last remembered.
                self._tell(str(error))
                await self._clock.sleep(_PAUSE_S)
            finally:
                await follower.close()

    def _write(self, found: list[tuple[Mapping[int, str], Batch]]) -> int:
        count = 0
        for symbols, batch in found:
            ids = np.zeros(max(symbols) + 1, dtype=np.int32)
            for number, name in symbols.items():
                ids[number] = self._instruments.id_of(name)
            rows = batch.rows.copy()
            rows["symbol"] = ids[batch.rows["symbol"]]
            self._writer.append_wait(Batch(batch.kind, rows, batch.provenance))
            count += len(rows)
        self._writer.sync()
        return count

    def _tell(self, trouble: str) -> None:
        if trouble != self._trouble:
            _LOG.warning("mirror: %s", trouble or "copying goes on")
        self._trouble = trouble


# A copy that is removed, or made elsewhere, is another one, and begins with all that the bus has.
def _name(folder: Path) -> str:
    path = folder / "followers" / "mirror.name"
    try:
        if path.exists():
            return path.read_text(encoding="utf-8").strip()
        name = f"mirror-{token_hex(6)}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name + "\n", encoding="utf-8")
    except OSError as error:
        raise StoreError(
            f"{path} cannot be had: {error.strerror}; check the data folder"
        ) from error
    return name
