"""What the faults do to the events of a stream before they are sent."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from quantdeck.sims.fault_table import FaultName

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterator, Sequence

    import numpy as np

    from quantdeck.sims.binance.channels import Event
    from quantdeck.sims.faults import Fault

_LATE_SHARE = 0.05


class Unwrapped(bytes):
    """A payload that is sent as it is, outside the envelope of combined streams."""


class Binary(Unwrapped):
    """A payload that is sent as a binary frame."""


_GARBAGE: tuple[Unwrapped, ...] = (
    Unwrapped(b'{"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","E":17'),
    Unwrapped(b"<html><body>502 Bad Gateway</body></html>"),
    Binary(b"\x00\xff\xfe\x80\x01not text"),
    Unwrapped(b'{"stream":5,"data":[]}'),
    Unwrapped(b'{"e":"aggTrade","E":"soon","s":null,"a":-1,"p":"x","q":{},"T":1.5,"m":"no"}'),
    Unwrapped(b""),
)
_NA_PRINT = re.compile(rb'"p":"[^"]*","q":"[^"]*"(,"X":"MARKET")?')
_USDT = re.compile(rb'"(s|ps)":"([A-Z0-9]+)USDT"')


class Shaper:
    """Applies the faults of streams; keeps what is to be sent later.

    Parameters
    ----------
    rng : Generator
        Chooses which messages are touched.
    counts : Counter
        Told how often each fault did something.
    """

    def __init__(self, rng: np.random.Generator, counts: Counter[str]) -> None:
        self._rng = rng
        self._counts = counts
        self._held: dict[str, list[tuple[int, Event]]] = {}
        self._waiting: dict[str, Event] = {}
        self._garbage = 0
        self._shapers: dict[str, Callable[[Fault, str, list[Event], int], list[Event]]] = {
            FaultName.MUTE: self._mute,
            FaultName.ID_GAPS: self._id_gaps,
            FaultName.DUPLICATES: self._duplicates,
            FaultName.OUT_OF_ORDER: self._out_of_order,
            FaultName.NA_PRINTS: self._na_prints,
            FaultName.COIN_MARGINED: self._coin_margined,
            FaultName.GARBAGE: self._put_garbage,
            FaultName.LATE: self._late,
            FaultName.SLOW: self._slow,
        }

    def knows(self, name: str) -> bool:
        """Whether a fault is one of streams."""
        return name in self._shapers

    def shape(
        self, faults: Sequence[Fault], stream: str, events: Sequence[Event], now_ms: int
    ) -> list[Event]:
        """Return what is sent now in place of `events`."""
        shaped = list(events)
        for fault in faults:
            if fault.touches(stream):
                shaped = self._shapers[fault.name](fault, stream, shaped, now_ms)
        if stream in self._waiting and not _reorders(faults, stream):
            shaped.insert(0, self._waiting.pop(stream))
        held = self._held.get(stream)
        if held:
            due = [event for due_ms, event in held if due_ms <= now_ms]
            if due:
                self._held[stream] = [item for item in held if item[0] > now_ms]
                shaped = due + shaped
        return shaped

    def holds(self) -> bool:
        """Whether something is still to be sent."""
        return bool(self._waiting) or any(self._held.values())

    def _chosen(self, fault: Fault, count: int) -> Iterator[bool]:
        share = fault.value or 0.0
        for chosen in (self._rng.random(count) < share).tolist():
            if chosen:
                self._counts[fault.name] += 1
            yield chosen

    def _mute(self, fault: Fault, _stream: str, events: list[Event], _now: int) -> list[Event]:
        self._counts[fault.name] += len(events)
        return []

    def _id_gaps(self, fault: Fault, stream: str, events: list[Event], _now: int) -> list[Event]:
        if not stream.endswith(("@aggTrade", "@trade")):
            return events
        chosen = self._chosen(fault, len(events))
        return [event for event, lost in zip(events, chosen, strict=True) if not lost]

    def _duplicates(
        self, fault: Fault, _stream: str, events: list[Event], _now: int
    ) -> list[Event]:
        chosen = self._chosen(fault, len(events))
        pairs = zip(events, chosen, strict=True)
        return [item for event, twice in pairs for item in ((event, event) if twice else (event,))]

    def _out_of_order(
        self, fault: Fault, stream: str, events: list[Event], _now: int
    ) -> list[Event]:
        shaped: list[Event] = []
        chosen = self._chosen(fault, len(events))
        for event, moved in zip(events, chosen, strict=True):
            waiting = self._waiting.pop(stream, None)
            if waiting is not None:
                shaped += (event, waiting)
            elif moved:
                self._waiting[stream] = event
            else:
                shaped.append(event)
        return shaped

    def _na_prints(self, fault: Fault, stream: str, events: list[Event], _now: int) -> list[Event]:
        if not stream.endswith("@trade"):
            return events
        shaped: list[Event] = []
        for event, chosen in zip(events, self._chosen(fault, len(events)), strict=True):
            shaped.append(event)
            if chosen:
                payload = _NA_PRINT.sub(b'"p":"0","q":"0","X":"NA"', event[1])
                shaped.append((event[0], payload))
        return shaped

    def _coin_margined(
        self, fault: Fault, _stream: str, events: list[Event], _now: int
    ) -> list[Event]:
        shaped: list[Event] = []
        for stamp, payload in events:
            shaped.append((stamp, payload))
            twin = _USDT.sub(_coin_contract, payload).replace(b'"st":1', b'"st":2')
            if payload.startswith(b"["):
                shaped[-1] = (stamp, payload[:-1] + b"," + twin[1:])
            else:
                shaped.append((stamp, twin))
            self._counts[fault.name] += 1
        return shaped

    def _put_garbage(
        self, fault: Fault, _stream: str, events: list[Event], _now: int
    ) -> list[Event]:
        shaped: list[Event] = []
        for event, chosen in zip(events, self._chosen(fault, len(events)), strict=True):
            if chosen:
                shaped.append((event[0], _GARBAGE[self._garbage % len(_GARBAGE)]))
                self._garbage += 1
            shaped.append(event)
        return shaped

    def _late(self, fault: Fault, stream: str, events: list[Event], now: int) -> list[Event]:
        late = self._rng.random(len(events)) < _LATE_SHARE
        return self._hold(fault, stream, (events, late.tolist()), now)

    def _slow(self, fault: Fault, stream: str, events: list[Event], now: int) -> list[Event]:
        return self._hold(fault, stream, (events, [True] * len(events)), now)

    def _hold(
        self, fault: Fault, stream: str, chosen: tuple[list[Event], list[bool]], now: int
    ) -> list[Event]:
        due_ms = now + int(fault.value or 0)
        held = self._held.setdefault(stream, [])
        kept: list[Event] = []
        for event, is_held in zip(*chosen, strict=True):
            if is_held:
                self._counts[fault.name] += 1
                held.append((due_ms, event))
            else:
                kept.append(event)
        return kept


def _coin_contract(match: re.Match[bytes]) -> bytes:
    key, coin = match[1], match[2]
    return b'"%s":"%sUSD%s"' % (key, coin, b"_PERP" if key == b"s" else b"")


def _reorders(faults: Sequence[Fault], stream: str) -> bool:
    return any(fault.name is FaultName.OUT_OF_ORDER and fault.touches(stream) for fault in faults)
