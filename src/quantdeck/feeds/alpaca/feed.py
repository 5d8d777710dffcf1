"""All of Alpaca: streams of options and their underlyings, chains, and what the plan does not stream."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import msgspec

from quantdeck.feeds.alpaca.chains import AlpacaChains
from quantdeck.feeds.alpaca.decode import SOURCE
from quantdeck.feeds.alpaca.endpoints import (
    OPTION_GRADES,
    STOCK_GRADE_OF,
    STOCK_GRADES,
    STREAM_URL,
    grade_of,
)
from quantdeck.feeds.alpaca.hours import MarketHours
from quantdeck.feeds.alpaca.numbers import Numbers
from quantdeck.feeds.alpaca.patience import PATIENCE
from quantdeck.feeds.alpaca.quotes import QuoteFetcher
from quantdeck.feeds.alpaca.requests import trading_day
from quantdeck.feeds.alpaca.rest import AlpacaRest
from quantdeck.feeds.alpaca.session import Limits
from quantdeck.feeds.alpaca.stream import AlpacaStream, Seams
from quantdeck.feeds.alpaca.symbols import INDICES, checked_symbol, instrument
from quantdeck.feeds.breaks import Breaks
from quantdeck.feeds.budget import StreamPlan, plan_stream
from quantdeck.model.errors import BadInput, ConfigError, NoData
from quantdeck.model.feed import Delay, FeedState, Provenance
from quantdeck.model.instruments import root_of, venue_of
from quantdeck.model.options import OPTION_VENUE, UNDERLYING_VENUE, contract_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    import httpx2

    from quantdeck.feeds.alpaca.loan import StockLoan
    from quantdeck.model.chains import ChainSnapshot
    from quantdeck.model.errors import BadMessage
    from quantdeck.model.feed import FeedStatus, Gap, RunId
    from quantdeck.model.instruments import Instrument, InstrumentTable
    from quantdeck.model.options import OptionContract
    from quantdeck.net.link import Patience
    from quantdeck.net.ws import OnPacket
    from quantdeck.ports.chains import Budget, ChainRequest
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.feed import EventSink, OnData

_LOG = logging.getLogger(__name__)


class AlpacaFeed:
    """Alpaca's options and their underlyings.

    Fulfils `quantdeck.ports.feed.Feed` and `quantdeck.ports.chains.ChainSource`. Owned by the hub, which
    runs `run` as one task; as a source of chains alone it needs no `run`, but a `close`.

    Parameters
    ----------
    key, secret : str
        The credentials.
    sink : EventSink
        Where events go.
    instruments : InstrumentTable
        Ids of canonical symbols.
    on_data : callable
        Called within milliseconds after a socket read or a REST answer that brought events.
    clock : Clock
        Stamps and waits.
    rng : Random
        Jitter.
    run_id : RunId
        Names the run in snapshots.
    data_feed : str
        ``opra`` or ``indicative``.
    stock_feed : str or None
        ``sip``, ``iex`` or ``delayed_sip``; what usually goes with `data_feed` where None.
    simulated : bool
        The addresses are those of a simulator: all data are labelled so.
    allowed : int or None
        Symbols whose quotes the plan streams; what it usually is where None.
    requests_per_minute : int or None
        REST requests the plan allows until the vendor tells; what it usually is where None.
    data_url, trading_url, ws_url : str or None
        Addresses; the vendor's own where None.
    loan : StockLoan or None
        Brings the underlyings where another feed holds the only connection to the stocks.
    poll_s : float
        How often contracts beyond the plan are refreshed at most. [s]
    patience : Patience or None
        How long the connections wait for what.
    limits : Limits or None
        How long the sessions wait for what.
    on_gap : callable or None
        Takes a break in the stream, per underlying, as a gap that is lost.
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
        run_id: RunId,
        data_feed: str = "opra",
        stock_feed: str | None = None,
        simulated: bool = False,
        allowed: int | None = None,
        requests_per_minute: int | None = None,
        data_url: str | None = None,
        trading_url: str | None = None,
        ws_url: str | None = None,
        loan: StockLoan | None = None,
        poll_s: float = 15.0,
        patience: Patience | None = None,
        limits: Limits | None = None,
        on_gap: Callable[[Gap], None] | None = None,
        on_bad: Callable[[BadMessage, int], None] | None = None,
        tee: OnPacket | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        if not key or not secret:
            raise ConfigError(
                "Alpaca needs a key: set ALPACA_API_KEY and ALPACA_API_SECRET in the environment or "
                "in .env, or use --demo"
            )
        options = grade_of(data_feed, OPTION_GRADES)
        per_minute = requests_per_minute or options.requests_per_minute
        stocks = grade_of(stock_feed or STOCK_GRADE_OF[options.name], STOCK_GRADES)
        self._label = "simulated" if simulated else options.name
        self._delay = Delay.SIMULATED if simulated else options.delay
        self._clock = clock
        self._allowed = options.quotes if allowed is None else allowed
        self._breaks = Breaks(SOURCE, on_gap)
        self._symbols: list[str] = []
        self._plan = StreamPlan((), (), self._allowed)
        self._rest = AlpacaRest(
            key=key,
            secret=secret,
            options=options,
            stocks=stocks,
            clock=clock,
            rng=rng,
            requests_per_minute=per_minute,
            data_url=data_url,
            trading_url=trading_url,
            transport=transport,
        )
        self._chains = AlpacaChains(
            self._rest,
            label=self._label,
            provenance=Provenance(SOURCE, self._delay, run_id),
            clock=clock,
        )
        self._hours, numbers = MarketHours(self._rest, clock), Numbers()
        self._quotes = QuoteFetcher(
            self._rest,
            sink=sink,
            instruments=instruments,
            numbers=numbers,
            on_data=on_data,
            clock=clock,
            poll_s=poll_s,
            requests_per_minute=per_minute,
        )
        seams = Seams(
            sink=sink,
            instruments=instruments,
            numbers=numbers,
            on_data=on_data,
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
        )
        self._options = AlpacaStream(
            "options",
            venue=OPTION_VENUE,
            grade=options,
            delay=self._delay,
            seams=seams,
            on_confirmed=self._fetcher(OPTION_VENUE),
            on_break=self._note_break,
            on_cap=self._shrink,
        )
        self._loan = loan
        if loan is not None:
            loan.borrow(sink, on_data)
        self._stocks = AlpacaStream(
            "stocks",
            venue=UNDERLYING_VENUE,
            grade=stocks,
            delay=Delay.SIMULATED if simulated else stocks.delay,
            seams=seams,
            on_confirmed=self._fetcher(UNDERLYING_VENUE),
            on_break=self._note_stock_break,
            on_cap=lambda cap: _LOG.warning("feed alpaca: the plan streams %d stocks", cap),
        )

    @property
    def source(self) -> str:
        """Short name of the service."""
        return SOURCE

    @property
    def feed(self) -> str:
        """The vendor's name of the quality of its option quotes, or ``simulated``."""
        return self._label

    @property
    def budget(self) -> Budget:
        """How much of what the plan streams is used."""
        return self._plan.budget

    async def run(self) -> None:
        """Connect and keep connected until cancelled; never raises for what the vendor does."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._options.run(), name="alpaca/options")
                group.create_task(self._stocks.run(), name="alpaca/stocks")
                group.create_task(self._hours.run(), name="alpaca hours")
                group.create_task(self._quotes.run(), name="alpaca quotes")
        finally:
            await self.close()

    async def close(self) -> None:
        """Close the REST connections; needed only where `run` is not used."""
        await self._rest.close()

    async def set_symbols(self, symbols: Sequence[str]) -> None:
        """Capture these options and underlyings and no others; those kept lose nothing.

        Options beyond what the plan streams are refreshed by chain snapshots.

        Raises
        ------
        BadInput
            If one is no symbol of an option or underlying, or is known not to be listed.
        """
        chosen = list(dict.fromkeys(checked_symbol(symbol) for symbol in symbols))
        contracts = [self._contract(s) for s in chosen if venue_of(s) == OPTION_VENUE]
        underlyings = [root_of(s) for s in chosen if venue_of(s) == UNDERLYING_VENUE]
        stocks = [root for root in underlyings if root not in INDICES]
        self._symbols = chosen
        if self._loan is None:
            self._stocks.want(stocks)
        else:
            self._loan.want([f"{UNDERLYING_VENUE}:{root}" for root in stocks])
            self._fetcher(UNDERLYING_VENUE)(stocks)
        self._spend(contracts)

    def symbols(self) -> list[str]:
        """Return the canonical symbols being captured, streamed or polled."""
        return list(self._symbols)

    def statuses(self) -> list[FeedStatus]:
        """Return the state of the streams; that of the options tells how the plan is used."""
        options, stocks = self._options.status(), self._stocks.status()
        plan = self._plan
        said = [options.detail, self._quotes.problem]
        if waiting := self._quotes.waiting:
            said.append(f"fetching the newest quotes of {waiting:,} symbols")
        if plan.streamed or plan.polled:
            budget = plan.budget
            polled = f", polls {budget.polled:,} by REST" if budget.polled else ""
            said.append(f"streams {budget.used:,} of {budget.allowed:,} allowed symbols{polled}")
        state = options.state
        if state is FeedState.LIVE and (self._quotes.problem or waiting):
            state = FeedState.DEGRADED
        detail = "; ".join(each for each in said if each)
        told = [msgspec.structs.replace(options, state=state, detail=detail), stocks]
        told = told if self._loan is None else told[:1]
        return [self._hours.explained(status, self._clock.now_ns()) for status in told]

    async def instruments(self) -> list[Instrument]:
        """Return the options whose chains have been asked for, and what is captured."""
        found = {s: s for s in self._symbols if venue_of(s) == UNDERLYING_VENUE}
        found |= {each.symbol: each.underlying for each in self._chains.known.values()}
        return [instrument(symbol, root) for symbol, root in found.items()]

    async def repair(self, gap: Gap) -> int:
        """Refuse: the vendor replays no quotes.

        Raises
        ------
        NoData
            Always.
        """
        raise NoData(f"{SOURCE} does not replay its streams: {gap.symbol} {gap.kind} is lost")

    async def contracts(self, request: ChainRequest) -> Sequence[OptionContract]:
        """Return the listed contracts, with open interest.

        Raises
        ------
        BadInput
            If the vendor does not know the underlying.
        NoData
            If strikes are to be limited by a price that the vendor does not tell.
        VenueError
            If they cannot be fetched now.
        """
        return await self._chains.contracts(request)

    async def snapshot(self, request: ChainRequest) -> ChainSnapshot:
        """Return the quotes of the wanted chains.

        Raises
        ------
        BadInput
            If the vendor does not know the underlying.
        NoData
            If nothing is listed in the wanted part.
        VenueError
            If they cannot be fetched now.
        """
        return await self._chains.snapshot(request)

    def _contract(self, symbol: str) -> OptionContract:
        known = self._chains.known.get(symbol)
        contract = known or contract_of(symbol)
        if known is None and self._chains.is_listed(contract) is False:
            raise BadInput(f"{SOURCE} does not list {symbol}")
        return contract

    def _spend(self, contracts: list[OptionContract]) -> None:
        self._plan = plan_stream(
            contracts,
            allowed=self._allowed,
            today=trading_day(self._clock.now_ns()),
            prices=self._chains.prices,
        )
        polled = set(self._plan.polled)
        self._options.want([root_of(symbol) for symbol in self._plan.streamed])
        self._quotes.poll([each for each in contracts if each.symbol in polled])

    def _shrink(self, allowed: int) -> None:
        _LOG.warning("feed alpaca: the plan streams %d options, not %d", allowed, self._allowed)
        self._allowed = allowed
        self._spend([self._contract(s) for s in self._symbols if venue_of(s) == OPTION_VENUE])

    def _fetcher(self, venue: str) -> Callable[[Sequence[str]], None]:
        return lambda roots: self._quotes.want([f"{venue}:{root}" for root in roots])

    def _note_break(self, since_ns: int, until_ns: int) -> None:
        underlyings = {contract_of(s).underlying for s in self._plan.streamed}
        self._breaks.note(sorted(underlyings), since_ns, until_ns)

    def _note_stock_break(self, since_ns: int, until_ns: int) -> None:
        stocks = [f"{UNDERLYING_VENUE}:{root}" for root in self._stocks.wanted]
        self._breaks.note(stocks, since_ns, until_ns)
