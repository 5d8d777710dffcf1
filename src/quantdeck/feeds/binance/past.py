"""Binance's candles of days and hours as histories."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.feeds.binance.history import BinanceHistory
from quantdeck.feeds.binance.markets import MARKETS
from quantdeck.feeds.binance.requests import BinanceDialect
from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.events import Flag
from quantdeck.model.feed import Delay, Provenance
from quantdeck.model.history import HISTORY_DTYPE, INTERVALS_NS, History, HistoryRows
from quantdeck.model.instruments import InstrumentTable, root_of, venue_of
from quantdeck.net.limiter import WeightLimiter
from quantdeck.net.rest import RestClient

if TYPE_CHECKING:
    from random import Random

    import httpx2

    from quantdeck.model.feed import RunId
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.history import HistoryRequest

_QUOTE = re.compile(r"(USDT|USDC|FDUSD|TUSD|BUSD|USD|BTC|ETH|BNB|EUR|TRY)(_\w+)?")


class BinancePast:
    """The years of one market; fulfils `quantdeck.ports.history.HistorySource`.

    Parameters
    ----------
    market : str
        ``usdm`` or ``spot``.
    clock : Clock
        Stamps the receipt.
    rng : Random
        Jitter of the retries.
    run_id : RunId
        Written on every bar.
    rest_url : str or None
        Address; the vendor's own where None.
    simulated : bool
        What answers is a simulator.
    transport : httpx2.AsyncBaseTransport or None
        Carries the requests; tests hand one in.
    """

    def __init__(  # noqa: PLR0913 - the seams it is built from
        self,
        market: str,
        *,
        clock: Clock,
        rng: Random,
        run_id: RunId,
        rest_url: str | None = None,
        simulated: bool = False,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self._market = MARKETS[market]
        self._clock = clock
        delay = Delay.SIMULATED if simulated else Delay.REALTIME
        self._provenance = Provenance(self._market.source, delay, run_id)
        # The vendor tells with every answer what all who use the address have used of its budget.
        limiter = WeightLimiter(
            clock, self._market.source, {60: self._market.weight_per_minute}, share=0.5
        )
        self._rest = RestClient(
            self._market.source,
            rest_url or self._market.rest_url,
            dialect=BinanceDialect(self._market.source),
            limiter=limiter,
            clock=clock,
            rng=rng,
            transport=transport,
        )
        self._history = BinanceHistory(
            self._market,
            rest=self._rest,
            limiter=limiter,
            instruments=InstrumentTable(),
            clock=clock,
        )

    @property
    def source(self) -> str:
        """Short name of the service."""
        return self._market.source

    @property
    def venue(self) -> str:
        """Venue of the symbols that it knows."""
        return self._market.venue

    async def close(self) -> None:
        """Close all connections; a later request opens new ones."""
        await self._rest.close()

    async def history(self, request: HistoryRequest) -> History:
        """Return candles that have ended; see `quantdeck.ports.history.HistorySource.history`.

        Raises
        ------
        BadInput
            If the venue or the interval is another, or the vendor does not know the symbol.
        NoData
            If there is no candle in the span.
        VenueError
            If they cannot be fetched now.
        """
        if venue_of(request.symbol) != self.venue or request.interval not in INTERVALS_NS:
            raise BadInput(
                f"{self.source} has bars of {', '.join(INTERVALS_NS)} of {self.venue} symbols, was "
                f"asked for {request.interval} of {request.symbol}"
            )
        bars = await self._history.bars(
            request.symbol, request.interval, start_ns=request.start_ns, end_ns=request.end_ns
        )
        ended = bars[(bars["flags"] & int(Flag.CLOSED)) != 0]
        if not len(ended):
            raise NoData(
                f"{self.source} has no {request.interval} bars of {request.symbol} in that span"
            )
        rows: HistoryRows = np.zeros(len(ended), HISTORY_DTYPE)
        rows["start_ns"] = ended["ts_event"]
        for name in ("open", "high", "low", "close", "volume"):
            rows[name] = ended[name]
        quote = _QUOTE.search(root_of(request.symbol), 1)
        return History(
            symbol=request.symbol,
            interval=request.interval,
            rows=rows,
            provenance=self._provenance,
            fetched_ns=self._clock.now_ns(),
            currency=quote[1] if quote else "",
        )
