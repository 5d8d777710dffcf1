"""So many requests in any window."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantdeck.model.errors import RateLimited
from quantdeck.net.rolling_limiter import RollingLimiter
from tests.net.conftest import LeapingClock


def _limiter(clock, most=5, window_s=60.0):
    return RollingLimiter(clock, "venue", most=most, window_s=window_s)


@given(st.lists(st.floats(0.0, 40.0), max_size=30), st.integers(1, 6))
def test_no_window_holds_more_than_allowed(pauses_s, most):
    clock, sent = LeapingClock(), []
    limiter = _limiter(clock, most)

    async def run():
        for pause_s in pauses_s:
            clock.pass_time(pause_s)
            await limiter.acquire(1, patience_s=600.0)
            sent.append(clock.monotonic_ns())

    asyncio.run(run())

    assert all(b - a >= 60 * 10**9 for a, b in zip(sent, sent[most:], strict=False))


def test_those_who_wait_take_their_turns_in_order(manual_clock):
    done = []
    limiter = _limiter(manual_clock, most=2)

    async def one(name):
        await limiter.acquire(1, patience_s=600.0)
        done.append((name, manual_clock.monotonic_ns() // (30 * 10**9)))

    async def run():
        tasks = [asyncio.create_task(one(name)) for name in range(6)]
        while not all(task.done() for task in tasks):
            for _ in range(5):
                await asyncio.sleep(0)
            manual_clock.pass_time(30.1)

    asyncio.run(run())

    assert done == [(0, 0), (1, 0), (2, 2), (3, 2), (4, 4), (5, 4)]


def test_wait_beyond_the_patience_is_refused_and_takes_no_place(leaping_clock):
    limiter = _limiter(leaping_clock, most=1)

    async def run():
        await limiter.acquire(1, patience_s=0.0)
        with pytest.raises(RateLimited) as caught:
            await limiter.acquire(1, patience_s=30.0)
        return caught.value

    refused = asyncio.run(run())

    assert 59.0 < refused.retry_after_s < 61.0
    assert limiter.used == 1
    assert leaping_clock.slept_s == []


def test_vendor_that_asks_to_slow_down_is_obeyed(leaping_clock):
    limiter = _limiter(leaping_clock)
    limiter.block(15.0)

    asyncio.run(limiter.acquire(1, patience_s=20.0))

    assert sum(leaping_clock.slept_s) == pytest.approx(15.0)


def test_vendor_that_asks_for_too_long_is_told_to_the_caller(leaping_clock):
    limiter = _limiter(leaping_clock)
    limiter.block(100.0)

    with pytest.raises(RateLimited):
        asyncio.run(limiter.acquire(1, patience_s=20.0))
