"""Puts a deck together: with `quantdeck.app.plans` the place that names concrete classes."""

from __future__ import annotations

import asyncio
import threading
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from quantdeck.analytics.sessions import us_sessions
from quantdeck.app.again import Again
from quantdeck.app.deck_parts import WaysIn, deck_parts
from quantdeck.app.logs import log_to
from quantdeck.app.option_parts import option_parts
from quantdeck.app.paper_demo import demo_orders
from quantdeck.app.places import tape_folder
from quantdeck.app.plans import (
    DEMO_SYMBOLS,
    Surroundings,
)
from quantdeck.app.runs import new_run_id
from quantdeck.app.serve import serve
from quantdeck.app.setup import DeckSetup
from quantdeck.app.state import open_state
from quantdeck.app.tape_parts import tape_writer
from quantdeck.app.vendors import Vendors, demo_vendors, live_vendors
from quantdeck.app.warm import warm_kernels
from quantdeck.hub.deck import RunningDeck
from quantdeck.hub.machine import Machine
from quantdeck.model.errors import BadInput
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from quantdeck.research.pairs.question import RunQuestion

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from quantdeck.app.settings import Settings


@dataclass(frozen=True, slots=True)
class UpOptions:
    """What ``quantdeck up`` is told beside the settings.

    Parameters
    ----------
    demo : bool
        Run on the simulators.
    symbols : tuple of str
        What to capture, as typed; the settings' where empty.
    open_browser : bool
        Open the page.
    offline : bool
        Run no feed: what is on the tape and what is uploaded is all there is.
    config : Path or None
        Settings file of the command line.
    flags : mapping of str to object
        Settings of the command line.
    """

    demo: bool = False
    symbols: tuple[str, ...] = ()
    open_browser: bool = True
    offline: bool = False
    config: Path | None = None
    flags: Mapping[str, Any] = field(default_factory=dict[str, Any])


def run_up(settings: Settings, options: UpOptions) -> None:
    """Capture and serve until interrupted; see `quantdeck.cli.up`.

    Raises
    ------
    BadInput
        If the options contradict each other.
    """
    if options.offline and (options.demo or options.symbols):
        raise BadInput("--offline runs no feed; leave out --demo and --symbols")
    folder = tape_folder(settings, demo=options.demo)
    log_to(folder, settings.log_level, logs=settings.logs)
    again = Again(
        mode="demo" if options.demo else "live",
        symbols=options.symbols,
        offline=options.offline,
        config=options.config,
        flags=options.flags,
    )
    # Many will ask for them at once, each in a thread: made once, without the calendar's own warnings.
    us_sessions()
    asyncio.run(_up(settings, options, folder, again))
    if again.chosen is not None:
        again.take_sessions_along(settings)
        again.begin()


async def _up(settings: Settings, options: UpOptions, folder: Path, again: Again) -> None:
    clock, instruments = SystemClock(), InstrumentTable()
    around = Surroundings(clock, instruments, new_run_id(clock), folder)
    async with AsyncExitStack() as stack:
        if options.offline:
            vendors = Vendors([], None, {})
        else:
            open_vendors = demo_vendors if options.demo else live_vendors
            vendors = await open_vendors(settings, around, stack)
        writer = await asyncio.to_thread(
            tape_writer, settings, folder, instruments, clock, demo=options.demo
        )
        stack.callback(writer.close)
        records = await asyncio.to_thread(open_state, settings, demo=options.demo)
        stack.callback(records.close)
        ways = WaysIn(
            plans=vendors.plans,
            sources=vendors.sources,
            boxes=vendors.boxes,
            options=None if options.offline else option_parts(settings, around, demo=options.demo),
            writer=writer,
        )
        machine = Machine(await deck_parts(settings, around, ways, records, demo=options.demo))

        # Loading compiled kernels takes a second that no event should wait for, compiling them a few
        # seconds that Ctrl-C should not wait for.
        ending = threading.Event()
        stack.callback(ending.set)
        warming = asyncio.create_task(asyncio.to_thread(warm_kernels, ending.is_set))

        async def begin() -> None:
            await warming
            if not options.offline:
                await machine.start_capture(options.symbols or None)
            if options.demo:
                x, y = DEMO_SYMBOLS[:2]
                await deck.backtests.begin(RunQuestion(y=y, x=x))
                machine.supervisor.start("demo orders", partial(demo_orders, machine, deck.paper))

        deck = RunningDeck(machine)
        await serve(
            deck,
            settings,
            folder=folder,
            begin=begin,
            open_browser=options.open_browser,
            # Symbols that were typed may be unknown: the page is offered once they are not.
            link_at_once=not options.symbols,
            setup=DeckSetup(
                settings,
                config=options.config,
                flags=options.flags,
                mode="demo" if options.demo else "live",
                clock=clock,
                again=again.ask,
            ),
            bound=partial(setattr, again, "port"),
        )
