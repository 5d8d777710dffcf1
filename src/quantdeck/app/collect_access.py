"""Who a collector asks: Polygon, and NewsAPI beside it; or their simulators."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quantdeck.app.polygon_access import news_access, polygon_access
from quantdeck.feeds.newsapi.client import SOURCE as NEWSAPI
from quantdeck.feeds.newsapi.news import headlines
from quantdeck.feeds.polygon.collecting import PolygonCollecting, story_of
from quantdeck.feeds.polygon.reference import company
from quantdeck.jobs.collect_records import CollectStores
from quantdeck.model.errors import BadInput, NoData, VenueError
from quantdeck.model.feed import Delay, Provenance
from quantdeck.ports.collecting import Gathered
from quantdeck.tape.chains.store import ChainStore
from quantdeck.tape.collected.store import RecordStore
from quantdeck.tape.history.store import BarStore

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence
    from pathlib import Path

    from quantdeck.app.settings import Settings
    from quantdeck.feeds.newsapi.client import NewsApi
    from quantdeck.feeds.polygon.rest import PolygonRest
    from quantdeck.model.collected import Story
    from quantdeck.model.feed import RunId
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.collecting import CollectVendor, NewsVendor

_SLOW_PLAN = "basic"
_AT_ONCE = 8
_MOST_STORIES = 100


@dataclass(frozen=True, slots=True)
class CollectAccess:
    """Who is asked.

    Parameters
    ----------
    vendor : CollectVendor
        Of everything.
    news : NewsVendor or None
        Of headlines beside it; None where there is no key.
    """

    vendor: CollectVendor
    news: NewsVendor | None


class NewsBeside:
    """NewsAPI as a collector asks it; fulfils `quantdeck.ports.collecting.NewsVendor`.

    Parameters
    ----------
    client : NewsApi
        Asks.
    rest : PolygonRest
        Tells the names of companies, of which NewsAPI knows no ticker symbols.
    run_id : RunId
        Written on every story.
    simulated : bool
        What answers is a simulator.
    """

    def __init__(
        self, client: NewsApi, rest: PolygonRest, *, run_id: RunId, simulated: bool
    ) -> None:
        self._client = client
        self._rest = rest
        delay = Delay.SIMULATED if simulated else Delay.DELAYED
        self._provenance = Provenance(NEWSAPI, delay, run_id)

    @property
    def source(self) -> str:
        """Short name of the service."""
        return NEWSAPI

    async def stories(self, symbols: Sequence[str], *, count: int) -> Gathered[Story]:
        """Return the newest stories that mention one of the companies.

        Raises
        ------
        BadInput, VenueError
            If they cannot be had.
        """
        names = {symbol: await self._name(symbol) for symbol in symbols}
        found = await headlines(self._client, names, count=min(count, _MOST_STORIES))
        about = (story_of(each) for each in found if each.symbols)
        return Gathered(tuple(about), self._provenance, self._rest.clock.now_ns())

    async def _name(self, symbol: str) -> str:
        try:
            return (await company(self._rest, symbol)).name
        except (VenueError, NoData, BadInput):
            return ""


@asynccontextmanager
async def collect_access(
    settings: Settings, clock: Clock, run_id: RunId, *, demo: bool = False
) -> AsyncGenerator[CollectAccess]:
    """Hand out who a collector asks, and close the connections afterwards.

    Parameters
    ----------
    settings : Settings
        Addresses, plans and caches.
    clock : Clock
        Where the time comes from.
    run_id : RunId
        Written on everything.
    demo : bool
        Run the simulators.

    Raises
    ------
    AuthFailed
        If Polygon's key is not here.
    """
    async with (
        polygon_access(settings, clock, demo=demo) as access,
        news_access(settings, clock, demo=demo) as client,
    ):
        vendor = PolygonCollecting(access.rest, run_id=run_id, simulated=access.simulated)
        news = None
        if client is not None:
            news = NewsBeside(client, access.rest, run_id=run_id, simulated=access.simulated)
        yield CollectAccess(vendor, news)


def collect_stores(folder: Path) -> CollectStores:
    """Return where a data folder keeps what is collected."""
    return CollectStores(BarStore(folder), RecordStore(folder), ChainStore(folder))


def symbols_at_once(settings: Settings, *, demo: bool) -> int:
    """Return how many symbols are seen to at the same time: one where the plan makes everybody wait."""
    chosen = settings.feeds.polygon
    is_slow = chosen.plan == _SLOW_PLAN and chosen.requests_per_minute is None
    return 1 if is_slow and not demo else _AT_ONCE
