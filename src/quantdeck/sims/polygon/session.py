"""One stream connection: who is there, what it has subscribed to, what it is sent; without the socket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from quantdeck.sims.polygon.fault_table import PolygonFault
from quantdeck.sims.polygon.instruments import Instrument, instrument_of
from quantdeck.sims.polygon.plans import DELAY_NS
from quantdeck.sims.polygon.shaping import Shaper

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

    from quantdeck.sims.polygon.events import Item, StreamEvents, Timed
    from quantdeck.sims.polygon.plans import Plan
    from quantdeck.sims.polygon.venue import Venue

AUTH_WITHIN_MS = 10_000
MOST_OPTION_QUOTES = 1_000
POLICY = 1008
"""Close code of connections that broke a rule."""
NOT_FOR_PLAN = (
    "Your plan doesn't include websocket access. Visit https://massive.com/pricing to upgrade."
)
NOT_REAL_TIME = (
    "You don't have access real-time data. Please connect to the delayed feed: "
    "wss://delayed.massive.com/{market}"
)
NOT_SIGNED = (
    "You don't have access real-time data. Please sign the agreements on your dashboard: "
    "https://massive.com/dashboard/agreements"
)
TOO_MANY = (
    "Maximum number of websocket connections exceeded. You have reached the connection limit for "
    "your account. Please contact support at massive.com/contact"
)

_CHANNELS = {
    "stocks": ("T", "Q", "A", "AM", "FMV", "LULD"),
    "options": ("T", "Q", "A", "AM", "FMV"),
}
MARKETS = tuple(_CHANNELS)
_MOST_ITEMS = 250
_NOT_AUTHORIZED = "not authorized"


class Said(msgspec.Struct, frozen=True):
    """A message of a client."""

    action: str
    params: str = ""


_decode = msgspec.json.Decoder(Said).decode


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where a client is connected to.

    Parameters
    ----------
    market : str
        ``stocks`` or ``options``.
    is_delayed : bool
        Whether events come 15 minutes late.
    """

    market: str
    is_delayed: bool


class StreamSession:
    """What one client has said and is owed. Owned by its socket.

    Parameters
    ----------
    cluster : Cluster
        What it is connected to.
    venue : Venue
        Plans, faults and time.
    events : StreamEvents
        What happens.
    on_auth : callable
        Told when it has authenticated; sees to it that there are not too many.
    counts : Counter
        Counters of the server.
    now_ms : int
        When it began, by a clock that never steps back. [ms]

    Attributes
    ----------
    key : str
        With which it has authenticated; empty before.
    goodbye : tuple of int and str or None
        Close code and reason once the session is over.
    """

    def __init__(
        self,
        cluster: Cluster,
        venue: Venue,
        events: StreamEvents,
        *,
        on_auth: Callable[[StreamSession], None],
        counts: Counter[str],
        now_ms: int,
    ) -> None:
        self.key = ""
        self.goodbye: tuple[int, str] | None = None
        self.opened_ms = now_ms
        self.cluster = cluster
        self.subscribed: dict[str, None] = {}
        self._venue, self._events, self._counts = venue, events, counts
        self._on_auth = on_auth
        self._out: list[bytes] = []
        self._shaper = Shaper(venue.faults, counts)
        self._polled_ns = self._time_ns()

    def begin(self) -> None:
        """Greet the client."""
        if not self._venue.faults.has(PolygonFault.AUTH_SILENT):
            self._status("connected", "Connected Successfully")

    def on_message(self, payload: bytes, now_ms: int) -> None:
        """Take a message of the client."""
        del now_ms
        self._counts["stream_messages"] += 1
        try:
            said = _decode(payload)
        except msgspec.MsgspecError:
            self._status("error", "invalid message")
            return
        if said.action == "auth":
            self._authenticate(said.params)
        elif not self.key:
            self._status("error", "not authenticated")
        elif said.action in ("subscribe", "unsubscribe"):
            names = [name for each in said.params.split(",") if (name := each.strip())]
            self._change(names, adds=said.action == "subscribe")
        else:
            self._status("error", "unknown action")

    def take(self, now_ms: int) -> list[bytes]:
        """Return everything that is to be sent now, in order."""
        self._timers(now_ms)
        if self.key and self.goodbye is None:
            items = self._shaper.shaped(self._happened(), now_ms)
            self._counts["events_sent"] += len(items)
            self._out += self._shaper.messages(items, _MOST_ITEMS)
        out, self._out = self._out, []
        return out

    def end(self, status: str, message: str, code: int = POLICY) -> None:
        """Say why, and close."""
        self._counts[status] += 1
        self._status(status, message)
        self.goodbye = (code, message[:100])

    def end_for_too_many(self) -> None:
        """Close, since there are more connections than the plan allows."""
        self.end("max_connections", TOO_MANY)

    def _status(self, status: str, message: str) -> None:
        self._say([{"ev": "status", "status": status, "message": message}])

    def _say(self, items: list[Item]) -> None:
        self._out.append(msgspec.json.encode(items))

    def _authenticate(self, key: str) -> None:
        if self._venue.faults.has(PolygonFault.AUTH_SILENT):
            return
        if not self._venue.is_known(key):
            self.end("auth_failed", "authentication failed")
        elif not self._venue.plan_of(key).channels:
            self.end("auth_failed", NOT_FOR_PLAN)
        else:
            self.key = key
            self._polled_ns = self._time_ns()
            self._status("auth_success", "authenticated")
            self._on_auth(self)

    def _change(self, names: list[str], *, adds: bool) -> None:
        if adds and self._venue.faults.has(PolygonFault.MAX_CONNECTIONS):
            self.end_for_too_many()
            return
        answers: list[Item] = []
        for name in names:
            refused = self._refusal(name) if adds else None
            if refused is not None:
                self._counts["refused_subscriptions"] += 1
                answers.append({"ev": "status", "status": "error", "message": refused})
            elif adds and (name in self.subscribed or self._shaper.loses(name)):
                # What is held already is not confirmed again.
                continue
            else:
                self._put(name, adds=adds)
                done = "subscribed" if adds else "unsubscribed"
                answers.append(
                    {"ev": "status", "status": "success", "message": f"{done} to: {name}"}
                )
        if answers:
            self._say(answers)

    def _put(self, name: str, *, adds: bool) -> None:
        if adds:
            self.subscribed[name] = None
        else:
            self.subscribed.pop(name, None)

    def _refusal(self, name: str) -> str | None:
        faults, plan = self._venue.faults, self._venue.plan_of(self.key)
        if not self.cluster.is_delayed and faults.has(PolygonFault.AGREEMENTS):
            return NOT_SIGNED
        if not self.cluster.is_delayed and not plan.is_real_time:
            return NOT_REAL_TIME.format(market=self.cluster.market)
        hit = faults.get(PolygonFault.NOT_AUTHORIZED)
        is_refused = hit is not None and hit.touches(name)
        return _NOT_AUTHORIZED if is_refused or not self._includes(plan, name) else None

    def _includes(self, plan: Plan, name: str) -> bool:
        channel, _, symbol = name.partition(".")
        if channel not in _CHANNELS[self.cluster.market] or channel not in plan.channels:
            return False
        if self.cluster.market == "options" and channel == "Q":
            held = sum(each.startswith("Q.") for each in self.subscribed)
            return symbol not in ("", "*") and held < MOST_OPTION_QUOTES
        return bool(symbol)

    def _time_ns(self) -> int:
        return self._venue.now_ns() - (DELAY_NS if self.cluster.is_delayed else 0)

    def _happened(self) -> list[Item]:
        until = self._time_ns()
        after, self._polled_ns = min(self._polled_ns, until), until
        if until <= after:
            return []
        found: list[Timed] = []
        for channel, instruments in self._wanted().items():
            for what in instruments:
                found += self._events.between(channel, what, after, until)
        found.sort(key=lambda timed: timed[0])
        return [item for _, item in found]

    def _wanted(self) -> dict[str, list[Instrument]]:
        found: dict[str, dict[str, Instrument]] = {}
        for name in self.subscribed:
            channel, _, symbol = name.partition(".")
            for what in self._instruments(symbol):
                found.setdefault(channel, {})[what.ticker] = what
        return {channel: list(each.values()) for channel, each in found.items()}

    def _instruments(self, symbol: str) -> list[Instrument]:
        is_options = self.cluster.market == "options"
        if symbol == "*" and not is_options:
            stocks = self._venue.market.stocks
            return [Instrument(name, stock) for name, stock in stocks.items()]
        found = instrument_of(self._venue, symbol)
        if found is None or (found.contract is not None) is not is_options:
            return []
        return [found]

    def _timers(self, now_ms: int) -> None:
        if self.goodbye is not None:
            return
        age_ms = now_ms - self.opened_ms
        if not self.key and age_ms >= AUTH_WITHIN_MS:
            self.end("auth_timeout", "No authentication request received.")
        slow = self._venue.faults.get(PolygonFault.SLOW_CONSUMER)
        if slow is not None and self.key and age_ms >= (slow.value or 0.0) * 1_000:
            self.end("slow_consumer", "Slow consumer: the server's buffer is full.")
