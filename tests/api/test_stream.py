from __future__ import annotations

import asyncio
import contextlib
import json

import pytest
import websockets

from quantdeck.api.server import Server, bind
from quantdeck.api.sessions import Sessions
from quantdeck.hub.topic import Topic
from quantdeck.model.errors import StoreError
from quantdeck.views.payloads import PanelState, TextPayload
from tests.api.one_app import app_for

_PATIENCE_S = 10.0


class _Served:
    # One deck on a free port, and connections of a logged-in page.
    def __init__(self, deck, page, *, beat_s):
        self.deck = deck
        listener = bind("127.0.0.1", 0)
        self.port = listener.getsockname()[1]
        self.sessions = Sessions(deck.clock, port=self.port)
        self.session_id = self.sessions.redeem(self.sessions.link.partition("token=")[2])
        app = app_for(deck, self.sessions, page, beat_s=beat_s)
        self.server = Server(app, listener)

    def connect(self, *, session_id=None, **options):
        session_id = self.session_id if session_id is None else session_id
        options = {"origin": f"http://127.0.0.1:{self.port}", "proxy": None} | options
        headers = {"Cookie": f"{self.sessions.cookie}={session_id}"}
        return websockets.connect(
            f"ws://127.0.0.1:{self.port}/api/v1/stream",
            additional_headers=headers | options.pop("additional_headers", {}),
            **options,
        )


@pytest.fixture
def run(deck, page):
    """Run a test's coroutine with a served deck: ``run(main)``."""

    def go(main, *, beat_s=15.0):
        async def whole():
            served = _Served(deck, page, beat_s=beat_s)
            task = asyncio.create_task(served.server.run())
            try:
                async with asyncio.timeout(30):
                    return await main(served)
            finally:
                served.server.stop()
                await task

        return asyncio.run(whole())

    return go


async def _next(socket, kind=None):
    while True:
        message = json.loads(await asyncio.wait_for(socket.recv(), _PATIENCE_S))
        if kind is None or message["t"] == kind:
            return message


async def _send(socket, **op):
    await socket.send(json.dumps(op))


async def _until(condition):
    async with asyncio.timeout(_PATIENCE_S):
        while not condition():  # noqa: ASYNC110 - a deadline stands around it
            await asyncio.sleep(0.005)


async def _closed(socket):
    with contextlib.suppress(websockets.ConnectionClosed):
        while True:
            await asyncio.wait_for(socket.recv(), _PATIENCE_S)
    return socket.close_code


def _note(text):
    return TextPayload(PanelState("demo"), text)


def test_first_message_is_hello(run):
    async def main(served):
        async with served.connect() as socket:
            return await _next(socket)

    message = run(main)

    assert message.pop("session")
    assert message == {"t": "hello", "hz": 10.0, "mode": "demo", "version": "0.1.0"}


def test_subscription_is_answered_at_once_and_kept_current(run):
    async def main(served):
        async with served.connect() as socket:
            await _send(socket, op="sub", topic="dashboard.note")
            first = await _next(socket, "snap")
            served.deck.topics.publish(Topic("dashboard.note"), _note("two"), ts_ms=5)
            return first, await _next(socket)

    first, second = run(main)

    assert (first["topic"], first["seq"], first["data"]["text"]) == ("dashboard.note", 1, "hello")
    assert (second["t"], second["seq"], second["ts"]) == ("d", 2, 5)
    assert second["data"]["text"] == "two"


def test_parameters_reach_the_deck(run, deck):
    async def main(served):
        async with served.connect() as socket:
            await _send(socket, op="sub", topic="pairs.zscore?window=60&x=A%3AB")
            return await _next(socket, "snap")

    message = run(main)

    assert message["data"]["lines"] == {"z": [0.5, None]}
    assert deck.asked == [("pairs.zscore", {"window": "60", "x": "A:B"})]


def test_second_reader_is_served_without_asking_again(run, deck):
    async def main(served):
        async with served.connect() as one, served.connect() as two:
            await _send(one, op="sub", topic="status")
            await _next(one, "snap")
            await _send(two, op="sub", topic="status")
            await _next(two, "snap")

    run(main)

    assert len(deck.asked) == 1


@pytest.mark.parametrize(
    ("topic", "code", "words"),
    [
        ("nope", "bad-input", "no topic"),
        ("../x", "bad-input", "not a topic"),
        ("dashboard.nothing", "no-data", "press Start"),
        ("dashboard.broken", "internal", "server's log"),
    ],
)
def test_topic_that_cannot_be_served_is_an_error(run, topic, code, words):
    async def main(served):
        async with served.connect() as socket:
            await _send(socket, op="sub", topic=topic)
            return await _next(socket, "err"), served.deck.topics.wanted()

    message, wanted = run(main)

    assert (message["topic"], message["code"]) == (topic, code)
    assert words in message["message"]
    # What may be answered later is kept, what never can be is not.
    assert wanted == ([] if code == "bad-input" else [Topic(topic)])


def test_malformed_messages_are_errors_and_the_stream_goes_on(run):
    texts = [
        "", "{", "[]", '{"op":"nope"}', '{"op":"sub"}', '{"op":"sub","topic":5}',
        '{"op":"hz","hz":"fast"}', '{"op":"hz","hz":1000}', b"\xff\x00",
    ]  # fmt: skip

    async def main(served):
        async with served.connect() as socket:
            for text in texts:
                await socket.send(text)
            errors = [await _next(socket, "err") for _ in texts]
            await _send(socket, op="ping", id=7)
            return errors, await _next(socket)

    errors, pong = run(main)

    assert {error["code"] for error in errors} == {"bad-input"}
    assert (pong["t"], pong["id"]) == ("pong", 7)


def test_65th_subscription_is_too_many(run):
    async def main(served):
        async with served.connect() as socket:
            for number in range(65):
                await _send(socket, op="sub", topic=f"dashboard.note?n={number}")
            return await _next(socket, "err")

    message = run(main)

    assert (message["code"], message["topic"]) == ("too-many", "dashboard.note?n=64")


def test_unsubscribed_topic_is_wanted_no_more(run):
    async def main(served):
        async with served.connect() as socket:
            await _send(socket, op="sub", topic="status")
            await _next(socket, "snap")
            await _send(socket, op="unsub", topic="status")
            await _until(lambda: not served.deck.topics.wanted())

    run(main)


def test_client_that_goes_leaves_nothing_behind(run):
    async def main(served):
        async with served.connect() as socket:
            await _send(socket, op="sub", topic="status")
            await _next(socket, "snap")
        await _until(lambda: not served.deck.topics.wanted())
        await _until(lambda: served.deck.topics.clients() == 0)

    run(main)


def test_rate_of_a_hidden_tab_conflates(run):
    async def main(served):
        topics = served.deck.topics
        async with served.connect() as socket:
            await _send(socket, op="sub", topic="dashboard.note", hz=1)
            await _next(socket, "snap")
            for number in range(20):
                topics.publish(Topic("dashboard.note"), _note(str(number)), ts_ms=0)
                await asyncio.sleep(0)
            return await _next(socket)

    message = run(main)

    assert (message["t"], message["seq"], message["data"]["text"]) == ("snap", 21, "19")


def test_slow_reader_skips_states_and_holds_up_nobody(run):
    async def main(served):
        topics, topic = served.deck.topics, Topic("dashboard.note")
        async with served.connect(max_queue=1) as slow, served.connect() as quick:
            for socket in (slow, quick):
                await _send(socket, op="sub", topic="dashboard.note", hz=20)
            await _next(quick, "snap")
            await _until(lambda: served.deck.topics.clients() == 2)
            # More than the buffers of both ends hold; `slow` reads nothing of it.
            last = 0
            for number in range(30):
                last = number
                topics.publish(topic, _note(f"{number:04d}" * 250_000), ts_ms=0)
                message = await _next(quick)
                assert message["data"]["text"][:4] == f"{number:04d}"
            seen = []
            while not seen or seen[-1] != last:
                message = await _next(slow)
                if message["t"] in {"snap", "d"} and message["data"]["text"] != "hello":
                    seen.append(int(message["data"]["text"][:4]))
            return seen

    seen = run(main)

    assert seen == sorted(set(seen))
    assert len(seen) < 30


def test_reader_that_takes_nothing_for_a_beat_is_closed(run):
    async def main(served):
        topics, topic = served.deck.topics, Topic("dashboard.note")
        async with served.connect(max_queue=1) as socket:
            await _send(socket, op="sub", topic="dashboard.note", hz=20)
            await _until(lambda: topics.has_state(topic))
            async with asyncio.timeout(_PATIENCE_S):
                while topics.clients():
                    topics.publish(topic, _note("x" * 1_000_000), ts_ms=0)
                    await asyncio.sleep(0.05)
            return await _closed(socket)

    assert run(main, beat_s=0.3) in {4408, 1006}


def test_silence_is_filled_with_beats(run):
    async def main(served):
        async with served.connect() as socket:
            return await _next(socket, "beat")

    assert "ts" in run(main, beat_s=0.1)


@pytest.mark.parametrize("session_id", ["", "wrong"])
def test_connection_without_session_is_closed_with_4401(run, session_id):
    async def main(served):
        async with served.connect(session_id=session_id) as socket:
            return await _closed(socket)

    assert run(main) == 4401


def test_logging_out_ends_the_stream(run):
    async def main(served):
        async with served.connect() as socket:
            await _next(socket)
            served.sessions.revoke(served.session_id)
            return await _closed(socket)

    assert run(main, beat_s=0.1) == 4401


def test_stream_goes_on_while_it_cannot_be_found_out_who_asks(run, monkeypatch):
    asked = []

    async def fail(scope):
        asked.append(scope)
        raise StoreError("the records do not answer")

    async def main(served):
        async with served.connect() as socket:
            await _next(socket)
            monkeypatch.setattr(served.sessions, "caller", fail)
            await _until(lambda: len(asked) > 2)
            await _send(socket, op="ping", id=7)
            pong = await _next(socket, "pong")
            async with served.connect() as late:
                return pong["id"], await _closed(late)

    assert run(main, beat_s=0.1) == (7, 1013)


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:1", "null", None])
def test_foreign_origin_is_refused_in_the_handshake(run, origin):
    async def main(served):
        with pytest.raises(websockets.InvalidStatus) as caught:
            await served.connect(origin=origin)
        return caught.value.response.status_code

    assert run(main) == 403


def test_foreign_host_is_refused_in_the_handshake(run):
    async def main(served):
        with pytest.raises(websockets.InvalidStatus) as caught:
            await served.connect(
                origin="http://evil.example", additional_headers={"Host": "evil.example"}
            )
        return caught.value.response.status_code

    assert run(main) in {400, 403}


def test_large_message_of_a_client_ends_its_connection(run):
    async def main(served):
        async with served.connect() as socket:
            await _send(socket, op="sub", topic="x" * 20_000)
            return await _closed(socket)

    assert run(main) == 1009


def test_messages_are_not_compressed(run):
    async def main(served):
        async with served.connect(compression="deflate") as socket:
            return socket.protocol.extensions

    assert run(main) == []
