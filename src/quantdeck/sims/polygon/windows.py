"""How candles are joined to longer ones, and cut into pages."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from quantdeck.sims.options import sessions
from quantdeck.sims.polygon.candles import SHORT_SPANS, Candle, joined

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def day_windows(candles: list[Candle], span: str, multiple: int) -> list[Candle]:
    """Return candles of days, weeks, months, quarters or years from those of sessions."""
    if span == "day" and multiple == 1:
        return candles
    groups: dict[int, list[Candle]] = {}
    number_of, start_of = _RULES[span]
    first: int | None = None
    for candle in candles:
        number = number_of(sessions.local_date(candle.start_ns))
        first = number if first is None else first
        groups.setdefault((number - first) // multiple, []).append(candle)
    origin = first or 0
    return [
        joined(sessions.instant(start_of(origin + place * multiple), sessions.MIDNIGHT), parts)
        for place, parts in groups.items()
    ]


def short_windows(candles: Iterable[Candle], span: str, multiple: int, day: date) -> list[Candle]:
    """Return candles of several seconds, minutes or hours of a session."""
    step = SHORT_SPANS[span] * multiple
    midnight = sessions.instant(day, sessions.MIDNIGHT)
    groups: dict[int, list[Candle]] = {}
    for candle in candles:
        groups.setdefault((candle.start_ns - midnight) // step, []).append(candle)
    return [joined(midnight + place * step, parts) for place, parts in groups.items()]


def cut(windows: Iterable[Candle], limit: int) -> tuple[list[Candle], Candle | None]:
    """Return the windows made of no more than so many base candles, and the first that did not fit.

    Examples
    --------
    >>> two = [Candle(n, 1, 1, 1, 1, 1, 1, 1) for n in (1, 2)]
    >>> page, after = cut(two, 1)
    >>> len(page), after.start_ns
    (1, 2)
    """
    found: list[Candle] = []
    base = 0
    for window in windows:
        base += window.base
        if base > limit and found:
            return found, window
        found.append(window)
    return found, None


def _week(day: date) -> int:
    # Weeks begin with their Sunday.
    return (day.toordinal()) // 7


def _week_start(number: int) -> date:
    return date.fromordinal(number * 7)


def _month_start(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)


def _quarter_start(number: int) -> date:
    return date(number // 4, number % 4 * 3 + 1, 1)


_RULES: dict[str, tuple[Callable[[date], int], Callable[[int], date]]] = {
    "day": (date.toordinal, date.fromordinal),
    "week": (_week, _week_start),
    "month": (lambda day: day.year * 12 + day.month - 1, _month_start),
    "quarter": (lambda day: day.year * 4 + (day.month - 1) // 3, _quarter_start),
    "year": (lambda day: day.year, lambda number: date(number, 1, 1)),
}
