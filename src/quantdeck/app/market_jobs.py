"""What the Market page can run: a check of keys, a collection, the filling of a gap."""

from __future__ import annotations

import asyncio
from datetime import date
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from quantdeck.analytics.sessions import us_sessions
from quantdeck.app.apart import apart
from quantdeck.app.collect_access import collect_access, collect_stores, symbols_at_once
from quantdeck.app.runs import new_run_id
from quantdeck.app.typed_symbols import typed_symbol
from quantdeck.app.verify import VerifyQuestion, verify_vendors
from quantdeck.feeds.polygon.symbols import checked_stock
from quantdeck.jobs.backfill import ROUND_THE_CLOCK, BackfillRequest, backfill
from quantdeck.jobs.collect import Collector
from quantdeck.jobs.collect_report import CollectPlan, Outcome, Part
from quantdeck.jobs.verify import Verdict
from quantdeck.model.errors import BadInput
from quantdeck.model.instruments import venue_of
from quantdeck.model.options import UNDERLYING_VENUE
from quantdeck.ports.jobs import JobReport
from quantdeck.tape.history.store import BarStore

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from quantdeck.app.settings import Settings
    from quantdeck.jobs.collect_report import Collected
    from quantdeck.jobs.verify import Checked
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.history import HistorySource
    from quantdeck.ports.jobs import Job, JobQuestion, JobTeller

DEMO_COLLECTED = ("AAPL", "MSFT", "SPY")
"""What a demo collects where nothing is named."""

_CALENDAR = "XNYS"
_DEMO_PARTS = (Part.QUOTE, Part.CHAIN, Part.FUNDAMENTALS, Part.NEWS)
_CLIENT = "yfinance"
_VERIFIED = ("SPY",)


def market_jobs(
    settings: Settings,
    folder: Path,
    sources: Mapping[str, HistorySource],
    clock: Clock,
    *,
    demo: bool,
) -> dict[str, Job]:
    """Return what can be run, by kind.

    Parameters
    ----------
    settings : Settings
        Addresses, plans and the stocks that are followed.
    folder : Path
        Of the tape.
    sources : mapping of str to HistorySource
        Who is asked for bars, by the venue of the symbols.
    clock : Clock
        Where the time comes from.
    demo : bool
        Ask the simulators.
    """
    return {
        "verify": VerifyJob(settings, demo=demo),
        "collect": CollectJob(settings, folder, clock, demo=demo),
        "backfill": BackfillJob(folder, sources, clock),
    }


class VerifyJob:
    """Asks every vendor that is set up for a little. Fulfils `quantdeck.ports.jobs.Job`.

    Parameters
    ----------
    settings : Settings
        Addresses and plans.
    demo : bool
        Ask the simulators.
    """

    def __init__(self, settings: Settings, *, demo: bool) -> None:
        self._settings = settings
        self._demo = demo

    def check(self, question: JobQuestion) -> None:
        """Look at the symbols."""
        _stocks(question.symbols)

    async def run(self, question: JobQuestion, tell: JobTeller) -> JobReport:
        """Ask every vendor."""
        symbols = _stocks(question.symbols or _VERIFIED)
        # A vendor's client takes seconds the first time, which no event should wait for.
        if find_spec(_CLIENT) is not None:
            await asyncio.to_thread(import_module, _CLIENT)

        def show(done: Checked) -> None:
            tone = "bad" if done.verdict in (Verdict.FAILED, Verdict.SKIPPED) else "plain"
            words = f"{done.vendor} {done.what}: {done.verdict.value}"
            tell.line(f"{words}, {done.found}" if done.found else words, tone=tone)

        asked = VerifyQuestion(symbols=symbols, demo=self._demo)
        if self._demo:
            # Simulators of six vendors compute for seconds, which no event should wait for.
            here = asyncio.get_running_loop()
            report = await apart(
                lambda: verify_vendors(
                    self._settings,
                    asked,
                    symbols,
                    progress=lambda done: _tell_at(here, show, done),
                )
            )
        else:
            report = await verify_vendors(self._settings, asked, symbols, progress=show)
        for vendor, said in report.without.items():
            tell.line(f"{vendor} was not asked: {said}")
        fine = sum(each.verdict is Verdict.OK for each in report.checks)
        vendors = ", ".join(dict.fromkeys(each.vendor for each in report.checks)) or "nobody"
        return JobReport(
            said=f"{fine} of {len(report.checks)} questions were answered by {vendors}",
            failures=tuple(f"{c.vendor} {c.what}: {c.found}" for c in report.failures),
            not_included=tuple(
                f"{c.vendor} {c.what}" for c in report.checks if c.verdict is Verdict.NOT_INCLUDED
            ),
        )


class CollectJob:
    """Collects all there is of some stocks. Fulfils `quantdeck.ports.jobs.Job`.

    Parameters
    ----------
    settings : Settings
        Address, plan and the stocks that are followed.
    folder : Path
        Of the tape.
    clock : Clock
        Where the time comes from.
    demo : bool
        Ask the simulators; prices are left to the feeds of the demo then.
    """

    def __init__(self, settings: Settings, folder: Path, clock: Clock, *, demo: bool) -> None:
        self._settings = settings
        self._folder = folder
        self._clock = clock
        self._demo = demo

    def check(self, question: JobQuestion) -> None:
        """Look at the symbols."""
        self._plan(question)

    async def run(self, question: JobQuestion, tell: JobTeller) -> JobReport:
        """Collect, and tell every part as it is done."""
        plan, run_id = self._plan(question), new_run_id(self._clock)
        # The calendar takes a second the first time, which no event should wait for.
        await asyncio.to_thread(us_sessions)
        done = 0
        async with collect_access(self._settings, self._clock, run_id, demo=self._demo) as access:

            def show(item: Collected) -> None:
                nonlocal done
                done += 1
                tell.progress(done, collector.steps)
                tone = "bad" if item.outcome in (Outcome.FAILED, Outcome.SKIPPED) else "plain"
                tell.line(item.words(), tone=tone)

            collector = Collector(
                plan,
                collect_stores(self._folder),
                access.vendor,
                clock=self._clock,
                run_id=run_id,
                news=access.news,
                progress=show,
            )
            report = await collector.run()
        new = sum(each.new for each in report.items)
        said = f"{new:,} new rows of {len(plan.symbols)} symbols from {report.source}"
        if report.gave_up:
            said = f"{said}; the rest was not tried after {report.gave_up}"
        if report.unknown:
            said = f"{said}; nothing at all of {', '.join(report.unknown)}"
        return JobReport(
            said=said,
            failures=tuple(each.words() for each in report.failures),
            not_included=tuple(report.not_included),
            requests=report.requests,
            cache_hits=report.cache_hits,
            rows=new,
        )

    def _plan(self, question: JobQuestion) -> CollectPlan:
        typed = question.symbols or self._settings.history.symbols
        if not typed and self._demo:
            typed = DEMO_COLLECTED
        if not typed:
            raise BadInput(
                "no symbol was named and none is followed; type some, such as AAPL,MSFT",
                field="symbols",
            )
        return CollectPlan(
            symbols=_stocks(typed),
            parts=_DEMO_PARTS if self._demo else tuple(Part),
            at_once=symbols_at_once(self._settings, demo=self._demo),
        )


class BackfillJob:
    """Fetches missing sessions of a span. Fulfils `quantdeck.ports.jobs.Job`.

    Parameters
    ----------
    folder : Path
        Of the tape.
    sources : mapping of str to HistorySource
        Who is asked, by the venue of the symbols.
    clock : Clock
        Where the time comes from.
    """

    def __init__(self, folder: Path, sources: Mapping[str, HistorySource], clock: Clock) -> None:
        self._store = BarStore(folder)
        self._sources = sources
        self._clock = clock

    def check(self, question: JobQuestion) -> None:
        """Look at symbols and days."""
        self._requests(question)

    async def run(self, question: JobQuestion, tell: JobTeller) -> JobReport:
        """Fetch what is missing, a symbol after the other."""
        requests = self._requests(question)
        missing = bars = 0
        absent: list[str] = []
        for done, request in enumerate(requests):
            source = self._sources[venue_of(request.symbol)]
            report = await backfill(self._store, source, request, clock=self._clock, tell=tell.line)
            missing, bars = missing + len(report.missing), bars + report.bars
            tell.progress(done + 1, len(requests))
            tell.line(
                f"{report.symbol}: {len(report.missing)} of {report.expected} sessions were missing, "
                f"{len(report.filled)} came from {report.source}"
            )
            if report.absent:
                absent.append(
                    f"{report.symbol}: {report.source} has not {len(report.absent)} of them"
                )
        said = f"{missing:,} sessions were missing, {bars:,} bars came"
        return JobReport(said="; ".join((said, *absent)), rows=bars)

    def _requests(self, question: JobQuestion) -> list[BackfillRequest]:
        if not question.symbols:
            raise BadInput("name the symbols to fill, such as AAPL,MSFT", field="symbols")
        first, last = _day(question.first, "first"), _day(question.last, "last")
        found: list[BackfillRequest] = []
        for symbol in dict.fromkeys(map(_symbol, question.symbols)):
            venue = venue_of(symbol)
            if venue not in self._sources:
                known = ", ".join(self._sources) or "none"
                raise BadInput(
                    f"{symbol}: nobody is set up for bars of {venue}; there are {known}",
                    field="symbols",
                )
            calendar = _CALENDAR if venue == UNDERLYING_VENUE else ROUND_THE_CLOCK
            found.append(BackfillRequest(symbol=symbol, first=first, last=last, calendar=calendar))
        return found


def _tell_at(
    loop: asyncio.AbstractEventLoop, show: Callable[[Checked], None], done: Checked
) -> None:
    loop.call_soon_threadsafe(show, done)


def _day(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"{text!r} is no day; write it as 2025-01-31", field=field) from error


def _stocks(typed: tuple[str, ...]) -> tuple[str, ...]:
    try:
        return tuple(dict.fromkeys(map(checked_stock, typed)))
    except BadInput as error:
        raise BadInput(str(error), field="symbols") from error


def _symbol(text: str) -> str:
    try:
        return typed_symbol(text)
    except BadInput as error:
        raise BadInput(str(error), field="symbols") from error
