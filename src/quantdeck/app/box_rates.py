"""The rates of an option chain for the command line: from a file, or from what is kept."""

from __future__ import annotations

import json
import math
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from quantdeck.app.places import tape_folder
from quantdeck.app.runs import new_run_id
from quantdeck.model.errors import NoData
from quantdeck.model.feed import Delay, Provenance
from quantdeck.net.clock import SystemClock
from quantdeck.tape.chains.files import read_chain
from quantdeck.tape.chains.store import ChainStore
from quantdeck.views.box_rates import RATE_COLUMNS, rate_rows, row_texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.analytics.boxes.types import ExpiryRate
    from quantdeck.app.settings import Settings
    from quantdeck.model.chains import ChainSnapshot
    from quantdeck.tape.chains.rows import BrokenRow

_NAMED_LINES = 10
_TEXTS = {"root", "expiry", "settlement", "status"}


@dataclass(frozen=True, slots=True)
class ChainQuestion:
    """Which chains are asked about.

    Parameters
    ----------
    file : Path or None
        A file of chains; None takes the newest snapshot kept of each ticker.
    form : str or None
        Format of the file; None takes it from the name.
    strict : bool
        Whether a row that cannot be used is an error.
    roots : tuple of str
        Only these; all where empty.
    demo : bool
        Take what is kept of the demo.
    """

    file: Path | None = None
    form: str | None = None
    strict: bool = False
    roots: tuple[str, ...] = ()
    demo: bool = False


def run_rates(
    settings: Settings, question: ChainQuestion, *, benchmark: Path | None, as_json: bool
) -> None:
    """Print one row per root and expiry; see `quantdeck.cli.boxes`.

    Raises
    ------
    BadInput
        If a file is not what it should be.
    NoData
        If there is no chain, or none of the wanted roots.
    """
    from quantdeck.analytics.boxes import rates_of_snapshot

    snapshots = snapshots_of(settings, question)
    rules = settings.boxes.rules()
    file = benchmark or (Path(settings.boxes.benchmarks) if settings.boxes.benchmarks else None)
    rows: list[dict[str, Any]] = []
    floors: dict[str, ExpiryRate] = {}
    for snapshot in snapshots:
        rates = rates_of_snapshot(snapshot, rules)
        compared = None if file is None else _benchmark(file, snapshot, rates)
        rows += rate_rows(rates, compared)
        for rate in rates:
            if math.isfinite(rate.rate_floor):
                floors[rate.root] = rate
    if as_json:
        print(json.dumps(rows, indent=2))  # noqa: T201
        return
    for snapshot in snapshots:
        print(heading(snapshot), file=sys.stderr)  # noqa: T201
    for root, rate in floors.items():
        print(  # noqa: T201
            f"{root}: American exercise gives no rate, only that it is at least "
            f"{rate.rate_floor:.5f} until {rate.expiry}",
            file=sys.stderr,
        )
    show_rows(rows)


def snapshots_of(settings: Settings, question: ChainQuestion) -> list[ChainSnapshot]:
    """Return the snapshots asked about, with the chains of the wanted roots only.

    Raises
    ------
    BadInput
        If a file is not what it should be.
    NoData
        If there is none, or none of the wanted roots.
    """
    snapshots = _from_file(question) if question.file else _kept(settings, question)
    if not question.roots:
        return snapshots
    wanted = {root.upper() for root in question.roots}
    chosen = [part for each in snapshots if (part := _only(each, wanted)).chains]
    absent = wanted - {chain.root for snapshot in chosen for chain in snapshot.chains}
    if absent:
        there = sorted({chain.root for snapshot in snapshots for chain in snapshot.chains})
        raise NoData(f"no chain of {', '.join(sorted(absent))}; there are {', '.join(there)}")
    return chosen


def heading(snapshot: ChainSnapshot) -> str:
    """Return what a snapshot is, in one line."""
    taken = datetime.fromtimestamp(snapshot.taken_ns / 1e9, UTC)
    underlyings = sorted({chain.underlying.partition(":")[2] for chain in snapshot.chains})
    provenance = snapshot.provenance
    return (
        f"{', '.join(underlyings)} as of {taken:%Y-%m-%d %H:%M:%S} UTC, source {provenance.source}, "
        f"feed {snapshot.feed}, {provenance.delay.value}; rates continuous ACT/365"
    )


def show_rows(rows: Sequence[dict[str, Any]]) -> None:
    """Print rows as a table."""
    names = list(rows[0]) if rows else list(RATE_COLUMNS)
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in names:
        table.add_column(name, justify="left" if name in _TEXTS else "right", no_wrap=True)
    for row in rows:
        table.add_row(*row_texts(row))
    # Cut columns are worse than long lines, and a pipe has no width.
    Console(width=10_000).print(table, highlight=False, markup=False)


def _benchmark(file: Path, snapshot: ChainSnapshot, rates: Sequence[ExpiryRate]) -> list[float]:
    from quantdeck.analytics.boxes.curve import benchmark_rates
    from quantdeck.analytics.sessions import us_sessions
    from quantdeck.tape.chains.benchmarks import read_benchmarks

    points = read_benchmarks(file, day=us_sessions().trade_date(snapshot.taken_ns))
    return benchmark_rates(points, [rate.days for rate in rates]).tolist()


def _from_file(question: ChainQuestion) -> list[ChainSnapshot]:
    assert question.file is not None  # noqa: S101 - asked for by the caller
    reading = Provenance("file", Delay.IMPORTED, new_run_id(SystemClock()))
    found = read_chain(
        question.file, form=question.form, provenance=reading, strict=question.strict
    )
    _tell_broken(question.file, found.broken)
    return [found.snapshot]


def _kept(settings: Settings, question: ChainQuestion) -> list[ChainSnapshot]:
    store = ChainStore(tape_folder(settings, demo=question.demo))
    newest: dict[str, ChainSnapshot] = {}
    for stored in store.snapshots():
        if stored.underlying not in newest:
            newest[stored.underlying] = store.read(stored)
    if not newest:
        raise NoData(
            "no snapshot of a chain is kept; take one with quantdeck boxes snapshot, or name a "
            "file with --chain"
        )
    return list(newest.values())


def _only(snapshot: ChainSnapshot, roots: set[str]) -> ChainSnapshot:
    from dataclasses import replace

    return replace(snapshot, chains=tuple(c for c in snapshot.chains if c.root in roots))


def _tell_broken(file: Path, broken: Sequence[BrokenRow]) -> None:
    for row in broken[:_NAMED_LINES]:
        print(f"quantdeck: {file.name}, {row}", file=sys.stderr)  # noqa: T201
    if len(broken) > _NAMED_LINES:
        more = len(broken) - _NAMED_LINES
        print(f"quantdeck: {file.name}: and {more:,} more rows cannot be used", file=sys.stderr)  # noqa: T201
