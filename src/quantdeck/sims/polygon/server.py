"""The loopback Polygon: REST and real-time streams on one port, delayed streams on another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.sims.loopback import StreamingSim
from quantdeck.sims.options.listed import Size
from quantdeck.sims.polygon.fault_table import POLYGON_FAULTS, PolygonFault
from quantdeck.sims.polygon.rest import Rest
from quantdeck.sims.polygon.sockets import Sockets
from quantdeck.sims.polygon.venue import Venue
from quantdeck.sims.stocks.market import StockMarket

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from quantdeck.ports.clock import Clock
    from quantdeck.sims.faults import Fault
    from quantdeck.sims.polygon.session import StreamSession
    from quantdeck.sims.stream_socket import StreamSocket


class PolygonSim(StreamingSim["StreamSession"]):
    """A data vendor on this machine that speaks as Polygon (Massive) does, with simulated data.

    A key that is called as a plan (``basic``, ``starter``, ``developer``, ``advanced``, ``business``) has that
    plan, any other one the Advanced plan. Use as an asynchronous context manager; it owns its sockets and
    the task that feeds the streams.

    Parameters
    ----------
    seed : int
        Of the market; the same seed gives the same prices at the same times.
    host : str
        Address to listen on.
    port : int
        Of REST and the real-time streams; 0 takes a free one.
    delayed_port : int
        Of the delayed streams; 0 takes a free one.
    faults : iterable of str
        Switched on from the start, see `quantdeck.sims.polygon.fault_table`.
    clock : Clock, optional
        What the vendor's clock is set by; the machine's by default.
    size : Size
        How many companies are listed.
    rate : float
        Multiplies the trades and quotes of stocks; at 1 there are two of each every second.
    key : str, optional
        The one key that is known; by default any that is not empty.
    market : StockMarket, optional
        One that is shared with other simulators, instead of `seed`, `size` and `rate`.
    tick_s : float
        How often streams are fed. [s]

    Raises
    ------
    BadInput
        If a fault is unknown or a number makes no sense.
    """

    table = POLYGON_FAULTS
    closes_with = 1000

    def __init__(  # noqa: PLR0913
        self,
        *,
        seed: int = 7,
        host: str = "127.0.0.1",
        port: int = 0,
        delayed_port: int = 0,
        faults: Iterable[str] = (),
        clock: Clock | None = None,
        size: Size = Size.MEDIUM,
        rate: float = 1.0,
        key: str | None = None,
        market: StockMarket | None = None,
        tick_s: float = 0.05,
    ) -> None:
        super().__init__(host=host, clock=clock, tick_s=tick_s)
        self._port, self._delayed_port = port, delayed_port
        self.market = market or StockMarket(seed=seed, size=size, rate=rate)
        self.venue = Venue(self.market, self._clock, self._faults, key=key)
        self._sockets = Sockets(self.venue, clock=self._clock, counts=self.counters)
        self._rest = Rest(self.venue, clock=self._clock, counts=self.counters)
        self._elapsed_ms = self._clock.elapsed_ms()
        self._begin(faults)

    async def _open(self) -> None:
        self._port = await self._listen(
            self._port,
            self._rest.add_routes,
            lambda application: self._sockets.add_routes(application, is_delayed=False),
        )
        self._delayed_port = await self._listen(
            self._delayed_port,
            lambda application: self._sockets.add_routes(application, is_delayed=True),
        )

    async def _tick(self) -> None:
        await self.step()

    async def step(self) -> None:
        """Send what has happened and see to every connection; the server does so by itself."""
        self._apply()
        await self._attend_all()

    def _connected(self) -> Sequence[StreamSocket[StreamSession]]:
        return list(self._sockets.open)

    def _apply(self) -> None:
        # Faults that are a state of the clock.
        now_ms = self._clock.elapsed_ms()
        fast, skew = (
            self._faults.get(name) for name in (PolygonFault.FAST_CLOCK, PolygonFault.CLOCK_SKEW)
        )
        if fast is not None:
            self._clock.skew_ms += round((now_ms - self._elapsed_ms) * ((fast.value or 1.0) - 1.0))
        else:
            self._clock.skew_ms = 0 if skew is None else int(skew.value or 0)
        self._elapsed_ms = now_ms

    @property
    def rest_url(self) -> str:
        """Base of REST addresses, such as ``http://127.0.0.1:8123``."""
        return f"http://{self._host}:{self._port}"

    @property
    def ws_url(self) -> str:
        """Base of the real-time streams; ``/stocks`` or ``/options`` follows."""
        return f"ws://{self._host}:{self._port}"

    @property
    def delayed_ws_url(self) -> str:
        """Base of the delayed streams; ``/stocks`` or ``/options`` follows."""
        return f"ws://{self._host}:{self._delayed_port}"

    def now_ns(self) -> int:
        """Return the vendor's time, in nanoseconds."""
        return self._clock.now_ms() * 1_000_000

    def _is_done(self, fault: Fault, sessions: Sequence[StreamSession]) -> bool:
        if fault.name != PolygonFault.FORCE_DISCONNECT:
            return False
        for session in sessions:
            session.end("force_disconnect", "You have been disconnected by the server.")
        return True
