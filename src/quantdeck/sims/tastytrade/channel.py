"""One FEED channel of a DXLink session: what it is configured to, subscribed to, and owes.

Source: dxFeed, "dxLink WebSocket Protocol" 1.0.2, service FEED.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from quantdeck.sims.tastytrade.event_fields import FIELDS
from quantdeck.sims.tastytrade.fault_table import TastyFault

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from quantdeck.sims.faultboard import FaultBoard

LONGEST_PERIOD_S = 3600.0
DEFAULT_PERIOD_S = 0.1
_ROWS_PER_FRAME = 200
_encode = msgspec.json.Encoder().encode


class Source(Protocol):
    """Where the values of events come from."""

    def values(
        self, kind: str, symbols: Sequence[str], fields: Sequence[str], since_ms: Mapping[str, int]
    ) -> list[Any]:
        """Return the values of events one after another, each as many as fields.

        Symbols without an event of the kind bring none; candles bring one for every interval since
        `since_ms` [ms], or the open one where their symbol is not in it.
        """
        ...


class FeedChannel:
    """One channel. Owned by its session, which sends what it returns.

    Parameters
    ----------
    number : int
        Of the channel.
    contract : str
        What was asked for: ``AUTO``, ``TICKER``, ``STREAM`` or ``HISTORY``.
    source : Source
        Values of events.
    faults : FaultBoard
        Faults switched on.
    """

    def __init__(self, number: int, contract: str, *, source: Source, faults: FaultBoard) -> None:
        self.number, self.contract = number, contract
        self.subscribed: dict[str, dict[str, None]] = {}
        self._source, self._faults = source, faults
        self._period_s = DEFAULT_PERIOD_S
        self._is_compact = True
        self._asked: dict[str, list[str]] = {}
        self._announced: set[str] = set()
        self._dirty: dict[str, dict[str, None]] = {}
        self._since_ms: dict[str, int] = {}
        self._flush_ms = 0
        self._held: list[bytes] = []
        self._held_until_ms = 0

    def set_up(self, message: Mapping[str, Any], now_ms: int) -> None:
        """Take a FEED_SETUP over; FEED_CONFIG follows with the next `due`."""
        period = message.get("acceptAggregationPeriod")
        if isinstance(period, (int, float)):
            self._period_s = min(max(float(period), 0.0), LONGEST_PERIOD_S)
        if message.get("acceptDataFormat") in {"FULL", "COMPACT"}:
            self._is_compact = message["acceptDataFormat"] == "COMPACT"
        asked: Mapping[str, Iterable[str]] = message.get("acceptEventFields") or {}
        for kind, names in asked.items():
            if kind in FIELDS:
                self._asked[kind] = self._ordered([str(name) for name in names])
        self._announce(asked, now_ms)

    def subscribe(self, items: Iterable[Mapping[str, Any]], room: int) -> int:
        """Add subscriptions and return how many found no room."""
        refused = 0
        for item in items:
            kind, symbol = str(item.get("type")), str(item.get("symbol"))
            symbols = self.subscribed.setdefault(kind, {})
            if symbol not in symbols:
                if room <= 0:
                    refused += 1
                    continue
                room -= 1
                symbols[symbol] = None
            since_ms = item.get("fromTime")
            if isinstance(since_ms, (int, float)):
                self._since_ms[symbol] = int(since_ms)
            # The present value comes at once, whether it has changed or not.
            self._dirty.setdefault(kind, {})[symbol] = None
        return refused

    def unsubscribe(self, items: Iterable[Mapping[str, Any]] | None) -> None:
        """Remove subscriptions; all where None."""
        if items is None:
            self.subscribed.clear()
            self._dirty.clear()
            return
        for item in items:
            kind, symbol = str(item.get("type")), str(item.get("symbol"))
            self.subscribed.get(kind, {}).pop(symbol, None)
            self._dirty.get(kind, {}).pop(symbol, None)

    def changed(self, kind: str, symbols: Iterable[str]) -> None:
        """Note that there are newer values of some symbols; only the newest is sent."""
        subscribed = self.subscribed.get(kind)
        if subscribed:
            dirty = self._dirty.setdefault(kind, {})
            dirty.update(dict.fromkeys([symbol for symbol in symbols if symbol in subscribed]))

    @property
    def size(self) -> int:
        """How many subscriptions there are."""
        return sum(len(symbols) for symbols in self.subscribed.values())

    def due(self, now_ms: int) -> list[bytes]:
        """Return the messages that are due, in order."""
        if self._held and now_ms < self._held_until_ms:
            return []
        ready, self._held = self._held, []
        if now_ms < self._flush_ms or not any(self._dirty.values()):
            return ready
        self._flush_ms = now_ms + int(self._period_s * 1000)
        dirty, self._dirty = self._dirty, {}
        parts: list[tuple[str, list[Any]]] = []
        for kind, symbols in dirty.items():
            if kind in FIELDS and (wanted := [s for s in symbols if not self._is_mute(s)]):
                if kind not in self._announced and kind not in self._asked:
                    ready.append(self._config([kind]))
                values = self._source.values(kind, wanted, self._fields(kind), self._since_ms)
                parts += [(kind, rows) for rows in self._frames(kind, values)]
                for symbol in wanted:
                    self._since_ms.pop(symbol, None)
        return [*ready, *self._data(parts)]

    def _announce(self, asked: Iterable[str], now_ms: int) -> None:
        kinds = [kind for kind in asked if kind in FIELDS]
        late = self._faults.get(TastyFault.LATE_CONFIG)
        if late is not None:
            self._held_until_ms = now_ms + int(late.value or 0)
        self._held.append(self._config(kinds))

    def _config(self, kinds: Iterable[str]) -> bytes:
        self._announced.update(kinds)
        config: dict[str, Any] = {
            "type": "FEED_CONFIG",
            "channel": self.number,
            "aggregationPeriod": self._period_s,
            "dataFormat": "COMPACT" if self._is_compact else "FULL",
        }
        silent = self._faults.has(TastyFault.CONFIG_WITHOUT_FIELDS)
        told = {kind: self._fields(kind) for kind in kinds if not (silent and kind in self._asked)}
        if told:
            config["eventFields"] = told
        return _encode(config)

    def _fields(self, kind: str) -> list[str]:
        return self._asked.get(kind) or list(FIELDS[kind])

    def _ordered(self, names: list[str]) -> list[str]:
        return sorted(names) if self._faults.has(TastyFault.REORDER_CONFIG) else names

    def _is_mute(self, symbol: str) -> bool:
        mute = self._faults.get(TastyFault.MUTE)
        return mute is not None and mute.touches(symbol)

    def _frames(self, kind: str, values: list[Any]) -> list[list[Any]]:
        whole = self._faults.has(TastyFault.BIG_FRAME)
        size = len(values) if whole else _ROWS_PER_FRAME * len(self._fields(kind))
        return [values[start : start + size] for start in range(0, len(values), max(size, 1))]

    def _data(self, parts: list[tuple[str, list[Any]]]) -> list[bytes]:
        if not parts:
            return []
        if not self._is_compact or self._faults.has(TastyFault.FULL_FORMAT):
            return [self._message(self._objects(kind, rows)) for kind, rows in parts]
        if self._faults.has(TastyFault.MIXED_TYPES):
            return [self._message([item for part in parts for item in part])]
        return [self._message([kind, rows]) for kind, rows in parts]

    def _objects(self, kind: str, values: list[Any]) -> list[dict[str, Any]]:
        fields = self._fields(kind)
        rows = [values[i : i + len(fields)] for i in range(0, len(values), len(fields))]
        return [{"eventType": kind, **dict(zip(fields, row, strict=True))} for row in rows]

    def _message(self, data: list[Any]) -> bytes:
        return _encode({"type": "FEED_DATA", "channel": self.number, "data": data})
