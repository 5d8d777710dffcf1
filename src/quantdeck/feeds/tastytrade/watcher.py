"""Tastytrade's events of a few symbols, of any type, for a person to look at."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from quantdeck.feeds.tastytrade.connection import PATIENCE, DxConnection, Seams
from quantdeck.feeds.tastytrade.decode import SOURCE
from quantdeck.feeds.tastytrade.events import TYPES, EventWatch
from quantdeck.feeds.tastytrade.listing import Listing
from quantdeck.feeds.tastytrade.rest import TastytradeRest
from quantdeck.feeds.tastytrade.room import checked, is_option
from quantdeck.feeds.tastytrade.session import Limits
from quantdeck.feeds.tastytrade.wire import CANDLE, Item
from quantdeck.model.errors import BadInput
from quantdeck.model.feed import Delay
from quantdeck.model.instruments import canonical
from quantdeck.model.options import UNDERLYING_VENUE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    import httpx2

    from quantdeck.feeds.tastytrade.events import Event
    from quantdeck.feeds.tastytrade.grant import Credentials
    from quantdeck.model.feed import FeedStatus
    from quantdeck.net.link import Patience
    from quantdeck.ports.clock import Clock

MOST_CANDLES = 100
"""Candles of the vendor's one session."""
_PAST_CANDLES = 12
_INTERVAL = re.compile(r"(\d{0,4})(s|m|h|d|w|mo)")
_UNIT_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "mo": 2_592_000}
_OSI_TAIL = re.compile(r"\d{6}[CP]\d{8}$")


class TastytradeEvents:
    """Events as they are told, of a few symbols. Owned by whoever runs it.

    Parameters
    ----------
    credentials : Credentials
        A grant, or a login where the server still takes one.
    put : callable
        ``put(symbol, event, recv_ns)`` takes an event with its canonical symbol.
    clock : Clock
        Stamps and waits.
    rng : Random
        Jitter.
    simulated : bool
        The address is that of a simulator.
    requests_per_minute : int
        How often REST may be asked.
    aggregation_s : float
        How often the stream tells a symbol at most. [s]
    api_url : str or None
        REST address; the vendor's own where None. It names the stream's.
    patience : Patience or None
        How long the connection waits for what.
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
        put: Callable[[str, Event, int], None],
        clock: Clock,
        rng: Random,
        simulated: bool = False,
        requests_per_minute: int = 60,
        aggregation_s: float = 0.5,
        api_url: str | None = None,
        patience: Patience | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self._put, self._clock = put, clock
        self._symbols: dict[str, str] = {}
        self._rest = TastytradeRest(
            credentials,
            clock=clock,
            rng=rng,
            api_url=api_url,
            requests_per_minute=requests_per_minute,
            transport=transport,
        )
        self._listing = Listing(self._rest, clock)
        self._stream = DxConnection(
            f"{SOURCE}/events",
            sink=EventWatch(self._take),
            on_data=lambda: None,
            seams=Seams(
                rest=self._rest,
                clock=clock,
                rng=rng,
                delay=Delay.SIMULATED if simulated else Delay.REALTIME,
                aggregation_s=aggregation_s,
                is_closed=lambda: False,
                patience=patience or PATIENCE,
                limits=Limits(),
            ),
        )

    async def want(self, symbols: Sequence[str], kinds: Sequence[str], interval: str) -> None:
        """Subscribe to types of events of symbols; names in the stream are looked up at the vendor.

        Parameters
        ----------
        symbols : sequence of str
            Canonical.
        kinds : sequence of str
            The vendor's names of types, keys of `quantdeck.feeds.tastytrade.events.TYPES`.
        interval : str
            Length of candles, such as ``5m``; the last dozen comes first.

        Raises
        ------
        BadInput
            If a symbol is not listed, a type or interval unknown, or these are too many candles.
        VenueError
            If the vendor cannot be asked.
        """
        length_s = interval_s(interval)
        if unknown := [kind for kind in kinds if kind not in TYPES]:
            raise BadInput(f"{SOURCE} has no events {unknown[0]!r}; there are {', '.join(TYPES)}")
        if CANDLE in kinds and len(symbols) > MOST_CANDLES:
            raise BadInput(
                f"{SOURCE} takes {MOST_CANDLES} symbols with candles, these are {len(symbols)}"
            )
        self._symbols = {await self._name(symbol): symbol for symbol in symbols}
        now_ms = self._clock.now_ns() // 1_000_000
        since_ms = now_ms - _PAST_CANDLES * length_s * 1_000
        items = [
            Item(kind, f"{name}{{={interval}}}", since_ms) if kind == CANDLE else Item(kind, name)
            for name in self._symbols
            for kind in kinds
        ]
        self._stream.wanted.set({name: place for place, name in enumerate(self._symbols)}, items)
        self._stream.kick()

    async def run(self) -> None:
        """Connect and keep connected until cancelled."""
        await self._stream.run()

    async def close(self) -> None:
        """Close the REST connections."""
        await self._rest.close()

    def status(self) -> FeedStatus:
        """Return how the connection is doing."""
        return self._stream.status()

    async def _name(self, symbol: str) -> str:
        if is_option(symbol):
            await self._listing.of(self._listing.underlying_of(symbol))
        else:
            await self._listing.underlying(symbol)
        name = self._listing.streamer_of(symbol)
        if not name:
            raise BadInput(f"{SOURCE} does not list {symbol}")
        return name

    def _take(self, event: Event, recv_ns: int) -> None:
        name = event.event_symbol
        symbol = self._symbols.get(name) or self._symbols.get(name.partition("{")[0])
        if symbol is not None:
            self._put(symbol, event, recv_ns)


def interval_s(text: str) -> int:
    """Return the length of a candle [s].

    Raises
    ------
    BadInput
        If it is none.

    Examples
    --------
    >>> interval_s("5m"), interval_s("d")
    (300, 86400)
    """
    found = _INTERVAL.fullmatch(text)
    if found is None or found[1].startswith("0"):
        raise BadInput(f"{text!r} is no length of a candle; write a number and s, m, h, d, w or mo")
    return int(found[1] or 1) * _UNIT_S[found[2]]


def typed_symbol(text: str) -> str:
    """Return the canonical symbol for what a person typed: an option, or else an underlying.

    Raises
    ------
    BadInput
        If it is neither.

    Examples
    --------
    >>> typed_symbol("spy"), typed_symbol("SPXW  261218C05000000")
    ('US:SPY', 'OPRA:SPXW261218C05000000')
    """
    whole = "".join(text.split())
    if _OSI_TAIL.search(whole.upper()):
        return checked(whole)
    return checked(canonical(text, default_venue=UNDERLYING_VENUE))
