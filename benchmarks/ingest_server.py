"""Sends prepared frames to whoever connects, as fast as they are taken.

The path of the request says how many: ``/100000``. A frame says SUBSCRIBE and is not answered.
"""

from __future__ import annotations

import asyncio
import sys

import picows
from benchmarks.ingest_frames import frames

_HIGH_WATER = 4 << 20
_BURST = 500


class _Sender(picows.WSListener):
    def __init__(self, payloads: list[bytes]) -> None:
        super().__init__()
        self._payloads = payloads
        self._task: asyncio.Task[None] | None = None

    def on_ws_connected(self, transport: picows.WSTransport) -> None:
        self._task = asyncio.create_task(self._send(transport))

    def pause_writing(self) -> None: ...

    def resume_writing(self) -> None: ...

    async def _send(self, transport: picows.WSTransport) -> None:
        waiting = transport.underlying_transport.get_write_buffer_size
        for start in range(0, len(self._payloads), _BURST):
            for payload in self._payloads[start : start + _BURST]:
                transport.send(picows.WSMsgType.TEXT, payload)
            while waiting() > _HIGH_WATER and not transport.is_disconnected:  # noqa: ASYNC110
                await asyncio.sleep(0)


async def serve(passes: int) -> None:
    """Print the port and serve until killed."""
    payloads = frames(passes)

    def accept(request: picows.WSUpgradeRequest) -> _Sender:
        wanted = int(request.path.decode().strip("/") or len(payloads))
        return _Sender(payloads[:wanted])

    server = await picows.ws_create_server(accept, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], len(payloads), flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
