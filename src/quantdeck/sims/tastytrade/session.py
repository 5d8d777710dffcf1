"""One DXLink session: set up, authorised, channels opened, kept alive; without the socket.

Source: dxFeed, "dxLink WebSocket Protocol" 1.0.2. Order is enforced: SETUP first, channels only when
authorised.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from quantdeck.sims.tastytrade.channel import FeedChannel
from quantdeck.sims.tastytrade.fault_table import TastyFault

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

    from quantdeck.sims.faultboard import FaultBoard
    from quantdeck.sims.tastytrade.channel import Source

VERSION = "1.0-1.2.3-20240912-171526"
MOST_SUBSCRIPTIONS = 25_000
KEEPALIVE_S = 60
"""What the server asks of a client, and what it promises itself. [s]"""
_KEEPALIVE_EVERY_S = 30
_AUTH_STATE_TAKES_MS = 100
_REFUSALS = 3
_CONTRACTS = frozenset({"AUTO", "TICKER", "STREAM", "HISTORY"})
_UNKNOWN = (
    b'{"type":"PROTOCOL_NOTICE","channel":0,"text":"a message no document names"}',
    b'{"type":"FEED_DATA","channel":%d,"data":["Novelty",["A",1,2]]}',
)
_GARBAGE = (
    b'{"type":"FEED_DATA","channel":%d,"data":["Quote",[".SPXW',
    b"<html><body>502 Bad Gateway</body></html>%.0d",
    b'{"type":"FEED_DATA","channel":%d,"data":["Quote",["SPX"]]}',
    b'{"type":"FEED_DATA","channel":%d,"data":{"Quote":1}}',
    b"[%d]",
)
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, Any]).decode


class DxSession:
    """What one client has said and is owed. Owned by its socket.

    Parameters
    ----------
    source : Source
        Values of events.
    may_stream : callable
        Tells whether a quote token is good.
    faults : FaultBoard
        Faults switched on.
    counts : Counter
        Counters of the server.
    now_ms : int
        When it began, by a clock that never steps back. [ms]

    Attributes
    ----------
    channels : dict of int to FeedChannel
        Those that are open.
    goodbye : tuple of int and str or None
        Close code and reason once the session is over.
    """

    def __init__(
        self,
        source: Source,
        *,
        may_stream: Callable[[object], bool],
        faults: FaultBoard,
        counts: Counter[str],
        now_ms: int,
    ) -> None:
        self.channels: dict[int, FeedChannel] = {}
        self.goodbye: tuple[int, str] | None = None
        self.opened_ms = now_ms
        self._source, self._may_stream = source, may_stream
        self._faults, self._counts = faults, counts
        self._out: list[bytes] = []
        self._is_set_up = False
        self._is_authorised = False
        self._auth_state_ms: int | None = None
        self._refused = 0
        self._heard_ms = self._said_ms = now_ms
        self._odd_turn = 0

    def on_text(self, text: str | bytes, now_ms: int) -> None:
        """Take a message of the client."""
        self._heard_ms = now_ms
        self._counts["stream_messages"] += 1
        try:
            message = _decode(text)
            kind, channel = str(message["type"]), int(message["channel"])
        except (msgspec.MsgspecError, UnicodeDecodeError, KeyError, ValueError, TypeError):
            self._error(0, "INVALID_MESSAGE", "The message cannot be parsed")
            return
        match kind:
            case "KEEPALIVE" | "ERROR":
                self._counts[kind.lower()] += 1
            case "SETUP":
                self._on_setup(message, now_ms)
            case _ if not self._is_set_up:
                self._error(0, "BAD_ACTION", "SETUP must be the first message")
            case "AUTH":
                self._on_auth(message, now_ms)
            case _ if not self._is_authorised:
                self._error(channel, "UNAUTHORIZED", "You must be authorized first")
            case "CHANNEL_REQUEST":
                self._on_request(channel, message)
            case _:
                self._on_channel(kind, channel, message, now_ms)

    def take(self, now_ms: int) -> list[bytes]:
        """Return everything that is to be sent now, in order."""
        self._timers(now_ms)
        for number, channel in self.channels.items():
            due = channel.due(now_ms)
            if due:
                self._out += [*self._oddities(number), *due]
        if not self._out and now_ms - self._said_ms >= _KEEPALIVE_EVERY_S * 1000:
            self._keep_alive(now_ms)
        if self._out:
            self._said_ms = now_ms
        out, self._out = self._out, []
        return out

    def close_channels(self) -> None:
        """Close every channel, as the server may at any time."""
        for number in list(self.channels):
            self._close_channel(number)

    @property
    def subscriptions(self) -> int:
        """How many there are in all channels."""
        return sum(channel.size for channel in self.channels.values())

    def _timers(self, now_ms: int) -> None:
        if self._auth_state_ms is not None and now_ms >= self._auth_state_ms:
            self._auth_state_ms = None
            self._say("AUTH_STATE", state="UNAUTHORIZED")
        if now_ms - self._heard_ms >= KEEPALIVE_S * 1000:
            self.goodbye = self.goodbye or (1000, "Bye")

    def _keep_alive(self, now_ms: int) -> None:
        self._said_ms = now_ms
        if self._is_set_up and not self._faults.has(TastyFault.NO_KEEPALIVE):
            self._say("KEEPALIVE")

    def _on_setup(self, message: dict[str, Any], now_ms: int) -> None:
        if self._faults.has(TastyFault.SETUP_SILENT):
            self._counts[TastyFault.SETUP_SILENT] += 1
            return
        if not str(message.get("version", "")).startswith("0.1"):
            self._error(0, "UNSUPPORTED_PROTOCOL", "Only protocol version 0.1 is supported")
            self.goodbye = (1000, "")
            return
        again, self._is_set_up = self._is_set_up, True
        self._say(
            "SETUP",
            keepaliveTimeout=KEEPALIVE_S,
            acceptKeepaliveTimeout=KEEPALIVE_S,
            version=VERSION,
        )
        if not again:
            slow = self._faults.has(TastyFault.AUTH_EARLY_REFUSED)
            self._auth_state_ms = now_ms + (_AUTH_STATE_TAKES_MS if slow else 0)
            if not slow:
                self._timers(now_ms)

    def _on_auth(self, message: dict[str, Any], now_ms: int) -> None:
        if self._auth_state_ms is not None and now_ms < self._auth_state_ms:
            self._counts[TastyFault.AUTH_EARLY_REFUSED] += 1
            self._error(0, "UNAUTHORIZED", "Session not found: api")
            self.goodbye = (1000, "")
            return
        if self._may_stream(message.get("token")):
            self._is_authorised = True
            self._say("AUTH_STATE", state="AUTHORIZED", userId="U0000000001")
            return
        self._counts["auth_refused"] += 1
        self._refused += 1
        self._is_authorised = False
        self._say("AUTH_STATE", state="UNAUTHORIZED")
        if self._refused >= _REFUSALS:
            self._error(0, "UNAUTHORIZED", "Too many attempts")
            self.goodbye = (1000, "")

    def _on_request(self, number: int, message: dict[str, Any]) -> None:
        parameters: dict[str, Any] = message.get("parameters") or {}
        contract = parameters.get("contract", "AUTO")
        if number <= 0 or number % 2 == 0:
            self._error(0, "BAD_ACTION", "Channels of a client have odd numbers")
        elif number in self.channels:
            self._error(number, "BAD_ACTION", "The channel is open already")
        elif message.get("service") != "FEED" or contract not in _CONTRACTS:
            self._error(number, "BAD_ACTION", "There is no such service")
            self._say("CHANNEL_CLOSED", number)
        else:
            self.channels[number] = FeedChannel(
                number, contract, source=self._source, faults=self._faults
            )
            told = {"contract": contract, "subFormat": "LIST"}
            self._say("CHANNEL_OPENED", number, service="FEED", parameters=told)

    def _on_channel(self, kind: str, number: int, message: dict[str, Any], now_ms: int) -> None:
        channel = self.channels.get(number)
        if channel is None:
            self._error(number, "BAD_ACTION", "The channel is not open")
        elif kind == "CHANNEL_CANCEL":
            self._close_channel(number)
        elif kind == "FEED_SETUP":
            channel.set_up(message, now_ms)
        elif kind == "FEED_SUBSCRIPTION":
            self._on_subscription(channel, message)
        else:
            self._error(number, "INVALID_MESSAGE", f"{kind} is not known")

    def _on_subscription(self, channel: FeedChannel, message: dict[str, Any]) -> None:
        self._counts["subscription_messages"] += 1
        if message.get("reset") is True:
            channel.unsubscribe(None)
        channel.unsubscribe(message.get("remove") or [])
        cap = self._faults.get(TastyFault.CAP)
        most = MOST_SUBSCRIPTIONS if cap is None else int(cap.value or 0)
        refused = channel.subscribe(message.get("add") or [], most - self.subscriptions)
        if refused:
            self._counts["refused_subscriptions"] += refused
            self._error(channel.number, "BAD_ACTION", "Your subscription size is too big")

    def _close_channel(self, number: int) -> None:
        del self.channels[number]
        self._say("CHANNEL_CLOSED", number)

    def _oddities(self, number: int) -> list[bytes]:
        odd: list[bytes] = []
        if self._faults.has(TastyFault.UNKNOWN_EVENTS):
            odd += [_UNKNOWN[0], _UNKNOWN[1] % number]
        garbage = self._faults.get(TastyFault.GARBAGE)
        if garbage is not None:
            self._odd_turn += 1
            if self._odd_turn % max(1, round(1 / (garbage.value or 1.0))) == 0:
                odd.append(_GARBAGE[self._odd_turn % len(_GARBAGE)] % number)
                self._counts[TastyFault.GARBAGE] += 1
        return odd

    def _say(self, kind: str, channel: int = 0, **more: object) -> None:
        self._out.append(_encode({"type": kind, "channel": channel, **more}))

    def _error(self, channel: int, error: str, message: str) -> None:
        self._counts["errors"] += 1
        self._say("ERROR", channel, error=error, message=message)
