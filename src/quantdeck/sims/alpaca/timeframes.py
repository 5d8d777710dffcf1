"""Lengths of candles as Alpaca writes them, and where they begin."""

from __future__ import annotations

import re
from datetime import date, timedelta

from quantdeck.sims.alpaca.refusals import Refusal
from quantdeck.sims.options import sessions

MINUTE_NS = 60_000_000_000
_HOUR = 60
_FRAME = re.compile(r"(\d{1,2})(Min|T|Hour|H|Day|D|Week|W|Month|M)")
_MONTHS = (1, 2, 3, 4, 6, 12)


class Timeframe:
    """The length of a candle.

    Parameters
    ----------
    text : str
        Such as ``5Min``, ``1H``, ``1Day``, ``3Month``.

    Raises
    ------
    Refusal
        If there is no such length.

    Examples
    --------
    >>> Timeframe("1Hour").is_fine, Timeframe("1Day").is_fine
    (True, False)
    """

    def __init__(self, text: str) -> None:
        found = _FRAME.fullmatch(text)
        if found is None:
            raise Refusal(400, f"invalid timeframe: {text}")
        count, unit = int(found[1]), found[2]
        allowed = {
            "Min": range(1, 60),
            "T": range(1, 60),
            "Hour": range(1, 24),
            "H": range(1, 24),
            "Month": _MONTHS,
            "M": _MONTHS,
        }.get(unit, (1,))
        if count not in allowed:
            raise Refusal(400, f"invalid timeframe: {text}")
        self._minutes = count * (_HOUR if unit in ("Hour", "H") else 1)
        self._unit = unit[0] if unit in ("Day", "D", "Week", "W", "Month", "M") else ""
        self._months = count

    @property
    def is_fine(self) -> bool:
        """Whether it is shorter than a day."""
        return not self._unit

    def start_of(self, ts_ns: int) -> int:
        """Return the begin of the candle an instant belongs to. [ns]."""
        if self.is_fine:
            length = self._minutes * MINUTE_NS
            return ts_ns // length * length
        return sessions.instant(self._first_day(sessions.local_date(ts_ns)), sessions.MIDNIGHT)

    def next_of(self, start_ns: int) -> int:
        """Return the begin of the candle after the one that begins at an instant. [ns]."""
        if self.is_fine:
            return start_ns + self._minutes * MINUTE_NS
        day = sessions.local_date(start_ns)
        step = {"D": 1, "W": 7}.get(self._unit)
        if step is not None:
            return sessions.instant(day + timedelta(step), sessions.MIDNIGHT)
        years, month = divmod(day.month - 1 + self._months, 12)
        return sessions.instant(date(day.year + years, month + 1, 1), sessions.MIDNIGHT)

    def starts(self, first_ns: int, last_ns: int, *, most: int) -> list[int]:
        """Return the begins of the candles that begin in ``[first, last]``, at most so many. [ns].

        Days without a session have no candle of a day.
        """
        start = self.start_of(first_ns)
        if start < first_ns:
            start = self.next_of(start)
        found: list[int] = []
        while start <= last_ns and len(found) < most:
            if self._unit != "D" or sessions.is_session(sessions.local_date(start)):
                found.append(start)
            start = self.next_of(start)
        return found

    def _first_day(self, day: date) -> date:
        if self._unit == "D":
            return day
        if self._unit == "W":
            return day - timedelta(day.weekday())
        month = (day.month - 1) // self._months * self._months + 1
        return date(day.year, month, 1)
