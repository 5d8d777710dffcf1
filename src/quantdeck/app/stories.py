"""News of Polygon and NewsAPI for the command line: each story once, with how it sounds and who says so."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from quantdeck.analytics.headlines import merged
from quantdeck.app.credentials import key_hint, polygon_key, surroundings
from quantdeck.app.polygon_access import news_access, polygon_access
from quantdeck.feeds.newsapi.client import SOURCE as NEWSAPI
from quantdeck.feeds.newsapi.news import headlines
from quantdeck.feeds.polygon.endpoints import SOURCE as POLYGON
from quantdeck.feeds.polygon.news import news
from quantdeck.feeds.polygon.reference import company
from quantdeck.feeds.polygon.symbols import checked_stock
from quantdeck.feeds.sentiment import scored
from quantdeck.model.errors import AuthFailed, BadInput, NoData, VenueError
from quantdeck.net.clock import SystemClock
from quantdeck.views.figures import duration_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.app.settings import Settings
    from quantdeck.feeds.newsapi.client import NewsApi
    from quantdeck.feeds.polygon.rest import PolygonRest
    from quantdeck.model.headlines import Headline
    from quantdeck.ports.clock import Clock

SOURCES = (POLYGON, NEWSAPI)
"""Services that can be asked here."""

MOST = 1000
"""Articles asked for at most."""


def run_stories(
    settings: Settings,
    symbols: tuple[str, ...],
    *,
    source: str,
    count: int,
    demo: bool,
    as_json: bool,
) -> None:
    """Print the newest stories, newest last.

    Parameters
    ----------
    settings : Settings
        Addresses, plans and caches.
    symbols : tuple of str
        Stocks as typed; everything where empty.
    source : str
        One of `SOURCES`; with polygon NewsAPI is asked beside it where its key is here.
    count : int
        How many of the newest.
    demo : bool
        Ask the simulator.
    as_json : bool
        Print a JSON object a line.

    Raises
    ------
    AuthFailed
        If the key is not here, or refused.
    BadInput
        If a symbol is none, or the count is out of range.
    NoData
        If there is no story.
    VenueError
        If they cannot be fetched.
    """
    if not 1 <= count <= MOST:
        raise BadInput(f"--count is 1 to {MOST}, was {count}")
    roots = tuple(dict.fromkeys(checked_stock(symbol) for symbol in symbols))
    clock = SystemClock()
    ask = _polygon if source == POLYGON else _newsapi
    found = asyncio.run(ask(settings, clock, roots, count=count, demo=demo))
    stories = [scored(each) for each in merged(found)[:count]]
    if not stories:
        about = f" of {', '.join(roots)}" if roots else ""
        raise NoData(f"there are no news{about}; name other stocks with --symbols")
    line = _json if as_json else _text
    for story in reversed(stories):
        print(line(story, clock.now_ns()))  # noqa: T201


async def _polygon(
    settings: Settings, clock: Clock, symbols: Sequence[str], *, count: int, demo: bool
) -> list[Headline]:
    async with (
        polygon_access(settings, clock, demo=demo) as access,
        news_access(settings, clock, demo=demo) as other,
    ):
        found = await news(access.rest, symbols, count=count)
        if other is not None:
            found += await _beside(other, access.rest, symbols, count)
        return found


async def _newsapi(
    settings: Settings, clock: Clock, symbols: Sequence[str], *, count: int, demo: bool
) -> list[Headline]:
    async with news_access(settings, clock, demo=demo) as client:
        if client is None:
            said = f"no key was found; {key_hint(NEWSAPI)}, or use --demo"
            raise AuthFailed(NEWSAPI, said)
        names = dict.fromkeys(symbols, "")
        # It knows no ticker symbols: with a key of the other vendor companies are asked for by name.
        if demo or polygon_key(surroundings()) is not None:
            async with polygon_access(settings, clock, demo=demo) as access:
                names = {symbol: await _name(access.rest, symbol) for symbol in symbols}
        return await headlines(client, names, count=count)


# That one service does not answer is no reason to keep back what the other says.
async def _beside(
    client: NewsApi, rest: PolygonRest, symbols: Sequence[str], count: int
) -> list[Headline]:
    names = {symbol: await _name(rest, symbol) for symbol in symbols}
    try:
        return await headlines(client, names, count=count)
    except (VenueError, BadInput) as error:
        print(f"quantdeck: without {NEWSAPI}: {error}", file=sys.stderr)  # noqa: T201
        return []


async def _name(rest: PolygonRest, symbol: str) -> str:
    try:
        return (await company(rest, symbol)).name
    except (VenueError, NoData, BadInput):
        return ""


def _moment(ns: int) -> datetime:
    return datetime.fromtimestamp(ns / 1e9, UTC)


def _json(story: Headline, now_ns: int) -> str:
    values = msgspec.to_builtins(story)
    published_ns = values.pop("published_ns")
    age_s = max(0, now_ns - published_ns) // 1_000_000_000
    if story.sentiment is not None:
        values["sentiment"]["label"] = story.sentiment.label
    published = f"{_moment(published_ns):%Y-%m-%dT%H:%M:%SZ}"
    return json.dumps({"published": published, "age_s": age_s, **values}, ensure_ascii=False)


def _text(story: Headline, now_ns: int) -> str:
    # This clock may be behind the vendor's.
    age = duration_text(max(0, now_ns - story.published_ns) / 1e9)
    said = story.sentiment
    sounds = f"{said.label} ({said.score:+.2f} by {said.by})" if said else ""
    told = [
        f"{_moment(story.published_ns):%Y-%m-%d %H:%M} UTC",
        story.title,
        ", ".join(story.symbols),
        sounds,
        f"{story.publisher or 'unknown'} ({', '.join(story.sources)}), {age} ago",
        story.url,
    ]
    return "  ".join(part for part in told if part)
