"""Everything about some stocks, collected from the command line."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from quantdeck.app.collect_access import collect_access, collect_stores, symbols_at_once
from quantdeck.app.collect_text import show_report
from quantdeck.app.places import tape_folder
from quantdeck.app.polygon_events import PolygonQuestion, run_polygon_stream
from quantdeck.app.runs import new_run_id
from quantdeck.app.signals import until_told_to_stop
from quantdeck.feeds.polygon.endpoints import pace_of
from quantdeck.feeds.polygon.symbols import checked_stock
from quantdeck.jobs.collect import Collector
from quantdeck.jobs.collect_report import CollectPlan, Part
from quantdeck.model.errors import BadInput
from quantdeck.net.clock import SystemClock
from quantdeck.tape.sqlite_copy import SqliteCopy

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from quantdeck.app.settings import Settings
    from quantdeck.jobs.collect_report import Collected, CollectReport
    from quantdeck.tape.sqlite_copy import CopyReport

DB_FILE = "market_data.db"
"""The copy as SQLite, in the data folder."""

EXIT_REFUSED, EXIT_NO_DATA, EXIT_INTERRUPTED = 3, 4, 130
_WORTH_A_LINE_MIN = 1.0
_DEMO_STOCKS = ("AAPL", "MSFT", "SPY")


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectQuestion:
    """What ``quantdeck collect`` is told.

    Parameters
    ----------
    symbols : tuple of str
        Stocks as typed; those of the settings where empty.
    parts : tuple of str
        Parts as typed; all where empty.
    sessions : int
        Newest sessions that are present afterwards.
    expiries : int
        Nearest expiries of each option chain.
    stream : bool
        Go on with trades and quotes until interrupted.
    realtime : bool
        Try real-time data first.
    db_file : Path or None
        The copy as SQLite; `DB_FILE` of the data folder where None.
    demo : bool
        Ask the simulators.
    """

    symbols: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    sessions: int = 60
    expiries: int = 6
    stream: bool = False
    realtime: bool = False
    db_file: Path | None = None
    demo: bool = False


def run_collect(settings: Settings, question: CollectQuestion, *, as_json: bool) -> int:
    """Collect, bring the SQLite copy into step, print what became of it, and return the exit code.

    Parameters
    ----------
    settings : Settings
        Names the data folder, the plan and the cache.
    question : CollectQuestion
        What is wanted.
    as_json : bool
        Print the report as one JSON object in a line.

    Returns
    -------
    int
        0; `EXIT_REFUSED` where something failed, `EXIT_NO_DATA` where nothing was had of a symbol,
        `EXIT_INTERRUPTED` where it was told to stop.

    Raises
    ------
    AuthFailed
        If the key is not here or refused.
    BadInput
        If a symbol or a part is none, or the SQLite file is somebody else's.
    StoreError
        If the disk refuses.
    """
    if question.realtime and not question.stream:
        raise BadInput("--realtime takes --stream: it is the stream that is real-time or late")
    plan = collect_plan(settings, question)
    folder = tape_folder(settings, demo=question.demo)
    report = asyncio.run(_collected(settings, question, plan, folder))
    copied = None
    if not report.interrupted:
        copied = _copied(question.db_file or folder / DB_FILE, folder)
    if as_json:
        told = msgspec.to_builtins(report)
        told["unknown"] = report.unknown
        told["sqlite"] = None if copied is None else msgspec.to_builtins(copied)
        print(json.dumps(told), flush=True)  # noqa: T201
    else:
        show_report(report, copied, question.db_file or folder / DB_FILE)
    if report.interrupted:
        return EXIT_INTERRUPTED
    if question.stream:
        wanted = PolygonQuestion(
            symbols=plan.symbols, realtime=question.realtime, demo=question.demo
        )
        run_polygon_stream(settings, wanted, as_json=as_json)
    if report.failures:
        return EXIT_REFUSED
    return EXIT_NO_DATA if report.unknown or not report.has_brought else 0


def collect_plan(settings: Settings, question: CollectQuestion) -> CollectPlan:
    """Return what a collector is to fetch.

    Parameters
    ----------
    settings : Settings
        Stocks that are followed, and the plan.
    question : CollectQuestion
        What was typed.

    Raises
    ------
    BadInput
        If a symbol or a part is none.
    """
    typed = question.symbols
    if not typed:
        typed = _DEMO_STOCKS if question.demo else _followed(settings)
    known = {part.value: part for part in Part}
    unknown = [name for name in question.parts if name.lower() not in known]
    if unknown:
        raise BadInput(f"--only {unknown[0]!r} is not collected; there are {', '.join(known)}")
    parts = tuple(dict.fromkeys(known[name.lower()] for name in question.parts)) or tuple(Part)
    return CollectPlan(
        symbols=tuple(dict.fromkeys(map(checked_stock, typed))),
        parts=parts,
        sessions=question.sessions,
        expiries=question.expiries,
        at_once=symbols_at_once(settings, demo=question.demo),
    )


def _followed(settings: Settings) -> tuple[str, ...]:
    found: list[str] = []
    for text in settings.history.symbols:
        with suppress(BadInput):
            found.append(checked_stock(text))
    return tuple(found)


async def _collected(
    settings: Settings, question: CollectQuestion, plan: CollectPlan, folder: Path
) -> CollectReport:
    clock = SystemClock()
    run_id = new_run_id(clock)
    console = Console(stderr=True)
    columns = (TextColumn("{task.description:<28}"), BarColumn(), MofNCompleteColumn())
    # Where nobody looks, only the report is printed.
    bar = Progress(*columns, TimeElapsedColumn(), console=console, disable=not console.is_terminal)
    async with collect_access(settings, clock, run_id, demo=question.demo) as access:
        if not question.demo:
            _warn_of_the_pace(settings, plan)
        with bar:
            collector = Collector(
                plan,
                collect_stores(folder),
                access.vendor,
                clock=clock,
                run_id=run_id,
                news=access.news,
                progress=_showing(bar),
            )
            bar.update(bar.task_ids[0], total=collector.steps)
            return await _until_told(collector)


# Every part of a symbol is a request at least, an option chain two, and quotes come together.
def _warn_of_the_pace(settings: Settings, plan: CollectPlan) -> None:
    chosen = settings.feeds.polygon
    pace = pace_of(chosen.plan, chosen.requests_per_minute)
    alone = [part for part in plan.parts if part is not Part.QUOTE]
    requests = len(plan.symbols) * (len(alone) + (Part.CHAIN in alone))
    minutes = requests / pace.most * pace.window_s / 60.0
    if minutes >= _WORTH_A_LINE_MIN:
        print(  # noqa: T201
            f"quantdeck: plan {chosen.plan} lets {pace.most} requests through in {pace.window_s:.0f} s: "
            f"up to {minutes:,.0f} minutes, if nothing is there yet (feeds.polygon.plan)",
            file=sys.stderr,
            flush=True,
        )


def _showing(bar: Progress) -> Callable[[Collected], None]:
    task = bar.add_task("collecting", total=None)

    def show(item: Collected) -> None:
        words = f"{item.symbol or 'headlines'} {item.part.value}"
        bar.update(task, advance=1, description=words)

    return show


async def _until_told(collector: Collector) -> CollectReport:
    work = asyncio.ensure_future(collector.run())
    told = asyncio.ensure_future(until_told_to_stop())
    await asyncio.wait({work, told}, return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    if work.done():
        return work.result()
    # What is being written is finished; what is being fetched is given up.
    work.cancel()
    with suppress(asyncio.CancelledError):
        await work
    return collector.report()


def _copied(path: Path, folder: Path) -> CopyReport:
    console = Console(stderr=True)
    if not console.is_terminal:
        return SqliteCopy(path, folder).sync()
    with console.status(f"bringing {path} into step"):
        return SqliteCopy(path, folder).sync()
