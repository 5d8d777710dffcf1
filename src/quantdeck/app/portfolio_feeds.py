"""Feeds of what is held: one for every vendor that is needed, opened when something of it is."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace

from quantdeck.app.plans import DEMO_RATE, DEMO_SEED, binance_plan
from quantdeck.app.polygon_access import polygon_access
from quantdeck.app.stock_plan import stock_plan
from quantdeck.feeds.polygon.channels import Channel
from quantdeck.feeds.polygon.endpoints import SOURCE as POLYGON
from quantdeck.feeds.polygon.feed import PolygonFeed
from quantdeck.hub.capture import FeedPlan
from quantdeck.model.events import Kind
from quantdeck.model.feed import Delay, Provenance
from quantdeck.model.instruments import venue_of
from quantdeck.model.options import OPTION_VENUE, UNDERLYING_VENUE
from quantdeck.sims.binance.server import BinanceSim

if TYPE_CHECKING:
    from contextlib import AsyncExitStack

    from quantdeck.app.plans import Surroundings
    from quantdeck.app.settings import Settings
    from quantdeck.ports.feed import EventSink, OnData

StockSource = Literal["polygon", "alpaca"]
_GROUPS = {"BINANCE-USDM": "usdm", "BINANCE": "spot"}


class PortfolioFeeds:
    """Opens feeds of quotes. Owned by ``quantdeck portfolio-stream``.

    Parameters
    ----------
    settings : Settings
        Addresses and plans.
    around : Surroundings
        Clock, ids, run and folder.
    stack : AsyncExitStack
        Closes what is opened.
    source : str
        Vendor of stocks and options.
    demo : bool
        Run the simulators.
    """

    def __init__(
        self,
        settings: Settings,
        around: Surroundings,
        stack: AsyncExitStack,
        *,
        source: StockSource,
        demo: bool,
    ) -> None:
        # Quotes are what is wanted; what went before is not.
        quiet = replace(settings.capture, backfill_minutes=0, backfill_bars=0)
        self._settings = replace(settings, capture=quiet)
        self._around, self._stack = around, stack
        self._source: StockSource = source
        self._demo = demo
        self._sim: BinanceSim | None = None

    def group(self, symbol: str) -> str | None:
        """Return which feed a symbol comes from; None where there is none."""
        venue = venue_of(symbol)
        if venue == OPTION_VENUE:
            return POLYGON if self._source == POLYGON else None
        return self._source if venue == UNDERLYING_VENUE else _GROUPS.get(venue)

    async def plan(self, group: str) -> FeedPlan:
        """Return the feed of a group.

        Raises
        ------
        AuthFailed
            If the vendor's key is not here.
        """
        if group == POLYGON:
            return await self._polygon()
        if group == "alpaca":
            return stock_plan(self._settings, self._around)
        return await self._binance(group)

    async def _polygon(self) -> FeedPlan:
        chosen, around = self._settings.feeds.polygon, self._around
        access = await self._stack.enter_async_context(
            polygon_access(self._settings, around.clock, demo=self._demo)
        )

        def make(sink: EventSink, on_data: OnData) -> PolygonFeed:
            return PolygonFeed(
                access.rest,
                key=access.key.reveal(),
                sink=sink,
                instruments=around.instruments,
                on_data=on_data,
                rng=Random(),  # noqa: S311 - jitter, not secrets
                channels=(Channel.QUOTES,),
                realtime=chosen.realtime or self._demo,
                poll_s=chosen.poll_s,
                realtime_url=access.realtime_url,
                delayed_url=access.delayed_url,
                simulated=access.simulated,
            )

        told = Delay.REALTIME if chosen.realtime else Delay.DELAYED
        delay = Delay.SIMULATED if access.simulated else told
        provenance = Provenance(POLYGON, delay, around.run_id)
        return FeedPlan(provenance, UNDERLYING_VENUE, (), make, trades=Kind.TRADE, numbered=False)

    async def _binance(self, group: str) -> FeedPlan:
        feeds, delay = self._settings.feeds, Delay.REALTIME
        usdm = replace(feeds.binance_usdm, symbols=(), streams=("bookTicker", "markPrice"))
        spot = replace(feeds.binance_spot, symbols=(), streams=("bookTicker",))
        if self._demo:
            sim, delay = await self._simulator(), Delay.SIMULATED
            usdm = replace(usdm, rest_url=sim.rest_url, ws_url=sim.ws_url)
            spot = replace(spot, rest_url=sim.spot_rest_url, ws_url=sim.spot_ws_url)
        return binance_plan(
            group, usdm if group == "usdm" else spot, self._settings, self._around, delay
        )

    async def _simulator(self) -> BinanceSim:
        if self._sim is None:
            self._sim = await self._stack.enter_async_context(
                BinanceSim(seed=DEMO_SEED, rate=DEMO_RATE, spot=True)
            )
        return self._sim
