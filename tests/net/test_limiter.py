"""The budget of requests."""

from __future__ import annotations

import asyncio

import pytest

from quantdeck.model.errors import RateLimited
from quantdeck.net.limiter import WeightLimiter


def test_acquire_within_the_budget_does_not_wait(leaping_clock):
    limiter = WeightLimiter(leaping_clock, "venue", {60: 100})

    asyncio.run(limiter.acquire(80, patience_s=0.0))

    assert limiter.used(60) == 80
    assert leaping_clock.slept_s == []


def test_acquire_beyond_the_budget_waits_for_the_next_minute(leaping_clock):
    limiter = WeightLimiter(leaping_clock, "venue", {60: 100})
    leaping_clock.set_ns(1_795_000_020_000_000_000)

    async def two():
        await limiter.acquire(80, patience_s=0.0)
        await limiter.acquire(20, patience_s=90.0)

    asyncio.run(two())

    assert (
        leaping_clock.now_ns() // 60_000_000_000 == 1_795_000_020_000_000_000 // 60_000_000_000 + 1
    )
    assert limiter.used(60) == 20


def test_acquire_when_the_wait_is_too_long_says_how_long(leaping_clock):
    limiter = WeightLimiter(leaping_clock, "venue", {60: 100})

    async def two():
        await limiter.acquire(80, patience_s=0.0)
        await limiter.acquire(20, patience_s=0.1)

    with pytest.raises(RateLimited) as caught:
        asyncio.run(two())

    assert 0 < caught.value.retry_after_s <= 61
    assert not caught.value.banned


def test_report_by_the_vendor_counts_what_others_used(leaping_clock):
    limiter = WeightLimiter(leaping_clock, "venue", {60: 100})

    limiter.report(60, 79)

    with pytest.raises(RateLimited):
        asyncio.run(limiter.acquire(2, patience_s=0.1))


def test_report_lower_than_our_own_count_changes_nothing(leaping_clock):
    limiter = WeightLimiter(leaping_clock, "venue", {60: 100})
    asyncio.run(limiter.acquire(50, patience_s=0.0))

    limiter.report(60, 10)

    assert limiter.used(60) == 50


def test_acquire_when_banned_fails_at_once(leaping_clock):
    limiter = WeightLimiter(leaping_clock, "venue", {60: 100})
    limiter.block(120.0, banned=True)

    with pytest.raises(RateLimited) as caught:
        asyncio.run(limiter.acquire(1, patience_s=1000.0))

    assert caught.value.banned
    assert leaping_clock.slept_s == []


def test_acquire_when_asked_to_slow_down_waits_that_long(leaping_clock):
    limiter = WeightLimiter(leaping_clock, "venue", {60: 100})
    limiter.block(7.0)

    asyncio.run(limiter.acquire(1, patience_s=10.0))

    assert leaping_clock.slept_s[0] == pytest.approx(7.0)


def test_acquire_more_than_the_whole_budget_goes_through_alone(leaping_clock):
    limiter = WeightLimiter(leaping_clock, "venue", {60: 100})

    asyncio.run(limiter.acquire(500, patience_s=0.0))

    assert limiter.used(60) == 500
