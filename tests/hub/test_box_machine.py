from __future__ import annotations

import asyncio
from random import Random

import numpy as np
import pytest

from quantdeck.app.box_alerts import keep_box_rules
from quantdeck.app.box_settings import Boxes
from quantdeck.hub.alert_parts import AlertParts
from quantdeck.hub.machine import Machine, Parts
from quantdeck.model.feed import Gap, GapState
from quantdeck.views.boxes import RateLine
from quantdeck.views.payloads import Mode
from tests.hub.box_rig import SPX, BoxRig
from tests.hub.deck_rig import START_NS
from tests.records.memory import MemoryAlerts


@pytest.fixture
def rig():
    return BoxRig()


def test_break_of_the_stream_is_on_the_ledger_of_the_machine(rig):
    gap = Gap("alpaca", "US:SPX", "quote", 0, 0, START_NS, state=GapState.LOST)
    parts = Parts(Mode.LIVE, "0", rig.clock, rig.table, plans=(), reader=None, boxes=rig.parts)
    machine = Machine(parts)

    rig.vendor.on_gap(gap)

    assert machine.ledger.gaps() == [gap]


def test_rates_out_of_their_corridor_fire_the_rule_of_the_settings():
    boxes = Boxes(benchmarks="bills.csv", alert_above_bp=1)
    rig = BoxRig(benchmark=RateLine(np.array([1.0, 4000.0]), np.array([0.0, 0.0]), "bills.csv"))
    store = MemoryAlerts()
    keep_box_rules(boxes, store, now_ns=START_NS)
    alerts = AlertParts(store, [], Random(1))
    parts = Parts(
        Mode.LIVE, "0", rig.clock, rig.table, plans=(), reader=None, boxes=rig.parts, alerts=alerts
    )
    machine = Machine(parts)

    async def main():
        await machine.desk.snapshot(SPX)
        await machine.desk.refresh()
        await machine.alerts.renew()
        machine.alerts.tick()
        await machine.alerts.close()

    asyncio.run(main())

    assert "boxes above benchmark + 1 bp" in store.fired(limit=9)[0].rule_name
