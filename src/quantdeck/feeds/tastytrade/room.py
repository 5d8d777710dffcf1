"""What is captured, and how it is divided between the stream and REST."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from quantdeck.feeds.budget import StreamPlan, plan_stream
from quantdeck.feeds.tastytrade.decode import SOURCE
from quantdeck.feeds.tastytrade.listing import trading_day
from quantdeck.feeds.tastytrade.wire import QUOTE, TRADE, Item
from quantdeck.model.errors import BadInput
from quantdeck.model.instruments import canonical, venue_of
from quantdeck.model.options import OPTION_VENUE, UNDERLYING_VENUE, contract_of
from quantdeck.ports.chains import Budget

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quantdeck.feeds.tastytrade.listing import Listing
    from quantdeck.feeds.tastytrade.session import Wanted
    from quantdeck.model.options import OptionContract
    from quantdeck.ports.clock import Clock


class Room:
    """The symbols of a feed and their places. Owned by the feed.

    Parameters
    ----------
    listing : Listing
        Names in the stream.
    wanted : Wanted
        What the stream brings; changed here.
    allowed : int
        Subscriptions of a session.
    id_of : callable
        Gives the id of a canonical symbol.
    clock : Clock
        Tells the trading day.

    Attributes
    ----------
    symbols : list of str
        What is captured, canonical.
    missing : list of str
        Those of them whose name in the stream is not known yet.
    """

    def __init__(
        self,
        listing: Listing,
        wanted: Wanted,
        *,
        allowed: int,
        id_of: Callable[[str], int],
        clock: Clock,
    ) -> None:
        self.symbols: list[str] = []
        self.missing: list[str] = []
        self._listing, self._wanted = listing, wanted
        self._allowed, self._id_of, self._clock = allowed, id_of, clock
        self._plan = StreamPlan((), (), allowed)
        self._contracts: dict[str, OptionContract] = {}
        self._polled: tuple[tuple[int, int], list[OptionContract]] = ((0, 0), [])
        self._turn = 0

    async def divide(self, symbols: Sequence[str]) -> None:
        """Capture these symbols: underlyings by stream, options as far as there is room."""
        self._turn += 1
        turn, listing = self._turn, self._listing
        self.symbols = list(symbols)
        self.missing = [symbol for symbol in symbols if not listing.streamer_of(symbol)]
        roots = [s for s in symbols if not is_option(s) and listing.streamer_of(s)]
        contracts = {s: listing.known[s] for s in symbols if s in listing.known}
        items = [Item(kind, listing.streamer_of(s)) for s in roots for kind in (QUOTE, TRADE)]
        # In a thread: to rank tens of thousands of contracts takes a while.
        plan = await asyncio.to_thread(
            plan_stream,
            [each for each in contracts.values() if each.streamer_symbol],
            allowed=max(self._allowed - len(items), 0),
            today=trading_day(self._clock.now_ns()),
            prices=dict(listing.prices),
        )
        # Something else may have been wanted meanwhile.
        if turn != self._turn:
            return
        self._plan, self._contracts = plan, contracts
        items += [Item(QUOTE, listing.streamer_of(symbol)) for symbol in plan.streamed]
        captured = [*roots, *plan.streamed]
        names = {listing.streamer_of(symbol): self._id_of(symbol) for symbol in captured}
        self._wanted.set(names, items)

    def polled(self) -> list[OptionContract]:
        """Return the contracts that find no room in the stream, by plan or by the server's word."""
        left_out = self._wanted.left_out
        key = (self._turn, len(left_out))
        if self._polled[0] != key:
            mine = self._contracts
            silent = [s for s in self._plan.streamed if mine[s].streamer_symbol in left_out]
            self._polled = (key, [mine[symbol] for symbol in (*self._plan.polled, *silent)])
        return self._polled[1]

    @property
    def budget(self) -> Budget:
        """How much of what a session may subscribe to is used."""
        return Budget(len(self._wanted.items), self._allowed, len(self.polled()))

    def underlyings(self) -> list[str]:
        """Return what is streamed by underlying, canonical and sorted."""
        options = {self._contracts[symbol].underlying for symbol in self._plan.streamed}
        return sorted(options | {symbol for symbol in self.symbols if not is_option(symbol)})


def is_option(symbol: str) -> bool:
    """Whether a canonical symbol is that of an option."""
    return venue_of(symbol) == OPTION_VENUE


def checked(text: str) -> str:
    """Return the canonical symbol for what a person typed.

    Raises
    ------
    BadInput
        If it is neither an option nor an underlying.

    Examples
    --------
    >>> checked("SPXW  261218C05000000".replace(" ", "")), checked("us:spy")
    ('OPRA:SPXW261218C05000000', 'US:SPY')
    """
    symbol = canonical(text, default_venue=OPTION_VENUE)
    if is_option(symbol):
        return contract_of(symbol).symbol
    if venue_of(symbol) != UNDERLYING_VENUE:
        raise BadInput(
            f"{symbol} is not traded on {SOURCE}; write options as OPRA:SPXW261218C05000000 and "
            "underlyings as US:SPY"
        )
    return symbol
