"""The dialogue on one socket, without the socket.

A vendor's session is told what happens and answers with what to do; `quantdeck.net.connection` does it.
So a session can be tested with scripted frames, and never waits for anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

from quantdeck.model.feed import FeedState

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Send(msgspec.Struct, frozen=True):
    """Send a message, when the pace allows.

    Parameters
    ----------
    payload : bytes
        The message.
    binary : bool
        In a binary frame instead of a text frame.
    """

    payload: bytes
    binary: bool = False


class Reconnect(msgspec.Struct, frozen=True):
    """Give this socket up and open another after the back-off.

    Parameters
    ----------
    reason : str
        Why, as the page shows it.
    cooldown_s : float
        Wait at least so long. [s]
    """

    reason: str
    cooldown_s: float = 0.0


class Roll(msgspec.Struct, frozen=True):
    """Open another socket now and close this one once the other brings data.

    Parameters
    ----------
    reason : str
        Why, as the log tells it.
    """

    reason: str


class Fail(msgspec.Struct, frozen=True):
    """Stop for good: a person has to act.

    Parameters
    ----------
    reason : str
        What to do.
    """

    reason: str


Action = Send | Reconnect | Roll | Fail


class SessionHealth(msgspec.Struct, frozen=True):
    """How a session is doing.

    Parameters
    ----------
    state : FeedState
        ``connecting`` until everything asked for is acknowledged, then ``subscribed``, ``live``,
        ``degraded`` or ``stale``.
    detail : str
        One sentence for a person; empty when there is nothing to say.
    last_data_ns : int or None
        Receipt of the last event, UTC. [ns]
    """

    state: FeedState
    detail: str = ""
    last_data_ns: int | None = None


class Session(Protocol):
    """One vendor's dialogue on one socket. Made anew for every socket; owned by its connection."""

    def url(self) -> str:
        """Return the address to connect to."""
        ...

    def on_open(self, now_ns: int) -> Sequence[Action]:
        """Answer to the connection being open."""
        ...

    @property
    def on_packet(self) -> Callable[[bytes, int], None]:
        """What takes a message and its time of receipt [ns].

        `BadMessage` is raised for what cannot be decoded; the connection counts it and goes on.
        """
        ...

    def on_sample(self, payload: bytes, recv_ns: int) -> None:
        """Look at one message among many, before `on_packet` takes it; called once a tick at most."""
        ...

    def on_timer(self, now_ns: int) -> Sequence[Action]:
        """Answer to the time; called several times a second, and at once after `on_packet` asked."""
        ...

    def on_close(self, code: int, reason: str) -> Reconnect | Fail:
        """Answer to the socket having closed; 1006 where it closed without a word."""
        ...

    def health(self, now_ns: int) -> SessionHealth:
        """Return how the session is doing."""
        ...
