"""The way to Polygon and to NewsAPI: keys, pace, what is kept on disk; at the vendor or its simulator."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from quantdeck.app.box_sources import is_here
from quantdeck.app.credentials import Secret, key_hint, news_key, polygon_key, surroundings
from quantdeck.feeds.answer_cache import AnswerCache
from quantdeck.feeds.newsapi.client import NewsApi
from quantdeck.feeds.polygon.endpoints import SOURCE, pace_of
from quantdeck.feeds.polygon.entitlements import Entitlements
from quantdeck.feeds.polygon.rest import PolygonRest
from quantdeck.model.errors import AuthFailed
from quantdeck.sims.newsapi.server import NewsApiSim
from quantdeck.sims.polygon.server import PolygonSim

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from quantdeck.app.settings import Settings
    from quantdeck.ports.clock import Clock

PLAN_FILE = "plan.json"
"""Where what a key is allowed is remembered."""

_DEMO_SEED = 7
_DEMO_PLAN = "advanced"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolygonAccess:
    """One key at one place.

    Parameters
    ----------
    key : Secret
        The credential.
    rest : PolygonRest
        Asks; closed with the access.
    realtime_url, delayed_url : str
        Hosts of the streams.
    simulated : bool
        What answers is a simulator.
    """

    key: Secret
    rest: PolygonRest
    realtime_url: str
    delayed_url: str
    simulated: bool


def polygon_folder(settings: Settings) -> Path:
    """Return where answers and what the plan includes are kept."""
    return Path(settings.data_dir) / SOURCE


def entitlements(settings: Settings, key: Secret, clock: Clock) -> Entitlements:
    """Return what a key is known to be allowed, as learnt before."""
    return Entitlements(key.reveal(), clock, polygon_folder(settings) / PLAN_FILE)


def polygon_rest(
    settings: Settings, clock: Clock, *, key: Secret | None = None
) -> tuple[Secret, PolygonRest]:
    """Return the key, and what asks the vendor with it; whoever gets it closes it.

    Parameters
    ----------
    settings : Settings
        Address, plan and cache.
    clock : Clock
        Where the time comes from.
    key : Secret or None
        The credential; that of the environment where None.

    Raises
    ------
    AuthFailed
        If no key is here.
    """
    chosen = settings.feeds.polygon
    key = key or polygon_key(surroundings())
    if key is None:
        raise AuthFailed(SOURCE, f"no key was found; {key_hint(SOURCE)}, or use --demo")
    folder = polygon_folder(settings)
    rest = PolygonRest(
        key=key.reveal(),
        clock=clock,
        rng=Random(),  # noqa: S311 - jitter, not secrets
        pace=pace_of(chosen.plan, chosen.requests_per_minute),
        base_url=chosen.rest_url,
        answers=AnswerCache(folder / "answers", ttl_s=chosen.cache_ttl_s, clock=clock),
        entitlements=entitlements(settings, key, clock),
    )
    return key, rest


@asynccontextmanager
async def polygon_access(
    settings: Settings, clock: Clock, *, key: Secret | None = None, demo: bool = False
) -> AsyncGenerator[PolygonAccess]:
    """Hand out the way to the vendor, or run its simulator and hand out the way there.

    Parameters
    ----------
    settings : Settings
        Addresses, plan and cache.
    clock : Clock
        Where the time comes from.
    key : Secret or None
        The credential; that of the environment where None.
    demo : bool
        Run the simulator; nothing is kept on disk then.

    Raises
    ------
    AuthFailed
        If no key is here.
    """
    if demo:
        async with PolygonSim(seed=_DEMO_SEED) as sim, _demo(sim, clock) as access:
            yield access
        return
    chosen = settings.feeds.polygon
    key, rest = polygon_rest(settings, clock, key=key)
    try:
        yield PolygonAccess(
            key=key,
            rest=rest,
            realtime_url=chosen.realtime_url,
            delayed_url=chosen.delayed_url,
            simulated=is_here(chosen.rest_url),
        )
    finally:
        await rest.close()


@asynccontextmanager
async def news_access(
    settings: Settings, clock: Clock, *, key: Secret | None = None, demo: bool = False
) -> AsyncGenerator[NewsApi | None]:
    """Hand out the client of NewsAPI, or run its simulator and hand out one of that.

    Parameters
    ----------
    settings : Settings
        Address, requests a day and cache.
    clock : Clock
        Where the time comes from.
    key : Secret or None
        The credential; that of the environment where None.
    demo : bool
        Run the simulator; nothing is kept on disk then.

    Yields
    ------
    NewsApi or None
        None where there is no key.
    """
    rng = Random()  # noqa: S311 - jitter, not secrets
    if demo:
        async with NewsApiSim(seed=_DEMO_SEED) as sim:
            client = NewsApi(key="demo", clock=clock, rng=rng, base_url=sim.base_url)
            try:
                yield client
            finally:
                await client.close()
        return
    key = key or news_key(surroundings())
    if key is None:
        yield None
        return
    chosen = settings.feeds.newsapi
    folder = Path(settings.data_dir) / "newsapi" / "answers"
    client = NewsApi(
        key=key.reveal(),
        clock=clock,
        rng=rng,
        requests_per_day=chosen.requests_per_day,
        base_url=chosen.url,
        answers=AnswerCache(folder, ttl_s=chosen.cache_ttl_s, clock=clock),
    )
    try:
        yield client
    finally:
        await client.close()


@asynccontextmanager
async def _demo(sim: PolygonSim, clock: Clock) -> AsyncGenerator[PolygonAccess]:
    rest = PolygonRest(
        key=_DEMO_PLAN,
        clock=clock,
        rng=Random(),  # noqa: S311 - jitter, not secrets
        pace=pace_of(_DEMO_PLAN),
        base_url=sim.rest_url,
    )
    try:
        yield PolygonAccess(
            key=Secret(_DEMO_PLAN),
            rest=rest,
            realtime_url=sim.ws_url,
            delayed_url=sim.delayed_ws_url,
            simulated=True,
        )
    finally:
        await rest.close()
