"""Keeps on this machine a copy of the tape that another one writes, over the bus."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from secrets import token_hex
from typing import TYPE_CHECKING

import quantdeck
from quantdeck.api.health_service import create_health
from quantdeck.api.server import Server, bind
from quantdeck.app.bus_parts import open_bus
from quantdeck.app.credentials import metrics_token, surroundings
from quantdeck.app.entrance import address_of, hosts_of
from quantdeck.app.logs import log_to
from quantdeck.app.mirroring import Mirror
from quantdeck.app.places import MIRROR_NAME, tape_folder
from quantdeck.app.signals import until_told_to_stop
from quantdeck.app.tape_parts import tape_options
from quantdeck.hub.mirror_health import MirrorHealth
from quantdeck.model.errors import ConfigError, StoreError
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from quantdeck.tape.chains.store import ChainStore
from quantdeck.tape.open import open_writer
from quantdeck.views.payloads import Mode

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.app.settings import Settings


@dataclass(frozen=True, slots=True)
class MirrorOptions:
    """What ``quantdeck mirror`` is told beside the settings.

    Parameters
    ----------
    demo : bool
        Copy the tape of the simulators.
    port : int
        Where its health is told; the next free one where it is taken.
    """

    demo: bool = False
    port: int = 8012


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
    asyncio.run(_mirror(settings, folder, options))


async def _mirror(settings: Settings, folder: Path, options: MirrorOptions) -> None:
    clock, instruments = SystemClock(), InstrumentTable()
    bus = open_bus(settings, folder, demo=options.demo)
    listener = bind(address_of(settings), options.port)
    writer = await asyncio.to_thread(
        open_writer, folder, instruments, clock=clock, options=tape_options(settings)
    )
    try:
        mirror = Mirror(
            bus,
            writer,
            ChainStore(folder),
            instruments,
            clock=clock,
            name=_name(folder),
            chains_kept=settings.boxes.max_snapshots_retained,
        )
        process = MirrorHealth(
            mirror,
            writer,
            clock=clock,
            mode=Mode.DEMO if options.demo else Mode.LIVE,
            version=quantdeck.__version__,
        )
        service = create_health(
            process, hosts=hosts_of(settings), metrics_token=metrics_token(surroundings())
        )
        server = Server(service, listener)
        url = f"http://127.0.0.1:{server.port}/health"
        print(f"mirror of {settings.bus.url} into {folder}, {url}  (Ctrl-C ends)", flush=True)  # noqa: T201
        copying = asyncio.create_task(mirror.run(), name="mirror")
        serving = asyncio.create_task(server.run(), name="http server")
        stopping = asyncio.create_task(until_told_to_stop(), name="signals")
        await asyncio.wait({copying, stopping}, return_when=asyncio.FIRST_COMPLETED)
        server.stop()
        for task in (copying, stopping):
            task.cancel()
        await asyncio.gather(stopping, serving, return_exceptions=True)
        with suppress(asyncio.CancelledError):
            await copying
    finally:
        await asyncio.to_thread(writer.close)


# A copy that is removed, or made elsewhere, is another one, and begins with all that the bus has.
def _name(folder: Path) -> str:
    path = folder / MIRROR_NAME
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
