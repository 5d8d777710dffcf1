"""Tastytrade's REST interface as typed calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

from quantdeck.feeds.tastytrade.decode import SOURCE
from quantdeck.feeds.tastytrade.grant import Grant
from quantdeck.feeds.tastytrade.requests import (
    API_URL,
    SYMBOLS_PER_REQUEST,
    USER_AGENT,
    ChainAnswer,
    ChainRow,
    MarketDataAnswer,
    MarketDataRow,
    OptionAnswer,
    QuoteToken,
    QuoteTokenAnswer,
    SessionAnswer,
    TastytradeDialect,
    Underlying,
    UnderlyingAnswer,
    pause,
)
from quantdeck.model.errors import AuthFailed, NotEntitled
from quantdeck.net.limiter import WeightLimiter
from quantdeck.net.rest import RestClient

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    import httpx2

    from quantdeck.feeds.tastytrade.grant import Credentials
    from quantdeck.net.rest import Parameters
    from quantdeck.ports.clock import Clock

_Shape = TypeVar("_Shape")
_PATIENCE_S = 60.0
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_read_row = msgspec.json.Decoder(MarketDataRow, strict=False).decode


class TastytradeRest:
    """Reads instruments and market data, with a token that is renewed in time. Owned by a feed.

    Parameters
    ----------
    credentials : Credentials
        What tokens are got with.
    clock : Clock
        Where the time comes from.
    rng : Random
        Jitter of the retries.
    api_url : str or None
        Address; the vendor's own where None.
    requests_per_minute : int
        How often it may be asked.
    transport : httpx2.AsyncBaseTransport or None
        Carries the requests; tests hand one in.

    Attributes
    ----------
    unreadable : int
        Rows left out of answers since they could not be read.

    Raises
    ------
    ConfigError
        If the credentials are not whole.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        clock: Clock,
        rng: Random,
        api_url: str | None = None,
        requests_per_minute: int = 60,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self.unreadable = 0
        self._grant = Grant(credentials, clock)
        named = {"User-Agent": USER_AGENT, "Accept": "application/json"}
        self._client = RestClient(
            SOURCE,
            api_url or API_URL,
            dialect=TastytradeDialect(SOURCE),
            limiter=WeightLimiter(clock, SOURCE, {60: requests_per_minute}, share=1.0),
            clock=clock,
            rng=rng,
            transport=transport,
            headers=lambda: {**named, **self._grant.headers()},
            post_headers=named,
            pause=pause,
        )

    async def close(self) -> None:
        """Close all connections; a later request opens new ones."""
        await self._client.close()

    async def quote_token(self) -> QuoteToken:
        """Return what opens the stream, and its address.

        Raises
        ------
        AuthFailed
            If the account may not have one.
        VenueError
            If it cannot be had now.
        """
        try:
            return (await self._get("/api-quote-tokens", {}, QuoteTokenAnswer)).data
        except NotEntitled as error:
            raise AuthFailed(SOURCE, str(error).removeprefix(f"{SOURCE}: ")) from error

    async def chain(self, underlying: str) -> list[ChainRow]:
        """Return all options on an underlying, by root.

        Raises
        ------
        BadInput
            If the vendor knows no options on it.
        VenueError
            If they cannot be fetched.
        """
        path = f"/option-chains/{_quoted(underlying)}/nested"
        return (await self._get(path, {}, ChainAnswer)).data.items

    async def underlying(self, symbol: str) -> Underlying:
        """Return what a stock or index is.

        Raises
        ------
        BadInput
            If the vendor does not know it.
        VenueError
            If it cannot be asked.
        """
        path = f"/instruments/equities/{_quoted(symbol)}"
        return (await self._get(path, {}, UnderlyingAnswer)).data

    async def exercise_style(self, symbol: str) -> str:
        """Return ``European`` or ``American``, of a contract by the vendor's symbol."""
        path = f"/instruments/equity-options/{_quoted(symbol)}"
        return (await self._get(path, {}, OptionAnswer)).data.exercise_style

    async def market_data(self, kind: str, symbols: Sequence[str]) -> list[MarketDataRow]:
        """Return the newest prices; symbols without any are left out.

        Parameters
        ----------
        kind : str
            ``index``, ``equity`` or ``equity-option``.
        symbols : sequence of str
            The vendor's symbols, at most 100.
        """
        answer = await self._get(
            "/market-data/by-type", {kind: list(symbols[:SYMBOLS_PER_REQUEST])}, MarketDataAnswer
        )
        rows: list[MarketDataRow] = []
        for raw in answer.data.items:
            try:
                rows.append(_read_row(raw))
            except _UNREADABLE:
                self.unreadable += 1
        return rows

    async def is_open(self) -> bool:
        """Return whether stocks are traded now."""
        asked: Parameters = {"instrument-collections[]": ["Equity"]}
        answer = await self._get("/market-time/sessions/current", asked, SessionAnswer)
        return any(row.state == "Open" for row in answer.data.items)

    async def _get(self, path: str, params: Parameters, shape: type[_Shape]) -> _Shape:
        await self._grant.ensure(self._client)
        try:
            return await self._client.get(
                path, params, shape=shape, weight=1, patience_s=_PATIENCE_S
            )
        except AuthFailed:
            # Tokens may end before their time; a fresh one is refused for good.
            self._grant.expire()
        await self._grant.ensure(self._client)
        return await self._client.get(path, params, shape=shape, weight=1, patience_s=_PATIENCE_S)


def _quoted(symbol: str) -> str:
    return symbol.replace("/", "%2F")
