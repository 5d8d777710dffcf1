"""Alpaca's stocks as captured symbols: their stream, their past, and what is traded."""

from __future__ import annotations

import asyncio
import difflib
import logging
from typing import TYPE_CHECKING

import msgspec

from quantdeck.feeds.alpaca.decode import SOURCE
from quantdeck.feeds.alpaca.endpoints import (
    OPTION_GRADES,
    STOCK_GRADES,
    STREAM_URL,
    grade_of,
)
from quantdeck.feeds.alpaca.history import AlpacaHistory, behind_s
from quantdeck.feeds.alpaca.hours import MarketHours
from quantdeck.feeds.alpaca.loan import SharedSink, StockLoan
from quantdeck.feeds.alpaca.numbers import Numbers
from quantdeck.feeds.alpaca.patience import PATIENCE
from quantdeck.feeds.alpaca.quotes import QuoteFetcher
from quantdeck.feeds.alpaca.rest import AlpacaRest
from quantdeck.feeds.alpaca.session import Limits
from quantdeck.feeds.alpaca.stream import AlpacaStream, Seams
from quantdeck.feeds.alpaca.symbols import INDICES, checked_stock, instrument
from quantdeck.feeds.past_bars import PastBars
from quantdeck.model.errors import BadInput, ConfigError, NoData, VenueError
from quantdeck.model.feed import Delay, FeedState
from quantdeck.model.instruments import root_of
from quantdeck.model.options import UNDERLYING_VENUE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    import httpx2

    from quantdeck.model.errors import BadMessage
    from quantdeck.model.feed import FeedStatus, Gap
    from quantdeck.model.instruments import Instrument, InstrumentTable
    from quantdeck.net.link import Patience
    from quantdeck.net.ws import OnPacket
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.feed import EventSink, OnData

_LOG = logging.getLogger(__name__)
_NS = 1_000_000_000
_LISTING_S = 2.0
_LISTING_AGE_NS = 3600 * _NS
_NEAR_MATCHES = 5
_AT_LEAST = 200
_AFTER_BREAK = 200_000
_TRIES = 3
_TRY_AGAIN_S = 5.0
# The vendor stamps a little before it sends.
_OVERLAP_NS = 2 * _NS


class AlpacaStocks:
    """Executions and quotes of stocks; fulfils `quantdeck.ports.feed.Feed`.

    Owned by the hub, which runs `run` as one task. The vendor allows one connection to an endpoint,
    so this one also brings what the box desk wants of the stock stream.

    Parameters
    ----------
    key, secret : str
        The credentials.
    sink : EventSink
        Where events go.
    instruments : InstrumentTable
        Ids of canonical symbols.
    on_data : callable
        Called after every socket read and every REST answer that brought events.
    clock : Clock
        Stamps and waits.
    rng : Random
        Jitter.
    stock_feed : str
        ``sip``, ``iex`` or ``delayed_sip``.
    simulated : bool
        The addresses are those of a simulator: all data are labelled so.
    requests_per_minute : int or None
        REST requests the plan allows until the vendor tells; what it usually is where None.
    backfill_s : float
        How far back executions are fetched when a symbol is added; 0 for not at all. [s]
    backfill_trades : int
        How many of them at most; the newest.
    backfill_bars : int
        How many of the venue's bars of every length are fetched then; 0 for none.
    loan : StockLoan or None
        What the box desk wants of the stream.
    data_url, trading_url, ws_url : str or None
        Addresses; the vendor's own where None.
    patience : Patience or None
        How long the connection waits for what.
    limits : Limits or None
        How long the sessions wait for what.
    on_bad : callable or None
        Takes every undecodable frame and its time of receipt [ns].
    tee : callable or None
        Takes every frame as received and its time of receipt [ns].
    transport : httpx2.AsyncBaseTransport or None
        Carries the REST requests; tests hand one in.

    Raises
    ------
    BadInput
        If there is no such data feed.
    ConfigError
        If a credential is missing.
    """

    def __init__(  # noqa: PLR0913 - the seams it is built from
        self,
        *,
        key: str,
        secret: str,
        sink: EventSink,
        instruments: InstrumentTable,
        on_data: OnData,
        clock: Clock,
        rng: Random,
        stock_feed: str = "iex",
        simulated: bool = False,
        requests_per_minute: int | None = None,
        backfill_s: float = 120.0,
        backfill_trades: int = 5_000,
        backfill_bars: int = 0,
        loan: StockLoan | None = None,
        data_url: str | None = None,
        trading_url: str | None = None,
        ws_url: str | None = None,
        patience: Patience | None = None,
        limits: Limits | None = None,
        on_bad: Callable[[BadMessage, int], None] | None = None,
        tee: OnPacket | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        if not key or not secret:
            raise ConfigError(
                "Alpaca needs a key: set ALPACA_API_KEY and ALPACA_API_SECRET in the environment or "
                "in .env, or use --demo"
            )
        grade = grade_of(stock_feed, STOCK_GRADES)
        per_minute = requests_per_minute or grade.requests_per_minute
        self._clock = clock
        self._on_data = on_data
        self._loan = loan or StockLoan()
        self._loan.lend(self._want)
        self._shared = SharedSink(sink, self._loan, instruments)
        self._symbols: list[str] = []
        self._listed: list[Instrument] = []
        self._listed_at_ns = 0
        self._behind_ns = int(behind_s(grade) * _NS)
        self._backfill_ns = int(backfill_s * _NS)
        self._backfill_trades = backfill_trades
        self._to_backfill: asyncio.Queue[tuple[str, int]] = asyncio.Queue()
        self._known: set[str] = set()
        self._broken_since_ns: int | None = None
        self._rest = AlpacaRest(
            key=key,
            secret=secret,
            options=OPTION_GRADES["indicative"],
            stocks=grade,
            clock=clock,
            rng=rng,
            requests_per_minute=per_minute,
            data_url=data_url,
            trading_url=trading_url,
            transport=transport,
        )
        self._history = AlpacaHistory(self._rest, grade, instruments=instruments, clock=clock)
        self._past_bars = PastBars(
            self._history,
            sink=self._shared,
            on_data=self._brought,
            is_wanted=lambda symbol: symbol in self._symbols,
            clock=clock,
            most=backfill_bars,
            behind_s=behind_s(grade),
        )
        self._hours = MarketHours(self._rest, clock)
        numbers = Numbers()
        self._quotes = QuoteFetcher(
            self._rest,
            sink=self._shared,
            instruments=instruments,
            numbers=numbers,
            on_data=self._brought,
            clock=clock,
            poll_s=60.0,
            requests_per_minute=per_minute,
        )
        self._stream = AlpacaStream(
            "stocks",
            venue=UNDERLYING_VENUE,
            grade=grade,
            delay=Delay.SIMULATED if simulated else grade.delay,
            seams=Seams(
                sink=self._shared,
                instruments=instruments,
                numbers=numbers,
                on_data=self._brought,
                is_open=self._hours.open_since,
                clock=clock,
                rng=rng,
                key=key,
                secret=secret,
                ws_url=ws_url or STREAM_URL,
                patience=patience or PATIENCE,
                limits=limits or Limits(),
                on_bad=on_bad,
                tee=tee,
            ),
            on_confirmed=self._confirmed,
            on_break=self._note_break,
            on_cap=lambda cap: _LOG.warning("feed alpaca: the plan streams %d stocks", cap),
        )

    @property
    def source(self) -> str:
        """Short name of the service."""
        return SOURCE

    async def run(self) -> None:
        """Connect and keep connected until cancelled; never raises for what the vendor does."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._stream.run(), name="alpaca/stocks")
                group.create_task(self._hours.run(), name="alpaca stock hours")
                group.create_task(self._quotes.run(), name="alpaca stock quotes")
                group.create_task(self._backfill_forever(), name="alpaca backfill")
                group.create_task(self._past_bars.run(), name="alpaca past bars")
        finally:
            await self._rest.close()

    async def set_symbols(self, symbols: Sequence[str]) -> None:
        """Capture these stocks and no others; those kept lose nothing.

        Where the vendor's list of stocks cannot be had within a few seconds, they are captured
        unverified.

        Raises
        ------
        BadInput
            If one is no stock, or is known not to be traded; nothing has changed then.
        """
        chosen = list(dict.fromkeys(checked_stock(symbol) for symbol in symbols))
        new = [symbol for symbol in chosen if symbol not in self._symbols]
        if new:
            await self._check_listed(new)
        self._known &= set(chosen)
        self._symbols = chosen
        self._want()
        for symbol in new:
            self._past_bars.want(symbol)

    def symbols(self) -> list[str]:
        """Return the canonical symbols being captured."""
        return list(self._symbols)

    def statuses(self) -> list[FeedStatus]:
        """Return the state of the stream; while the market is closed, that and when it opens."""
        status = self._stream.status()
        if status.state is FeedState.LIVE and self._quotes.problem:
            status = msgspec.structs.replace(
                status, state=FeedState.DEGRADED, detail=self._quotes.problem
            )
        return [self._hours.explained(status, self._clock.now_ns())]

    async def instruments(self) -> list[Instrument]:
        """Return the stocks the vendor trades, as they were within the last hour."""
        now_ns = self._clock.monotonic_ns()
        if not self._listed or now_ns - self._listed_at_ns > _LISTING_AGE_NS:
            self._listed = _stocks(await self._rest.assets())
            self._listed_at_ns = self._clock.monotonic_ns()
        return list(self._listed)

    async def repair(self, gap: Gap) -> int:
        """Refuse: nothing tells what is missing, and what a break cost has been fetched after it.

        Raises
        ------
        NoData
            Always.
        """
        raise NoData(
            f"{SOURCE} numbers no events, so {gap.symbol} {gap.kind} cannot be asked for by number"
        )

    def _want(self) -> None:
        self._shared.share(self._symbols)
        wanted = dict.fromkeys([*self._symbols, *self._loan.symbols])
        roots = [root_of(symbol) for symbol in wanted]
        self._stream.want([root for root in roots if root not in INDICES])

    def _brought(self) -> None:
        self._on_data()
        self._loan.on_data()

    def _note_break(self, since_ns: int, _until_ns: int) -> None:
        self._broken_since_ns = since_ns

    # Executions are numbered without order, so that which were missed is not known, but since when.
    def _confirmed(self, roots: Sequence[str]) -> None:
        symbols = [f"{UNDERLYING_VENUE}:{root}" for root in roots]
        self._quotes.want(symbols)
        broken_ns, self._broken_since_ns = self._broken_since_ns, None
        now_ns = self._clock.now_ns()
        for symbol in symbols:
            if symbol not in self._symbols:
                continue
            is_known = symbol in self._known
            self._known.add(symbol)
            if is_known and broken_ns is not None:
                since_ns = broken_ns - self._behind_ns - _OVERLAP_NS
                self._to_backfill.put_nowait((symbol, since_ns))
            elif not is_known and self._backfill_ns:
                since_ns = now_ns - self._behind_ns - self._backfill_ns
                self._to_backfill.put_nowait((symbol, since_ns))

    async def _check_listed(self, symbols: Sequence[str]) -> None:
        try:
            async with asyncio.timeout(_LISTING_S):
                listing = await self.instruments()
        except (VenueError, BadInput, TimeoutError) as error:
            _LOG.warning("feed alpaca: stocks not verified: %s", error or "too slow")
            return
        listed = {each.symbol for each in listing}
        for symbol in symbols:
            if symbol not in listed:
                near = difflib.get_close_matches(symbol, listed, n=_NEAR_MATCHES, cutoff=0.7)
                hint = f"; did you mean {', '.join(near)}?" if near else ""
                raise BadInput(f"{SOURCE} does not trade {symbol}{hint}")

    async def _backfill_forever(self) -> None:
        while True:
            symbol, since_ns = await self._to_backfill.get()
            for _ in range(_TRIES):
                if symbol not in self._symbols or await self._backfill(symbol, since_ns):
                    break
                await self._clock.sleep(_TRY_AGAIN_S)

    async def _backfill(self, symbol: str, since_ns: int) -> bool:
        # What came before a break began is known; a first fetch takes what a chart begins with.
        is_first = self._clock.now_ns() - self._behind_ns - since_ns <= self._backfill_ns + _NS
        most = self._backfill_trades if is_first else _AFTER_BREAK
        try:
            count = await self._history.trades(
                symbol,
                since_ns=since_ns,
                most=most,
                at_least=min(_AT_LEAST, most),
                sink=self._shared,
            )
        except (VenueError, BadInput) as error:
            _LOG.warning("feed alpaca: no recent trades of %s: %s", symbol, error)
            return False
        self._brought()
        _LOG.info("feed alpaca: %d recent trades of %s", count, symbol)
        return True


def _stocks(names: Sequence[str]) -> list[Instrument]:
    found: list[Instrument] = []
    for name in names:
        try:
            symbol = checked_stock(name)
        except BadInput:
            # Of some preferred shares and warrants the vendor's names are no symbols here.
            continue
        found.append(instrument(symbol, symbol))
    return found
