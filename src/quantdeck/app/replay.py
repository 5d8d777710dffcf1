"""Plays recorded frames, or what is on the tape, through the engine of live data."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import quantdeck
from quantdeck.app.alert_parts import alert_parts
from quantdeck.app.deck_parts import ring_rows
from quantdeck.app.history_parts import played_prices
from quantdeck.app.logs import log_to
from quantdeck.app.page_settings import page_files
from quantdeck.app.places import tape_folder
from quantdeck.app.plans import FramePlayer, Surroundings, TapePlayer
from quantdeck.app.runs import new_run_id
from quantdeck.app.serve import serve
from quantdeck.app.state import open_state
from quantdeck.app.tape_parts import tape_reader
from quantdeck.app.times import parse_time
from quantdeck.app.warm import warm_kernels
from quantdeck.app.words import counted, nothing_recorded
from quantdeck.feeds.replay.feed import parse_speed
from quantdeck.hub.deck import RunningDeck
from quantdeck.hub.machine import Machine, Parts
from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.events import Kind
from quantdeck.model.instruments import InstrumentTable, canonical
from quantdeck.net.clock import SystemClock
from quantdeck.views.payloads import Mode, ReplayPosition

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.app.settings import Settings
    from quantdeck.feeds.replay.frames import BrokenLine
    from quantdeck.records.open import Records
    from quantdeck.tape.reader import Reader

_NAMED_LINES = 10


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """What ``quantdeck replay`` is told beside the settings.

    Parameters
    ----------
    files : tuple of Path
        Recorded frames; the tape where empty.
    source : str
        Where the frames were recorded.
    speed : str
        As typed.
    start, end : str or None
        Event times of the tape, as typed.
    symbols : tuple of str
        Only these of the tape, as typed.
    headless : bool
        Without the page.
    open_browser : bool
        Open the page.
    as_json : bool
        Print the result of a headless replay as JSON.
    demo : bool
        Play the tape of the demo.
    """

    files: tuple[Path, ...] = ()
    source: str = "binance-usdm"
    speed: str = "1"
    start: str | None = None
    end: str | None = None
    symbols: tuple[str, ...] = ()
    headless: bool = False
    open_browser: bool = True
    as_json: bool = False
    demo: bool = False


class _BrokenLines:
    # The first are told at once, since a replay with the page may last for hours.
    def __init__(self) -> None:
        self.lines: list[str] = []
        self.count = 0

    def add(self, line: BrokenLine) -> None:
        self.count += 1
        if self.count > _NAMED_LINES:
            return
        self.lines.append(str(line))
        print(f"quantdeck: {line}", file=sys.stderr)  # noqa: T201


def run_replay(settings: Settings, options: ReplayOptions) -> None:
    """Play a recording, with the page or without; see `quantdeck.cli.replay`.

    Raises
    ------
    BadInput
        If a file cannot be read, or an option cannot be.
    NoData
        If there is nothing to play.
    """
    folder = tape_folder(settings, demo=options.demo)
    log_to(folder, settings.log_level, logs=settings.logs)
    asyncio.run(_replay(settings, options, folder))


async def _replay(settings: Settings, options: ReplayOptions, folder: Path) -> None:
    if options.headless:
        # Nobody is there to be told of anything.
        await _play(settings, options, folder, None)
        return
    records = await asyncio.to_thread(open_state, settings, demo=options.demo)
    try:
        await _play(settings, options, folder, records)
    finally:
        records.close()


async def _play(
    settings: Settings, options: ReplayOptions, folder: Path, records: Records | None
) -> None:
    clock, instruments = SystemClock(), InstrumentTable()
    around = Surroundings(clock, instruments, new_run_id(clock), folder)
    reader = tape_reader(settings, folder, demo=options.demo)
    broken = _BrokenLines()
    player = (
        _frame_player(options, around, broken)
        if options.files
        else _tape_player(reader, options, around)
    )

    def position() -> ReplayPosition:
        feed = player.feed
        at = feed.position_ns if feed else None
        return ReplayPosition(
            at and at // 1_000_000, options.speed, done=feed is not None and feed.is_done
        )

    machine = Machine(
        Parts(
            mode=Mode.REPLAY,
            version=quantdeck.__version__,
            clock=clock,
            instruments=instruments,
            plans=[player.plan],
            reader=reader,
            ring_rows=ring_rows(settings),
            bars_kept=settings.capture.bars_kept,
            hz=settings.publish.hz,
            replay=position,
            alerts=None
            if records is None
            else alert_parts(settings, records, mode=Mode.REPLAY, clock=clock),
            runs=None if records is None else records.runs,
            risk=settings.risk.parts(),
            page_files=page_files(settings.panels, settings.cv),
            prices=played_prices(settings),
        )
    )
    if position().position_ms is None:
        raise _nothing(options, broken)
    machine.capture.is_on = True
    ending = threading.Event()
    try:
        await asyncio.to_thread(warm_kernels, ending.is_set)
    finally:
        ending.set()
    if options.headless:
        await _headless(machine, player, broken, options)
        return

    async def begin() -> None:
        return

    await serve(
        RunningDeck(machine),
        settings,
        folder=folder,
        begin=begin,
        open_browser=options.open_browser,
    )


def _frame_player(
    options: ReplayOptions, around: Surroundings, broken: _BrokenLines
) -> FramePlayer:
    if options.symbols or options.start or options.end:
        raise BadInput(
            "--symbols, --start and --end choose from the tape, and files were named; bring them in "
            "with quantdeck import, then replay without naming them"
        )
    return FramePlayer(
        options.source,
        options.files,
        around,
        speed=parse_speed(options.speed),
        on_broken=broken.add,
    )


def _tape_player(reader: Reader, options: ReplayOptions, around: Surroundings) -> TapePlayer:
    speed = parse_speed(options.speed)
    start_ns, end_ns = parse_time(options.start), parse_time(options.end)
    coverage = reader.coverage()
    if not coverage:
        raise NoData(
            f"nothing is on the tape in {around.folder}; capture something, or bring in a file "
            "with quantdeck import"
        )
    known = sorted({c.symbol for c in coverage})
    venue = known[0].partition(":")[0]
    symbols = [canonical(s, default_venue=venue) for s in options.symbols] or None
    for symbol in symbols or ():
        if symbol not in known:
            raise NoData(f"nothing of {symbol} is on the tape; there are {', '.join(known)}")
    # The figures are the venue's, whichever way they came here.
    sources = {c.source for c in coverage if symbols is None or c.symbol in symbols}
    return TapePlayer(
        lambda: reader.replay(
            [Kind.TRADE, Kind.AGG_TRADE, Kind.QUOTE, Kind.MARK, Kind.BAR],
            symbols=symbols,
            start_ns=start_ns,
            end_ns=end_ns,
        ),
        around,
        source=", ".join(sorted(sources)),
        speed=speed,
    )


def _nothing(options: ReplayOptions, broken: _BrokenLines, *, frames: int = 0) -> NoData:
    if not options.files:
        return NoData(
            "nothing is on the tape between --start and --end; quantdeck sql "
            "'select min(time), max(time) from trades' says what there is"
        )
    return nothing_recorded(options.files, options.source, frames=frames, broken=broken.count)


async def _headless(
    machine: Machine,
    player: FramePlayer | TapePlayer,
    broken: _BrokenLines,
    options: ReplayOptions,
) -> None:
    feed = player.feed
    if feed is None:
        return
    began = machine.clock.monotonic_ns()
    await feed.run()
    seconds = (machine.clock.monotonic_ns() - began) / 1e9
    counts = machine.capture.lanes[0].counts
    if not counts.accepted:
        raise _nothing(options, broken, frames=sum(x.messages for x in feed.statuses()))
    symbols: dict[str, dict[str, int]] = {}
    for symbol in feed.symbols():
        bars = machine.state.books["1s"].bars(machine.state.instruments.id_of(symbol))
        symbols[symbol] = {"bars_1s": len(bars), "trades": int(bars.trades.sum())}
    result = {
        "events": counts.accepted,
        "duplicates": counts.duplicates,
        "late": counts.late,
        "seconds": round(seconds, 3),
        "broken": broken.count,
        "broken_lines": broken.lines,
        "symbols": symbols,
    }
    if options.as_json:
        print(json.dumps(result))  # noqa: T201
        return
    rate = counts.accepted / seconds if seconds else 0.0
    print(f"{counted(counts.accepted, 'event')} in {seconds:.1f} s ({rate:,.0f} a second)")  # noqa: T201
    if broken.count:
        print(f"  {counted(broken.count, 'line')} that could not be used")  # noqa: T201
    for symbol, found in symbols.items():
        trades, bars = counted(found["trades"], "trade"), counted(found["bars_1s"], "bar")
        print(f"  {symbol}: {trades}, {bars} of 1 s")  # noqa: T201
