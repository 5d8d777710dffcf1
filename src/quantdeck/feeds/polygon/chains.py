"""Polygon's option chains as arrays; fulfils `quantdeck.ports.chains.ChainSource`.

Contracts come from the reference data, quotes and open interest from the chain snapshot. Plans without
quotes give contracts with open interest and volume whose bid and ask are absent.
"""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from quantdeck.feeds.polygon.bars import NEW_YORK, previous_close
from quantdeck.feeds.polygon.endpoints import SOURCE, Endpoint
from quantdeck.feeds.polygon.prices import ChainPage, OptionSnapshot
from quantdeck.feeds.polygon.reference import contracts
from quantdeck.feeds.polygon.symbols import INDICES, checked_symbol, ticker_of
from quantdeck.model.chains import ChainSnapshot, ExpiryChain, SideQuotes
from quantdeck.model.errors import BadInput, NoData, NotEntitled
from quantdeck.model.feed import Delay, Provenance
from quantdeck.model.instruments import root_of
from quantdeck.model.options import ExerciseStyle, OptionContract, Right, contract_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from quantdeck.feeds.polygon.reference import ContractRow
    from quantdeck.feeds.polygon.rest import PolygonRest
    from quantdeck.model.feed import RunId
    from quantdeck.ports.chains import ChainRequest

_NS = 1_000_000_000
_PER_PAGE = 250
_FRESH_S = 15.0
_STANDARD_SHARES = 100.0


class PolygonChains:
    """Contracts and chain snapshots. Owned by whoever owns the REST client.

    Parameters
    ----------
    rest : PolygonRest
        What is asked.
    run_id : RunId
        Written on every snapshot.
    simulated : bool
        What answers is a simulator.
    """

    def __init__(self, rest: PolygonRest, *, run_id: RunId, simulated: bool = False) -> None:
        self._rest = rest
        self._run_id = run_id
        self._simulated = simulated
        self._timeframe = ""

    @property
    def source(self) -> str:
        """Short name of the service."""
        return SOURCE

    @property
    def feed(self) -> str:
        """Quality of the quotes: ``delayed`` until a snapshot has told that they are ``real-time``."""
        return "real-time" if self._timeframe == "REAL-TIME" else "delayed"

    async def contracts(self, request: ChainRequest) -> list[OptionContract]:
        """Return the listed contracts; open interest comes with the snapshot alone.

        Raises
        ------
        BadInput
            If the vendor lists none on the underlying.
        NotEntitled
            If the plan has no options.
        VenueError
            If they cannot be fetched now.
        """
        underlying = checked_symbol(request.underlying)
        today = datetime.fromtimestamp(self._rest.clock.now_ns() / _NS, NEW_YORK).date()
        # Every root has expiries of its own, so that of an index more than asked for are read.
        several = 2 if root_of(underlying) in INDICES else 1
        most = None if request.expiries is None else several * request.expiries
        rows = await contracts(self._rest, underlying, first=today, expiries=most)
        listed = self._readable(rows, underlying)
        if not listed:
            raise BadInput(f"{SOURCE} lists no options on {underlying}")
        wanted = [c for c in listed if not request.roots or c.root in request.roots]
        if request.expiries is not None:
            kept = _nearest(wanted, request.expiries)
            wanted = [c for c in wanted if (c.root, c.expiry) in kept]
        return await self._near(wanted, request)

    async def snapshot(self, request: ChainRequest) -> ChainSnapshot:
        """Return the quotes of the wanted chains.

        Raises
        ------
        BadInput
            If the vendor lists no options on the underlying.
        NoData
            If nothing is listed in the wanted part.
        NotEntitled
            If the plan has no chains.
        VenueError
            If they cannot be fetched now.
        """
        wanted = await self.contracts(request)
        if not wanted:
            raise NoData(f"{SOURCE} lists no options on {request.underlying} in the wanted part")
        path = f"/v3/snapshot/options/{ticker_of(wanted[0].underlying)}"
        params: dict[str, str | int] = {
            "expiration_date.gte": min(c.expiry for c in wanted).isoformat(),
            "expiration_date.lte": max(c.expiry for c in wanted).isoformat(),
            "strike_price.gte": f"{min(c.strike for c in wanted):.3f}",
            "strike_price.lte": f"{max(c.strike for c in wanted):.3f}",
            "limit": _PER_PAGE,
        }
        found: dict[str, OptionSnapshot] = {}
        now_ns = taken_ns = self._rest.clock.now_ns()
        pages = self._rest.pages(Endpoint.CHAIN, path, params, shape=ChainPage, fresh_s=_FRESH_S)
        async for page in pages:
            rows = self._rest.readable(page.results, OptionSnapshot)
            found.update((row.details.ticker, row) for row in rows)
            taken_ns = page.fetched_ns
        self._timeframe = next(
            (row.underlying_asset.timeframe for row in found.values() if row.underlying_asset), ""
        )
        live = Delay.REALTIME if self.feed == "real-time" else Delay.DELAYED
        delay = Delay.SIMULATED if self._simulated else live
        return ChainSnapshot(
            taken_ns,
            self.feed,
            Provenance(SOURCE, delay, self._run_id),
            chains_of(wanted, found, now_ns),
        )

    def _readable(self, rows: Iterable[ContractRow], underlying: str) -> list[OptionContract]:
        listed: list[OptionContract] = []
        for row in rows:
            try:
                listed.append(_contract(row, underlying))
            except BadInput:
                self._rest.unreadable += 1
        listed.sort(key=lambda c: (c.root, c.expiry, c.strike, c.right))
        return listed

    async def _near(
        self, listed: Sequence[OptionContract], request: ChainRequest
    ) -> list[OptionContract]:
        if (request.lowest is None and request.highest is None) or not listed:
            return list(listed)
        price = await self._price(listed[0].underlying)
        lowest = -math.inf if request.lowest is None else request.lowest * price
        highest = math.inf if request.highest is None else request.highest * price
        return [c for c in listed if lowest <= c.strike <= highest]

    # The last close is near enough to choose strikes by, and every plan of stocks has it.
    async def _price(self, underlying: str) -> float:
        try:
            _, bar = await previous_close(self._rest, underlying)
        except NotEntitled as error:
            raise NoData(
                f"{SOURCE} tells no price of {underlying}, by which its strikes are to be limited: "
                f"{error}"
            ) from error
        if not bar.c:
            raise NoData(f"{SOURCE} tells no price of {underlying} to limit its strikes by")
        return bar.c


def chains_of(
    listed: Sequence[OptionContract], snapshots: Mapping[str, OptionSnapshot], now_ns: int
) -> tuple[ExpiryChain, ...]:
    """Return contracts as chains, with what snapshots tell of them.

    Parameters
    ----------
    listed : sequence of OptionContract
        Strikes without a quote stay.
    snapshots : mapping of str to OptionSnapshot
        By the vendor's symbol.
    now_ns : int
        Volume of an earlier day is not that of today, UTC. [ns]

    Returns
    -------
    tuple of ExpiryChain
        Ordered by root and expiry.
    """
    prices = [
        found.price or found.value
        for each in snapshots.values()
        if (found := each.underlying_asset) is not None
    ]
    spot = next((price for price in prices if price), math.nan)
    groups: dict[tuple[str, date], list[OptionContract]] = defaultdict(list)
    for each in listed:
        groups[each.root, each.expiry].append(each)
    return tuple(_chain(groups[key], snapshots, spot, now_ns) for key in sorted(groups))


def _chain(
    listed: Sequence[OptionContract],
    snapshots: Mapping[str, OptionSnapshot],
    spot: float,
    now_ns: int,
) -> ExpiryChain:
    strikes = np.array(sorted({each.strike for each in listed}))
    place = {strike: number for number, strike in enumerate(strikes.tolist())}
    sides = {right: SideQuotes.empty(len(strikes)) for right in Right}
    for each in listed:
        found = snapshots.get(f"O:{root_of(each.symbol)}")
        if found is not None:
            _fill(sides[each.right], place[each.strike], found, now_ns)
    first = listed[0]
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


def _fill(side: SideQuotes, at: int, found: OptionSnapshot, now_ns: int) -> None:
    if found.open_interest is not None:
        side.open_interest[at] = found.open_interest
    day, quote = found.day, found.last_quote
    if day is not None and day.volume is not None:
        is_today = day.last_updated is None or _day(day.last_updated) == _day(now_ns)
        side.volume[at] = day.volume if is_today else 0.0
    if quote is None:
        return
    if quote.last_updated:
        side.ts_ns[at] = quote.last_updated
    if quote.bid and quote.bid_size:
        side.bid[at], side.bid_size[at] = quote.bid, quote.bid_size
    if quote.ask and quote.ask_size:
        side.ask[at], side.ask_size[at] = quote.ask, quote.ask_size


def _contract(row: ContractRow, underlying: str) -> OptionContract:
    found = contract_of(row.ticker.removeprefix("O:"))
    if found.underlying != underlying and found.root != root_of(underlying):
        # An adjusted contract has a root of its own.
        found = msgspec.structs.replace(found, underlying=underlying)
    known: dict[str, object] = {"multiplier": row.shares_per_contract}
    if row.exercise_style in {"european", "american"}:
        known["style"] = ExerciseStyle(row.exercise_style)
    adjusted = (
        found.root[-1].isdigit()
        or bool(row.additional_underlyings)
        or row.shares_per_contract != _STANDARD_SHARES
    )
    return msgspec.structs.replace(found, standard=not adjusted, **known)


def _nearest(listed: Iterable[OptionContract], count: int) -> set[tuple[str, date]]:
    days: dict[str, set[date]] = defaultdict(set)
    for each in listed:
        days[each.root].add(each.expiry)
    return {(root, day) for root, all_days in days.items() for day in sorted(all_days)[:count]}


def _day(time_ns: int) -> date:
    return datetime.fromtimestamp(time_ns / _NS, NEW_YORK).date()
