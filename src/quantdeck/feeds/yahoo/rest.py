"""Asks Yahoo: one question at a time, at a pace, from the answers kept where they are fresh."""

from __future__ import annotations

import asyncio
import functools
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from quantdeck.feeds.answer_cache import question
from quantdeck.feeds.yahoo.access import SOURCE
from quantdeck.feeds.yahoo.refusals import refusal_of
from quantdeck.feeds.yahoo.wire import Chart, OptionAnswer, QuoteAnswer
from quantdeck.model.errors import BadInput, BadMessage, NoData, RateLimited
from quantdeck.net.limiter import WeightLimiter

if TYPE_CHECKING:
    from random import Random

    from quantdeck.feeds.answer_cache import AnswerCache
    from quantdeck.feeds.yahoo.access import Access, Query
    from quantdeck.feeds.yahoo.wire import ChartResult, OptionResult, QuoteRow
    from quantdeck.ports.clock import Clock

JITTER_S = 0.3
"""A question waits up to so long before it is sent. [s]"""

_Shape = TypeVar("_Shape")
_MINUTE_S = 60
_PATIENCE_S = 90.0
_QUOTES_FRESH_S = 10.0
_OPTIONS_FRESH_S = 60.0


class YahooRest:
    """Asks Yahoo. Owned by what needs answers; several may share one.

    Parameters
    ----------
    access : Access
        The way in.
    clock : Clock
        Waits, and tells what is fresh.
    rng : Random
        Jitter between questions.
    requests_per_minute : int
        Questions that are asked at most.
    cache : AnswerCache or None
        Answers on disk; None keeps none.
    jitter_s : float
        A question waits up to so long, since an even beat looks like a machine's. [s]
    """

    def __init__(
        self,
        access: Access,
        *,
        clock: Clock,
        rng: Random,
        requests_per_minute: int = 60,
        cache: AnswerCache | None = None,
        jitter_s: float = JITTER_S,
    ) -> None:
        self._access, self._clock, self._rng = access, clock, rng
        self._limiter = WeightLimiter(clock, SOURCE, {_MINUTE_S: requests_per_minute}, share=1.0)
        self._cache = cache
        self._jitter_s = jitter_s
        self._asking = asyncio.Lock()

    async def chart(self, symbol: str, query: Query, *, asked: str, fresh_s: float) -> ChartResult:
        """Return a chart.

        Parameters
        ----------
        symbol : str
            In Yahoo's letters.
        query : mapping
            Interval, span and events.
        asked : str
            For what, in words for errors.
        fresh_s : float
            An answer kept for less is taken. [s]

        Raises
        ------
        BadInput
            If Yahoo does not know the symbol.
        NoData
            If it has nothing of the span.
        VenueError
            If it cannot be asked now.
        """
        path = f"/v8/finance/chart/{symbol}"
        answer = await self._ask(path, query, Chart, asked=asked, fresh_s=fresh_s)
        if not answer.chart.result:
            raise NoData(f"{SOURCE} has no {asked}: its answer is empty")
        return answer.chart.result[0]

    async def options(self, symbol: str, expiry_s: int | None, *, asked: str) -> OptionResult:
        """Return the chain of an expiry with the dates of all; the nearest where none is named.

        Raises
        ------
        BadInput
            If Yahoo does not know the underlying.
        NoData
            If it has no such expiry.
        VenueError
            If it cannot be asked now.
        """
        query: dict[str, str | int] = {} if expiry_s is None else {"date": expiry_s}
        path = f"/v7/finance/options/{symbol}"
        answer = await self._ask(path, query, OptionAnswer, asked=asked, fresh_s=_OPTIONS_FRESH_S)
        if not answer.chain.result:
            raise BadInput(f"{SOURCE} has no {asked}: it does not know the symbol")
        return answer.chain.result[0]

    async def quotes(self, symbols: list[str]) -> list[QuoteRow]:
        """Return the quotes of symbols; those that Yahoo does not know are left out."""
        query = {"symbols": ",".join(symbols)}
        answer = await self._ask(
            "/v7/finance/quote", query, QuoteAnswer, asked="quotes", fresh_s=_QUOTES_FRESH_S
        )
        return answer.quotes.result or []

    async def close(self) -> None:
        """Close what is open; a later question opens it again."""
        await self._access.close()

    async def _ask(
        self, path: str, query: Query, shape: type[_Shape], *, asked: str, fresh_s: float
    ) -> _Shape:
        async with self._asking:
            body = await self._remembered(path, query, fresh_s)
            if body is None:
                body = await self._fetched(path, query, asked)
                if self._cache is not None:
                    await asyncio.to_thread(self._cache.keep, question(SOURCE, path, query), body)
        try:
            return _decoder(shape).decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            reason = f"{asked}: the answer cannot be read: {error}"
            raise BadMessage(SOURCE, reason, body[:2_000]) from error

    async def _remembered(self, path: str, query: Query, fresh_s: float) -> bytes | None:
        if self._cache is None or fresh_s <= 0:
            return None
        name = question(SOURCE, path, query)
        found = await asyncio.to_thread(self._cache.find, name, within_s=fresh_s)
        return None if found is None else found.body

    async def _fetched(self, path: str, query: Query, asked: str) -> bytes:
        # Who asked for patience gets it; only our own budget is waited for.
        if (blocked_s := self._limiter.blocked_s) > 0:
            raise RateLimited(SOURCE, f"{asked}: Too Many Requests", retry_after_s=blocked_s)
        await self._limiter.acquire(1, patience_s=_PATIENCE_S)
        if self._jitter_s > 0:
            await self._clock.sleep(self._rng.uniform(0.0, self._jitter_s))
        try:
            reply = await self._access.get(path, query)
            refused = refusal_of(reply, asked)
        except RateLimited as error:
            self._limiter.block(error.retry_after_s)
            raise
        if refused is None:
            return reply.body
        if isinstance(refused, RateLimited):
            self._limiter.block(refused.retry_after_s)
        raise refused


@functools.cache
def _decoder(shape: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(shape, strict=False)
