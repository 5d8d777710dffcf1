"""All of Tastytrade: the stream of options and their underlyings, chains, and what finds no room."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import msgspec

from quantdeck.feeds.breaks import Breaks
from quantdeck.feeds.tastytrade.connection import PATIENCE, DxConnection, Seams
from quantdeck.feeds.tastytrade.decode import SOURCE
from quantdeck.feeds.tastytrade.listing import Listing
from quantdeck.feeds.tastytrade.polling import Poller
from quantdeck.feeds.tastytrade.rest import TastytradeRest
from quantdeck.feeds.tastytrade.room import Room, checked, is_option
from quantdeck.feeds.tastytrade.session import Limits
from quantdeck.feeds.tastytrade.snapshots import chains_of, collect
from quantdeck.model.chains import ChainSnapshot
from quantdeck.model.errors import AuthFailed, BadInput, NoData, VenueError
from quantdeck.model.feed import Delay, FeedState, Gap, Provenance
from quantdeck.model.instruments import Instrument, InstrumentKind, root_of
from quantdeck.net.backoff import Backoff

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    import httpx2

    from quantdeck.feeds.tastytrade.grant import Credentials
    from quantdeck.model.errors import BadMessage
    from quantdeck.model.feed import FeedStatus, RunId
    from quantdeck.model.instruments import InstrumentTable
    from quantdeck.model.options import OptionContract
    from quantdeck.net.link import Patience
    from quantdeck.net.ws import OnPacket
    from quantdeck.ports.chains import Budget, ChainRequest
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.feed import EventSink, OnData

_LOG = logging.getLogger(__name__)
_LISTING_S = 3.0
_HOURS_S = 300.0
_SESSIONS_PER_YEAR = 252
MOST_SUBSCRIPTIONS = 25_000
"""What the vendor allows in one session: symbols times types of event."""


class TastytradeFeed:
    """Tastytrade's options and their underlyings.

    Fulfils `quantdeck.ports.feed.Feed` and `quantdeck.ports.chains.ChainSource`. Owned by the hub, which
    runs `run` as one task; as a source of chains alone it needs no `run`, but a `close`.

    Parameters
    ----------
    credentials : Credentials
        A grant, or a login where the server still takes one.
    sink : EventSink
        Where events go.
    instruments : InstrumentTable
        Ids of canonical symbols.
    on_data : callable
        Called after every socket read and REST answer that brought events.
    clock : Clock
        Stamps and waits.
    rng : Random
        Jitter.
    run_id : RunId
        Names the run in snapshots.
    simulated : bool
        The address is that of a simulator: all data are labelled so.
    max_subscriptions : int
        Subscriptions of the stream.
    requests_per_minute : int
        How often REST may be asked.
    aggregation_s : float
        How often the stream tells a symbol at most. [s]
    api_url : str or None
        REST address; the vendor's own where None. It names the stream's.
    patience : Patience or None
        How long the connection waits for what.
    limits : Limits or None
        How long the session waits for what.
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
    ConfigError
        If the credentials are not whole.
    """

    def __init__(  # noqa: PLR0913 - the seams it is built from
        self,
        credentials: Credentials,
        *,
        sink: EventSink,
        instruments: InstrumentTable,
        on_data: OnData,
        clock: Clock,
        rng: Random,
        run_id: RunId,
        simulated: bool = False,
        max_subscriptions: int = MOST_SUBSCRIPTIONS,
        requests_per_minute: int = 60,
        aggregation_s: float = 0.5,
        api_url: str | None = None,
        patience: Patience | None = None,
        limits: Limits | None = None,
        on_gap: Callable[[Gap], None] | None = None,
        on_bad: Callable[[BadMessage, int], None] | None = None,
        tee: OnPacket | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self._label = "simulated" if simulated else "dxlink"
        self._delay = Delay.SIMULATED if simulated else Delay.REALTIME
        self._run_id, self._clock, self._rng = run_id, clock, rng
        self._allowed = min(max_subscriptions, MOST_SUBSCRIPTIONS)
        self._trouble: VenueError | BadInput | None = None
        self._to_resolve = asyncio.Event()
        self._is_closed = False
        self._breaks = Breaks(SOURCE, on_gap)
        self._rest = TastytradeRest(
            credentials,
            clock=clock,
            rng=rng,
            api_url=api_url,
            requests_per_minute=requests_per_minute,
            transport=transport,
        )
        self._listing = Listing(self._rest, clock)
        self._seams = Seams(
            rest=self._rest,
            clock=clock,
            rng=rng,
            delay=self._delay,
            aggregation_s=aggregation_s,
            is_closed=lambda: self._is_closed,
            patience=patience or PATIENCE,
            limits=limits or Limits(),
            on_bad=on_bad,
            tee=tee,
        )
        self._stream = DxConnection(
            f"{SOURCE}/stream",
            sink=sink,
            on_data=on_data,
            seams=self._seams,
            on_break=self._note_break,
        )
        self._room = Room(
            self._listing,
            self._stream.wanted,
            allowed=self._allowed,
            id_of=instruments.id_of,
            clock=clock,
        )
        self._poller = Poller(
            self._rest,
            wanted=self._room.polled,
            sink=sink,
            instruments=instruments,
            numbers=self._stream.numbers,
            on_data=on_data,
            clock=clock,
            every_s=120.0 / requests_per_minute,
        )

    @property
    def source(self) -> str:
        """Short name of the service."""
        return SOURCE

    @property
    def feed(self) -> str:
        """The name of the quality of its quotes: ``dxlink``, or ``simulated``."""
        return self._label

    @property
    def budget(self) -> Budget:
        """How much of what a session may subscribe to is used."""
        return self._room.budget

    async def run(self) -> None:
        """Connect and keep connected until cancelled; never raises for what the vendor does."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._stream.run(), name="tastytrade/stream")
                group.create_task(self._resolve_forever(), name="tastytrade names")
                group.create_task(self._poller.run(), name="tastytrade quotes")
                group.create_task(self._watch_hours(), name="tastytrade hours")
        finally:
            await self.close()

    async def close(self) -> None:
        """Close the REST connections; needed only where `run` is not used."""
        await self._rest.close()

    async def set_symbols(self, symbols: Sequence[str]) -> None:
        """Capture these options and underlyings and no others; those kept lose nothing.

        Options beyond what a session may subscribe to are polled by REST. Where the vendor's chains
        cannot be had within a few seconds, capture begins once they can.

        Raises
        ------
        BadInput
            If one is no symbol of an option or underlying, or is not listed; nothing has changed then.
        """
        known = self._listing.known
        chosen = list(dict.fromkeys(s if s in known else checked(s) for s in symbols))
        trouble: VenueError | None = None
        try:
            async with asyncio.timeout(_LISTING_S):
                await self._resolve(chosen)
        except TimeoutError:
            _LOG.info("feed %s: the chains take a while", SOURCE)
        except VenueError as error:
            _LOG.warning("feed %s: chains cannot be had: %s", SOURCE, error)
            trouble = error
        self._check_listed(chosen)
        self._trouble = trouble
        await self._capture(chosen)
        if self._room.missing:
            self._to_resolve.set()

    def symbols(self) -> list[str]:
        """Return the canonical symbols being captured, streamed or polled."""
        return list(self._room.symbols)

    def statuses(self) -> list[FeedStatus]:
        """Return the state of the stream; its detail tells how the room is used."""
        status = self._stream.status()
        said, state = [status.detail], status.state
        if self._trouble is not None:
            said = [str(self._trouble)]
            state = FeedState.FAILED if isinstance(self._trouble, AuthFailed) else FeedState.BACKOFF
        elif self._room.missing:
            said, state = ["waiting for the chains"], FeedState.CONNECTING
        elif self._poller.problem:
            said.append(self._poller.problem)
            state = FeedState.DEGRADED if state is FeedState.LIVE else state
        budget = self.budget
        if budget.used:
            polled = f", polls {budget.polled:,} by REST" if budget.polled else ""
            said.append(f"streams {budget.used:,} of {budget.allowed:,} subscriptions{polled}")
        return [msgspec.structs.replace(status, state=state, detail="; ".join(filter(None, said)))]

    async def instruments(self) -> list[Instrument]:
        """Return the options whose chains have been asked for, and what is captured."""
        listed = {each.symbol: each.underlying for each in self._listing.known.values()}
        captured = {s: s for s in self._room.symbols if not is_option(s)}
        return [self._instrument(symbol, root) for symbol, root in {**captured, **listed}.items()]

    async def repair(self, gap: Gap) -> int:
        """Refuse: the vendor replays no quotes.

        Raises
        ------
        NoData
            Always.
        """
        raise NoData(f"{SOURCE} does not replay its stream: {gap.symbol} {gap.kind} is lost")

    async def contracts(self, request: ChainRequest) -> Sequence[OptionContract]:
        """Return the listed contracts with their names in the stream; open interest is not told here.

        Raises
        ------
        BadInput
            If the vendor lists no options on the underlying.
        NoData
            If strikes are to be limited by a price that the vendor does not tell.
        VenueError
            If they cannot be fetched now.
        """
        return await self._listing.wanted(request)

    async def snapshot(self, request: ChainRequest) -> ChainSnapshot:
        """Return the quotes of the wanted chains, stamped with their receipt.

        Raises
        ------
        BadInput
            If the vendor lists no options on the underlying.
        NoData
            If nothing is listed in the wanted part.
        VenueError
            If they cannot be fetched now.
        """
        contracts = await self._listing.wanted(request)
        if not contracts:
            raise NoData(f"{SOURCE} lists no options on {request.underlying} in the wanted part")
        underlying = await self._listing.underlying(request.underlying)
        found = await collect(
            contracts,
            underlying.streamer_symbol or underlying.symbol,
            seams=self._seams,
            room=self._allowed,
        )
        return ChainSnapshot(
            self._clock.now_ns(),
            self._label,
            Provenance(SOURCE, self._delay, self._run_id),
            chains_of(contracts, found),
        )

    async def _resolve(self, symbols: Sequence[str]) -> None:
        for symbol in symbols:
            if not is_option(symbol):
                await self._listing.underlying(symbol)
        for underlying in dict.fromkeys(
            self._listing.underlying_of(s) for s in symbols if is_option(s)
        ):
            await self._listing.of(underlying)

    def _check_listed(self, symbols: Sequence[str]) -> None:
        for symbol in symbols:
            if is_option(symbol) and self._listing.is_unlisted(symbol):
                raise BadInput(f"{SOURCE} does not list {symbol}")

    # Goes on for as long as something wanted has no name in the stream.
    async def _resolve_forever(self) -> None:
        backoff = Backoff(self._rng, first_s=1.0, longest_s=60.0)
        while True:
            await self._to_resolve.wait()
            self._to_resolve.clear()
            try:
                await self._resolve(self._room.missing)
            except (VenueError, BadInput) as error:
                self._trouble = error
                _LOG.warning("feed %s: chains cannot be had: %s", SOURCE, error)
                # Refused credentials are for a person to put right.
                if not isinstance(error, AuthFailed):
                    await self._clock.sleep(backoff.next_s())
                    self._to_resolve.set()
                continue
            self._trouble = None
            backoff.reset()
            await self._capture(self._room.symbols)

    async def _capture(self, symbols: Sequence[str]) -> None:
        await self._room.divide(symbols)
        self._stream.kick()

    async def _watch_hours(self) -> None:
        while True:
            if self._room.symbols:
                try:
                    self._is_closed = not await self._rest.is_open()
                except (VenueError, BadInput) as error:
                    self._is_closed = False
                    _LOG.info("feed %s: hours not told: %s", SOURCE, error)
            await self._clock.sleep(_HOURS_S if self._room.symbols else 1.0)

    def _instrument(self, symbol: str, underlying: str) -> Instrument:
        kind = InstrumentKind.EQUITY
        if is_option(symbol):
            kind = InstrumentKind.OPTION
        elif self._listing.is_index(symbol):
            kind = InstrumentKind.INDEX
        return Instrument(
            symbol=symbol,
            kind=kind,
            base=root_of(underlying),
            quote="USD",
            annual_periods=_SESSIONS_PER_YEAR,
        )

    def _note_break(self, since_ns: int, until_ns: int) -> None:
        self._breaks.note(self._room.underlyings(), since_ns, until_ns)
