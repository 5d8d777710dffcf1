"""The dialogue on one DXLink socket: set up, log in, open a channel, subscribe, stay alive.

Sans-I/O: `quantdeck.net.connection` opens the socket and does what the session asks for. Every step
waits for the server's answer to the one before, except that rows may be configured at any time. Liveness
is any frame of the server, for what nobody trades may be silent for hours. Of every subscription the
present value comes at once, so what the server refuses for want of room is known by its silence.

Source: dxFeed, "dxLink WebSocket Protocol" 1.0.2; the vendor's own client sends subscriptions in chunks
of 8 KiB.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from quantdeck.feeds.tastytrade.decode import Decoder
from quantdeck.feeds.tastytrade.events import EventDecoder, EventWatch
from quantdeck.feeds.tastytrade.wire import (
    ASKED_FIELDS,
    WATCHED_FIELDS,
    AuthRequest,
    AuthState,
    ChannelClosed,
    ChannelOpened,
    ChannelRequest,
    Error,
    FeedSetupRequest,
    Item,
    KeepaliveRequest,
    Setup,
    SetupRequest,
    SubscriptionRequest,
    encode,
)
from quantdeck.model.feed import FeedState
from quantdeck.net.session import Action, Fail, Reconnect, Send, SessionHealth

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from quantdeck.feeds.tastytrade.numbers import Numbers
    from quantdeck.feeds.tastytrade.wire import Control
    from quantdeck.ports.feed import EventSink

_NS = 1_000_000_000
_CHANNEL = 1
_CHUNK_BYTES = 8_000
_ITEM_BYTES = 24
_WORTH_A_MESSAGE = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long a session waits for what. All in seconds but the counts.

    Parameters
    ----------
    step_s : float
        For the answer to each step of the handshake.
    keepalive_s : float
        After so long a sign of life is sent.
    watchdog_s : float
        Without any frame the socket is given up.
    stale_s : float
        Without data, where many symbols are subscribed, before it is said.
    broad : int
        So many symbols are many: one of them is always quoted while the market is open.
    settle_s : float
        After a refusal for want of room, before what stays silent counts as refused.
    changes_per_minute : int
        Subscriptions that may be added or removed.
    """

    step_s: float = 5.0
    keepalive_s: float = 25.0
    watchdog_s: float = 60.0
    stale_s: float = 30.0
    broad: int = 50
    settle_s: float = 3.0
    changes_per_minute: int = 10_000


class Wanted:
    """What a connection should bring; changed by its feed, looked at by its sessions.

    Attributes
    ----------
    names : dict of str to int
        Ids by the vendor's name in the stream; the decoder looks names up here.
    items : dict of Item to None
        Subscriptions, best first.
    left_out : dict of str to None
        Names that the server had no room for.
    revision : int
        Changes with `items`.
    """

    def __init__(self) -> None:
        self.names: dict[str, int] = {}
        self.items: dict[Item, None] = {}
        self.left_out: dict[str, None] = {}
        self.revision = 0

    def set(self, names: Mapping[str, int], items: Iterable[Item]) -> None:
        """Replace what is wanted."""
        self.names.clear()
        self.names.update(names)
        self.items = dict.fromkeys(items)
        self.left_out = {}
        self.revision += 1

    def leave_out(self, names: Iterable[str]) -> None:
        """Give up on names that the server has no room for, until something else is wanted."""
        self.left_out.update(dict.fromkeys(names))
        self.items = {item: None for item in self.items if item.symbol not in self.left_out}
        self.revision += 1


class _Step(Enum):
    SETUP = "SETUP"
    AUTH_STATE = "AUTH_STATE"
    AUTH = "AUTH"
    CHANNEL = "CHANNEL_REQUEST"
    OPEN = ""


class DxSession:
    """One socket. Made anew for every socket by a `DxConnection`.

    Parameters
    ----------
    url, token : str
        Where to connect, and the quote token.
    sink : EventSink or EventWatch
        Where events go; the latter takes those of every type, as they are told.
    wanted : Wanted
        What it should bring.
    numbers : Numbers
        Numbers of events.
    aggregation_s : float
        How often the server tells a symbol at most. [s]
    is_closed : callable
        Whether the market is known to be closed.
    on_refused : callable
        Called when the server refuses the quote token.
    on_day : callable or None
        See `Decoder`.
    limits : Limits
        How long to wait for what.

    Attributes
    ----------
    decoder : Decoder or EventDecoder
        Of the socket's frames.
    on_packet : callable
        Decodes one message; see `quantdeck.net.session.Session.on_packet`.
    """

    def __init__(  # noqa: PLR0913 - the seams it is built from
        self,
        url: str,
        token: str,
        *,
        sink: EventSink | EventWatch,
        wanted: Wanted,
        numbers: Numbers,
        aggregation_s: float,
        is_closed: Callable[[], bool],
        on_refused: Callable[[], None],
        limits: Limits,
        on_day: Callable[[int, float, float], None] | None = None,
    ) -> None:
        self.decoder: Decoder | EventDecoder
        if isinstance(sink, EventWatch):
            self._fields = WATCHED_FIELDS
            self.decoder = EventDecoder(sink, wanted.names, on_control=self._on_control)
        else:
            self._fields = ASKED_FIELDS
            self.decoder = Decoder(
                sink, wanted.names, numbers, on_control=self._on_control, on_day=on_day
            )
        self._url, self._token = url, token
        self._wanted, self._limits = wanted, limits
        self._aggregation_s = aggregation_s
        self._is_closed, self._on_refused = is_closed, on_refused
        self._step = _Step.SETUP
        self._is_due = False
        self._verdict: Reconnect | Fail | None = None
        self._asked: dict[Item, int] = {}
        self._seen_revision = self._named_revision = -1
        self._backlog: list[tuple[bool, Item]] = []
        self._allowance = float(limits.changes_per_minute)
        self._refused_ns: int | None = None
        self._now_ns = self._step_ns = self._sent_ns = self._heard_ns = self._open_ns = 0
        self._problem = ""

    def url(self) -> str:
        """Return the address that came with the quote token."""
        return self._url

    def on_packet(self, payload: bytes, recv_ns: int) -> None:
        """Decode a message."""
        self._heard_ns = recv_ns
        if self._named_revision != self._wanted.revision:
            self._named_revision = self._wanted.revision
            self.decoder.forget()
        self.decoder.decode(payload, recv_ns)

    def on_open(self, now_ns: int) -> Sequence[Action]:
        """Say who we are."""
        self._now_ns = self._step_ns = self._sent_ns = self._heard_ns = self._open_ns = now_ns
        return [Send(encode(SetupRequest()))]

    def on_sample(self, payload: bytes, recv_ns: int) -> None:
        """Look at nothing: the vendor's clock is not told."""

    def on_timer(self, now_ns: int) -> Sequence[Action]:
        """Take the next step, change subscriptions, stay alive, notice what is overdue."""
        self._allowance = min(
            self._allowance + (now_ns - self._now_ns) / _NS * self._limits.changes_per_minute / 60,
            float(self._limits.changes_per_minute),
        )
        self._now_ns = now_ns
        if self._verdict is not None:
            return [self._verdict]
        if now_ns - self._heard_ns > self._limits.watchdog_s * _NS:
            return [Reconnect(f"nothing was received for {self._limits.watchdog_s:.0f} s")]
        overdue = now_ns - self._step_ns > self._limits.step_s * _NS
        if self._step is not _Step.OPEN and not self._is_due and overdue:
            return [Reconnect(f"{self._step.value} was not answered{self._because()}")]
        actions = self._steps() or self._changes()
        if not actions and now_ns - self._sent_ns > self._limits.keepalive_s * _NS:
            actions = [Send(encode(KeepaliveRequest()))]
        if actions:
            self._sent_ns = now_ns
        return actions

    def on_close(self, code: int, reason: str) -> Reconnect | Fail:
        """Come back."""
        said = f"the server closed the connection ({code}{' ' + reason if reason else ''})"
        return self._verdict or Reconnect(said + self._because())

    def health(self, now_ns: int) -> SessionHealth:
        """Return how the session is doing, with what is left out and what is silent."""
        data_ns = self.decoder.last_data_ns
        if self._step is not _Step.OPEN:
            return SessionHealth(FeedState.CONNECTING, f"waiting for {self._step.value}", data_ns)
        silent_s = (now_ns - max(data_ns or 0, self._open_ns)) / _NS
        if silent_s > self._limits.stale_s and self._wanted.items:
            if self._is_closed():
                return SessionHealth(FeedState.SUBSCRIBED, "the market is closed", data_ns)
            if data_ns is None or len(self._wanted.items) >= self._limits.broad:
                said = f"no data for {silent_s:.0f} s"
                return SessionHealth(FeedState.STALE, said, data_ns)
        if trouble := self._trouble():
            return SessionHealth(FeedState.DEGRADED, trouble, data_ns)
        if data_ns is None:
            return SessionHealth(FeedState.SUBSCRIBED, "no data yet", data_ns)
        return SessionHealth(FeedState.LIVE, "", data_ns)

    @property
    def is_complete(self) -> bool:
        """Whether everything wanted has been asked for."""
        is_asked = self._seen_revision == self._wanted.revision and not self._backlog
        return self._step is _Step.OPEN and is_asked and self._refused_ns is None

    def _trouble(self) -> str:
        said: list[str] = []
        if self._wanted.left_out:
            asked = len(self._wanted.items)
            said.append(
                f"{len(self._wanted.left_out):,} symbols are left out: the server takes no more "
                f"than the {asked:,} subscriptions it has"
            )
        elif self._problem:
            said.append(self._problem)
        if self._backlog:
            said.append(f"{len(self._backlog):,} subscriptions wait for their turn")
        return "; ".join(said)

    def _because(self) -> str:
        return f": {self._problem}" if self._problem else ""

    def _steps(self) -> list[Action]:
        if not self._is_due:
            return []
        self._is_due = False
        self._step_ns = self._now_ns
        match self._step:
            case _Step.AUTH:
                return [Send(encode(AuthRequest(self._token)))]
            case _Step.CHANNEL:
                return [Send(encode(ChannelRequest(_CHANNEL)))]
            case _Step.OPEN:
                self._open_ns = self._now_ns
                setup = FeedSetupRequest(
                    _CHANNEL, self._aggregation_s, accept_event_fields=self._fields
                )
                return [Send(encode(setup))]
            case _:
                return []

    def _advance(self, step: _Step) -> None:
        self._step, self._is_due = step, True

    def _on_control(self, message: Control) -> None:
        match message:
            case Setup() if self._step is _Step.SETUP:
                self._advance(_Step.AUTH_STATE)
            case AuthState(state="UNAUTHORIZED"):
                self._on_unauthorized()
            case AuthState(state="AUTHORIZED") if self._step is _Step.AUTH:
                self._advance(_Step.CHANNEL)
            case ChannelOpened(channel=1) if self._step is _Step.CHANNEL:
                self._advance(_Step.OPEN)
            case ChannelClosed(channel=1):
                self._verdict = self._verdict or Reconnect("the server closed the channel")
            case Error():
                self._on_error(message)
            case _:
                pass

    def _on_unauthorized(self) -> None:
        if self._step in (_Step.SETUP, _Step.AUTH_STATE):
            self._advance(_Step.AUTH)
        elif not (self._step is _Step.AUTH and self._is_due):
            self._on_refused()
            self._verdict = Reconnect("the quote token was refused")

    def _on_error(self, error: Error) -> None:
        self._problem = f"the server says {error.error}: {error.message}"
        is_about_room = error.error == "BAD_ACTION" and "subscription" in error.message.lower()
        if is_about_room and self._asked:
            self._refused_ns = self._now_ns
        elif error.error == "UNAUTHORIZED":
            self._on_refused()
            self._verdict = Reconnect(self._problem)
        elif error.error == "UNSUPPORTED_PROTOCOL":
            self._verdict = Fail(f"{self._problem}; a newer version of quantdeck is needed")

    def _changes(self) -> list[Action]:
        if self._step is not _Step.OPEN:
            return []
        if self._refused_ns is not None:
            return self._shrunk()
        if self._seen_revision != self._wanted.revision:
            self._seen_revision = self._wanted.revision
            wanted, queued = self._wanted.items, set(self._asked)
            gone = [(False, item) for item in self._asked if item not in wanted]
            self._backlog = gone + [(True, item) for item in wanted if item not in queued]
        return self._chunk()

    def _chunk(self) -> list[Action]:
        # Small change is saved up until it is worth a message.
        if self._allowance < min(len(self._backlog), _WORTH_A_MESSAGE):
            return []
        add: list[Item] = []
        remove: list[Item] = []
        size = taken = 0
        for is_new, item in self._backlog:
            size += len(item.type) + len(item.symbol) + _ITEM_BYTES
            if size > _CHUNK_BYTES or taken + 1 > self._allowance:
                break
            taken += 1
            if is_new:
                add.append(item)
                self._asked[item] = self._now_ns
            else:
                remove.append(item)
                self._asked.pop(item, None)
        if not taken:
            return []
        del self._backlog[:taken]
        self._allowance -= taken
        return [Send(encode(SubscriptionRequest(_CHANNEL, add, remove)))]

    # What has been refused has brought nothing; the rest has, at once.
    def _shrunk(self) -> list[Action]:
        if self._now_ns - (self._refused_ns or 0) < self._limits.settle_s * _NS:
            return []
        heard = self.decoder.heard
        silent = {item.symbol for item in self._asked if item.symbol not in heard}
        silent |= {item.symbol for is_new, item in self._backlog if is_new} - heard
        self._refused_ns = None
        self._wanted.leave_out(name for name in self._wanted.names if name in silent)
        return []
