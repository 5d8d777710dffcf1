"""Puts a deck together: with `quantdeck.app.plans` the place that names concrete classes."""

from __future__ import annotations

import asyncio
import json
import secrets
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import quantdeck
from quantdeck.app.logs import log_to
from quantdeck.app.places import tape_folder
from quantdeck.app.plans import FramePlayer, Surroundings, TapePlayer, demo_plans, live_plans
from quantdeck.app.serve import serve
from quantdeck.app.times import parse_time
from quantdeck.app.warm import warm_kernels
from quantdeck.feeds.replay.feed import parse_speed
from quantdeck.hub.deck import RunningDeck
from quantdeck.hub.machine import Machine, Parts
from quantdeck.model.errors import NoData
from quantdeck.model.events import Kind
from quantdeck.model.feed import RunId
from quantdeck.model.instruments import InstrumentTable, canonical
from quantdeck.net.clock import SystemClock
from quantdeck.sims.binance.server import BinanceSim
from quantdeck.tape.open import open_reader, open_writer
from quantdeck.tape.options import RetentionRule, TapeOptions
from quantdeck.views.payloads import Mode, ReplayPosition

if TYPE_CHECKING:
    from quantdeck.app.settings import Settings
    from quantdeck.ports.clock import Clock

_DEMO_SEED = 7


@dataclass(frozen=True, slots=True)
class UpOptions:
    """What ``quantdeck up`` is told beside the settings.

    Parameters
    ----------
    demo : bool
        Run on the simulators.
    symbols : tuple of str
        What to capture, as typed; the settings' where empty.
    open_browser : bool
        Open the page.
    """

    demo: bool = False
    symbols: tuple[str, ...] = ()
    open_browser: bool = True


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """What ``quantdeck replay`` is told beside the settings.

    Parameters
    ----------
    files : tuple of Path
        Recorded frames; the tape where empty.
    speed : str
        As typed.
    start, end : str or None
        Event times, as typed.
    symbols : tuple of str
        Only these, as typed.
    headless : bool
        Without the page.
    open_browser : bool
        Open the page.
    as_json : bool
        Print the result of a headless replay as JSON.
    """

    files: tuple[Path, ...] = ()
    speed: str = "1"
    start: str | None = None
    end: str | None = None
    symbols: tuple[str, ...] = ()
    headless: bool = False
    open_browser: bool = True
    as_json: bool = False


def new_run_id(clock: Clock) -> RunId:
    """Return a name for a run that sorts by its start."""
    began = datetime.fromtimestamp(clock.now_ns() / 1e9, UTC)
    return RunId(f"{began:%Y%m%dT%H%M%S.%f}Z-{secrets.token_hex(3)}")


def tape_options(settings: Settings) -> TapeOptions:
    """Return the writer's settings."""
    tape = settings.tape
    return TapeOptions(
        sync_interval_ms=tape.sync_interval_ms,
        roll_rows=tape.roll_rows,
        roll_seconds=tape.roll_seconds,
        queue_rows=tape.queue_rows,
        # Ending within two seconds matters more than an early seal; the next start seals.
        seal_on_close=False,
        retention={
            Kind(kind): RetentionRule(max_age_days=rule.max_age_days, max_bytes=rule.max_bytes)
            for kind, rule in tape.retention.items()
        },
    )


def run_up(settings: Settings, options: UpOptions) -> None:
    """Capture and serve until interrupted; see `quantdeck.cli.up`."""
    folder = tape_folder(settings, demo=options.demo)
    log_to(folder, settings.log_level)
    asyncio.run(_up(settings, options, folder))


async def _up(settings: Settings, options: UpOptions, folder: Path) -> None:
    clock, instruments = SystemClock(), InstrumentTable()
    around = Surroundings(clock, instruments, new_run_id(clock), folder)
    async with AsyncExitStack() as stack:
        if options.demo:
            sim = await stack.enter_async_context(BinanceSim(seed=_DEMO_SEED, spot=True))
            plans = demo_plans(settings, around, sim)
        else:
            plans = live_plans(settings, around)
        writer = await asyncio.to_thread(
            open_writer, folder, instruments, clock=clock, options=tape_options(settings)
        )
        stack.callback(writer.close)
        machine = Machine(
            Parts(
                mode=Mode.DEMO if options.demo else Mode.LIVE,
                version=quantdeck.__version__,
                clock=clock,
                instruments=instruments,
                plans=plans,
                reader=open_reader(folder),
                writer=writer,
                ring_rows=settings.capture.ring_rows,
                hz=settings.publish.hz,
            )
        )

        # Loading compiled kernels takes a second that no event should wait for.
        warming = asyncio.create_task(asyncio.to_thread(warm_kernels))

        async def begin() -> None:
            await warming
            await machine.start_capture(options.symbols or None)

        await serve(
            RunningDeck(machine),
            settings,
            folder=folder,
            begin=begin,
            open_browser=options.open_browser,
        )


def run_replay(settings: Settings, options: ReplayOptions) -> None:
    """Play a recording, with the page or without; see `quantdeck.cli.replay`."""
    folder = Path(settings.data_dir)
    log_to(folder, settings.log_level)
    asyncio.run(_replay(settings, options, folder))


async def _replay(settings: Settings, options: ReplayOptions, folder: Path) -> None:
    clock, instruments = SystemClock(), InstrumentTable()
    around = Surroundings(clock, instruments, new_run_id(clock), folder)
    reader = open_reader(folder)
    speed = parse_speed(options.speed)
    broken: list[str] = []
    player = (
        FramePlayer(
            "binance-usdm",
            options.files,
            around,
            speed=speed,
            on_broken=lambda line: broken.append(str(line)),
        )
        if options.files
        else _tape_player(settings, options, around, speed=speed)
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
            ring_rows=settings.capture.ring_rows,
            hz=settings.publish.hz,
            replay=position,
        )
    )
    machine.capture.is_on = True
    await asyncio.to_thread(warm_kernels)
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


def _tape_player(
    settings: Settings, options: ReplayOptions, around: Surroundings, *, speed: float | None
) -> TapePlayer:
    reader = open_reader(Path(settings.data_dir))
    coverage = reader.coverage()
    if not coverage:
        raise NoData(
            f"nothing is on the tape in {settings.data_dir}; capture something, or bring in a file "
            "with quantdeck import"
        )
    known = sorted({c.symbol for c in coverage})
    venue = known[0].partition(":")[0]
    symbols = [canonical(s, default_venue=venue) for s in options.symbols] or None
    for symbol in symbols or ():
        if symbol not in known:
            raise NoData(f"nothing of {symbol} is on the tape; there are {', '.join(known)}")
    return TapePlayer(
        lambda: reader.replay(
            [Kind.TRADE, Kind.AGG_TRADE, Kind.QUOTE, Kind.MARK],
            symbols=symbols,
            start_ns=parse_time(options.start),
            end_ns=parse_time(options.end),
        ),
        around,
        speed=speed,
    )


async def _headless(
    machine: Machine,
    player: FramePlayer | TapePlayer,
    broken: list[str],
    options: ReplayOptions,
) -> None:
    feed = player.feed
    if feed is None:
        return
    began = machine.clock.monotonic_ns()
    await feed.run()
    seconds = (machine.clock.monotonic_ns() - began) / 1e9
    counts = machine.capture.lanes[0].counts
    symbols: dict[str, dict[str, int]] = {}
    for symbol in feed.symbols():
        bars = machine.state.books["1s"].bars(machine.state.instruments.id_of(symbol))
        symbols[symbol] = {"bars_1s": len(bars), "trades": int(bars.trades.sum())}
    result = {
        "events": counts.accepted,
        "duplicates": counts.duplicates,
        "late": counts.late,
        "seconds": round(seconds, 3),
        "broken_lines": broken[:20],
        "symbols": symbols,
    }
    if options.as_json:
        print(json.dumps(result))  # noqa: T201
        return
    rate = counts.accepted / seconds if seconds else 0.0
    print(f"{counts.accepted:,} events in {seconds:.1f} s ({rate:,.0f} a second)")  # noqa: T201
    for symbol, found in symbols.items():
        print(f"  {symbol}: {found['trades']:,} trades, {found['bars_1s']:,} bars of 1 s")  # noqa: T201
