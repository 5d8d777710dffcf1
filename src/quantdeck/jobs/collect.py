"""Collects everything about some stocks from one vendor: what is missing of it, and nothing twice."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from msgspec import structs

from quantdeck.analytics.sessions import us_sessions
from quantdeck.jobs.collect_bars import DayBars
from quantdeck.jobs.collect_records import Records
from quantdeck.jobs.collect_report import Collected, CollectReport, Outcome, Part
from quantdeck.model.errors import (
    AuthFailed,
    BadInput,
    NoData,
    NotEntitled,
    QuantdeckError,
    VenueError,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence

    from quantdeck.jobs.collect_records import CollectStores
    from quantdeck.jobs.collect_report import CollectPlan
    from quantdeck.model.feed import RunId
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.collecting import CollectVendor, NewsVendor

_LOG = logging.getLogger(__name__)
MOST_FAILURES = 5
"""After so many failures of the vendor in a row the rest is not tried."""


# Takes what was done.
def _nobody(_: Collected) -> None:
    pass


class Collector:
    """One run. Owned by whoever awaits `run`; cancelled, it leaves what was kept, and `report` tells.

    Parameters
    ----------
    plan : CollectPlan
        What is wanted.
    stores : CollectStores
        Where it goes.
    vendor : CollectVendor
        Who is asked.
    clock : Clock
        Where the time comes from.
    run_id : RunId
        Written on everything.
    news : NewsVendor or None
        Asked for headlines on all the companies beside the vendor.
    progress : callable
        Takes every part of every symbol as it is done.
    """

    def __init__(  # noqa: PLR0913 - the seams it is built from
        self,
        plan: CollectPlan,
        stores: CollectStores,
        vendor: CollectVendor,
        *,
        clock: Clock,
        run_id: RunId,
        news: NewsVendor | None = None,
        progress: Callable[[Collected], None] = _nobody,
    ) -> None:
        self._plan = plan
        self._stores = stores
        self._vendor = vendor
        self._clock = clock
        self._run_id = run_id
        self._news = news if Part.NEWS in plan.parts else None
        self._progress = progress
        self._records = Records(stores, vendor, plan, clock=clock, run_id=run_id)
        self._items: list[Collected] = []
        self._not_included: dict[Part, str] = {}
        self._fails = 0
        self._gave_up = ""
        self._stop: QuantdeckError | None = None
        self._is_done = False
        self._began_ns = clock.now_ns()

    @property
    def steps(self) -> int:
        """How many times `progress` is called in all."""
        return len(self._plan.symbols) * len(self._plan.parts) + (self._news is not None)

    async def run(self) -> CollectReport:
        """Collect everything, with a line in the log for every part.

        A part of a symbol that fails is named in the report, and the others are kept.

        Raises
        ------
        AuthFailed
            If the vendor refuses the key.
        StoreError
            If the disk refuses.
        """
        symbols = self._plan.symbols
        _LOG.info("run %s: %d symbols from %s", self._run_id, len(symbols), self._vendor.source)
        if Part.QUOTE in self._plan.parts:
            await self._quotes()
        waiting = iter(self._plan.symbols)
        async with asyncio.TaskGroup() as group:
            for _ in range(min(self._plan.at_once, len(self._plan.symbols))):
                group.create_task(self._work(waiting))
        if self._news is not None and self._stop is None:
            news = self._news
            await self._one("", Part.NEWS, lambda: self._records.headlines(news), news.source)
        if self._stop is not None:
            raise self._stop
        if any(each.part is Part.CHAIN and each.outcome is Outcome.NEW for each in self._items):
            await asyncio.to_thread(
                self._stores.chains.prune, self._plan.keep_chains, now_ns=self._clock.now_ns()
            )
        self._is_done = True
        report = self.report()
        _LOG.info(
            "run %s: %d requests, %d failures", self._run_id, report.requests, len(report.failures)
        )
        return report

    def report(self) -> CollectReport:
        """Return what was done so far."""
        return CollectReport(
            source=self._vendor.source,
            ingest_run_id=str(self._run_id),
            began_ns=self._began_ns,
            ended_ns=self._clock.now_ns(),
            items=tuple(self._items),
            not_included={part.value: said for part, said in self._not_included.items()},
            gave_up=self._gave_up,
            interrupted=not self._is_done,
            requests=self._vendor.requests,
            cache_hits=self._vendor.cache_hits,
        )

    async def _work(self, waiting: Iterator[str]) -> None:
        for symbol in waiting:
            if self._stop is not None:
                return
            await self._symbol(symbol)

    async def _symbol(self, symbol: str) -> None:
        days = DayBars(self._stores.bars, self._vendor, symbol, self._run_id)
        sessions, plan, clock = us_sessions(), self._plan, self._clock
        # Days come first: actions are kept with them, and the average is compared with theirs.
        steps: dict[Part, Callable[[], Awaitable[Collected]]] = {
            Part.DAYS: lambda: days.bars(sessions, clock.now_ns(), count=plan.sessions),
            Part.SPLITS: lambda: self._actions(days, Part.SPLITS),
            Part.DIVIDENDS: lambda: self._actions(days, Part.DIVIDENDS),
            Part.MINUTES: lambda: days.minutes(sessions, clock.now_ns()),
            Part.CHAIN: lambda: self._records.chain(symbol),
            Part.FUNDAMENTALS: lambda: self._records.statements(symbol),
            Part.AVERAGE: lambda: self._records.average(symbol),
            Part.NEWS: lambda: self._records.stories(symbol),
        }
        for part, step in steps.items():
            if part in plan.parts and self._stop is None:
                await self._one(symbol, part, step)

    # Where there are no bars since they could not be had, nothing is known of the actions either.
    async def _actions(self, days: DayBars, part: Part) -> Collected:
        item = await days.actions(part, self._clock.now_ns())
        if not days.is_empty:
            return item
        bars = (
            each.outcome
            for each in self._items
            if each.symbol == item.symbol and each.part is Part.DAYS
        )
        match next(bars, Outcome.NONE):
            case Outcome.FAILED | Outcome.SKIPPED:
                return structs.replace(item, outcome=Outcome.SKIPPED)
            case Outcome.NOT_INCLUDED:
                return structs.replace(item, outcome=Outcome.NOT_INCLUDED)
            case _:
                return item

    async def _quotes(self) -> None:
        symbols = self._plan.symbols

        async def ask() -> Sequence[Collected]:
            return await self._records.quotes(symbols)

        done = await self._tried(symbols, Part.QUOTE, ask)
        for item in done:
            self._note(item)

    async def _one(
        self,
        symbol: str,
        part: Part,
        step: Callable[[], Awaitable[Collected]],
        who: str = "",
    ) -> None:
        async def ask() -> Sequence[Collected]:
            return (await step(),)

        for item in await self._tried((symbol,), part, ask, who):
            self._note(item)

    async def _tried(
        self,
        symbols: Sequence[str],
        part: Part,
        ask: Callable[[], Awaitable[Sequence[Collected]]],
        who: str = "",
    ) -> Sequence[Collected]:
        is_beside = bool(who)
        if not is_beside and self._gave_up:
            return _all(symbols, part, Outcome.SKIPPED)
        if not is_beside and part in self._not_included:
            return _all(symbols, part, Outcome.NOT_INCLUDED)
        try:
            done = await ask()
        except QuantdeckError as error:
            outcome = self._judged(error, part, is_beside=is_beside)
            return _all(symbols, part, outcome, str(error))
        # What was left out since something else failed says nothing good of the vendor.
        if any(each.outcome is not Outcome.SKIPPED for each in done):
            self._fails = 0
        return done

    # What the vendor beside does says nothing of the first one.
    def _judged(self, error: QuantdeckError, part: Part, *, is_beside: bool) -> Outcome:
        match error:
            case NoData():
                return Outcome.NONE
            case NotEntitled():
                if not is_beside:
                    self._not_included[part] = str(error)
                return Outcome.NOT_INCLUDED
            # A stock that has no options is told as one that is unknown; the bars tell which it is.
            case BadInput():
                return Outcome.NONE if part is Part.CHAIN else Outcome.FAILED
            case VenueError() if is_beside:
                return Outcome.FAILED
            case VenueError() if not isinstance(error, AuthFailed):
                self._fails += 1
                if self._fails >= MOST_FAILURES:
                    self._gave_up = f"{MOST_FAILURES} failures in a row, the last: {error}"
            case _:
                self._stop = error
        return Outcome.FAILED

    def _note(self, item: Collected) -> None:
        self._items.append(item)
        level = logging.WARNING if item.outcome is Outcome.FAILED else logging.INFO
        _LOG.log(level, "%s", item.words())
        self._progress(item)


def _all(symbols: Sequence[str], part: Part, outcome: Outcome, detail: str = "") -> list[Collected]:
    return [
        Collected(symbol=symbol, part=part, outcome=outcome, detail=detail) for symbol in symbols
    ]
