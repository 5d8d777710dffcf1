"""One stream connection: who is there, what it has subscribed to, what it is sent; without the socket.

Messages, order and error codes: Alpaca market data documentation, "WebSocket Stream".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from quantdeck.sims.alpaca.channels import STAR
from quantdeck.sims.alpaca.fault_table import AlpacaFault
from quantdeck.sims.alpaca.shaping import Shaper

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

    from quantdeck.sims.alpaca.channels import Endpoint, Item
    from quantdeck.sims.alpaca.codec import Codec, Message
    from quantdeck.sims.alpaca.venue import Venue

AUTH_WITHIN_MS = 10_000
MESSAGES = {
    400: "invalid syntax",
    401: "not authenticated",
    402: "auth failed",
    403: "already authenticated",
    404: "auth timeout",
    405: "symbol limit exceeded",
    406: "connection limit exceeded",
    407: "slow client",
    409: "insufficient subscription",
    410: "invalid subscribe action for this feed",
    412: "msgpack only",
    413: "star is not allowed for quotes",
    500: "internal error",
}
"""Codes of errors and the vendor's words."""

_MOST_ITEMS = 100
_SYMBOL = re.compile(r"[A-Z0-9./]{1,21}")
_OPTION = "quotes"


class StreamSession:
    """What one client has said and is owed. Owned by its socket.

    Parameters
    ----------
    endpoint : Endpoint
        What it is connected to.
    codec : Codec
        How it is spoken to.
    venue : Venue
        Plan, faults and the time of the market.
    is_known : callable
        Tells whether a key and a secret are good.
    is_taken : callable
        Tells whether another connection of the endpoint has authenticated.
    counts : Counter
        Counters of the server.
    now_ms : int
        When it began, by a clock that never steps back. [ms]

    Attributes
    ----------
    is_authenticated : bool
        Whether it may subscribe.
    goodbye : tuple of int and str or None
        Close code and reason once the session is over.
    """

    def __init__(  # noqa: PLR0913
        self,
        endpoint: Endpoint,
        codec: Codec,
        venue: Venue,
        *,
        is_known: Callable[[object, object], bool],
        is_taken: Callable[[StreamSession], bool],
        counts: Counter[str],
        now_ms: int,
    ) -> None:
        self.is_authenticated = False
        self.goodbye: tuple[int, str] | None = None
        self.opened_ms = now_ms
        self.subscribed: dict[str, dict[str, None]] = {name: {} for name in endpoint.channels}
        self._endpoint, self._codec, self._venue = endpoint, codec, venue
        self._is_known, self._is_taken, self._counts = is_known, is_taken, counts
        self._out: list[Message] = []
        self._shaper = Shaper(venue, codec, counts)
        self._polled_ns = venue.market_ns()
        self._authenticated_ms = 0
        self._has_tried = False

    def begin(self, *, key: object, secret: object) -> None:
        """Greet the client; `key` and `secret` are those of the handshake's headers, or None."""
        if self._endpoint.packs_only and not self._codec.packs:
            self._end(412)
            return
        if not self._venue.faults.has(AlpacaFault.AUTH_SILENT):
            self._control({"T": "success", "msg": "connected"})
        if key is not None:
            self._authenticate(key, secret, self.opened_ms)

    def on_message(self, payload: bytes, now_ms: int) -> None:
        """Take a message of the client."""
        self._counts["stream_messages"] += 1
        said = self._codec.read(payload)
        action = None if said is None else said.get("action")
        if said is None or action not in ("auth", "subscribe", "unsubscribe"):
            self.fail(400)
        elif action == "auth":
            self._authenticate(said.get("key"), said.get("secret"), now_ms)
        elif not self.is_authenticated:
            self.fail(401)
        else:
            self._change(said, adds=action == "subscribe")

    def take(self, now_ms: int) -> list[Message]:
        """Return everything that is to be sent now, in order."""
        self._timers(now_ms)
        if self.is_authenticated and self.goodbye is None:
            self._out += self._events(now_ms)
        out, self._out = self._out, []
        return out

    def fail(self, code: int) -> None:
        """Say an error."""
        self._counts[f"error_{code}"] += 1
        self._control({"T": "error", "code": code, "msg": MESSAGES[code]})

    def _control(self, item: Item) -> None:
        self._out.append(self._codec.message([item]))

    def _end(self, code: int) -> None:
        self.fail(code)
        self.goodbye = (1000, MESSAGES[code])

    def _authenticate(self, key: object, secret: object, now_ms: int) -> None:
        faults = self._venue.faults
        self._has_tried = True
        if faults.has(AlpacaFault.AUTH_SILENT):
            return
        if self.is_authenticated:
            self.fail(403)
        elif faults.has(AlpacaFault.AUTH_FAILED) or not self._is_known(key, secret):
            self._end(402)
        elif self._endpoint.needs_plan and not self._venue.plan.has_opra:
            self._end(409)
        elif faults.has(AlpacaFault.CONNECTION_LIMIT) or self._is_taken(self):
            # The connection stays: the client may ask again once the other one is gone.
            self.fail(406)
        else:
            self.is_authenticated = True
            self._authenticated_ms = now_ms
            self._polled_ns = self._venue.market_ns()
            self._control({"T": "success", "msg": "authenticated"})

    def _change(self, said: dict[str, Any], *, adds: bool) -> None:
        wanted = {name: value for name, value in said.items() if name != "action"}
        code = self._refusal(wanted)
        if code is None and adds:
            code = self._limit(wanted)
        if code is not None:
            self.fail(code)
            return
        for name, symbols in wanted.items():
            # Another mapping each time: what was worked out for one stays true of it.
            now = dict(self.subscribed[name])
            for symbol in symbols:
                if not adds:
                    now.pop(symbol, None)
                elif not self._shaper.loses(symbol):
                    now[symbol] = None
            self.subscribed[name] = now
        self._control(
            {"T": "subscription"}
            | {name: list(symbols) for name, symbols in self.subscribed.items()}
        )

    def _refusal(self, wanted: dict[str, Any]) -> int | None:
        for name, symbols in wanted.items():
            if name not in self._endpoint.channels:
                return 410
            if not isinstance(symbols, list):
                return 400
            names = cast("list[object]", symbols)
            if STAR in names and name in self._endpoint.starless:
                return 413
            if not all(
                each == STAR or (isinstance(each, str) and _SYMBOL.fullmatch(each))
                for each in names
            ):
                return 400
        return None

    def _limit(self, wanted: dict[str, Any]) -> int | None:
        # Options alone are limited, and of them the quotes.
        if not self._endpoint.packs_only or _OPTION not in wanted:
            return None
        count = len(self.subscribed[_OPTION].keys() | set(wanted[_OPTION]))
        return 405 if count > self._venue.option_quotes else None

    def _events(self, now_ms: int) -> list[Message]:
        until = self._venue.market_ns()
        after, self._polled_ns = min(self._polled_ns, until), until
        items = self._endpoint.events(self.subscribed, after, until) if until > after else []
        items = self._shaper.shaped(items, now_ms)
        most = len(items) if self._shaper.is_big else _MOST_ITEMS
        messages = [
            self._codec.message(items[first : first + most])
            for first in range(0, len(items), max(most, 1))
        ]
        self._counts["events_sent"] += len(items)
        return self._shaper.with_garbage(messages)

    def _timers(self, now_ms: int) -> None:
        if self.goodbye is not None:
            return
        faults, age_ms = self._venue.faults, now_ms - self.opened_ms
        if not self._has_tried and age_ms >= AUTH_WITHIN_MS:
            self._end(404)
        slow = faults.get(AlpacaFault.SLOW_CLIENT)
        if slow is not None and self.is_authenticated and age_ms >= (slow.value or 0.0) * 1_000:
            self._end(407)
        expire = faults.get(AlpacaFault.EXPIRE)
        since_ms = now_ms - self._authenticated_ms
        if (
            expire is not None
            and self.is_authenticated
            and since_ms >= (expire.value or 0.0) * 1_000
        ):
            self.is_authenticated = False
            self.fail(401)
