from __future__ import annotations

import asyncio

import pytest

from quantdeck.sims.binance.limits import FIRST_BAN_S, LONGEST_BAN_S, WARNINGS_BEFORE_BAN, Limiter
from quantdeck.sims.binance.refusals import Refusal
from tests.sims.harness import bench

_MINUTE = 60_000


def _refused(limiter: Limiter, now_ms: int, weight: int = 1) -> Refusal:
    with pytest.raises(Refusal) as caught:
        limiter.spend("a", weight, now_ms)
    return caught.value


def test_weight_up_to_the_limit_passes() -> None:
    limiter = Limiter(100)

    used = [limiter.spend("a", 50, 0), limiter.spend("a", 50, 1)]

    assert used == [50, 100]


def test_weight_over_the_limit_is_429_until_the_minute_ends() -> None:
    limiter = Limiter(100)
    limiter.spend("a", 100, 0)

    refusal = _refused(limiter, 18_000)

    assert (refusal.status, refusal.code, refusal.retry_after_s) == (429, -1003, 42)


def test_weight_is_free_again_in_the_next_minute() -> None:
    limiter = Limiter(100)
    limiter.spend("a", 100, 0)
    _refused(limiter, 1_000)

    assert limiter.spend("a", 60, _MINUTE) == 60


def test_weight_is_counted_per_address() -> None:
    limiter = Limiter(100)
    limiter.spend("a", 100, 0)

    assert limiter.spend("b", 100, 0) == 100


def test_going_on_after_warnings_is_a_ban() -> None:
    limiter = Limiter(1)
    limiter.spend("a", 1, 0)

    statuses = [_refused(limiter, 1).status for _ in range(WARNINGS_BEFORE_BAN + 1)]

    assert statuses == [429] * WARNINGS_BEFORE_BAN + [418]


def test_ban_outlasts_the_minute_and_tells_how_long() -> None:
    limiter = Limiter(1)
    limiter.spend("a", 1, 0)
    for _ in range(WARNINGS_BEFORE_BAN + 1):
        _refused(limiter, 0)

    refusal = _refused(limiter, _MINUTE)

    assert (refusal.status, refusal.retry_after_s) == (418, FIRST_BAN_S - 60)
    assert limiter.spend("a", 1, FIRST_BAN_S * 1_000) == 1


def test_bans_grow_up_to_three_days() -> None:
    limiter = Limiter(0)
    now_ms, lengths = 0, []

    for _ in range(14):
        for _ in range(WARNINGS_BEFORE_BAN):
            _refused(limiter, now_ms)
        ban = _refused(limiter, now_ms)
        lengths.append(ban.retry_after_s)
        now_ms += (ban.retry_after_s or 0) * 1_000

    assert lengths[:3] == [FIRST_BAN_S, 2 * FIRST_BAN_S, 4 * FIRST_BAN_S]
    assert lengths[-1] == LONGEST_BAN_S


def test_server_over_its_limit_answers_429_with_retry_after() -> None:
    async def scenario() -> tuple[int, str, int]:
        async with bench(weight_limit=3) as b:
            for _ in range(3):
                await b.get("/fapi/v1/ping")
            reply = await b.get("/fapi/v1/ping")
            return reply.status, reply.headers["Retry-After"], reply.body["code"]

    status, retry_after, code = asyncio.run(scenario())

    assert (status, code) == (429, -1003)
    assert 1 <= int(retry_after) <= 60


def test_server_over_its_limit_answers_again_in_the_next_minute() -> None:
    async def scenario() -> list[int]:
        async with bench(weight_limit=1) as b:
            statuses = [(await b.get("/fapi/v1/ping")).status for _ in range(2)]
            b.clock.move(60)
            return [*statuses, (await b.get("/fapi/v1/ping")).status]

    assert asyncio.run(scenario()) == [200, 429, 200]


def test_funding_requests_have_a_pool_of_their_own() -> None:
    limiter = Limiter(10)
    for _ in range(500):
        limiter.spend_funding("a", 0)

    with pytest.raises(Refusal) as caught:
        limiter.spend_funding("a", 299_000)

    assert (caught.value.status, caught.value.retry_after_s) == (429, 1)
    limiter.spend_funding("a", 300_000)
