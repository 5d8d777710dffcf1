"""The loopback Yahoo Finance: HTTP and the streamer on one port."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import WSMsgType, web

from quantdeck.sims.loopback import StreamingSim
from quantdeck.sims.stocks.market import StockMarket
from quantdeck.sims.stream_socket import MAX_MESSAGE, StreamSocket
from quantdeck.sims.yahoo.candles import YahooPrices
from quantdeck.sims.yahoo.fault_table import YAHOO_FAULTS, YahooFault
from quantdeck.sims.yahoo.rest import Rest
from quantdeck.sims.yahoo.streamer import PricingSession

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from quantdeck.ports.clock import Clock


class YahooSim(StreamingSim[PricingSession]):
    """A service on this machine that speaks as Yahoo Finance does, with simulated data.

    Use as an asynchronous context manager; it owns its sockets and the task that feeds the streams.
    Stocks and funds are those of `quantdeck.sims.stocks`, which other simulators tell of too.

    Parameters
    ----------
    seed : int
        Of the market; the same seed gives the same prices at the same times.
    host : str
        Address to listen on.
    port : int
        0 takes a free one.
    faults : iterable of str
        Switched on from the start, see `quantdeck.sims.yahoo.fault_table`.
    clock : Clock, optional
        What the vendor's clock is set by; the machine's by default.
    tick_s : float
        How often streams are fed. [s]
    market : StockMarket, optional
        The stocks, where another simulator has them already.

    Raises
    ------
    BadInput
        If a fault is unknown.
    """

    table = YAHOO_FAULTS

    def __init__(  # noqa: PLR0913
        self,
        *,
        seed: int = 7,
        host: str = "127.0.0.1",
        port: int = 0,
        faults: Iterable[str] = (),
        clock: Clock | None = None,
        tick_s: float = 0.1,
        market: StockMarket | None = None,
    ) -> None:
        super().__init__(host=host, clock=clock, tick_s=tick_s)
        self._port = port
        self.prices = YahooPrices(market or StockMarket(seed=seed))
        self._open_sockets: set[StreamSocket[PricingSession]] = set()
        self._rest = Rest(self.prices, self._clock, self._faults, self.counters)
        self._begin(faults)

    @property
    def base_url(self) -> str:
        """Address before every path of HTTP."""
        return f"http://{self._host}:{self._port}"

    @property
    def ws_url(self) -> str:
        """Address of the streamer."""
        return f"ws://{self._host}:{self._port}/?version=2"

    def now_ns(self) -> int:
        """Return the vendor's time. [ns]."""
        return self._clock.now_ms() * 1_000_000

    async def step(self) -> None:
        """Send what has happened and see to every connection; the server does so by itself."""
        self._apply()
        await self._attend_all()

    async def _open(self) -> None:
        self._port = await self._listen(
            self._port, lambda application: self._rest.add_routes(application, self._serve)
        )

    async def _tick(self) -> None:
        await self.step()

    def _connected(self) -> Sequence[StreamSocket[PricingSession]]:
        return list(self._open_sockets)

    def _apply(self) -> None:
        skew = self._faults.get(YahooFault.CLOCK_SKEW)
        self._clock.skew_ms = 0 if skew is None else int(skew.value or 0)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        if self._faults.has(YahooFault.REFUSE_CONNECT):
            self.counters[YahooFault.REFUSE_CONNECT] += 1
            return web.Response(status=503, text="unavailable")
        session = PricingSession(self.prices, self._clock, self._faults, self.counters)
        socket = web.WebSocketResponse(
            autoping=False, compress=False, max_msg_size=MAX_MESSAGE, timeout=1.0
        )
        await socket.prepare(request)
        connection = StreamSocket(request.path, socket, request, session)
        self._open_sockets.add(connection)
        self.counters["connections_opened"] += 1
        try:
            async for message in socket:
                if message.type is WSMsgType.PING:
                    if not self._faults.has(YahooFault.NO_PONG):
                        await connection.pong(bytes(message.data))
                    continue
                data = message.data
                session.on_message(data.encode() if isinstance(data, str) else bytes(data))
                await connection.say(self._clock.elapsed_ms())
        finally:
            self._open_sockets.discard(connection)
            self.counters["connections_ended"] += 1
        return socket
