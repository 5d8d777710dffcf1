"""Bars of stocks and options for any span, page by page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from quantdeck.feeds.alpaca.requests import BarPage, rfc3339
from quantdeck.model.errors import BadInput
from quantdeck.model.instruments import root_of, venue_of
from quantdeck.model.options import OPTION_VENUE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from quantdeck.feeds.alpaca.requests import BarRow
    from quantdeck.feeds.alpaca.rest import AlpacaRest

ADJUSTMENTS = ("raw", "split", "dividend", "all")
"""Prices as paid, or adjusted for splits, dividends, or both; options are never adjusted."""

_TIMEFRAME = re.compile(r"\d{1,2}(Min|T|Hour|H|Day|D|Week|W|Month|M)")
_PER_PAGE = 10_000
_MOST_PAGES = 1_000


async def bar_pages(
    rest: AlpacaRest,
    symbol: str,
    timeframe: str,
    *,
    span_ns: tuple[int, int],
    feed: str,
    adjustment: str,
) -> AsyncIterator[list[BarRow]]:
    """Yield the pages of the bars that start within a span, oldest first.

    Parameters
    ----------
    rest : AlpacaRest
        Reads.
    symbol : str
        Canonical symbol of a stock or an option.
    timeframe : str
        In the vendor's words, such as ``1Min``, ``1Hour`` or ``1Day``; options have none above a day.
    span_ns : tuple of int
        First start, and the start from which on none is wanted, UTC. [ns]
    feed : str
        Quality of stock data; options have one only.
    adjustment : str
        One of `ADJUSTMENTS`; stocks only.

    Raises
    ------
    BadInput
        If there is no such timeframe or adjustment, or the vendor does not know the symbol, or there
        are more pages than can be meant.
    VenueError
        If a page cannot be fetched.
    """
    if not _TIMEFRAME.fullmatch(timeframe):
        raise BadInput(f"{timeframe!r} is no timeframe; write 1Min, 5Min, 1Hour, 1Day or the like")
    if adjustment not in ADJUSTMENTS:
        raise BadInput(f"{adjustment!r} is no adjustment; there are {', '.join(ADJUSTMENTS)}")
    is_option = venue_of(symbol) == OPTION_VENUE
    params = {
        "symbols": root_of(symbol),
        "timeframe": timeframe,
        "start": rfc3339(span_ns[0]),
        # The vendor includes the end.
        "end": rfc3339(span_ns[1] - 1),
        "limit": _PER_PAGE,
        "sort": "asc",
    }
    if not is_option:
        params |= {"feed": feed, "adjustment": adjustment}
    path = "/v1beta1/options/bars" if is_option else "/v2/stocks/bars"
    token: str | None = None
    for _ in range(_MOST_PAGES):
        more = {**params, "page_token": token} if token else params
        page = await rest.ask(path, more, shape=BarPage)
        if rows := (page.bars or {}).get(root_of(symbol)):
            yield rows
        token = page.next_page_token
        if not token:
            return
    raise BadInput(f"these are more than {_MOST_PAGES * _PER_PAGE:,} bars; ask for a shorter span")
