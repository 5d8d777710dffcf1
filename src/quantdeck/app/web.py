"""Serves the page beside a process that captures: it follows the tape and writes none."""

from __future__ import annotations

import asyncio
import threading
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quantdeck.app.deck_parts import WaysIn, deck_parts
from quantdeck.app.follow_parts import follow_plans
from quantdeck.app.history_parts import demo_venues, history_sources
from quantdeck.app.kept_feed import kept_boxes
from quantdeck.app.logs import log_to
from quantdeck.app.option_parts import option_parts
from quantdeck.app.places import tape_folder
from quantdeck.app.plans import Surroundings
from quantdeck.app.runs import new_run_id
from quantdeck.app.serve import serve
from quantdeck.app.state import open_state
from quantdeck.app.warm import warm_kernels
from quantdeck.hub.deck import RunningDeck
from quantdeck.hub.machine import Machine
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from quantdeck.tape.open import is_written

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.app.settings import Settings


@dataclass(frozen=True, slots=True)
class WebOptions:
    """What ``quantdeck web`` is told beside the settings.

    Parameters
    ----------
    demo : bool
        Follow the tape of the demo.
    symbols : tuple of str
        What to follow, as typed; the settings' where empty.
    open_browser : bool
        Open the page.
    """

    demo: bool = False
    symbols: tuple[str, ...] = ()
    open_browser: bool = True


def run_web(settings: Settings, options: WebOptions) -> None:
    """Serve the page until interrupted; see `quantdeck.cli.web`.

    Raises
    ------
    AuthFailed, ConfigError
        As `quantdeck.app.follow_parts.follow_plans` does.
    StoreError
        If the records cannot be opened.
    """
    folder = tape_folder(settings, demo=options.demo)
    log_to(folder, settings.log_level, name="web", logs=settings.logs)
    asyncio.run(_web(settings, options, folder))


async def _web(settings: Settings, options: WebOptions, folder: Path) -> None:
    clock, instruments = SystemClock(), InstrumentTable()
    around = Surroundings(clock, instruments, new_run_id(clock), folder)
    async with AsyncExitStack() as stack:
        venues = await demo_venues(stack) if options.demo else None
        records = await asyncio.to_thread(open_state, settings, demo=options.demo)
        stack.callback(records.close)
        ways = WaysIn(
            plans=follow_plans(settings, around, demo=options.demo),
            sources=history_sources(settings, around, stack, demo=venues),
            boxes=kept_boxes(settings, around, demo=options.demo),
            options=option_parts(settings, around, demo=options.demo),
            # Whoever captures asks the vendors already.
            fetches=lambda: not is_written(folder),
        )
        parts = await deck_parts(settings, around, ways, records, demo=options.demo)
        machine = Machine(parts)
        ending = threading.Event()
        stack.callback(ending.set)
        warming = asyncio.create_task(asyncio.to_thread(warm_kernels, ending.is_set))

        async def begin() -> None:
            await warming
            await machine.start_capture(options.symbols or None)

        await serve(
            RunningDeck(machine),
            settings,
            folder=folder,
            begin=begin,
            open_browser=options.open_browser,
            link_at_once=not options.symbols,
        )
