"""The loopback NewsAPI."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import web

from quantdeck.sims.loopback import LoopbackSim
from quantdeck.sims.newsapi.answers import BUSINESS, DEVELOPER, Answers, NewsPlan, Search
from quantdeck.sims.newsapi.articles import Articles
from quantdeck.sims.newsapi.distort import distorted
from quantdeck.sims.newsapi.fault_table import NEWS_FAULTS, NewsFault
from quantdeck.sims.newsapi.refusals import Refusal
from quantdeck.sims.options.listed import Size
from quantdeck.sims.stocks.market import StockMarket
from quantdeck.sims.stocks.stories import Stories

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

    from quantdeck.ports.clock import Clock
    from quantdeck.sims.faults import Fault
    from quantdeck.sims.loopback import Connection

_encode = msgspec.json.Encoder().encode
_BAD_GATEWAY = "<html><head><title>502 Bad Gateway</title></head></html>"
_DAY_MS = 86_400_000
_KEY_FAULTS = (
    (NewsFault.KEY_INVALID, "apiKeyInvalid"),
    (NewsFault.KEY_DISABLED, "apiKeyDisabled"),
    (NewsFault.KEY_EXHAUSTED, "apiKeyExhausted"),
)


class NewsApiSim(LoopbackSim):
    """A collector of headlines on this machine that speaks as NewsAPI does, with simulated news.

    The key ``developer`` has the free Developer plan, any other one the Business plan. Use as an asynchronous
    context manager; it owns its socket.

    Parameters
    ----------
    seed : int
        Of the market the news is about; the same as that of a Polygon simulator makes them overlap.
    host : str
        Address to listen on.
    port : int
        0 takes a free one.
    faults : iterable of str
        Switched on from the start, see `quantdeck.sims.newsapi.fault_table`.
    clock : Clock, optional
        What the vendor's clock is set by; the machine's by default.
    size : Size
        How many companies there is news of.
    key : str, optional
        The one key that is known; by default any that is not empty.
    market : StockMarket, optional
        One that is shared with other simulators, instead of `seed` and `size`.

    Raises
    ------
    BadInput
        If a fault is unknown.
    """

    table = NEWS_FAULTS

    def __init__(  # noqa: PLR0913
        self,
        *,
        seed: int = 7,
        host: str = "127.0.0.1",
        port: int = 0,
        faults: Iterable[str] = (),
        clock: Clock | None = None,
        size: Size = Size.MEDIUM,
        key: str | None = None,
        market: StockMarket | None = None,
    ) -> None:
        super().__init__(host=host, clock=clock, tick_s=0.1)
        self._port, self._key = port, key
        self.market = market or StockMarket(seed=seed, size=size)
        self._answers = Answers(Articles(Stories(self.market), seed=self.market.seed))
        self._used: dict[str, tuple[int, int]] = {}
        self._number = 0
        self._begin(faults)

    async def _open(self) -> None:
        self._port = await self._listen(self._port, self._add_routes)

    async def _tick(self) -> None:
        self._apply()

    def _connected(self) -> Sequence[Connection]:
        return ()

    def _once(self, fault: Fault) -> bool:
        del fault
        return False

    def _apply(self) -> None:
        skew = self._faults.get(NewsFault.CLOCK_SKEW)
        self._clock.skew_ms = 0 if skew is None else int(skew.value or 0)

    @property
    def base_url(self) -> str:
        """Base of the addresses, such as ``http://127.0.0.1:8123/v2``."""
        return f"http://{self._host}:{self._port}/v2"

    @property
    def root_url(self) -> str:
        """Address of the server, under which the faults are switched."""
        return f"http://{self._host}:{self._port}"

    def _add_routes(self, application: web.Application) -> None:
        answers = self._answers
        for path, answer in (
            ("/v2/everything", answers.everything),
            ("/v2/top-headlines", answers.headlines),
            ("/v2/top-headlines/sources", answers.sources),
            ("/v2/sources", answers.sources),
        ):
            application.router.add_get(path, self._answering(answer))

    def _answering(
        self, answer: Callable[[Search], dict[str, Any]]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def answered(request: web.Request) -> web.Response:
            return await self._answer(request, answer)

        return answered

    async def _answer(
        self, request: web.Request, answer: Callable[[Search], dict[str, Any]]
    ) -> web.Response:
        self.counters["requests"] += 1
        self._number += 1
        slow = self._faults.get(NewsFault.SLOW_REST)
        if slow is not None:
            self.counters[NewsFault.SLOW_REST] += 1
            await self._clock.sleep((slow.value or 0.0) / 1_000)
        if self._faults.has(NewsFault.BAD_GATEWAY):
            self.counters[NewsFault.BAD_GATEWAY] += 1
            return web.Response(status=502, text=_BAD_GATEWAY, content_type="text/html")
        try:
            search = Search(request.query, self._plan(request), self._clock.now_ms() * 1_000_000)
            # In a thread: a search through years must not hold up the other answers.
            made = await asyncio.to_thread(answer, search)
            status, body = 200, _encode(distorted(made, self._faults, self._number))
            if self._faults.has(NewsFault.GARBAGE_REST):
                self.counters[NewsFault.GARBAGE_REST] += 1
                body = body[: len(body) // 2]
        except Refusal as refusal:
            self.counters["refused_requests"] += 1
            status, body = refusal.status, _encode(refusal.body())
        return web.Response(body=body, status=status, content_type="application/json")

    def _plan(self, request: web.Request) -> NewsPlan:
        key = key_of(request.headers, request.query)
        if not key:
            raise Refusal("apiKeyMissing")
        for fault, code in _KEY_FAULTS:
            if self._faults.has(fault):
                raise Refusal(code)
        if self._key not in (None, key):
            raise Refusal("apiKeyInvalid")
        if self._faults.has(NewsFault.SERVER_ERROR):
            raise Refusal("unexpectedError")
        is_free = key == DEVELOPER.name or self._faults.has(NewsFault.DEVELOPER_PLAN)
        plan = DEVELOPER if is_free else BUSINESS
        self._spend(key, plan)
        return plan

    def _spend(self, key: str, plan: NewsPlan) -> None:
        fault = self._faults.get(NewsFault.TOO_MANY_REQUESTS)
        limit = plan.requests if fault is None else int(fault.value or 0)
        today = self._clock.now_ms() // _DAY_MS
        day, used = self._used.get(key, (today, 0))
        used = used + 1 if day == today else 1
        self._used[key] = today, used
        if limit is not None and used > limit:
            self.counters["requests_over_limit"] += 1
            raise Refusal("rateLimited")


def key_of(headers: Mapping[str, str], query: Mapping[str, str]) -> str:
    """Return the key of a request; empty where there is none.

    Examples
    --------
    >>> key_of({"Authorization": "Bearer K"}, {}), key_of({"X-Api-Key": "X"}, {})
    ('K', 'X')
    """
    said = headers.get("X-Api-Key") or headers.get("Authorization", "").removeprefix("Bearer ")
    return said.strip() or query.get("apiKey", "")
