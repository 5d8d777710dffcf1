"""A vendor of everything that is made of arrays, for tests of the collector."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.sessions import us_sessions
from quantdeck.jobs.collect import Collector
from quantdeck.jobs.collect_records import CollectStores
from quantdeck.jobs.collect_report import CollectPlan
from quantdeck.model.chains import ChainSnapshot, ExpiryChain, SideQuotes
from quantdeck.model.collected import IndicatorReading, QuoteReading, StatementLine, Story
from quantdeck.model.errors import NoData
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.history import HISTORY_DTYPE, ActionKind, History
from quantdeck.model.options import ExerciseStyle, Settlement
from quantdeck.ports.collecting import Gathered
from quantdeck.tape.chains.store import ChainStore
from quantdeck.tape.collected.store import RecordStore
from quantdeck.tape.history.store import BarStore

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.jobs.collect_report import CollectReport
    from quantdeck.model.history import CorporateAction
    from quantdeck.ports.history import HistoryRequest

DAY_NS = 86_400 * 10**9
NOW_NS = 1_795_219_200 * 10**9
"""Saturday 2026-11-21 00:00 UTC: the bar of Friday has just come."""
FRIDAY = date(2026, 11, 20)


def midnight_ns(day: date) -> int:
    return (day - date(1970, 1, 1)).days * DAY_NS


class TurnedClock:
    """A clock that stands where a test puts it."""

    def __init__(self, now_ns: int = NOW_NS) -> None:
        self.ns = now_ns

    def now_ns(self) -> int:
        return self.ns

    def monotonic_ns(self) -> int:
        return self.ns

    async def sleep(self, seconds: float) -> None:
        self.ns += int(seconds * 1e9)
        await asyncio.sleep(0)


class FakeVendor:
    """Answers of its own making; what is to go wrong is put into `errors` by method and symbol."""

    source = "vendor"
    cache_hits = 0
    day_settles_ns = 3_600 * 10**9

    def __init__(self, clock: TurnedClock) -> None:
        self.clock = clock
        self.asked: Counter[str] = Counter()
        self.spans: list[tuple[date, date]] = []
        self.errors: dict[tuple[str, str], Exception] = {}
        self.actions: list[CorporateAction] = []
        self.absent: set[date] = set()
        self.bid = 1.0

    @property
    def requests(self) -> int:
        return self.asked.total()

    def _ask(self, what: str, symbol: str) -> None:
        self.asked[what] += 1
        error = self.errors.get((what, symbol)) or self.errors.get((what, "*"))
        if error is not None:
            raise error

    @property
    def _where(self) -> Provenance:
        return Provenance(self.source, Delay.DELAYED, RunId("run"))

    def _gathered(self, *records):
        return Gathered(records, self._where, self.clock.ns)

    async def bars(self, request: HistoryRequest) -> History:
        self._ask(f"bars {request.interval}", request.symbol)
        await asyncio.sleep(0)
        if request.interval == "1d":
            days = us_sessions().days.astype("datetime64[ns]").astype(np.int64)
            starts = days[(days >= request.start_ns) & (days < request.end_ns)]
            gone = [midnight_ns(day) for day in self.absent]
            starts = starts[~np.isin(starts, gone)]
            if len(starts):
                first, last = starts[[0, -1]].astype("datetime64[ns]").astype("datetime64[D]")
                self.spans.append((first.astype(object), last.astype(object)))
        else:
            last = min(request.end_ns, NOW_NS)
            starts = np.arange(last - 5 * 60 * 10**9, last, 60 * 10**9)
            starts = starts[starts >= request.start_ns]
        if not len(starts):
            raise NoData("the vendor has nothing of this span")
        rows = np.zeros(len(starts), HISTORY_DTYPE)
        rows["start_ns"] = starts
        for name in ("open", "high", "low", "close"):
            rows[name] = 100.0 + starts // DAY_NS % 7
        rows["volume"] = 10.0
        return History(
            symbol=request.symbol,
            interval=request.interval,
            rows=rows,
            provenance=self._where,
            fetched_ns=self.clock.ns,
            currency="USD",
            calendar="XNYS",
        )

    async def splits(self, symbol: str, span_ns: tuple[int, int]) -> list[CorporateAction]:
        return self._acted("splits", symbol, span_ns, ActionKind.SPLIT)

    async def dividends(self, symbol: str, span_ns: tuple[int, int]) -> list[CorporateAction]:
        return self._acted("dividends", symbol, span_ns, ActionKind.DIVIDEND)

    def _acted(self, what, symbol, span_ns, kind):
        self._ask(what, symbol)
        low, high = span_ns
        return [each for each in self.actions if each.kind is kind and low <= each.ex_ns <= high]

    async def quotes(self, symbols):
        self._ask("quotes", ",".join(symbols))
        return self._gathered(
            *(QuoteReading(symbol=each, ts_ns=NOW_NS - 10**9, last=100.0) for each in symbols)
        )

    async def chain(self, request) -> ChainSnapshot:
        self._ask("chain", request.underlying)
        sides = [SideQuotes.empty(2) for _ in range(2)]
        for side in sides:
            side.bid[:] = self.bid
        chain = ExpiryChain(
            root=request.underlying.partition(":")[2],
            underlying=request.underlying,
            expiry=date(2026, 11, 27),
            settlement=Settlement.PM,
            style=ExerciseStyle.AMERICAN,
            multiplier=100.0,
            strikes=np.array([95.0, 100.0]),
            calls=sides[0],
            puts=sides[1],
            spot=99.0,
        )
        return ChainSnapshot(self.clock.ns, "delayed", self._where, (chain,))

    async def statements(self, symbol: str):
        self._ask("statements", symbol)
        line = StatementLine(
            symbol=symbol,
            period="2026 Q2",
            timeframe="quarterly",
            statement="income_statement",
            item="revenues",
            value=5.0,
            end_ns=midnight_ns(date(2026, 6, 30)),
        )
        return self._gathered(line)

    async def moving_average(self, symbol: str, *, window: int):
        self._ask("moving_average", symbol)
        reading = IndicatorReading(
            symbol=symbol,
            name=f"sma{window}",
            interval="1d",
            start_ns=midnight_ns(FRIDAY),
            value=103.5,
        )
        return self._gathered(reading)

    async def stories(self, symbol: str, *, count: int):
        self._ask("stories", symbol)
        return self._gathered(story(f"{symbol} raises its outlook for the year", symbols=(symbol,)))


class FakeNews:
    """A vendor of headlines, of which the first repeats what the other vendor told."""

    source = "headlines"

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    async def stories(self, symbols, *, count: int):
        if self.error is not None:
            raise self.error
        found = (
            story(f"{symbols[0]} raises its outlook for the year", at="elsewhere", symbols=symbols),
            story("Something that nobody else has told yet", at="elsewhere", symbols=symbols),
        )
        where = Provenance(self.source, Delay.DELAYED, RunId("run"))
        return Gathered(found, where, NOW_NS)


def story(title: str, *, at: str = "here", symbols=()) -> Story:
    address = f"https://{at}.example/{title.lower().replace(' ', '-')}"
    return Story(
        id=address,
        headline=title,
        url=address,
        published_ns=NOW_NS - 3_600 * 10**9,
        updated_ns=NOW_NS - 3_600 * 10**9,
        symbols=tuple(symbols),
    )


class Place:
    """A data folder, a vendor and the runs that fill the one from the other."""

    def __init__(self, folder: Path) -> None:
        self.clock = TurnedClock()
        self.vendor = FakeVendor(self.clock)
        self.bars, self.records = BarStore(folder), RecordStore(folder)
        self.chains = ChainStore(folder)
        self.news = None

    def collector(self, *symbols: str, progress=lambda _: None, **plan) -> Collector:
        return Collector(
            CollectPlan(symbols=symbols or ("US:AAPL",), **plan),
            CollectStores(self.bars, self.records, self.chains),
            self.vendor,
            clock=self.clock,
            run_id=RunId("run"),
            news=self.news,
            progress=progress,
        )

    def collect(self, *symbols: str, **plan) -> CollectReport:
        return asyncio.run(self.collector(*symbols, **plan).run())

    def history(self, symbol: str = "US:AAPL", interval: str = "1d") -> History:
        return self.bars.read(symbol, interval)


def outcomes(report: CollectReport) -> dict[tuple[str, str], str]:
    return {(each.symbol, each.part.value): each.outcome.value for each in report.items}
