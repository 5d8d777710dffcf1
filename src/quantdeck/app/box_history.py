"""The history of rates computed anew from the snapshots that are kept, day by day."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from quantdeck.analytics.boxes import rates_of_snapshot
from quantdeck.analytics.boxes.types import BoxRules
from quantdeck.app.compute_parts import computing
from quantdeck.app.pairs_output import progress
from quantdeck.app.places import tape_folder
from quantdeck.app.research_work import day_span, in_thread
from quantdeck.app.times import parse_time
from quantdeck.app.words import counted
from quantdeck.jobs.boxes import rate_rows
from quantdeck.model.errors import NoData, StoreError
from quantdeck.ports.box_store import RateRow, StoredSnapshot
from quantdeck.ports.jobs import JobReport
from quantdeck.tape.chains.store import FOLDER, ChainStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from quantdeck.app.research_work import Progress
    from quantdeck.app.settings import Settings
    from quantdeck.model.chains import ChainSnapshot
    from quantdeck.ports.compute import Executor
    from quantdeck.ports.jobs import JobQuestion, JobTeller

_DAY_NS = 86_400_000_000_000
_OF_AN_ITEM = 50
_STEPS = 1000
# What is on its way at once: rows of rates there, and where this process reads, whole chains.
_NAMED_AT_ONCE, _SENT_AT_ONCE = 5_000, 200


class RateWork(msgspec.Struct, frozen=True):
    """How rates are computed, of all snapshots.

    Parameters
    ----------
    folder : str
        Data folder, in which workers read snapshots that they are named.
    rules : BoxRules
        How.
    tenors_days : tuple of int
        Constant tenors. [days]
    """

    folder: str
    rules: BoxRules
    tenors_days: tuple[int, ...]


class SomeRates(NamedTuple):
    """What came of some snapshots.

    Parameters
    ----------
    rows : list of RateRow
        Their rates.
    unread : tuple of str
        Paths of those that are gone or damaged.
    """

    rows: list[RateRow]
    unread: tuple[str, ...]


class Recomputed(msgspec.Struct, frozen=True):
    """What was computed anew.

    Parameters
    ----------
    snapshots, rows : int
        Read, and kept of them.
    unread : tuple of str
        Snapshots that are gone or damaged; their rates stay as they were.
    """

    snapshots: int
    rows: int
    unread: tuple[str, ...]


def rates_of_some(
    work: RateWork, snapshots: Sequence[StoredSnapshot] | Sequence[ChainSnapshot]
) -> SomeRates:
    """Return the rates of snapshots, read by whoever does the work, or sent to it.

    Parameters
    ----------
    work : RateWork
        How.
    snapshots : sequence of StoredSnapshot or of ChainSnapshot
        Named, or as they are.

    Raises
    ------
    StoreError
        If this machine has no such folder.
    """
    store = ChainStore(Path(work.folder))
    rows: list[RateRow] = []
    unread: list[str] = []
    for each in snapshots:
        try:
            snapshot = store.read(each) if isinstance(each, StoredSnapshot) else each
        except (NoData, StoreError):
            if not (Path(work.folder) / FOLDER).is_dir():
                raise StoreError(
                    f"{work.folder} holds no option chains on this worker; mount the data folder there "
                    "under the same path, or set compute.reads to here"
                ) from None
            unread.append(each.path if isinstance(each, StoredSnapshot) else "")
            continue
        rows += rate_rows(snapshot, rates_of_snapshot(snapshot, work.rules), work.tenors_days)
    return SomeRates(rows, tuple(unread))


def recompute(
    settings: Settings,
    folder: Path,
    executor: Executor,
    span: tuple[int | None, int | None],
    *,
    on_progress: Callable[[float], None],
    tell: Callable[[str], None] | None = None,
) -> Recomputed:
    """Compute the history of rates anew; what was done stays when it is ended.

    Parameters
    ----------
    settings : Settings
        Rules and tenors, and who reads.
    folder : Path
        Data folder.
    executor : Executor
        Who works.
    span : tuple of int or None
        Snapshots of ``start <= taken_ns < end``. [ns]
    on_progress : callable
        Told the share that is done; what it raises ends the work.
    tell : callable, optional
        Told who works.

    Raises
    ------
    NoData
        If no snapshot is kept in the span; says which days there are, or how to keep some.
    ComputeError, StoreError
        If workers are lost, or lack the folder; if the disk refuses.
    """
    start_ns, end_ns = span
    store = ChainStore(folder)
    known = [
        each
        for each in reversed(store.snapshots(start_ns=start_ns))
        if end_ns is None or each.taken_ns < end_ns
    ]
    if not known:
        raise _none_kept(store)
    is_named = settings.compute.reads == "workers"
    boxes = settings.boxes
    work = RateWork(str(folder.resolve()), boxes.rules(), boxes.tenors_days)
    done = rows = 0
    unread: list[str] = []
    for some in _portions(known, _NAMED_AT_ONCE if is_named else _SENT_AT_ONCE):
        count = sum(map(len, some))
        items = some if is_named else [_read(store, each, unread) for each in some]

        def told(share: float, before: int = done, count: int = count) -> None:
            on_progress((before + share * count) / len(known))

        for found in executor.map(rates_of_some, items, work, on_progress=told, tell=tell):
            store.append_rates(found.rows)
            rows += len(found.rows)
            unread += found.unread
        done += count
    return Recomputed(done - len(unread), rows, tuple(unread))


class RatesJob:
    """Computes the history of rates anew. Fulfils `quantdeck.ports.jobs.Job`.

    Parameters
    ----------
    settings : Settings
        Rules and tenors.
    folder : Path
        Data folder.
    executor : Executor
        Who works.
    """

    def __init__(self, settings: Settings, folder: Path, executor: Executor) -> None:
        self._settings = settings
        self._folder = folder
        self._executor = executor

    def check(self, question: JobQuestion) -> None:
        """Look at the days."""
        day_span(question)

    async def run(self, question: JobQuestion, tell: JobTeller) -> JobReport:
        """Compute, and keep."""
        span = day_span(question)

        def work(on_progress: Progress) -> JobReport:
            done = 0

            def told(share: float) -> None:
                nonlocal done
                done = round(_STEPS * share)
                on_progress(done, _STEPS, "")

            found = recompute(
                self._settings,
                self._folder,
                self._executor,
                span,
                on_progress=told,
                tell=lambda text: on_progress(done, _STEPS, text),
            )
            return JobReport(said=_said(found), rows=found.rows)

        return await in_thread(work, tell)


def run_recompute(
    settings: Settings,
    *,
    start: str | None,
    end: str | None,
    demo: bool,
    as_json: bool,
) -> None:
    """Compute the history of rates anew, and print what was done; see `quantdeck.cli.boxes`.

    Raises
    ------
    BadInput
        If a day is none.
    NoData
        If no snapshot is kept in the span.
    """
    last = parse_time(end)
    span = (parse_time(start), None if last is None else last // _DAY_NS * _DAY_NS + _DAY_NS)
    folder = tape_folder(settings, demo=demo)
    with progress("computing rates") as told, computing(settings) as executor:
        found = recompute(settings, folder, executor, span, on_progress=told)
    if as_json:
        print(json.dumps(msgspec.to_builtins(found)))  # noqa: T201
    else:
        print(_said(found))  # noqa: T201


def _portions(
    known: Sequence[StoredSnapshot], most: int
) -> Iterator[list[tuple[StoredSnapshot, ...]]]:
    portion: list[tuple[StoredSnapshot, ...]] = []
    held = 0
    for _, of_day in groupby(known, key=lambda each: each.taken_ns // _DAY_NS):
        day = list(of_day)
        for at in range(0, len(day), _OF_AN_ITEM):
            some = tuple(day[at : at + _OF_AN_ITEM])
            if portion and held + len(some) > most:
                yield portion
                portion, held = [], 0
            portion.append(some)
            held += len(some)
    if portion:
        yield portion


def _none_kept(store: ChainStore) -> NoData:
    every = store.snapshots()
    if every:
        oldest, newest = (_day(each.taken_ns) for each in (every[-1], every[0]))
        return NoData(
            "no snapshot of option chains is kept of the days asked for; those that are kept were "
            f"taken from {oldest} to {newest}; ask for days among these"
        )
    return NoData(
        "rates are computed from snapshots of option chains, and none is kept; a deck keeps them while "
        "feeds.alpaca or feeds.tastytrade is enabled, quantdeck boxes collect takes some, and quantdeck "
        "boxes import reads files"
    )


def _day(ts_ns: int) -> str:
    return datetime.fromtimestamp(ts_ns / 1e9, UTC).date().isoformat()


def _read(
    store: ChainStore, some: Sequence[StoredSnapshot], unread: list[str]
) -> tuple[ChainSnapshot, ...]:
    found: list[ChainSnapshot] = []
    for each in some:
        try:
            found.append(store.read(each))
        except (NoData, StoreError):
            unread.append(each.path)
    return tuple(found)


def _said(found: Recomputed) -> str:
    lost = f"; {counted(len(found.unread), 'snapshot')} could not be read" if found.unread else ""
    return f"{counted(found.rows, 'rate')} of {counted(found.snapshots, 'snapshot')} computed anew{lost}"
