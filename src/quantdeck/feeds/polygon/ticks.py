"""Executions and quotes of the past from Polygon, page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from quantdeck.feeds.polygon.endpoints import Endpoint
from quantdeck.feeds.polygon.prices import QuoteRow, TickPage, TradeRow
from quantdeck.feeds.polygon.symbols import ticker_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from quantdeck.feeds.polygon.rest import PolygonRest

_PER_PAGE = 50_000
_RECENT_S = 5.0
_DAY_NS = 86_400 * 1_000_000_000
_Row = TypeVar("_Row")


async def trade_pages(
    rest: PolygonRest, symbol: str, *, span_ns: tuple[int, int], per_page: int = _PER_PAGE
) -> AsyncIterator[list[TradeRow]]:
    """Yield the executions of a span, oldest first.

    Parameters
    ----------
    rest : PolygonRest
        Reads.
    symbol : str
        Canonical symbol.
    span_ns : tuple of int
        First time, and the time from which on none is wanted, UTC. [ns]
    per_page : int
        How many come at a time; all of them come.

    Raises
    ------
    BadInput, NotEntitled, VenueError
        If they cannot be had.
    """
    path = f"/v3/trades/{ticker_of(symbol)}"
    pages = _pages(rest, Endpoint.TRADES, path, span_ns, per_page=per_page, shape=TradeRow)
    async for rows in pages:
        yield rows


async def quote_pages(
    rest: PolygonRest, symbol: str, *, span_ns: tuple[int, int], per_page: int = _PER_PAGE
) -> AsyncIterator[list[QuoteRow]]:
    """Yield the quotes of a span, oldest first.

    Parameters
    ----------
    rest, symbol, span_ns, per_page
        As for `trade_pages`.

    Raises
    ------
    BadInput, NotEntitled, VenueError
        If they cannot be had.
    """
    path = f"/v3/quotes/{ticker_of(symbol)}"
    pages = _pages(rest, Endpoint.QUOTES, path, span_ns, per_page=per_page, shape=QuoteRow)
    async for rows in pages:
        yield rows


async def newest_trades(rest: PolygonRest, symbol: str, *, count: int = 50) -> list[TradeRow]:
    """Return the newest executions, newest first.

    Raises
    ------
    BadInput, NotEntitled, VenueError
        If they cannot be had.
    """
    path = f"/v3/trades/{ticker_of(symbol)}"
    return await _newest(rest, Endpoint.TRADES, path, count, TradeRow)


async def newest_quotes(rest: PolygonRest, symbol: str, *, count: int = 50) -> list[QuoteRow]:
    """Return the newest quotes, newest first.

    Raises
    ------
    BadInput, NotEntitled, VenueError
        If they cannot be had.
    """
    path = f"/v3/quotes/{ticker_of(symbol)}"
    return await _newest(rest, Endpoint.QUOTES, path, count, QuoteRow)


async def _pages(
    rest: PolygonRest,
    endpoint: Endpoint,
    path: str,
    span_ns: tuple[int, int],
    *,
    per_page: int,
    shape: type[_Row],
) -> AsyncIterator[list[_Row]]:
    params: dict[str, str | int] = {
        "timestamp.gte": span_ns[0],
        "timestamp.lt": span_ns[1],
        "order": "asc",
        "sort": "timestamp",
        "limit": per_page,
    }
    is_recent = span_ns[1] > rest.clock.now_ns() - _DAY_NS
    fresh_s = _RECENT_S if is_recent else float("inf")
    async for page in rest.pages(endpoint, path, params, shape=TickPage, fresh_s=fresh_s):
        if rows := rest.readable(page.results, shape):
            yield rows


# The vendor's limit is the size of a page: one page is enough.
async def _newest(
    rest: PolygonRest, endpoint: Endpoint, path: str, count: int, shape: type[_Row]
) -> list[_Row]:
    params: dict[str, str | int] = {"order": "desc", "sort": "timestamp", "limit": count}
    page = await rest.ask(endpoint, path, params, shape=TickPage, fresh_s=_RECENT_S)
    return rest.readable(page.results, shape)[:count]
