"""The loopback Tastytrade: REST and DXLink on one port."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.sims.loopback import StreamingSim
from quantdeck.sims.options.listed import Size
from quantdeck.sims.options.market import OptionMarket
from quantdeck.sims.tastytrade.accounts import Accounts
from quantdeck.sims.tastytrade.board import Board
from quantdeck.sims.tastytrade.fault_table import TASTY_FAULTS, TastyFault
from quantdeck.sims.tastytrade.pump import Pump
from quantdeck.sims.tastytrade.rest import Rest
from quantdeck.sims.tastytrade.sockets import PATH, Sockets

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from quantdeck.ports.clock import Clock
    from quantdeck.sims.faults import Fault
    from quantdeck.sims.options.market import OptionTruth
    from quantdeck.sims.stream_socket import StreamSocket
    from quantdeck.sims.tastytrade.session import DxSession


class TastytradeSim(StreamingSim["DxSession"]):
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

    table = TASTY_FAULTS
    closes_with = 1000

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
        super().__init__(host=host, clock=clock, tick_s=tick_s)
        self._port = port
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
        self._begin(faults)

    async def _open(self) -> None:
        rest = Rest(
            market=self.market,
            board=self._board,
            accounts=self._accounts,
            clock=self._clock,
            faults=self._faults,
            counts=self.counters,
            dxlink_url=lambda: self.dxlink_url,
        )
        self._port = await self._listen(self._port, rest.add_routes, self._sockets.add_routes)

    async def _tick(self) -> None:
        channels = [c for x in self._sockets.open for c in x.session.channels.values()]
        self._pump.run_to(self.now_ms() * 1_000_000, channels)
        await self._attend_all()

    def _connected(self) -> Sequence[StreamSocket[DxSession]]:
        return list(self._sockets.open)

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
    def subscriptions(self) -> int:
        """Subscriptions of all connections."""
        return sum(connection.session.subscriptions for connection in self._sockets.open)

    def now_ms(self) -> int:
        """Return the venue's time, in milliseconds."""
        return self._clock.now_ms()

    def _is_done(self, fault: Fault, sessions: Sequence[DxSession]) -> bool:
        if fault.name != TastyFault.CHANNEL_CLOSED:
            return False
        for session in sessions:
            session.close_channels()
        return True
