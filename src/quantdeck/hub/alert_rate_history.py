"""Box rates of the past for trials of alert rules: what was kept of every snapshot."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quantdeck.alerts.figures import Bound
from quantdeck.analytics.boxes import Status, tenor_rate
from quantdeck.hub.alert_operations import benchmark_bound, best_rate, days_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quantdeck.alerts.syntax import Call
    from quantdeck.ports.tape import TapeReader
    from quantdeck.views.boxes import RateLine

HELD_NS = 3_600_000_000_000
"""A snapshot speaks until the next one, and at most for so long. [ns]"""

_MOST_ROWS = 1_000_000
_LONGEST_S = 30.0
_FIELDS = "ts_ns, underlying, root, status, days, tau, rate_mid, se, rate_lend, rate_borrow"


@dataclass(frozen=True, slots=True)
class KeptRate:
    """What is kept of the rate of one expiry; fields as in `ExpiryRate`."""

    ts_ns: int
    underlying: str
    root: str
    status: Status
    days: int
    tau: float
    rate_mid: float
    se: float
    rate_lend: float
    rate_borrow: float


class RateHistory:
    """Figures of box rates at any moment of the past. Owned by a trial.

    Parameters
    ----------
    rates : sequence of KeptRate
        Oldest first.
    benchmark : RateLine or None
        What the settings compare with, the same at all times.
    """

    def __init__(self, rates: Sequence[KeptRate], benchmark: RateLine | None) -> None:
        self._benchmark = benchmark
        # Snapshots of one underlying hold all of its roots.
        self._snapshots: dict[str, dict[int, list[KeptRate]]] = {}
        for rate in rates:
            for name in {rate.underlying, rate.root}:
                self._snapshots.setdefault(name, {}).setdefault(rate.ts_ns, []).append(rate)
        self._times = {name: sorted(found) for name, found in self._snapshots.items()}

    def bind(self, call: Call) -> Bound:
        """Connect a figure."""
        if call.metric == "treasury":
            return benchmark_bound(self._benchmark, days_of(call.arguments[0]))
        if call.metric == "box_age":
            return Bound(self._age_s, lambda _: "no snapshot was kept before")
        root = str(call.arguments[0])
        if call.metric in {"box_lend", "box_borrow"}:
            field = f"rate_{call.metric.removeprefix('box_')}"
            best = max if call.metric == "box_lend" else min
            return self._bound(root, lambda rates: best_rate(rates, field, best))
        days, place = days_of(call.arguments[1]), int(call.metric == "box_rate_error")
        return self._bound(root, lambda rates: tenor_rate(rates, days)[place])

    def _bound(self, root: str, of: Callable[[Sequence[KeptRate]], float]) -> Bound:
        known: dict[int, float] = {}

        def read(now_ns: int) -> float:
            at_ns = self._newest_ns(root, now_ns)
            if at_ns is None:
                return math.nan
            if at_ns not in known:
                known[at_ns] = of(self._snapshots[root][at_ns])
            return known[at_ns]

        def why(now_ns: int) -> str:
            if self._newest_ns(root, now_ns) is None:
                return f"no snapshot of {root} within an hour"
            return "no sound expiries around the tenor"

        return Bound(read, why)

    def _age_s(self, now_ns: int) -> float:
        places = (bisect_right(times, now_ns) for times in self._times.values())
        found = [
            times[place - 1]
            for times, place in zip(self._times.values(), places, strict=True)
            if place
        ]
        return (now_ns - max(found)) / 1e9 if found else math.nan

    def _newest_ns(self, root: str, now_ns: int) -> int | None:
        times = self._times.get(root, [])
        place = bisect_right(times, now_ns)
        if not place or now_ns - times[place - 1] > HELD_NS:
            return None
        return times[place - 1]


def kept_rates(reader: TapeReader, *, start_ns: int, end_ns: int) -> list[KeptRate]:
    """Return what is kept of the rates of a time, oldest first.

    Parameters
    ----------
    reader : TapeReader
        The tape.
    start_ns, end_ns : int
        ``start_ns <= ts_ns < end_ns``, UTC. [ns]

    Raises
    ------
    StoreError
        If it cannot be read.
    BadInput
        If there is too much of it.
    """
    found = reader.sql(
        f"SELECT {_FIELDS} FROM box_rates WHERE kind = 'expiry' AND ts_ns >= {start_ns} "  # noqa: S608 - whole numbers
        f"AND ts_ns < {end_ns} ORDER BY ts_ns",
        timeout_s=_LONGEST_S,
        max_rows=_MOST_ROWS,
    )
    return [_kept(row) for row in found.to_pylist()]


def _kept(row: dict[str, Any]) -> KeptRate:
    figures = (row[name] for name in ("tau", "rate_mid", "se", "rate_lend", "rate_borrow"))
    return KeptRate(
        row["ts_ns"],
        row["underlying"],
        row["root"],
        Status(row["status"]),
        row["days"],
        *(math.nan if value is None else value for value in figures),
    )
