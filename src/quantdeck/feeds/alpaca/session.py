"""The dialogue on one Alpaca stream socket: log in, subscribe in portions, verify, notice silence.

Sans-I/O: `quantdeck.net.connection` opens the socket and does what the session asks for. Every step
waits for the server's answer to the one before. The answer to a subscription is the whole set that is
subscribed now, so each portion is checked against it.

Source: Alpaca, "WebSocket Stream"; timings of the vendor's Go client.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import msgspec

from quantdeck.feeds.alpaca.decode import Decoder
from quantdeck.feeds.alpaca.portions import Portions
from quantdeck.feeds.alpaca.refusals import Remedy, refusal_of
from quantdeck.feeds.alpaca.wire import Authenticate, Problem, Success
from quantdeck.model.feed import FeedState
from quantdeck.net.session import Action, Fail, Reconnect, Send, SessionHealth

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from quantdeck.feeds.alpaca.conflate import Conflator
    from quantdeck.feeds.alpaca.numbers import Numbers
    from quantdeck.feeds.alpaca.wire import Control
    from quantdeck.model.instruments import InstrumentTable
    from quantdeck.ports.feed import EventSink

NO_DATA_CLOSED = "no data yet; the market is closed"
_NS = 1_000_000_000
_NAMED_IN_DETAIL = 3
_encode = msgspec.msgpack.Encoder().encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long a session waits for what. All in seconds.

    Parameters
    ----------
    step_s : float
        For the answer to each step of the handshake and to each subscription.
    silence_s : float
        Without data while the market is open and at least `broad` symbols are subscribed.
    sparse_silence_s : float
        The same with fewer symbols.
    broad : int
        From so many symbols on something is quoted all the time.
    give_up_factor : float
        The socket is replaced after so many times the silence that makes it stale.
    turn_step_s : float
        The n-th login that is refused because of another connection is followed by the next after
        n times as long.
    turns : int
        How many logins are tried before the connection is given back for a while.
    cooldown_s : float
        Least wait after the vendor has turned the client away.
    conflate_s : float
        How long only the newest quotes are taken after the server found us too slow.
    """

    step_s: float = 5.0
    silence_s: float = 30.0
    sparse_silence_s: float = 300.0
    broad: int = 50
    give_up_factor: float = 2.0
    turn_step_s: float = 0.5
    turns: int = 10
    cooldown_s: float = 60.0
    conflate_s: float = 60.0


class _Step(Enum):
    GREETING = "the greeting"
    LOGIN = "the login"
    SUBSCRIBING = "the subscription"


class AlpacaSession:
    """One socket of one stream. Made anew for every socket by `AlpacaStream`.

    Parameters
    ----------
    url : str
        Where to connect.
    key, secret : str
        The credentials.
    sink : EventSink
        Where executions go.
    instruments : InstrumentTable
        Ids of canonical symbols.
    venue : str
        Venue part of the stream's symbols.
    numbers : Numbers
        Numbers of events, which go on after a reconnect.
    conflator : Conflator
        Takes the quotes.
    wanted : callable
        Returns the vendor's symbols to be subscribed, best first; asked again after `look_again`.
    is_open : callable
        Tells since when the market has been open [ns], or None while it is closed or not known to
        be open.
    on_confirmed : callable
        Takes the symbols of a portion that is subscribed now.
    on_cap : callable
        Takes the count of symbols that the plan turned out to allow.
    limits : Limits
        How long to wait for what.

    Attributes
    ----------
    on_packet : callable
        Decodes one frame; see `quantdeck.net.session.Session.on_packet`.
    """

    def __init__(  # noqa: PLR0913 - the seams it is built from
        self,
        url: str,
        *,
        key: str,
        secret: str,
        sink: EventSink,
        instruments: InstrumentTable,
        venue: str,
        numbers: Numbers,
        conflator: Conflator,
        wanted: Callable[[], Collection[str]],
        is_open: Callable[[int], int | None],
        on_confirmed: Callable[[Sequence[str]], None],
        on_cap: Callable[[int], None],
        limits: Limits | None = None,
    ) -> None:
        conflator.forget()
        self.decoder = Decoder(
            sink,
            instruments,
            venue=venue,
            numbers=numbers,
            conflator=conflator,
            on_control=self._on_control,
        )
        self.on_packet = self.decoder.decode
        self._conflator = conflator
        self._url = url
        self._login = _encode(Authenticate(key, secret))
        self._is_open = is_open
        self._on_confirmed = on_confirmed
        self._portions = Portions(wanted, on_cap=on_cap)
        self._limits = limits or Limits()
        self._step = _Step.GREETING
        self._since_ns = 0
        self._turn = 0
        self._turn_refused = False
        self._may_log_in = False
        self._verdict: Reconnect | Fail | None = None
        self._last_problem = ""

    def url(self) -> str:
        """Return the address of the stream."""
        return self._url

    def on_open(self, now_ns: int) -> Sequence[Action]:
        """Wait for the greeting."""
        self._since_ns = now_ns
        return []

    def on_sample(self, payload: bytes, recv_ns: int) -> None:
        """Nothing: the lag of every frame is noted by the conflator."""

    def on_timer(self, now_ns: int) -> Sequence[Action]:
        """Take the next step, and notice what is overdue."""
        if self._verdict is not None:
            return [self._verdict]
        if self._step is _Step.SUBSCRIBING:
            return self._subscribe(now_ns)
        if self._may_log_in:
            return self._log_in(now_ns)
        return self._overdue(now_ns)

    def on_close(self, code: int, reason: str) -> Reconnect | Fail:
        """Come back, unless the server has said before why that is of no use."""
        if self._verdict is not None:
            return self._verdict
        if self._turn:
            return Reconnect(refusal_of(406).said, self._limits.cooldown_s)
        said = f"the server closed the connection ({code}{' ' + reason if reason else ''})"
        return Reconnect(f"{self._last_problem}; {said}" if self._last_problem else said)

    def look_again(self) -> None:
        """Take note that what is wanted has changed."""
        self._portions.look_again()

    def health(self, now_ns: int) -> SessionHealth:
        """Return how the session is doing, naming symbols that were refused."""
        data_ns = self.decoder.last_data_ns or None
        if self._step is not _Step.SUBSCRIBING:
            waiting = f"waiting for {self._step.value}"
            said = f"{refusal_of(406).said} (attempt {self._turn})" if self._turn else waiting
            return SessionHealth(FeedState.CONNECTING, said, data_ns)
        if self._portions.is_busy and data_ns is None:
            return SessionHealth(FeedState.CONNECTING, "waiting for the subscription", data_ns)
        silent_ns = self._silent_for_ns(now_ns)
        if data_ns is not None and silent_ns > self._stale_after_ns():
            said = f"no data for {silent_ns / _NS:.0f} s"
            return SessionHealth(FeedState.STALE, said, data_ns)
        if trouble := self._trouble():
            return SessionHealth(FeedState.DEGRADED, trouble, data_ns)
        if data_ns is None:
            closed = self._is_open(now_ns) is None
            said = NO_DATA_CLOSED if closed else "no data yet"
            return SessionHealth(FeedState.SUBSCRIBED, said, data_ns)
        return SessionHealth(FeedState.LIVE, "", data_ns)

    @property
    def subscribed(self) -> int:
        """Count of symbols that the server says are subscribed."""
        return len(self._portions.confirmed)

    @property
    def clock_skew_ns(self) -> int | None:
        """Least receipt minus the venue's time; None without data."""
        return self._conflator.usual_lag_ns

    def _on_control(self, said: Control) -> None:
        match said:
            case Success():
                self._on_success(said.msg)
            case Problem():
                self._on_problem(said)
            case _:
                self._portions.confirm(said.quotes or ())
                if fresh := self._portions.take_confirmed():
                    self.decoder.expect(fresh)
                    self._on_confirmed(fresh)

    def _on_success(self, message: str) -> None:
        if message == "connected" and self._step is _Step.GREETING:
            self._step, self._may_log_in = _Step.LOGIN, True
        elif message == "authenticated":
            self._step, self._may_log_in, self._turn = _Step.SUBSCRIBING, False, 0

    def _on_problem(self, problem: Problem) -> None:
        refusal = refusal_of(problem.code)
        said = f"{refusal.said} ({problem.code} {problem.msg})".replace(" )", ")")
        self._last_problem = said
        match refusal.remedy:
            case Remedy.STOP:
                self._verdict = Fail(said)
            case Remedy.RECONNECT:
                self._verdict = Reconnect(said)
            case Remedy.CONFLATE:
                self._verdict = Reconnect(said, self._limits.cooldown_s / 10)
                self._conflator.insist(self._limits.conflate_s)
            case Remedy.WAIT_FOR_TURN:
                self._turn += 1
                self._turn_refused = True
            case Remedy.SPLIT | Remedy.SHRINK | Remedy.LEAVE_OUT:
                self._portions.refuse(refusal.remedy, said)
            case Remedy.PASS_OVER:
                self._last_problem = ""

    def _log_in(self, now_ns: int) -> Sequence[Action]:
        self._may_log_in, self._turn_refused, self._since_ns = False, False, now_ns
        return [Send(self._login, binary=True)]

    def _overdue(self, now_ns: int) -> Sequence[Action]:
        waited_ns = now_ns - self._since_ns
        if self._turn_refused:
            if self._turn > self._limits.turns:
                return [Reconnect(refusal_of(406).said, self._limits.cooldown_s)]
            due = waited_ns >= self._limits.turn_step_s * self._turn * _NS
            return self._log_in(now_ns) if due else []
        if waited_ns > self._limits.step_s * _NS:
            return [Reconnect(f"{self._step.value} was not answered")]
        return []

    def _subscribe(self, now_ns: int) -> Sequence[Action]:
        portion = self._portions
        if portion.is_busy:
            if now_ns - self._since_ns > self._limits.step_s * _NS:
                return [Reconnect(f"{self._step.value} was not answered")]
            return []
        if request := portion.next():
            self._since_ns = now_ns
            return [Send(_encode(request), binary=True)]
        if self._silent_for_ns(now_ns) > self._stale_after_ns() * self._limits.give_up_factor:
            return [Reconnect("no data")]
        return []

    def _trouble(self) -> str:
        refused = self._portions.refused
        if not refused:
            return ""
        named = [f"{name}: {why}" for name, why in list(refused.items())[:_NAMED_IN_DETAIL]]
        more = len(refused) - len(named)
        return "refused " + "; ".join(named) + (f"; {more} more" if more > 0 else "")

    def _stale_after_ns(self) -> float:
        broad = self.subscribed >= self._limits.broad
        return (self._limits.silence_s if broad else self._limits.sparse_silence_s) * _NS

    def _silent_for_ns(self, now_ns: int) -> int:
        open_since_ns = self._is_open(now_ns)
        if open_since_ns is None or not self.subscribed:
            return 0
        return now_ns - max(self.decoder.last_data_ns, self._since_ns, open_since_ns)
