"""Sends prepared frames to whoever connects, as fast as they are taken.

The path of the request says how many: ``/100000``. The bytes on the wire are made beforehand, so that
the server is not what is measured.
"""

from __future__ import annotations

import asyncio
import sys

import picows
from benchmarks.ingest_frames import frames

_HIGH_WATER = 4 << 20
_BURST = 500


class _Sender(picows.WSListener):
    def __init__(self, frames: list[bytes]) -> None:
        super().__init__()
        self._frames = frames
        self._task: asyncio.Task[None] | None = None

    def on_ws_connected(self, transport: picows.WSTransport) -> None:
        self._task = asyncio.create_task(self._send(transport))

    def pause_writing(self) -> None: ...

    def resume_writing(self) -> None: ...

    async def _send(self, transport: picows.WSTransport) -> None:
        waiting = transport.underlying_transport.get_write_buffer_size
        for start in range(0, len(self._frames), _BURST):
            transport.underlying_transport.write(b"".join(self._frames[start : start + _BURST]))
            while waiting() > _HIGH_WATER and not transport.is_disconnected:  # noqa: ASYNC110
                await asyncio.sleep(0)


def _frame(payload: bytes) -> bytes:
    size = len(payload)
    head = bytes([0x81, size]) if size < 126 else b"\x81\x7e" + size.to_bytes(2, "big")
    return head + payload


async def serve(passes: int) -> None:
    """Print the port and serve until killed."""
    ready = [_frame(payload) for payload in frames(passes)]

    def accept(request: picows.WSUpgradeRequest) -> _Sender:
        wanted = int(request.path.decode().strip("/") or len(ready))
        return _Sender(ready[:wanted])

    server = await picows.ws_create_server(accept, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], len(ready), flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
