"""Keys, plans, limits and faults of the Polygon simulator's REST."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from tests.sims.polygon.harness import bench

if TYPE_CHECKING:
    from tests.sims.harness import Reply

DAYS = "/v2/aggs/ticker/AAPL/range/1/day/2026-10-01/2026-11-20"


def _reply(path: str = DAYS, *, key: str | None = "K", faults: Any = (), **options: Any) -> Reply:
    async def scenario():
        async with bench(faults=faults, **options) as at:
            return await at.reply(path, key=key)

    return asyncio.run(scenario())


def test_request_without_a_key_is_refused() -> None:
    reply = _reply(key=None)

    assert reply.status == 401
    assert reply.body["error"] == "API Key was not provided"


def test_key_in_the_address_is_taken_too() -> None:
    assert _reply(f"{DAYS}?apiKey=K", key=None).status == 200


def test_unknown_key_is_refused_with_the_vendors_words() -> None:
    reply = _reply(faults=["auth-failed"])

    assert reply.status == 401
    assert (reply.body["status"], reply.body["error"]) == ("ERROR", "Unknown API Key")


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("starter", "/v3/trades/AAPL"),
        ("developer", "/v3/quotes/AAPL"),
        ("basic", "/v2/snapshot/locale/us/markets/stocks/tickers"),
        ("basic", "/v3/snapshot/options/AAPL"),
        ("basic", "/v2/aggs/ticker/AAPL/range/1/second/2026-11-19/2026-11-19"),
        ("starter", "/v2/last/nbbo/AAPL"),
    ],
)
def test_endpoint_beyond_the_plan_is_not_authorized(key: str, path: str) -> None:
    reply = _reply(path, key=key)

    assert reply.status == 403
    assert reply.body["status"] == "NOT_AUTHORIZED"
    assert reply.body["message"].startswith("You are not entitled to this data.")


@pytest.mark.parametrize(("key", "day"), [("basic", "2024-01-02"), ("starter", "2019-01-02")])
def test_days_beyond_the_plan_are_refused_as_timeframe(key: str, day: str) -> None:
    reply = _reply(f"/v2/aggs/ticker/AAPL/range/1/day/{day}/2026-11-20", key=key)

    assert reply.status == 403
    assert "doesn't include this data timeframe" in reply.body["message"]


@pytest.mark.parametrize("fault", ["starter-plan", "basic-plan", "developer-plan"])
def test_plan_faults_hold_for_every_key(fault: str) -> None:
    assert _reply("/v3/quotes/AAPL", faults=[fault]).status == 403


def test_sixth_request_of_a_minute_on_the_basic_plan_is_too_many() -> None:
    async def scenario():
        async with bench() as at:
            seen = [(await at.reply(DAYS, key="basic")).status for _ in range(6)]
            at.clock.move(60)
            return seen, (await at.reply(DAYS, key="basic")).status

    seen, later = asyncio.run(scenario())

    assert seen == [200] * 5 + [429]
    assert later == 200


def test_too_many_requests_have_words_no_retry_after_and_perhaps_no_body() -> None:
    plain, empty, kind = (
        _reply(faults=faults)
        for faults in (["429"], ["429", "429-empty"], ["429", "retry-after=7"])
    )

    assert plain.status == empty.status == kind.status == 429
    assert "maximum requests per minute" in plain.body["error"]
    assert "Retry-After" not in plain.headers
    assert empty.body == ""
    assert kind.headers["Retry-After"] == "7"


@pytest.mark.parametrize(("fault", "status"), [("403", 403), ("http-500", 500), ("502-html", 502)])
def test_error_faults_answer_with_their_status(fault: str, status: int) -> None:
    assert _reply(faults=[fault]).status == status


def test_garbage_is_cut_off_json() -> None:
    async def scenario():
        async with bench(faults=["garbage-rest"]) as at:
            return await at.reply(DAYS)

    with pytest.raises(ValueError, match=r"truncated|Input data"):
        asyncio.run(scenario())


def test_no_results_fault_leaves_neither_rows_nor_next_page() -> None:
    body = _reply(f"{DAYS}?limit=5", faults=["no-results"]).body

    assert "results" not in body
    assert "next_url" not in body


def test_missing_and_duplicate_rows_are_in_the_share_told() -> None:
    whole = len(_reply().body["results"])

    missing = len(_reply(faults=["missing-rows=0.5"]).body["results"])
    twice = len(_reply(faults=["duplicate-rows=0.5"]).body["results"])

    assert missing < whole < twice


def test_missing_fields_fault_takes_one_field_of_a_row() -> None:
    rows = _reply(faults=["missing-fields=0.5"]).body["results"]

    assert {len(row) for row in rows} == {7, 8}


def test_short_pages_hold_half_and_go_on() -> None:
    body = _reply(f"{DAYS}?limit=10", faults=["page-short"]).body

    assert body["resultsCount"] == 5
    assert "next_url" in body


def test_foreign_next_url_names_another_host() -> None:
    body = _reply(f"{DAYS}?limit=10", faults=["foreign-next-url"]).body

    assert body["next_url"].startswith("https://elsewhere.example/v2/aggs/")


def test_expired_cursor_is_refused_and_the_first_page_is_not() -> None:
    async def scenario():
        async with bench(faults=["expired-cursor"]) as at:
            first = await at.get(f"{DAYS}?limit=10")
            return await at.reply(first["next_url"].removeprefix(at.sim.rest_url))

    reply = asyncio.run(scenario())

    assert reply.status == 400
    assert "expired" in reply.body["error"]


def test_pages_of_a_list_that_grows_stay_those_of_one_list() -> None:
    path = "/v3/trades/AAPL?limit=5"

    async def scenario():
        async with bench() as at:
            first = await at.get(path)
            at.clock.move(30)
            second = await at.get(first["next_url"].removeprefix(at.sim.rest_url))
            return first["results"], second["results"]

    first, second = asyncio.run(scenario())

    assert second[0]["sequence_number"] == first[-1]["sequence_number"] - 3


def test_unknown_path_is_answered_in_json() -> None:
    reply = _reply("/v9/nothing")

    assert reply.status == 404
    assert reply.body["status"] == "NOT_FOUND"


def test_faults_are_switched_over_http() -> None:
    async def scenario():
        async with bench() as at:
            at.sim.inject("http-500")
            broken = await at.reply(DAYS)
            at.sim.clear()
            return broken.status, (await at.reply(DAYS)).status, (await at.reply("/sim/faults"))

    broken, mended, listed = asyncio.run(scenario())

    assert (broken, mended) == (500, 200)
    assert {"name", "effect"} <= set(listed.body["known"][0])
