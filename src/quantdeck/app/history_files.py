"""Prices of years for the command line: what is kept, fetching, and files of them."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq

from quantdeck.app.history_parts import demo_venues, history_sources
from quantdeck.app.places import tape_folder
from quantdeck.app.plans import Surroundings
from quantdeck.app.runs import new_run_id
from quantdeck.app.times import parse_time
from quantdeck.app.typed_symbols import typed_symbol
from quantdeck.app.words import counted
from quantdeck.hub.history_fetch import KEPT_INTERVALS, HistoryFetcher, Spans
from quantdeck.model.errors import BadInput, NoData, QuantdeckError
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from quantdeck.tape.history.store import BarStore
from quantdeck.views.tables import with_time

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa

    from quantdeck.app.files import ExportQuestion
    from quantdeck.app.settings import Settings
    from quantdeck.ports.history import KeptHistory

EXPORTS = ("history", "corporate_actions")
"""What is exported of histories, by the names of the views in SQL."""

_TIMES = {"history": "start_ns", "corporate_actions": "ex_ns"}


@dataclass(frozen=True, slots=True)
class FetchQuestion:
    """What ``quantdeck history fetch`` is asked for.

    Parameters
    ----------
    symbols : tuple of str
        As typed.
    interval : str
        ``1d`` or ``1h``.
    source : str or None
        Vendor of stocks; the settings' where None.
    demo : bool
        Ask the simulators.
    """

    symbols: tuple[str, ...]
    interval: str = "1d"
    source: str | None = None
    demo: bool = False


def run_list(settings: Settings, *, demo: bool, as_json: bool) -> None:
    """Print what is kept; see `quantdeck.cli.history`.

    Raises
    ------
    NoData
        If nothing is.
    StoreError
        If it cannot be read.
    """
    folder = tape_folder(settings, demo=demo)
    every = BarStore(folder).kept()
    if not every:
        raise NoData(
            f"no prices of years are kept in {folder}; fetch some with quantdeck history fetch SPY, or "
            "start a deck"
        )
    for kept in every:
        _tell(kept, as_json=as_json)


def run_fetch(settings: Settings, question: FetchQuestion, *, as_json: bool) -> None:
    """Fetch what is missing of some symbols, keep it, and print what is kept then.

    Raises
    ------
    BadInput
        If a symbol or the interval is none, or the vendor does not know it.
    NoData
        If a vendor has nothing of a symbol; the others are kept.
    StoreError
        If the disk refuses.
    VenueError
        If a vendor cannot be asked; the others are kept.
    """
    if question.interval not in KEPT_INTERVALS:
        known = " and ".join(KEPT_INTERVALS)
        raise BadInput(f"--interval {question.interval!r} is not kept; there are {known}")
    symbols = [typed_symbol(text) for text in question.symbols]
    if not symbols:
        raise BadInput("no symbol was named; name at least one, such as SPY or BTCUSDT")
    if question.demo and question.source is not None:
        raise BadInput("--demo asks the simulators of Yahoo and Binance; leave out --source")
    if question.source is not None:
        section = msgspec.to_builtins(settings.history) | {"source": question.source}
        try:
            history = msgspec.convert(section, type(settings.history))
        except msgspec.ValidationError as error:
            raise BadInput(f"--source {question.source!r} is not known: {error}") from error
        settings = msgspec.structs.replace(settings, history=history)
    failure = asyncio.run(_fetched(settings, question, symbols, as_json=as_json))
    if failure is not None:
        raise failure


def history_tables(folder: Path, question: ExportQuestion) -> Iterator[pa.Table]:
    """Return kept bars, or corporate actions, as they are exported.

    Parameters
    ----------
    folder : Path
        Of the tape.
    question : ExportQuestion
        What is asked for; bars of every interval that is kept unless one of them is named.

    Yields
    ------
    pa.Table
        One per file of bars, or all actions.

    Raises
    ------
    NoData
        If nothing of it is kept.
    StoreError
        If it cannot be read.
    """
    symbols = {typed_symbol(text) for text in question.symbols}
    start_ns, end_ns = parse_time(question.start), parse_time(question.end)
    files, actions = BarStore(folder).files()
    if not files:
        raise NoData(f"no prices of years are kept in {folder}")
    tables = (pq.ParquetFile(path).read() for path in files)
    time = _TIMES[question.what]
    for table in tables if question.what == "history" else (actions,):
        wanted = np.ones(table.num_rows, np.bool_)
        if symbols:
            named = pc.is_in(table.column("symbol").cast("string"), value_set=_strings(symbols))
            wanted &= named.to_numpy()
        if question.timeframe in KEPT_INTERVALS:
            interval = table.column("interval").cast("string")
            wanted &= pc.equal(interval, question.timeframe).to_numpy()
        times = table.column(time).to_numpy()
        wanted &= (times >= start_ns) if start_ns is not None else True
        wanted &= (times < end_ns) if end_ns is not None else True
        if wanted.any():
            yield with_time(table.filter(wanted), time)


def _strings(values: set[str]) -> pa.Array:
    import pyarrow as pa

    return pa.array(sorted(values), pa.string())


async def _fetched(
    settings: Settings, question: FetchQuestion, symbols: Sequence[str], *, as_json: bool
) -> QuantdeckError | None:
    clock = SystemClock()
    folder = tape_folder(settings, demo=question.demo)
    around = Surroundings(clock, InstrumentTable(), new_run_id(clock), folder)
    chosen, failure = settings.history, None
    spans = Spans(years=chosen.years, hours_days=max(1, chosen.hours_days))
    async with AsyncExitStack() as stack:
        demo = await demo_venues(stack) if question.demo else None
        sources = history_sources(settings, around, stack, demo=demo)
        store = BarStore(folder)
        fetcher = HistoryFetcher(store, sources, spans=spans, clock=clock)
        for symbol in dict.fromkeys(symbols):
            known = {(k.symbol, k.interval, k.source): k for k in store.kept()}
            before = known.get((symbol, question.interval, fetcher.source_of(symbol)))
            try:
                _tell(await fetcher.fetch(symbol, question.interval, before), as_json=as_json)
            except QuantdeckError as error:
                if failure is not None:
                    print(f"quantdeck: {failure}", file=sys.stderr)  # noqa: T201
                failure = error
    return failure


def _tell(kept: KeptHistory, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(msgspec.to_builtins(kept)))  # noqa: T201
        return
    first, last = (
        np.datetime64(ns, "ns").astype("datetime64[D]") for ns in (kept.first_ns, kept.last_ns)
    )
    actions = f", {counted(kept.actions, 'corporate action')}" if kept.actions else ""
    vendor = " ".join(filter(None, (kept.source, kept.feed, kept.delay)))
    print(  # noqa: T201
        f"{kept.symbol} {kept.interval}: {counted(kept.rows, 'bar')}, {first} to {last}{actions} "
        f"({vendor})"
    )
