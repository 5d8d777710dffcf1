"""The dialogue on a socket of Alpaca's news: log in, subscribe, hand articles on. Sans-I/O.

Source: Alpaca, "WebSocket Stream" and "Real-time News".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import Raw, Struct
from msgspec.msgpack import Ext

from quantdeck.feeds.alpaca.decode import SOURCE
from quantdeck.feeds.alpaca.refusals import Remedy, refusal_of
from quantdeck.feeds.alpaca.wire import Authenticate, Problem, Success, Tagged, timestamp_ns
from quantdeck.model.errors import BadMessage
from quantdeck.model.feed import FeedState
from quantdeck.net.session import Action, Fail, Reconnect, Send, SessionHealth

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_NS = 1_000_000_000
_STEP_NS = 5 * _NS
_COOLDOWN_S = 60.0
_encode = msgspec.msgpack.Encoder().encode
_pieces = msgspec.msgpack.Decoder(list[Raw]).decode
_tagged = msgspec.msgpack.Decoder(Tagged).decode
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class NewsItem(Struct, frozen=True, tag_field="T", tag="n"):
    """One article, new or updated."""

    id: int
    headline: str
    created_at: Ext
    updated_at: Ext | None = None
    symbols: list[str] = []
    source: str = ""
    summary: str = ""
    url: str | None = None

    def times_ns(self) -> tuple[int, int]:
        """Return when it was created and when updated, UTC. [ns].

        Raises
        ------
        msgspec.ValidationError
            If that is no time.
        """
        created_ns = timestamp_ns(bytes(self.created_at.data))
        changed = self.updated_at
        return created_ns, timestamp_ns(bytes(changed.data)) if changed else created_ns


class _Subscribed(Struct, frozen=True, tag_field="T", tag="subscription"):
    news: list[str] | None = None


class _Request(Struct, frozen=True):
    news: tuple[str, ...]
    action: str = "subscribe"


_Item = NewsItem | Success | Problem | _Subscribed
_item = msgspec.msgpack.Decoder(_Item).decode
_TAGS = {"n", "success", "error", "subscription"}


class NewsSession:
    """One socket. Made anew for every socket by `quantdeck.feeds.alpaca.news.AlpacaNews`.

    Parameters
    ----------
    url : str
        Where to connect.
    key, secret : str
        The credentials.
    symbols : tuple of str
        The vendor's symbols; all where empty.
    on_item : callable
        Takes every article.
    on_confirmed : callable
        Called once articles may come.
    """

    def __init__(
        self,
        url: str,
        *,
        key: str,
        secret: str,
        symbols: tuple[str, ...],
        on_item: Callable[[NewsItem], None],
        on_confirmed: Callable[[], None],
    ) -> None:
        self._url = url
        self._login = _encode(Authenticate(key, secret))
        self._wish = _encode(_Request(symbols or ("*",)))
        self._on_item = on_item
        self._on_confirmed = on_confirmed
        self._to_send: list[Action] = []
        self._since_ns = 0
        self._last_data_ns: int | None = None
        self._is_confirmed = False

    def url(self) -> str:
        """Return the address of the stream."""
        return self._url

    def on_open(self, now_ns: int) -> Sequence[Action]:
        """Wait for the greeting."""
        self._since_ns = now_ns
        return []

    def on_packet(self, payload: bytes, recv_ns: int) -> None:
        """Take one frame; what can be read of it goes on.

        Raises
        ------
        BadMessage
            If something in it cannot be read.
        """
        failed: Exception | None = None
        try:
            pieces = _pieces(payload)
        except _UNREADABLE as error:
            raise BadMessage(SOURCE, str(error), bytes(payload)) from None
        for piece in pieces:
            try:
                if _tagged(piece).T in _TAGS:
                    self._take(_item(piece), recv_ns)
            except _UNREADABLE as error:
                failed = error
        if failed is not None:
            raise BadMessage(SOURCE, str(failed), bytes(payload))

    def on_sample(self, payload: bytes, recv_ns: int) -> None:
        """Nothing: news are few."""

    def on_timer(self, now_ns: int) -> Sequence[Action]:
        """Send what is due, and notice an answer that is overdue."""
        due, self._to_send = self._to_send, []
        if due:
            self._since_ns = now_ns
        elif not self._is_confirmed and now_ns - self._since_ns > _STEP_NS:
            return [Reconnect("the news server does not answer")]
        return due

    def on_close(self, code: int, reason: str) -> Reconnect | Fail:
        """Come back, unless the server has said before why that is of no use."""
        for action in self._to_send:
            if isinstance(action, Reconnect | Fail):
                return action
        return Reconnect(
            f"the server closed the connection ({code}{' ' + reason if reason else ''})"
        )

    def health(self, now_ns: int) -> SessionHealth:  # noqa: ARG002 - the port hands it in
        """Return how the session is doing; no news is no fault."""
        state = FeedState.LIVE if self._is_confirmed else FeedState.CONNECTING
        return SessionHealth(state, "", self._last_data_ns)

    def _take(self, item: _Item, recv_ns: int) -> None:
        match item:
            case NewsItem():
                item.times_ns()
                self._last_data_ns = recv_ns
                self._on_item(item)
            case Success(msg="connected"):
                self._to_send.append(Send(self._login, binary=True))
            case Success(msg="authenticated"):
                self._to_send.append(Send(self._wish, binary=True))
            case Problem():
                self._to_send.append(_verdict(item))
            case _Subscribed():
                self._is_confirmed = True
                self._on_confirmed()
            case _:
                pass


def _verdict(problem: Problem) -> Action:
    refusal = refusal_of(problem.code)
    said = f"{refusal.said} ({problem.code} {problem.msg})"
    if refusal.remedy in {Remedy.STOP, Remedy.LEAVE_OUT, Remedy.SPLIT}:
        return Fail(said)
    return Reconnect(said, _COOLDOWN_S if refusal.remedy is Remedy.WAIT_FOR_TURN else 0.0)
