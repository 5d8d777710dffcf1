"""Snapshots of option chains for the command line: one, or one after the other."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec
from rich.console import Console

from quantdeck.app.box_sources import Seams, chosen_source, open_demo, open_source
from quantdeck.app.credentials import surroundings
from quantdeck.app.places import tape_folder
from quantdeck.app.runs import new_run_id
from quantdeck.app.signals import until_told_to_stop
from quantdeck.app.words import counted
from quantdeck.jobs.boxes import CollectPlan, Round, collect, take_round
from quantdeck.model.errors import BadInput
from quantdeck.model.instruments import canonical
from quantdeck.model.options import UNDERLYING_VENUE
from quantdeck.net.clock import SystemClock
from quantdeck.ports.chains import ChainRequest
from quantdeck.tape.chains.files import write_chain
from quantdeck.tape.chains.store import ChainStore

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from rich.status import Status

    from quantdeck.app.settings import Settings
    from quantdeck.ports.chains import ChainSource

_MEGABYTE = 1e6


@dataclass(frozen=True, slots=True)
class CollectQuestion:
    """What ``quantdeck boxes snapshot`` and ``collect`` are told.

    Parameters
    ----------
    source : str or None
        Vendor; the settings' where None.
    tickers : tuple of str
        Underlyings as typed; the settings' where empty.
    demo : bool
        Use the simulator.
    loop : bool
        Go on until interrupted.
    csv : Path or None
        Folder for each snapshot as CSV as well.
    """

    source: str | None = None
    tickers: tuple[str, ...] = ()
    demo: bool = False
    loop: bool = False
    csv: Path | None = None


def run_collect(settings: Settings, question: CollectQuestion, *, as_json: bool) -> None:
    """Take one snapshot of every ticker, or go on doing so; see `quantdeck.cli.boxes`.

    Raises
    ------
    BadInput
        If there is no such vendor, ticker or folder.
    AuthFailed, NotEntitled
        If the vendor refuses, or its key is not here.
    VenueError
        If nothing can be fetched now.
    NoData
        If nothing is listed.
    StoreError
        If the disk refuses.
    """
    if question.csv is not None and not question.csv.is_dir():
        raise BadInput(f"the folder {question.csv} of --csv is not there")
    asyncio.run(_run(settings, question, as_json=as_json))


def collect_plan(settings: Settings, tickers: tuple[str, ...] = ()) -> CollectPlan:
    """Return what the settings ask the collector for.

    Parameters
    ----------
    settings : Settings
        The section ``boxes``.
    tickers : tuple of str
        Underlyings as typed; the settings' where empty.

    Raises
    ------
    BadInput
        If a ticker is not a symbol.
    """
    boxes = settings.boxes
    names = [canonical(t, default_venue=UNDERLYING_VENUE) for t in tickers or boxes.tickers]
    return CollectPlan(
        requests=tuple(
            ChainRequest(name, expiries=boxes.expiries_per_ticker) for name in dict.fromkeys(names)
        ),
        rules=boxes.rules(),
        tenors_days=boxes.tenors_days,
        keep=boxes.max_snapshots_retained,
        interval_s=boxes.update_interval_seconds,
    )


async def _run(settings: Settings, question: CollectQuestion, *, as_json: bool) -> None:
    clock = SystemClock()
    plan = collect_plan(settings, question.tickers)
    store = ChainStore(tape_folder(settings, demo=question.demo))
    with Console(stderr=True).status("connecting ...") as status:
        teller = _Teller(store, status, question.csv, as_json=as_json)
        async with _source(settings, question, clock) as source:
            if not question.loop:
                done = await take_round(source, store, plan, clock=clock, tell=teller.tell)
                teller.report(done)
                return
            work = asyncio.ensure_future(
                collect(source, store, plan, clock=clock, report=teller.report, tell=teller.tell)
            )
            told = asyncio.ensure_future(until_told_to_stop())
            await asyncio.wait({work, told}, return_when=asyncio.FIRST_COMPLETED)
            told.cancel()
            if not work.done():
                # What is being written is finished; what is being fetched is given up.
                work.cancel()
            with suppress(asyncio.CancelledError):
                await work
    if not as_json:
        print(teller.summary(), file=sys.stderr)  # noqa: T201


@asynccontextmanager
async def _source(
    settings: Settings, question: CollectQuestion, clock: SystemClock
) -> AsyncGenerator[ChainSource]:
    seams = Seams(clock, new_run_id(clock))
    environ = surroundings()
    name = chosen_source(settings, environ, name=question.source, demo=question.demo)
    if question.demo:
        async with open_demo(settings, name) as make:
            feed = make(seams)
            try:
                yield feed
            finally:
                await feed.close()
        return
    async with open_source(settings, name, seams, environ=environ) as source:
        yield source


class _Teller:
    def __init__(
        self, store: ChainStore, status: Status, csv: Path | None, *, as_json: bool
    ) -> None:
        self._store, self._status, self._csv, self._as_json = store, status, csv, as_json
        self._rounds = self._snapshots = self._failures = 0

    def tell(self, text: str) -> None:
        self._status.update(f"{text} ({self.summary()})" if self._rounds else text)

    def report(self, done: Round) -> None:
        self._rounds += 1
        self._failures += len(done.failures)
        for taken in done.taken:
            if taken.stored is None:
                print(f"quantdeck: {taken.underlying}: {taken.failure}", file=sys.stderr)  # noqa: T201
                continue
            self._snapshots += 1
            if self._csv is not None:
                snapshot = self._store.read(taken.stored)
                name = taken.stored.path.rpartition("/")[2].replace(".parquet", ".csv")
                write_chain(snapshot, self._csv / name, form="csv")
        print(self._json(done) if self._as_json else self._text(done), flush=True)  # noqa: T201

    def summary(self) -> str:
        failed = f", {self._failures} failed" if self._failures else ""
        rounds, snapshots = counted(self._rounds, "round"), counted(self._snapshots, "snapshot")
        return f"{rounds}, {snapshots}{failed}"

    @staticmethod
    def _json(done: Round) -> str:
        return json.dumps(msgspec.to_builtins(done))

    @staticmethod
    def _text(done: Round) -> str:
        began = datetime.fromtimestamp(done.began_ns / 1e9, UTC)
        lines = [
            f"{began:%Y-%m-%d %H:%M:%S} UTC  {each.underlying.partition(':')[2]}  "
            f"{each.stored.expiries} expiries, {each.stored.rows:,} contracts, "
            f"{each.usable} of {each.rates} rates to rely on, feed {each.stored.feed}, "
            f"{each.stored.bytes / _MEGABYTE:.1f} MB, {each.seconds:.1f} s"
            for each in done.taken
            if each.stored is not None
        ]
        return "\n".join(lines) or f"{began:%Y-%m-%d %H:%M:%S} UTC  nothing could be taken"
