"""Alpaca's REST interface as typed calls: pages followed, lists cut to size, items read one by one."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, TypeVar

import msgspec

from quantdeck.feeds.alpaca.decode import SOURCE
from quantdeck.feeds.alpaca.endpoints import DATA_URL, TRADING_URLS
from quantdeck.feeds.alpaca.requests import (
    CONTRACTS_PER_PAGE,
    NEWS_PER_PAGE,
    SNAPSHOTS_PER_PAGE,
    SYMBOLS_PER_REQUEST,
    AlpacaDialect,
    Article,
    AssetRow,
    CalendarDay,
    ClockAnswer,
    ContractPage,
    ContractRow,
    NewsPage,
    QuoteAnswer,
    QuoteRow,
    Snapshot,
    SnapshotPage,
)
from quantdeck.model.errors import AuthFailed, BadMessage
from quantdeck.net.limiter import WeightLimiter
from quantdeck.net.rest import RestClient

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
    from datetime import date
    from random import Random

    import httpx2

    from quantdeck.feeds.alpaca.endpoints import Grade
    from quantdeck.net.rest import Parameters
    from quantdeck.ports.clock import Clock

_LOG = logging.getLogger(__name__)
_Shape = TypeVar("_Shape")
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_TRADING_LIMIT = 200
_MOST_PAGES = 200
_PATIENCE_S = 90.0


class AlpacaRest:
    """Reads market data and the list of contracts. Owned by a feed.

    Parameters
    ----------
    key, secret : str
        The credentials; they travel in headers only.
    options, stocks : Grade
        Which quality of data is asked for.
    clock : Clock
        Where the time comes from.
    rng : Random
        Jitter of the retries.
    requests_per_minute : int
        Allowed until the vendor has told its own figure.
    data_url, trading_url : str or None
        Addresses; the vendor's own where None. Of these the trading address is found by trying,
        since a key is known on one of two hosts only.
    transport : httpx2.AsyncBaseTransport or None
        Carries the requests; tests hand one in.

    Attributes
    ----------
    unreadable : int
        Items left out of answers since they could not be read.
    """

    def __init__(  # noqa: PLR0913 - the seams it is built from
        self,
        *,
        key: str,
        secret: str,
        options: Grade,
        stocks: Grade,
        clock: Clock,
        rng: Random,
        requests_per_minute: int,
        data_url: str | None = None,
        trading_url: str | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self.unreadable = 0
        self._options = options
        self._stocks = stocks
        self._clock = clock
        self._rng = rng
        self._transport = transport
        self._headers = {"APCA-API-KEY-ID": key, "APCA-API-SECRET-KEY": secret}
        self._data = self._client(data_url or DATA_URL, requests_per_minute)
        places = (trading_url,) if trading_url else TRADING_URLS
        self._trading = [self._client(url, _TRADING_LIMIT) for url in places]

    async def close(self) -> None:
        """Close all connections; a later request opens new ones."""
        for client in (self._data, *self._trading):
            await client.close()

    async def contracts(
        self, underlying: str, *, first: date, last: date, filters: Mapping[str, str]
    ) -> list[ContractRow]:
        """Return the active contracts of an underlying that expire within days, both included.

        The days are always told: without them the vendor stops at the next week-end.

        Raises
        ------
        BadInput
            If the vendor does not know the underlying.
        VenueError
            If they cannot be fetched.
        """
        params = {
            "underlying_symbols": underlying,
            "status": "active",
            "expiration_date_gte": first.isoformat(),
            "expiration_date_lte": last.isoformat(),
            "limit": CONTRACTS_PER_PAGE,
            **filters,
        }
        rows: list[ContractRow] = []
        token: str | None = None
        for _ in range(_MOST_PAGES):
            more: Parameters = {**params, "page_token": token} if token else params
            page = await self._ask_trading("/v2/options/contracts", more, shape=ContractPage)
            rows += self._readable(page.option_contracts or (), ContractRow)
            token = page.next_page_token
            if not token:
                return rows
        raise BadMessage(SOURCE, f"the list of contracts has more than {_MOST_PAGES} pages", b"")

    async def snapshots(
        self, underlying: str, filters: Mapping[str, str]
    ) -> AsyncIterator[dict[str, Snapshot]]:
        """Yield the pages of a chain.

        Parameters
        ----------
        underlying : str
            The vendor's symbol.
        filters : mapping of str to str
            Such as ``expiration_date_lte``, ``root_symbol`` or ``updated_since``.

        Raises
        ------
        BadInput
            If the vendor does not know the underlying.
        VenueError
            If a page cannot be fetched.
        """
        params = {"feed": self._options.name, "limit": SNAPSHOTS_PER_PAGE, **filters}
        path = f"/v1beta1/options/snapshots/{underlying}"
        token: str | None = None
        for _ in range(_MOST_PAGES):
            more: Parameters = {**params, "page_token": token} if token else params
            page = await self._ask(self._data, path, more, shape=SnapshotPage)
            yield self._readable_by_symbol(page.snapshots or {}, Snapshot)
            token = page.next_page_token
            if not token:
                return
        raise BadMessage(SOURCE, f"the chain has more than {_MOST_PAGES} pages", b"")

    async def option_quotes(self, symbols: Sequence[str]) -> dict[str, QuoteRow]:
        """Return the newest quotes of options; those without any are left out."""
        return await self._latest("/v1beta1/options/quotes/latest", symbols, self._options.name)

    async def stock_quotes(self, symbols: Sequence[str]) -> dict[str, QuoteRow]:
        """Return the newest quotes of stocks; indices have none."""
        return await self._latest("/v2/stocks/quotes/latest", symbols, self._stocks.name)

    async def assets(self) -> list[str]:
        """Return the vendor's symbols of all stocks that are traded."""
        params = {"status": "active", "asset_class": "us_equity"}
        rows = await self._ask_trading("/v2/assets", params, shape=list[msgspec.Raw])
        return [row.symbol for row in self._readable(rows, AssetRow)]

    async def ask(self, path: str, params: Parameters, *, shape: type[_Shape]) -> _Shape:
        """Return one answer of market data.

        Raises
        ------
        BadInput
            If the vendor does not understand the request.
        VenueError
            If it cannot be had.
        """
        return await self._ask(self._data, path, params, shape=shape)

    async def market_clock(self) -> ClockAnswer:
        """Return whether the market is open."""
        return await self._ask_trading("/v2/clock", {}, shape=ClockAnswer)

    async def calendar(self, first: date, last: date) -> list[CalendarDay]:
        """Return the trading days between two days, both included."""
        params = {"start": first.isoformat(), "end": last.isoformat()}
        return await self._ask_trading("/v2/calendar", params, shape=list[CalendarDay])

    async def news(self, symbols: Sequence[str], *, count: int) -> list[Article]:
        """Return the newest articles, newest first: on these symbols, on anything where none."""
        params = {"sort": "desc", **({"symbols": ",".join(symbols)} if symbols else {})}
        found: list[Article] = []
        token: str | None = None
        while len(found) < count:
            limit = min(NEWS_PER_PAGE, count - len(found))
            more = {**params, "limit": limit, **({"page_token": token} if token else {})}
            page = await self._ask(self._data, "/v1beta1/news", more, shape=NewsPage)
            found += page.news or []
            token = page.next_page_token
            if not token:
                break
        return found

    async def _latest(self, path: str, symbols: Sequence[str], feed: str) -> dict[str, QuoteRow]:
        found: dict[str, QuoteRow] = {}
        for start in range(0, len(symbols), SYMBOLS_PER_REQUEST):
            chunk = ",".join(symbols[start : start + SYMBOLS_PER_REQUEST])
            params = {"symbols": chunk, "feed": feed}
            answer = await self._ask(self._data, path, params, shape=QuoteAnswer)
            found |= self._readable_by_symbol(answer.quotes or {}, QuoteRow)
        return found

    async def _ask(
        self, client: RestClient, path: str, params: Parameters, *, shape: type[_Shape]
    ) -> _Shape:
        return await client.get(path, params, shape=shape, weight=1, patience_s=_PATIENCE_S)

    # A paper key is refused by the live host and a live key by the paper host.
    async def _ask_trading(self, path: str, params: Parameters, *, shape: type[_Shape]) -> _Shape:
        while len(self._trading) > 1:
            try:
                answer = await self._ask(self._trading[0], path, params, shape=shape)
            except AuthFailed:
                _LOG.info("feed %s: the key is not known on the paper host", SOURCE)
                await self._trading.pop(0).close()
            else:
                for other in self._trading[1:]:
                    await other.close()
                del self._trading[1:]
                return answer
        return await self._ask(self._trading[0], path, params, shape=shape)

    def _client(self, url: str, limit: int) -> RestClient:
        limiter = WeightLimiter(self._clock, SOURCE, {60: limit})
        dialect = AlpacaDialect(SOURCE, limiter, self._clock)
        return RestClient(
            SOURCE,
            url,
            dialect=dialect,
            limiter=limiter,
            clock=self._clock,
            rng=self._rng,
            transport=self._transport,
            headers=lambda: self._headers,
            pause=dialect.pause,
        )

    def _readable(self, rows: Iterable[msgspec.Raw], shape: type[_Shape]) -> list[_Shape]:
        numbered = {f"{number}": row for number, row in enumerate(rows)}
        return list(self._readable_by_symbol(numbered, shape).values())

    def _readable_by_symbol(
        self, rows: Mapping[str, msgspec.Raw], shape: type[_Shape]
    ) -> dict[str, _Shape]:
        read = msgspec.json.Decoder(shape, strict=False).decode
        found: dict[str, _Shape] = {}
        for name, row in rows.items():
            try:
                found[name] = read(row)
            except _UNREADABLE:
                self.unreadable += 1
        return found
