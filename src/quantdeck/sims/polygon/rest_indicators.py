"""``/v1/indicators``: moving averages, relative strength and MACD, over candles of days and shorter ones."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from quantdeck.sims.options import sessions
from quantdeck.sims.polygon.candles import DAY_SPANS, CandleMaker
from quantdeck.sims.polygon.instruments import Instrument, asked_for
from quantdeck.sims.polygon.windows import day_windows, short_windows
from quantdeck.sims.stocks.calendar import all_sessions, sessions_before

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.sims.noise import FloatArray
    from quantdeck.sims.polygon.candles import Candle
    from quantdeck.sims.polygon.venue import Ask, Venue

_DEFAULT, _MOST = 10, 5_000
_SHORT_SESSIONS = 10
"""Sessions that indicators over candles shorter than a day look back."""
_FIELDS = {"close": "closed", "open": "opened", "high": "high", "low": "low"}


class IndicatorRest:
    """Answers questions for technical indicators.

    Parameters
    ----------
    venue : Venue
        The market.
    """

    def __init__(self, venue: Venue) -> None:
        self._venue = venue
        self._maker = CandleMaker(venue)

    def sma(self, ask: Ask, ticker: str) -> dict[str, Any]:
        """Answer ``/v1/indicators/sma/{ticker}``: mean of the last `window` values."""
        window = ask.query.count("window", 50)
        return self._answer(ask, ticker, lambda prices: {"value": simple_mean(prices, window)})

    def ema(self, ask: Ask, ticker: str) -> dict[str, Any]:
        """Answer ``/v1/indicators/ema/{ticker}``."""
        window = ask.query.count("window", 50)
        return self._answer(ask, ticker, lambda prices: {"value": exponential_mean(prices, window)})

    def rsi(self, ask: Ask, ticker: str) -> dict[str, Any]:
        """Answer ``/v1/indicators/rsi/{ticker}``: Wilder's."""
        window = ask.query.count("window", 14)
        return self._answer(
            ask, ticker, lambda prices: {"value": relative_strength(prices, window)}
        )

    def macd(self, ask: Ask, ticker: str) -> dict[str, Any]:
        """Answer ``/v1/indicators/macd/{ticker}``."""
        short = ask.query.count("short_window", 12)
        long = ask.query.count("long_window", 26)
        smooth = ask.query.count("signal_window", 9)

        def values(prices: FloatArray) -> dict[str, FloatArray]:
            line = exponential_mean(prices, short) - exponential_mean(prices, long)
            signal = np.full(len(prices), np.nan)
            known = np.flatnonzero(~np.isnan(line))
            if len(known):
                signal[known] = exponential_mean(line[known], smooth)
            return {"value": line, "signal": signal, "histogram": line - signal}

        return self._answer(ask, ticker, values)

    def _answer(
        self, ask: Ask, ticker: str, made: Callable[[FloatArray], dict[str, FloatArray]]
    ) -> dict[str, Any]:
        query = ask.query
        span = query.choice("timespan", (*DAY_SPANS, "minute", "hour"), "day")
        is_adjusted = query.flag("adjusted", default=True)
        field = _FIELDS[query.choice("series_type", tuple(_FIELDS), "close")]
        what = asked_for(self._venue, ticker)
        candles = self._candles(ask, what, span, is_adjusted=is_adjusted)
        prices = np.array([getattr(candle, field) for candle in candles])
        columns: dict[str, FloatArray] = made(prices) if len(prices) else {}
        first, last = query.instants("timestamp")
        rows: list[dict[str, Any]] = []
        for place, candle in enumerate(candles):
            values = {name: float(column[place]) for name, column in columns.items()}
            if first <= candle.start_ns <= last and not any(np.isnan([*values.values()])):
                rows.append({"timestamp": candle.start_ns // 1_000_000} | values)
        if query.choice("order", ("asc", "desc"), "desc") == "desc":
            rows.reverse()
        page = ask.page(rows, default=_DEFAULT, most=_MOST)
        return {"results": self._results(ask, ticker, span, candles, page)}

    def _results(
        self, ask: Ask, ticker: str, span: str, candles: list[Candle], page: list[dict[str, Any]]
    ) -> dict[str, Any]:
        if not candles:
            return {"underlying": {"url": ""}}
        begin, end = candles[0].start_ns // 1_000_000, ask.now_ns // 1_000_000
        query = f"limit=5000&sort=desc&adjusted={ask.query.text('adjusted') or 'true'}"
        path = f"/v2/aggs/ticker/{ticker}/range/1/{span}/{begin}/{end}?{query}"
        underlying: dict[str, Any] = {"url": f"{ask.base}{path}"}
        if ask.query.flag("expand_underlying", default=False):
            underlying["aggregates"] = [each.written() for each in reversed(candles)]
        return {"underlying": underlying} | ({"values": page} if page else {})

    def _candles(self, ask: Ask, what: Instrument, span: str, *, is_adjusted: bool) -> list[Candle]:
        until = ask.seen_ns
        as_of = ask.today if is_adjusted else None
        last = sessions.local_date(until)
        if span in DAY_SPANS:
            first = max(date(2007, 1, 1), last - timedelta(ask.plan.years * 366))
            rows = self._maker.days(what, first, last, until_ns=until, as_of=as_of)
            return day_windows(rows, span, 1)
        place = sessions_before(last + timedelta(1))
        found: list[Candle] = []
        for day in all_sessions()[place - _SHORT_SESSIONS : place]:
            if sessions.open_ns(day) <= until:
                rows = self._maker.minutes(what, day, until)
                found += rows if span == "minute" else short_windows(rows, span, 1, day)
        return found


def simple_mean(values: FloatArray, window: int) -> FloatArray:
    """Return means of the last `window` values; NaN where there are fewer.

    Examples
    --------
    >>> simple_mean(np.array([1.0, 2.0, 3.0]), 2).tolist()
    [nan, 1.5, 2.5]
    """
    mean = np.full(len(values), np.nan)
    if len(values) >= window:
        rows = np.lib.stride_tricks.sliding_window_view(values, window)
        mean[window - 1 :] = rows.mean(1)
    return mean


def exponential_mean(values: FloatArray, window: int) -> FloatArray:
    """Return ``m = m + 2 / (window + 1) * (value - m)``, begun with the mean of the first values.

    Examples
    --------
    >>> exponential_mean(np.array([1.0, 3.0, 5.0]), 2).tolist()
    [nan, 2.0, 4.0]
    """
    return _smoothed(values, window, 2.0 / (window + 1.0))


def relative_strength(values: FloatArray, window: int) -> FloatArray:
    """Return Wilder's index, 0 to 100.

    Examples
    --------
    >>> relative_strength(np.array([1.0, 2.0, 3.0]), 2).tolist()
    [nan, nan, 100.0]
    """
    change = np.diff(values)
    rise = _smoothed(np.maximum(change, 0.0), window, 1.0 / window)
    fall = _smoothed(np.maximum(-change, 0.0), window, 1.0 / window)
    whole = rise + fall
    with np.errstate(invalid="ignore", divide="ignore"):
        index = np.where(whole > 0.0, 100.0 * rise / whole, np.where(np.isnan(whole), np.nan, 50.0))
    return np.concatenate(([np.nan], index))


def _smoothed(values: FloatArray, window: int, share: float) -> FloatArray:
    mean = np.full(len(values), np.nan)
    if len(values) < window:
        return mean
    level = float(values[:window].mean())
    mean[window - 1] = level
    for place, value in enumerate(values[window:].tolist(), start=window):
        level += share * (value - level)
        mean[place] = level
    return mean
