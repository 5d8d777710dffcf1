"""What the faults do to the events of a stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from quantdeck.sims.noise import generator
from quantdeck.sims.polygon.fault_table import PolygonFault

if TYPE_CHECKING:
    from collections import Counter

    from quantdeck.sims.faultboard import FaultBoard
    from quantdeck.sims.polygon.events import Item

_encode = msgspec.json.Encoder().encode
_UNKNOWN = {"ev": "ZZ", "sym": "AAPL", "t": 0, "new": "an event of next year"}


class Shaper:
    """Applies the faults of streams. Owned by a session.

    Parameters
    ----------
    faults : FaultBoard
        Faults switched on.
    counts : Counter
        Counters of the server.
    """

    def __init__(self, faults: FaultBoard, counts: Counter[str]) -> None:
        self._faults, self._counts = faults, counts
        self._rng = generator(0, "polygon shaping")
        self._late: list[tuple[int, list[Item]]] = []

    def loses(self, name: str) -> bool:
        """Whether a subscription is lost."""
        return self._is_hit(PolygonFault.LOST_SUBSCRIPTIONS, name)

    def shaped(self, items: list[Item], now_ms: int) -> list[Item]:
        """Return what is sent now of the events that have happened."""
        items = [each for item in items for each in self._times(item)]
        if self._faults.has(PolygonFault.OUT_OF_ORDER):
            for place in range(len(items) - 1):
                if self._is_hit(PolygonFault.OUT_OF_ORDER, stream_of(items[place])):
                    items[place], items[place + 1] = items[place + 1], items[place]
        if self._faults.has(PolygonFault.UNKNOWN_EVENTS) and items:
            self._counts[PolygonFault.UNKNOWN_EVENTS] += 1
            items.insert(0, dict(_UNKNOWN))
        return self._delayed(items, now_ms)

    def messages(self, items: list[Item], most: int) -> list[bytes]:
        """Return frames of events, with garbage between them."""
        found: list[bytes] = []
        for first in range(0, len(items), most):
            message = _encode(items[first : first + most])
            if self._is_hit(PolygonFault.GARBAGE, "*"):
                kinds = (message[: len(message) // 2], b'{"ev":"T"}', b"not JSON at all")
                found.append(kinds[self._counts[PolygonFault.GARBAGE] % 3])
            found.append(message)
        return found

    def _times(self, item: Item) -> list[Item]:
        stream = stream_of(item)
        mute = self._faults.get(PolygonFault.MUTE)
        if (mute is not None and mute.touches(stream)) or self._is_hit(PolygonFault.GAPS, stream):
            return []
        if self._is_hit(PolygonFault.MISSING_FIELDS, stream):
            names = [name for name in item if name != "ev"]
            gone = names[int(self._rng.integers(len(names)))]
            item = {name: value for name, value in item.items() if name != gone}
        return [item, item] if self._is_hit(PolygonFault.DUPLICATES, stream) else [item]

    def _delayed(self, items: list[Item], now_ms: int) -> list[Item]:
        slow = self._faults.get(PolygonFault.SLOW)
        self._late.append((now_ms + (0 if slow is None else int(slow.value or 0)), items))
        due = [each for due_ms, late in self._late if due_ms <= now_ms for each in late]
        self._late = [late for late in self._late if late[0] > now_ms]
        return due

    def _is_hit(self, name: str, stream: str) -> bool:
        fault = self._faults.get(name)
        if fault is None or not fault.touches(stream):
            return False
        if self._rng.random() >= (fault.value or 0.0):
            return False
        self._counts[name] += 1
        return True


def stream_of(item: dict[str, Any]) -> str:
    """Return the subscription an event belongs to.

    Examples
    --------
    >>> stream_of({"ev": "T", "sym": "AAPL"})
    'T.AAPL'
    """
    return f"{item['ev']}.{item.get('sym', item.get('T', ''))}"
