"""NewsAPI as typed calls; its key travels in a header only.

Source: NewsAPI, documentation of ``/v2/everything``, ``/v2/top-headlines`` and ``/v2/top-headlines/sources``.
"""

from __future__ import annotations

import asyncio
import math
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from quantdeck.feeds.answer_cache import question
from quantdeck.model.errors import (
    AuthFailed,
    BadInput,
    BadMessage,
    ConfigError,
    NotEntitled,
    RateLimited,
    VenueError,
)
from quantdeck.net.rest import RestClient
from quantdeck.net.rolling_limiter import RollingLimiter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

    import httpx2

    from quantdeck.feeds.answer_cache import AnswerCache
    from quantdeck.model.errors import QuantdeckError
    from quantdeck.ports.clock import Clock

SOURCE = "newsapi"
"""Name of the service."""

URL = "https://newsapi.org/v2"
PER_DAY = 100
"""Requests of the free plan."""
PER_PAGE = 100
LONGEST_QUERY = 500

_DAY_S = 86_400.0
_PATIENCE_S = 30.0
_SLOW_DOWN_S = 60.0
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_Shape = TypeVar("_Shape")


class ArticleSource(msgspec.Struct, frozen=True):
    """Who wrote an article."""

    id: str | None = None
    name: str | None = None


class Article(msgspec.Struct, frozen=True, rename="camel"):
    """One article; the vendor cuts its content."""

    title: str | None = None
    description: str | None = None
    url: str | None = None
    published_at: str | None = None
    source: ArticleSource = ArticleSource()
    author: str | None = None


class Publisher(msgspec.Struct, frozen=True):
    """One publisher that can be asked for."""

    id: str
    name: str = ""
    description: str | None = None
    url: str | None = None
    category: str = ""
    language: str = ""
    country: str = ""


class _Articles(msgspec.Struct, frozen=True, rename="camel"):
    status: str
    total_results: int = 0
    articles: list[msgspec.Raw] | None = None


class _Publishers(msgspec.Struct, frozen=True):
    status: str
    sources: list[msgspec.Raw] | None = None


class _Refusal(msgspec.Struct, frozen=True):
    code: str = ""
    message: str = ""


class NewsApiDialect:
    """What the answers mean; fulfils `quantdeck.net.rest.Dialect`."""

    def usage(self, headers: Mapping[str, str]) -> dict[int, int]:  # noqa: ARG002 - tells nothing
        """Return nothing: the vendor does not tell what has been used."""
        return {}

    def pause(self, status: int, headers: Mapping[str, str]) -> float:
        """Return how long nothing may be asked. [s]."""
        if status != 429:
            return 0.0
        told = headers.get("Retry-After", "")
        return float(told) if told.isdigit() and told != "0" else _SLOW_DOWN_S

    def refusal(self, status: int, body: bytes) -> QuantdeckError:
        """Return the error for a refused request."""
        try:
            told = msgspec.json.decode(body, type=_Refusal)
        except _UNREADABLE:
            told = _Refusal(message=body[:200].decode("utf-8", "replace"))
        said = " ".join(f"{told.message or told.code or 'no reason given'}".split())[:300]
        said = f"{said} ({told.code or f'HTTP {status}'})"
        if told.code in {"apiKeyDisabled", "apiKeyInvalid", "apiKeyMissing"} or status == 401:
            return AuthFailed(SOURCE, f"the key was refused: {said}; check NEWS_API_KEY")
        if status == 426 or told.code == "maximumResultsReached":
            return NotEntitled(SOURCE, f"the plan does not include this: {said}")
        if told.code in {"apiKeyExhausted", "rateLimited"}:
            return RateLimited(SOURCE, said, retry_after_s=_SLOW_DOWN_S)
        if status in {400, 404}:
            return BadInput(f"{SOURCE} refused the request: {said}")
        return VenueError(SOURCE, f"refused: {said}")


class NewsApi:
    """Asks NewsAPI. Owned by whoever makes it; closed by the same.

    Parameters
    ----------
    key : str
        The credential; it travels in a header only.
    clock : Clock
        Where the time comes from.
    rng : Random
        Jitter of the retries.
    requests_per_day : int
        What the plan allows.
    base_url : str or None
        Address; the vendor's own where None.
    answers : AnswerCache or None
        Keeps answers for a while; none are kept where None.
    transport : httpx2.AsyncBaseTransport or None
        Carries the requests; tests hand one in.

    Attributes
    ----------
    unreadable : int
        Items left out of answers since they could not be read.

    Raises
    ------
    ConfigError
        If the key is missing.
    """

    def __init__(  # noqa: PLR0913 - the seams it is built from
        self,
        *,
        key: str,
        clock: Clock,
        rng: Random,
        requests_per_day: int = PER_DAY,
        base_url: str | None = None,
        answers: AnswerCache | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        if not key:
            raise ConfigError("NewsAPI needs a key: set NEWS_API_KEY in the environment or in .env")
        self.unreadable = 0
        self._base_url = (base_url or URL).rstrip("/")
        self._answers = answers
        dialect = NewsApiDialect()
        self._client = RestClient(
            SOURCE,
            self._base_url,
            dialect=dialect,
            limiter=RollingLimiter(clock, SOURCE, most=requests_per_day, window_s=_DAY_S),
            clock=clock,
            rng=rng,
            transport=transport,
            headers=lambda: {"X-Api-Key": key},
            pause=dialect.pause,
        )

    async def close(self) -> None:
        """Close all connections; a later request opens new ones."""
        await self._client.close()

    async def everything(
        self, query: str, *, count: int = 20, language: str = "en", since: str | None = None
    ) -> list[Article]:
        """Return the newest articles that match a query.

        Parameters
        ----------
        query : str
            Words, ``AND``, ``OR``, ``NOT`` and quotes; 500 characters at most.
        count : int
            How many, 100 at most: the free plan has no second page.
        language : str
            Two letters.
        since : str or None
            From this time, ISO 8601.

        Raises
        ------
        BadInput
            If the query is too long, or not understood.
        VenueError
            If they cannot be had.
        """
        if not query.strip() or len(query) > LONGEST_QUERY:
            raise BadInput(f"a query has 1 to {LONGEST_QUERY} characters, was {len(query)}")
        params: dict[str, str | int] = {
            "q": query,
            "language": language,
            "sortBy": "publishedAt",
            "pageSize": min(count, PER_PAGE),
        }
        if since is not None:
            params["from"] = since
        return await self._articles("/everything", params)

    async def top_headlines(
        self, *, query: str = "", category: str = "business", country: str = "us", count: int = 20
    ) -> list[Article]:
        """Return the top headlines of a category in a country.

        Raises
        ------
        VenueError
            If they cannot be had.
        """
        params: dict[str, str | int] = {
            "category": category,
            "country": country,
            "pageSize": min(count, PER_PAGE),
        }
        if query:
            params["q"] = query
        return await self._articles("/top-headlines", params)

    async def publishers(self, *, category: str = "", language: str = "en") -> list[Publisher]:
        """Return the publishers that can be asked for.

        Raises
        ------
        VenueError
            If they cannot be had.
        """
        params: dict[str, str | int] = {"language": language}
        if category:
            params["category"] = category
        answer = await self._ask("/top-headlines/sources", params, _Publishers)
        return self._readable(answer.sources, Publisher)

    async def _articles(self, path: str, params: Mapping[str, str | int]) -> list[Article]:
        answer = await self._ask(path, params, _Articles)
        return self._readable(answer.articles, Article)

    async def _ask(self, path: str, params: Mapping[str, str | int], shape: type[_Shape]) -> _Shape:
        asked = question(self._base_url, path, params)
        answers = self._answers
        if answers is not None:
            kept = await asyncio.to_thread(answers.find, asked, within_s=math.inf)
            if kept is not None:
                try:
                    return _decoder(shape).decode(kept.body)
                except _UNREADABLE:
                    pass
        try:
            raw = await self._client.get(
                path, params, shape=msgspec.Raw, weight=1, patience_s=_PATIENCE_S
            )
        except AuthFailed as error:
            said = "the key was refused; check NEWS_API_KEY in the environment or in .env"
            raise AuthFailed(SOURCE, said) from error
        body = bytes(raw)
        try:
            answer = _decoder(shape).decode(body)
        except _UNREADABLE as error:
            raise BadMessage(SOURCE, f"GET {path}: cannot be read: {error}", body) from error
        if answers is not None:
            await asyncio.to_thread(answers.keep, asked, body)
        return answer

    def _readable(self, rows: list[msgspec.Raw] | None, shape: type[_Shape]) -> list[_Shape]:
        found: list[_Shape] = []
        for row in rows or ():
            try:
                found.append(_decoder(shape).decode(row))
            except _UNREADABLE:
                self.unreadable += 1
        return found


@cache
def _decoder(shape: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(shape)
