"""Quotes of what finds no room in the stream, by REST, a hundred contracts at a time."""

from __future__ import annotations

import logging
from math import nan
from typing import TYPE_CHECKING

from quantdeck.feeds.tastytrade.decode import SOURCE
from quantdeck.feeds.tastytrade.requests import SYMBOLS_PER_REQUEST, instant_ns
from quantdeck.model.errors import BadInput, VenueError
from quantdeck.model.options import OPTION_VENUE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quantdeck.feeds.tastytrade.numbers import Numbers
    from quantdeck.feeds.tastytrade.requests import MarketDataRow
    from quantdeck.feeds.tastytrade.rest import TastytradeRest
    from quantdeck.model.instruments import InstrumentTable
    from quantdeck.model.options import OptionContract
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.feed import EventSink, OnData

_LOG = logging.getLogger(__name__)
_IDLE_S = 1.0


class Poller:
    """Goes round the contracts that are not streamed. Owned by the feed; `run` is one task.

    Parameters
    ----------
    rest : TastytradeRest
        What is asked.
    wanted : callable
        Returns the contracts; asked before every request.
    sink : EventSink
        Where quotes go. `ts_event` is when the vendor last changed the row.
    instruments : InstrumentTable
        Ids of canonical symbols.
    numbers : Numbers
        Numbers of quotes.
    on_data : callable
        Called after every answer.
    clock : Clock
        Stamps and waits.
    every_s : float
        Between two requests. [s]

    Attributes
    ----------
    problem : str
        Why the last request brought nothing; empty when it did.
    """

    def __init__(  # noqa: PLR0913 - the seams it is built from
        self,
        rest: TastytradeRest,
        *,
        wanted: Callable[[], Sequence[OptionContract]],
        sink: EventSink,
        instruments: InstrumentTable,
        numbers: Numbers,
        on_data: OnData,
        clock: Clock,
        every_s: float,
    ) -> None:
        self.problem = ""
        self._rest, self._wanted = rest, wanted
        self._sink, self._instruments, self._numbers = sink, instruments, numbers
        self._on_data, self._clock, self._every_s = on_data, clock, every_s

    async def run(self) -> None:
        """Ask for ever."""
        place = 0
        while True:
            contracts = self._wanted()
            if not contracts:
                self.problem = ""
                await self._clock.sleep(_IDLE_S)
                continue
            place = place if place < len(contracts) else 0
            await self._ask(contracts[place : place + SYMBOLS_PER_REQUEST])
            place += SYMBOLS_PER_REQUEST
            await self._clock.sleep(self._every_s)

    async def _ask(self, contracts: Sequence[OptionContract]) -> None:
        names = [_padded(contract.symbol) for contract in contracts]
        try:
            rows = await self._rest.market_data("equity-option", names)
        except (VenueError, BadInput) as error:
            self.problem = f"quotes of what is not streamed cannot be had: {error}"
            _LOG.warning("feed %s: %s", SOURCE, self.problem)
            return
        self.problem = ""
        for row in rows:
            self._put(row)
        self._on_data()

    def _put(self, row: MarketDataRow) -> None:
        recv_ns = self._clock.now_ns()
        symbol = self._instruments.id_of(f"{OPTION_VENUE}:{row.symbol.replace(' ', '')}")
        self._numbers.last_quote = max(self._numbers.last_quote + 1, recv_ns)
        bid, bid_size = _side(row.bid, row.bid_size)
        ask, ask_size = _side(row.ask, row.ask_size)
        made_ns = instant_ns(row.updated_at)
        self._sink.quote(
            recv_ns if made_ns is None else made_ns,
            recv_ns,
            self._numbers.last_quote,
            bid,
            ask,
            bid_size,
            ask_size,
            symbol,
            0,
        )


def _padded(symbol: str) -> str:
    name = symbol.partition(":")[2]
    return f"{name[:-15]:<6}{name[-15:]}"


def _side(price: float | None, size: float | None) -> tuple[float, float]:
    if price is None or not price > 0.0:
        return nan, nan
    return price, nan if size is None else size
