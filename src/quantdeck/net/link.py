"""One open socket with its session: sends at a pace, obeys the session, notices death."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quantdeck.model.feed import FeedState
from quantdeck.net.session import Fail, Reconnect, Roll, Send

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.net.session import Action, Session, SessionHealth
    from quantdeck.net.ws import WebSocket
    from quantdeck.ports.clock import Clock

_NS = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a connection waits for what. All in seconds.

    Parameters
    ----------
    tick_s : float
        Between two looks at the session; also the least time between two messages sent.
    handshake_s : float
        For a socket to open.
    ping_after_s, pong_within_s : float
        Without any frame before asking for a sign of life, and for that to come.
    proven_after_s : float
        Of data before the back-off starts over.
    first_backoff_s, longest_backoff_s : float
        Bounds of the jitter of the first and of every wait.
    cooldown_s : float
        Least wait after the vendor has asked to slow down.
    overlap_s : float
        Longest time both sockets are open when one replaces the other.
    """

    tick_s: float = 0.25
    handshake_s: float = 10.0
    ping_after_s: float = 15.0
    pong_within_s: float = 10.0
    proven_after_s: float = 10.0
    first_backoff_s: float = 0.5
    longest_backoff_s: float = 60.0
    cooldown_s: float = 60.0
    overlap_s: float = 30.0


class Link:
    """One socket with its session. Made and owned by a `Connection`.

    Parameters
    ----------
    socket : WebSocket
        Open.
    session : Session
        What to say on it.
    clock : Clock
        Handed in.
    patience : Patience
        How long to wait for what.

    Attributes
    ----------
    roll : str
        Why the session wants a successor; empty while it does not.
    """

    def __init__(
        self, socket: WebSocket, session: Session, *, clock: Clock, patience: Patience
    ) -> None:
        self.socket = socket
        self.session = session
        self.roll = ""
        self._clock = clock
        self._patience = patience
        self._opened_ns = clock.monotonic_ns()
        self._outbox: deque[Send] = deque()
        self._may_send_ns = self._opened_ns
        self._data_since_ns: int | None = None
        self._frames = 0
        self._frames_at_ns = self._opened_ns
        self._pinged_ns: int | None = None
        self._obey(session.on_open(clock.now_ns()))
        self._send_one()

    @property
    def age_s(self) -> float:
        """How long it has been open, in seconds."""
        return (self._clock.monotonic_ns() - self._opened_ns) / _NS

    def attend(self) -> Reconnect | Fail | None:
        """Do what is due, and return why to give the socket up, or None."""
        verdict = self._obey(self.session.on_timer(self._clock.now_ns()))
        self._send_one()
        self.socket.show_next(self.session.on_sample)
        return verdict or self._sign_of_life()

    def health(self) -> SessionHealth:
        """Return how the session is doing."""
        return self.session.health(self._clock.now_ns())

    def proven(self, health: SessionHealth) -> bool:
        """Return whether data have come for long enough to trust the connection."""
        now_ns = self._clock.monotonic_ns()
        if health.state not in {FeedState.LIVE, FeedState.DEGRADED} or health.last_data_ns is None:
            return False
        if self._data_since_ns is None:
            self._data_since_ns = now_ns
        return now_ns - self._data_since_ns >= self._patience.proven_after_s * _NS

    def _obey(self, actions: Sequence[Action]) -> Reconnect | Fail | None:
        for action in actions:
            match action:
                case Send():
                    self._outbox.append(action)
                case Roll():
                    self.roll = action.reason
                case Reconnect() | Fail():
                    return action
        return None

    def _send_one(self) -> None:
        now_ns = self._clock.monotonic_ns()
        if self._outbox and now_ns >= self._may_send_ns:
            self._may_send_ns = now_ns + int(self._patience.tick_s * _NS)
            message = self._outbox.popleft()
            self.socket.send(message.payload, binary=message.binary)

    def _sign_of_life(self) -> Reconnect | None:
        now_ns = self._clock.monotonic_ns()
        if self.socket.frames != self._frames:
            self._frames, self._frames_at_ns, self._pinged_ns = self.socket.frames, now_ns, None
        elif self._pinged_ns is not None:
            if now_ns - self._pinged_ns > self._patience.pong_within_s * _NS:
                return Reconnect("the server no longer answers")
        elif now_ns - self._frames_at_ns > self._patience.ping_after_s * _NS:
            self.socket.ping()
            self._pinged_ns = now_ns
        return None
