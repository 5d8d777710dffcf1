from __future__ import annotations

import asyncio

import msgspec
import pytest

from quantdeck.hub.gaps import GapLedger
from quantdeck.model.errors import NoData, RateLimited, VenueError
from quantdeck.model.feed import Gap, GapState


class _Clock:
    def __init__(self) -> None:
        self.ns = 0

    def now_ns(self) -> int:
        return self.ns

    def monotonic_ns(self) -> int:
        return self.ns

    async def sleep(self, seconds: float) -> None:
        self.ns += int(seconds * 1e9)
        await asyncio.sleep(0)


def _gap(first: int = 10) -> Gap:
    return Gap("binance-usdm", "BINANCE-USDM:BTCUSDT", "agg_trade", first, first + 4, found_ns=0)


def _lost(gap: Gap) -> list[Gap]:
    return [msgspec.structs.replace(gap, state=GapState.LOST)]


class _Venue:
    def __init__(self, ledger: GapLedger, clock: _Clock, answers: list[object]) -> None:
        self.ledger = ledger
        self.clock = clock
        self.answers = answers
        self.asked_s: list[float] = []

    async def repair(self, gap: Gap) -> int:
        self.asked_s.append(self.clock.ns / 1e9)
        answer = self.answers.pop(0) if self.answers else 0
        if isinstance(answer, Exception):
            raise answer
        if answer == "filled":
            self.ledger.note([msgspec.structs.replace(gap, state=GapState.REPAIRED)])
        return 1


def _settle(answers: list[object]) -> tuple[list[Gap], _Venue]:
    clock = _Clock()
    recorded: list[Gap] = []
    ledger = GapLedger(recorded.append, clock)
    venue = _Venue(ledger, clock, answers)

    async def main() -> None:
        ledger.note([_gap()])
        task = asyncio.create_task(ledger.repair_forever(venue.repair, _lost))
        for _ in range(2000):
            await asyncio.sleep(0)
            if not ledger.open_count():
                break
        task.cancel()

    asyncio.run(main())
    return recorded, venue


def test_ledger_filled_gap_is_recorded_twice_and_asked_for_once_after_the_grace() -> None:
    recorded, venue = _settle(["filled"])

    assert [g.state for g in recorded] == [GapState.OPEN, GapState.REPAIRED]
    assert venue.asked_s == [2.0]


def test_ledger_gap_the_vendor_no_longer_has_is_lost_at_once() -> None:
    recorded, venue = _settle([NoData("older than 48 h")])

    assert recorded[-1].state is GapState.LOST
    assert len(venue.asked_s) == 1


def test_ledger_failing_vendor_is_asked_again_with_growing_pauses_then_given_up() -> None:
    recorded, venue = _settle([VenueError("binance-usdm", "no answer")] * 9)

    assert recorded[-1].state is GapState.LOST
    assert venue.asked_s == [2.0, 7.0, 22.0, 82.0, 382.0]


def test_ledger_rate_limit_is_obeyed() -> None:
    _, venue = _settle([RateLimited("binance-usdm", "slow down", retry_after_s=40), "filled"])

    assert venue.asked_s == [2.0, 42.0]


@pytest.mark.parametrize("count", [1500])
def test_ledger_keeps_the_newest_thousand(count: int) -> None:
    ledger = GapLedger(lambda _: None, _Clock())

    ledger.note(_lost(_gap(first))[0] for first in range(0, count * 10, 10))

    assert len(ledger.gaps()) == 1000
    assert ledger.gaps()[0].first_seq == (count - 1) * 10


def test_ledger_many_gaps_forgets_closed_ones_only() -> None:
    clock = _Clock()
    ledger = GapLedger(lambda _: None, clock)
    repaired: list[int] = []

    async def repair(gap: Gap) -> int:
        repaired.append(gap.first_seq)
        ledger.note([msgspec.structs.replace(gap, state=GapState.REPAIRED)])
        return 1

    async def main() -> None:
        ledger.note([_gap(10)])
        for first in range(100, 100 + 10 * 1200, 10):
            ledger.note(_lost(_gap(first)))
        task = asyncio.create_task(ledger.repair_forever(repair, _lost))
        for _ in range(100):
            await asyncio.sleep(0)
        task.cancel()

    asyncio.run(main())

    assert repaired == [10]
    assert len(ledger.gaps()) == 1000
