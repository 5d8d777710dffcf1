"""A recording played to its end, and once more."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from quantdeck.app.plans import FramePlayer, Surroundings
from quantdeck.hub.deck import RunningDeck
from quantdeck.hub.machine import Machine, Parts
from quantdeck.model.errors import Conflict
from quantdeck.model.feed import RunId
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from quantdeck.tape.open import open_reader
from quantdeck.views.payloads import Mode, ReplayPosition
from tests.cli.conftest import START_MS, trade

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

BTC = "BINANCE-USDM:BTCUSDT"


@asynccontextmanager
async def _replay(folder: Path, *, speed: float | None = None) -> AsyncIterator[RunningDeck]:
    clock, table = SystemClock(), InstrumentTable()
    file = folder / "frames.txt"
    file.write_text("\n".join(trade(n) for n in range(1, 21)) + "\n", encoding="utf-8")
    around = Surroundings(clock, table, RunId("run"), folder)
    player = FramePlayer("binance-usdm", [file], around, speed=speed, on_broken=lambda _: None)

    def position() -> ReplayPosition:
        at = player.feed.position_ns if player.feed else None
        done = player.feed is not None and player.feed.is_done
        return ReplayPosition(at and at // 1_000_000, "max", done=done)

    parts = Parts(
        mode=Mode.REPLAY,
        version="0",
        clock=clock,
        instruments=table,
        plans=[player.plan],
        reader=open_reader(folder),
        ring_rows=4096,
        replay=position,
    )
    deck = RunningDeck(Machine(parts))
    deck._machine.capture.is_on = True
    deck.run()
    try:
        yield deck
    finally:
        await deck.close()


async def _ended(deck: RunningDeck) -> None:
    deadline = asyncio.get_running_loop().time() + 20
    while deck.feeds()[0].detail != "the recording has ended":
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.005)


def test_recording_that_has_ended_is_played_again_from_its_beginning(tmp_path: Path) -> None:
    async def main() -> tuple[int, list[int]]:
        async with _replay(tmp_path) as deck:
            await _ended(deck)
            await deck.start_capture(None)
            await _ended(deck)
            bars = await deck.bars(BTC, "1s", start_ns=None, end_ns=None, limit=100)
            return deck.feeds()[0].messages, bars.column("trades").to_pylist()

    messages, trades = asyncio.run(main())

    assert messages == 20
    assert sum(trades) == 20


def test_recording_being_played_is_not_played_again_yet(tmp_path: Path) -> None:
    async def main() -> None:
        async with _replay(tmp_path, speed=0.001) as deck:
            with pytest.raises(Conflict, match="once it has ended"):
                await deck.start_capture(None)

    asyncio.run(main())


def test_recording_asked_to_play_again_twice_at_once_does_so_once(tmp_path: Path) -> None:
    async def main() -> list[object]:
        async with _replay(tmp_path) as deck:
            await _ended(deck)
            return await asyncio.gather(
                deck.start_capture(None), deck.start_capture(["BTCUSDT"]), return_exceptions=True
            )

    first, second = asyncio.run(main())

    assert isinstance(first, list)
    assert isinstance(second, Conflict)


def test_log_and_feeds_of_a_replay_are_in_the_time_of_the_recording(tmp_path: Path) -> None:
    async def main() -> tuple[list[int], int]:
        async with _replay(tmp_path) as deck:
            await _ended(deck)
            await asyncio.sleep(0)
            machine = deck._machine
            machine.journal.observe(deck.feeds(), None)
            times = [line.ts_ns for line in machine.journal.lines()]
            return times, deck.feeds()[0].since_ns

    times, since_ns = asyncio.run(main())

    assert times
    assert {ns // 86_400_000_000_000 for ns in (*times, since_ns)} == {START_MS // 86_400_000}


def test_figures_of_a_replay_are_none_of_the_tape(tmp_path: Path) -> None:
    async def main() -> list[object]:
        async with _replay(tmp_path) as deck:
            await _ended(deck)
            payload = await deck.answer("dashboard.capture", {})
            return [row["id"] for row in payload.rows]

    assert not {"tape_rows", "tape_bytes"} & set(asyncio.run(main()))
