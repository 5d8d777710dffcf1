"""Runs scans of all pairs, in a thread, on copies of the bars, while somebody asks for them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quantdeck.analytics.pairs.scan import ScanRules, scan_pairs
from quantdeck.analytics.pairs.screen import ScanSeries
from quantdeck.hub.shared_work import SharedWork
from quantdeck.model.instruments import InstrumentKind
from quantdeck.views.scan import ScanNow, relations

if TYPE_CHECKING:
    from quantdeck.analytics.lead_lag import LeadLag
    from quantdeck.hub.machine import Machine
    from quantdeck.hub.state import LiveState
    from quantdeck.live.board import Top

FRESH_NS = 5_000_000_000
"""So long an answer stands. [ns]"""

_COPIED_AT_ONCE = 4
# Thousands of symbols make answers of some hundred megabytes.
_KEPT = 4


@dataclass(frozen=True, slots=True)
class ScanQuestion:
    """What is asked of a scan.

    Parameters
    ----------
    timeframe : str
        One of `quantdeck.live.bars.TIMEFRAMES`.
    rules : ScanRules
        How pairs are tested.
    """

    timeframe: str
    rules: ScanRules


@dataclass(frozen=True, slots=True)
class Related:
    """A scan and the correlations of its symbols at lags."""

    now: ScanNow
    found: LeadLag


class Scanner:
    """Answers questions about all pairs captured. Owned by `quantdeck.hub.scan_answers.ScanAnswers`.

    Every question is worked out at most once in five seconds, however many ask it, and one scan runs at
    a time.

    Parameters
    ----------
    machine : Machine
        Whose bars are scanned.
    """

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._turn = asyncio.Lock()
        self._scans = SharedWork[ScanQuestion, ScanNow](self._now_ns, fresh_ns=FRESH_NS, kept=_KEPT)
        self._relations = SharedWork[tuple[ScanQuestion, int], Related](
            self._now_ns, fresh_ns=FRESH_NS, kept=_KEPT
        )

    @property
    def revision(self) -> int:
        """Changes with every answer."""
        return self._scans.made + self._relations.made

    def known(self, question: ScanQuestion) -> ScanNow | None:
        """Return the scan if there is one that still stands."""
        return self._scans.known(question)

    def known_relations(self, question: ScanQuestion, lags: int) -> Related | None:
        """Return scan and correlations if there are some that still stand."""
        return self._relations.known((question, lags))

    async def now(self, question: ScanQuestion) -> ScanNow:
        """Return the scan that still stands, or a new one.

        Raises
        ------
        BadInput
            If the timeframe is not on offer.
        """
        return await self._scans.get(question, lambda: self._scan(question))

    async def related(self, question: ScanQuestion, lags: int) -> Related:
        """Return the scan and the correlations of its symbols up to so many lags.

        Raises
        ------
        BadInput
            If the timeframe is not on offer.
        """
        return await self._relations.get((question, lags), lambda: self._relate(question, lags))

    async def _scan(self, question: ScanQuestion) -> ScanNow:
        machine = self._machine
        async with self._turn:
            book = machine.state.books[question.timeframe]
            made_ns, begun_ns = machine.now_ns(), machine.clock.monotonic_ns()
            series, end_ns = await self._copied(machine.state, question)
            scan = await asyncio.to_thread(
                scan_pairs,
                series,
                question.rules,
                interval_ns=book.interval_ns,
                end_ns=end_ns,
                spread=machine.parts.spread,
            )
        took_s = (machine.clock.monotonic_ns() - begun_ns) / 1e9
        return ScanNow(scan, question.timeframe, book.interval_ns, made_ns, took_s)

    async def _relate(self, question: ScanQuestion, lags: int) -> Related:
        now = await self.now(question)
        async with self._turn:
            return Related(now, await asyncio.to_thread(relations, now, lags=lags))

    async def _copied(
        self, state: LiveState, question: ScanQuestion
    ) -> tuple[list[ScanSeries], int]:
        symbols = self._machine.capture.symbols()
        ids = {symbol: state.instruments.id_of(symbol) for symbol in symbols}
        book = state.books[question.timeframe]
        # What still grows is settled before the first copy, since events go on between the copies.
        newest = [bars.start_ns[-1] for i in ids.values() if len(bars := book.bars(i, 1))]
        end_ns = int(max(newest, default=0))
        series: list[ScanSeries] = []
        for place, (symbol, number) in enumerate(ids.items(), start=1):
            bars = book.bars(number, 2 * question.rules.lookback + 2)
            top = state.board.top(number)
            series.append(ScanSeries(symbol, bars, _spread_bp(top), self._excluded(symbol)))
            if place % _COPIED_AT_ONCE == 0:
                await asyncio.sleep(0)
        return series, end_ns

    def _excluded(self, symbol: str) -> str:
        instrument = self._machine.instrument(symbol)
        if instrument is None or instrument.kind is not InstrumentKind.FUTURE:
            return ""
        return "a dated future, whose spread to its coin is the basis"

    def _now_ns(self) -> int:
        return self._machine.clock.monotonic_ns()


def _spread_bp(top: Top | None) -> float | None:
    if top is None or top.width is None or not top.mid:
        return None
    return 1e4 * top.width / top.mid
