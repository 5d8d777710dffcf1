"""A websocket server on loopback that does exactly what a test says."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def frame(payload, opcode=1, *, last=True):
    size = len(payload)
    head = bytes([(0x80 if last else 0) | opcode])
    assert size < 65_536
    return head + (bytes([size]) if size < 126 else b"\x7e" + size.to_bytes(2, "big")) + payload


@contextlib.asynccontextmanager
async def server_of(after_handshake, *, answer=None, seen=None):
    """Accept the handshake (or give another answer) and hand the streams to the test."""
    tasks, writers = [], []

    def connected(reader, writer):
        writers.append(writer)
        tasks.append(asyncio.create_task(serve(reader, writer)))

    async def serve(reader, writer):
        request = await reader.readuntil(b"\r\n\r\n")
        if seen is not None:
            seen["request"] = request
        if answer is None:
            key = next(
                line.split(b": ")[1]
                for line in request.split(b"\r\n")
                if line.lower().startswith(b"sec-websocket-key")
            )
            accept = base64.b64encode(hashlib.sha1(key + _GUID, usedforsecurity=False).digest())
            writer.write(
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
            )
        else:
            writer.write(answer)
        await after_handshake(reader, writer)
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/path"
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for writer in writers:
            writer.transport.abort()
        await server.wait_closed()
        # A transport that was cut off is closed in the turns that follow.
        for _ in range(3):
            await asyncio.sleep(0)
