"""Quotes that do not come by stream: those a new subscription starts from, and those beyond the plan.

A stream tells changes only, so the newest quote of every symbol is fetched when its subscription begins
and after every break. Contracts that the plan does not stream are refreshed by chain snapshots of what
was updated since the last one. A quote that is not newer than the one known is passed over.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from typing import TYPE_CHECKING

from quantdeck.feeds.alpaca.chains import limits_of
from quantdeck.feeds.alpaca.requests import rfc3339, rfc3339_ns
from quantdeck.model.errors import BadInput, VenueError
from quantdeck.model.events import Flag
from quantdeck.model.instruments import root_of
from quantdeck.model.options import OPTION_VENUE, UNDERLYING_VENUE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Sequence

    from quantdeck.feeds.alpaca.numbers import Numbers
    from quantdeck.feeds.alpaca.requests import QuoteRow
    from quantdeck.feeds.alpaca.rest import AlpacaRest
    from quantdeck.model.instruments import InstrumentTable
    from quantdeck.model.options import OptionContract
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.feed import EventSink, OnData

_LOG = logging.getLogger(__name__)
_NS = 1_000_000_000
_FETCHED = int(Flag.REPAIRED)
_AFTER_FAILURE_S = 5.0
# The vendor's index of updates may lag a little behind.
_OVERLAP_NS = 2 * _NS
_SHARE_OF_LIMIT = 0.5


class QuoteFetcher:
    """Fetches quotes by REST and puts those that are new into the sink. Owned by the feed.

    Parameters
    ----------
    rest : AlpacaRest
        What is asked.
    sink : EventSink
        Where quotes go, flagged as fetched.
    instruments : InstrumentTable
        Ids of canonical symbols.
    numbers : Numbers
        Newest number of every symbol, shared with the streams.
    on_data : callable
        Called after every answer that brought quotes.
    clock : Clock
        Stamps and waits.
    poll_s : float
        Between two rounds of snapshots. [s]
    requests_per_minute : int
        What the plan allows; half of it is used for snapshots at most.

    Attributes
    ----------
    problem : str
        Why the last request failed; empty where it did not.
    """

    def __init__(  # noqa: PLR0913 - the seams it is built from
        self,
        rest: AlpacaRest,
        *,
        sink: EventSink,
        instruments: InstrumentTable,
        numbers: Numbers,
        on_data: OnData,
        clock: Clock,
        poll_s: float,
        requests_per_minute: int,
    ) -> None:
        self.problem = ""
        self._rest = rest
        self._put = sink.quote
        self._instruments = instruments
        self._numbers = numbers
        self._on_data = on_data
        self._clock = clock
        self._poll_s = poll_s
        self._per_minute = requests_per_minute * _SHARE_OF_LIMIT
        self._to_fetch: dict[str, None] = {}
        self._wake = asyncio.Event()
        self._polled: dict[str, list[OptionContract]] = {}
        self._polled_to_ns: dict[str, int] = {}

    @property
    def waiting(self) -> int:
        """Count of symbols whose newest quote is still to be fetched."""
        return len(self._to_fetch)

    def want(self, symbols: Collection[str]) -> None:
        """Fetch the newest quotes of canonical symbols soon."""
        self._to_fetch.update(dict.fromkeys(symbols))
        self._wake.set()

    def poll(self, contracts: Sequence[OptionContract]) -> None:
        """Refresh these contracts and no others by snapshots."""
        by_underlying: dict[str, list[OptionContract]] = defaultdict(list)
        for each in contracts:
            by_underlying[each.underlying].append(each)
        for underlying, chosen in by_underlying.items():
            known = {each.symbol for each in self._polled.get(underlying, ())}
            # Of a contract that is new here, quotes of before the last round are wanted too.
            if any(each.symbol not in known for each in chosen):
                self._polled_to_ns.pop(underlying, None)
        self._polled = dict(by_underlying)
        self._wake.set()

    async def run(self) -> None:
        """Fetch what is wanted, and poll, until cancelled."""
        next_poll_ns = 0
        while True:
            self._wake.clear()
            if self._to_fetch:
                await self._guarded(self._fetch_some)
            elif self._polled and self._clock.monotonic_ns() >= next_poll_ns:
                requests = await self._guarded(self._poll_all)
                wait_s = max(self._poll_s, 60.0 * requests / self._per_minute)
                next_poll_ns = self._clock.monotonic_ns() + int(wait_s * _NS)
            else:
                due_s = (next_poll_ns - self._clock.monotonic_ns()) / _NS
                await self._rest_a_while(due_s if self._polled else None)

    async def _guarded(self, work: Callable[[], Awaitable[int]]) -> int:
        try:
            requests = await work()
        except (VenueError, BadInput) as error:
            _LOG.warning("feed alpaca: quotes not fetched: %s", error)
            self.problem = f"quotes cannot be fetched: {error}"
            await self._clock.sleep(min(_AFTER_FAILURE_S, self._poll_s))
            return 0
        self.problem = ""
        return requests

    async def _fetch_some(self) -> int:
        wanted = list(self._to_fetch)
        for venue, ask in (
            (OPTION_VENUE, self._rest.option_quotes),
            (UNDERLYING_VENUE, self._rest.stock_quotes),
        ):
            chosen = [symbol for symbol in wanted if symbol.startswith(f"{venue}:")]
            if chosen:
                rows = await ask([root_of(symbol) for symbol in chosen])
                self._take({f"{venue}:{root}": row for root, row in rows.items()})
            for symbol in chosen:
                self._to_fetch.pop(symbol, None)
        return 1

    async def _poll_all(self) -> int:
        requests = 0
        for underlying, contracts in list(self._polled.items()):
            begun_ns = self._clock.now_ns()
            limits = limits_of(contracts)
            since_ns = self._polled_to_ns.get(underlying)
            if since_ns is not None:
                limits["updated_since"] = rfc3339(since_ns - _OVERLAP_NS)
            wanted = {each.symbol for each in contracts}
            async for page in self._rest.snapshots(root_of(underlying), limits):
                requests += 1
                named = {f"{OPTION_VENUE}:{root}": each for root, each in page.items()}
                self._take(
                    {
                        symbol: each.latest_quote
                        for symbol, each in named.items()
                        if symbol in wanted and each.latest_quote is not None
                    }
                )
            self._polled_to_ns[underlying] = begun_ns
        return requests

    def _take(self, rows: dict[str, QuoteRow]) -> None:
        recv_ns = self._clock.now_ns()
        numbers = self._numbers
        taken = 0
        for symbol, row in rows.items():
            number = self._instruments.id_of(symbol)
            numbers.make_room(number)
            try:
                ts = rfc3339_ns(row.t)
            except ValueError:
                continue
            if ts > numbers.newest(number):
                bid, ask, bid_size, ask_size = values = row.sides
                numbers.next_quote(number, ts, values)
                self._put(ts, recv_ns, ts, bid, ask, bid_size, ask_size, number, _FETCHED)
                taken += 1
        if taken:
            self._on_data()

    async def _rest_a_while(self, seconds: float | None) -> None:
        if seconds is None:
            await self._wake.wait()
            return
        woken = asyncio.ensure_future(self._wake.wait())
        slept = asyncio.ensure_future(self._clock.sleep(max(seconds, 0.0)))
        try:
            await asyncio.wait((woken, slept), return_when=asyncio.FIRST_COMPLETED)
        finally:
            woken.cancel()
            slept.cancel()
