"""Alpaca's news: the newest articles by REST, later ones by stream."""

from __future__ import annotations

import asyncio
import html
from collections import OrderedDict
from typing import TYPE_CHECKING

import msgspec

from quantdeck.feeds.alpaca.endpoints import (
    NEWS_PATH,
    OPTION_GRADES,
    STOCK_GRADES,
    STREAM_URL,
    stream_of,
)
from quantdeck.feeds.alpaca.news_stream import NewsItem, NewsSession
from quantdeck.feeds.alpaca.patience import PATIENCE
from quantdeck.feeds.alpaca.requests import rfc3339_ns
from quantdeck.feeds.alpaca.rest import AlpacaRest
from quantdeck.model.errors import AuthFailed, BadMessage, VenueError
from quantdeck.model.feed import FeedState
from quantdeck.net.connection import Connection

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence
    from random import Random

    from quantdeck.feeds.alpaca.requests import Article
    from quantdeck.net.link import Patience
    from quantdeck.ports.clock import Clock

_SOURCE = "alpaca"
_MISSED = 50
_REMEMBERED = 10_000
_LOOK_S = 1.0
_HEADERS = {"Content-Type": "application/msgpack"}


class News(msgspec.Struct, frozen=True):
    """One article as it is known now.

    Parameters
    ----------
    id : int
        The vendor's number; an article that is changed keeps it.
    headline, summary : str
        Plain text in one line.
    symbols : tuple of str
        What it is about, as the vendor writes it: stocks, but pairs of currencies, too.
    source : str
        Who wrote it.
    url : str
        Where it is to be read; empty where unknown.
    created_ns, updated_ns : int
        When it was published, and changed last, UTC. [ns]
    """

    id: int
    headline: str
    summary: str
    symbols: tuple[str, ...]
    source: str
    url: str
    created_ns: int
    updated_ns: int


class KnownNews:
    """Tells what is new: every article once, and again when it was changed.

    Examples
    --------
    >>> known, first = KnownNews(), News(7, "A", "", (), "", "", 10, 10)
    >>> known.note(first), known.note(first)
    ('new', '')
    >>> known.note(msgspec.structs.replace(first, updated_ns=20)), known.note(first)
    ('updated', '')
    """

    def __init__(self) -> None:
        self._updated: OrderedDict[int, int] = OrderedDict()

    def note(self, article: News) -> str:
        """Return ``new``, ``updated``, or an empty text where it is neither."""
        before = self._updated.get(article.id)
        if before is not None and article.updated_ns <= before:
            return ""
        self._updated[article.id] = article.updated_ns
        if len(self._updated) > _REMEMBERED:
            self._updated.popitem(last=False)
        return "new" if before is None else "updated"


class AlpacaNews:
    """Reads news. Used by the command line.

    Parameters
    ----------
    key, secret : str
        The credentials.
    symbols : tuple of str
        The vendor's symbols; everything where empty.
    clock : Clock
        Stamps and waits.
    rng : Random
        Jitter.
    data_url, ws_url : str or None
        Addresses; the vendor's own where None.
    patience : Patience or None
        How long the connection waits for what.
    """

    def __init__(  # noqa: PLR0913 - the seams it is built from
        self,
        *,
        key: str,
        secret: str,
        symbols: tuple[str, ...],
        clock: Clock,
        rng: Random,
        data_url: str | None = None,
        ws_url: str | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._symbols = symbols
        self._clock = clock
        self._rng = rng
        self._key, self._secret = key, secret
        self._url = stream_of(ws_url or STREAM_URL, NEWS_PATH)
        self._patience = patience or PATIENCE
        self._rest = AlpacaRest(
            key=key,
            secret=secret,
            options=OPTION_GRADES["indicative"],
            stocks=STOCK_GRADES["iex"],
            clock=clock,
            rng=rng,
            requests_per_minute=OPTION_GRADES["indicative"].requests_per_minute,
            data_url=data_url,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._rest.close()

    async def newest(self, count: int) -> list[News]:
        """Return the newest articles, newest last, each as it is known now.

        Raises
        ------
        AuthFailed
            If the key is refused.
        VenueError
            If they cannot be fetched.
        """
        known: dict[int, News] = {}
        for row in await self._rest.news(self._symbols, count=count):
            article = _of_row(row)
            before = known.get(article.id)
            if before is None or article.updated_ns > before.updated_ns:
                known[article.id] = article
        return sorted(known.values(), key=lambda article: (article.created_ns, article.id))

    async def follow(self) -> AsyncGenerator[News]:
        """Yield articles as they come, and again when they are changed; until the caller stops.

        After a break those of REST come in between, so that what was missed is not lost; an article
        may therefore come more than once, which `KnownNews` tells.

        Raises
        ------
        AuthFailed
            If the vendor refuses for good.
        """
        arrived: asyncio.Queue[News | None] = asyncio.Queue()
        connection = Connection(
            f"{_SOURCE}/news",
            new_session=lambda: NewsSession(
                self._url,
                key=self._key,
                secret=self._secret,
                symbols=self._symbols,
                on_item=lambda item: arrived.put_nowait(_of_item(item)),
                on_confirmed=lambda: arrived.put_nowait(None),
            ),
            wanted=lambda: True,
            on_data=lambda: None,
            clock=self._clock,
            rng=self._rng,
            patience=self._patience,
            headers=_HEADERS,
        )
        running = asyncio.ensure_future(connection.run())
        try:
            while True:
                try:
                    async with asyncio.timeout(_LOOK_S):
                        article = await arrived.get()
                except TimeoutError:
                    status = connection.status()
                    if status.state is FeedState.FAILED:
                        raise AuthFailed(_SOURCE, status.detail) from None
                    continue
                if article is not None:
                    yield article
                    continue
                for missed in await self._missed():
                    yield missed
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    async def _missed(self) -> Sequence[News]:
        try:
            return await self.newest(_MISSED)
        except VenueError:
            return ()


def _of_item(item: NewsItem) -> News:
    created_ns, updated_ns = item.times_ns()
    return _news(item, created_ns, updated_ns)


def _of_row(row: Article) -> News:
    try:
        created_ns = rfc3339_ns(row.created_at)
        updated_ns = rfc3339_ns(row.updated_at) if row.updated_at else created_ns
    except ValueError as error:
        raise BadMessage(_SOURCE, str(error), row.created_at.encode()) from None
    return _news(row, created_ns, updated_ns)


def _news(row: Article | NewsItem, created_ns: int, updated_ns: int) -> News:
    return News(
        id=row.id,
        headline=_line(row.headline),
        summary=_line(row.summary),
        symbols=tuple(_line(symbol) for symbol in row.symbols),
        source=_line(row.source),
        url=_line(row.url or ""),
        created_ns=created_ns,
        updated_ns=updated_ns,
    )


# What comes from outside must not steer a terminal.
def _line(text: str) -> str:
    plain = html.unescape(text)
    return " ".join("".join(c if c.isprintable() else " " for c in plain).split())
