"""The box desk of a deck: which vendor's chains it watches, and where they are kept."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from msgspec import structs

from quantdeck.analytics.boxes.curve import benchmark_rates
from quantdeck.app.box_collect import collect_plan
from quantdeck.app.box_sources import (
    Seams,
    chosen_source,
    delay_of,
    make_feed,
)
from quantdeck.app.credentials import surroundings
from quantdeck.app.feed_settings import SOURCES
from quantdeck.hub.box_desk import BoxParts
from quantdeck.jobs.boxes import collect
from quantdeck.model.feed import Delay, Provenance
from quantdeck.tape.chains.benchmarks import read_benchmarks
from quantdeck.tape.chains.store import ChainStore
from quantdeck.views.boxes import RateLine

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.app.plans import Surroundings
    from quantdeck.app.settings import Settings
    from quantdeck.feeds.alpaca.loan import StockLoan
    from quantdeck.jobs.boxes import CollectPlan, Round
    from quantdeck.ports.chains import ChainFeed, ChainSource
    from quantdeck.ports.feed import EventSink, OnData, OnGap

_LOG = logging.getLogger(__name__)
_ROUNDS_UNTIL_STALE = 3
_STREAM_STALE_S = 30.0
_OLDEST_LEG_S = 300.0


def live_boxes(settings: Settings, around: Surroundings) -> BoxParts | None:
    """Return the desk of the vendor that is enabled, or None where none is.

    Raises
    ------
    AuthFailed
        If its key is not here.
    BadInput
        If a ticker, or the file of benchmarks, is wrong.
    """
    if not any(getattr(settings.feeds, each).enabled for each in SOURCES):
        return None
    environ = surroundings()
    name = chosen_source(settings, environ)
    # Made once to be refused at the start, not in a task of the running deck.
    make_feed(settings, name, Seams(around.clock, around.run_id), environ=environ)
    return box_parts(
        settings,
        around,
        provenance=Provenance(name, delay_of(settings, name), around.run_id),
        make=lambda seams: make_feed(settings, name, seams, environ=environ),
        loan=around.stocks if settings.feeds.alpaca.symbols else None,
    )


def demo_boxes(
    settings: Settings, around: Surroundings, make: Callable[[Seams], ChainFeed]
) -> BoxParts:
    """Return the desk of a simulated vendor, whose feed `make` makes."""
    return box_parts(
        settings,
        around,
        provenance=Provenance("alpaca", Delay.SIMULATED, around.run_id),
        make=make,
    )


def box_parts(
    settings: Settings,
    around: Surroundings,
    *,
    provenance: Provenance,
    make: Callable[[Seams], ChainFeed],
    loan: StockLoan | None = None,
) -> BoxParts:
    """Return the desk of a feed.

    Parameters
    ----------
    settings : Settings
        The section ``boxes``.
    around : Surroundings
        Clock, ids, run and folder.
    provenance : Provenance
        What its data are.
    make : callable
        Makes the feed, connected to the seams.
    loan : StockLoan or None
        What the desk wants of the stocks that are captured.

    Raises
    ------
    BadInput
        If a ticker, or the file of benchmarks, is wrong.
    """
    boxes = settings.boxes
    plan = _live(collect_plan(settings))
    benchmark = benchmark_line(boxes.benchmarks, around.clock.now_ns())
    store = ChainStore(around.folder)

    def feed(sink: EventSink, on_data: OnData, on_gap: OnGap) -> ChainFeed:
        seams = Seams(around.clock, around.run_id, sink, on_data, around.instruments, on_gap, loan)
        return make(seams)

    async def keep(source: ChainSource) -> None:
        await collect(source, store, plan, clock=around.clock, report=_report)

    waits = _ROUNDS_UNTIL_STALE * boxes.update_interval_seconds
    return BoxParts(
        provenance=provenance,
        make=feed,
        requests=plan.requests,
        streams=boxes.use_stream,
        records=boxes.record_quotes,
        collect=keep,
        store=store,
        rules=plan.rules,
        benchmark=benchmark,
        refresh_s=boxes.update_ms / 1000,
        stale_after_s=_STREAM_STALE_S if boxes.use_stream else waits,
        surface_minutes=boxes.surface_history_minutes,
    )


def _live(plan: CollectPlan) -> CollectPlan:
    # A quote that nobody renewed for so long is no offer, however well it fits the others. Files, of
    # which nobody knows the age of a quote, are not judged by it.
    if plan.rules.max_leg_age_s is not None:
        return plan
    return structs.replace(plan, rules=replace(plan.rules, max_leg_age_s=_OLDEST_LEG_S))


def _report(done: Round) -> None:
    for failure in done.failures:
        _LOG.warning("box snapshot failed reason=%s", failure)


def benchmark_line(file: str | None, now_ns: int) -> RateLine | None:
    """Return the benchmark of a file for a day, or None where there is no file.

    Raises
    ------
    BadInput
        If it cannot be read.
    """
    if file is None:
        return None
    today = datetime.fromtimestamp(now_ns / 1e9, UTC).date()
    points = read_benchmarks(Path(file), day=today)
    days = np.unique([point.days for point in points])
    return RateLine(days, benchmark_rates(points, days), Path(file).name)
