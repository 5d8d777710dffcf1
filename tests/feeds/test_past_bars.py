"""The venue's bars from before a capture, against a history that answers as told."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import numpy as np

from quantdeck.feeds.past_bars import INTERVALS, PastBars
from quantdeck.model.errors import VenueError
from quantdeck.model.events import BAR_DTYPE, Flag

_BTC = "BINANCE-USDM:BTCUSDT"
_NS = 1_000_000_000
_NOON = 1_763_640_000 * _NS
_EMPTY = (1.0, 2.0, 0.5, 1.5, 9.0, 3)


class StepClock:
    """Moves when told; who sleeps waits for it."""

    def __init__(self, ns: int) -> None:
        self.ns = ns

    def now_ns(self) -> int:
        return self.ns

    def monotonic_ns(self) -> int:
        return self.ns

    async def sleep(self, seconds: float) -> None:
        until = self.ns + int(seconds * _NS)
        while self.ns < until:  # noqa: ASYNC110 - time moves when told, not with the loop
            await asyncio.sleep(0)


class ToldHistory:
    """Has a bar of every interval, and refuses as often as told."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int, int]] = []
        self.refusals = 0

    async def bars(self, symbol: str, interval: str, *, start_ns: int, end_ns: int) -> np.ndarray:
        self.asked.append((interval, start_ns, end_ns))
        if self.refusals:
            self.refusals -= 1
            raise VenueError("binance-usdm", "no answer")
        length = INTERVALS[interval]
        rows = np.zeros((end_ns - start_ns) // length, BAR_DTYPE)
        for i in range(len(rows)):
            rows[i] = (start_ns + i * length, 1, i, *_EMPTY, length, 0, 0, b"")
        return rows

    def of(self, interval: str) -> list[tuple[int, int]]:
        return [(start, end) for name, start, end in self.asked if name == interval]


@asynccontextmanager
async def past_bars(recorder, *, most=10, at=_NOON + 150 * _NS):
    clock, history, wanted = StepClock(at), ToldHistory(), {_BTC}
    past = PastBars(
        history,
        sink=recorder,
        on_data=lambda: None,
        is_wanted=wanted.__contains__,
        clock=clock,
        most=most,
    )
    running = asyncio.create_task(past.run())
    try:
        yield past, history, clock, wanted
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def _turns(count: int = 50) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


def test_past_bars_fetches_the_intervals_that_have_ended(recorder) -> None:
    async def main() -> ToldHistory:
        async with past_bars(recorder) as (past, history, *_):
            past.want(_BTC)
            await _turns()
            return history

    history = asyncio.run(main())

    assert history.of("1m") == [(_NOON - 8 * 60 * _NS, _NOON + 120 * _NS)]
    assert history.of("5m") == [(_NOON - 10 * 300 * _NS, _NOON)]
    assert len(recorder.of("bar")) == 20
    assert {row[-1] for row in recorder.of("bar")} == {int(Flag.CLOSED | Flag.REPAIRED)}


def test_past_bars_fetches_once_more_what_was_open_then(recorder) -> None:
    async def main() -> ToldHistory:
        async with past_bars(recorder) as (past, history, clock, _):
            past.want(_BTC)
            await _turns()
            for _ in range(10):
                clock.ns += 60 * _NS
                await _turns()
            return history

    history = asyncio.run(main())

    assert history.of("1m")[1:] == [(_NOON + 120 * _NS, _NOON + 180 * _NS)]
    assert history.of("5m")[1:] == [(_NOON, _NOON + 300 * _NS)]


def test_past_bars_asks_again_after_a_refusal(recorder) -> None:
    async def main() -> ToldHistory:
        async with past_bars(recorder) as (past, history, clock, _):
            history.refusals = 2
            past.want(_BTC)
            await _turns()
            for _ in range(20):
                clock.ns += 30 * _NS
                await _turns()
            return history

    history = asyncio.run(main())

    minutes = [row for row in recorder.of("bar") if row[9] == INTERVALS["1m"]]
    assert [row[0] for row in minutes] == [_NOON + n * 60 * _NS for n in range(-8, 3)]
    assert history.of("5m")[-1][1] == _NOON + 300 * _NS


def test_past_bars_lets_go_of_a_symbol_that_is_captured_no_more(recorder) -> None:
    async def main() -> ToldHistory:
        async with past_bars(recorder) as (past, history, clock, wanted):
            past.want(_BTC)
            await _turns()
            wanted.clear()
            clock.ns += 600 * _NS
            await _turns()
            return history

    assert len(asyncio.run(main()).asked) == 2


def test_past_bars_of_none_asks_for_nothing(recorder) -> None:
    async def main() -> ToldHistory:
        async with past_bars(recorder, most=0) as (past, history, *_):
            past.want(_BTC)
            await _turns()
            return history

    assert asyncio.run(main()).asked == []
