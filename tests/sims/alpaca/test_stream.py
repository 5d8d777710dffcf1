"""Streams of the Alpaca simulator: order of the handshake, limits, what is sent."""

from __future__ import annotations

import asyncio
import base64

import msgspec
import pytest

from tests.sims.alpaca.harness import AUTH, HEADERS, PACKED, bench

CONNECTED = {"T": "success", "msg": "connected"}
AUTHENTICATED = {"T": "success", "msg": "authenticated"}


def _error(code: int, text: str) -> dict[str, object]:
    return {"T": "error", "code": code, "msg": text}


def test_connection_is_greeted_and_authenticated_in_that_order() -> None:
    async def scenario():
        async with bench() as at:
            client = await at.connect()
            return await client.items(), await client.asked(AUTH), await client.asked(AUTH)

    greeting, answer, again = asyncio.run(scenario())

    assert greeting == [CONNECTED]
    assert answer == [AUTHENTICATED]
    assert again == [_error(403, "already authenticated")]


@pytest.mark.parametrize(
    "headers",
    [
        HEADERS,
        {"Authorization": "Bearer S"},
        {"Authorization": "Basic " + base64.b64encode(b"K:S").decode()},
    ],
)
def test_connection_with_credentials_in_its_headers_is_authenticated_unasked(headers) -> None:
    async def scenario():
        async with bench() as at:
            return await (await at.connect(headers=headers)).items()

    assert asyncio.run(scenario()) == [CONNECTED, AUTHENTICATED]


def test_connection_that_does_not_authenticate_is_ended_after_ten_seconds() -> None:
    async def scenario():
        async with bench() as at:
            client = await at.connect()
            await client.items()
            await at.pass_time(9.5, step_s=0.5)
            early = await client.items()
            # The close waits for the client's own, which reads only now.
            at.clock.move(1.0)
            step = asyncio.create_task(at.sim.step())
            frame = await client.next_frame()
            code = await client.end()
            await step
            return early, msgspec.msgpack.decode(frame.data), code

    early, said, code = asyncio.run(scenario())

    assert early == []
    assert said == [_error(404, "auth timeout")]
    assert code == 1000


def test_wrong_keys_end_the_connection_with_402() -> None:
    async def scenario():
        async with bench() as at:
            client = await at.connect()
            await client.items()
            await client.say({"action": "auth", "key": "K", "secret": ""})
            return msgspec.msgpack.decode((await client.next_frame()).data), await client.end()

    assert asyncio.run(scenario()) == ([_error(402, "auth failed")], 1000)


def test_second_connection_to_an_endpoint_waits_until_the_first_is_gone() -> None:
    async def scenario():
        async with bench() as at:
            first, second = await at.joined(), await at.connect()
            await second.items()
            refused = await second.asked(AUTH)
            other = await at.joined("/v1beta1/indicative")
            await first.socket.close()
            while at.sim.connections > 2:  # noqa: ASYNC110 - nobody tells when
                await asyncio.sleep(0.001)
            return refused, await second.asked(AUTH), await other.items()

    refused, accepted, _ = asyncio.run(scenario())

    assert refused == [_error(406, "connection limit exceeded")]
    assert accepted == [AUTHENTICATED]


def test_option_stream_in_json_is_refused() -> None:
    async def scenario():
        async with bench() as at:
            client = await at.connect(packs=False)
            return msgspec.json.decode((await client.next_frame()).data), await client.end()

    assert asyncio.run(scenario()) == ([_error(412, "msgpack only")], 1000)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"action": "subscribe", "quotes": ["*"]}, 413),
        ({"action": "subscribe", "bars": ["SPY"]}, 410),
        ({"action": "subscribe", "quotes": ["spx 1"]}, 400),
        ({"action": "subscribe", "quotes": "SPY"}, 400),
        ({"action": "dance"}, 400),
        (["subscribe"], 400),
    ],
)
def test_impossible_request_is_answered_with_its_code(message, code) -> None:
    async def scenario():
        async with bench() as at:
            return await (await at.joined()).asked(message)

    found = asyncio.run(scenario())

    assert [item["code"] for item in found] == [code]


def test_subscribing_before_auth_is_answered_with_401() -> None:
    async def scenario():
        async with bench() as at:
            client = await at.connect()
            await client.items()
            return await client.asked({"action": "subscribe", "trades": ["*"]})

    assert asyncio.run(scenario()) == [_error(401, "not authenticated")]


def test_subscriptions_add_up_and_every_answer_holds_the_whole_set() -> None:
    async def scenario():
        async with bench() as at:
            client = await at.joined()
            a, b, c = at.busiest(3)
            await client.asked({"action": "subscribe", "quotes": [a, b]})
            added = await client.asked({"action": "subscribe", "quotes": [c], "trades": ["*"]})
            left = await client.asked({"action": "unsubscribe", "quotes": [a]})
            return (a, b, c), added[0], left[0]

    (a, b, c), added, left = asyncio.run(scenario())

    assert added == {"T": "subscription", "trades": ["*"], "quotes": [a, b, c]}
    assert left == {"T": "subscription", "trades": ["*"], "quotes": [b, c]}


@pytest.mark.parametrize(("faults", "limit"), [((), 1000), (("basic-plan",), 200), (("405=7",), 7)])
def test_quotes_beyond_the_limit_are_refused_and_change_nothing(faults, limit) -> None:
    async def scenario():
        async with bench(faults=faults) as at:
            client = await at.joined("/v1beta1/indicative")
            names = at.busiest(limit + 1)
            await client.asked({"action": "subscribe", "quotes": names[:limit]})
            more = await client.asked({"action": "subscribe", "quotes": names[limit:]})
            after = await client.asked({"action": "unsubscribe", "trades": ["SPY"]})
            return more, after

    more, after = asyncio.run(scenario())

    assert more == [_error(405, "symbol limit exceeded")]
    assert len(after[0]["quotes"]) == limit


def test_quotes_of_the_stream_are_those_of_rest() -> None:
    async def scenario():
        async with bench() as at:
            client = await at.joined()
            names = at.busiest(20)
            await client.asked({"action": "subscribe", "quotes": names})
            await at.pass_time(3)
            items = await client.items()
            path = "/v1beta1/options/quotes/latest"
            reply = await at.get(path, symbols=",".join(names))
            return items, reply.body["quotes"]

    items, quotes = asyncio.run(scenario())

    last = {item["S"]: item for item in items}
    assert {item["T"] for item in items} == {"q"}
    assert len(items) > 50
    for symbol, quote in quotes.items():
        mine = last[symbol]
        assert [mine[key] for key in ("bp", "bs", "ap", "as", "bx", "ax", "c")] == [
            quote[key] for key in ("bp", "bs", "ap", "as", "bx", "ax", "c")
        ]


def test_kind_is_the_first_key_of_every_packed_item() -> None:
    async def scenario():
        async with bench() as at:
            client = await at.joined()
            names = at.busiest(20)
            await client.asked({"action": "subscribe", "quotes": names, "trades": ["*"]})
            await at.pass_time(2)
            return await client.items()

    items = asyncio.run(scenario())

    assert {next(iter(item)) for item in items} == {"T"}
    assert {item["T"] for item in items} == {"q", "t"}
    assert all(list(item)[:3] == ["T", "S", "t"] for item in items)


def test_trades_of_the_indicative_feed_come_a_quarter_of_an_hour_late() -> None:
    async def scenario():
        async with bench() as at:
            client = await at.joined("/v1beta1/indicative")
            await client.asked({"action": "subscribe", "trades": ["*"]})
            await at.pass_time(2)
            return at.sim.now_ns(), await client.items()

    now, items = asyncio.run(scenario())

    # The vendor's form of 8 bytes: nanoseconds in the upper 30 bits, seconds in the lower 34.
    seconds = [int.from_bytes(item["t"].data, "big") & (2**34 - 1) for item in items]
    assert items
    assert all(899 <= now // 1_000_000_000 - second <= 903 for second in seconds)


def test_stock_stream_speaks_json_and_makes_a_bar_at_the_end_of_a_minute() -> None:
    async def scenario():
        async with bench() as at:
            client = await at.joined("/v2/sip", packs=False)
            wanted = {"trades": ["SPY"], "quotes": ["*"], "bars": ["SPY"], "dailyBars": ["SPY"]}
            await client.asked({"action": "subscribe"} | wanted)
            await at.pass_time(62, step_s=1.0)
            return await client.items()

    items = asyncio.run(scenario())

    kinds = [item["T"] for item in items]
    assert {item["S"] for item in items} == {"SPY", "AAPL", "MSFT"}
    assert kinds.count("b") == kinds.count("d") == 1
    assert kinds.count("q") > 200
    assert kinds.count("t") > 100
    assert items[0]["t"].endswith("Z")


def test_test_stream_carries_its_own_symbol_alone() -> None:
    async def scenario():
        async with bench() as at:
            client = await at.joined("/v2/test", packs=False)
            await client.asked({"action": "subscribe", "quotes": ["*"]})
            await at.pass_time(1)
            return await client.items()

    assert {item["S"] for item in asyncio.run(scenario())} == {"FAKEPACA"}


def test_news_stream_brings_news_of_the_symbols_asked_for() -> None:
    async def scenario():
        async with bench() as at:
            client = await at.joined("/v1beta1/news")
            await client.asked({"action": "subscribe", "news": ["SPY"]})
            await at.pass_time(7200, step_s=60)
            return await client.items()

    items = asyncio.run(scenario())

    assert 2 <= len(items) < 12
    assert all("SPY" in item["symbols"] for item in items)
    assert all(item["headline"].startswith("Simulated") for item in items)


def test_basic_plan_may_not_stream_opra() -> None:
    async def scenario():
        async with bench(faults=["basic-plan"]) as at:
            client = await at.connect(headers=HEADERS)
            frames = [msgspec.msgpack.decode((await client.next_frame()).data) for _ in range(2)]
            return frames, await client.end()

    frames, code = asyncio.run(scenario())

    assert frames[1] == [_error(409, "insufficient subscription")]
    assert code == 1000


def test_stream_that_does_not_exist_is_not_found() -> None:
    async def scenario():
        async with bench() as at:
            return (await at.get("/v1beta1/nonsense", headers=HEADERS | PACKED)).status

    assert asyncio.run(scenario()) == 404


def test_client_that_does_not_read_is_ended_and_holds_up_nobody_for_long() -> None:
    async def scenario():
        async with bench(option_quotes=10_000) as at:
            stuck, reader = await at.joined(), await at.joined("/v1beta1/indicative")
            found = at.sim.market.listed_at(at.sim.now_ns())
            await reader.asked({"action": "subscribe", "quotes": at.busiest(5)})
            await stuck.asked({"action": "subscribe", "quotes": list(found.symbols)})
            stuck.socket._response.connection.transport.pause_reading()
            async with asyncio.timeout(30):
                while not at.sim.counters["slow_clients"]:
                    await at.pass_time(1, step_s=1)
            return await reader.items(), at.sim.counters["slow_clients"]

    items, ended = asyncio.run(scenario())

    assert items
    assert ended == 1
