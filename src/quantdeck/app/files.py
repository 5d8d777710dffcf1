"""Files in and out for the command line: import of recordings, export of ticks and bars."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from rich.console import Console

from quantdeck.app.deck_parts import ring_rows
from quantdeck.app.export_kept import KEPT, kept_tables
from quantdeck.app.history_files import EXPORTS, history_tables
from quantdeck.app.places import tape_folder
from quantdeck.app.plans import FramePlayer, Surroundings
from quantdeck.app.runs import new_run_id
from quantdeck.app.tape_parts import tape_options, tape_reader, tape_writer
from quantdeck.app.times import parse_time
from quantdeck.app.words import counted, nothing_recorded
from quantdeck.feeds.replay.frames import require_whole
from quantdeck.hub.gaps import GapLedger
from quantdeck.hub.lane import Lane
from quantdeck.jobs.importing import ImportReport, import_recording
from quantdeck.live.bars import TIMEFRAMES
from quantdeck.live.rings import RingSet
from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.events import Kind
from quantdeck.model.instruments import InstrumentTable, canonical
from quantdeck.net.clock import SystemClock
from quantdeck.tape import export, export_bars

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from quantdeck.app.settings import Settings
    from quantdeck.feeds.replay.frames import BrokenLine
    from quantdeck.model.events import Batch
    from quantdeck.tape.reader import Reader

_NAMED_LINES = 10
_TICKS = {
    "trades": Kind.TRADE,
    "agg_trades": Kind.AGG_TRADE,
    "quotes": Kind.QUOTE,
    "marks": Kind.MARK,
}


@dataclass(frozen=True, slots=True)
class ExportQuestion:
    """What ``quantdeck export`` is asked for.

    Parameters
    ----------
    what : str
        A kind of tick, ``bars``, ``history``, ``corporate_actions``, ``alerts`` or ``backtests``.
    symbols : tuple of str
        As typed; all where empty.
    timeframe : str
        Of bars.
    start, end : str or None
        Event times, as typed.
    format : str or None
        None takes it from the file's name.
    demo : bool
        Take the tape of the demo.
    """

    what: str
    symbols: tuple[str, ...] = ()
    timeframe: str = "1m"
    start: str | None = None
    end: str | None = None
    format: str | None = None
    demo: bool = False


def run_import(
    settings: Settings, files: Sequence[Path], *, source: str, strict: bool, as_json: bool
) -> None:
    """Bring recorded frames onto the tape and say what came of it; see `quantdeck.cli.import_`.

    Raises
    ------
    BadInput
        If a file cannot be read or, with `strict`, holds a broken line; nothing is written then.
    NoData
        If the files hold no event.
    StoreError
        If the tape cannot be written.
    """
    for file in files:
        if not file.is_file():
            raise BadInput(f"{file} is not a file; name files of recorded frames")
    clock, instruments = SystemClock(), InstrumentTable()
    folder = Path(settings.data_dir)
    around = Surroundings(clock, instruments, new_run_id(clock), folder)
    broken: list[BrokenLine] = []
    player = FramePlayer(source, files, around, speed=None, on_broken=broken.append)
    if strict:
        require_whole(files, player.probe())
    options = msgspec.structs.replace(tape_options(settings), seal_on_close=True)
    writer = tape_writer(settings, folder, instruments, clock, demo=False, options=options)
    ledger = GapLedger(writer.record_gap, clock)
    rings = RingSet(ring_rows(settings))

    def take(batch: Batch) -> bool:
        writer.append_wait(batch)
        return True

    lane = Lane(
        player.plan.provenance,
        rings=rings,
        instruments=instruments,
        ledger=ledger,
        consumers=[],
        tape=take,
        clock=clock,
    )
    feed = player.plan.make(rings, lane.drain)
    err = Console(stderr=True)
    try:
        with err.status("importing ...") as status:
            report = asyncio.run(
                import_recording(
                    feed,
                    lane,
                    ledger=ledger,
                    writer=writer,
                    reader=tape_reader(settings, folder, demo=False),
                    monotonic_ns=clock.monotonic_ns,
                    tell=lambda n: status.update(f"importing ... {n:,} events"),
                )
            )
    finally:
        writer.close()
    _tell_broken(broken)
    if not report.events:
        frames = sum(status.messages for status in feed.statuses())
        raise nothing_recorded(files, source, frames=frames, broken=len(broken))
    _print_report(report, broken, player, as_json=as_json)


def _print_report(
    report: ImportReport, broken: list[BrokenLine], player: FramePlayer, *, as_json: bool
) -> None:
    ignored = dict(player.ignored())
    if as_json:
        told = {**msgspec.to_builtins(report), "ignored": ignored}
        told["broken_lines"] = [str(line) for line in broken]
        print(json.dumps(told))  # noqa: T201
        return
    print(f"{counted(report.events, 'event')} in {report.seconds:.1f} s")  # noqa: T201
    for stream, rows in sorted(report.new.items()):
        print(f"  {stream}: {rows:,} new")  # noqa: T201
    for count, noun, words in (
        (report.already_there, "event", "on the tape already"),
        (report.duplicates, "event", "told again by the recording"),
        (len(broken), "line", "that could not be used"),
        (report.gaps, "gap", "in the recording"),
    ):
        if count:
            print(f"  {counted(count, noun)} {words}")  # noqa: T201
    for kind, count in sorted(ignored.items()):
        print(f"  {counted(count, 'frame')} of {kind}, not captured")  # noqa: T201


def _tell_broken(broken: list[BrokenLine]) -> None:
    for line in broken[:_NAMED_LINES]:
        print(f"quantdeck: {line}", file=sys.stderr)  # noqa: T201
    if len(broken) > _NAMED_LINES:
        more = counted(len(broken) - _NAMED_LINES, "more broken line")
        print(f"quantdeck: and {more}", file=sys.stderr)  # noqa: T201


def run_export(
    settings: Settings, question: ExportQuestion, output: Path, *, as_json: bool
) -> None:
    """Write ticks or bars into a file and say how many; see `quantdeck.cli.export`.

    Raises
    ------
    BadInput
        If the question is wrong.
    NoData
        If nothing on the tape answers it.
    StoreError
        If the file cannot be written.
    """
    form = question.format or export.form_of(output)
    if form not in export.FORMS:
        raise BadInput(f"--format {form!r} is not known; there are {', '.join(export.FORMS)}")
    if not output.parent.is_dir():
        raise BadInput(f"the folder {output.parent} of --output is not there")
    folder = tape_folder(settings, demo=question.demo)
    if question.what in EXPORTS:
        tables = history_tables(folder, question)
    elif question.what in KEPT:
        tables = kept_tables(settings, question)
    else:
        tables = _tables(tape_reader(settings, folder, demo=question.demo), question)
    rows = export.write_file(tables, output, form=form)
    if as_json:
        print(json.dumps({"file": str(output), "rows": rows, "format": form}))  # noqa: T201
    else:
        print(f"{counted(rows, 'row')} in {output}")  # noqa: T201


def _tables(reader: Reader, question: ExportQuestion) -> Iterator[pa.Table]:
    symbols = _known_symbols(reader, question.symbols)
    start_ns, end_ns = parse_time(question.start), parse_time(question.end)
    if question.what == "bars":
        interval_ns = TIMEFRAMES.get(question.timeframe)
        if interval_ns is None:
            raise BadInput(
                f"--timeframe {question.timeframe!r} is not known; there are {', '.join(TIMEFRAMES)}"
            )
        return _bars(reader, symbols, interval_ns, start_ns, end_ns)
    kind = _TICKS.get(question.what)
    if kind is None:
        known = ", ".join((*_TICKS, "bars", *EXPORTS, *KEPT))
        raise BadInput(f"{question.what!r} cannot be exported; there are {known}")
    return export.ticks(reader, kind, symbols=symbols, start_ns=start_ns, end_ns=end_ns)


def _bars(
    reader: Reader,
    symbols: Sequence[str],
    interval_ns: int,
    start_ns: int | None,
    end_ns: int | None,
) -> Iterator[pa.Table]:
    # Single and aggregated executions tell the same trades twice: of each symbol the fuller.
    coverage = reader.coverage()
    for symbol in symbols:
        rows = {
            kind: sum(c.rows for c in coverage if c.symbol == symbol and c.kind == kind.value)
            for kind in (Kind.TRADE, Kind.AGG_TRADE)
        }
        kind = max(rows, key=lambda k: rows[k])
        if rows[kind]:
            yield from export_bars.bars(
                reader,
                kind,
                interval_ns=interval_ns,
                symbols=[symbol],
                start_ns=start_ns,
                end_ns=end_ns,
            )


def _known_symbols(reader: Reader, typed: Sequence[str]) -> list[str]:
    known = sorted({c.symbol for c in reader.coverage()})
    if not known:
        raise NoData("nothing is on the tape; capture something, or use quantdeck import")
    if not typed:
        return known
    venue = known[0].partition(":")[0]
    symbols = [canonical(text, default_venue=venue) for text in typed]
    for symbol in symbols:
        if symbol not in known:
            raise NoData(f"nothing of {symbol} is on the tape; there are {', '.join(known)}")
    return symbols
