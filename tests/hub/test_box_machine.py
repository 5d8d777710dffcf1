from __future__ import annotations

import asyncio

import numpy as np
import pytest

from quantdeck.hub.machine import Machine, Parts
from quantdeck.live.spread_watch import SpreadWatch
from quantdeck.model.feed import Gap, GapState
from quantdeck.views.payloads import Mode
from tests.hub.box_rig import SPX, BoxRig
from tests.hub.deck_rig import START_NS


@pytest.fixture
def rig():
    return BoxRig()


def test_break_of_the_stream_is_on_the_ledger_of_the_machine(rig):
    gap = Gap("alpaca", "US:SPX", "quote", 0, 0, START_NS, state=GapState.LOST)
    parts = Parts(Mode.LIVE, "0", rig.clock, rig.table, plans=(), reader=None, boxes=rig.parts)
    machine = Machine(parts)

    rig.vendor.on_gap(gap)

    assert machine.ledger.gaps() == [gap]


def test_rates_out_of_their_corridor_are_told_in_the_journal(tmp_path):
    level = np.array([0.0, 0.0])
    rig = BoxRig(watch=SpreadWatch(np.array([1.0, 4000.0]), level, above_bp=1))
    parts = Parts(Mode.LIVE, "0", rig.clock, rig.table, plans=(), reader=None, boxes=rig.parts)
    machine = Machine(parts)

    async def main():
        await machine.desk.snapshot(SPX)
        await machine.desk.refresh()

    asyncio.run(main())

    assert any("above 1 bp" in line.text for line in machine.journal.lines())
