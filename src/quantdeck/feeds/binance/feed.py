"""All of one Binance market: its sockets, its history, and the symbols captured."""

from __future__ import annotations

import asyncio
import dataclasses
import difflib
import logging
from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from quantdeck.feeds.binance.history import BinanceHistory
from quantdeck.feeds.binance.markets import MARKETS
from quantdeck.feeds.binance.requests import AGG_TRADES_LIMIT, BinanceDialect
from quantdeck.feeds.binance.routes import route_of, rule_of, stream_name
from quantdeck.feeds.binance.session import BinanceSession, Limits
from quantdeck.feeds.past_bars import PastBars
from quantdeck.model.errors import BadInput, VenueError
from quantdeck.model.events import Kind
from quantdeck.model.instruments import canonical, root_of, venue_of
from quantdeck.net.connection import Connection
from quantdeck.net.limiter import WeightLimiter
from quantdeck.net.rest import RestClient

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
_INSTRUMENTS_AGE_S = 3600.0
_LISTING_S = 2.0
_FIRST_EVENT_S = 2.0
_LOOK_S = 0.05
_BACKFILLS_AT_ONCE = 2
_OPEN_AT_MOST = 2
_NEAR_MATCHES = 5
# Names without the part that a person need not choose.
_SHORT_STREAMS = {"markPrice": "markPrice@1s", "kline": "kline_1m"}


class BinanceFeed:
    """Live data of one Binance market; fulfils `quantdeck.ports.feed.Feed`.

    Owned by the hub, which runs `run` as one task. Futures have a socket for each route, spot has one.

    Parameters
    ----------
    market : str
        ``usdm`` or ``spot``.
    sink : EventSink
        Where events go.
    instruments : InstrumentTable
        Ids of canonical symbols.
    on_data : callable
        Called after every socket read, backfill and repair that brought events.
    clock : Clock
        Stamps and waits.
    rng : Random
        Jitter of waits and rolls.
    rest_url, ws_url : str or None
        Addresses; the vendor's own where None.
    streams : sequence of str or None
        Suffixes of the streams of every symbol, such as ``aggTrade`` or ``markPrice@1s``; the
        market's defaults where None.
    backfill_s : float
        How far back trades are fetched when a symbol is added; 0 for not at all. [s]
    backfill_trades : int
        How many of them at most, in full thousands; the newest.
    backfill_bars : int
        How many of the venue's bars of every length are fetched then; 0 for none.
    patience : Patience or None
        How long the connections wait for what.
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
        If market or stream are not known.
    """

    def __init__(  # noqa: PLR0913 - the seams it is built from
        self,
        market: str,
        *,
        sink: EventSink,
        instruments: InstrumentTable,
        on_data: OnData,
        clock: Clock,
        rng: Random,
        rest_url: str | None = None,
        ws_url: str | None = None,
        streams: Sequence[str] | None = None,
        backfill_s: float = 120.0,
        backfill_trades: int = 5_000,
        backfill_bars: int = 0,
        patience: Patience | None = None,
        limits: Limits | None = None,
        on_bad: Callable[[BadMessage, int], None] | None = None,
        tee: OnPacket | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        if market not in MARKETS:
            raise BadInput(f"there is no Binance market {market!r}; there are {', '.join(MARKETS)}")
        self._market = MARKETS[market]
        self._sink = sink
        self._instruments = instruments
        self._on_data = on_data
        self._clock = clock
        self._rng = rng
        self._ws_url = ws_url or self._market.ws_url
        self._limits = limits or Limits()
        self._backfill_s = backfill_s
        self._backfill_pages = -(-backfill_trades // AGG_TRADES_LIMIT)
        chosen = self._market.default_streams if streams is None else streams
        self._suffixes = tuple(_SHORT_STREAMS.get(suffix, suffix) for suffix in chosen)
        self._routes = {suffix: route_of(self._market, suffix) for suffix in self._suffixes}
        self._symbols: list[str] = []
        self._wanted: dict[str, dict[str, None]] = {route: {} for route in self._market.routes}
        kinds = {rule_of(self._market, suffix).kind for suffix in self._suffixes}
        trades = (Kind.AGG_TRADE, Kind.TRADE) if backfill_s > 0 else ()
        self._backfilled = [kind for kind in trades if kind in kinds]
        self._to_backfill: asyncio.Queue[tuple[str, Kind]] = asyncio.Queue()
        self._changing = asyncio.Lock()
        self._known: list[Instrument] = []
        self._known_at_ns = 0
        limiter = WeightLimiter(clock, self.source, {60: self._market.weight_per_minute})
        self._rest = RestClient(
            self.source,
            rest_url or self._market.rest_url,
            dialect=BinanceDialect(self.source),
            limiter=limiter,
            clock=clock,
            rng=rng,
            transport=transport,
        )
        self.history = BinanceHistory(
            self._market, rest=self._rest, limiter=limiter, instruments=instruments, clock=clock
        )
        self._past_bars = PastBars(
            self.history,
            sink=sink,
            on_data=on_data,
            is_wanted=lambda symbol: symbol in self._symbols,
            clock=clock,
            most=backfill_bars,
        )
        self._sessions: dict[str, list[BinanceSession]] = {r: [] for r in self._market.routes}
        self._ignored: Counter[str] = Counter()
        self._connections: dict[str, Connection] = {}
        for route in self._market.routes:
            self._connections[route] = Connection(
                f"{self.source}/{route}" if route else self.source,
                new_session=self._session_maker(route),
                wanted=self._wanter(route),
                on_data=on_data,
                clock=clock,
                rng=rng,
                patience=patience,
                on_bad=on_bad,
                tee=tee,
            )

    @property
    def source(self) -> str:
        """Short name of the service."""
        return self._market.source

    async def run(self) -> None:
        """Connect and keep connected until cancelled; never raises for what the vendor does."""
        try:
            async with asyncio.TaskGroup() as group:
                for connection in self._connections.values():
                    group.create_task(connection.run(), name=connection.name)
                for _ in range(_BACKFILLS_AT_ONCE):
                    group.create_task(self._backfill_forever(), name=f"{self.source} backfill")
                group.create_task(self._past_bars.run(), name=f"{self.source} past bars")
        finally:
            await self._rest.close()

    async def set_symbols(self, symbols: Sequence[str]) -> None:
        """Capture these canonical symbols and no others; those kept lose nothing.

        For symbols that are new the trades of the last minutes are fetched once the first live event
        has come, so that they reach up to it. Where the vendor's list of symbols cannot be had
        within a few seconds, they are captured unverified.

        Raises
        ------
        BadInput
            If the vendor does not know a symbol; nothing has changed then.
        """
        async with self._changing:
            chosen = list(dict.fromkeys(self._checked_form(symbol) for symbol in symbols))
            new = [symbol for symbol in chosen if symbol not in self._symbols]
            if new:
                await self._check_listed(new)
            self._symbols = chosen
            for route in self._market.routes:
                self._want(route)
            for symbol in new:
                for kind in self._backfilled:
                    self._to_backfill.put_nowait((symbol, kind))
                if not self._backfilled:
                    self._past_bars.want(symbol)

    def symbols(self) -> list[str]:
        """Return the canonical symbols being captured."""
        return list(self._symbols)

    def statuses(self) -> list[FeedStatus]:
        """Return the state of every connection."""
        found: list[FeedStatus] = []
        for route, connection in self._connections.items():
            sessions = self._sessions[route]
            skews = [x.clock_skew_ns for x in sessions if x.clock_skew_ns is not None]
            found.append(
                msgspec.structs.replace(
                    connection.status(),
                    ignored=self._ignored[route] + sum(each.ignored for each in sessions),
                    clock_skew_ns=skews[-1] if skews else None,
                )
            )
        return found

    async def instruments(self) -> list[Instrument]:
        """Return what the vendor trades, as it was within the last hour."""
        return list(await self._listing(patience_s=30.0))

    async def repair(self, gap: Gap) -> int:
        """Fetch what a gap misses, put it into the sink flagged as repaired, and return the count.

        Raises
        ------
        NoData
            If the vendor no longer offers it.
        VenueError
            If it cannot be fetched now; ask again later.
        """
        count = await self.history.repair(gap, self._sink)
        self._on_data()
        return count

    # Changed in place, since the sessions look at it.
    def _want(self, route: str) -> None:
        wanted = self._wanted[route]
        wanted.clear()
        for symbol in self._symbols:
            for suffix, its_route in self._routes.items():
                if its_route == route:
                    wanted[stream_name(root_of(symbol), suffix)] = None
        self._connections[route].kick()

    def _session_maker(self, route: str) -> Callable[[], BinanceSession]:
        # Not all sockets of a feed are to be replaced at the same moment.
        def make() -> BinanceSession:
            roll_s = self._limits.roll_after_s * self._rng.uniform(0.95, 1.0)
            before = self._sessions[route][-1:]
            session = BinanceSession(
                self._market,
                sink=self._sink,
                instruments=self._instruments,
                ws_url=self._ws_url,
                route=route,
                wanted=self._wanted[route].keys,
                limits=dataclasses.replace(self._limits, roll_after_s=roll_s),
                replaced_in_vain=before[0].replaced_in_vain if before else 0,
            )
            self._sessions[route].append(session)
            # Two sockets at most are open; of those before, only the count is of use.
            if len(self._sessions[route]) > _OPEN_AT_MOST:
                self._ignored[route] += self._sessions[route].pop(0).ignored
            return session

        return make

    def _wanter(self, route: str) -> Callable[[], bool]:
        return lambda: bool(self._wanted[route])

    def _checked_form(self, text: str) -> str:
        symbol = canonical(text, default_venue=self._market.venue)
        if venue_of(symbol) != self._market.venue:
            raise BadInput(
                f"{symbol} is not traded on {self.source}; its symbols are written "
                f"{self._market.venue}:ROOT"
            )
        return symbol

    async def _listing(self, *, patience_s: float) -> list[Instrument]:
        age_ns = self._clock.monotonic_ns() - self._known_at_ns
        if not self._known or age_ns > _INSTRUMENTS_AGE_S * _NS:
            self._known = await self.history.instruments(patience_s=patience_s)
            self._known_at_ns = self._clock.monotonic_ns()
        return self._known

    async def _check_listed(self, symbols: list[str]) -> None:
        try:
            async with asyncio.timeout(_LISTING_S):
                listing = await self._listing(patience_s=_LISTING_S / 2)
        except (VenueError, TimeoutError) as error:
            _LOG.warning("feed %s: symbols not verified: %s", self.source, error or "too slow")
            return
        listed = {each.symbol for each in listing}
        for symbol in symbols:
            if symbol not in listed:
                near = difflib.get_close_matches(symbol, listed, n=_NEAR_MATCHES, cutoff=0.7)
                hint = f"; did you mean {', '.join(near)}?" if near else ""
                raise BadInput(f"{self.source} does not trade {symbol}{hint}")

    async def _backfill_forever(self) -> None:
        while True:
            symbol, kind = await self._to_backfill.get()
            await self._first_event(symbol, kind)
            if symbol in self._symbols:
                await self._backfill(symbol, kind)
            # Numbers of now come first: bars of the past may wait for them.
            if kind is self._backfilled[-1]:
                self._past_bars.want(symbol)

    async def _first_event(self, symbol: str, kind: Kind) -> None:
        until_ns = self._clock.monotonic_ns() + int(_FIRST_EVENT_S * _NS)
        root = root_of(symbol)
        while self._clock.monotonic_ns() < until_ns and not any(
            each.has_seen(kind, root) for sessions in self._sessions.values() for each in sessions
        ):
            await self._clock.sleep(_LOOK_S)

    async def _backfill(self, symbol: str, kind: Kind) -> None:
        since_ns = self._clock.now_ns() - int(self._backfill_s * _NS)
        try:
            count = await self.history.recent_trades(
                symbol, kind, since_ns=since_ns, sink=self._sink, max_pages=self._backfill_pages
            )
        except (VenueError, BadInput) as error:
            _LOG.warning("feed %s: no recent trades of %s: %s", self.source, symbol, error)
        else:
            self._on_data()
            _LOG.info("feed %s: %d recent trades of %s", self.source, count, symbol)
