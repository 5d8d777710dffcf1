"""One market's stream of Polygon kept alive: real time where the plan has it, else fifteen minutes late."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from quantdeck.analytics.sessions import us_sessions
from quantdeck.feeds.polygon.channels import INSTEAD, WORDS, Channel
from quantdeck.feeds.polygon.endpoints import DELAY_S, DELAYED_URL, REALTIME_URL, SOURCE
from quantdeck.feeds.polygon.session import Cluster, PolygonSession
from quantdeck.model.feed import Delay
from quantdeck.net.connection import Connection
from quantdeck.net.session import Fail, Reconnect

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from random import Random

    from quantdeck.feeds.polygon.decode import Numbers
    from quantdeck.feeds.polygon.entitlements import Entitlements
    from quantdeck.feeds.polygon.session import Limits
    from quantdeck.model.errors import BadMessage
    from quantdeck.model.feed import FeedStatus
    from quantdeck.model.instruments import InstrumentTable
    from quantdeck.net.link import Patience
    from quantdeck.net.ws import OnPacket
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.feed import EventSink, OnData

_LOG = logging.getLogger(__name__)
_NS = 1_000_000_000
_TOGETHER_S = 0.005


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Seams:
    """What the streams of a feed share; never shown, since it holds the credential.

    Parameters
    ----------
    key : str
        The credential.
    sink : EventSink
        Where events go.
    instruments : InstrumentTable
        Ids of canonical symbols.
    numbers : Numbers
        Of events without any.
    entitlements : Entitlements
        What the key is known to be allowed; learnt into.
    on_data : callable
        Called within milliseconds after a socket read.
    on_notice : callable
        Takes a sentence for the user when something stands in for what the plan lacks.
    clock : Clock
        Stamps and waits.
    rng : Random
        Jitter.
    limits : Limits
        How long the sessions wait for what.
    realtime_url, delayed_url : str or None
        Hosts; the vendor's own where None.
    simulated : bool
        The hosts are those of a simulator.
    patience : Patience or None
        How long the connection waits for what.
    on_bad : callable or None
        Takes every undecodable frame.
    tee : callable or None
        Takes every frame as received.
    """

    key: str
    sink: EventSink
    instruments: InstrumentTable
    numbers: Numbers
    entitlements: Entitlements
    on_data: OnData
    on_notice: Callable[[str], None]
    clock: Clock
    rng: Random
    limits: Limits
    realtime_url: str | None = None
    delayed_url: str | None = None
    simulated: bool = False
    patience: Patience | None = None
    on_bad: Callable[[BadMessage, int], None] | None = None
    tee: OnPacket | None = None


class PolygonStream:
    """One market's stream. Owned by the feed; `run` is one task.

    Parameters
    ----------
    market : str
        ``stocks`` or ``options``, the last part of the address.
    channels : sequence of Channel
        What is wanted of every symbol.
    realtime : bool
        Try the real-time host first.
    seams : Seams
        What it is connected to.

    Attributes
    ----------
    is_realtime : bool
        Which host it is at.
    """

    def __init__(
        self, market: str, channels: Sequence[Channel], *, realtime: bool, seams: Seams
    ) -> None:
        self._market = market
        self._channels = tuple(channels)
        self._seams = seams
        self._tickers: dict[str, None] = {}
        self._session: PolygonSession | None = None
        self._hand_over: asyncio.TimerHandle | None = None
        self._told: set[tuple[bool, Channel]] = set()
        self.is_realtime = realtime and not seams.entitlements.refused(self._host_name(live=True))
        if realtime and not self.is_realtime:
            seams.on_notice(self._late_words("as known from before"))
        self._connection = Connection(
            f"{SOURCE}/{market}",
            new_session=self._new_session,
            wanted=lambda: bool(self._tickers),
            on_data=self._flush,
            clock=seams.clock,
            rng=seams.rng,
            patience=seams.patience,
            on_bad=seams.on_bad,
            tee=seams.tee,
        )

    def want(self, tickers: Collection[str]) -> None:
        """Bring these symbols of the vendor and no others."""
        self._tickers.clear()
        self._tickers.update(dict.fromkeys(tickers))
        if self._session is not None:
            self._session.look_again()
        self._connection.kick()

    async def run(self) -> None:
        """Connect and keep connected until cancelled."""
        try:
            await self._connection.run()
        finally:
            if self._hand_over is not None:
                self._hand_over.cancel()
                self._drain()

    @property
    def is_wanted(self) -> bool:
        """Whether it has any symbols to bring."""
        return bool(self._tickers)

    @property
    def delay(self) -> Delay:
        """What its data are."""
        if self._seams.simulated:
            return Delay.SIMULATED
        return Delay.REALTIME if self.is_realtime else Delay.DELAYED

    def lacks(self, channel: Channel) -> bool:
        """Return whether neither the channel nor anything that could stand for it is in the plan."""
        return all(self._refused(each) for each in INSTEAD[channel])

    def status(self) -> FeedStatus:
        """Return how the stream is doing."""
        session = self._session
        return msgspec.structs.replace(
            self._connection.status(),
            delay=self.delay,
            ignored=session.decoder.ignored.total() if session else 0,
            clock_skew_ns=session.decoder.least_lag_ns if session else None,
        )

    def _new_session(self) -> PolygonSession:
        seams = self._seams
        for channel in self._channels:
            if self._refused(channel):
                self._tell(channel, "as known from before")
        host = (
            seams.realtime_url or REALTIME_URL
            if self.is_realtime
            else seams.delayed_url or DELAYED_URL
        )
        cluster = Cluster(
            f"{host.rstrip('/')}/{self._market}",
            seams.key,
            is_open=self._open_since,
            refused=self._refused,
            on_refused=self._note_refused,
            on_host_refused=self._host_refused,
        )
        self._session = PolygonSession(
            cluster,
            sink=seams.sink,
            instruments=seams.instruments,
            numbers=seams.numbers,
            tickers=self._tickers.keys,
            channels=self._channels,
            limits=seams.limits,
        )
        return self._session

    def _host_name(self, *, live: bool) -> str:
        return f"{'real-time' if live else 'delayed'} stream of {self._market}"

    def _refused(self, channel: Channel) -> bool:
        name = f"{self._host_name(live=self.is_realtime)}: {WORDS[channel]}"
        return self._seams.entitlements.refused(name) is not None

    def _note_refused(self, channel: Channel, said: str) -> None:
        seams = self._seams
        where = self._host_name(live=self.is_realtime)
        seams.entitlements.note(f"{where}: {WORDS[channel]}", allowed=False, said=said)
        self._tell(channel, said)

    def _tell(self, channel: Channel, said: str) -> None:
        if (self.is_realtime, channel) in self._told:
            return
        self._told.add((self.is_realtime, channel))
        instead = next((each for each in INSTEAD[channel] if not self._refused(each)), None)
        snapshots = channel is Channel.QUOTES and self._market == "stocks"
        last = "snapshots instead, where the plan has them" if snapshots else "none instead"
        then = f"{WORDS[instead]} instead" if instead is not None else last
        where = self._host_name(live=self.is_realtime)
        self._seams.on_notice(
            f"{WORDS[channel]} are not in the plan of the {where} ({said}): {then}"
        )

    def _host_refused(self, said: str) -> Reconnect | Fail:
        seams = self._seams
        name = self._host_name(live=self.is_realtime)
        seams.entitlements.note(name, allowed=False, said=said)
        if not self.is_realtime:
            words = f"the plan has no {name} ({said})"
            seams.on_notice(words)
            return Fail(words)
        self.is_realtime = False
        seams.on_notice(self._late_words(said))
        return Reconnect(f"the plan has no {name}; going on fifteen minutes late")

    def _late_words(self, said: str) -> str:
        name = self._host_name(live=True)
        return f"the plan has no {name} ({said}): data fifteen minutes late instead"

    # Of late data the market opens and closes later, too.
    def _open_since(self, now_ns: int) -> int | None:
        late_ns = 0 if self.is_realtime else int(DELAY_S * _NS)
        sessions = us_sessions()
        at = int(np.searchsorted(sessions.open_ns, now_ns - late_ns, side="right")) - 1
        if now_ns - late_ns >= int(sessions.close_ns[at]):
            return None
        return int(sessions.open_ns[at]) + late_ns

    # What is done per batch costs more than what is done per event: reads within a few milliseconds
    # are handed over together.
    def _flush(self) -> None:
        if self._hand_over is None:
            loop = asyncio.get_running_loop()
            self._hand_over = loop.call_later(_TOGETHER_S, self._drain)

    def _drain(self) -> None:
        self._hand_over = None
        self._seams.on_data()
