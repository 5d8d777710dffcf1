"""The loopback Binance: USD-M futures on one port, spot on another, REST of both on each."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from quantdeck.sims.binance.answers import Venue
from quantdeck.sims.binance.endpoints import Exchange
from quantdeck.sims.binance.pump import Pump
from quantdeck.sims.binance.rest import Rest
from quantdeck.sims.binance.session import (
    FUTURES_LIVENESS,
    SPOT_LIVENESS,
    Liveness,
    StreamSession,
)
from quantdeck.sims.binance.shaping import Shaper
from quantdeck.sims.binance.sockets import Sockets
from quantdeck.sims.binance.stations import Stations
from quantdeck.sims.fault_table import FAULTS, FaultName
from quantdeck.sims.loopback import LoopbackSim
from quantdeck.sims.market import Market, Truth
from quantdeck.sims.noise import generator

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from quantdeck.ports.clock import Clock
    from quantdeck.sims.faults import Fault

USDM_WEIGHT = 2_400
SPOT_WEIGHT = 6_000
"""Request weight allowed a minute."""


class BinanceSim(LoopbackSim):
    """A venue on this machine that speaks as Binance does.

    Use as an asynchronous context manager; it owns its sockets and the task that feeds the streams.

    Parameters
    ----------
    seed : int
        Of the market; the same seed gives the same prices at the same times.
    host : str
        Address to listen on.
    port : int
        Of futures; 0 takes a free one.
    spot : bool
        Serve spot streams as well.
    spot_port : int
        Of spot; 0 takes a free one.
    faults : iterable of str
        Switched on from the start, see `quantdeck.sims.faults`.
    clock : Clock, optional
        What the venue's clock is set by; the machine's by default.
    rate : float
        Multiplies the messages; about 300 a second at 1 for all listings.
    tick_s : float
        How often streams are fed. [s]
    liveness, spot_liveness : Liveness
        Rules of stream connections.
    weight_limit : int
        Request weight that futures allow a minute.

    Raises
    ------
    BadInput
        If a fault is unknown or the rate is not positive.
    """

    table = FAULTS

    def __init__(  # noqa: PLR0913
        self,
        *,
        seed: int = 1,
        host: str = "127.0.0.1",
        port: int = 0,
        spot: bool = False,
        spot_port: int = 0,
        faults: Iterable[str] = (),
        clock: Clock | None = None,
        rate: float = 1.0,
        tick_s: float = 0.025,
        liveness: Liveness = FUTURES_LIVENESS,
        spot_liveness: Liveness = SPOT_LIVENESS,
        weight_limit: int = USDM_WEIGHT,
    ) -> None:
        super().__init__(host=host, clock=clock, tick_s=tick_s)
        self._port = port
        self._has_spot, self._spot_port = spot, spot_port
        self._market = Market(seed=seed, began_ms=self._clock.now_ms(), rate=rate)
        usdm = Venue(self._market.usdm, self._market.usdm_book, spot=False)
        spot_side = Venue(self._market.spot, self._market.spot_book, spot=True)
        self._exchange = Exchange(
            market=self._market,
            usdm=usdm,
            spot=spot_side,
            usdm_weight=weight_limit,
            spot_weight=SPOT_WEIGHT,
            lists_coin_margined=lambda: self._faults.has(FaultName.COIN_MARGINED),
        )
        self._pumps = {"usdm": self._pump(usdm)} | ({"spot": self._pump(spot_side)} if spot else {})
        self._rules = {"usdm": liveness, "spot": spot_liveness}
        self._turn = 0
        self._begin(faults)

    def _pump(self, venue: Venue) -> Pump:
        name = "spot" if venue.spot else "usdm"
        shaper = Shaper(generator(self._market.seed, "faults", name), self.counters)
        return Pump(
            Stations(self._market, venue).open,
            spot=venue.spot,
            faults=self._faults,
            shaper=shaper,
            counts=self.counters,
        )

    async def _open(self) -> None:
        self._port = await self._serve("usdm", self._port)
        if self._has_spot:
            self._spot_port = await self._serve("spot", self._spot_port)

    async def _serve(self, side: str, port: int) -> int:
        rest = Rest(self._exchange, clock=self._clock, faults=self._faults, counts=self.counters)
        sockets = Sockets(
            self._pumps[side],
            spot=side == "spot",
            liveness=self._rules[side],
            clock=self._clock,
            faults=self._faults,
            counts=self.counters,
        )
        return await self._listen(port, rest.add_routes, sockets.add_routes)

    async def _tick(self) -> None:
        self.step()

    def step(self) -> None:
        """Send what has happened and see to every connection; the server does so by itself."""
        now_ms = self._clock.now_ms()
        for pump in self._pumps.values():
            pump.run_to(now_ms)
        for session in self._connected():
            session.tick()
        self._prepare(now_ms)

    def _prepare(self, now_ms: int) -> None:
        # One listing at each step, so that no step has to generate them all when a stretch ends.
        self._turn = (self._turn + 1) % len(self._market.listings)
        for side, pump in self._pumps.items():
            if pump.sessions:
                history = self._market.spot if side == "spot" else self._market.usdm
                history.prepare(self._market.listings[self._turn], now_ms)

    def _connected(self) -> Sequence[StreamSession]:
        return [session for pump in self._pumps.values() for session in list(pump.sessions)]

    @property
    def rest_url(self) -> str:
        """Base of REST addresses of both markets, such as ``http://127.0.0.1:8123``."""
        return f"http://{self._host}:{self._port}"

    @property
    def ws_url(self) -> str:
        """Base of futures streams; routes follow."""
        return f"ws://{self._host}:{self._port}"

    @property
    def spot_rest_url(self) -> str:
        """Base of REST addresses on the port of spot."""
        return f"http://{self._host}:{self._spot_port}"

    @property
    def spot_ws_url(self) -> str:
        """Base of spot streams."""
        return f"ws://{self._host}:{self._spot_port}"

    @property
    def truth(self) -> Truth:
        """What was planted."""
        return self._market.truth

    @property
    def market(self) -> Market:
        """The market behind the server."""
        return self._market

    def now_ms(self) -> int:
        """Return the venue's time, in milliseconds."""
        return self._clock.now_ms()

    def _apply(self) -> None:
        skew = self._faults.get(FaultName.CLOCK_SKEW)
        self._clock.skew_ms = int(skew.value or 0) if skew is not None else 0

    def _once(self, fault: Fault) -> bool:
        sessions = self._connected()
        if fault.name is FaultName.DROP and fault.value is None:
            for session in sessions:
                session.abort()
        elif fault.name is FaultName.CLOSE and fault.after_s is None:
            for session in sessions:
                session.close(int(fault.value or 1001), "")
        elif fault.name is FaultName.SHUTDOWN and fault.value is None:
            for session in sessions:
                session.announce_shutdown()
        else:
            return False
        self.counters[fault.name] += len(sessions)
        return True


async def run_forever(  # noqa: PLR0913
    *,
    seed: int = 1,
    host: str = "127.0.0.1",
    port: int = 0,
    spot_port: int | None = None,
    faults: Iterable[str] = (),
    rate: float = 1.0,
    started: asyncio.Future[BinanceSim] | None = None,
) -> None:
    """Serve until cancelled; the command ``quantdeck sim binance`` is this.

    Parameters
    ----------
    seed, host, port, faults, rate
        As `BinanceSim`.
    spot_port : int, optional
        Serve spot on this port as well (0 takes a free one).
    started : Future, optional
        Set to the server once it listens, for whoever wants to print its addresses.
    """
    sim = BinanceSim(
        seed=seed,
        host=host,
        port=port,
        spot=spot_port is not None,
        spot_port=spot_port or 0,
        faults=faults,
        rate=rate,
    )
    async with sim:
        if started is not None and not started.done():
            started.set_result(sim)
        await asyncio.Event().wait()
