"""Quotes, chains, statements, averages and stories: fetched and kept."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.adjustment import adjusted
from quantdeck.analytics.headlines import SAME_STORY_NS, headline_of, merged
from quantdeck.analytics.rolling import rolling_moments
from quantdeck.jobs.collect_report import Collected, CollectPlan, Outcome, Part
from quantdeck.model.collected import IndicatorReading, Story
from quantdeck.model.errors import NoData
from quantdeck.model.feed import Provenance
from quantdeck.model.history import Adjustment
from quantdeck.ports.chains import ChainRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.model.chains import ChainSnapshot, ExpiryChain, SideQuotes
    from quantdeck.model.collected import Record
    from quantdeck.model.feed import RunId
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.collected import CollectedStore
    from quantdeck.ports.collecting import ChainKeeper, CollectVendor, Gathered, NewsVendor
    from quantdeck.ports.history import HistoryStore

OURS = "quantdeck"
"""Source of what is computed here."""


@dataclass(frozen=True, slots=True)
class CollectStores:
    """Where everything goes.

    Parameters
    ----------
    bars : HistoryStore
        Bars and corporate actions.
    records : CollectedStore
        Stories, statements, readings and quotes.
    chains : ChainKeeper
        Snapshots of option chains.
    """

    bars: HistoryStore
    records: CollectedStore
    chains: ChainKeeper


class Records:
    """Fetches what is kept as records, and chains. Owned by the collector.

    Parameters
    ----------
    stores : CollectStores
        Keep; called in threads.
    vendor : CollectVendor
        Is asked.
    plan : CollectPlan
        How much.
    clock : Clock
        Where the time comes from.
    run_id : RunId
        Of this run.
    """

    def __init__(
        self,
        stores: CollectStores,
        vendor: CollectVendor,
        plan: CollectPlan,
        *,
        clock: Clock,
        run_id: RunId,
    ) -> None:
        self._stores = stores
        self._vendor = vendor
        self._plan = plan
        self._clock = clock
        self._run_id = run_id

    async def quotes(self, symbols: Sequence[str]) -> list[Collected]:
        """Fetch the quotes of all symbols at once.

        Raises
        ------
        QuantdeckError
            If the vendor does not answer, or the disk refuses.
        """
        found = await self._vendor.quotes(symbols)
        items: list[Collected] = []
        for symbol in symbols:
            its = [each for each in found.records if each.symbol == symbol]
            detail = "" if its else "the vendor has no quote of it"
            items.append(await self._kept(symbol, Part.QUOTE, found, its, detail=detail))
        return items

    async def statements(self, symbol: str) -> Collected:
        """Fetch the lines of the newest statements.

        Raises
        ------
        QuantdeckError
            If the vendor does not answer, or the disk refuses.
        """
        found = await self._vendor.statements(symbol)
        return await self._kept(symbol, Part.FUNDAMENTALS, found, found.records)

    async def stories(self, symbol: str) -> Collected:
        """Fetch the newest stories about a company.

        Raises
        ------
        QuantdeckError
            If the vendor does not answer, or the disk refuses.
        """
        found = await self._vendor.stories(symbol, count=self._plan.stories)
        return await self._kept(symbol, Part.NEWS, found, found.records)

    async def average(self, symbol: str) -> Collected:
        """Fetch the vendor's moving average, compute ours, keep both and say how they differ.

        Raises
        ------
        QuantdeckError
            If the vendor does not answer, or the disk refuses.
        """
        window = self._plan.window
        found = await self._vendor.moving_average(symbol, window=window)
        item = await self._kept(symbol, Part.AVERAGE, found, found.records)
        ours = await asyncio.to_thread(self._average, symbol)
        if ours is None:
            return _told(item, f"too few daily bars for an average of {window} of our own")
        theirs = {each.start_ns: each.value for each in found.records}
        both = [each for each in ours if each.start_ns in theirs]
        if not both:
            return _told(item, "the vendor's average and ours have no session in common")
        where = Provenance(OURS, found.provenance.delay, self._run_id)
        await asyncio.to_thread(
            self._stores.records.keep, both, where, fetched_ns=self._clock.now_ns()
        )
        newest = both[-1]
        theirs_now = theirs[newest.start_ns]
        difference = theirs_now - newest.value
        said = (
            f"{theirs_now:,.4f} by {self._vendor.source}, {newest.value:,.4f} by {OURS}: "
            f"difference {round(difference, 4) + 0.0:+.4f}"
        )
        return _told(item, said, difference)

    async def chain(self, symbol: str) -> Collected:
        """Take a snapshot of the nearest expiries; one that tells what the last told is not kept.

        Raises
        ------
        QuantdeckError
            If the vendor does not answer, or the disk refuses.
        """
        taken = await self._vendor.chain(ChainRequest(symbol, expiries=self._plan.expiries))
        rows = sum(2 * len(each.strikes) for each in taken.chains)
        if not rows:
            raise NoData(f"{self._vendor.source} lists no options on {symbol}")
        days = sorted({each.expiry for each in taken.chains})
        detail = f"expiry {', '.join(map(str, days))}"
        if await asyncio.to_thread(self._is_known, symbol, taken):
            return Collected(symbol=symbol, part=Part.CHAIN, outcome=Outcome.SAME, detail=detail)
        await asyncio.to_thread(self._stores.chains.keep, taken)
        return Collected(
            symbol=symbol, part=Part.CHAIN, outcome=Outcome.NEW, new=rows, detail=detail
        )

    async def headlines(self, other: NewsVendor) -> Collected:
        """Fetch headlines from a vendor beside, and keep those that the first one does not tell.

        Raises
        ------
        QuantdeckError
            If the vendor does not answer, or the disk refuses.
        """
        symbols = self._plan.symbols
        found = await other.stories(symbols, count=self._plan.stories * len(symbols))
        new = await asyncio.to_thread(self._untold, found.records, other.source)
        twice = len(found.records) - len(new)
        detail = f"{twice} of {len(found.records)} were told by {self._vendor.source}"
        return await self._kept("", Part.NEWS, found, new, detail=f"{other.source}: {detail}")

    async def _kept(
        self,
        symbol: str,
        part: Part,
        found: Gathered[Record],
        records: Sequence[Record],
        *,
        detail: str = "",
    ) -> Collected:
        if not records:
            return Collected(symbol=symbol, part=part, outcome=Outcome.NONE, detail=detail)
        done = await asyncio.to_thread(
            self._stores.records.keep, records, found.provenance, fetched_ns=found.fetched_ns
        )
        outcome = Outcome.NEW if done.new or done.changed else Outcome.SAME
        return Collected(
            symbol=symbol,
            part=part,
            outcome=outcome,
            new=done.new,
            changed=done.changed,
            detail=detail,
        )

    def _average(self, symbol: str) -> list[IndicatorReading] | None:
        try:
            history = self._stores.bars.read(symbol, "1d", source=self._vendor.source)
        except NoData:
            return None
        window = self._plan.window
        if len(history) < window:
            return None
        prices = adjusted(history, Adjustment.SPLIT)
        means = rolling_moments(prices.close, window=window).mean
        return [
            IndicatorReading(
                symbol=symbol,
                name=f"sma{window}",
                interval="1d",
                start_ns=int(start),
                value=float(mean),
            )
            for start, mean in zip(prices.start_ns, means, strict=True)
            if np.isfinite(mean)
        ]

    def _is_known(self, symbol: str, taken: ChainSnapshot) -> bool:
        kept = self._stores.chains.snapshots(underlying=symbol, source=self._vendor.source)
        if not kept:
            return False
        try:
            return _same(self._stores.chains.read(kept[0]).chains, taken.chains)
        except NoData:
            return False

    def _untold(self, stories: Sequence[Story], source: str) -> list[Story]:
        if not stories:
            return []
        since_ns = min(each.published_ns for each in stories) - SAME_STORY_NS
        known = self._stores.records.read(Story, source=self._vendor.source, since_ns=since_ns)
        told = [headline_of(each, self._vendor.source) for each in known]
        told += [headline_of(each, source) for each in stories]
        alone = {each.id for each in merged(told) if each.sources == (source,)}
        return [each for each in stories if each.id in alone]


def _told(item: Collected, detail: str, difference: float | None = None) -> Collected:
    return Collected(
        symbol=item.symbol,
        part=item.part,
        outcome=item.outcome,
        new=item.new,
        changed=item.changed,
        detail=detail,
        difference=difference,
    )


def _same(known: Sequence[ExpiryChain], taken: Sequence[ExpiryChain]) -> bool:
    if [each.key for each in known] != [each.key for each in taken]:
        return False
    return all(
        np.array_equal(one.strikes, other.strikes)
        and _same_side(one.calls, other.calls)
        and _same_side(one.puts, other.puts)
        for one, other in zip(known, taken, strict=True)
    )


def _same_side(one: SideQuotes, other: SideQuotes) -> bool:
    names = ("bid", "ask", "bid_size", "ask_size", "volume", "open_interest")
    return bool(np.array_equal(one.ts_ns, other.ts_ns)) and all(
        np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True) for name in names
    )
