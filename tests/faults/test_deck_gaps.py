"""Numbers that a venue leaves out: found, fetched and on record, through the whole machine."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.app.plans import DEMO_SYMBOLS, Surroundings, demo_plans
from quantdeck.app.settings import Capture, Settings
from quantdeck.hub.deck import RunningDeck
from quantdeck.hub.machine import Machine, Parts
from quantdeck.model.events import Kind
from quantdeck.model.feed import RunId
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from quantdeck.sims.binance.server import BinanceSim
from quantdeck.tape.open import open_reader, open_writer
from quantdeck.views.payloads import Mode

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


async def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


def test_deck_fetches_what_the_venue_left_out(tmp_path: Path) -> None:
    async def main() -> None:
        clock, table = SystemClock(), InstrumentTable()
        around = Surroundings(clock, table, RunId("run-1"), tmp_path)
        settings = Settings(capture=Capture(backfill_minutes=0))
        async with BinanceSim(seed=7, spot=True, faults=("id-gaps=0.05",)) as sim:
            machine = Machine(
                Parts(
                    mode=Mode.DEMO,
                    version="0",
                    clock=clock,
                    instruments=table,
                    plans=demo_plans(settings, around, sim),
                    reader=open_reader(tmp_path),
                    writer=open_writer(tmp_path, table, clock=clock),
                )
            )
            deck = RunningDeck(machine)
            deck.run()
            try:
                await deck.start_capture(DEMO_SYMBOLS[:2])
                await _until(lambda: len(machine.ledger.gaps()) >= 3)
                sim.clear("id-gaps")
                await _until(lambda: deck.status().gaps_open == 0)
                assert {gap.state for gap in machine.ledger.gaps()} == {"repaired"}
                texts = [line.text for line in machine.journal.lines()]
                assert any("missing: " in text for text in texts)
                assert any("fetched that were missing" in text for text in texts)
            finally:
                await deck.close()

    asyncio.run(main())

    reader = open_reader(tmp_path)
    assert {gap.state for gap in reader.gaps()} == {"repaired"}
    assert len(reader.gaps()) >= 3
    trades = reader.table(Kind.AGG_TRADE)
    for symbol in set(trades.column("symbol").to_pylist()):
        rows = reader.table(Kind.AGG_TRADE, symbols=[symbol])
        numbers = np.sort(rows.column("seq").to_numpy())
        assert np.array_equal(numbers, np.arange(numbers[0], numbers[-1] + 1))
