"""Figures of alert rules about the capture itself, and about the rates of boxes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.alerts.figures import Bound
from quantdeck.alerts.syntax import Number
from quantdeck.analytics.boxes import Status, tenor_rate
from quantdeck.live.staleness import Freshness, age_of
from quantdeck.model.feed import FeedState
from quantdeck.views.dashboard import LAG_LONG_WINDOW_S, LAG_WINDOW_S

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quantdeck.alerts.syntax import Call
    from quantdeck.analytics.boxes import ExpiryRate
    from quantdeck.analytics.boxes.curve import TenorPoint
    from quantdeck.hub.box_desk import BoxDesk
    from quantdeck.hub.machine import Machine
    from quantdeck.views.boxes import RateLine

_NO_MACHINE = "a tape does not hold it"
_UP = {FeedState.LIVE, FeedState.SUBSCRIBED, FeedState.STOPPED}


class CaptureFigures:
    """Connects figures of the capture. Owned by `DeckFigures`.

    Parameters
    ----------
    machine : Machine or None
        What is asked.
    """

    def __init__(self, machine: Machine | None) -> None:
        self._machine = machine

    def bind(self, call: Call) -> Bound:
        """Connect a figure; unknown where there is no machine."""
        machine = self._machine
        if machine is None:
            return Bound(lambda _: math.nan, lambda _: _NO_MACHINE)
        read = _CAPTURE[call.metric]

        def why(_: int) -> str:
            return (
                "nothing came in for it" if machine.capture.is_on else "nothing is being captured"
            )

        return Bound(lambda _: float(read(machine)), why)


class RateFigures:
    """Connects figures of box rates and of their benchmark. Owned by `DeckFigures`.

    Parameters
    ----------
    machine : Machine or None
        Whose box desk is asked.
    """

    def __init__(self, machine: Machine | None) -> None:
        self._machine = machine
        self._tenors: dict[tuple[str, float], tuple[int, tuple[float, float]]] = {}

    def bind(self, call: Call) -> Bound:
        """Connect a figure; unknown where no desk watches option chains."""
        desk = None if self._machine is None else self._machine.desk
        if desk is None:
            why = _NO_MACHINE if self._machine is None else "no vendor of option chains is set up"
            return Bound(lambda _: math.nan, lambda _: why)
        if call.metric == "treasury":
            return benchmark_bound(desk.parts.benchmark, days_of(call.arguments[0]))
        if call.metric == "box_age":
            return Bound(lambda now_ns: _age_s(desk, now_ns), lambda _: "no quote was received yet")
        root = str(call.arguments[0])
        if call.metric in {"box_lend", "box_borrow"}:
            field = f"rate_{call.metric.removeprefix('box_')}"
            best = max if call.metric == "box_lend" else min
            read = self._fresh(desk, lambda: best_rate(_of_root(desk, root), field, best))
        else:
            days, place = days_of(call.arguments[1]), int(call.metric == "box_rate_error")
            read = self._fresh(desk, lambda: self._tenor(desk, root, days)[place])
        return Bound(read, lambda now_ns: _why(desk, root, now_ns))

    def _fresh(self, desk: BoxDesk, read: Callable[[], float]) -> Callable[[int], float]:
        return lambda now_ns: math.nan if _is_old(desk, now_ns) else read()

    def _tenor(self, desk: BoxDesk, root: str, days: float) -> tuple[float, float]:
        revision, found = self._tenors.get((root, days), (-1, (math.nan, math.nan)))
        if revision != desk.revision:
            found = tenor_rate(_of_root(desk, root), days)
            self._tenors[root, days] = desk.revision, found
        return found


def _feeds_down(machine: Machine) -> float:
    if not machine.capture.is_on:
        return math.nan
    return sum(not (each.state in _UP or each.is_closed) for each in machine.feeds())


def _lag(machine: Machine, window_s: int, field: str) -> float:
    lag = machine.lag(window_s) if machine.capture.is_on else None
    return math.nan if lag is None else getattr(lag, field) / 1e9


_CAPTURE: dict[str, Callable[[Machine], float]] = {
    "message_rate": lambda m: m.messages_per_s() if m.capture.is_on else math.nan,
    "lag": lambda m: _lag(m, LAG_WINDOW_S, "p50_ns"),
    "lag_99": lambda m: _lag(m, LAG_LONG_WINDOW_S, "p99_ns"),
    "clock_skew": lambda m: _lag(m, LAG_WINDOW_S, "skew_ns"),
    "gaps": lambda m: m.ledger.open_count(),
    "dropped": lambda m: m.dropped(),
    "duplicates": lambda m: sum(lane.counts.duplicates for lane in m.lanes()),
    "feeds_down": _feeds_down,
    "reconnects": lambda m: sum(each.reconnects for each in m.feeds()),
    "bad_messages": lambda m: sum(each.bad_messages for each in m.feeds()),
    "tape_rows": lambda m: m.tape_status().rows_durable,
    "tape_bytes": lambda m: m.tape_status().bytes_on_disk,
}


def days_of(argument: object) -> float:
    """Return the days of a tenor as it stands in a rule."""
    return argument.value if isinstance(argument, Number) else math.nan


def benchmark_bound(line: RateLine | None, days: float) -> Bound:
    """Connect the rate of a benchmark at a tenor.

    Parameters
    ----------
    line : RateLine or None
        The benchmark.
    days : float
        Calendar days.
    """
    if line is None or not len(line.days):
        return Bound(lambda _: math.nan, lambda _: "no benchmark is set: boxes.benchmarks")
    rate = float(np.interp(days, line.days, line.rates, left=math.nan, right=math.nan))
    return Bound(lambda _: rate, lambda _: f"{line.title} does not reach {days:g} days")


def _age_s(desk: BoxDesk, now_ns: int) -> float:
    seconds = age_of(desk.book.newest_ns, now_ns).seconds
    return math.nan if seconds is None else seconds


def _is_old(desk: BoxDesk, now_ns: int) -> bool:
    age = age_of(desk.book.newest_ns, now_ns, stale_after_s=desk.parts.stale_after_s)
    return age.freshness is not Freshness.LIVE


def _of_root(desk: BoxDesk, root: str) -> list[ExpiryRate]:
    return [rate for rate in desk.view().rates() if root in {rate.root, rate.underlying}]


def best_rate(
    rates: Sequence[TenorPoint], field: str, best: Callable[[list[float]], float]
) -> float:
    """Return the best of a field over the expiries that are sound; NaN where none is."""
    found = [getattr(rate, field) for rate in rates if rate.status is Status.OK]
    known = [value for value in found if math.isfinite(value)]
    return best(known) if known else math.nan


def _why(desk: BoxDesk, root: str, now_ns: int) -> str:
    known = sorted({rate.root for rate in desk.view().rates()})
    if not _of_root(desk, root):
        return f"no chain of {root} is watched; there are {', '.join(known) or 'none yet'}"
    if _is_old(desk, now_ns):
        return "the quotes of the options are old"
    return "no sound expiries around the tenor"
