"""The supervised connection, with a scripted session and a clock turned by hand."""

from __future__ import annotations

import asyncio
import contextlib
import re
from random import Random

import pytest

from quantdeck.model.errors import AuthFailed, Disconnected
from quantdeck.model.feed import FeedState
from quantdeck.net.connection import Connection
from quantdeck.net.link import Patience
from quantdeck.net.session import Reconnect, Roll, Send, SessionHealth
from tests.net.ws_server import server_of


class Scripted:
    """A session that subscribes once and takes everything as data."""

    def __init__(self, url, clock) -> None:
        self._url = url
        self._clock = clock
        self.packets: list[bytes] = []
        self._last_ns = None

    def url(self):
        return self._url

    def on_open(self, now_ns):
        return [Send(b"one"), Send(b"two")]

    def on_packet(self, payload, recv_ns):
        self.packets.append(bytes(payload))
        self._last_ns = recv_ns

    def on_sample(self, payload, recv_ns):
        pass

    def on_timer(self, now_ns):
        return []

    def on_close(self, code, reason):
        return Reconnect(f"closed {code}")

    def health(self, now_ns):
        state = FeedState.LIVE if self.packets else FeedState.SUBSCRIBED
        return SessionHealth(state, "", self._last_ns)


class Rolling(Scripted):
    """A session that wants to be replaced at once."""

    def on_timer(self, now_ns):
        return [Roll("the connection is near its end of life")]


def _connection(url, clock, *, wanted=lambda: True, new_session=None, prepare=None):
    return Connection(
        "venue/route",
        new_session=new_session or (lambda: Scripted(url, clock)),
        wanted=wanted,
        on_data=lambda: None,
        clock=clock,
        rng=Random(1),
        patience=Patience(handshake_s=2.0),
        prepare=prepare,
    )


async def _until(condition):
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - polls with a deadline
            await asyncio.sleep(0.001)


async def _until_state(connection, state):
    await _until(lambda: connection.status().state is state)


def _until_next_attempt_s(detail, clock):
    """Return the seconds until the time of day that the detail names."""
    told = re.search(r"; next attempt at (\d\d):(\d\d):(\d\d) UTC$", detail)
    hours, minutes, seconds = (int(part) for part in told.groups())
    return (3600 * hours + 60 * minutes + seconds - clock.now_ns() // 10**9) % 86400


async def _nothing(_reader, _writer):
    pass


async def _until_left(reader, _writer):
    with contextlib.suppress(OSError):
        await reader.read()


def _scenario(after_handshake, check, clock, *, answer=None):
    async def run():
        async with server_of(after_handshake, answer=answer) as url:
            connection = _connection(url, clock)
            task = asyncio.create_task(connection.run())
            try:
                return await check(connection)
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("status", "least_s"), [(b"418 Banned", 120.0), (b"429 Slow down", 60.0), (b"403 No", 60.0)]
)
def test_run_when_turned_away_waits_the_cooldown(manual_clock, status, least_s):
    async def check(connection):
        await _until_state(connection, FeedState.BACKOFF)
        return connection.status().detail

    answer = b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n"
    detail = _scenario(_nothing, check, manual_clock, answer=answer)

    assert _until_next_attempt_s(detail, manual_clock) >= least_s - 1


def test_run_with_refused_credentials_fails_for_good(manual_clock):
    async def check(connection):
        await _until_state(connection, FeedState.FAILED)
        manual_clock.pass_time(3600)
        await asyncio.sleep(0)
        return connection.status()

    answer = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"
    status = _scenario(_nothing, check, manual_clock, answer=answer)

    assert (status.state, status.reconnects) == (FeedState.FAILED, 0)
    assert "401" in status.detail


def test_run_that_only_ever_opens_waits_longer_each_time(manual_clock):
    async def check(connection):
        waits = []
        while len(waits) < 12:
            await _until_state(connection, FeedState.BACKOFF)
            waits.append(_until_next_attempt_s(connection.status().detail, manual_clock))
            manual_clock.pass_time(61)
            before = connection.status().since_ns
            await _until(lambda before=before: connection.status().since_ns != before)
        return waits

    waits = _scenario(_nothing, check, manual_clock)

    assert max(waits[:3]) <= 2
    assert max(waits[6:]) > 10.0


def test_run_sends_at_a_pace(manual_clock):
    received = []

    async def listen(reader, _writer):
        for _ in range(2):
            head = await reader.readexactly(6)
            await reader.readexactly(head[1] & 0x7F)
            received.append(manual_clock.monotonic_ns())

    async def check(connection):
        await _until(lambda: received)
        await _until_state(connection, FeedState.SUBSCRIBED)
        for _ in range(20):
            connection.kick()
            await asyncio.sleep(0)
        manual_clock.pass_time(1.0)
        await _until(lambda: len(received) == 2)

    _scenario(listen, check, manual_clock)

    assert received == [0, 1_000_000_000]


def test_run_with_nothing_wanted_opens_nothing(manual_clock):
    async def run():
        connection = _connection("ws://127.0.0.1:1", manual_clock, wanted=lambda: False)
        task = asyncio.create_task(connection.run())
        await asyncio.sleep(0.01)
        status = connection.status()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return status, connection.status()

    waiting, ended = asyncio.run(run())

    assert (waiting.state, waiting.detail) == (FeedState.STOPPED, "nothing to capture")
    assert ended.detail == "stopped"


def test_run_whose_successor_cannot_be_opened_waits_before_the_next(manual_clock):
    made = []

    async def run():
        async with server_of(_until_left) as url:

            def new_session():
                made.append(Rolling(url if not made else "ws://127.0.0.1:1/", manual_clock))
                return made[-1]

            connection = _connection(url, manual_clock, new_session=new_session)
            task = asyncio.create_task(connection.run())
            await _until(lambda: len(made) == 2)
            for _ in range(100):
                connection.kick()
                await asyncio.sleep(0.001)
            at_once = len(made)
            manual_clock.pass_time(61)
            await _until(lambda: len(made) > at_once)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            return at_once

    assert asyncio.run(run()) == 2


def test_run_with_refused_credentials_tries_again_when_capture_is_started_anew(manual_clock):
    wanted = [True]
    answer = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"

    async def run():
        async with server_of(_nothing, answer=answer) as url:
            connection = _connection(url, manual_clock, wanted=lambda: wanted[0])
            task = asyncio.create_task(connection.run())
            await _until_state(connection, FeedState.FAILED)
            wanted[0] = False
            connection.kick()
            await _until_state(connection, FeedState.STOPPED)
            wanted[0] = True
            connection.kick()
            await _until_state(connection, FeedState.FAILED)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (AuthFailed("venue", "the grant was revoked"), FeedState.FAILED),
        (Disconnected("venue", "no token"), FeedState.BACKOFF),
    ],
)
def test_run_whose_preparation_fails_opens_nothing_and_says_why(manual_clock, error, state):
    async def prepare():
        raise error

    def make():
        raise AssertionError("a session was made")

    async def scenario():
        connection = _connection(
            "ws://127.0.0.1:1", manual_clock, new_session=make, prepare=prepare
        )
        task = asyncio.create_task(connection.run())
        await _until_state(connection, state)
        status = connection.status()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return status

    assert str(error) in asyncio.run(scenario()).detail
