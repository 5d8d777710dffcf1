"""Snapshots of stocks, and quotes asked for again and again where a plan streams none."""

from __future__ import annotations

import logging
from math import nan
from typing import TYPE_CHECKING

from quantdeck.feeds.polygon.endpoints import Endpoint
from quantdeck.feeds.polygon.prices import StockSnapshot, StockSnapshots
from quantdeck.model.errors import BadInput, NoData, NotEntitled, VenueError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from quantdeck.feeds.polygon.rest import PolygonRest
    from quantdeck.model.instruments import InstrumentTable
    from quantdeck.ports.feed import EventSink, OnData

_LOG = logging.getLogger(__name__)
_PATH = "/v2/snapshot/locale/us/markets/stocks/tickers"
_PER_REQUEST = 250
_FRESH_S = 5.0
_LOOK_S = 1.0


async def stock_snapshots(rest: PolygonRest, tickers: Sequence[str]) -> list[StockSnapshot]:
    """Return stocks as they are now; those the vendor does not know are left out.

    Parameters
    ----------
    rest : PolygonRest
        Reads.
    tickers : sequence of str
        The vendor's symbols.

    Raises
    ------
    NotEntitled, VenueError
        If they cannot be had.
    """
    found: list[StockSnapshot] = []
    for start in range(0, len(tickers), _PER_REQUEST):
        asked = ",".join(tickers[start : start + _PER_REQUEST])
        answer = await rest.ask(
            Endpoint.STOCK_SNAPSHOT,
            _PATH,
            {"tickers": asked},
            shape=StockSnapshots,
            fresh_s=_FRESH_S,
        )
        found += rest.readable(answer.tickers, StockSnapshot)
    return found


class QuotePolling:
    """Brings quotes by REST. Owned by the feed; `run` is one task.

    Parameters
    ----------
    rest : PolygonRest
        Reads; its pace is that of the plan.
    sink : EventSink
        Where quotes go.
    instruments : InstrumentTable
        Ids of canonical symbols.
    on_data : callable
        Called after quotes have gone there.
    on_notice : callable
        Takes a sentence for the user, once each.
    wanted : callable
        Returns the vendor's symbols whose quotes are to be asked for now, by canonical symbol.
    every_s : float
        How often. [s]

    Attributes
    ----------
    problem : str
        Why there are no quotes; empty where there are, or none are wanted.
    """

    def __init__(  # noqa: PLR0913 - the seams it is built from
        self,
        rest: PolygonRest,
        *,
        sink: EventSink,
        instruments: InstrumentTable,
        on_data: OnData,
        on_notice: Callable[[str], None],
        wanted: Callable[[], dict[str, str]],
        every_s: float,
    ) -> None:
        self.problem = ""
        self._rest = rest
        self._sink = sink
        self._table = instruments
        self._on_data = on_data
        self._on_notice = on_notice
        self._wanted = wanted
        self._every_s = every_s
        self._newest: dict[str, int] = {}
        self._told: set[str] = set()

    async def run(self) -> None:
        """Ask until cancelled; never raises for what the vendor does."""
        while True:
            wanted = self._wanted()
            if wanted:
                await self._look(wanted)
            else:
                self.problem = ""
            await self._rest.clock.sleep(self._every_s if wanted else _LOOK_S)

    async def _look(self, wanted: dict[str, str]) -> None:
        by_ticker = {ticker: symbol for symbol, ticker in wanted.items()}
        try:
            found = await stock_snapshots(self._rest, list(by_ticker))
        except NotEntitled as error:
            self._tell(f"neither the stream nor snapshots bring quotes: {error}")
            return
        except (VenueError, BadInput, NoData) as error:
            self.problem = f"quotes cannot be asked for: {error}"
            _LOG.warning("feed polygon: %s", self.problem)
            return
        quoted = [each for each in found if each.last_quote and each.last_quote.t]
        if found and not quoted:
            self._tell("the stream brings no quotes, and the plan's snapshots have none")
            return
        self.problem = ""
        self._say(f"quotes come from snapshots, every {self._every_s:.0f} s, instead of the stream")
        self._put(quoted, by_ticker)

    def _put(self, quoted: Collection[StockSnapshot], by_ticker: dict[str, str]) -> None:
        recv_ns = self._rest.clock.now_ns()
        brought = False
        for each in quoted:
            quote, symbol = each.last_quote, by_ticker.get(each.ticker)
            if quote is None or symbol is None or not quote.t:
                continue
            if quote.t <= self._newest.get(symbol, 0):
                continue
            self._newest[symbol] = quote.t
            bid, bid_size = (quote.bid, quote.bid_size) if quote.bid and quote.bid_size else _NONE
            ask, ask_size = (quote.ask, quote.ask_size) if quote.ask and quote.ask_size else _NONE
            number = self._table.id_of(symbol)
            self._sink.quote(quote.t, recv_ns, quote.t, bid, ask, bid_size, ask_size, number, 0)
            brought = True
        if brought:
            self._on_data()

    def _tell(self, words: str) -> None:
        self.problem = words
        self._say(words)

    def _say(self, words: str) -> None:
        if words not in self._told:
            self._told.add(words)
            self._on_notice(words)


_NONE = (nan, nan)
