"""Alpaca's bars of days and hours as histories, with the splits and dividends between them.

Prices come as traded, for splits adjusted, and adjusted for everything: what a company did on a day is
the step that one of them makes against another. So nothing but bars is asked for.
"""

from __future__ import annotations

import asyncio
import itertools
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.sessions import us_sessions
from quantdeck.feeds.alpaca.bars import bar_pages
from quantdeck.feeds.alpaca.history import behind_s, time_ns
from quantdeck.feeds.alpaca.symbols import checked_stock
from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.feed import Delay, Provenance
from quantdeck.model.history import (
    HISTORY_DTYPE,
    INTERVALS_NS,
    ActionKind,
    CorporateAction,
    History,
    HistoryRows,
)

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray, IntArray
    from quantdeck.feeds.alpaca.endpoints import Grade
    from quantdeck.feeds.alpaca.requests import BarRow
    from quantdeck.feeds.alpaca.rest import AlpacaRest
    from quantdeck.model.feed import RunId
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.history import HistoryRequest

_SOURCE = "alpaca"
_DAY_NS = INTERVALS_NS["1d"]
_TIMEFRAMES = {"1d": "1Day", "1h": "1Hour", "1m": "1Min"}
_CENT = 0.01
_LEAST_SPLIT = 0.02
_LARGEST_TERM = 60


class AlpacaPast:
    """The years of stocks; fulfils `quantdeck.ports.history.HistorySource`.

    Parameters
    ----------
    rest : AlpacaRest
        Reads; closed by `close`.
    grade : Grade
        Quality of the data. Of delayed ones the past is that of all venues, up to the delay.
    clock : Clock
        Tells what has ended.
    run_id : RunId
        Written on every bar.
    simulated : bool
        What answers is a simulator.
    """

    def __init__(
        self,
        rest: AlpacaRest,
        grade: Grade,
        *,
        clock: Clock,
        run_id: RunId,
        simulated: bool = False,
    ) -> None:
        self._rest = rest
        self._clock = clock
        self._behind_ns = int(behind_s(grade) * 1e9)
        self._feed = "sip" if self._behind_ns else grade.name
        # What ended yesterday is not delayed, whatever the quotes of today are.
        delay = Delay.SIMULATED if simulated else Delay.REALTIME
        self._provenance = Provenance(_SOURCE, delay, run_id)

    @property
    def source(self) -> str:
        """Short name of the service."""
        return _SOURCE

    async def close(self) -> None:
        """Close all connections; a later request opens new ones."""
        await self._rest.close()

    async def history(self, request: HistoryRequest) -> History:
        """Return bars that have ended; see `quantdeck.ports.history.HistorySource.history`.

        Raises
        ------
        BadInput
            If the symbol is no stock, or the vendor does not know it or the interval.
        NoData
            If there is no bar in the span.
        VenueError
            If they cannot be fetched now.
        """
        symbol, interval = checked_stock(request.symbol), request.interval
        if interval not in _TIMEFRAMES:
            raise BadInput(
                f"{_SOURCE}: no bars of {interval!r}; there are {', '.join(_TIMEFRAMES)}"
            )
        rows = await self._rows(request, "raw")
        split, full = await self._rows(request, "split"), await self._rows(request, "all")
        rows = rows[await asyncio.to_thread(self._has_ended, rows["start_ns"], interval)]
        if not len(rows):
            raise NoData(f"{_SOURCE} has no {interval} bars of {symbol} in that span")
        return History(
            symbol=symbol,
            interval=interval,
            rows=rows,
            provenance=self._provenance,
            feed=self._feed,
            fetched_ns=self._clock.now_ns(),
            currency="USD",
            calendar="XNYS",
            actions=actions_between(rows, split, full),
        )

    async def _rows(self, request: HistoryRequest, adjustment: str) -> HistoryRows:
        end_ns = min(request.end_ns, self._clock.now_ns() - self._behind_ns)
        found: list[BarRow] = []
        if end_ns > request.start_ns:
            async for page in bar_pages(
                self._rest,
                request.symbol,
                _TIMEFRAMES[request.interval],
                span_ns=(request.start_ns, end_ns),
                feed=self._feed,
                adjustment=adjustment,
            ):
                found += page
        rows: HistoryRows = np.zeros(len(found), HISTORY_DTYPE)
        for place, bar in enumerate(found):
            rows[place] = time_ns(bar.t), bar.o, bar.h, bar.l, bar.c, bar.v
        if request.interval == "1d":
            # A day begins at midnight in New York, four or five hours after that of its date.
            rows["start_ns"] = rows["start_ns"] // _DAY_NS * _DAY_NS
        return rows

    def _has_ended(
        self, starts: IntArray, interval: str
    ) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        until_ns = self._clock.now_ns() - self._behind_ns
        if interval != "1d":
            return starts + INTERVALS_NS[interval] <= until_ns
        sessions = us_sessions()
        days = starts.astype("datetime64[ns]").astype("datetime64[D]")
        at = np.searchsorted(sessions.days, days).clip(0, len(sessions.days) - 1)
        return sessions.close_ns[at] <= until_ns


def actions_between(
    raw: HistoryRows, split: HistoryRows, full: HistoryRows
) -> tuple[CorporateAction, ...]:
    """Return the splits and dividends that the adjusted closes tell of.

    Parameters
    ----------
    raw, split, full : structured array
        Bars as traded, adjusted for splits, and for dividends, too; each in order of time.

    Returns
    -------
    tuple of CorporateAction
        Oldest first; what lies within the rounding of the prices to cents cannot be seen.

    Examples
    --------
    >>> rows = [np.zeros(3, HISTORY_DTYPE) for _ in range(3)]
    >>> for each, closes in zip(rows, ([80, 20, 20], [20, 20, 20], [19.8, 19.8, 20]), strict=True):
    ...     each["start_ns"], each["close"] = np.arange(3) * 86_400_000_000_000, closes
    >>> [(each.kind.value, each.value) for each in actions_between(*rows)]
    [('split', 4.0), ('dividend', 0.2)]
    """
    common = np.intersect1d(np.intersect1d(raw["start_ns"], split["start_ns"]), full["start_ns"])
    closes = [
        each["close"][np.searchsorted(each["start_ns"], common)] for each in (raw, split, full)
    ]
    traded, in_shares, total = closes
    found: list[CorporateAction] = []
    for at, step in _steps(traded, in_shares, _LEAST_SPLIT):
        found.append(CorporateAction(_day_of(common[at]), ActionKind.SPLIT, _plain(step)))
    for at, step in _steps(in_shares, total, 0.0):
        # In shares of the day: what was paid on one share that was traded then.
        per_share = float(traded[at] / in_shares[at])
        cash = round(float(in_shares[at - 1]) * (1.0 - 1.0 / step) * per_share, 4)
        if cash > 0.0:
            found.append(CorporateAction(_day_of(common[at]), ActionKind.DIVIDEND, cash))
    return tuple(sorted(found))


def _steps(before: FloatArray, after: FloatArray, least: float) -> list[tuple[int, float]]:
    # Where the ratio of two series of closes steps, and to how many times itself
    if len(before) < 2:
        return []
    ratio = after / before
    # A price is off by half a cent at most, so a ratio by the sum of both shares of it.
    error = 0.5 * _CENT * (1.0 / np.abs(before) + 1.0 / np.abs(after))
    jump = np.abs(np.diff(np.log(ratio)))
    places = np.flatnonzero(jump > np.maximum(least, error[1:] + error[:-1])) + 1
    borders = [0, *places.tolist(), len(ratio)]
    levels = [float(np.median(ratio[a:b])) for a, b in itertools.pairwise(borders)]
    return [(at, levels[n + 1] / levels[n]) for n, at in enumerate(places.tolist())]


def _plain(value: float) -> float:
    # 3 for 2, 1 for 10: what the rounding of the prices has blurred
    near = Fraction(value).limit_denominator(_LARGEST_TERM)
    return float(near) if near and abs(float(near) / value - 1.0) < 2e-3 else value


def _day_of(start_ns: int) -> int:
    return int(start_ns) // _DAY_NS * _DAY_NS
