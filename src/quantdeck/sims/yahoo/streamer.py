"""What is said on one connection to the streamer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from quantdeck.sims.noise import generator
from quantdeck.sims.yahoo.fault_table import YahooFault
from quantdeck.sims.yahoo.hours import STREAM_HOURS, MarketState
from quantdeck.sims.yahoo.listing import SECURITIES, STREAM_TYPES
from quantdeck.sims.yahoo.pricing import Pricing, enveloped

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence

    from quantdeck.sims.clock import VenueClock
    from quantdeck.sims.faultboard import FaultBoard
    from quantdeck.sims.yahoo.candles import YahooPrices
    from quantdeck.sims.yahoo.listing import Security

_BEAT_MS = 1_000
_GARBAGE = (b"no json {", b'{"type":"pricing","message":"%%%"}', enveloped(b"\x0a\xff\x01"))


class _Control(msgspec.Struct):
    subscribe: list[str] = []
    unsubscribe: list[str] = []


_decode = msgspec.json.Decoder(_Control).decode


class PricingSession:
    """One connection; a price is told when it is subscribed to, and when it has changed.

    Parameters
    ----------
    prices : YahooPrices
        What is told.
    clock : VenueClock
        Times.
    faults : FaultBoard
        What is switched on.
    counts : Counter
        Counters of the server.

    Attributes
    ----------
    goodbye : tuple of int and str, or None
        How it is to be closed.
    """

    def __init__(
        self,
        prices: YahooPrices,
        clock: VenueClock,
        faults: FaultBoard,
        counts: Counter[str],
    ) -> None:
        self.goodbye: tuple[int, str] | None = None
        self._prices, self._clock, self._faults, self._counts = prices, clock, faults, counts
        self._opened_ms = clock.elapsed_ms()
        self._told: dict[str, tuple[float, int] | None] = {}
        self._next_ms = 0
        self._rng = generator(prices.market.seed, "streamer", self._opened_ms)

    @property
    def opened_ms(self) -> int:
        """When it began. [ms]."""
        return self._opened_ms

    @property
    def symbols(self) -> list[str]:
        """What is subscribed to, known or not."""
        return list(self._told)

    def on_message(self, payload: bytes) -> None:
        """Take a message of the client; what cannot be read is passed over, as Yahoo does."""
        try:
            control = _decode(payload)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            self._counts["unreadable_messages"] += 1
            return
        self._counts["subscriptions"] += 1
        for symbol in control.subscribe:
            if symbol not in self._told:
                self._told[symbol] = None
                self._next_ms = 0
        for symbol in control.unsubscribe:
            self._told.pop(symbol, None)

    def take(self, now_ms: int) -> Sequence[bytes]:
        """Return what is to be said now."""
        if now_ms < self._next_ms or not self._told:
            return []
        self._next_ms = now_ms + _BEAT_MS
        now_ns = self._clock.now_ms() * 1_000_000
        said: list[bytes] = []
        for symbol, before in list(self._told.items()):
            security = SECURITIES.get(symbol)
            mute = self._faults.get(YahooFault.MUTE)
            if security is None or (mute is not None and mute.touches(symbol)):
                continue
            if (message := self._message(security, before, now_ns)) is not None:
                said.append(message)
        said += self._spoiled(said)
        self._counts["messages"] += len(said)
        return said

    def _message(
        self, security: Security, before: tuple[float, int] | None, now_ns: int
    ) -> bytes | None:
        price, state = self._prices.traded(security, now_ns)
        hours = STREAM_HOURS[state]
        if before == (price, hours):
            return None
        self._told[security.symbol] = price, hours
        days = self._prices.days(security, now_ns)
        at_ns = self._prices.last(security, now_ns)[1] if state is MarketState.CLOSED else now_ns
        previous = float(days.closed[-2 if state is not MarketState.PRE else -1])
        return Pricing(
            symbol=security.symbol,
            price=price,
            time_ms=at_ns // 1_000_000,
            currency="USD",
            exchange=security.exchange,
            quote_type=STREAM_TYPES[security.kind],
            market_hours=hours,
            change_percent=100.0 * (price / previous - 1.0),
            change=price - previous,
            day_volume=int(days.volume[-1]),
            day_high=float(days.high[-1]),
            day_low=float(days.low[-1]),
            previous_close=previous,
            last_size=100,
        ).message()

    def _spoiled(self, said: Sequence[bytes]) -> list[bytes]:
        more: list[bytes] = []
        if (twice := self._faults.get(YahooFault.DUPLICATES)) is not None:
            more += [each for each in said if self._rng.random() < (twice.value or 0.0)]
        if (bad := self._faults.get(YahooFault.GARBAGE)) is not None:
            hits = int(np.sum(self._rng.random(max(1, len(said))) < (bad.value or 0.0)))
            more += [_GARBAGE[int(self._rng.integers(len(_GARBAGE)))] for _ in range(hits)]
        return more
