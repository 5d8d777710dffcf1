"""News for the command line: the newest, and those that come."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING

import msgspec

from quantdeck.app.alpaca_access import alpaca_access
from quantdeck.feeds.alpaca.news import AlpacaNews, KnownNews
from quantdeck.feeds.alpaca.symbols import INDICES
from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.instruments import canonical, root_of, venue_of
from quantdeck.model.options import UNDERLYING_VENUE
from quantdeck.net.clock import SystemClock
from quantdeck.views.figures import duration_text

if TYPE_CHECKING:
    from quantdeck.app.settings import Settings
    from quantdeck.feeds.alpaca.news import News

MOST = 1000
"""Articles asked for at most."""


@dataclass(frozen=True, slots=True)
class NewsQuestion:
    """What is asked for.

    Parameters
    ----------
    symbols : tuple of str
        Stocks as typed; everything where empty.
    count : int
        How many of the newest.
    follow : bool
        Go on with those that come.
    demo : bool
        Ask the simulator.
    """

    symbols: tuple[str, ...] = ()
    count: int = 20
    follow: bool = False
    demo: bool = False


def run_news(settings: Settings, question: NewsQuestion, *, as_json: bool) -> None:
    """Print the newest articles, newest last, and those that come if they are to be followed.

    Raises
    ------
    AuthFailed
        If the key is not here, or refused.
    BadInput
        If a symbol is none, or the count is out of range.
    NoData
        If there is no article, and none is waited for.
    VenueError
        If they cannot be fetched.
    """
    if not 1 <= question.count <= MOST:
        raise BadInput(f"--count is 1 to {MOST}, was {question.count}")
    roots = tuple(dict.fromkeys(_root(symbol) for symbol in question.symbols))
    asyncio.run(_run(settings, question, roots, as_json=as_json))


def _root(text: str) -> str:
    symbol = canonical(text, default_venue=UNDERLYING_VENUE)
    if venue_of(symbol) != UNDERLYING_VENUE:
        raise BadInput(f"there are no news of {symbol}; write stocks as SPY or US:SPY")
    if root_of(symbol) in INDICES:
        raise BadInput(f"there are no news of the index {symbol}; name a stock, such as SPY")
    return root_of(symbol)


async def _run(
    settings: Settings, question: NewsQuestion, roots: tuple[str, ...], *, as_json: bool
) -> None:
    clock = SystemClock()
    known = KnownNews()
    async with alpaca_access(settings, demo=question.demo) as access:
        news = AlpacaNews(
            key=access.keys.key.reveal(),
            secret=access.keys.secret.reveal(),
            symbols=roots,
            clock=clock,
            rng=Random(),  # noqa: S311 - jitter, not secrets
            data_url=access.data_url,
            ws_url=access.stream_url,
        )

        def show(article: News) -> None:
            said = known.note(article)
            if said:
                line = _json if as_json else _text
                print(line(article, said, clock.now_ns()), flush=True)  # noqa: T201

        try:
            newest = await news.newest(question.count)
            for article in newest:
                show(article)
            if question.follow:
                async with aclosing(news.follow()) as coming:
                    async for article in coming:
                        if not newest or article.updated_ns >= newest[0].created_ns:
                            show(article)
            elif not newest:
                about = f" of {', '.join(roots)}" if roots else ""
                raise NoData(f"the vendor has no news{about}; wait for some with --follow")
        finally:
            await news.close()


def _json(article: News, said: str, _now_ns: int) -> str:
    values = msgspec.to_builtins(article)
    for name in ("created", "updated"):
        values[name] = f"{_moment(values.pop(f'{name}_ns')):%Y-%m-%dT%H:%M:%SZ}"
    return json.dumps({**values, "change": said}, ensure_ascii=False)


def _text(article: News, said: str, now_ns: int) -> str:
    # This clock may be behind the vendor's.
    age = duration_text(max(0, now_ns - article.created_ns) / 1e9)
    about = ", ".join(article.symbols)
    told = [
        f"{_moment(article.created_ns):%Y-%m-%d %H:%M} UTC",
        f"{article.headline}{' [updated]' if said == 'updated' else ''}",
        about,
        f"{article.source}, {age} ago" if article.source else f"{age} ago",
        article.url,
    ]
    return "  ".join(part for part in told if part)


def _moment(ns: int) -> datetime:
    return datetime.fromtimestamp(ns / 1e9, UTC)
