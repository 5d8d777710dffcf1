"""The loopback Binance: USD-M futures on one port, spot on another, REST of both on each."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from typing import TYPE_CHECKING, Self

from aiohttp import web

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
from quantdeck.sims.clock import VenueClock, WallClock
from quantdeck.sims.fault_table import FaultName
from quantdeck.sims.faultboard import FaultBoard
from quantdeck.sims.faults import Fault, parse_fault, parse_faults
from quantdeck.sims.market import Market, Truth
from quantdeck.sims.noise import generator
from quantdeck.sims.switchboard import Switchboard

if TYPE_CHECKING:
    import types
    from collections.abc import Iterable

    from quantdeck.ports.clock import Clock

USDM_WEIGHT = 2_400
SPOT_WEIGHT = 6_000
"""Request weight allowed a minute."""


class BinanceSim:
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
        self._host, self._port = host, port
        self._has_spot, self._spot_port = spot, spot_port
        self._tick_s = tick_s
        self._clock = VenueClock(clock or WallClock())
        self.counters: Counter[str] = Counter()
        self._faults = FaultBoard()
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
        self._runners: list[web.AppRunner] = []
        self._task: asyncio.Task[None] | None = None
        self._turn = 0
        for fault in parse_faults(faults):
            self._switch_on(fault)

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

    async def __aenter__(self) -> Self:
        try:
            self._port = await self._listen("usdm", self._port)
            if self._has_spot:
                self._spot_port = await self._listen("spot", self._spot_port)
        except OSError:
            await self._stop_listening()
            raise
        self._task = asyncio.create_task(self._feed(), name="binance-sim")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: types.TracebackType | None,
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        for session in self._sessions():
            session.abort()
        await self._stop_listening()

    async def _stop_listening(self) -> None:
        for runner in self._runners:
            await runner.cleanup()
        self._runners.clear()

    async def _listen(self, side: str, port: int) -> int:
        application = web.Application()
        rest = Rest(self._exchange, clock=self._clock, faults=self._faults, counts=self.counters)
        rest.add_routes(application)
        Sockets(
            self._pumps[side],
            spot=side == "spot",
            liveness=self._rules[side],
            clock=self._clock,
            faults=self._faults,
            counts=self.counters,
        ).add_routes(application)
        Switchboard(self._faults, inject=self.inject, counts=self.counters).add_routes(application)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.5)
        self._runners.append(runner)
        await runner.setup()
        site = web.TCPSite(runner, self._host, port)
        await site.start()
        return int(runner.addresses[0][1])

    async def _feed(self) -> None:
        while True:
            await self._clock.sleep(self._tick_s)
            self.step()

    def step(self) -> None:
        """Send what has happened and see to every connection; the server does so by itself."""
        now_ms = self._clock.now_ms()
        for pump in self._pumps.values():
            pump.run_to(now_ms)
        for session in self._sessions():
            session.tick()
        self._prepare(now_ms)

    def _prepare(self, now_ms: int) -> None:
        # One listing at each step, so that no step has to generate them all when a stretch ends.
        self._turn = (self._turn + 1) % len(self._market.listings)
        for side, pump in self._pumps.items():
            if pump.sessions:
                history = self._market.spot if side == "spot" else self._market.usdm
                history.prepare(self._market.listings[self._turn], now_ms)

    def _sessions(self) -> list[StreamSession]:
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

    @property
    def connections(self) -> int:
        """Stream connections open now."""
        return len(self._sessions())

    def now_ms(self) -> int:
        """Return the venue's time, in milliseconds."""
        return self._clock.now_ms()

    def inject(self, text: str) -> None:
        """Switch a fault on, or do it once if it is one that ends connections and has no time.

        Parameters
        ----------
        text : str
            Such as ``mute:btcusdt@aggTrade``.

        Raises
        ------
        BadInput
            If there is no such fault.
        """
        self._switch_on(parse_fault(text))

    def clear(self, name: str | None = None) -> None:
        """Switch faults off: those of a name, or all."""
        self._faults.clear(None if name is None else parse_fault(name).name)
        self._clock.skew_ms = self._skew()

    def faults(self) -> list[str]:
        """Return the faults that are on, as they are written."""
        return [str(fault) for fault in self._faults.all()]

    def _switch_on(self, fault: Fault) -> None:
        if self._once(fault):
            return
        self._faults.put(fault)
        self._clock.skew_ms = self._skew()

    def _skew(self) -> int:
        skew = self._faults.get(FaultName.CLOCK_SKEW)
        return int(skew.value or 0) if skew is not None else 0

    def _once(self, fault: Fault) -> bool:
        sessions = self._sessions()
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
