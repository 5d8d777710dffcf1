"""The dialogue on one Polygon stream socket: log in, subscribe channel by channel, notice silence.

Sans-I/O: `quantdeck.net.connection` opens the socket and does what the session asks for. Every step waits
for the server's answer to the one before. That the login succeeded means nothing yet: the real-time host
accepts every key and refuses the subscriptions.

Source: Massive, WebSocket documentation; what its servers were seen to answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import msgspec

from quantdeck.feeds.polygon.channels import WORDS, Subscriptions
from quantdeck.feeds.polygon.decode import Decoder
from quantdeck.feeds.polygon.wire import Command
from quantdeck.model.feed import MARKET_CLOSED, FeedState
from quantdeck.net.session import Action, Fail, Reconnect, Send, SessionHealth

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from quantdeck.feeds.polygon.channels import Channel
    from quantdeck.feeds.polygon.decode import Numbers
    from quantdeck.feeds.polygon.wire import Status
    from quantdeck.model.instruments import InstrumentTable
    from quantdeck.ports.feed import EventSink

_NS = 1_000_000_000
_NAMED_IN_DETAIL = 3
_POLICY = 1008
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long a session waits for what. All in seconds.

    Parameters
    ----------
    step_s : float
        For the answer to each step of the handshake and to each portion of subscriptions.
    silence_s : float
        Without data while the market is open.
    give_up_factor : float
        The socket is replaced after so many times that silence.
    cooldown_s : float
        Least wait after the vendor has turned the client away.
    """

    step_s: float = 5.0
    silence_s: float = 120.0
    give_up_factor: float = 2.0
    cooldown_s: float = 60.0


class _Step(Enum):
    GREETING = "the greeting"
    LOGIN = "the login"
    SUBSCRIBING = "the subscription"


class Cluster:
    """What the sessions of one host have in common. Owned by the stream.

    Parameters
    ----------
    url : str
        Address of the stream.
    key : str
        The credential.
    is_open : callable
        Tells since when data may be expected [ns], or None while none are.
    refused : callable
        Tells whether the plan is known to lack a channel here.
    on_refused : callable
        Takes a channel that is not in the plan, and the vendor's words.
    on_host_refused : callable
        Takes the vendor's words that the plan has nothing from this host; returns what happens next.
    """

    __slots__ = ("is_open", "key", "on_host_refused", "on_refused", "refused", "url")

    def __init__(
        self,
        url: str,
        key: str,
        *,
        is_open: Callable[[int], int | None],
        refused: Callable[[Channel], bool],
        on_refused: Callable[[Channel, str], None],
        on_host_refused: Callable[[str], Reconnect | Fail],
    ) -> None:
        self.url = url
        self.key = key
        self.is_open = is_open
        self.refused = refused
        self.on_refused = on_refused
        self.on_host_refused = on_host_refused


class PolygonSession:
    """One socket of one stream. Made anew for every socket by `PolygonStream`.

    Parameters
    ----------
    cluster : Cluster
        Address, credential and what is known of the plan.
    sink : EventSink
        Where events go.
    instruments : InstrumentTable
        Ids of canonical symbols.
    numbers : Numbers
        Of events without any.
    tickers : callable
        Returns the vendor's symbols that are wanted; asked again after `look_again`.
    channels : sequence of Channel
        What is wanted of them.
    limits : Limits
        How long to wait for what.

    Attributes
    ----------
    on_packet : callable
        Decodes one frame; see `quantdeck.net.session.Session.on_packet`.
    """

    def __init__(  # noqa: PLR0913 - the seams it is built from
        self,
        cluster: Cluster,
        *,
        sink: EventSink,
        instruments: InstrumentTable,
        numbers: Numbers,
        tickers: Callable[[], Collection[str]],
        channels: Sequence[Channel],
        limits: Limits,
    ) -> None:
        self.decoder = Decoder(sink, instruments, numbers=numbers, on_status=self._on_status)
        self.on_packet = self.decoder.decode
        self.subscriptions = Subscriptions(
            tickers, channels, refused=cluster.refused, on_refused=cluster.on_refused
        )
        self._cluster = cluster
        self._limits = limits
        self._step = _Step.GREETING
        self._since_ns = 0
        self._may_log_in = False
        self._verdict: Reconnect | Fail | None = None
        self._last_problem = ""

    def url(self) -> str:
        """Return the address of the stream."""
        return self._cluster.url

    def on_open(self, now_ns: int) -> Sequence[Action]:
        """Wait for the greeting."""
        self._since_ns = now_ns
        return []

    def on_sample(self, payload: bytes, recv_ns: int) -> None:
        """Nothing: the lag of every event is noted by the decoder."""

    def on_timer(self, now_ns: int) -> Sequence[Action]:
        """Take the next step, and notice what is overdue."""
        if self._verdict is not None:
            return [self._verdict]
        if self._step is _Step.SUBSCRIBING:
            return self._subscribe(now_ns)
        if self._may_log_in:
            self._may_log_in, self._since_ns = False, now_ns
            return [Send(_encode(Command("auth", self._cluster.key)))]
        if now_ns - self._since_ns > self._limits.step_s * _NS:
            return [Reconnect(f"{self._step.value} was not answered")]
        return []

    def on_close(self, code: int, reason: str) -> Reconnect | Fail:
        """Come back, unless the server has said before why that is of no use."""
        if self._verdict is not None:
            return self._verdict
        said = f"the server closed the connection ({code}{' ' + reason if reason else ''})"
        if self._last_problem:
            said = f"{self._last_problem}; {said}"
        # Closed for a policy it does not name: too slow, or one connection too many.
        return Reconnect(said, self._limits.cooldown_s if code == _POLICY else 0.0)

    def look_again(self) -> None:
        """Take note that what is wanted has changed."""
        self.subscriptions.look_again()

    def health(self, now_ns: int) -> SessionHealth:
        """Return how the session is doing, naming what stands in for what."""
        data_ns = self.decoder.last_data_ns or None
        if self._step is not _Step.SUBSCRIBING:
            return SessionHealth(FeedState.CONNECTING, f"waiting for {self._step.value}", data_ns)
        if data_ns is None and self.subscriptions.is_busy:
            return SessionHealth(FeedState.CONNECTING, "waiting for the subscription", data_ns)
        silent_ns = self._silent_for_ns(now_ns)
        if data_ns is not None and silent_ns > self._limits.silence_s * _NS:
            return SessionHealth(FeedState.STALE, f"no data for {silent_ns / _NS:.0f} s", data_ns)
        instead, lacking = self._words()
        if lacking:
            return SessionHealth(FeedState.DEGRADED, "; ".join(lacking + instead), data_ns)
        state = FeedState.LIVE if data_ns is not None else FeedState.SUBSCRIBED
        # Some stocks trade before and after the session.
        is_quiet = data_ns is None or now_ns - data_ns > self._limits.silence_s * _NS
        if is_quiet and self._cluster.is_open(now_ns) is None:
            instead.insert(0, MARKET_CLOSED)
        elif data_ns is None:
            instead.append("no data yet")
        return SessionHealth(state, "; ".join(instead), data_ns)

    def _words(self) -> tuple[list[str], list[str]]:
        served = self.subscriptions.served
        instead = [
            f"{WORDS[wanted]} are not in the plan, {WORDS[taken]} instead"
            for wanted, taken in served.items()
            if taken is not None and taken is not wanted
        ]
        lacking = [
            f"{WORDS[wanted]} are not in the plan"
            for wanted, taken in served.items()
            if taken is None
        ]
        doubtful = list(self.subscriptions.unconfirmed)
        if doubtful:
            named = ", ".join(doubtful[:_NAMED_IN_DETAIL])
            more = len(doubtful) - _NAMED_IN_DETAIL
            lacking.append(f"not confirmed: {named}{f' and {more} more' if more > 0 else ''}")
        return instead, lacking

    def _on_status(self, said: Status) -> None:
        match said.status:
            case "connected":
                if self._step is _Step.GREETING:
                    self._step, self._may_log_in = _Step.LOGIN, True
            case "auth_success":
                self._step, self._may_log_in = _Step.SUBSCRIBING, False
            case "success":
                kind, _, name = said.message.partition(": ")
                if kind.lower() == "subscribed to":
                    self.subscriptions.confirm(name.strip())
            # A refusal comes once for every symbol that was asked for.
            case _ if self._verdict is None:
                self._on_problem(said)
            case _:
                pass

    def _on_problem(self, said: Status) -> None:
        words = f"{said.message or said.status}"
        low = words.lower()
        cooldown_s = self._limits.cooldown_s
        if said.status == "auth_failed" and "websocket" in low:
            self._verdict = self._cluster.on_host_refused(words)
        elif said.status == "auth_failed":
            self._verdict = Fail(
                f"the key was refused ({words}); check MASSIVE_API_KEY or POLYGON_API_KEY"
            )
        elif said.status == "auth_timeout":
            self._verdict = Reconnect("the login came too late")
        elif said.status == "max_connections":
            self._verdict = Reconnect(
                f"another program holds the plan's connection ({words})", cooldown_s
            )
        elif said.status in {"slow_consumer", "force_disconnect"}:
            self._verdict = Reconnect(f"the server found us too slow ({words})", cooldown_s / 10)
        elif "real-time" in low or "real time" in low:
            self._verdict = self._cluster.on_host_refused(words)
        elif said.status == "error" and "not authorized" in low:
            self.subscriptions.refuse(words)
        else:
            self._last_problem = words

    def _subscribe(self, now_ns: int) -> Sequence[Action]:
        held = self.subscriptions
        if held.is_busy:
            late = now_ns - self._since_ns > self._limits.step_s * _NS
            if late and held.overdue():
                return [Reconnect(f"{self._step.value} was not answered")]
            return []
        following = held.next()
        if following is not None:
            self._since_ns = now_ns
            action, names = following
            return [Send(_encode(Command(action, ",".join(names))))]
        if not held.confirmed and all(each is None for each in held.served.values()):
            return [self._cluster.on_host_refused("none of the channels is in the plan")]
        if self._silent_for_ns(now_ns) > self._limits.silence_s * self._limits.give_up_factor * _NS:
            return [Reconnect("no data")]
        return []

    def _silent_for_ns(self, now_ns: int) -> int:
        open_since_ns = self._cluster.is_open(now_ns)
        if open_since_ns is None or not self.subscriptions.confirmed:
            return 0
        return now_ns - max(self.decoder.last_data_ns, self._since_ns, open_since_ns)
