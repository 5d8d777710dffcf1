"""Polygon's REST interface: within the plan's pace, kept for a while, refusals remembered.

The key travels in a header only. A page names the next by an address without the key: only its path and
parameters are used, at the configured host, so that the key never goes anywhere else.
"""

from __future__ import annotations

import asyncio
import logging
import math
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

import msgspec

from quantdeck.feeds.answer_cache import question
from quantdeck.feeds.polygon.dialect import PolygonDialect, TimeframeNotIncluded, key_refused, words
from quantdeck.feeds.polygon.endpoints import REST_URL, SOURCE, Pace, pace_of
from quantdeck.feeds.polygon.entitlements import Entitlements
from quantdeck.model.errors import AuthFailed, BadMessage, ConfigError, NotEntitled
from quantdeck.net.rest import RestClient
from quantdeck.net.rolling_limiter import RollingLimiter

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from random import Random

    import httpx2

    from quantdeck.feeds.answer_cache import AnswerCache
    from quantdeck.feeds.polygon.endpoints import Endpoint
    from quantdeck.ports.clock import Clock

_LOG = logging.getLogger(__name__)
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_MOST_PAGES = 2_000
_PATIENCE_S = 3_600.0
_TIMEOUT_S = 30.0

Query = dict[str, str | int]
"""Parameters of a request."""


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """What every answer carries; `fetched_ns` is when it came, by this machine's clock, UTC [ns]."""

    status: str = ""
    request_id: str = ""
    next_url: str | None = None
    fetched_ns: int = 0

    @property
    def is_delayed(self) -> bool:
        """Whether the plan's data are late."""
        return self.status == "DELAYED"


_Answer = TypeVar("_Answer", bound=Envelope)
_Row = TypeVar("_Row")


class PolygonRest:
    """Asks one host with one key. Owned by whoever makes it; closed by the same.

    Parameters
    ----------
    key : str
        The credential; it travels in a header only.
    clock : Clock
        Where the time comes from.
    rng : Random
        Jitter of the retries.
    pace : Pace or None
        How often may be asked; that of the free plan where None.
    base_url : str or None
        Address; the vendor's own where None.
    answers : AnswerCache or None
        Keeps answers for a while; none are kept where None.
    entitlements : Entitlements or None
        What the key is known to be allowed.
    patience_s : float
        Longest wait for the pace, per attempt. [s]
    transport : httpx2.AsyncBaseTransport or None
        Carries the requests; tests hand one in.

    Attributes
    ----------
    unreadable : int
        Items left out of answers since they could not be read.
    base_url : str
        Where it asks.
    clock : Clock
        As handed in.

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
        pace: Pace | None = None,
        base_url: str | None = None,
        answers: AnswerCache | None = None,
        entitlements: Entitlements | None = None,
        patience_s: float = _PATIENCE_S,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        if not key:
            raise ConfigError(
                "Polygon needs a key: set MASSIVE_API_KEY or POLYGON_API_KEY in the environment or "
                "in .env"
            )
        self.unreadable = 0
        self.base_url = (base_url or REST_URL).rstrip("/")
        self.clock = clock
        self.entitlements = entitlements or Entitlements(key, clock)
        self._answers = answers
        self._patience_s = patience_s
        pace = pace or pace_of("basic")
        limiter = RollingLimiter(clock, SOURCE, most=pace.most, window_s=pace.window_s)
        dialect = PolygonDialect()
        self._client = RestClient(
            SOURCE,
            self.base_url,
            dialect=dialect,
            limiter=limiter,
            clock=clock,
            rng=rng,
            transport=transport,
            timeout_s=_TIMEOUT_S,
            headers=lambda: {"Authorization": f"Bearer {key}"},
            pause=dialect.pause,
        )

    @property
    def requests(self) -> int:
        """Requests that the vendor answered, refusals included: what counts against the plan."""
        return self._client.answered

    @property
    def cache_hits(self) -> int:
        """Answers that were found in the cache."""
        return self._answers.hits if self._answers else 0

    async def close(self) -> None:
        """Close all connections; a later request opens new ones."""
        await self._client.close()

    async def ask(
        self,
        endpoint: Endpoint,
        path: str,
        params: Mapping[str, str | int],
        *,
        shape: type[_Answer],
        fresh_s: float = math.inf,
    ) -> _Answer:
        """Return one answer.

        Parameters
        ----------
        endpoint : Endpoint
            What it is an answer of, for what the plan includes.
        path : str
            After the host, with its slash.
        params : mapping
            Query parameters; no credential.
        shape : type
            What it is decoded into.
        fresh_s : float
            A kept answer is of use if it is younger. [s]

        Raises
        ------
        AuthFailed
            If the key is refused.
        NotEntitled
            If the plan does not include it, as known from before or as told now.
        BadInput
            If the vendor does not understand the request.
        NoData
            If it has nothing of it.
        VenueError
            If it cannot be had.
        """
        name = _product(endpoint, path)
        self.entitlements.check(name)
        asked = question(self.base_url, path, params)
        kept = await self._kept(asked, shape, fresh_s)
        if kept is not None:
            _LOG.debug("%s: %s from the cache", SOURCE, path)
            return kept
        _LOG.debug("%s: GET %s", SOURCE, path)
        try:
            raw = await self._client.get(
                path, params, shape=msgspec.Raw, weight=1, patience_s=self._patience_s
            )
        except AuthFailed as error:
            body = str(error).partition("HTTP 401 ")[2]
            if body:
                raise key_refused(words(401, body.encode())) from error
            raise
        except TimeframeNotIncluded:
            raise
        except NotEntitled as error:
            self.entitlements.note(name, allowed=False, said=_said(error))
            raise
        body = bytes(raw)
        try:
            answer: _Answer = _decoder(shape).decode(body)
        except _UNREADABLE as error:
            reason = f"GET {path}: the answer cannot be read: {error}"
            raise BadMessage(SOURCE, reason, body) from error
        answer = msgspec.structs.replace(answer, fetched_ns=self.clock.now_ns())
        delay = "delayed" if answer.is_delayed else ""
        self.entitlements.note(name, allowed=True, delay=delay)
        if self._answers is not None and not self._answers.is_off and fresh_s > 0:
            await asyncio.to_thread(self._answers.keep, asked, body)
        return answer

    async def pages(
        self,
        endpoint: Endpoint,
        path: str,
        params: Mapping[str, str | int],
        *,
        shape: type[_Answer],
        fresh_s: float = math.inf,
    ) -> AsyncIterator[_Answer]:
        """Yield an answer and those that follow it.

        Parameters
        ----------
        endpoint, path, params, shape, fresh_s
            As for `ask`, of the first page.

        Raises
        ------
        BadMessage
            If the next page is named in a way that cannot be, or there is no end of them.
        NotEntitled, BadInput, NoData, VenueError
            As of `ask`.
        """
        seen: set[str] = set()
        query: Mapping[str, str | int] = params
        for _ in range(_MOST_PAGES):
            page = await self.ask(endpoint, path, query, shape=shape, fresh_s=fresh_s)
            yield page
            if not page.next_url:
                return
            if page.next_url in seen:
                raise BadMessage(SOURCE, f"GET {path}: the pages go round in a circle", b"")
            seen.add(page.next_url)
            path, query = _place(page.next_url)
        raise BadMessage(SOURCE, f"GET {path}: there are more than {_MOST_PAGES} pages", b"")

    def readable(self, rows: msgspec.Raw, shape: type[_Row]) -> list[_Row]:
        """Return the items of an answer's list that can be read; the others are counted."""
        if not bytes(rows) or bytes(rows) == b"null":
            return []
        try:
            found: list[_Row] = _list_decoder(shape).decode(rows)
        except _UNREADABLE:
            return self._one_by_one(rows, shape)
        return found

    def _one_by_one(self, rows: msgspec.Raw, shape: type[_Row]) -> list[_Row]:
        decode = _decoder(shape).decode
        found: list[_Row] = []
        try:
            items = _items(rows)
        except _UNREADABLE as error:
            raise BadMessage(SOURCE, f"the results are no list: {error}", bytes(rows)) from error
        for row in items:
            try:
                found.append(decode(row))
            except _UNREADABLE:
                self.unreadable += 1
        return found

    async def _kept(self, asked: str, shape: type[_Answer], fresh_s: float) -> _Answer | None:
        if self._answers is None or self._answers.is_off or fresh_s <= 0:
            return None
        found = await asyncio.to_thread(self._answers.find, asked, within_s=fresh_s)
        if found is None:
            return None
        try:
            answer: _Answer = _decoder(shape).decode(found.body)
        except _UNREADABLE:
            return None
        return msgspec.structs.replace(answer, fetched_ns=found.fetched_ns)


@cache
def _decoder(shape: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(shape, strict=False)


@cache
def _list_decoder(shape: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(list[shape], strict=False)


_items = msgspec.json.Decoder(list[msgspec.Raw]).decode


# Host and key of the address, if there were any, are left out.
def _place(url: str) -> tuple[str, Query]:
    try:
        parts = urlsplit(url)
        query = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=100)
    except ValueError:
        raise BadMessage(SOURCE, "the next page has no address", url.encode()) from None
    if not parts.path.startswith("/") or parts.path.startswith("//"):
        raise BadMessage(SOURCE, "the next page has no path", url.encode())
    return parts.path, {name: value for name, value in query if name.lower() != "apikey"}


# Plans are sold by market: that bars of options are refused says nothing of those of stocks.
def _product(endpoint: Endpoint, path: str) -> str:
    if "/I:" in path:
        return f"{endpoint.value} of indices"
    return f"{endpoint.value} of options" if "/O:" in path else endpoint.value


def _said(error: NotEntitled) -> str:
    return str(error).removeprefix(f"{SOURCE}: ").removeprefix("the plan does not include this: ")
