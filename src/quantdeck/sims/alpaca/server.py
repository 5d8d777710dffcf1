"""The loopback Alpaca: market data, trading API and streams on one port."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.sims.alpaca.fault_table import ALPACA_FAULTS, AlpacaFault
from quantdeck.sims.alpaca.keys import Keys
from quantdeck.sims.alpaca.rest import Rest
from quantdeck.sims.alpaca.sockets import Sockets
from quantdeck.sims.alpaca.stocks import Stocks
from quantdeck.sims.alpaca.venue import Venue
from quantdeck.sims.loopback import StreamingSim
from quantdeck.sims.options.listed import Size
from quantdeck.sims.options.market import OptionMarket, OptionTruth

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from quantdeck.ports.clock import Clock
    from quantdeck.sims.alpaca.session import StreamSession
    from quantdeck.sims.faults import Fault
    from quantdeck.sims.stream_socket import StreamSocket


class AlpacaSim(StreamingSim["StreamSession"]):
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

    table = ALPACA_FAULTS

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
        super().__init__(host=host, clock=clock, tick_s=tick_s)
        self._port = port
        self.market = OptionMarket(seed=seed, size=size, rate=rate, stale_share=stale_share)
        venue = Venue(self.market, self._clock, self._faults, option_quotes=option_quotes)
        stocks = Stocks(self.market)
        keys = keys or Keys()
        self._sockets = Sockets(venue, stocks, keys=keys, clock=self._clock, counts=self.counters)
        self._rest = Rest(venue, stocks, keys=keys, clock=self._clock, counts=self.counters)
        self._elapsed_ms = self._clock.elapsed_ms()
        self._begin(faults)

    async def _open(self) -> None:
        self._port = await self._listen(
            self._port, lambda application: self._rest.add_routes(application, self._sockets)
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

    def now_ns(self) -> int:
        """Return the vendor's time, in nanoseconds."""
        return self._clock.now_ms() * 1_000_000

    def _is_done(self, fault: Fault, sessions: Sequence[StreamSession]) -> bool:
        if fault.name != AlpacaFault.INTERNAL:
            return False
        for session in sessions:
            session.fail(500)
        return True
