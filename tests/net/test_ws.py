"""The websocket against a server on loopback that does exactly what a test says."""

from __future__ import annotations

import asyncio

import pytest

from quantdeck.model.errors import AuthFailed, BadMessage, Disconnected, RateLimited
from quantdeck.net.clock import SystemClock
from quantdeck.net.ws import WebSocket, open_socket
from tests.net.ws_server import frame, server_of


class Heard:
    """What a websocket hands on."""

    def __init__(self, *, refuse=b"") -> None:
        self.messages: list[tuple[bytes, int]] = []
        self.flushes: list[int] = []
        self.bad: list[tuple[BadMessage, int]] = []
        self._refuse = refuse

    def on_packet(self, payload, recv_ns) -> None:
        if self._refuse and bytes(payload) == self._refuse:
            raise BadMessage("venue", "refused", bytes(payload))
        self.messages.append((bytes(payload), recv_ns))

    def make(self) -> WebSocket:
        return WebSocket(
            SystemClock(),
            on_packet=self.on_packet,
            on_flush=lambda: self.flushes.append(len(self.messages)),
            on_bad=lambda error, recv_ns: self.bad.append((error, recv_ns)),
        )


def _hear(after_handshake, heard, *, answer=None, timeout_s=5.0):
    async def scenario():
        async with server_of(after_handshake, answer=answer) as url:
            socket = await open_socket(url, heard.make, venue="venue", timeout_s=timeout_s)
            return socket, await asyncio.wait_for(socket.closed, 5.0)

    return asyncio.run(scenario())


async def _nothing(_reader, _writer):
    pass


def test_messages_of_one_read_are_stamped_and_flushed_once():
    async def say(_reader, writer):
        writer.write(b"".join(frame(b"%d" % n) for n in range(100)))

    heard = Heard()
    before_ns = SystemClock().now_ns()
    socket, _ = _hear(say, heard)

    assert [payload for payload, _ in heard.messages] == [b"%d" % n for n in range(100)]
    stamps = [recv_ns for _, recv_ns in heard.messages]
    assert before_ns < stamps[0]
    assert stamps == sorted(stamps)
    assert heard.flushes[-1] == 100
    assert len(heard.flushes) < 10
    assert (socket.messages, socket.frames) == (100, 100)


def test_message_in_fragments_is_put_together():
    async def say(_reader, writer):
        writer.write(frame(b"one ", last=False))
        writer.write(frame(b"ping", 9))
        writer.write(frame(b"two ", 0, last=False))
        writer.write(frame(b"three", 0))

    heard = Heard()
    _hear(say, heard)

    assert [payload for payload, _ in heard.messages] == [b"one two three"]


def test_binary_message_is_handed_on_too():
    async def say(_reader, writer):
        writer.write(frame(b"\x00\xff", 2))

    heard = Heard()
    _hear(say, heard)

    assert heard.messages[0][0] == b"\x00\xff"


def test_bad_message_goes_aside_and_the_next_one_is_taken():
    async def say(_reader, writer):
        writer.write(frame(b"good") + frame(b"bad") + frame(b"good"))

    heard = Heard(refuse=b"bad")
    _hear(say, heard)

    assert len(heard.messages) == 2
    assert [error.raw for error, _ in heard.bad] == [b"bad"]


def test_ping_is_answered_with_its_payload():
    pongs = []

    async def say(reader, writer):
        writer.write(frame(b"1795", 9))
        head = await reader.readexactly(6)
        masked = await reader.readexactly(head[1] & 0x7F)
        pongs.append((head[0] & 0x0F, bytes(b ^ head[2 + i % 4] for i, b in enumerate(masked))))

    _hear(say, Heard())

    assert pongs == [(10, b"1795")]


@pytest.mark.parametrize("code", [1000, 1001, 1008, 1011, 4001])
def test_close_frame_gives_code_and_reason(code):
    async def say(reader, writer):
        writer.write(frame(code.to_bytes(2, "big") + b"why", 8))
        await reader.read(100)

    _, closed = _hear(say, Heard())

    assert (closed.code, closed.reason) == (code, "why")


def test_end_without_a_close_frame_is_1006():
    _, closed = _hear(_nothing, Heard())

    assert closed.code == 1006


@pytest.mark.parametrize("nonsense", [b"\x83\x01x", b"\x81\x81aaaa!", b"\x88\x02\x00\x01"])
def test_broken_protocol_ends_the_connection_and_says_so(nonsense):
    async def say(reader, writer):
        writer.write(nonsense)
        await reader.read(1000)

    _, closed = _hear(say, Heard())

    assert closed.code == 1002
    assert "broke the protocol" in closed.reason


def test_error_in_a_callback_is_not_swallowed():
    class Faulty(Heard):
        def on_packet(self, payload, recv_ns):
            raise LookupError("a mistake of ours")

    async def say(reader, writer):
        writer.write(frame(b"x"))
        await reader.read(1000)

    with pytest.raises(LookupError):
        _hear(say, Faulty())


def test_show_next_shows_one_message_and_all_are_handed_on():
    shown = []
    heard = Heard()
    more = asyncio.Event

    async def scenario():
        go = more()

        async def say(_reader, writer):
            await go.wait()
            writer.write(frame(b"1") + frame(b"2"))

        async with server_of(say) as url:
            socket = await open_socket(url, heard.make, venue="venue", timeout_s=5.0)
            socket.show_next(lambda payload, _: shown.append(bytes(payload)))
            socket.show_next(lambda payload, _: shown.append(bytes(payload)))
            go.set()
            await asyncio.wait_for(socket.closed, 5.0)

    asyncio.run(scenario())

    assert shown == [b"1"]
    assert [payload for payload, _ in heard.messages] == [b"1", b"2"]


@pytest.mark.parametrize(
    ("status", "error", "banned"),
    [
        (b"401 Unauthorized", AuthFailed, None),
        (b"403 Forbidden", RateLimited, False),
        (b"418 I'm a teapot", RateLimited, True),
        (b"429 Too Many Requests", RateLimited, False),
        (b"503 Service Unavailable", Disconnected, None),
    ],
)
def test_refused_handshake_is_the_error_it_means(status, error, banned):
    answer = b"HTTP/1.1 " + status + b"\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n"

    with pytest.raises(error) as caught:
        _hear(_nothing, Heard(), answer=answer)

    if banned is not None:
        assert (caught.value.banned, caught.value.retry_after_s) == (banned, 7.0)


@pytest.mark.parametrize("answer", [b"", b"hello\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_handshake_answered_with_nonsense_is_disconnected(answer):
    with pytest.raises(Disconnected):
        _hear(_nothing, Heard(), answer=answer)


def test_handshake_without_an_answer_is_given_up():
    async def wait(reader, _writer):
        await reader.read(1000)

    with pytest.raises(Disconnected, match=r"no handshake|closed"):
        _hear(wait, Heard(), answer=b"HTTP/1.1 101", timeout_s=0.2)


@pytest.mark.parametrize("url", ["ws://127.0.0.1:1/", "http://x/", "ws://"])
def test_address_that_cannot_be_reached_is_disconnected(url):
    with pytest.raises(Disconnected):
        asyncio.run(open_socket(url, Heard().make, venue="venue", timeout_s=5.0))


def test_handshake_carries_headers_and_a_binary_message_stays_binary():
    seen = {}

    async def scenario():
        async def read(reader, _writer):
            seen["opcode"] = (await reader.readexactly(1))[0] & 0x0F

        async with server_of(read, seen=seen) as url:
            socket = await open_socket(
                url, Heard().make, venue="venue", timeout_s=5.0, headers={"X-Codec": "packed"}
            )
            socket.send(b"\x80", binary=True)
            await asyncio.wait_for(socket.closed, 5.0)

    asyncio.run(scenario())

    assert b"X-Codec: packed" in seen["request"]
    assert seen["opcode"] == 2
