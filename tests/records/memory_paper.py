"""Paper accounts that forget when the process ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.errors import Conflict
from quantdeck.trading.journal import decode, encode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.analytics.types import FloatArray, IntArray
    from quantdeck.trading.journal import AnyEvent


class MemoryAccounts:
    """Fulfils `AccountStore`."""

    def __init__(self) -> None:
        self._bodies: dict[str, list[bytes]] = {}

    def accounts(self) -> list[str]:
        return sorted(self._bodies)

    def events(self, account: str, *, after: int = 0) -> list[AnyEvent]:
        return [decode(body) for body in self._bodies.get(account, [])[after:]]

    def append(self, account: str, events: Sequence[AnyEvent], *, expected: int) -> None:
        kept = self._bodies.setdefault(account, [])
        if len(kept) != expected:
            raise Conflict(f"account {account} has {len(kept)} events by now, not {expected}")
        kept += [encode(event) for event in events]


class MemoryEquity:
    """Fulfils `EquityStore`, and thins nothing."""

    def __init__(self) -> None:
        self._points: dict[str, dict[int, tuple[float, float]]] = {}

    def add(self, account: str, *, ts_ns: int, equity: float, cash: float) -> None:
        self._points.setdefault(account, {})[ts_ns] = equity, cash

    def points(self, account: str, *, since_ns: int = 0) -> tuple[IntArray, FloatArray, FloatArray]:
        kept = sorted(self._points.get(account, {}).items())
        rows = [(ts_ns, *values) for ts_ns, values in kept if ts_ns >= since_ns]
        times, equity, cash = zip(*rows, strict=True) if rows else ((), (), ())
        return np.array(times, np.int64), np.array(equity, float), np.array(cash, float)

    def last_before(self, account: str, ts_ns: int) -> float | None:
        kept = self._points.get(account, {})
        newest = max((at for at in kept if at <= ts_ns), default=None)
        return None if newest is None else kept[newest][0]

    def thin(self, account: str, *, now_ns: int) -> None:
        pass
