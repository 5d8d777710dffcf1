"""Where Yahoo is asked: at the vendor, through yfinance, or at a simulator."""

from __future__ import annotations

from contextlib import asynccontextmanager
from random import Random
from typing import TYPE_CHECKING

from quantdeck.app.box_sources import is_here
from quantdeck.app.feed_settings import Yahoo
from quantdeck.feeds.answer_cache import AnswerCache
from quantdeck.feeds.yahoo.chains import YahooChains
from quantdeck.feeds.yahoo.direct import DirectAccess
from quantdeck.feeds.yahoo.history import YahooHistory
from quantdeck.feeds.yahoo.library import LibraryAccess
from quantdeck.feeds.yahoo.rest import JITTER_S, YahooRest
from quantdeck.model.feed import Delay, Provenance
from quantdeck.sims.yahoo.server import YahooSim

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from quantdeck.app.plans import Surroundings
    from quantdeck.app.settings import Settings
    from quantdeck.model.feed import RunId
    from quantdeck.ports.clock import Clock

SOURCE = "yahoo"
_MB = 1_000_000
_LONGEST_S = 3_600.0
_HERE_PER_MINUTE = 600
_DEMO_SEED = 7


def yahoo_rest(chosen: Yahoo, *, clock: Clock, folder: Path | None) -> YahooRest:
    """Return what asks Yahoo.

    Parameters
    ----------
    chosen : Yahoo
        Its settings. An address of this machine is a simulator: no pace, nothing kept.
    clock : Clock
        Waits.
    folder : Path or None
        Data folder, for the answers kept and the cookie; None keeps nothing.

    Raises
    ------
    ConfigError
        If Yahoo itself is meant and yfinance is not installed.
    """
    url = chosen.rest_url
    at_home = url is not None and is_here(url)
    home = None if folder is None or at_home else folder / "cache" / SOURCE
    cache = None
    if home is not None and chosen.cache_mb:
        cache = AnswerCache(
            home / "answers", ttl_s=_LONGEST_S, clock=clock, most_bytes=chosen.cache_mb * _MB
        )
    return YahooRest(
        LibraryAccess(clock=clock, folder=home) if url is None else DirectAccess(url),
        clock=clock,
        rng=Random(),  # noqa: S311 - jitter, not secrets
        requests_per_minute=_HERE_PER_MINUTE if at_home else chosen.requests_per_minute,
        cache=cache,
        jitter_s=0.0 if at_home else JITTER_S,
    )


def yahoo_provenance(chosen: Yahoo, run_id: RunId) -> Provenance:
    """Return what is written beside Yahoo's data: delayed, since it promises no more."""
    simulated = chosen.rest_url is not None and is_here(chosen.rest_url)
    return Provenance(SOURCE, Delay.SIMULATED if simulated else Delay.DELAYED, run_id)


def yahoo_history(chosen: Yahoo, around: Surroundings) -> YahooHistory:
    """Return the source of prices of years; whoever gets it closes it.

    Raises
    ------
    ConfigError
        If Yahoo itself is meant and yfinance is not installed.
    """
    rest = yahoo_rest(chosen, clock=around.clock, folder=around.folder)
    provenance = yahoo_provenance(chosen, around.run_id)
    return YahooHistory(rest, provenance=provenance, clock=around.clock)


def yahoo_chains(chosen: Yahoo, around: Surroundings) -> YahooChains:
    """Return the source of option chains; whoever gets it closes it.

    Raises
    ------
    ConfigError
        If Yahoo itself is meant and yfinance is not installed.
    """
    rest = yahoo_rest(chosen, clock=around.clock, folder=around.folder)
    provenance = yahoo_provenance(chosen, around.run_id)
    return YahooChains(rest, provenance=provenance, clock=around.clock)


@asynccontextmanager
async def yahoo_place(settings: Settings, *, demo: bool) -> AsyncGenerator[Yahoo]:
    """Hand out the settings of Yahoo, or run its simulator and hand out those that lead there."""
    if not demo:
        yield settings.feeds.yahoo
        return
    async with YahooSim(seed=_DEMO_SEED) as sim:
        yield Yahoo(rest_url=sim.base_url, stream_url=sim.ws_url)
