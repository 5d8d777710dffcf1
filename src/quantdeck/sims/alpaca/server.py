"""The loopback Alpaca: market data, trading API and streams on one port."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from typing import TYPE_CHECKING, Self

from aiohttp import web

from quantdeck.sims.alpaca.fault_table import ALPACA_FAULTS, AlpacaFault
from quantdeck.sims.alpaca.keys import Keys
from quantdeck.sims.alpaca.rest import Rest
from quantdeck.sims.alpaca.sockets import Sockets
from quantdeck.sims.alpaca.stocks import Stocks
from quantdeck.sims.alpaca.venue import Venue
from quantdeck.sims.clock import VenueClock, WallClock
from quantdeck.sims.faultboard import FaultBoard
from quantdeck.sims.faults import Fault, parse_fault, parse_faults
from quantdeck.sims.options.listed import Size
from quantdeck.sims.options.market import OptionMarket, OptionTruth
from quantdeck.sims.switchboard import Switchboard

if TYPE_CHECKING:
    import types
    from collections.abc import Iterable

    from quantdeck.ports.clock import Clock
    from quantdeck.sims.alpaca.sockets import StreamSocket

_PATIENCE_S = 2.0
"""A client that has taken nothing for so long is ended. [s]"""


class AlpacaSim:
    """A broker's data service on this machine that speaks as Alpaca does, with simulated data.

    Use as an asynchronous context manager; it owns its sockets and the task that feeds the streams.

    Parameters
    ----------
    seed : int
        Of the market; the same seed gives the same prices at the same times.
    host : str
        Address to listen on.
    port : int
        0 takes a free one.
    faults : iterable of str
        Switched on from the start, see `quantdeck.sims.alpaca.fault_table`.
    clock : Clock, optional
        What the vendor's clock is set by; the machine's by default.
    size : Size
        How much is listed.
    rate : float
        Multiplies the quotes: at 1 a contract near the money is quoted once a second.
    stale_share : float
        Share of the contracts that are not quoted anew for up to half an hour.
    keys : Keys
        Who may enter; by default whoever has a key and a secret.
    option_quotes : int, optional
        Option quotes a connection may subscribe to, instead of the plan's 1000.
    tick_s : float
        How often streams are fed. [s]

    Raises
    ------
    BadInput
        If a fault is unknown or a number makes no sense.
    """

    def __init__(  # noqa: PLR0913
        self,
        *,
        seed: int = 7,
        host: str = "127.0.0.1",
        port: int = 0,
        faults: Iterable[str] = (),
        clock: Clock | None = None,
        size: Size = Size.MEDIUM,
        rate: float = 1.0,
        stale_share: float = 0.01,
        keys: Keys | None = None,
        option_quotes: int | None = None,
        tick_s: float = 0.025,
    ) -> None:
        self._host, self._port, self._tick_s = host, port, tick_s
        self._clock = VenueClock(clock or WallClock())
        self.counters: Counter[str] = Counter()
        self._faults = FaultBoard()
        self.market = OptionMarket(seed=seed, size=size, rate=rate, stale_share=stale_share)
        venue = Venue(self.market, self._clock, self._faults, option_quotes=option_quotes)
        stocks = Stocks(self.market)
        keys = keys or Keys()
        self._sockets = Sockets(venue, stocks, keys=keys, clock=self._clock, counts=self.counters)
        self._rest = Rest(venue, stocks, keys=keys, clock=self._clock, counts=self.counters)
        self._runner: web.AppRunner | None = None
        self._task: asyncio.Task[None] | None = None
        self._elapsed_ms = self._clock.elapsed_ms()
        for fault in parse_faults(faults, ALPACA_FAULTS):
            self._faults.put(fault)
        self._apply()

    async def __aenter__(self) -> Self:
        application = web.Application()
        self._rest.add_routes(application, self._sockets)
        Switchboard(
            self._faults, inject=self.inject, counts=self.counters, table=ALPACA_FAULTS
        ).add_routes(application)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.5)
        self._runner = runner
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._port).start()
        except OSError:
            await runner.cleanup()
            raise
        self._port = int(runner.addresses[0][1])
        self._task = asyncio.create_task(self._feed(), name="alpaca-sim")
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
        for connection in list(self._sockets.open):
            connection.abort()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _feed(self) -> None:
        while True:
            await self._clock.sleep(self._tick_s)
            await self.step()

    async def step(self) -> None:
        """Send what has happened and see to every connection; the server does so by itself."""
        self._apply()
        now_ms = self._clock.elapsed_ms()
        said = {
            asyncio.create_task(self._see_to(connection, now_ms)): connection
            for connection in list(self._sockets.open)
        }
        if not said:
            return
        done, stuck = await asyncio.wait(said, timeout=_PATIENCE_S)
        for task in done:
            task.result()
        for task in stuck:
            # It does not read; the vendor's 407 would not reach it.
            self.counters["slow_clients"] += 1
            task.cancel()
            said[task].abort()

    async def _see_to(self, connection: StreamSocket, now_ms: int) -> None:
        age_s = (now_ms - connection.session.opened_ms) / 1_000
        drop, close = (self._faults.get(n) for n in (AlpacaFault.DROP, AlpacaFault.CLOSE))
        if drop is not None and drop.value is not None and age_s >= drop.value:
            self.counters[AlpacaFault.DROP] += 1
            connection.abort()
        elif close is not None and close.after_s is not None and age_s >= close.after_s:
            self.counters[AlpacaFault.CLOSE] += 1
            await connection.close(int(close.value or 1001), "")
        else:
            await connection.say(now_ms)

    def _apply(self) -> None:
        # Faults that are a state of the market or of the clock.
        wing = self._faults.get(AlpacaFault.LAGGING_WING)
        self.market.lagging = 0.0 if wing is None else float(wing.value or 0.0)
        now_ms = self._clock.elapsed_ms()
        fast, skew = (self._faults.get(n) for n in (AlpacaFault.FAST_CLOCK, AlpacaFault.CLOCK_SKEW))
        if fast is not None:
            self._clock.skew_ms += round((now_ms - self._elapsed_ms) * ((fast.value or 1.0) - 1.0))
        else:
            self._clock.skew_ms = 0 if skew is None else int(skew.value or 0)
        self._elapsed_ms = now_ms

    @property
    def rest_url(self) -> str:
        """Base of REST addresses, of market data and of the trading API."""
        return f"http://{self._host}:{self._port}"

    @property
    def ws_url(self) -> str:
        """Base of the streams, such as ``ws://127.0.0.1:8123``; ``/v1beta1/opra`` follows."""
        return f"ws://{self._host}:{self._port}"

    @property
    def truth(self) -> OptionTruth:
        """What was planted."""
        return self.market.truth

    @property
    def connections(self) -> int:
        """Stream connections open now."""
        return len(self._sockets.open)

    def now_ns(self) -> int:
        """Return the vendor's time, in nanoseconds."""
        return self._clock.now_ms() * 1_000_000

    def inject(self, text: str) -> None:
        """Switch a fault on, or do it once if it is one that ends connections and has no time.

        Parameters
        ----------
        text : str
            Such as ``mute:SPXW*``.

        Raises
        ------
        BadInput
            If there is no such fault.
        """
        fault = parse_fault(text, ALPACA_FAULTS)
        if not self._once(fault):
            self._faults.put(fault)
        self._apply()

    def clear(self, name: str | None = None) -> None:
        """Switch faults off: those of a name, or all."""
        self._faults.clear(name)
        self._apply()

    def faults(self) -> list[str]:
        """Return the faults that are on, as they are written."""
        return [str(fault) for fault in self._faults.all()]

    def _once(self, fault: Fault) -> bool:
        connections = list(self._sockets.open)
        if fault.name == AlpacaFault.DROP and fault.value is None:
            for connection in connections:
                connection.abort()
        elif fault.name == AlpacaFault.CLOSE and fault.after_s is None:
            for connection in connections:
                connection.session.goodbye = (int(fault.value or 1001), "")
        elif fault.name == AlpacaFault.INTERNAL:
            for connection in connections:
                connection.session.fail(500)
        else:
            return False
        self.counters[fault.name] += len(connections)
        return True
