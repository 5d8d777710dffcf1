from __future__ import annotations

import asyncio
import json
import socket

import httpx2
import pytest
import websockets

from quantdeck.api.server import Server, bind
from quantdeck.api.sessions import Sessions
from quantdeck.model.errors import ConfigError
from tests.api.one_app import app_for


def _port(listener):
    return listener.getsockname()[1]


def test_taken_port_is_followed_by_the_next_free_one():
    first = bind("127.0.0.1", 0)
    second = bind("127.0.0.1", _port(first))
    try:
        assert 0 < _port(second) - _port(first) < 20
    finally:
        first.close()
        second.close()


def test_answers_are_not_held_back_by_the_network_stack():
    async def main():
        accepted = asyncio.get_running_loop().create_future()

        class Protocol(asyncio.Protocol):
            def connection_made(self, transport):
                plug = transport.get_extra_info("socket")
                accepted.set_result(plug.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
                transport.close()

        listener = bind("127.0.0.1", 0)
        server = await asyncio.get_running_loop().create_server(Protocol, sock=listener)
        async with server:
            _, writer = await asyncio.open_connection("127.0.0.1", _port(listener))
            async with asyncio.timeout(5):
                no_delay = await accepted
            writer.close()
            await writer.wait_closed()
            return no_delay

    assert asyncio.run(main()) == 1


def test_address_of_another_machine_is_a_config_error():
    with pytest.raises(ConfigError, match="set host and port"):
        bind("192.0.2.1", 8050)


def _deck_on(deck, page):
    listener = bind("127.0.0.1", 0)
    sessions = Sessions(deck.clock, port=_port(listener))
    return Server(app_for(deck, sessions, page), listener), sessions


async def _stream(server, sessions):
    session_id = sessions.redeem(sessions.link.partition("token=")[2])
    origin = f"http://127.0.0.1:{server.port}"
    stream = await websockets.connect(
        f"ws://127.0.0.1:{server.port}/api/v1/stream",
        origin=origin,
        additional_headers={"Cookie": f"{sessions.cookie}={session_id}"},
        proxy=None,
    )
    assert json.loads(await stream.recv())["t"] == "hello"
    return stream


async def _close_code(stream):
    async with asyncio.timeout(5):
        await stream.wait_closed()
    return stream.close_code


def test_server_answers_over_a_socket(deck, page):
    async def main():
        server, _ = _deck_on(deck, page)
        task = asyncio.create_task(server.run())
        async with httpx2.AsyncClient(trust_env=False) as client:
            reply = await client.get(f"http://127.0.0.1:{server.port}/health")
        server.stop()
        await task
        return reply

    reply = asyncio.run(main())

    assert reply.json()["mode"] == "demo"
    assert "server" not in reply.headers


@pytest.mark.parametrize(
    ("proxies", "address"), [((), "127.0.0.1"), (("127.0.0.1",), "203.0.113.9")]
)
def test_server_believes_its_proxies_alone_about_addresses(proxies, address):
    async def told(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": scope["client"][0].encode()})

    async def main():
        server = Server(told, bind("127.0.0.1", 0), proxies=proxies)
        task = asyncio.create_task(server.run())
        async with httpx2.AsyncClient(trust_env=False) as client:
            forwarded = {"X-Forwarded-For": "203.0.113.9"}
            reply = await client.get(f"http://127.0.0.1:{server.port}/", headers=forwarded)
        server.stop()
        await task
        return reply.text

    assert asyncio.run(main()) == address


@pytest.mark.parametrize("way", ["stop", "cancel"])
def test_server_ends_with_streams_open_and_tells_them(deck, page, way):
    async def main():
        server, sessions = _deck_on(deck, page)
        port = server.port
        task = asyncio.create_task(server.run())
        streams = [await _stream(server, sessions) for _ in range(3)]
        if way == "stop":
            server.stop()
        else:
            task.cancel()
        async with asyncio.timeout(5):
            await asyncio.wait([task])
        return [await _close_code(s) for s in streams], port

    codes, port = asyncio.run(main())

    assert codes == [1012, 1012, 1012]
    with socket.socket() as probe:
        probe.settimeout(1.0)
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_server_ends_with_a_client_that_does_not_read(deck, page):
    async def main():
        server, sessions = _deck_on(deck, page)
        task = asyncio.create_task(server.run())
        session_id = sessions.redeem(sessions.link.partition("token=")[2])
        with socket.socket() as raw:
            raw.setblocking(False)
            loop = asyncio.get_running_loop()
            await loop.sock_connect(raw, ("127.0.0.1", server.port))
            await loop.sock_sendall(raw, _handshake(server.port, sessions.cookie, session_id))
            async with asyncio.timeout(5):
                while not deck.topics.clients():  # noqa: ASYNC110 - a deadline stands around it
                    await asyncio.sleep(0.005)
            server.stop()
            async with asyncio.timeout(5):
                await task

    asyncio.run(main())

    assert deck.topics.clients() == 0


def _handshake(port, cookie, session_id):
    return (
        f"GET /api/v1/stream HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nOrigin: http://127.0.0.1:{port}\r\n"
        f"Cookie: {cookie}={session_id}\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    ).encode()
