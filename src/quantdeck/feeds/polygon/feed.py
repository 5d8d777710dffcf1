"""Polygon's stocks and options as captured symbols; fulfils `quantdeck.ports.feed.Feed`."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import msgspec

from quantdeck.feeds.polygon.channels import MOST_OPTION_QUOTES, Channel
from quantdeck.feeds.polygon.decode import Numbers
from quantdeck.feeds.polygon.endpoints import SOURCE
from quantdeck.feeds.polygon.session import Limits
from quantdeck.feeds.polygon.snapshots import QuotePolling
from quantdeck.feeds.polygon.stream import PolygonStream, Seams
from quantdeck.feeds.polygon.symbols import (
    INDICES,
    checked_symbol,
    instrument,
    is_option,
    ticker_of,
)
from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.feed import FeedState
from quantdeck.model.instruments import root_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from random import Random

    from quantdeck.feeds.polygon.rest import PolygonRest
    from quantdeck.model.errors import BadMessage
    from quantdeck.model.feed import Delay, FeedStatus, Gap
    from quantdeck.model.instruments import Instrument, InstrumentTable
    from quantdeck.net.link import Patience
    from quantdeck.net.ws import OnPacket
    from quantdeck.ports.feed import EventSink, OnData

_LOG = logging.getLogger(__name__)
USUAL = (Channel.TRADES, Channel.QUOTES)
"""What is brought of every symbol unless told otherwise."""


class PolygonFeed:
    """Executions, quotes and bars of stocks and options, as the plan allows.

    Owned by the hub or by whoever streams; `run` is one task. What the plan lacks is replaced by the
    next best: data fifteen minutes late for real-time ones, bars of a second and then of a minute for
    executions, snapshots by REST for quotes; `on_notice` is told each time.

    Parameters
    ----------
    rest : PolygonRest
        Reads what is polled; closed by its owner. Its map of entitlements is learnt into.
    key : str
        The credential.
    sink : EventSink
        Where events go.
    instruments : InstrumentTable
        Ids of canonical symbols.
    on_data : callable
        Called after every socket read and every answer that brought events.
    rng : Random
        Jitter.
    channels : sequence of Channel
        What is wanted of every symbol.
    realtime : bool
        Try the real-time host first.
    on_notice : callable or None
        Takes a sentence for the user when something stands in for what the plan lacks.
    poll_s : float
        How often quotes are asked for where none are streamed. [s]
    realtime_url, delayed_url : str or None
        Hosts of the streams; the vendor's own where None.
    simulated : bool
        The hosts are those of a simulator.
    patience : Patience or None
        How long the connections wait for what.
    limits : Limits or None
        How long the sessions wait for what.
    on_bad : callable or None
        Takes every undecodable frame and its time of receipt [ns].
    tee : callable or None
        Takes every frame as received and its time of receipt [ns].
    on_end : callable or None
        Awaited when `run` has ended, to close what only this feed uses.
    """

    def __init__(  # noqa: PLR0913 - the seams it is built from
        self,
        rest: PolygonRest,
        *,
        key: str,
        sink: EventSink,
        instruments: InstrumentTable,
        on_data: OnData,
        rng: Random,
        channels: Sequence[Channel] = USUAL,
        realtime: bool = False,
        on_notice: Callable[[str], None] | None = None,
        poll_s: float = 15.0,
        realtime_url: str | None = None,
        delayed_url: str | None = None,
        simulated: bool = False,
        patience: Patience | None = None,
        limits: Limits | None = None,
        on_bad: Callable[[BadMessage, int], None] | None = None,
        tee: OnPacket | None = None,
        on_end: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._symbols: list[str] = []
        self._on_end = on_end
        self._wants_quotes = Channel.QUOTES in channels
        notice = on_notice or _log_notice
        seams = Seams(
            key=key,
            sink=sink,
            instruments=instruments,
            numbers=Numbers(),
            entitlements=rest.entitlements,
            on_data=on_data,
            on_notice=notice,
            clock=rest.clock,
            rng=rng,
            realtime_url=realtime_url,
            delayed_url=delayed_url,
            simulated=simulated,
            patience=patience,
            limits=limits or Limits(),
            on_bad=on_bad,
            tee=tee,
        )
        self._stocks = PolygonStream("stocks", channels, realtime=realtime, seams=seams)
        self._options = PolygonStream("options", channels, realtime=realtime, seams=seams)
        self._polling = QuotePolling(
            rest,
            sink=sink,
            instruments=instruments,
            on_data=on_data,
            on_notice=notice,
            wanted=self._to_poll,
            every_s=poll_s,
        )

    @property
    def source(self) -> str:
        """Short name of the service."""
        return SOURCE

    @property
    def delay(self) -> Delay:
        """What its stocks' data are, as far as the plan has turned out by now."""
        return self._stocks.delay

    async def run(self) -> None:
        """Connect and keep connected until cancelled; never raises for what the vendor does."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._stocks.run(), name="polygon/stocks")
                group.create_task(self._options.run(), name="polygon/options")
                group.create_task(self._polling.run(), name="polygon quotes")
        finally:
            if self._on_end is not None:
                await self._on_end()

    async def set_symbols(self, symbols: Sequence[str]) -> None:
        """Capture these symbols and no others; those kept lose nothing.

        Raises
        ------
        BadInput
            If one cannot be streamed, or these are more options than a connection carries.
        """
        chosen = list(dict.fromkeys(checked_symbol(symbol) for symbol in symbols))
        for symbol in chosen:
            if not is_option(symbol) and root_of(symbol) in INDICES:
                raise BadInput(
                    f"{symbol} is an index, of which {SOURCE} has neither trades nor quotes"
                )
        options = [symbol for symbol in chosen if is_option(symbol)]
        if self._wants_quotes and len(options) > MOST_OPTION_QUOTES:
            raise BadInput(
                f"{SOURCE} streams quotes of {MOST_OPTION_QUOTES} options, these are {len(options)}"
            )
        self._symbols = chosen
        self._stocks.want([ticker_of(symbol) for symbol in chosen if not is_option(symbol)])
        self._options.want([ticker_of(symbol) for symbol in options])

    def symbols(self) -> list[str]:
        """Return the canonical symbols being captured."""
        return list(self._symbols)

    def statuses(self) -> list[FeedStatus]:
        """Return the state of every stream that has symbols; that of stocks where there are none."""
        wanted = [each for each in (self._stocks, self._options) if each.is_wanted]
        found = [each.status() for each in wanted or [self._stocks]]
        problem = self._polling.problem
        if problem and found[0].state is FeedState.LIVE:
            found[0] = msgspec.structs.replace(found[0], state=FeedState.DEGRADED, detail=problem)
        return found

    @property
    def is_polling(self) -> bool:
        """Whether quotes come from snapshots since the stream has none."""
        return bool(self._to_poll()) and not self._polling.problem

    async def instruments(self) -> list[Instrument]:
        """Return what is captured: the vendor lists far more than can be meant."""
        return [instrument(symbol) for symbol in self._symbols]

    async def repair(self, gap: Gap) -> int:
        """Refuse: the vendor's numbers have holes, so nothing tells what is missing.

        Raises
        ------
        NoData
            Always.
        """
        raise NoData(
            f"{SOURCE} numbers no events without holes, so {gap.symbol} {gap.kind} cannot be asked "
            "for by number; fetch its bars"
        )

    def _to_poll(self) -> dict[str, str]:
        if not self._wants_quotes or not self._stocks.lacks(Channel.QUOTES):
            return {}
        return {symbol: ticker_of(symbol) for symbol in self._symbols if not is_option(symbol)}


def _log_notice(words: str) -> None:
    _LOG.info("feed %s: %s", SOURCE, words)
