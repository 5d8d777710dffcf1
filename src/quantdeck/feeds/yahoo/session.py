"""The dialogue on one socket of the streamer: say what is wanted, say it again, notice silence.

Sans-I/O: `quantdeck.net.connection` opens the socket and does what the session asks for. The streamer
confirms nothing and tells no errors; a symbol that it does not know brings nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from quantdeck.model.feed import MARKET_CLOSED, FeedState
from quantdeck.net.session import Action, Fail, Reconnect, Send, SessionHealth

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from quantdeck.feeds.yahoo.pricing import PricingDecoder

HEARTBEAT_S = 15.0
"""The whole subscription is sent again so often, as the vendor's own page does. [s]"""

_NS = 1_000_000_000
_SILENCE_S = 60.0
_GIVE_UP_FACTOR = 2.0
_CLOSED = 3
_ALWAYS_OPEN = "-USD"


class YahooSession:
    """One socket. Made anew for every socket by `YahooStream`.

    Parameters
    ----------
    url : str
        Where to connect.
    decoder : PricingDecoder
        Takes the frames.
    wanted : callable
        Returns Yahoo's symbols to be subscribed.

    Attributes
    ----------
    on_packet : callable
        Decodes one frame; see `quantdeck.net.session.Session.on_packet`.
    """

    def __init__(
        self, url: str, decoder: PricingDecoder, wanted: Callable[[], Collection[str]]
    ) -> None:
        self.on_packet = decoder.decode
        self._url, self._decoder, self._wanted = url, decoder, wanted
        self._opened_ns = 0
        self._said_ns = 0
        self._said: set[str] = set()

    def url(self) -> str:
        """Return the address of the streamer."""
        return self._url

    def on_open(self, now_ns: int) -> Sequence[Action]:
        """Say what is wanted."""
        self._opened_ns = now_ns
        return self._say(now_ns)

    def on_sample(self, payload: bytes, recv_ns: int) -> None:
        """Nothing: messages are few."""

    def on_timer(self, now_ns: int) -> Sequence[Action]:
        """Say what has changed, and everything from time to time; give up after a long silence."""
        if self._silent_ns(now_ns) > _GIVE_UP_FACTOR * _SILENCE_S * _NS:
            return [Reconnect(f"no data for {self._silent_ns(now_ns) // _NS} s")]
        is_due = now_ns - self._said_ns >= HEARTBEAT_S * _NS
        return self._say(now_ns) if is_due or set(self._wanted()) != self._said else []

    def on_close(self, code: int, reason: str) -> Reconnect | Fail:
        """Come back."""
        return Reconnect(f"the server closed the connection ({code} {reason}".rstrip() + ")")

    def health(self, now_ns: int) -> SessionHealth:
        """Return how the session is doing."""
        data_ns = self._decoder.last_data_ns or None
        silent_ns = self._silent_ns(now_ns)
        if silent_ns > _SILENCE_S * _NS:
            return SessionHealth(FeedState.STALE, f"no data for {silent_ns // _NS} s", data_ns)
        if self._decoder.last_data_ns < self._opened_ns:
            return SessionHealth(FeedState.SUBSCRIBED, "no data yet", data_ns)
        detail = MARKET_CLOSED if self._all_closed() else ""
        return SessionHealth(FeedState.LIVE, detail, data_ns)

    def _say(self, now_ns: int) -> list[Action]:
        wanted = set(self._wanted())
        gone, self._said, self._said_ns = self._said - wanted, wanted, now_ns
        said: list[Action] = []
        if gone:
            said.append(Send(msgspec.json.encode({"unsubscribe": sorted(gone)})))
        if wanted:
            said.append(Send(msgspec.json.encode({"subscribe": sorted(wanted)})))
        return said

    def _silent_ns(self, now_ns: int) -> int:
        # Silence says something only of what is traded now.
        if not self._said or not self._any_open():
            return 0
        return now_ns - max(self._decoder.last_data_ns, self._opened_ns)

    def _any_open(self) -> bool:
        hours = self._decoder.hours
        return any(
            each.endswith(_ALWAYS_OPEN) or hours.get(each, _CLOSED) != _CLOSED
            for each in self._said
        )

    def _all_closed(self) -> bool:
        hours = self._decoder.hours
        return bool(self._said) and all(hours.get(each) == _CLOSED for each in self._said)
