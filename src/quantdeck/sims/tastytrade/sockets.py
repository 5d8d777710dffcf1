"""The WebSocket side of the server: a DXLink session for every connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import WSMsgType, web

from quantdeck.sims.stream_socket import MAX_MESSAGE, StreamSocket
from quantdeck.sims.tastytrade.fault_table import TastyFault
from quantdeck.sims.tastytrade.session import DxSession

if TYPE_CHECKING:
    from collections import Counter

    from quantdeck.sims.clock import VenueClock
    from quantdeck.sims.faultboard import FaultBoard
    from quantdeck.sims.tastytrade.accounts import Accounts
    from quantdeck.sims.tastytrade.board import Board

PATH = "/realtime"


class Sockets:
    """Takes stream connections.

    Parameters
    ----------
    board : Board
        Values of events.
    accounts : Accounts
        Whose quote tokens are good.
    clock : VenueClock
        Times.
    faults : FaultBoard
        Faults switched on.
    counts : Counter
        Counters of the server.

    Attributes
    ----------
    open : set of StreamSocket
        Connections.
    """

    def __init__(
        self,
        board: Board,
        *,
        accounts: Accounts,
        clock: VenueClock,
        faults: FaultBoard,
        counts: Counter[str],
    ) -> None:
        self.open: set[StreamSocket[DxSession]] = set()
        self._board, self._accounts, self._clock = board, accounts, clock
        self._faults, self._counts = faults, counts

    def add_routes(self, application: web.Application) -> None:
        """Register the address of the stream."""
        application.router.add_get(PATH, self._serve)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        if self._faults.has(TastyFault.REFUSE_CONNECT):
            self._counts[TastyFault.REFUSE_CONNECT] += 1
            return web.Response(status=503, text="Service Unavailable")
        socket = web.WebSocketResponse(
            autoping=True, compress=False, max_msg_size=MAX_MESSAGE, timeout=1.0
        )
        await socket.prepare(request)
        session = DxSession(
            self._board,
            may_stream=self._accounts.may_stream,
            faults=self._faults,
            counts=self._counts,
            now_ms=self._clock.elapsed_ms(),
        )
        connection = StreamSocket(PATH, socket, request, session)
        self.open.add(connection)
        self._counts["connections_opened"] += 1
        try:
            async for message in socket:
                if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                    session.on_text(message.data, self._clock.elapsed_ms())
                    await connection.say(self._clock.elapsed_ms())
        finally:
            self.open.discard(connection)
            self._counts["connections_ended"] += 1
        return socket
