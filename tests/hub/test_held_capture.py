from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from quantdeck.hub.held_capture import HeldCapture
from quantdeck.model.errors import BadInput

BTC, ETH, SOL, AAPL = "BINANCE:BTCUSDT", "BINANCE:ETHUSDT", "BINANCE:SOLUSDT", "US:AAPL"


class Rig:
    """A machine that captures coins, and a desk that holds what a test says."""

    def __init__(self, *chosen: str) -> None:
        self.held: list[str] = []
        self.said: list[str] = []
        self.chosen, self.started = list(chosen), 0
        self.capture = SimpleNamespace(is_on=True, symbols=lambda: list(self.chosen))
        self.parts = SimpleNamespace(plans=[SimpleNamespace(venue="BINANCE")])
        self.journal = SimpleNamespace(write=lambda text, tone: self.said.append(text))
        self.account = SimpleNamespace(open_orders=list)

    async def start_capture(self, symbols: list[str]) -> list[str]:
        if any("X" in symbol for symbol in symbols):
            raise BadInput("BINANCE:X is not traded")
        self.chosen, self.started = symbols, self.started + 1
        return symbols

    def symbols_held(self) -> tuple[str, ...]:
        return tuple(self.held)


@pytest.fixture
def rig() -> Rig:
    return Rig(BTC)


def looked(rig: Rig, *holdings: list[str]) -> None:
    capture = HeldCapture(rig, rig)

    async def run() -> None:
        for held in holdings:
            rig.held = held
            await capture.step()

    asyncio.run(run())


def test_what_is_held_is_captured_and_let_go_of_after(rig: Rig) -> None:
    looked(rig, [BTC, ETH, AAPL], [BTC, SOL], [])

    assert rig.chosen == [BTC]
    assert rig.started == 3


def test_what_was_chosen_by_a_person_stays_when_it_is_closed(rig: Rig) -> None:
    looked(rig, [BTC], [])

    assert (rig.chosen, rig.started) == ([BTC], 0)


def test_symbol_that_no_vendor_knows_is_told_once(rig: Rig) -> None:
    looked(rig, ["BINANCE:X"], ["BINANCE:X"], ["BINANCE:X", ETH])

    assert rig.said == ["BINANCE:X cannot be captured: BINANCE:X is not traded"]
    assert rig.chosen == [BTC, ETH]


def test_capture_that_was_stopped_stays_so(rig: Rig) -> None:
    rig.capture.is_on = False

    looked(rig, [ETH])

    assert rig.chosen == [BTC]
