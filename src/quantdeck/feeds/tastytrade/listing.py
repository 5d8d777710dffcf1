"""What is listed: contracts with their names in the stream, and what settles and styles them.

Names in the stream are taken from the vendor's chain, never made. The chain tells how a root settles;
how it is exercised is asked of one contract of each root.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from quantdeck.feeds.tastytrade.decode import SOURCE
from quantdeck.model.errors import BadInput, NoData, VenueError
from quantdeck.model.instruments import root_of
from quantdeck.model.options import (
    OPTION_VENUE,
    UNDERLYING_VENUE,
    ExerciseStyle,
    OptionContract,
    Right,
    Settlement,
    contract_of,
    parse_osi,
    terms_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from quantdeck.feeds.tastytrade.requests import ChainRow, ExpirationRow, Underlying
    from quantdeck.feeds.tastytrade.rest import TastytradeRest
    from quantdeck.ports.chains import ChainRequest
    from quantdeck.ports.clock import Clock

_LOG = logging.getLogger(__name__)
_NS = 1_000_000_000
_LISTING_AGE_S = 1800.0
_STANDARD_SHARES = 100.0
_NEW_YORK = ZoneInfo("America/New_York")


class Listing:
    """Contracts and underlyings of the vendor, as they were within the last half hour.

    Parameters
    ----------
    rest : TastytradeRest
        What is asked.
    clock : Clock
        Where the time comes from.

    Attributes
    ----------
    known : dict of str to OptionContract
        Every contract met so far, by canonical symbol.
    prices : dict of str to float
        Newest known price of underlyings, by canonical symbol.
    """

    def __init__(self, rest: TastytradeRest, clock: Clock) -> None:
        self.known: dict[str, OptionContract] = {}
        self.prices: dict[str, float] = {}
        self._rest, self._clock = rest, clock
        self._listed: dict[str, tuple[int, date, list[OptionContract]]] = {}
        self._underlyings: dict[str, Underlying] = {}
        self._styles: dict[str, ExerciseStyle] = {}

    async def of(self, underlying: str) -> list[OptionContract]:
        """Return all contracts on an underlying, ordered by root, expiry, strike and right.

        Raises
        ------
        BadInput
            If the vendor lists none.
        VenueError
            If it cannot be asked.
        """
        now_ns = self._clock.now_ns()
        today = trading_day(now_ns)
        kept = self._listed.get(underlying)
        if kept and kept[1] == today and now_ns - kept[0] < _LISTING_AGE_S * _NS:
            return kept[2]
        rows = await self._rest.chain(root_of(underlying))
        for row in rows:
            await self._learn_style(row)
        # In a thread: tens of thousands of contracts take a while.
        listed = await asyncio.to_thread(_contracts, rows, dict(self._styles))
        if not listed:
            raise BadInput(f"{SOURCE} lists no options on {underlying}")
        # What has expired is no longer known.
        for each in kept[2] if kept else ():
            self.known.pop(each.symbol, None)
        self.known.update((each.symbol, each) for each in listed)
        self._listed[underlying] = now_ns, today, listed
        return listed

    async def wanted(self, request: ChainRequest) -> list[OptionContract]:
        """Return the contracts that a request is about.

        Raises
        ------
        BadInput
            If the vendor lists no options on the underlying.
        NoData
            If strikes are to be limited by a price that the vendor does not tell.
        VenueError
            If it cannot be asked.
        """
        listed = await self.of(request.underlying)
        found = [each for each in listed if not request.roots or each.root in request.roots]
        if request.expiries is not None:
            kept = nearest_expiries(found, request.expiries)
            found = [each for each in found if (each.root, each.expiry) in kept]
        if request.lowest is None and request.highest is None:
            return found
        price = await self.price(request.underlying)
        lowest = -math.inf if request.lowest is None else request.lowest * price
        highest = math.inf if request.highest is None else request.highest * price
        return [each for each in found if lowest <= each.strike <= highest]

    async def price(self, underlying: str) -> float:
        """Return the newest price of an underlying.

        Raises
        ------
        NoData
            If the vendor tells none.
        VenueError
            If it cannot be asked.
        """
        known = await self.underlying(underlying)
        kind = "index" if known.is_index else "equity"
        for row in await self._rest.market_data(kind, [known.symbol]):
            price = row.mark or row.last or 0.0
            if price > 0:
                self.prices[underlying] = price
                return price
        raise NoData(f"{SOURCE} tells no price of {underlying}")

    async def underlying(self, symbol: str) -> Underlying:
        """Return what a stock or index is, by canonical symbol.

        Raises
        ------
        BadInput
            If the vendor does not know it.
        VenueError
            If it cannot be asked.
        """
        if symbol not in self._underlyings:
            self._underlyings[symbol] = await self._rest.underlying(root_of(symbol))
        return self._underlyings[symbol]

    def is_index(self, symbol: str) -> bool:
        """Whether a canonical symbol is known to be an index."""
        found = self._underlyings.get(symbol)
        return found is not None and found.is_index

    def streamer_of(self, symbol: str) -> str:
        """Return the name of a canonical symbol in the stream; empty while it is not known."""
        contract, underlying = self.known.get(symbol), self._underlyings.get(symbol)
        if contract is not None:
            return contract.streamer_symbol
        return "" if underlying is None else underlying.streamer_symbol or underlying.symbol

    def underlying_of(self, symbol: str) -> str:
        """Return the canonical symbol of what an option settles on."""
        contract = self.known.get(symbol)
        return contract_of(symbol).underlying if contract is None else contract.underlying

    def is_unlisted(self, symbol: str) -> bool:
        """Whether an option is known not to be listed."""
        return symbol not in self.known and contract_of(symbol).underlying in self._listed

    async def _learn_style(self, row: ChainRow) -> None:
        if row.root_symbol in self._styles:
            return
        strikes = [strike for expiry in row.expirations for strike in expiry.strikes]
        if not strikes:
            return
        try:
            told = await self._rest.exercise_style(strikes[0].call)
        except (VenueError, BadInput) as error:
            _LOG.warning("feed %s: style of %s not told: %s", SOURCE, row.root_symbol, error)
            return
        if told.lower() in {style.value for style in ExerciseStyle}:
            self._styles[row.root_symbol] = ExerciseStyle(told.lower())


def trading_day(now_ns: int) -> date:
    """Return the date in New York.

    Examples
    --------
    >>> trading_day(1_795_219_200_000_000_000)
    datetime.date(2026, 11, 20)
    """
    return datetime.fromtimestamp(now_ns // _NS, _NEW_YORK).date()


def nearest_expiries(contracts: Iterable[OptionContract], count: int) -> set[tuple[str, date]]:
    """Return the (root, expiry) of so many nearest expiries of every root."""
    days: dict[str, set[date]] = defaultdict(set)
    for each in contracts:
        days[each.root].add(each.expiry)
    return {(root, day) for root, all_days in days.items() for day in sorted(all_days)[:count]}


def _contracts(rows: Sequence[ChainRow], styles: dict[str, ExerciseStyle]) -> list[OptionContract]:
    found: list[OptionContract] = []
    for row in rows:
        style = styles.get(row.root_symbol, terms_of(row.root_symbol).style)
        for expiry in row.expirations:
            found += _of_expiry(row, expiry, style)
    return sorted(found, key=lambda c: (c.root, c.expiry, c.strike, c.right))


def _of_expiry(
    row: ChainRow, expiry: ExpirationRow, style: ExerciseStyle
) -> Iterable[OptionContract]:
    terms = terms_of(row.root_symbol)
    told = expiry.settlement_type.lower()
    settlement = Settlement(told) if told in {"am", "pm"} else terms.settlement
    is_whole = row.shares_per_contract == _STANDARD_SHARES
    for strike in expiry.strikes:
        for symbol, streamer in (
            (strike.call, strike.call_streamer_symbol),
            (strike.put, strike.put_streamer_symbol),
        ):
            try:
                root, day, right, price = parse_osi(symbol)
            except BadInput:
                continue
            yield OptionContract(
                symbol=f"{OPTION_VENUE}:{symbol.replace(' ', '')}",
                underlying=f"{UNDERLYING_VENUE}:{row.underlying_symbol}",
                root=root,
                expiry=day,
                right=Right(right),
                strike=price,
                style=style,
                settlement=settlement,
                multiplier=row.shares_per_contract,
                standard=row.option_chain_type == "Standard" and is_whole,
                streamer_symbol=streamer,
            )
