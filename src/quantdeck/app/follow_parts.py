"""Feeds of a page of its own: each follows on the tape what a feed of another process captures."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from msgspec import structs

from quantdeck.app.bus_parts import open_bus
from quantdeck.app.plans import demo_symbols, live_plans
from quantdeck.app.tape_parts import tape_reader
from quantdeck.feeds.binance.markets import MARKETS
from quantdeck.feeds.replay.follow import TapeFeed
from quantdeck.hub.capture import FeedPlan
from quantdeck.model.events import Kind
from quantdeck.model.feed import Delay, Provenance
from quantdeck.model.instruments import canonical
from quantdeck.ports.bus import Start, Topic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from quantdeck.app.plans import Surroundings
    from quantdeck.app.settings import Settings
    from quantdeck.model.events import Batch
    from quantdeck.ports.feed import BulkSink, EventSink, OnData

_NS = 1_000_000_000
_OVERLAP_NS = 10 * _NS
_LONGEST_BAR_NS = 300 * _NS


def follow_plans(settings: Settings, around: Surroundings, *, demo: bool) -> list[FeedPlan]:
    """Return a plan for every feed that the settings have another process capture.

    Parameters
    ----------
    settings : Settings
        Those of the process that captures: which feeds, which symbols.
    around : Surroundings
        Clock, ids, run and folder.
    demo : bool
        Whether that process runs the simulators.

    Raises
    ------
    AuthFailed, ConfigError
        As `quantdeck.app.plans.live_plans` does.
    """
    if demo:
        return _demo_plans(settings, around)
    # Frames are logged by the process that receives them.
    capture = structs.replace(settings.capture, raw_log=False)
    plans = live_plans(structs.replace(settings, capture=capture), around)
    return [
        replace(plan, make=_maker(plan.provenance, settings, around, demo=demo), close=None)
        for plan in plans
    ]


def _demo_plans(settings: Settings, around: Surroundings) -> list[FeedPlan]:
    plans: list[FeedPlan] = []
    for name, symbols in (("usdm", demo_symbols(around.clock)), ("spot", ())):
        market = MARKETS[name]
        provenance = Provenance(market.source, Delay.SIMULATED, around.run_id)
        plans.append(
            FeedPlan(
                provenance=provenance,
                venue=market.venue,
                symbols=tuple(canonical(s, default_venue=market.venue) for s in symbols),
                make=_maker(provenance, settings, around, demo=True),
                trades=Kind.AGG_TRADE,
            )
        )
    return plans


def _maker(
    provenance: Provenance, settings: Settings, around: Surroundings, *, demo: bool
) -> Callable[[EventSink, OnData], TapeFeed]:
    reader, clock = tape_reader(settings, around.folder, demo=demo), around.clock
    bus = open_bus(settings, around.folder, demo=demo)
    # A machine without the tape takes from the bus what a page recalls of the tape elsewhere.
    recalled_ns = settings.capture.backfill_minutes * 60 * _NS if settings.bus.url else 0
    before_ns = max(_OVERLAP_NS, recalled_ns)
    span_ns = settings.capture.backfill_bars * _LONGEST_BAR_NS

    def past_bars(symbols: Sequence[str]) -> Iterator[tuple[list[str], Batch]]:
        return reader.replay([Kind.BAR], symbols=symbols, start_ns=clock.now_ns() - span_ns)

    def make(sink: EventSink, on_data: OnData) -> TapeFeed:
        # What comes while the tape is recalled is read again: twice is noticed, never is not.
        return TapeFeed(
            provenance.source,
            follower=bus.follow(Start(since_ns=clock.now_ns() - before_ns, topics=(Topic.GAP,))),
            past_bars=past_bars,
            sink=cast("BulkSink", sink),
            on_data=on_data,
            instruments=around.instruments,
            clock=clock,
            delay=provenance.delay,
        )

    return make
