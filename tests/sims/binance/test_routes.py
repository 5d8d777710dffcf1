"""Which address brings which streams, and in what form."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest

from quantdeck.sims.binance.names import parse_stream
from tests.sims.harness import bench

_AGG, _QUOTE, _MARK = "btcusdt@aggTrade", "btcusdt@bookTicker", "btcusdt@markPrice@1s"
_MARKET = {"aggTrade", "markPriceUpdate"}


def _kinds(path: str, *, spot: bool = False) -> set[str]:
    async def scenario() -> list[Any]:
        async with bench(spot=spot) as b:
            client = await b.connect(path, spot=spot)
            b.pass_time(3)
            return await client.events()

    events = asyncio.run(scenario())
    return {event.get("data", event).get("e", "no name") for event in events}


@pytest.mark.parametrize(
    ("path", "kinds"),
    [
        (f"/market/ws/{_AGG}/{_MARK}", _MARKET),
        (f"/market/stream?streams={_AGG}/{_MARK}", _MARKET),
        (f"/public/ws/{_QUOTE}", {"bookTicker"}),
        (f"/public/stream?streams={_QUOTE}/{_AGG}", {"bookTicker"}),
        (f"/market/stream?streams={_QUOTE}", set()),
        (f"/public/stream?streams={_AGG}", set()),
        (f"/private/stream?streams={_AGG}/{_QUOTE}", set()),
        (f"/stream?streams={_AGG}/{_QUOTE}/{_MARK}", {"bookTicker"}),
        (f"/ws/{_AGG}/{_QUOTE}", {"bookTicker"}),
        ("/public/ws/btcusdt@trade", {"trade"}),
        ("/market/ws/btcusdt@trade", set()),
        ("/market/ws/BTCUSDT@aggTrade", set()),
        ("/market/ws/nopeusdt@aggTrade", set()),
    ],
)
def test_route_brings_its_own_streams_only(path: str, kinds: set[str]) -> None:
    assert _kinds(path) == kinds


def test_spot_has_no_routes() -> None:
    path = "/stream?streams=btcusdt@aggTrade/btcusdt@bookTicker/btcusdt@markPrice"

    assert _kinds(path, spot=True) == {"aggTrade", "no name"}


def test_unknown_route_is_not_found() -> None:
    async def scenario() -> int:
        async with bench() as b:
            try:
                await b.connect("/elsewhere/ws")
            except aiohttp.WSServerHandshakeError as error:
                return error.status
            return 101

    assert asyncio.run(scenario()) == 404


@pytest.mark.parametrize("route", ["/market", "/public", "/private", ""])
def test_subscription_on_any_route_is_acknowledged(route: str) -> None:
    async def scenario() -> Any:
        async with bench() as b:
            client = await b.connect(f"{route}/stream")
            return await client.say("SUBSCRIBE", [_AGG, _QUOTE], "an id")

    assert asyncio.run(scenario()) == {"result": None, "id": "an id"}


@pytest.mark.parametrize(("path", "is_wrapped"), [("/market/stream", True), ("/market/ws", False)])
def test_subscribed_payloads_are_wrapped_by_the_form_of_the_address(
    path: str, *, is_wrapped: bool
) -> None:
    async def scenario() -> list[Any]:
        async with bench() as b:
            client = await b.connect(path)
            await client.say("SUBSCRIBE", [_AGG])
            b.pass_time(3)
            return await client.events()

    events = asyncio.run(scenario())

    assert events
    assert all(("stream" in event) is is_wrapped for event in events)


def test_wrapped_payload_names_its_stream() -> None:
    async def scenario() -> list[Any]:
        async with bench() as b:
            client = await b.connect(f"/market/stream?streams={_AGG}/{_MARK}")
            b.pass_time(3)
            return await client.events()

    events = asyncio.run(scenario())

    names = {event["stream"]: event["data"]["e"] for event in events}
    assert names == {_AGG: "aggTrade", _MARK: "markPriceUpdate"}


def test_unsubscribed_stream_falls_silent_and_the_others_go_on() -> None:
    async def scenario() -> list[Any]:
        async with bench() as b:
            client = await b.connect(f"/market/stream?streams={_AGG}/{_MARK}")
            await client.say("UNSUBSCRIBE", [_AGG])
            b.pass_time(3)
            return await client.events()

    events = asyncio.run(scenario())

    assert {event["stream"] for event in events} == {_MARK}


def test_two_clients_of_a_stream_get_the_same() -> None:
    async def scenario() -> list[list[Any]]:
        async with bench() as b:
            clients = [await b.connect(f"/market/ws/{_AGG}") for _ in range(2)]
            b.pass_time(5)
            return [await client.events() for client in clients]

    first, second = asyncio.run(scenario())

    assert first
    assert first == second


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("btcusdt@aggTrade", "ET"),
        ("btcusdt@trade", "ET"),
        ("btcusdt@depth@100ms", "E"),
        ("btcusdt@kline_1s", "E"),
        ("trxusdt@ticker", "EOC"),
    ],
)
def test_spot_stamps_are_micro_seconds_where_asked(name: str, keys: str) -> None:
    async def scenario() -> list[Any]:
        async with bench(spot=True) as b:
            paths = (f"/ws/{name}?timeUnit=MICROSECOND", f"/ws/{name}")
            clients = [await b.connect(path, spot=True) for path in paths]
            b.pass_time(5)
            return [(await client.events())[0] for client in clients]

    micro, milli = asyncio.run(scenario())

    assert {key: micro[key] for key in keys} == {key: milli[key] * 1_000 for key in keys}
    assert {key for key in micro if micro[key] != milli[key]} <= {*keys, "k"}


@pytest.mark.parametrize(
    ("name", "spot"),
    [
        ("btcusdt@kline_1s", False),
        ("btcusdt@depth@1000ms", False),
        ("btcusdt@depth@250ms", True),
        ("btcusdt@depth7", False),
        ("btcusdt@markPrice", True),
        ("btcusdt@forceOrder", True),
        ("!bookTicker", True),
        ("btcusdt_perpetual@continuousKline_1x", False),
        ("nope@depth", False),
        ("nope@markPrice", False),
        ("nope@kline_1m", False),
        ("nope_perpetual@continuousKline_1m", False),
        ("", False),
        ("@", False),
    ],
)
def test_stream_the_venue_does_not_have_is_none(name: str, *, spot: bool) -> None:
    assert parse_stream(name, spot=spot) is None


@pytest.mark.parametrize(
    ("name", "spot", "period_ms"),
    [
        ("btcusdt@depth", False, 250),
        ("btcusdt@depth@100ms", False, 100),
        ("btcusdt@depth20@500ms", False, 500),
        ("btcusdt@depth", True, 1000),
        ("btcusdt@kline_1m", False, 250),
        ("btcusdt@kline_1s", True, 1000),
        ("btcusdt@kline_1m", True, 2000),
        ("btcusdt@markPrice", False, 3000),
        ("!markPrice@arr@1s", False, 1000),
        ("btcusdt@ticker", False, 2000),
        ("!miniTicker@arr", False, 1000),
        ("btcusdt_perpetual@continuousKline_1s", False, 250),
    ],
)
def test_stream_has_the_pace_of_the_venue(name: str, period_ms: int, *, spot: bool) -> None:
    stream = parse_stream(name, spot=spot)

    assert stream is not None
    assert stream.period_ms == period_ms
