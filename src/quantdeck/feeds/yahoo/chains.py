"""Yahoo's option chains as arrays; fulfils `quantdeck.ports.chains.ChainSource`.

Each expiry is a request of its own. Yahoo tells neither sizes nor when a quote was made: the time of all
quotes is that of the underlying's last regular trade, so that those of a closed market show their age. A price
of 0 stands for none.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from quantdeck.feeds.yahoo.access import SOURCE
from quantdeck.feeds.yahoo.symbols import checked_symbol, yahoo_symbol
from quantdeck.model.chains import ChainSnapshot, ExpiryChain, SideQuotes
from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.feed import Delay
from quantdeck.model.instruments import venue_of
from quantdeck.model.options import UNDERLYING_VENUE, Right, contract_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from quantdeck.feeds.yahoo.rest import YahooRest
    from quantdeck.feeds.yahoo.wire import OptionResult, OptionRow
    from quantdeck.model.feed import Provenance
    from quantdeck.model.options import OptionContract
    from quantdeck.ports.chains import ChainRequest
    from quantdeck.ports.clock import Clock

_NS = 1_000_000_000
_Found = dict[tuple[str, "date"], list[tuple["OptionContract", "OptionRow"]]]


class YahooChains:
    """Contracts and chain snapshots.

    Parameters
    ----------
    rest : YahooRest
        What is asked.
    provenance : Provenance
        Written on every snapshot.
    clock : Clock
        Where the time comes from.

    Attributes
    ----------
    unreadable : int
        Contracts left out since their names cannot be read.
    """

    def __init__(self, rest: YahooRest, *, provenance: Provenance, clock: Clock) -> None:
        self.unreadable = 0
        self._rest, self._provenance, self._clock = rest, provenance, clock

    @property
    def source(self) -> str:
        """Short name of the service."""
        return SOURCE

    @property
    def feed(self) -> str:
        """The quality of its quotes."""
        is_simulated = self._provenance.delay is Delay.SIMULATED
        return "simulated" if is_simulated else "delayed"

    async def contracts(self, request: ChainRequest) -> Sequence[OptionContract]:
        """Return the listed contracts, with open interest where Yahoo tells it.

        Raises
        ------
        BadInput
            If Yahoo does not know the underlying, or lists no options on it.
        VenueError
            If they cannot be fetched now.
        """
        found, _ = await self._found(request)
        return [contract for key in sorted(found) for contract, _ in found[key]]

    async def snapshot(self, request: ChainRequest) -> ChainSnapshot:
        """Return the quotes of the wanted chains.

        Raises
        ------
        BadInput
            If Yahoo does not know the underlying, or lists no options on it.
        NoData
            If nothing is listed in the wanted part.
        VenueError
            If they cannot be fetched now.
        """
        found, first = await self._found(request)
        if not found:
            raise NoData(f"{SOURCE} lists no options on {request.underlying} in the wanted part")
        now_ns = self._clock.now_ns()
        spot, ts_ns = _spot(first, now_ns)
        chains = tuple(_chain(found[key], spot=spot, ts_ns=ts_ns) for key in sorted(found))
        return ChainSnapshot(now_ns, self.feed, self._provenance, chains)

    async def close(self) -> None:
        """Close the connections; a later request opens new ones."""
        await self._rest.close()

    async def _found(self, request: ChainRequest) -> tuple[_Found, OptionResult]:
        symbol = checked_symbol(request.underlying)
        if venue_of(symbol) != UNDERLYING_VENUE:
            raise BadInput(f"{SOURCE} lists no options on {symbol}; underlyings are written US:SPY")
        asked = f"options on {symbol}"
        first = await self._rest.options(yahoo_symbol(symbol), None, asked=asked)
        if not first.expiries:
            raise BadInput(f"{SOURCE} lists no options on {symbol}")
        wanted = first.expiries[: request.expiries]
        here = {each.expiry: each for each in first.options}
        found: _Found = defaultdict(list)
        for expiry in wanted:
            result = first
            if expiry not in here:
                result = await self._rest.options(yahoo_symbol(symbol), expiry, asked=asked)
            for each in result.options:
                for row in (*each.calls, *each.puts):
                    self._take(row, request, found, first)
        return dict(found), first

    def _take(
        self, row: OptionRow, request: ChainRequest, found: _Found, first: OptionResult
    ) -> None:
        try:
            contract = contract_of(row.name)
        except BadInput:
            self.unreadable += 1
            return
        price = math.nan if first.quote is None else first.quote.price or math.nan
        lowest = -math.inf if request.lowest is None else request.lowest * price
        highest = math.inf if request.highest is None else request.highest * price
        # Without a price of the underlying nothing is limited by it.
        outside = contract.strike < lowest or contract.strike > highest
        if outside or (request.roots and contract.root not in request.roots):
            return
        found[contract.root, contract.expiry].append((_with_interest(contract, row), row))


def _with_interest(contract: OptionContract, row: OptionRow) -> OptionContract:
    if row.open_interest is None:
        return contract
    return msgspec.structs.replace(contract, open_interest=float(row.open_interest))


def _spot(first: OptionResult, now_ns: int) -> tuple[float, int]:
    quote = first.quote
    if quote is None:
        return math.nan, now_ns
    told_ns = now_ns if quote.market_time is None else quote.market_time * _NS
    return quote.price or math.nan, min(told_ns, now_ns)


def _chain(
    rows: Sequence[tuple[OptionContract, OptionRow]], *, spot: float, ts_ns: int
) -> ExpiryChain:
    strikes = np.array(sorted({contract.strike for contract, _ in rows}))
    place = {strike: number for number, strike in enumerate(strikes.tolist())}
    sides = {right: SideQuotes.empty(len(strikes)) for right in Right}
    for contract, row in rows:
        side, at = sides[contract.right], place[contract.strike]
        side.bid[at], side.ask[at] = _price(row.bid), _price(row.ask)
        side.volume[at] = 0.0 if row.volume is None else row.volume
        side.open_interest[at] = math.nan if row.open_interest is None else row.open_interest
        if not (math.isnan(side.bid[at]) and math.isnan(side.ask[at])):
            side.ts_ns[at] = ts_ns
    first = rows[0][0]
    return ExpiryChain(
        root=first.root,
        underlying=first.underlying,
        expiry=first.expiry,
        settlement=first.settlement,
        style=first.style,
        multiplier=first.multiplier,
        strikes=strikes,
        calls=sides[Right.CALL],
        puts=sides[Right.PUT],
        spot=spot,
    )


def _price(told: float | None) -> float:
    return told if told is not None and told > 0 else math.nan
