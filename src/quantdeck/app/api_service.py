"""Puts the service of the API together: studies of what is kept, beside a deck or alone."""

from __future__ import annotations

import asyncio
import threading
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import quantdeck
from quantdeck.app.box_collect import collect_plan
from quantdeck.app.box_sources import Seams, chosen_source, make_feed, open_demo
from quantdeck.app.credentials import surroundings
from quantdeck.app.feed_settings import SOURCES
from quantdeck.app.history_parts import demo_venues, history_parts, history_sources
from quantdeck.app.kept_chains import KeptChains
from quantdeck.app.logs import log_to
from quantdeck.app.option_parts import option_parts
from quantdeck.app.places import tape_folder
from quantdeck.app.plans import DEMO_SYMBOLS, Surroundings
from quantdeck.app.runs import new_run_id
from quantdeck.app.serve import serve_api
from quantdeck.app.tape_parts import tape_reader
from quantdeck.app.warm import warm_kernels
from quantdeck.feeds.binance.markets import MARKETS
from quantdeck.hub.deck import RunningDeck
from quantdeck.hub.machine import Machine, Parts
from quantdeck.hub.taped_prices import TapedPrices
from quantdeck.model.instruments import InstrumentTable, canonical
from quantdeck.net.clock import SystemClock
from quantdeck.ports.chains import ChainRequest
from quantdeck.tape.chains.store import ChainStore
from quantdeck.tape.open import is_written
from quantdeck.views.payloads import Mode

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.app.box_sources import ClosableFeed
    from quantdeck.app.settings import Settings
    from quantdeck.hub.option_desk import OptionParts
    from quantdeck.ports.chains import ChainSource

_FRESH_ROUNDS = 3.0


@dataclass(frozen=True, slots=True)
class ApiOptions:
    """What ``quantdeck api`` is told beside the settings.

    Parameters
    ----------
    demo : bool
        Study what the demo keeps, and run its simulators where something is missing.
    port : int
        Port.
    """

    demo: bool = False
    port: int = 8000


def run_api(settings: Settings, options: ApiOptions) -> None:
    """Serve studies until interrupted; see `quantdeck.cli.api`."""
    folder = tape_folder(settings, demo=options.demo)
    log_to(folder, settings.log_level, name="api", logs=settings.logs)
    asyncio.run(_api(settings, options, folder))


async def _api(settings: Settings, options: ApiOptions, folder: Path) -> None:
    clock, instruments = SystemClock(), InstrumentTable()
    around = Surroundings(clock, instruments, new_run_id(clock), folder)
    async with AsyncExitStack() as stack:
        venues = await demo_venues(stack) if options.demo else None
        sources = history_sources(settings, around, stack, demo=venues)
        if options.demo:
            make = await stack.enter_async_context(open_demo(settings, "alpaca"))
            vendor: ClosableFeed | None = make(Seams(clock, around.run_id))
        else:
            vendor = _vendor(settings, around)
        if vendor is not None:
            stack.push_async_callback(vendor.close)
        prices = history_parts(
            settings,
            around,
            sources,
            demo=options.demo,
            coins=_coins(settings, demo=options.demo),
            # A deck on the same folder asks the vendors already.
            fetches=lambda: not is_written(folder),
        )
        machine = Machine(
            Parts(
                mode=Mode.DEMO if options.demo else Mode.LIVE,
                version=quantdeck.__version__,
                clock=clock,
                instruments=instruments,
                plans=[],
                reader=tape_reader(settings, folder, demo=options.demo),
                options=_options(settings, around, vendor, demo=options.demo),
                risk=settings.risk.parts(),
                prices=lambda machine: TapedPrices(prices(machine), machine),
            )
        )
        ending = threading.Event()
        stack.callback(ending.set)
        warming = asyncio.create_task(asyncio.to_thread(warm_kernels, ending.is_set))
        stack.callback(warming.cancel)
        await serve_api(RunningDeck(machine), settings, folder=folder, port=options.port)


def _coins(settings: Settings, *, demo: bool) -> tuple[str, ...]:
    # What a deck of these settings captures has histories as well.
    feeds = settings.feeds
    wanted = ((feeds.binance_usdm, MARKETS["usdm"]), (feeds.binance_spot, MARKETS["spot"]))
    if demo:
        return tuple(canonical(name, default_venue=MARKETS["usdm"].venue) for name in DEMO_SYMBOLS)
    return tuple(
        canonical(name, default_venue=market.venue)
        for feed, market in wanted
        if feed.enabled
        for name in feed.symbols
    )


def _vendor(settings: Settings, around: Surroundings) -> ClosableFeed | None:
    if not any(getattr(settings.feeds, each).enabled for each in SOURCES):
        return None
    environ = surroundings()
    name = chosen_source(settings, environ)
    return make_feed(settings, name, Seams(around.clock, around.run_id), environ=environ)


def _options(
    settings: Settings, around: Surroundings, vendor: ChainSource | None, *, demo: bool
) -> OptionParts:
    # The chains of the box desk as well, of which a deck on the same folder keeps snapshots.
    own = option_parts(settings, around, demo=demo)
    store, boxes = ChainStore(around.folder), settings.boxes
    wanted = {each.underlying: each for each in collect_plan(settings).requests}
    wanted |= {each.underlying: each for each in own.requests}
    for stored in store.snapshots():
        wanted.setdefault(stored.underlying, ChainRequest(stored.underlying))
    source = KeptChains(
        store,
        own.source or vendor,
        clock=around.clock,
        fresh_s=_FRESH_ROUNDS * boxes.update_interval_seconds,
    )
    return replace(own, requests=tuple(wanted.values()), source=source, store=None)
