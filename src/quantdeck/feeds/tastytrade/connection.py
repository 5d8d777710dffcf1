"""A DXLink connection kept alive: its token, its sessions, and what a break costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from quantdeck.feeds.tastytrade.decode import SOURCE
from quantdeck.feeds.tastytrade.numbers import Numbers
from quantdeck.feeds.tastytrade.session import DxSession, Limits, Wanted
from quantdeck.model.errors import AuthFailed
from quantdeck.net.connection import Connection
from quantdeck.net.link import Patience

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from quantdeck.feeds.tastytrade.events import EventWatch
    from quantdeck.feeds.tastytrade.requests import QuoteToken
    from quantdeck.feeds.tastytrade.rest import TastytradeRest
    from quantdeck.model.errors import BadMessage
    from quantdeck.model.feed import Delay, FeedStatus
    from quantdeck.net.ws import OnPacket
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.feed import EventSink, OnData

_NS = 1_000_000_000
_TOKEN_AGE_S = 20 * 3600.0
_REFUSALS = 3
PATIENCE = Patience(
    tick_s=0.05,
    ping_after_s=70.0,
    proven_after_s=60.0,
    first_backoff_s=1.0,
    longest_backoff_s=30.0,
)
"""Liveness is the session's business: a ping is sent only after the protocol has given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seams:
    """What every connection of a feed shares.

    Parameters
    ----------
    rest : TastytradeRest
        Where quote tokens come from.
    clock : Clock
        Stamps and waits.
    rng : Random
        Jitter.
    delay : Delay
        What the data are.
    aggregation_s : float
        How often the server tells a symbol at most. [s]
    is_closed : callable
        Whether the market is known to be closed.
    patience : Patience
        How long connections wait for what.
    limits : Limits
        How long sessions wait for what.
    on_bad : callable or None
        Takes every undecodable frame and its time of receipt [ns].
    tee : callable or None
        Takes every frame as received and its time of receipt [ns].
    """

    rest: TastytradeRest
    clock: Clock
    rng: Random
    delay: Delay
    aggregation_s: float
    is_closed: Callable[[], bool]
    patience: Patience
    limits: Limits
    on_bad: Callable[[BadMessage, int], None] | None = None
    tee: OnPacket | None = None


class DxConnection:
    """One connection. Owned by the feed, or by a snapshot while it lasts; `run` is one task.

    Parameters
    ----------
    name : str
        Of the connection, as the page shows it.
    sink : EventSink or EventWatch
        Where events go.
    on_data : callable
        Called after every socket read.
    seams : Seams
        What it is connected to.
    on_break : callable or None
        Takes from when until when nothing came, once there are data again. [ns]
    on_day : callable or None
        See `quantdeck.feeds.tastytrade.decode.Decoder`.

    Attributes
    ----------
    wanted : Wanted
        What it should bring; `kick` after a change.
    numbers : Numbers
        Numbers of events.
    """

    def __init__(
        self,
        name: str,
        *,
        sink: EventSink | EventWatch,
        on_data: OnData,
        seams: Seams,
        on_break: Callable[[int, int], None] | None = None,
        on_day: Callable[[int, float, float], None] | None = None,
    ) -> None:
        self.wanted = Wanted()
        self._sink, self._seams = sink, seams
        self._on_data, self._on_break, self._on_day = on_data, on_break, on_day
        self.numbers = Numbers()
        self._token: QuoteToken | None = None
        self._token_ns = 0
        self._refusals = 0
        self._ignored = 0
        self._session: DxSession | None = None
        self._broken_since_ns: int | None = None
        self._connection = Connection(
            name,
            new_session=self._new_session,
            wanted=lambda: bool(self.wanted.items),
            on_data=self._flushed,
            clock=seams.clock,
            rng=seams.rng,
            delay=seams.delay,
            patience=seams.patience,
            on_bad=seams.on_bad,
            tee=seams.tee,
            prepare=self._prepare,
        )

    def kick(self) -> None:
        """Look at what is wanted now."""
        self._connection.kick()

    async def run(self) -> None:
        """Connect and keep connected until cancelled."""
        await self._connection.run()

    def status(self) -> FeedStatus:
        """Return how the connection is doing; `ignored` counts what no document names."""
        present = self._session.decoder.ignored.total() if self._session else 0
        return msgspec.structs.replace(self._connection.status(), ignored=self._ignored + present)

    @property
    def heard(self) -> int:
        """Count of names of which a quote has come by the present socket."""
        return len(self._session.decoder.heard) if self._session else 0

    @property
    def is_complete(self) -> bool:
        """Whether everything wanted has been asked for by the present socket."""
        return self._session is not None and self._session.is_complete

    async def _prepare(self) -> None:
        age_ns = self._seams.clock.monotonic_ns() - self._token_ns
        if self._token is not None and age_ns < _TOKEN_AGE_S * _NS:
            return
        if self._refusals >= _REFUSALS:
            # Whoever starts the capture anew asks for three more.
            self._refusals = 0
            raise AuthFailed(
                SOURCE,
                f"{_REFUSALS} fresh quote tokens in a row were refused by the stream; see whether the "
                "account still has market data, then start the capture anew",
            )
        self._token = await self._seams.rest.quote_token()
        self._token_ns = self._seams.clock.monotonic_ns()

    def _new_session(self) -> DxSession:
        if self._session is not None:
            self._ignored += self._session.decoder.ignored.total()
            self._broken_since_ns = self._session.decoder.last_data_ns or self._broken_since_ns
        token, seams = self._token, self._seams
        if token is None:
            raise AuthFailed(SOURCE, "there is no quote token")
        self._session = DxSession(
            token.dxlink_url,
            token.token,
            sink=self._sink,
            wanted=self.wanted,
            numbers=self.numbers,
            aggregation_s=seams.aggregation_s,
            is_closed=seams.is_closed,
            on_refused=self._token_refused,
            limits=seams.limits,
            on_day=self._on_day,
        )
        return self._session

    def _token_refused(self) -> None:
        self._refusals += 1
        self._token = None

    def _flushed(self) -> None:
        data_ns = self._session.decoder.last_data_ns if self._session else None
        if data_ns is not None:
            self._refusals = 0
            since_ns, self._broken_since_ns = self._broken_since_ns, None
            if since_ns is not None and self._on_break is not None:
                self._on_break(since_ns, data_ns)
        self._on_data()
