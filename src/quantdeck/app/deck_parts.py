"""What a deck with a page is made of, wherever its data come from."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import quantdeck
from quantdeck.app.alert_parts import alert_parts
from quantdeck.app.box_history import RatesJob
from quantdeck.app.compute_parts import open_compute
from quantdeck.app.exit_parts import exit_setup
from quantdeck.app.history_parts import history_parts
from quantdeck.app.maintenance import maintenance_jobs
from quantdeck.app.market_parts import market_parts
from quantdeck.app.page_settings import page_files
from quantdeck.app.pair_parts import pair_parts
from quantdeck.app.paper_parts import paper_parts
from quantdeck.app.playbook_parts import playbook_parts
from quantdeck.app.research_parts import research_parts, research_stores
from quantdeck.app.schedule import schedule_parts
from quantdeck.app.tape_parts import tape_reader
from quantdeck.app.uploads import upload_parts
from quantdeck.hub.parts import Parts
from quantdeck.views.payloads import Mode

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quantdeck.app.plans import Surroundings
    from quantdeck.app.settings import Settings
    from quantdeck.hub.box_desk import BoxParts
    from quantdeck.hub.capture import FeedPlan
    from quantdeck.hub.option_desk import OptionParts
    from quantdeck.ports.history import HistorySource
    from quantdeck.records.open import Records
    from quantdeck.tape.writer import Tape


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class WaysIn:
    """Where the data of a deck come from.

    Parameters
    ----------
    plans : sequence of FeedPlan
        The feeds.
    sources : dict
        Who is asked for prices of years, by the venue of the symbols.
    boxes : BoxParts or None
        The box desk's; None where no vendor of option chains is set up.
    options : OptionParts or None
        The option desk's.
    writer : Tape or None
        None where another process writes the tape: nothing can be uploaded then, and the schedule is
        that of a process of its own.
    fetches : callable
        Whether prices of years are asked for here.
    """

    plans: Sequence[FeedPlan]
    sources: dict[str, HistorySource]
    boxes: BoxParts | None
    options: OptionParts | None
    writer: Tape | None = None
    fetches: Callable[[], bool] = _always


def ring_rows(settings: Settings) -> int:
    """Return the rows of a ring: the power of two that holds what the settings ask for."""
    return 1 << (settings.capture.ring_rows - 1).bit_length()


async def deck_parts(
    settings: Settings, around: Surroundings, ways: WaysIn, records: Records, *, demo: bool
) -> Parts:
    """Return what the machine of a deck with a page is made of.

    Parameters
    ----------
    settings : Settings
        The whole tree.
    around : Surroundings
        Clock, ids, run and folder.
    ways : WaysIn
        Where the data come from.
    records : Records
        Of the folder.
    demo : bool
        Whether the data are simulated.

    Raises
    ------
    BadInput, ConfigError
        If a setting contradicts another.
    StoreError
        If the records cannot be read.
    """
    clock, folder, plans = around.clock, around.folder, ways.plans
    compute = open_compute(settings)
    rates = RatesJob(settings, folder, compute)
    mode = Mode.DEMO if demo else Mode.LIVE
    paper = await asyncio.to_thread(paper_parts, settings, records, clock)
    market = market_parts(settings, folder, records, ways.sources, clock, demo=demo)
    upkeep = maintenance_jobs(settings, folder, clock, writer=ways.writer)
    stores = research_stores(settings, folder, records, demo=demo)
    schedule = schedule_parts(settings, records, demo=demo)
    return Parts(
        mode=mode,
        version=quantdeck.__version__,
        clock=clock,
        instruments=around.instruments,
        plans=plans,
        reader=tape_reader(settings, folder, demo=demo),
        writer=ways.writer,
        ring_rows=ring_rows(settings),
        bars_kept=settings.capture.bars_kept,
        hz=settings.publish.hz,
        boxes=ways.boxes,
        options=ways.options,
        uploads=upload_parts(settings, folder, clock) if ways.writer else None,
        alerts=alert_parts(settings, records, mode=mode, clock=clock),
        runs=records.runs,
        due=records.due,
        findings=records.findings,
        layouts=records.layouts,
        risk=settings.risk.parts(),
        page_files=page_files(settings.panels, settings.cv),
        compute=compute,
        playbook=playbook_parts(settings, folder),
        paper=paper,
        exits=exit_setup(settings, records, demo=demo),
        pairs=pair_parts(settings, default_venue=plans[0].venue) if plans else None,
        market=replace(market, jobs={**market.jobs, **upkeep, "box-rates": rates}),
        schedule=schedule if ways.writer else replace(schedule, is_started=False),
        research=research_parts(settings, stores, clock, demo=demo),
        prices=history_parts(settings, around, ways.sources, demo=demo, fetches=ways.fetches),
    )
