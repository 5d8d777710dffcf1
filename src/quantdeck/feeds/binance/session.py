"""The dialogue on one Binance stream socket: subscribe, count, notice silence, roll in time.

Sans-I/O: `quantdeck.net.connection` opens the socket and does what the session asks for. Streams are
asked for with SUBSCRIBE on the combined endpoint, since that way they can be changed later. An
acknowledgement proves nothing (a stream on the wrong route is acknowledged and stays silent), so every
stream is watched for its first event and for silence afterwards. The connection as a whole is watched
more closely: one that was lively and brings nothing of any stream for some seconds is degraded, and
replaced when that lasts. Where replacing it changed nothing the next silence may last longer.

Source: Binance USD-M Futures, "Live Subscribing/Unsubscribing to streams" and "Connect".
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from statistics import median_low
from typing import TYPE_CHECKING

import msgspec

from quantdeck.feeds.binance.decode import Decoder
from quantdeck.feeds.binance.routes import (
    LIVELY_LOOKS,
    LIVELY_WITHIN_S,
    MOST_DOUBLINGS,
    SILENCE_S,
    rule_of,
    split_stream,
    stream_url,
)
from quantdeck.feeds.binance.wire import Request, Stamped
from quantdeck.model.feed import FeedState
from quantdeck.net.session import Action, Fail, Reconnect, Roll, Send, SessionHealth

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from quantdeck.feeds.binance.markets import Market
    from quantdeck.feeds.binance.routes import StreamRule
    from quantdeck.feeds.binance.wire import Reply
    from quantdeck.model.events import Kind
    from quantdeck.model.instruments import InstrumentTable
    from quantdeck.ports.feed import EventSink

_NS = 1_000_000_000
_PARAMS_PER_REQUEST = 200
_SAMPLES_KEPT = 65
_NAMED_IN_DETAIL = 3
# Close codes with which servers turn away a client that asks too much of them.
_TOO_MUCH = frozenset({1008, 1013})

_encode = msgspec.json.Encoder().encode
_stamped = msgspec.json.Decoder(Stamped).decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long a session waits for what, and how long it lives. All in seconds.

    Parameters
    ----------
    acknowledged_s : float
        For the answer to a request.
    patience : float
        Factor on the times in which streams are expected to bring data; tests lower it.
    give_up_factor : float
        The socket is replaced after so many times the silence that makes it stale.
    ask_again_s : float
        Until a refused stream is asked for again.
    roll_after_s : float
        Age at which the socket is replaced; the vendor closes it at 24 h.
    cooldown_s : float
        Least wait after the vendor has turned the client away.
    """

    acknowledged_s: float = 10.0
    patience: float = 1.0
    give_up_factor: float = 2.0
    ask_again_s: float = 60.0
    roll_after_s: float = 23 * 3600.0
    cooldown_s: float = 60.0


@dataclass(slots=True)
class _Watched:
    """One stream that was asked for."""

    root: str
    rule: StreamRule
    asked_ns: int
    refused: str = ""


class BinanceSession:
    """One socket of one route. Made anew for every socket by `BinanceFeed`.

    Parameters
    ----------
    market : Market
        Which market.
    sink : EventSink
        Where events go.
    instruments : InstrumentTable
        Ids of canonical symbols.
    ws_url, route : str
        Where to connect.
    wanted : callable
        Returns the names of the streams that this route should bring; asked at every look.
    limits : Limits
        How long to wait for what.
    replaced_in_vain : int
        How many sockets in a row were given up for silence before this one.

    Attributes
    ----------
    on_packet : callable
        Decodes one message; see `quantdeck.net.session.Session.on_packet`.
    """

    def __init__(  # noqa: PLR0913 - the seams it is built from
        self,
        market: Market,
        *,
        sink: EventSink,
        instruments: InstrumentTable,
        ws_url: str,
        route: str,
        wanted: Callable[[], Collection[str]],
        limits: Limits | None = None,
        replaced_in_vain: int = 0,
    ) -> None:
        self._decoder = Decoder(market, sink, instruments, on_reply=self._on_reply)
        # The decoder itself: one call less for every message.
        self.on_packet = self._decoder.decode
        self._market = market
        self._url = stream_url(ws_url, route)
        self._wanted = wanted
        self._limits = limits or Limits()
        self._streams: dict[str, _Watched] = {}
        self._unanswered: dict[int, tuple[int, str, list[str]]] = {}
        self._last_id = 0
        self._opened_ns = 0
        self._skews: deque[int] = deque(maxlen=_SAMPLES_KEPT)
        self._shutdown = False
        self._rolling = False
        self._arrivals: deque[int] = deque(maxlen=LIVELY_LOOKS)
        self._is_lively = False
        self.replaced_in_vain = replaced_in_vain
        """How many sockets in a row, up to this one, were given up for silence."""

    def url(self) -> str:
        """Return the address of the route's combined stream."""
        return self._url

    def on_open(self, now_ns: int) -> Sequence[Action]:
        """Subscribe."""
        self._opened_ns = now_ns
        return self._changes(now_ns)

    def on_sample(self, payload: bytes, recv_ns: int) -> None:
        """Measure how far the venue's clock is from ours."""
        try:
            stamp_ms = _stamped(payload).data.E
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return
        if stamp_ms:
            self._skews.append(recv_ns - stamp_ms * 1_000_000)

    def on_timer(self, now_ns: int) -> Sequence[Action]:
        """Subscribe to what is newly wanted, and notice what is overdue."""
        if overdue := self._overdue(now_ns):
            return [Reconnect(f"{overdue} was not answered")]
        self._look_at_arrivals()
        if self._silent_for_ns(now_ns) > self._give_up_after_ns():
            self.replaced_in_vain += 1
            return [Reconnect(f"no data for {self._silent_for_ns(now_ns) / _NS:.0f} s")]
        actions = self._changes(now_ns)
        if not self._rolling and (reason := self._reason_to_roll(now_ns)):
            self._rolling = True
            actions.append(Roll(reason))
        return actions

    def on_close(self, code: int, reason: str) -> Reconnect | Fail:
        """Come back, after a while where the server turned us away."""
        said = f"the server closed the connection ({code}{' ' + reason if reason else ''})"
        return Reconnect(said, self._limits.cooldown_s if code in _TOO_MUCH else 0.0)

    def health(self, now_ns: int) -> SessionHealth:
        """Return how the session is doing, naming silent and refused streams."""
        data_ns = self._last_data_ns()
        if self._unanswered and data_ns is None:
            return SessionHealth(FeedState.CONNECTING, "waiting for the subscription", data_ns)
        silent_ns = self._silent_for_ns(now_ns)
        if data_ns is not None and silent_ns > self._stale_after_ns():
            return SessionHealth(FeedState.STALE, self._silence(silent_ns), data_ns)
        if self._is_lively and silent_ns > SILENCE_S * self._limits.patience * _NS:
            return SessionHealth(FeedState.DEGRADED, self._silence(silent_ns), data_ns)
        trouble = self._trouble(now_ns)
        if trouble:
            more = len(trouble) - _NAMED_IN_DETAIL
            named = "; ".join(trouble[:_NAMED_IN_DETAIL]) + (f"; {more} more" if more > 0 else "")
            return SessionHealth(FeedState.DEGRADED, named, data_ns)
        if data_ns is None:
            return SessionHealth(FeedState.SUBSCRIBED, "no data yet", data_ns)
        return SessionHealth(FeedState.LIVE, "", data_ns)

    @property
    def clock_skew_ns(self) -> int | None:
        """Median of receipt minus the venue's time over recent events; None without events."""
        return median_low(self._skews) if self._skews else None

    def has_seen(self, kind: Kind, root: str) -> bool:
        """Return whether an event of a kind and the venue's symbol has come in by this socket."""
        return root in self._decoder.seen_ns[kind]

    @property
    def ignored(self) -> int:
        """Count of what was left out on purpose: events, and frames of kinds that are not captured."""
        return self._decoder.dropped.total() + self._decoder.ignored.total()

    def _last_data_ns(self) -> int | None:
        seen_ns = self._decoder.seen_ns
        return max((ns for roots in seen_ns.values() for ns in roots.values()), default=None)

    def _changes(self, now_ns: int) -> list[Action]:
        wanted = self._wanted()
        self._forget_old_refusals(now_ns)
        if wanted == self._streams.keys():
            return []
        gone = [name for name in self._streams if name not in wanted]
        new = [name for name in wanted if name not in self._streams]
        for name in gone:
            del self._streams[name]
        for name in new:
            root, suffix = split_stream(name)
            rule = rule_of(self._market, suffix)
            self._streams[name] = _Watched(root, rule, now_ns)
        return [
            *self._requests("UNSUBSCRIBE", gone, now_ns),
            *self._requests("SUBSCRIBE", new, now_ns),
        ]

    def _forget_old_refusals(self, now_ns: int) -> None:
        least_ns = self._limits.ask_again_s * _NS
        for name, stream in list(self._streams.items()):
            if stream.refused and now_ns - stream.asked_ns > least_ns:
                del self._streams[name]

    def _requests(self, method: str, names: list[str], now_ns: int) -> list[Action]:
        actions: list[Action] = []
        for start in range(0, len(names), _PARAMS_PER_REQUEST):
            params = names[start : start + _PARAMS_PER_REQUEST]
            self._last_id += 1
            self._unanswered[self._last_id] = (now_ns, method, params)
            actions.append(Send(_encode(Request(method, params, self._last_id))))
        return actions

    # Data prove more than an answer does.
    def _overdue(self, now_ns: int) -> str:
        for number, (sent_ns, method, names) in list(self._unanswered.items()):
            if now_ns - sent_ns <= self._limits.acknowledged_s * _NS:
                continue
            if method == "SUBSCRIBE" and not all(self._flows(name) for name in names):
                return method
            del self._unanswered[number]
        return ""

    def _flows(self, name: str) -> bool:
        stream = self._streams.get(name)
        return stream is None or self._seen_ns(stream) > stream.asked_ns

    def _seen_ns(self, stream: _Watched) -> int:
        return self._decoder.seen_ns[stream.rule.kind].get(stream.root, 0)

    def _on_reply(self, reply: Reply) -> None:
        if reply.e:
            self._shutdown = True
            return
        # A request too broken to carry its id back can only be the oldest one.
        number = reply.id if isinstance(reply.id, int) else next(iter(self._unanswered), 0)
        _, method, names = self._unanswered.pop(number, (0, "", []))
        if reply.refusal and method == "SUBSCRIBE":
            for name in names:
                if name in self._streams:
                    self._streams[name].refused = reply.refusal

    def _trouble(self, now_ns: int) -> list[str]:
        said: list[str] = []
        for name, stream in self._streams.items():
            if stream.refused:
                said.append(f"{name} was refused: {stream.refused}")
                continue
            seen_ns = self._seen_ns(stream)
            silent_ns = now_ns - max(seen_ns, stream.asked_ns)
            expected_s = stream.rule.silence_s if seen_ns else stream.rule.first_data_s
            if silent_ns > expected_s * self._limits.patience * _NS:
                said.append(f"{name} is silent for {silent_ns / _NS:.0f} s")
        return said

    def _stale_after_ns(self) -> float:
        rules = [stream.rule for stream in self._streams.values() if not stream.refused]
        least_s = min((rule.silence_s for rule in rules), default=600.0)
        return least_s * self._limits.patience * _NS

    def _give_up_after_ns(self) -> float:
        rules = [stream.rule for stream in self._streams.values() if not stream.refused]
        # What comes by the clock is missing when it does not come; trades and quotes may be.
        is_market = not any(rule.is_clocked for rule in rules)
        doublings = min(self.replaced_in_vain, MOST_DOUBLINGS) if is_market else 0
        return self._stale_after_ns() * self._limits.give_up_factor * 2.0**doublings

    # Once a look, so that it costs nothing per event.
    def _look_at_arrivals(self) -> None:
        last_ns = self._last_data_ns()
        arrivals = self._arrivals
        if last_ns is None or (arrivals and arrivals[-1] == last_ns):
            return
        arrivals.append(last_ns)
        took_ns = arrivals[-1] - arrivals[0]
        within_ns = LIVELY_WITHIN_S * self._limits.patience * _NS
        self._is_lively = len(arrivals) == LIVELY_LOOKS and took_ns <= within_ns
        if self._is_lively:
            self.replaced_in_vain = 0

    def _silence(self, silent_ns: int) -> str:
        anew_s = self._give_up_after_ns() / _NS
        return f"no data for {silent_ns / _NS:.0f} s; connects anew after {anew_s:.0f} s"

    def _silent_for_ns(self, now_ns: int) -> int:
        last_asked_ns = max((x.asked_ns for x in self._streams.values()), default=now_ns)
        return now_ns - max(self._last_data_ns() or 0, last_asked_ns)

    def _reason_to_roll(self, now_ns: int) -> str:
        if self._shutdown:
            return "the server announced its shutdown"
        aged = now_ns - self._opened_ns > self._limits.roll_after_s * _NS
        return "the connection is near its end of life" if aged else ""
