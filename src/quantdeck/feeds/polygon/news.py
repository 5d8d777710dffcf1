"""Polygon's news, with the sentiment that the vendor reads out of them for each company."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Raw, Struct

from quantdeck.feeds.plain_text import moment_ns, one_line
from quantdeck.feeds.polygon.endpoints import SOURCE, Endpoint
from quantdeck.feeds.polygon.rest import Envelope
from quantdeck.feeds.polygon.symbols import checked_symbol
from quantdeck.model.errors import BadInput
from quantdeck.model.headlines import Headline, Insight, Sentiment
from quantdeck.model.instruments import root_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from quantdeck.feeds.polygon.rest import PolygonRest

_PER_PAGE = 1000
_FRESH_S = 60.0
_SCORES = {"positive": 1.0, "neutral": 0.0, "negative": -1.0}


class _Publisher(Struct, frozen=True):
    name: str = ""


class _Insight(Struct, frozen=True):
    ticker: str
    sentiment: str = ""
    sentiment_reasoning: str = ""


class Article(Struct, frozen=True):
    """One article as the vendor writes it."""

    id: str
    title: str
    published_utc: str
    publisher: _Publisher = _Publisher()
    author: str | None = None
    article_url: str = ""
    description: str | None = None
    tickers: list[str] | None = None
    keywords: list[str] | None = None
    insights: list[_Insight] | None = None


class _Page(Envelope, frozen=True, kw_only=True):
    results: Raw = Raw()


async def news(rest: PolygonRest, symbols: Sequence[str], *, count: int) -> list[Headline]:
    """Return the newest articles, newest first: on these stocks, on anything where none.

    Parameters
    ----------
    rest : PolygonRest
        Reads.
    symbols : sequence of str
        Canonical symbols; one request each.
    count : int
        How many of each, and in all.

    Raises
    ------
    NotEntitled, VenueError
        If they cannot be had.
    """
    found: dict[str, Headline] = {}
    for symbol in symbols or [""]:
        params: dict[str, str | int] = {"sort": "published_utc", "order": "desc"}
        params["limit"] = min(count, _PER_PAGE)
        if symbol:
            params["ticker"] = root_of(symbol)
        left = count
        path = "/v2/reference/news"
        async for page in rest.pages(Endpoint.NEWS, path, params, shape=_Page, fresh_s=_FRESH_S):
            articles = rest.readable(page.results, Article)
            for article in articles[:left]:
                story = _headline(article, symbols)
                if story is None:
                    rest.unreadable += 1
                else:
                    found[article.id] = story
            left -= len(articles)
            if left <= 0:
                break
    newest = sorted(found.values(), key=lambda each: each.published_ns, reverse=True)
    return newest[:count]


def _headline(article: Article, asked: Iterable[str]) -> Headline | None:
    try:
        published_ns = moment_ns(article.published_utc)
    except ValueError:
        return None
    insights = tuple(
        Insight(symbol, each.sentiment, one_line(each.sentiment_reasoning))
        for each in article.insights or ()
        if each.sentiment in _SCORES and (symbol := _symbol(each.ticker))
    )
    symbols = tuple(symbol for each in article.tickers or () if (symbol := _symbol(each)))
    return Headline(
        title=one_line(article.title),
        summary=one_line(article.description),
        url=one_line(article.article_url),
        publisher=one_line(article.publisher.name),
        published_ns=published_ns,
        sources=(SOURCE,),
        symbols=symbols,
        sentiment=_sentiment(insights, frozenset(asked)),
        insights=insights,
        id=article.id,
    )


# Of the companies asked for, where it says something of them.
def _sentiment(insights: Sequence[Insight], asked: frozenset[str]) -> Sentiment | None:
    told = [each for each in insights if each.symbol in asked] or insights
    if not told:
        return None
    return Sentiment(sum(_SCORES[each.label] for each in told) / len(told), SOURCE)


def _symbol(ticker: str) -> str:
    try:
        return checked_symbol(ticker)
    except BadInput:
        return ""
