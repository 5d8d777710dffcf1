"""What every simulator is: ports on this machine, faults, and a task that feeds the streams."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from abc import ABC, abstractmethod
from collections import Counter
from typing import TYPE_CHECKING, ClassVar, Generic, Protocol, Self

from aiohttp import web

from quantdeck.sims.clock import VenueClock, WallClock
from quantdeck.sims.faultboard import FaultBoard
from quantdeck.sims.faults import parse_fault, parse_faults
from quantdeck.sims.stream_socket import S
from quantdeck.sims.switchboard import Switchboard

if TYPE_CHECKING:
    import types
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from quantdeck.ports.clock import Clock
    from quantdeck.sims.fault_table import FaultSpec
    from quantdeck.sims.faults import Fault
    from quantdeck.sims.stream_socket import StreamSocket


def _is_news(record: logging.LogRecord) -> bool:
    # An answer that is ready in the very turn in which aiohttp stops waiting for it, as the last one
    # before the server ends, is no fault of anybody's; aiohttp sets the result of what it cancelled.
    # Nor is a client that goes before it has its answer.
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, asyncio.InvalidStateError | ConnectionError)


_LOG = logging.getLogger(__name__)
_LOG.addFilter(_is_news)
_PATIENCE_S = 2.0
"""A client that has taken nothing for so long is ended. [s]"""


class Connection(Protocol):
    """A stream connection, as far as every simulator needs it."""

    def abort(self) -> None:
        """End it without a close frame."""
        ...


class LoopbackSim(ABC):
    """A vendor's service on this machine.

    Use as an asynchronous context manager; it owns its sockets and the task that feeds the streams.
    Call `_begin` once everything else is made.

    Parameters
    ----------
    host : str
        Address to listen on.
    clock : Clock or None
        What the vendor's clock is set by; the machine's for None.
    tick_s : float
        How often streams are fed. [s]

    Attributes
    ----------
    counters : Counter
        What has happened, by name.
    """

    table: ClassVar[Mapping[str, FaultSpec]]
    """The faults it knows."""

    def __init__(self, *, host: str, clock: Clock | None, tick_s: float) -> None:
        self._host, self._tick_s = host, tick_s
        self._clock = VenueClock(clock or WallClock())
        self._faults = FaultBoard()
        self.counters: Counter[str] = Counter()
        self._runners: list[web.AppRunner] = []
        self._task: asyncio.Task[None] | None = None

    def _begin(self, faults: Iterable[str]) -> None:
        # Faults are on from the first moment, before anybody connects.
        for fault in parse_faults(faults, self.table):
            self._switch_on(fault)
        self._apply()

    @abstractmethod
    async def _open(self) -> None:
        """Listen, by `_listen`."""

    @abstractmethod
    async def _tick(self) -> None:
        """Send what has happened and see to every connection."""

    @abstractmethod
    def _connected(self) -> Sequence[Connection]:
        """Return the stream connections open now."""

    async def __aenter__(self) -> Self:
        try:
            await self._open()
        except OSError:
            await self._stop_listening()
            raise
        self._task = asyncio.create_task(self._feed(), name=type(self).__name__)
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
        for connection in self._connected():
            connection.abort()
        await self._stop_listening()

    async def _listen(self, port: int, *routes: Callable[[web.Application], None]) -> int:
        # The port that was taken; 0 takes a free one.
        application = web.Application()
        switches = Switchboard(
            self._faults,
            inject=self.inject,
            clear=self.clear,
            counts=self.counters,
            table=self.table,
        )
        for add in (*routes, switches.add_routes):
            add(application)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.5, logger=_LOG)
        self._runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, self._host, port).start()
        return int(runner.addresses[0][1])

    async def _stop_listening(self) -> None:
        for runner in self._runners:
            await runner.cleanup()
        self._runners.clear()

    async def _feed(self) -> None:
        while True:
            await self._clock.sleep(self._tick_s)
            await self._tick()

    @property
    def connections(self) -> int:
        """Stream connections open now."""
        return len(self._connected())

    def inject(self, text: str) -> None:
        """Switch a fault on, or do it once if it is one that ends connections and has no time.

        Parameters
        ----------
        text : str
            Name, value and streams, such as ``mute:btcusdt@aggTrade``.

        Raises
        ------
        BadInput
            If there is no such fault.
        """
        self._switch_on(parse_fault(text, self.table))

    def clear(self, name: str | None = None) -> None:
        """Switch faults off: those of a name, or all."""
        self._faults.clear(None if name is None else parse_fault(name, self.table).name)
        self._apply()

    def faults(self) -> list[str]:
        """Return the faults that are on, as they are written."""
        return [str(fault) for fault in self._faults.all()]

    def _switch_on(self, fault: Fault) -> None:
        if not self._once(fault):
            self._faults.put(fault)
        self._apply()

    @abstractmethod
    def _once(self, fault: Fault) -> bool:
        """Do a fault that is an event, not a state; False for one that is to be switched on."""

    def _apply(self) -> None:  # noqa: B027 - most have none
        """See to faults that are a state of the market or of the clock."""


class StreamingSim(LoopbackSim, Generic[S]):
    """A simulator whose sessions say something at every tick, over `StreamSocket`."""

    closes_with: ClassVar[int] = 1001
    """Code of a ``close`` that names none."""

    @abstractmethod
    def _connected(self) -> Sequence[StreamSocket[S]]:
        """Return the stream connections open now."""

    # Side by side, and not for ever: a client that does not read must not hold up the others.
    async def _attend_all(self) -> None:
        now_ms = self._clock.elapsed_ms()
        attended = {
            asyncio.create_task(self._attend(each, now_ms)): each for each in self._connected()
        }
        if not attended:
            return
        done, stuck = await asyncio.wait(attended, timeout=_PATIENCE_S)
        for task in done:
            task.result()
        for task in stuck:
            self.counters["slow_clients"] += 1
            task.cancel()
            attended[task].abort()

    async def _attend(self, connection: StreamSocket[S], now_ms: int) -> None:
        age_s = (now_ms - connection.session.opened_ms) / 1_000
        drop, close = self._faults.get("drop"), self._faults.get("close")
        if drop is not None and drop.value is not None and age_s >= drop.value:
            self.counters["drop"] += 1
            connection.abort()
        elif close is not None and close.after_s is not None and age_s >= close.after_s:
            self.counters["close"] += 1
            await connection.close(int(close.value or self.closes_with), "")
        else:
            await connection.say(now_ms)

    def _once(self, fault: Fault) -> bool:
        connections = list(self._connected())
        if fault.name == "drop" and fault.value is None:
            for connection in connections:
                connection.abort()
        elif fault.name == "close" and fault.after_s is None:
            for connection in connections:
                connection.session.goodbye = (int(fault.value or self.closes_with), "")
        elif not self._is_done(fault, [connection.session for connection in connections]):
            return False
        self.counters[fault.name] += len(connections)
        return True

    def _is_done(self, fault: Fault, sessions: Sequence[S]) -> bool:
        """Do a vendor's own fault that is an event; False for one that is none."""
        del fault, sessions
        return False
