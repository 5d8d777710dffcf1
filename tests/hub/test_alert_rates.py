from __future__ import annotations

import asyncio
import math
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import numpy as np
import pytest

from quantdeck.analytics.boxes import tenor_rate
from quantdeck.hub.alert_operations import RateFigures
from quantdeck.views.boxes import RateLine
from tests.hub.box_rig import NEAR, RATE, SPX, TODAY, BoxRig
from tests.hub.test_alert_metrics import call

if TYPE_CHECKING:
    from quantdeck.hub.box_desk import BoxDesk
    from quantdeck.hub.machine import Machine

SECOND = 1_000_000_000


def _desk(rig: BoxRig) -> BoxDesk:
    async def main() -> BoxDesk:
        desk = rig.desk()
        desk.view()
        await desk.snapshot(SPX)
        await desk.refresh()
        return desk

    return asyncio.run(main())


def _read(desk: BoxDesk, text: str, now_ns: int) -> tuple[float, str]:
    figures = RateFigures(cast("Machine", SimpleNamespace(desk=desk)))
    bound = figures.bind(call(text))
    return bound.read(now_ns), bound.why(now_ns)


def test_box_rate_is_that_of_the_desk_at_a_constant_tenor() -> None:
    rig = BoxRig()
    desk = _desk(rig)

    rate, _ = _read(desk, "box_rate(SPX, 100d)", rig.clock.ns)
    error, _ = _read(desk, "box_rate_error(SPX, 100d)", rig.clock.ns)

    assert (rate, error) == tenor_rate(desk.view().rates(), 100)
    assert rate == pytest.approx(RATE, abs=2e-3)


def test_best_rates_are_those_of_the_soundest_boxes() -> None:
    rig = BoxRig()
    desk = _desk(rig)

    lend, _ = _read(desk, "box_lend(SPX)", rig.clock.ns)
    borrow, _ = _read(desk, "box_borrow(SPX)", rig.clock.ns)

    rates = desk.view().rates()
    assert lend == max(rate.rate_lend for rate in rates)
    assert borrow == min(rate.rate_borrow for rate in rates)


def test_box_rate_of_another_root_is_unknown_and_says_what_there_is() -> None:
    rig = BoxRig()

    value, why = _read(_desk(rig), "box_rate(SPY, 100d)", rig.clock.ns)

    assert math.isnan(value)
    assert why == "no chain of SPY is watched; there are SPX"


def test_box_rate_beyond_the_expiries_is_unknown() -> None:
    rig = BoxRig()
    days = (NEAR - TODAY).days - 1

    value, why = _read(_desk(rig), f"box_rate(SPX, {days}d)", rig.clock.ns)

    assert math.isnan(value)
    assert why == "no sound expiries around the tenor"


def test_box_rate_of_old_quotes_is_unknown() -> None:
    rig = BoxRig()

    value, why = _read(_desk(rig), "box_rate(SPX, 100d)", rig.clock.ns + 60 * SECOND)

    assert math.isnan(value)
    assert why == "the quotes of the options are old"


def test_treasury_is_the_benchmark_at_a_tenor() -> None:
    line = RateLine(np.array([30.0, 130.0]), np.array([0.04, 0.05]), "bills")
    rig = BoxRig(benchmark=line)
    desk = _desk(rig)

    assert _read(desk, "treasury(80d)", rig.clock.ns)[0] == pytest.approx(0.045)
    assert _read(desk, "treasury(131d)", rig.clock.ns)[1] == "bills does not reach 131 days"


def test_treasury_without_a_benchmark_names_the_setting() -> None:
    rig = BoxRig()

    value, why = _read(_desk(rig), "treasury(80d)", rig.clock.ns)

    assert math.isnan(value)
    assert why == "no benchmark is set: boxes.benchmarks"


def test_age_of_boxes_is_that_of_the_newest_quote() -> None:
    rig = BoxRig()
    desk = _desk(rig)

    value, _ = _read(desk, "box_age()", rig.clock.ns + 5 * SECOND)

    assert desk.book.newest_ns is not None
    assert value == (rig.clock.ns + 5 * SECOND - desk.book.newest_ns) / 1e9
