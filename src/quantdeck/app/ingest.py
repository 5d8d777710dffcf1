"""Captures onto the tape and serves no page: the part of a deck that has to go on."""

from __future__ import annotations

import asyncio
import threading
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

import quantdeck
from quantdeck.api.health_service import create_health
from quantdeck.api.server import Server, bind
from quantdeck.app.bus_parts import open_relay
from quantdeck.app.credentials import metrics_token, surroundings
from quantdeck.app.deck_parts import ring_rows
from quantdeck.app.entrance import address_of, hosts_of
from quantdeck.app.history_parts import history_parts
from quantdeck.app.logs import log_to
from quantdeck.app.places import tape_folder
from quantdeck.app.plans import Surroundings
from quantdeck.app.runs import new_run_id
from quantdeck.app.serve import run_deck
from quantdeck.app.tape_parts import tape_reader, tape_writer
from quantdeck.app.vendors import demo_vendors, live_vendors
from quantdeck.app.warm import warm_kernels
from quantdeck.hub.deck import RunningDeck
from quantdeck.hub.machine import Machine
from quantdeck.hub.parts import Parts
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from quantdeck.views.payloads import Mode

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.app.settings import Settings

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class IngestOptions:
    """What ``quantdeck ingest`` is told beside the settings.

    Parameters
    ----------
    demo : bool
        Run on the simulators.
    symbols : tuple of str
        What to capture, as typed; the settings' where empty.
    port : int
        Where its health is told; the next free one where it is taken.
    """

    demo: bool = False
    symbols: tuple[str, ...] = ()
    port: int = 8010


def run_ingest(settings: Settings, options: IngestOptions) -> None:
    """Capture until interrupted; see `quantdeck.cli.ingest`.

    Raises
    ------
    AuthFailed, ConfigError
        If no vendor of the settings can be asked.
    BadInput
        If a symbol is not known.
    StoreError
        If another process writes the tape.
    """
    folder = tape_folder(settings, demo=options.demo)
    log_to(folder, settings.log_level, name="ingest", logs=settings.logs)
    asyncio.run(_ingest(settings, options, folder))


async def _ingest(settings: Settings, options: IngestOptions, folder: Path) -> None:
    clock, instruments = SystemClock(), InstrumentTable()
    around = Surroundings(clock, instruments, new_run_id(clock), folder)
    async with AsyncExitStack() as stack:
        open_vendors = demo_vendors if options.demo else live_vendors
        vendors = await open_vendors(settings, around, stack)
        relay = open_relay(settings, folder, clock, demo=options.demo)
        if relay is not None:
            # After the writer: what that has written last is published too.
            stack.push_async_callback(relay.finish)
        writer = await asyncio.to_thread(
            tape_writer, settings, folder, instruments, clock, demo=options.demo
        )
        stack.callback(writer.close)
        machine = Machine(
            Parts(
                mode=Mode.DEMO if options.demo else Mode.LIVE,
                version=quantdeck.__version__,
                clock=clock,
                instruments=instruments,
                plans=vendors.plans,
                reader=tape_reader(settings, folder, demo=options.demo),
                writer=writer,
                ring_rows=ring_rows(settings),
                bars_kept=settings.capture.bars_kept,
                boxes=vendors.boxes,
                prices=history_parts(settings, around, vendors.sources, demo=options.demo),
                bus=None if relay is None else relay.status,
            )
        )
        if relay is not None:
            machine.supervisor.start("bus", relay.run)
        deck = RunningDeck(machine)
        listener = bind(address_of(settings), options.port)
        port = listener.getsockname()[1]
        ending = threading.Event()
        stack.callback(ending.set)

        async def begin() -> None:
            # Compiled by the first events they would hold up all that come after.
            await asyncio.to_thread(warm_kernels, ending.is_set, captures_only=True)
            captured = await machine.start_capture(options.symbols or None)
            print(f"capturing {', '.join(captured) or 'option chains'} into {folder}", flush=True)  # noqa: T201

        def offer() -> None:
            badge = " DEMO (simulated data)" if options.demo else ""
            url = f"http://{LOOPBACK}:{port}/health"
            print(f"quantdeck ingest{badge} {url}  (Ctrl-C ends)", flush=True)  # noqa: T201

        service = create_health(
            deck, hosts=hosts_of(settings), metrics_token=metrics_token(surroundings())
        )
        await run_deck(deck, Server(service, listener), begin=begin, offer=offer)
