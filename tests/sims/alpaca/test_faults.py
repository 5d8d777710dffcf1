"""Faults of the Alpaca simulator do what they say."""

from __future__ import annotations

import asyncio

import aiohttp
import msgspec
import pytest
from aiohttp import WSMsgType

from quantdeck.sims.alpaca.fault_table import ALPACA_FAULTS
from tests.sims.alpaca.harness import AUTH, FRIDAY_NOON_MS, bench, decoded

CHAIN = "/v1beta1/options/snapshots/SPX"
SATURDAY_MS = FRIDAY_NOON_MS + 86_400_000


async def _streaming(at, count=20):
    client = await at.joined()
    await client.asked({"action": "subscribe", "quotes": at.busiest(count)})
    return client


async def _frames(*faults, seconds=3.0, count=20, **options):
    async with bench(**options) as at:
        client = await _streaming(at, count)
        for fault in faults:
            at.sim.inject(fault)
        await at.pass_time(seconds)
        return await client.frames(), at.sim.counters


def _items(frames):
    return [item for frame in frames for item in decoded(frame)]


def test_mute_stops_the_symbols_it_names_alone() -> None:
    async def scenario():
        async with bench() as at:
            client = await _streaming(at, 200)
            at.sim.inject("mute:*P0*")
            await at.pass_time(2)
            return await client.items()

    symbols = {item["S"] for item in asyncio.run(scenario())}

    assert symbols
    assert {symbol[-9] for symbol in symbols} == {"C"}


def test_drop_aborts_open_connections_once() -> None:
    async def scenario():
        async with bench() as at:
            client = await _streaming(at)
            at.sim.inject("drop")
            code = await client.end()
            again = await at.joined()
            await at.pass_time(1)
            return code, await again.items()

    code, items = asyncio.run(scenario())

    assert code == 1006
    assert items == []


def test_close_ends_connections_with_its_code() -> None:
    async def scenario():
        async with bench() as at:
            client = await _streaming(at)
            at.sim.inject("close=1012")
            step = asyncio.create_task(at.sim.step())
            code = await client.end()
            await step
            return code

    assert asyncio.run(scenario()) == 1012


def test_slow_client_is_told_so_and_closed() -> None:
    async def scenario():
        async with bench(faults=["407=2"]) as at:
            client = await _streaming(at)
            at.clock.move(2.5)
            step = asyncio.create_task(at.sim.step())
            frame = await client.next_frame()
            code = await client.end()
            await step
            return msgspec.msgpack.decode(frame.data), code

    assert asyncio.run(scenario()) == (
        [{"T": "error", "code": 407, "msg": "slow client"}],
        1000,
    )


def test_held_connection_is_answered_with_406_until_the_fault_is_gone() -> None:
    async def scenario():
        async with bench(faults=["406"]) as at:
            client = await at.connect()
            await client.items()
            refused = await client.asked(AUTH)
            at.sim.clear("406")
            return refused[0]["code"], await client.asked(AUTH)

    code, accepted = asyncio.run(scenario())

    assert code == 406
    assert accepted[0]["msg"] == "authenticated"


def test_expired_authentication_stops_the_data_until_it_is_renewed() -> None:
    async def scenario():
        async with bench() as at:
            client = await _streaming(at)
            at.sim.inject("401-expire=1")
            await at.pass_time(1.2)
            told = [item for item in await client.items() if item["T"] == "error"]
            await at.pass_time(2)
            silence = await client.items()
            at.sim.clear()
            await client.asked(AUTH)
            await at.pass_time(1.2)
            return told, silence, await client.items()

    told, silence, after = asyncio.run(scenario())

    assert [item["code"] for item in told] == [401]
    assert silence == []
    assert after


def test_internal_error_is_told_once_and_the_stream_goes_on() -> None:
    items = _items(asyncio.run(_frames("500"))[0])

    assert [item["code"] for item in items if item["T"] == "error"] == [500]
    assert any(item["T"] == "q" for item in items)


def test_silent_authentication_says_nothing_at_all() -> None:
    async def scenario():
        async with bench(faults=["auth-silent"]) as at:
            client = await at.connect()
            return await client.items(), await client.asked(AUTH)

    assert asyncio.run(scenario()) == ([], [])


def test_lost_subscriptions_are_missing_from_the_echoed_set() -> None:
    async def scenario():
        async with bench(faults=["lost-subscriptions=0.3"]) as at:
            client = await at.joined()
            reply = await client.asked({"action": "subscribe", "quotes": at.busiest(500)})
            return len(reply[0]["quotes"])

    assert 250 < asyncio.run(scenario()) < 450


def test_refused_connection_gets_http_429() -> None:
    async def scenario():
        async with bench(faults=["refuse-connect"]) as at:
            with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
                await at.connect()
            return caught.value.status

    assert asyncio.run(scenario()) == 429


def test_duplicates_are_sent_twice_in_a_row() -> None:
    items = _items(asyncio.run(_frames("duplicates=1"))[0])

    assert items
    assert items[::2] == items[1::2]


def test_slow_delays_every_event() -> None:
    async def scenario():
        async with bench() as at:
            client = await _streaming(at)
            at.sim.inject("slow=2000")
            await at.pass_time(1.5)
            early = await client.items()
            await at.pass_time(2)
            return early, await client.items()

    early, late = asyncio.run(scenario())

    assert early == []
    assert late


def test_big_frame_holds_a_second_in_one_message() -> None:
    frames, _ = asyncio.run(_frames("big-frame", seconds=3, count=900))

    sizes = [len(decoded(frame)) for frame in frames]
    assert max(sizes) > 500
    assert len(sizes) <= 4


def test_garbage_lies_between_messages_that_are_whole() -> None:
    frames, counters = asyncio.run(_frames("garbage=0.5", count=300))

    whole = 0
    for frame in frames:
        try:
            whole += frame.type is WSMsgType.BINARY and bool(decoded(frame))
        except (msgspec.MsgspecError, UnicodeDecodeError):
            continue
    assert whole > 0
    assert len(frames) - whole == counters["garbage"] > 0


def test_bad_items_are_a_share_of_an_otherwise_good_array() -> None:
    items = _items(asyncio.run(_frames("bad-items=0.2", count=300))[0])

    bad = [item for item in items if "S" not in item or isinstance(item["bp"], str)]
    assert 0.1 < len(bad) / len(items) < 0.3


def test_unknown_kinds_and_keys_are_put_in() -> None:
    items = _items(asyncio.run(_frames("unknown-t", "unknown-keys"))[0])

    assert {item["T"] for item in items} == {"q", "novelty"}
    assert all("novelty" in item for item in items if item["T"] == "q")


@pytest.mark.parametrize(("form", "size"), [("ts32", 4), ("ts64", 8), ("ts96", 12)])
def test_forms_of_time_stamps_have_their_sizes(form, size) -> None:
    items = _items(asyncio.run(_frames(form))[0])

    assert {len(item["t"].data) for item in items} == {size}


def test_one_sided_quotes_have_no_offer() -> None:
    items = _items(asyncio.run(_frames("one-sided=0.3", count=300))[0])

    bare = [item for item in items if item["ap"] == 0]
    assert all(item["as"] == 0 for item in bare)
    assert 0.2 < len({item["S"] for item in bare}) / len({item["S"] for item in items}) < 0.4


def test_lagging_wing_moves_low_strikes_alone() -> None:
    async def scenario():
        async with bench() as at:
            before = (await at.get(CHAIN, limit=1000)).body["snapshots"]
            at.sim.inject("lagging-wing=20")
            after = (await at.get(CHAIN, limit=1000)).body["snapshots"]
            return before, after

    before, after = asyncio.run(scenario())

    moved = {
        symbol
        for symbol, snapshot in before.items()
        if snapshot["latestQuote"] != after[symbol]["latestQuote"]
    }
    assert 0.1 < len(moved) / len(before) < 0.4


def test_real_hours_stop_the_market_at_the_week_end() -> None:
    async def scenario():
        async with bench(start_ms=SATURDAY_MS, faults=["real-hours"]) as at:
            client = await _streaming(at)
            await at.pass_time(2)
            clock = (await at.get("/v2/clock")).body
            quotes = (await at.get(CHAIN, limit=5)).body["snapshots"]
            return await client.items(), clock, quotes

    items, clock, quotes = asyncio.run(scenario())

    assert items == []
    assert not clock["is_open"]
    assert clock["next_open"] == "2026-11-23T09:30:00-05:00"
    assert all(
        snapshot["latestQuote"]["t"] <= "2026-11-20T21:00:00Z" for snapshot in quotes.values()
    )


def test_market_is_open_at_the_week_end_otherwise() -> None:
    async def scenario():
        async with bench(start_ms=SATURDAY_MS) as at:
            client = await _streaming(at)
            await at.pass_time(2)
            return await client.items(), (await at.get("/v2/clock")).body["is_open"]

    items, is_open = asyncio.run(scenario())

    assert items
    assert is_open


def test_pings_are_not_answered_where_the_fault_says_so() -> None:
    async def scenario():
        async with bench() as at:
            client = await at.joined()
            at.sim.inject("no-pong")
            await client.socket.ping(b"1")
            await client.say({"action": "subscribe", "trades": ["*"]})
            return (await client.next_frame()).type

    assert asyncio.run(scenario()) is WSMsgType.BINARY


def test_page_short_halves_the_pages_and_loses_nothing() -> None:
    async def pages(at):
        sizes, symbols, token = [], set(), None
        while True:
            more = {} if token is None else {"page_token": token}
            body = (await at.get(CHAIN, limit=1000, **more)).body
            sizes.append(len(body["snapshots"]))
            symbols |= body["snapshots"].keys()
            token = body["next_page_token"]
            if token is None:
                return sizes, symbols

    async def scenario():
        async with bench() as at:
            whole = await pages(at)
            at.sim.inject("page-short")
            return whole, await pages(at)

    (_, whole), (sizes, halves) = asyncio.run(scenario())

    assert max(sizes) == 500
    assert halves == whole


def test_missing_rows_are_missing_from_the_chain() -> None:
    async def scenario():
        async with bench(faults=["missing-rows=0.5"]) as at:
            symbols = ",".join(at.busiest(100))
            reply = await at.get("/v1beta1/options/quotes/latest", symbols=symbols)
            return len(reply.body["quotes"])

    assert 30 < asyncio.run(scenario()) < 70


@pytest.mark.parametrize(
    ("fault", "status", "text"),
    [
        ("402", 401, "unauthorized"),
        ("403", 403, "OPRA agreement is not signed"),
        ("429=0", 429, "too many requests"),
        ("http-500", 500, "internal server error"),
        ("401-html", 401, "<html>"),
        ("502-html", 502, "<html>"),
    ],
)
def test_rest_fault_is_answered_with_its_status(fault, status, text) -> None:
    async def scenario():
        async with bench(faults=[fault]) as at:
            return await at.get(CHAIN)

    reply = asyncio.run(scenario())

    assert reply.status == status
    assert text in (reply.body if isinstance(reply.body, str) else reply.body["message"])


def test_clock_skew_and_fast_clock_move_the_vendors_time() -> None:
    async def scenario():
        async with bench() as at:
            start = at.sim.now_ns()
            at.sim.inject("clock-skew=5000")
            skewed = at.sim.now_ns() - start
            at.sim.clear()
            back = at.sim.now_ns() - start
            at.sim.inject("fast-clock=60")
            await at.pass_time(1)
            return skewed, back, at.sim.now_ns() - start

    skewed, back, fast = asyncio.run(scenario())

    assert (skewed, back) == (5_000_000_000, 0)
    assert fast == pytest.approx(60e9, rel=0.01)


def test_faults_are_switched_over_http_as_with_every_simulator() -> None:
    async def scenario():
        async with bench() as at:
            url = at.sim.rest_url + "/sim/faults"
            async with (
                aiohttp.ClientSession() as http,
                http.post(url, json={"fault": "mute:SPX*"}) as reply,
            ):
                on = (await reply.json())["on"]
            known = (await at.get("/sim/faults")).body["known"]
            return on, {item["name"] for item in known}, at.sim.faults()

    on, known, faults = asyncio.run(scenario())

    assert on == faults == ["mute:SPX*"]
    assert known == set(ALPACA_FAULTS)
