"""The vendors that a process captures from, or the simulators in their place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quantdeck.app.box_parts import demo_boxes, live_boxes
from quantdeck.app.box_sources import open_demo
from quantdeck.app.history_parts import demo_venues, history_sources
from quantdeck.app.plans import DEMO_RATE, DEMO_SEED, demo_plans, live_plans
from quantdeck.app.polygon_access import polygon_access
from quantdeck.app.polygon_plan import polygon_plan
from quantdeck.sims.binance.server import BinanceSim

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AsyncExitStack

    from quantdeck.app.plans import Surroundings
    from quantdeck.app.settings import Settings
    from quantdeck.hub.box_desk import BoxParts
    from quantdeck.hub.capture import FeedPlan
    from quantdeck.ports.history import HistorySource

_DEMO_CHAIN_RATE = 0.5
_DEMO_STREAMS = 10_000
"""More than a plan allows, so that the whole chain of the demo moves."""


@dataclass(frozen=True, slots=True)
class Vendors:
    """Who is asked for what.

    Parameters
    ----------
    plans : sequence of FeedPlan
        The feeds.
    boxes : BoxParts or None
        The box desk's; None where no vendor of option chains is set up.
    sources : dict
        Who is asked for prices of years, by the venue of the symbols.
    """

    plans: Sequence[FeedPlan]
    boxes: BoxParts | None
    sources: dict[str, HistorySource]


async def demo_vendors(settings: Settings, around: Surroundings, stack: AsyncExitStack) -> Vendors:
    """Run the simulators until the stack is closed, and return what asks them.

    Parameters
    ----------
    settings : Settings
        The whole tree.
    around : Surroundings
        Clock, ids, run and folder.
    stack : AsyncExitStack
        Ends them.
    """
    sim = await stack.enter_async_context(BinanceSim(seed=DEMO_SEED, rate=DEMO_RATE, spot=True))
    stocks = await stack.enter_async_context(polygon_access(settings, around.clock, demo=True))
    chains = await stack.enter_async_context(
        open_demo(settings, "alpaca", rate=_DEMO_CHAIN_RATE, allowed=_DEMO_STREAMS)
    )
    venues = await demo_venues(stack, sim)
    return Vendors(
        [*demo_plans(settings, around, sim), polygon_plan(settings, around, demo=stocks)],
        demo_boxes(settings, around, chains),
        history_sources(settings, around, stack, demo=venues),
    )


async def live_vendors(settings: Settings, around: Surroundings, stack: AsyncExitStack) -> Vendors:
    """Return what asks the vendors that the settings enable.

    Parameters
    ----------
    settings, around, stack
        As `demo_vendors` takes them.

    Raises
    ------
    AuthFailed, ConfigError
        If a key is missing, or nothing is enabled.
    """
    return Vendors(
        live_plans(settings, around),
        live_boxes(settings, around),
        history_sources(settings, around, stack),
    )
