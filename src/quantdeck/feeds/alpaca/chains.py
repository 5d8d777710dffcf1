"""Alpaca's option chains as arrays; fulfils `quantdeck.ports.chains.ChainSource`.

The list of contracts (with open interest) is the trading API's, quotes are the market data API's. An
index has no price at Alpaca: where strikes are to be limited by one, put-call parity of the nearest expiry
stands for it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.feeds.alpaca.decode import SOURCE
from quantdeck.feeds.alpaca.requests import contract, rfc3339_ns, trading_day
from quantdeck.feeds.alpaca.symbols import INDICES
from quantdeck.model.chains import ChainSnapshot, ExpiryChain, SideQuotes
from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.instruments import root_of
from quantdeck.model.options import Right

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from quantdeck.feeds.alpaca.requests import Snapshot
    from quantdeck.feeds.alpaca.rest import AlpacaRest
    from quantdeck.model.feed import Provenance
    from quantdeck.model.options import OptionContract
    from quantdeck.ports.chains import ChainRequest
    from quantdeck.ports.clock import Clock

_NS = 1_000_000_000
_LISTING_AGE_S = 1800.0
_HORIZON = timedelta(days=3660)


class AlpacaChains:
    """Contracts and chain snapshots. Owned by the feed.

    Parameters
    ----------
    rest : AlpacaRest
        What is asked.
    label : str
        The vendor's name of the quality of its quotes, or ``simulated``.
    provenance : Provenance
        Written on every snapshot.
    clock : Clock
        Where the time comes from.

    Attributes
    ----------
    known : dict of str to OptionContract
        Every contract met so far, by canonical symbol.
    prices : dict of str to float
        Newest known price of underlyings, by canonical symbol.
    """

    def __init__(
        self, rest: AlpacaRest, *, label: str, provenance: Provenance, clock: Clock
    ) -> None:
        self.known: dict[str, OptionContract] = {}
        self.prices: dict[str, float] = {}
        self._rest = rest
        self._label = label
        self._provenance = provenance
        self._clock = clock
        self._listed: dict[str, tuple[int, date, list[OptionContract]]] = {}

    def is_listed(self, contract: OptionContract) -> bool | None:
        """Return whether a contract is listed; None where its underlying has not been asked for."""
        listed = self._listed.get(contract.underlying)
        return None if listed is None else contract.symbol in self.known

    async def contracts(self, request: ChainRequest) -> list[OptionContract]:
        """Return the listed contracts, with open interest.

        Raises
        ------
        BadInput
            If the vendor does not know the underlying.
        VenueError
            If they cannot be fetched now.
        """
        listed = await self._listing(request.underlying)
        wanted = [c for c in listed if not request.roots or c.root in request.roots]
        if request.expiries is not None:
            kept = nearest_expiries(wanted, request.expiries)
            wanted = [c for c in wanted if (c.root, c.expiry) in kept]
        if request.lowest is None and request.highest is None:
            return wanted
        price = await self._price(request.underlying, wanted)
        lowest = -math.inf if request.lowest is None else request.lowest * price
        highest = math.inf if request.highest is None else request.highest * price
        return [c for c in wanted if lowest <= c.strike <= highest]

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
        wanted = await self.contracts(request)
        if not wanted:
            raise NoData(f"{SOURCE} lists no options on {request.underlying} in the wanted part")
        price = await self._stock_price(request.underlying)
        found: dict[str, Snapshot] = {}
        underlying = root_of(request.underlying)
        async for page in self._rest.snapshots(underlying, limits_of(wanted)):
            found |= page
        chains = chains_of(wanted, found, price)
        return ChainSnapshot(self._clock.now_ns(), self._label, self._provenance, chains)

    async def _listing(self, underlying: str) -> list[OptionContract]:
        now_ns = self._clock.now_ns()
        today = trading_day(now_ns)
        kept = self._listed.get(underlying)
        if kept and kept[1] == today and now_ns - kept[0] < _LISTING_AGE_S * _NS:
            return kept[2]
        rows = await self._rest.contracts(
            root_of(underlying), first=today, last=today + _HORIZON, filters={}
        )
        listed: list[OptionContract] = []
        for row in rows:
            try:
                listed.append(contract(row))
            except BadInput:
                self._rest.unreadable += 1
        if not listed:
            raise BadInput(f"{SOURCE} lists no options on {underlying}")
        listed.sort(key=lambda c: (c.root, c.expiry, c.strike, c.right))
        self.known.update((each.symbol, each) for each in listed)
        self._listed[underlying] = now_ns, today, listed
        return listed

    async def _price(self, underlying: str, contracts: Sequence[OptionContract]) -> float:
        price = await self._stock_price(underlying)
        if math.isnan(price) and contracts:
            price = await self._parity_price(underlying, contracts)
        if math.isnan(price):
            raise NoData(
                f"{SOURCE} tells no price of {underlying}, by which its strikes are to be limited"
            )
        self.prices[underlying] = price
        return price

    async def _stock_price(self, underlying: str) -> float:
        root = root_of(underlying)
        if root in INDICES:
            return math.nan
        try:
            quote = (await self._rest.stock_quotes([root])).get(root)
        except BadInput:
            quote = None
        if quote is None:
            return math.nan
        bid, ask, _, _ = quote.sides
        price = (bid + ask) / 2
        if price > 0:
            self.prices[underlying] = price
        return price

    async def _parity_price(self, underlying: str, contracts: Sequence[OptionContract]) -> float:
        root, expiry = min(((c.root, c.expiry) for c in contracts), key=lambda key: key[::-1])
        nearest = [c for c in contracts if (c.root, c.expiry) == (root, expiry)]
        found: dict[str, Snapshot] = {}
        async for page in self._rest.snapshots(root_of(underlying), limits_of(nearest)):
            found |= page
        return parity_price(chains_of(nearest, found, math.nan)[0])


def nearest_expiries(contracts: Iterable[OptionContract], count: int) -> set[tuple[str, date]]:
    """Return the (root, expiry) of so many nearest expiries of every root.

    Examples
    --------
    >>> from quantdeck.model.options import contract_of
    >>> listed = [contract_of(f"SPXW26121{day}C05000000") for day in (8, 6, 7)]
    >>> sorted(day.day for _, day in nearest_expiries(listed, 2))
    [16, 17]
    """
    days: dict[str, set[date]] = defaultdict(set)
    for each in contracts:
        days[each.root].add(each.expiry)
    return {(root, day) for root, all_days in days.items() for day in sorted(all_days)[:count]}


def limits_of(contracts: Sequence[OptionContract]) -> dict[str, str]:
    """Return the narrowest filters of a chain request that let contracts through.

    Examples
    --------
    >>> from quantdeck.model.options import contract_of
    >>> limits_of([contract_of("SPY261218C00500500")])["strike_price_lte"]
    '500.500'
    """
    limits = {
        "expiration_date_gte": min(c.expiry for c in contracts).isoformat(),
        "expiration_date_lte": max(c.expiry for c in contracts).isoformat(),
        "strike_price_gte": f"{min(c.strike for c in contracts):.3f}",
        "strike_price_lte": f"{max(c.strike for c in contracts):.3f}",
    }
    roots = {c.root for c in contracts}
    return {**limits, "root_symbol": roots.pop()} if len(roots) == 1 else limits


def chains_of(
    contracts: Sequence[OptionContract], snapshots: Mapping[str, Snapshot], price: float
) -> tuple[ExpiryChain, ...]:
    """Return contracts as chains, with what snapshots tell of them.

    Parameters
    ----------
    contracts : sequence of OptionContract
        What is listed; strikes without a quote stay.
    snapshots : mapping of str to Snapshot
        By the vendor's symbol.
    price : float
        Of the underlying; NaN where not known.

    Returns
    -------
    tuple of ExpiryChain
        Ordered by root and expiry. Adjusted contracts stand in chains of their own root.
    """
    last_day = max(
        (each.daily_bar.t[:10] for each in snapshots.values() if each.daily_bar), default=""
    )
    groups: dict[tuple[str, date], list[OptionContract]] = defaultdict(list)
    for each in contracts:
        groups[each.root, each.expiry].append(each)
    return tuple(
        _chain(groups[key], snapshots, price=price, last_day=last_day) for key in sorted(groups)
    )


def parity_price(chain: ExpiryChain) -> float:
    """Return the strike plus call minus put where both are nearest to each other; NaN without any.

    K + C - P is the forward discounted, thus close to the price of the underlying for a near expiry.
    """
    difference = (chain.calls.bid + chain.calls.ask - chain.puts.bid - chain.puts.ask) / 2
    if not np.isfinite(difference).any():
        return math.nan
    nearest = int(np.nanargmin(np.abs(difference)))
    return float(chain.strikes[nearest] + difference[nearest])


def _chain(
    contracts: Sequence[OptionContract],
    snapshots: Mapping[str, Snapshot],
    *,
    price: float,
    last_day: str,
) -> ExpiryChain:
    strikes = np.array(sorted({each.strike for each in contracts}))
    place = {strike: number for number, strike in enumerate(strikes.tolist())}
    sides = {right: SideQuotes.empty(len(strikes)) for right in Right}
    for each in contracts:
        side, at = sides[each.right], place[each.strike]
        if each.open_interest is not None:
            side.open_interest[at] = each.open_interest
        found = snapshots.get(root_of(each.symbol))
        if found is not None:
            _fill(side, at, found, last_day)
    first = contracts[0]
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
        spot=price,
    )


def _fill(side: SideQuotes, at: int, found: Snapshot, last_day: str) -> None:
    bar, quote = found.daily_bar, found.latest_quote
    # The bar of an earlier day tells nothing of today.
    if bar is not None:
        side.volume[at] = bar.v if bar.t[:10] == last_day else 0.0
    if quote is None:
        return
    try:
        side.ts_ns[at] = rfc3339_ns(quote.t)
    except ValueError:
        return
    side.bid[at], side.ask[at], side.bid_size[at], side.ask_size[at] = quote.sides
