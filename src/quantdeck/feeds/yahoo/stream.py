"""Yahoo's streamer as a feed; fulfils `quantdeck.ports.feed.Feed`."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import msgspec

from quantdeck.feeds.yahoo.access import SOURCE
from quantdeck.feeds.yahoo.pricing import PricingDecoder
from quantdeck.feeds.yahoo.session import YahooSession
from quantdeck.feeds.yahoo.symbols import checked_symbol, yahoo_symbol
from quantdeck.model.errors import BadInput, NoData, VenueError
from quantdeck.model.feed import Delay
from quantdeck.model.instruments import Instrument, InstrumentKind, root_of
from quantdeck.net.connection import Connection

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from random import Random

    from quantdeck.feeds.yahoo.wire import QuoteRow
    from quantdeck.model.errors import BadMessage
    from quantdeck.model.feed import FeedStatus, Gap
    from quantdeck.model.instruments import InstrumentTable
    from quantdeck.net.link import Patience
    from quantdeck.net.ws import OnPacket
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.feed import EventSink, OnData

STREAM_URL = "wss://streamer.finance.yahoo.com/?version=2"
"""Yahoo's own."""

_LOG = logging.getLogger(__name__)
_CHECK_S = 5.0
_INDEX, _COIN, _ALWAYS, _SESSIONS = ".INDEX", "-USD", 365, 252


class YahooStream:
    """Last prices as Yahoo samples them. Owned by whoever runs `run` as one task.

    Parameters
    ----------
    sink : EventSink
        Where events go.
    instruments : InstrumentTable
        Ids of canonical symbols.
    on_data : callable
        Called after every socket read that brought events.
    clock : Clock
        Stamps and waits.
    rng : Random
        Jitter.
    url : str
        Address of the streamer.
    delay : Delay
        What the data are.
    patience : Patience or None
        How long the connection waits for what.
    on_bad : callable or None
        Takes every undecodable frame and its time of receipt [ns].
    tee : callable or None
        Takes every frame as received and its time of receipt [ns].
    quotes : callable or None
        Returns the quotes of symbols in Yahoo's letters, without those that it does not know; see
        `quantdeck.feeds.yahoo.rest.YahooRest.quotes`. None where symbols are not verified.
    """

    def __init__(  # noqa: PLR0913 - the seams it is built from
        self,
        *,
        sink: EventSink,
        instruments: InstrumentTable,
        on_data: OnData,
        clock: Clock,
        rng: Random,
        url: str = STREAM_URL,
        delay: Delay = Delay.DELAYED,
        patience: Patience | None = None,
        on_bad: Callable[[BadMessage, int], None] | None = None,
        tee: OnPacket | None = None,
        quotes: Callable[[list[str]], Awaitable[list[QuoteRow]]] | None = None,
    ) -> None:
        self._symbols: dict[str, str] = {}
        # One for all sockets: what was heard last stays known when another is opened.
        self._decoder = PricingDecoder(sink, instruments)
        self._url, self._quotes = url, quotes
        self._connection = Connection(
            f"{SOURCE}/streamer",
            new_session=self._new_session,
            wanted=lambda: bool(self._symbols),
            on_data=on_data,
            clock=clock,
            rng=rng,
            delay=delay,
            patience=patience,
            on_bad=on_bad,
            tee=tee,
        )

    @property
    def source(self) -> str:
        """Short name of the service."""
        return SOURCE

    async def run(self) -> None:
        """Connect and keep connected until cancelled; never raises for what Yahoo does."""
        await self._connection.run()

    async def set_symbols(self, symbols: Sequence[str]) -> None:
        """Bring these symbols and no others; those kept lose nothing.

        The streamer does not say that it does not know a symbol, which then brings nothing. Where
        quotes cannot be had within a few seconds, symbols are taken unverified.

        Raises
        ------
        BadInput
            If one is not Yahoo's; nothing has changed then.
        """
        chosen = {each: yahoo_symbol(each) for each in map(checked_symbol, symbols)}
        await self._check_known({k: v for k, v in chosen.items() if k not in self._symbols})
        self._symbols = chosen
        self._connection.kick()

    def symbols(self) -> list[str]:
        """Return the canonical symbols being captured."""
        return list(self._symbols)

    def statuses(self) -> list[FeedStatus]:
        """Return the state of the connection; `ignored` counts messages that said nothing new."""
        status = self._connection.status()
        return [msgspec.structs.replace(status, ignored=self._decoder.ignored)]

    async def instruments(self) -> list[Instrument]:
        """Return what is being captured: Yahoo gives no list of all it has."""
        return [_instrument(each) for each in self._symbols]

    async def repair(self, gap: Gap) -> int:
        """Refuse: prices are samples, of which none is missed.

        Raises
        ------
        NoData
            Always.
        """
        raise NoData(f"{SOURCE} samples prices, so {gap.symbol} {gap.kind} cannot be asked for")

    async def _check_known(self, new: dict[str, str]) -> None:
        if self._quotes is None or not new:
            return
        try:
            async with asyncio.timeout(_CHECK_S):
                known = {row.symbol for row in await self._quotes(list(new.values()))}
        except (VenueError, TimeoutError) as error:
            _LOG.warning("feed yahoo: symbols not verified: %s", error or "too slow")
            return
        if unknown := [symbol for symbol, theirs in new.items() if theirs not in known]:
            raise BadInput(f"{SOURCE} does not know {', '.join(unknown)}")

    def _wanted(self) -> list[str]:
        return list(self._symbols.values())

    def _new_session(self) -> YahooSession:
        return YahooSession(self._url, self._decoder, self._wanted)


def _instrument(symbol: str) -> Instrument:
    root = root_of(symbol)
    kind = InstrumentKind.EQUITY
    if root.endswith(_COIN):
        kind = InstrumentKind.SPOT
    elif root.endswith(_INDEX):
        kind = InstrumentKind.INDEX
    days = _ALWAYS if kind is InstrumentKind.SPOT else _SESSIONS
    return Instrument(symbol, kind, root.partition("-")[0], "USD", annual_periods=days)
