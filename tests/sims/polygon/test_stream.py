"""Streams of the Polygon simulator: the handshake, what each plan may have, what is sent."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from quantdeck.sims.polygon.session import NOT_FOR_PLAN, TOO_MANY
from tests.sims.polygon.harness import AUTHENTICATED, CONNECTED, FRIDAY_NOON_MS, bench

CALL = "O:AAPL261204C00240000"
DELAY_MS = 900_000


def _status(status: str, message: str) -> dict[str, str]:
    return {"ev": "status", "status": status, "message": message}


def _streamed(
    params: str,
    *,
    key: str = "K",
    seconds: float = 3.0,
    path: str = "/stocks",
    is_delayed: bool = False,
    **options: Any,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    async def scenario():
        async with bench(**options) as at:
            client = await at.joined(path, key=key, is_delayed=is_delayed)
            answers = await client.asked("subscribe", params)
            await at.pass_time(seconds)
            return answers, await client.items()

    return asyncio.run(scenario())


def test_connection_is_greeted_and_authenticated_in_that_order() -> None:
    async def scenario():
        async with bench() as at:
            client = await at.connect()
            return await client.items(), await client.asked("auth", "K")

    assert asyncio.run(scenario()) == ([CONNECTED], [AUTHENTICATED])


@pytest.mark.parametrize(
    ("key", "faults", "words"),
    [
        ("", [], "authentication failed"),
        ("K", ["auth-failed"], "authentication failed"),
        ("basic", [], NOT_FOR_PLAN),
    ],
)
def test_auth_that_fails_is_told_and_closed(key: str, faults: list[str], words: str) -> None:
    async def scenario():
        async with bench(faults=faults) as at:
            client = await at.connect()
            await client.items()
            await client.socket.send_json({"action": "auth", "params": key})
            return await client.end()

    said, code = asyncio.run(scenario())

    assert said == [_status("auth_failed", words)]
    assert code == 1008


def test_connection_that_does_not_authenticate_is_ended() -> None:
    async def scenario():
        async with bench() as at:
            client = await at.connect()
            await client.items()
            at.clock.move(10.5)
            step = asyncio.create_task(at.sim.step())
            ended = await client.end()
            await step
            return ended

    said, code = asyncio.run(scenario())

    assert said == [_status("auth_timeout", "No authentication request received.")]
    assert code == 1008


def test_each_channel_is_confirmed_once() -> None:
    async def scenario():
        async with bench() as at:
            client = await at.joined()
            first = await client.asked("subscribe", "T.AAPL, Q.AAPL")
            again = await client.asked("subscribe", "T.AAPL")
            gone = await client.asked("unsubscribe", "T.AAPL")
            return first, again, gone

    first, again, gone = asyncio.run(scenario())

    assert first == [
        _status("success", "subscribed to: T.AAPL"),
        _status("success", "subscribed to: Q.AAPL"),
    ]
    assert again == []
    assert gone == [_status("success", "unsubscribed to: T.AAPL")]


def test_trades_and_quotes_are_those_of_rest_and_in_order() -> None:
    async def scenario():
        async with bench() as at:
            client = await at.joined()
            await client.asked("subscribe", "T.AAPL,Q.AAPL")
            start = at.sim.now_ns()
            await at.pass_time(4)
            window = {"timestamp__gt": start, "order": "asc"}
            return (
                await client.items(),
                (await at.get("/v3/trades/AAPL", **window))["results"],
                (await at.get("/v3/quotes/AAPL", **window))["results"],
            )

    items, trades, quotes = asyncio.run(scenario())

    told = [(i["q"], i["p"], i["s"]) for i in items if i["ev"] == "T"]
    assert told == [(r["sequence_number"], r["price"], r["size"]) for r in trades]
    told = [(i["q"], i["bp"], i["ap"]) for i in items if i["ev"] == "Q"]
    assert told == [(r["sequence_number"], r["bid_price"], r["ask_price"]) for r in quotes]
    stamps = [item["t"] for item in items]
    assert stamps == sorted(stamps)


def test_seconds_add_up_to_the_minute_and_to_rest() -> None:
    async def scenario():
        async with bench() as at:
            client = await at.joined()
            await at.pass_time(60, step_s=1.0)
            await client.asked("subscribe", "A.AAPL,AM.AAPL")
            await at.pass_time(61, step_s=1.0)
            rest = await at.get("/v2/aggs/ticker/AAPL/range/1/minute/2026-11-20/2026-11-20")
            return await client.items(), rest["results"]

    items, rest = asyncio.run(scenario())

    minute = next(item for item in items if item["ev"] == "AM")
    inside = [i for i in items if i["ev"] == "A" and minute["s"] <= i["s"] < minute["e"]]
    assert (minute["o"], minute["c"]) == (inside[0]["o"], inside[-1]["c"])
    assert minute["h"] == max(item["h"] for item in inside)
    assert minute["v"] == sum(item["v"] for item in inside)
    assert minute["av"] == inside[-1]["av"]
    row = next(each for each in rest if each["t"] == minute["s"])
    assert [row[name] for name in "ohlcv"] == [minute[name] for name in "ohlcv"]


def test_star_brings_every_stock() -> None:
    _, items = _streamed("A.*")

    assert {"AAPL", "SPY", "KO", "TLT"} <= {item["sym"] for item in items}


def test_option_channels_bring_options() -> None:
    answers, items = _streamed(f"Q.{CALL},T.{CALL}", path="/options", seconds=20)

    assert [each["status"] for each in answers] == ["success", "success"]
    assert {item["sym"] for item in items} == {CALL}
    assert all(0 < item["bp"] < item["ap"] for item in items if item["ev"] == "Q")


def test_option_quotes_take_no_star_and_a_thousand_at_most() -> None:
    names = [f"Q.O:AAPL261204C{n:08d}" for n in range(1_001)]

    star, _ = _streamed("Q.*", path="/options", seconds=0)
    many, _ = _streamed(",".join(names), path="/options", seconds=0)

    assert star == [_status("error", "not authorized")]
    assert [each["status"] for each in many] == ["success"] * 1_000 + ["error"]


def test_refused_channel_names_nothing_and_the_rest_goes_on() -> None:
    answers, items = _streamed("T.AAPL,A.AAPL,Q.AAPL", key="starter", is_delayed=True)

    assert answers == [
        _status("error", "not authorized"),
        _status("success", "subscribed to: A.AAPL"),
        _status("error", "not authorized"),
    ]
    assert {item["ev"] for item in items} == {"A"}


def test_delayed_cluster_is_fifteen_minutes_late() -> None:
    _, items = _streamed("A.AAPL", key="starter", is_delayed=True)

    assert all(0 < item["e"] - (FRIDAY_NOON_MS - DELAY_MS) <= 3_000 for item in items)


def test_real_time_is_refused_after_auth_success_to_a_delayed_plan() -> None:
    answers, items = _streamed("T.AAPL", key="developer")

    assert [each["status"] for each in answers] == ["error"]
    assert answers[0]["message"].startswith("You don't have access real-time data.")
    assert "delayed" in answers[0]["message"]
    assert items == []


def test_agreements_are_asked_for_on_the_real_time_cluster_alone() -> None:
    refused, _ = _streamed("T.AAPL", faults=["agreements"])
    taken, _ = _streamed("T.AAPL", faults=["agreements"], is_delayed=True)

    assert "sign the agreements" in refused[0]["message"]
    assert taken[0]["status"] == "success"


def test_fair_values_and_bands_are_sent_to_who_may_have_them() -> None:
    async def scenario():
        async with bench() as at:
            client = await at.joined(key="business")
            await client.asked("subscribe", "FMV.AAPL,LULD.AAPL")
            await at.pass_time(62, step_s=1.0)
            return await client.items()

    items = asyncio.run(scenario())

    fair = next(item for item in items if item["ev"] == "FMV")
    band = next(item for item in items if item["ev"] == "LULD")
    assert band["T"] == "AAPL"
    assert band["l"] < fair["fmv"] < band["h"]
    assert fair["t"] > 1_700_000_000_000_000_000


@pytest.mark.parametrize(("faults", "kept"), [([], "newest"), (["refuse-newcomer"], "oldest")])
def test_connection_beyond_the_limit_ends_one_of_both(faults: list[str], kept: str) -> None:
    async def scenario():
        async with bench(faults=faults) as at:
            oldest = await at.joined()
            newest = await at.connect()
            await newest.items()
            await newest.socket.send_json({"action": "auth", "params": "K"})
            if kept == "oldest":
                return await newest.end()
            assert await newest.items() == [AUTHENTICATED]
            step = asyncio.create_task(at.sim.step())
            ended = await oldest.end()
            await step
            return ended

    said, code = asyncio.run(scenario())

    assert said[-1] == _status("max_connections", TOO_MANY)
    assert code == 1008


def test_clusters_have_limits_of_their_own() -> None:
    async def scenario():
        async with bench() as at:
            clients = [
                await at.joined(),
                await at.joined(is_delayed=True),
                await at.joined("/options"),
            ]
            await at.pass_time(1)
            return [await client.asked("subscribe", "A.AAPL") for client in clients]

    assert [each[0]["status"] for each in asyncio.run(scenario())] == ["success"] * 3


def test_messages_that_make_no_sense_are_answered_and_survived() -> None:
    async def scenario():
        async with bench() as at:
            client = await at.connect()
            await client.items()
            early = await client.asked("subscribe", "T.AAPL")
            await client.asked("auth", "K")
            await client.socket.send_str("no json")
            broken = await client.items()
            other = await client.asked("dance", "T.AAPL")
            return early, broken, other, await client.asked("subscribe", "T.AAPL,ZZ.AAPL,T.")

    early, broken, other, last = asyncio.run(scenario())

    assert early == [_status("error", "not authenticated")]
    assert broken == [_status("error", "invalid message")]
    assert other == [_status("error", "unknown action")]
    assert [each["status"] for each in last] == ["success", "error", "error"]


def test_streams_never_rest_unless_they_keep_real_hours() -> None:
    saturday = {"start_ms": FRIDAY_NOON_MS + 86_400_000}

    _, always = _streamed("T.AAPL", **saturday)
    _, real = _streamed("T.AAPL", faults=["real-hours"], **saturday)

    assert always
    assert all(12 in item["c"] for item in always)
    assert real == []
