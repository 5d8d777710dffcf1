"""Steps of a daily run that bring data in and look at them: preflight, collect, copy, quality."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from quantdeck.analytics.quality import Severity
from quantdeck.analytics.sessions import us_sessions
from quantdeck.app.apart import apart
from quantdeck.app.collect import DB_FILE, CollectQuestion, collect_plan
from quantdeck.app.collect_access import collect_access, collect_stores
from quantdeck.app.credentials import key_hint, news_key, polygon_key, surroundings
from quantdeck.app.daily_inputs import (
    bars_told,
    daily_bars,
    day_of,
    newest_session,
    settles_ns,
    wanted,
)
from quantdeck.app.quality import checked
from quantdeck.app.runs import new_run_id
from quantdeck.app.verify import VerifyQuestion, verify_vendors
from quantdeck.feeds.newsapi.client import SOURCE as NEWSAPI
from quantdeck.feeds.polygon.endpoints import SOURCE as POLYGON
from quantdeck.jobs.collect import Collector
from quantdeck.jobs.collect_report import Outcome, Part
from quantdeck.jobs.daily_steps import StepDone
from quantdeck.model.errors import AuthFailed, NoData, VenueError
from quantdeck.tape.sqlite_copy import SqliteCopy

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from quantdeck.app.daily_inputs import DailyPlace
    from quantdeck.jobs.collect_report import Collected, CollectPlan, CollectReport
    from quantdeck.jobs.daily_steps import Inputs, StepContext
    from quantdeck.jobs.verify import Checked, VerifyReport
    from quantdeck.ports.history import KeptHistory

_MOST_NAMED = 5
_DEMO_PARTS = ("quote", "chain", "fundamentals", "news")


def plan_of(place: DailyPlace, symbols: tuple[str, ...]) -> CollectPlan:
    """Return what is collected.

    Parameters
    ----------
    place : DailyPlace
        Where, and what the settings say.
    symbols : tuple of str
        As typed.

    Raises
    ------
    BadInput
        If one is no stock, or none is named anywhere.
    """
    question = CollectQuestion(
        symbols=symbols, sessions=place.settings.daily.sessions, demo=place.demo
    )
    plan = collect_plan(place.settings, question)
    if not place.demo:
        return plan
    # The deck of a demo keeps prices of its own: those of another simulator beside them help nobody.
    kept = {e.symbol for e in place.bars.kept() if e.interval == "1d" and e.source != POLYGON}
    if set(plan.symbols) <= kept:
        return collect_plan(
            place.settings,
            CollectQuestion(symbols=symbols, parts=_DEMO_PARTS, demo=True),
        )
    return plan


async def preflight(place: DailyPlace, at: StepContext) -> StepDone:
    """Ask the vendors for a little of everything, and stop where the collector's vendor refuses.

    Raises
    ------
    AuthFailed
        If its key is not here, or refused.
    VenueError
        If it does not answer.
    """
    # Of what is listed everywhere: that a vendor has nothing of a symbol is no fault of the vendor.
    symbols = ("US:SPY",) if place.demo else ("US:AAPL",)
    vendors = (POLYGON, NEWSAPI) if place.demo or news_key(surroundings()) else (POLYGON,)
    if not place.demo and polygon_key(surroundings()) is None:
        raise AuthFailed(POLYGON, f"no key was found; {key_hint(POLYGON)}, or use --demo")
    report = await _asked(place, at, symbols, vendors)
    failures = report.failures
    bad = [each for each in failures if each.vendor == POLYGON]
    if bad:
        told = "; ".join(f"{each.what}: {each.found}" for each in bad[:_MOST_NAMED])
        raise VenueError(
            POLYGON,
            f"{len(bad)} of {len(report.checks)} questions of the preflight failed ({told}); look with "
            "quantdeck verify, or go on with what is kept: --from quality",
        )
    fine = len(report.checks) - len(failures)
    return StepDone(
        said=f"{fine} of {len(report.checks)} questions were answered by {' and '.join(vendors)}",
        notes=tuple(f"{each.vendor} {each.what}: {each.found}" for each in failures),
    )


async def _asked(
    place: DailyPlace, at: StepContext, symbols: tuple[str, ...], vendors: tuple[str, ...]
) -> VerifyReport:
    question = VerifyQuestion(symbols=symbols, demo=place.demo)
    here = asyncio.get_running_loop()

    def show(done: Checked) -> None:
        at.tell.line(f"{done.vendor} {done.what}: {done.verdict.value}")

    def ask(progress: Callable[[Checked], None]) -> Any:
        return verify_vendors(place.settings, question, symbols, vendors, progress=progress)

    if not place.demo:
        return await ask(show)

    def show_there(done: Checked) -> None:
        here.call_soon_threadsafe(show, done)

    # Simulators compute for seconds, which no event of a deck should wait for.
    return await apart(lambda: ask(show_there))


def collect_inputs(place: DailyPlace, at: StepContext) -> Inputs:
    """Return what a collection depends on: what is asked for, and the session that has ended last."""
    plan = plan_of(place, at.symbols)
    return {
        "symbols": plan.symbols,
        "parts": plan.parts,
        "settings": [plan.sessions, plan.expiries, place.settings.feeds.polygon.plan],
        "session": newest_session(place.clock.now_ns()).isoformat(),
    }


def collected_stands(place: DailyPlace, result: dict[str, Any]) -> bool:
    """Return whether the bars that a collection left are there."""
    kept = {each.symbol for each in place.bars.kept() if each.interval == "1d"}
    return set(result.get("symbols", ())) <= kept


async def collect(place: DailyPlace, at: StepContext) -> StepDone:
    """Fetch what is missing of every stock.

    Raises
    ------
    VenueError
        If the vendor refused the key, or failed so often that the rest was not tried; what came is kept.
    NoData
        If nothing was had at all.
    """
    plan, run_id = plan_of(place, at.symbols), new_run_id(place.clock)
    # The calendar takes a second the first time, which no event should wait for.
    await asyncio.to_thread(us_sessions)
    done = 0
    async with collect_access(place.settings, place.clock, run_id, demo=place.demo) as access:

        def show(item: Collected) -> None:
            nonlocal done
            done += 1
            at.tell.progress(done, collector.steps)
            if item.outcome in (Outcome.FAILED, Outcome.NEW):
                tone = "bad" if item.outcome is Outcome.FAILED else "plain"
                at.tell.line(item.words(), tone=tone)

        collector = Collector(
            plan,
            collect_stores(place.folder),
            access.vendor,
            clock=place.clock,
            run_id=run_id,
            news=access.news,
            progress=show,
        )
        report = await collector.run()
        settled_ns = access.vendor.day_settles_ns
    return _told(report, plan, settled_ns)


def _told(report: CollectReport, plan: CollectPlan, settled_ns: int) -> StepDone:
    new = sum(each.new for each in report.items)
    said = f"{new:,} new rows of {len(plan.symbols)} symbols from {report.source}"
    if report.gave_up:
        raise VenueError(
            report.source,
            f"{report.gave_up}; {new:,} new rows are kept, and the rest comes with the next run",
        )
    if not report.has_brought:
        raise NoData(
            f"{report.source} has nothing of {', '.join(plan.symbols)}: are they written as it has them?"
        )
    notes = [each.words() for each in report.failures[:_MOST_NAMED]]
    if len(report.failures) > _MOST_NAMED:
        notes.append(f"{len(report.failures) - _MOST_NAMED} more failed; see the log")
    if report.unknown:
        notes.append(f"nothing at all of {', '.join(report.unknown)}")
    if report.not_included:
        notes.append(f"not in the plan: {', '.join(report.not_included)}")
    has_days = [
        each.symbol
        for each in report.items
        if each.part is Part.DAYS and each.outcome in (Outcome.NEW, Outcome.SAME)
    ]
    return StepDone(
        said=said,
        result={"settles_ns": settled_ns, "symbols": has_days},
        notes=tuple(notes),
        # What failed may be had an hour later.
        is_whole=not report.failures,
    )


async def copy(place: DailyPlace, db_file: Path | None) -> StepDone:
    """Bring the copy as SQLite into step.

    Raises
    ------
    BadInput
        If the file is somebody else's.
    StoreError
        If the disk refuses.
    """
    path = db_file or place.folder / DB_FILE
    report = await asyncio.to_thread(SqliteCopy(path, place.folder).sync)
    written = sum(report.written.values())
    return StepDone(said=f"{path}: {written:,} rows written")


def quality_inputs(place: DailyPlace, at: StepContext) -> Inputs:
    """Return what the gate looks at."""
    return {
        "bars": bars_told(daily_bars(place, at)),
        "symbols": wanted(place, at),
        "session": newest_session(place.clock.now_ns(), settles_ns(at)).isoformat(),
        "settings": place.settings.daily.quality,
    }


async def quality(place: DailyPlace, at: StepContext) -> StepDone:
    """Let through the symbols whose bars are whole and right.

    Raises
    ------
    NoData
        If none is, or one is not and the settings stop the run for that.
    """
    return await asyncio.to_thread(_gate, place, at)


def _gate(place: DailyPlace, at: StepContext) -> StepDone:
    kept = daily_bars(place, at)
    bad = {s: "no daily bars of it are kept" for s in wanted(place, at) if s not in kept}
    session = newest_session(place.clock.now_ns(), settles_ns(at))
    looked: list[str] = []
    for symbol, each in kept.items():
        why, notes = _looked_at(place, each, session)
        if why:
            bad[symbol] = why
        looked += [f"{symbol}: {note}" for note in notes]
    fine = [symbol for symbol in kept if symbol not in bad]
    told = "; ".join(f"{symbol} {why}" for symbol, why in list(bad.items())[:_MOST_NAMED])
    if len(bad) > _MOST_NAMED:
        told = f"{told}; and {len(bad) - _MOST_NAMED} more"
    if not fine:
        raise NoData(f"no symbol has bars to go on with: {told or 'none are kept'}")
    if bad and place.settings.daily.quality == "stop":
        raise NoData(f"daily.quality stops the run: {told}; mend them, or set it to skip")
    said = f"{len(fine)} of {len(fine) + len(bad)} symbols are fine up to {session}"
    notes = [f"{symbol} is left out: {why}" for symbol, why in bad.items()]
    return StepDone(
        said=said,
        result={"symbols": fine, "left_out": bad, "warnings": len(looked)},
        notes=tuple(notes[: 2 * _MOST_NAMED]),
    )


def _looked_at(place: DailyPlace, kept: KeptHistory, session: date) -> tuple[str, list[str]]:
    report = checked(place.bars, kept, place.clock.now_ns())
    worst = [each for each in report.findings if each.severity is Severity.ERROR]
    notes = [each.detail for each in report.findings if each.severity is Severity.WARNING]
    if worst:
        return "; ".join(f"{each.check.value}: {each.detail}" for each in worst), notes
    last = day_of(kept.last_ns)
    if kept.calendar == "XNYS" and last < session:
        return f"its newest bar is of {last}, and {session} has ended", notes
    return "", notes
