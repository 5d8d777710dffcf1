"""The loopback Tastytrade: REST and DXLink on one port."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from typing import TYPE_CHECKING, Self

from aiohttp import web

from quantdeck.sims.clock import VenueClock, WallClock
from quantdeck.sims.faultboard import FaultBoard
from quantdeck.sims.faults import Fault, parse_fault, parse_faults
from quantdeck.sims.options.listed import Size
from quantdeck.sims.options.market import OptionMarket
from quantdeck.sims.switchboard import Switchboard
from quantdeck.sims.tastytrade.accounts import Accounts
from quantdeck.sims.tastytrade.board import Board
from quantdeck.sims.tastytrade.fault_table import TASTY_FAULTS, TastyFault
from quantdeck.sims.tastytrade.pump import Pump
from quantdeck.sims.tastytrade.rest import Rest
from quantdeck.sims.tastytrade.sockets import PATH, DxSocket, Sockets

if TYPE_CHECKING:
    import types
    from collections.abc import Iterable

    from quantdeck.ports.clock import Clock
    from quantdeck.sims.options.market import OptionTruth

_PATIENCE_S = 2.0
"""A client that has taken nothing for so long is ended. [s]"""


class TastytradeSim:
    """A broker on this machine that speaks as Tastytrade and its DXLink server do.

    Use as an asynchronous context manager; it owns its sockets and the task that feeds the streams.
    Credentials that it takes are in `quantdeck.sims.tastytrade.accounts`.

    Parameters
    ----------
    seed : int
        Of the market; the same seed gives the same prices at the same times.
    host : str
        Address to listen on.
    port : int
        0 takes a free one.
    faults : iterable of str
        Switched on from the start, see `quantdeck.sims.tastytrade.fault_table`.
    clock : Clock, optional
        What the venue's clock is set by; the machine's by default.
    rate : float
        Multiplies the quotes.
    size : Size
        How many contracts are listed.
    tick_s : float
        How often streams are fed. [s]

    Raises
    ------
    BadInput
        If a fault is unknown or the rate is out of range.
    """

    def __init__(  # noqa: PLR0913
        self,
        *,
        seed: int = 1,
        host: str = "127.0.0.1",
        port: int = 0,
        faults: Iterable[str] = (),
        clock: Clock | None = None,
        rate: float = 1.0,
        size: Size = Size.MEDIUM,
        tick_s: float = 0.02,
    ) -> None:
        self._host, self._port, self._tick_s = host, port, tick_s
        self._clock = VenueClock(clock or WallClock())
        self.counters: Counter[str] = Counter()
        self._faults = FaultBoard()
        self.market = OptionMarket(seed=seed, size=size, rate=rate)
        self._board = Board(self.market, self._clock, self._faults)
        self._accounts = Accounts(self._clock, self._faults)
        self._sockets = Sockets(
            self._board,
            accounts=self._accounts,
            clock=self._clock,
            faults=self._faults,
            counts=self.counters,
        )
        self._pump = Pump(self.market, self._board, now_ns=self.now_ms() * 1_000_000)
        self._runner: web.AppRunner | None = None
        self._task: asyncio.Task[None] | None = None
        for fault in parse_faults(faults, TASTY_FAULTS):
            self._switch_on(fault)

    async def __aenter__(self) -> Self:
        application = web.Application()
        Rest(
            market=self.market,
            board=self._board,
            accounts=self._accounts,
            clock=self._clock,
            faults=self._faults,
            counts=self.counters,
            dxlink_url=lambda: self.dxlink_url,
        ).add_routes(application)
        self._sockets.add_routes(application)
        Switchboard(
            self._faults, inject=self.inject, counts=self.counters, table=TASTY_FAULTS
        ).add_routes(application)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        try:
            site = web.TCPSite(self._runner, self._host, self._port)
            await site.start()
        except OSError:
            await self._runner.cleanup()
            raise
        self._port = int(self._runner.addresses[0][1])
        self._task = asyncio.create_task(self._feed(), name="tastytrade-sim")
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
            connections = list(self._sockets.open)
            channels = [c for x in connections for c in x.session.channels.values()]
            self._pump.run_to(self.now_ms() * 1_000_000, channels)
            await self._attend_all(connections)

    # Side by side, and not for ever: a client that does not read must not hold up the others.
    async def _attend_all(self, connections: list[DxSocket]) -> None:
        attended = {asyncio.create_task(self._attend(each)): each for each in connections}
        if not attended:
            return
        done, stuck = await asyncio.wait(attended, timeout=_PATIENCE_S)
        for task in done:
            task.result()
        for task in stuck:
            self.counters["slow_clients"] += 1
            task.cancel()
            attended[task].abort()

    async def _attend(self, connection: DxSocket) -> None:
        now_ms = self._clock.elapsed_ms()
        age_s = (now_ms - connection.session.opened_ms) / 1000
        drop, close = self._faults.get(TastyFault.DROP), self._faults.get(TastyFault.CLOSE)
        if drop is not None and drop.value is not None and age_s >= drop.value:
            self.counters[TastyFault.DROP] += 1
            connection.abort()
        elif close is not None and close.after_s is not None and age_s >= close.after_s:
            self.counters[TastyFault.CLOSE] += 1
            await connection.close(int(close.value or 1000), "")
        else:
            await connection.say(now_ms)

    @property
    def rest_url(self) -> str:
        """Base of REST addresses."""
        return f"http://{self._host}:{self._port}"

    @property
    def dxlink_url(self) -> str:
        """Address of the stream; ``/api-quote-tokens`` tells it too."""
        return f"ws://{self._host}:{self._port}{PATH}"

    @property
    def truth(self) -> OptionTruth:
        """What was planted."""
        return self.market.truth

    @property
    def connections(self) -> int:
        """Stream connections open now."""
        return len(self._sockets.open)

    @property
    def subscriptions(self) -> int:
        """Subscriptions of all connections."""
        return sum(connection.session.subscriptions for connection in self._sockets.open)

    def now_ms(self) -> int:
        """Return the venue's time, in milliseconds."""
        return self._clock.now_ms()

    def inject(self, text: str) -> None:
        """Switch a fault on, or do it once if it is one that ends connections and has no time.

        Parameters
        ----------
        text : str
            Such as ``mute:.SPXW*``.

        Raises
        ------
        BadInput
            If there is no such fault.
        """
        self._switch_on(parse_fault(text, TASTY_FAULTS))

    def clear(self, name: str | None = None) -> None:
        """Switch faults off: those of a name, or all."""
        self._faults.clear(None if name is None else parse_fault(name, TASTY_FAULTS).name)

    def faults(self) -> list[str]:
        """Return the faults that are on, as they are written."""
        return [str(fault) for fault in self._faults.all()]

    def _switch_on(self, fault: Fault) -> None:
        connections = list(self._sockets.open)
        if fault.name == TastyFault.DROP and fault.value is None:
            for connection in connections:
                connection.abort()
        elif fault.name == TastyFault.CLOSE and fault.after_s is None:
            for connection in connections:
                connection.session.goodbye = (int(fault.value or 1000), "")
        elif fault.name == TastyFault.CHANNEL_CLOSED:
            for connection in connections:
                connection.session.close_channels()
        else:
            self._faults.put(fault)
            return
        self.counters[fault.name] += len(connections)
