"""Missing sessions of a span, fetched from the command line."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from quantdeck.app.collect import DB_FILE
from quantdeck.app.credentials import polygon_key, surroundings
from quantdeck.app.history_parts import demo_venues, history_sources
from quantdeck.app.places import tape_folder
from quantdeck.app.plans import Surroundings
from quantdeck.app.polygon_access import polygon_access
from quantdeck.app.runs import new_run_id
from quantdeck.app.typed_symbols import typed_symbol
from quantdeck.app.words import counted
from quantdeck.feeds.polygon.endpoints import SOURCE as POLYGON
from quantdeck.feeds.polygon.history import PolygonHistory
from quantdeck.jobs.backfill import ROUND_THE_CLOCK, BackfillRequest, backfill
from quantdeck.model.errors import BadInput
from quantdeck.model.instruments import InstrumentTable, venue_of
from quantdeck.model.options import UNDERLYING_VENUE
from quantdeck.net.clock import SystemClock
from quantdeck.tape.history.store import BarStore
from quantdeck.tape.sqlite_copy import SqliteCopy

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from quantdeck.app.settings import Settings
    from quantdeck.jobs.backfill import BackfillReport
    from quantdeck.ports.history import HistorySource

STOCK_SOURCES = ("polygon", "alpaca", "yahoo")
"""Vendors of stocks that can be named."""

EXIT_NO_DATA = 4
_COINS = "BINANCE"
_MOST_DAYS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillQuestion:
    """What ``quantdeck backfill`` is told.

    Parameters
    ----------
    symbol, first, last : str
        As typed; days such as ``2025-01-31``.
    interval : str
        One of `quantdeck.model.history.INTERVALS_NS`.
    source : str or None
        Vendor; the one whose bars are kept, else that of the settings, where None.
    db_file : Path or None
        The copy as SQLite; that of the data folder where None.
    demo : bool
        Ask the simulators.
    """

    symbol: str
    first: str
    last: str
    interval: str = "1d"
    source: str | None = None
    db_file: Path | None = None
    demo: bool = False


def run_backfill(settings: Settings, question: BackfillQuestion, *, as_json: bool) -> int:
    """Fetch what is missing, bring the SQLite copy into step, say what came; return the exit code.

    Parameters
    ----------
    settings : Settings
        Names the data folder and the vendors.
    question : BackfillQuestion
        Which bars.
    as_json : bool
        Print the report as one JSON object.

    Returns
    -------
    int
        0, or `EXIT_NO_DATA` where something was missing and nothing came.

    Raises
    ------
    AuthFailed
        If the vendor's key is not here.
    BadInput
        If the symbol, a day, the interval or the vendor is none.
    StoreError
        If the disk refuses.
    VenueError
        If the vendor cannot be asked.
    """
    symbol = typed_symbol(question.symbol)
    folder = tape_folder(settings, demo=question.demo)
    wanted = BackfillRequest(
        symbol=symbol,
        first=_day(question.first),
        last=_day(question.last),
        interval=question.interval,
        calendar=ROUND_THE_CLOCK if venue_of(symbol).startswith(_COINS) else "XNYS",
    )
    report = asyncio.run(_filled(settings, question, wanted, folder))
    copy = question.db_file or folder / DB_FILE
    if report.bars:
        SqliteCopy(copy, folder).sync()
    if as_json:
        print(json.dumps(msgspec.to_builtins(report)))  # noqa: T201
    else:
        _tell(report)
    return EXIT_NO_DATA if report.missing and not report.filled else 0


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"{text!r} is no day; write one such as 2025-01-31") from error


async def _filled(
    settings: Settings, question: BackfillQuestion, wanted: BackfillRequest, folder: Path
) -> BackfillReport:
    clock = SystemClock()
    around = Surroundings(clock, InstrumentTable(), new_run_id(clock), folder)
    store = BarStore(folder)
    async with AsyncExitStack() as stack:
        source = await _source(settings, question, wanted, around, stack)
        return await backfill(store, source, wanted, clock=clock, tell=_say)


async def _source(
    settings: Settings,
    question: BackfillQuestion,
    wanted: BackfillRequest,
    around: Surroundings,
    stack: AsyncExitStack,
) -> HistorySource:
    is_stock = venue_of(wanted.symbol) == UNDERLYING_VENUE
    name = question.source
    if name is not None and (name not in STOCK_SOURCES or not is_stock):
        known = ", ".join(STOCK_SOURCES)
        raise BadInput(f"--source {name!r} has no {wanted.symbol}; of stocks there are {known}")
    if is_stock:
        name = name or _usual(settings, wanted, around.folder, demo=question.demo)
    if question.demo:
        if name == POLYGON:
            access = await stack.enter_async_context(
                polygon_access(settings, around.clock, demo=True)
            )
            return PolygonHistory(access.rest, run_id=around.run_id, simulated=True)
        if name == "alpaca":
            raise BadInput("--demo has bars of polygon and yahoo; leave out --source alpaca")
    demo = await demo_venues(stack) if question.demo else None
    section = msgspec.to_builtins(settings.history) | ({"source": name} if name else {})
    history = msgspec.convert(section, type(settings.history))
    sources = history_sources(replace(settings, history=history), around, stack, demo=demo)
    source = sources.get(venue_of(wanted.symbol))
    if source is None:
        raise BadInput(f"nobody is set up to ask for {wanted.symbol}; name one with --source")
    return source


# Bars of a vendor are filled from the same one, so that a series is of one making.
def _usual(settings: Settings, wanted: BackfillRequest, folder: Path, *, demo: bool) -> str | None:
    kept = [
        each
        for each in BarStore(folder).kept()
        if (each.symbol, each.interval) == (wanted.symbol, wanted.interval)
        and each.source in STOCK_SOURCES
    ]
    if kept:
        return max(kept, key=lambda each: each.fetched_ns).source
    if demo:
        return POLYGON
    if settings.history.source != "auto":
        return settings.history.source
    return POLYGON if polygon_key(surroundings()) is not None else None


def _say(text: str) -> None:
    print(f"quantdeck: {text}", file=sys.stderr, flush=True)  # noqa: T201


def _tell(report: BackfillReport) -> None:
    print(  # noqa: T201
        f"{report.symbol} {report.interval} of {report.source}, {report.first} to {report.last}: "
        f"{counted(report.expected, 'session')}, {len(report.missing):,} missing, "
        f"{len(report.filled):,} fetched ({counted(report.bars, 'bar')})"
    )
    if report.absent:
        said = f"{report.source} has nothing of {_named(report.absent)}"
        print(said)  # noqa: T201
    if report.unended:
        print(f"{counted(report.unended, 'session')} of the span not ended yet")  # noqa: T201


def _named(days: Sequence[date]) -> str:
    more = f" and {len(days) - _MOST_DAYS:,} more" if len(days) > _MOST_DAYS else ""
    return ", ".join(map(str, days[:_MOST_DAYS])) + more
