"""Faults and limits of the NewsAPI simulator."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.sims.newsapi.harness import bench

if TYPE_CHECKING:
    from tests.sims.harness import Reply


def _reply(*faults: str, **parameters: object) -> Reply:
    async def scenario():
        async with bench(faults=faults) as at:
            return await at.reply("/everything", q="simulated", **parameters)

    return asyncio.run(scenario())


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("key-invalid", 401, "apiKeyInvalid"),
        ("key-disabled", 401, "apiKeyDisabled"),
        ("key-exhausted", 429, "apiKeyExhausted"),
        ("429", 429, "rateLimited"),
        ("http-500", 500, "unexpectedError"),
    ],
)
def test_error_faults_have_the_vendors_codes(fault: str, status: int, code: str) -> None:
    reply = _reply(fault)

    assert (reply.status, reply.body["code"]) == (status, code)


def test_bad_gateway_is_a_page_of_html() -> None:
    reply = _reply("502-html")

    assert reply.status == 502
    assert "<html>" in reply.body


def test_garbage_is_cut_off_json() -> None:
    with pytest.raises(ValueError, match=r"truncated|Input data"):
        _reply("garbage-rest")


def test_removed_articles_stand_among_the_others() -> None:
    titles = [row["title"] for row in _reply("removed=0.3").body["articles"]]

    assert 0 < titles.count("[Removed]") < len(titles)


def test_duplicates_and_missing_fields_are_in_the_share_told() -> None:
    whole = _reply().body["articles"]

    twice = _reply("duplicates=0.5").body["articles"]
    bare = _reply("missing-fields=0.5").body["articles"]

    assert len(twice) > len(whole)
    assert {len(row) for row in bare} == {7, 8}


def test_hundred_requests_of_a_day_exhaust_the_developer_plan() -> None:
    async def scenario():
        async with bench() as at:
            seen = [(await at.reply("/sources", key="developer")).status for _ in range(101)]
            at.clock.move(86_400)
            return seen, (await at.reply("/sources", key="developer")).status

    seen, later = asyncio.run(scenario())

    assert seen == [200] * 100 + [429]
    assert later == 200


def test_developer_fault_holds_for_every_key() -> None:
    assert _reply("developer-plan", page=2).status == 426


def test_unknown_key_is_refused_where_one_is_known() -> None:
    async def scenario():
        async with bench(key="K") as at:
            return [(await at.reply("/sources", key=key)).status for key in ("K", "other")]

    assert asyncio.run(scenario()) == [200, 401]
