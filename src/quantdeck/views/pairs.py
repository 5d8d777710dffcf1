"""Payloads of the Pairs page that are drawn: lines, candles, summary and executions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.live.bars import TIMEFRAMES
from quantdeck.live.staleness import DEFAULT_STALE_AFTER_S
from quantdeck.model.instruments import root_of
from quantdeck.views.breaks import with_breaks
from quantdeck.views.figures import ms_of, price_decimals
from quantdeck.views.payloads import (
    Band,
    CandlesPayload,
    LinesPayload,
    LogPayload,
    RowsPayload,
)
from quantdeck.views.state import empty_state

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quantdeck.analytics.resample import Bars
    from quantdeck.analytics.summary import Summary
    from quantdeck.analytics.types import FloatArray, IntArray
    from quantdeck.live.pair_state import PairNow
    from quantdeck.live.ticks import TickColumns
    from quantdeck.views.payloads import PanelState, Row

BANDS = (Band("sd2", "upper2", "lower2"), Band("sd1", "upper1", "lower1"))
"""The bands of the spread, the wide one first."""
_EDGES = {"mean": 0.0, "upper1": 1.0, "lower1": -1.0, "upper2": 2.0, "lower2": -2.0}
_SERIES = {
    "y": "{y} price",
    "x": "{x} price",
    "y_returns": "{y} {returns} [bp]",
    "x_returns": "{x} {returns} [bp]",
    "spread": "spread{spread}",
}
_IN_UNITS = ("mean", "std", "min", "q25", "median", "q75", "max", "last")
_BASIS_POINTS = 1e4
_BASIS_POINT_DECIMALS = 3
_MOST_TRADES = 60
_LOOKED_AT = 50
_LONGEST_SILENCE_MS = int(DEFAULT_STALE_AFTER_S * 1000)


def spread_payload(now: PairNow, state: PanelState) -> LinesPayload:
    """Return the spread with its rolling mean and bands.

    Parameters
    ----------
    now : PairNow
        The pair.
    state : PanelState
        Of the panel.

    Returns
    -------
    LinesPayload
        Lines ``spread``, ``mean``, ``upper1``, ``lower1``, ``upper2`` and ``lower2``. [log price of
        y, or its currency for levels]
    """
    lines: dict[str, FloatArray] = {}
    if now.spread is not None and now.moments is not None:
        lines = {"spread": now.spread}
        lines |= {name: now.moments.band(sd) for name, sd in _EDGES.items()}
    return _lines(now, lines, state, "spread", BANDS)


def zscore_payload(now: PairNow, state: PanelState) -> LinesPayload:
    """Return the rolling z-score of the spread.

    Parameters
    ----------
    now : PairNow
        The pair.
    state : PanelState
        Of the panel.

    Returns
    -------
    LinesPayload
        One line, ``zscore``. [standard deviations]
    """
    lines = {} if now.zscore is None else {"zscore": now.zscore}
    return _lines(now, lines, state, "zscore")


def correlation_payload(now: PairNow, state: PanelState) -> LinesPayload:
    """Return the rolling correlation of returns.

    Parameters
    ----------
    now : PairNow
        The pair.
    state : PanelState
        Of the panel.

    Returns
    -------
    LinesPayload
        One line, ``correlation``.
    """
    lines = {} if now.correlation is None else {"correlation": now.correlation}
    return _lines(now, lines, state, "correlation")


def _lines(
    now: PairNow,
    lines: Mapping[str, FloatArray],
    state: PanelState,
    answer: str,
    bands: tuple[Band, ...] = (),
) -> LinesPayload:
    return drawn_lines(
        now.question.timeframe,
        now.pair.ts_ns,
        lines,
        state,
        reason=_reason(now, answer),
        bands=bands,
    )


def drawn_lines(
    timeframe: str,
    ts_ns: IntArray,
    lines: Mapping[str, FloatArray],
    state: PanelState,
    *,
    reason: str,
    bands: tuple[Band, ...] = (),
) -> LinesPayload:
    """Return lines of rows as they are drawn: one point a millisecond, broken where nothing came.

    Parameters
    ----------
    timeframe : str
        ``tick`` or that of the bars.
    ts_ns : array of shape (rows,)
        Times of the rows, ascending. [ns]
    lines : mapping of str to array of shape (rows,)
        By id of the panel's column.
    state : PanelState
        Of the panel.
    reason : str
        Why there is nothing, where no line has a value.
    bands : tuple of Band
        Areas between two of the lines.

    Returns
    -------
    LinesPayload
        Empty, with the reason, where no line has a value.
    """
    x = ts_ns // 1_000_000
    if not any(np.isfinite(values).any() for values in lines.values()):
        state = empty_state(state, reason)
    if not lines:
        return LinesPayload(state, x[:0], {})
    # Of ticks within one millisecond the last is drawn: a line has one value at a time
    last = np.append(x[1:] != x[:-1], True) if len(x) else np.zeros(0, np.bool_)
    drawn = {name: values[last] for name, values in lines.items()}
    interval_ns = TIMEFRAMES.get(timeframe, 0)
    longest_ms = max(_LONGEST_SILENCE_MS, 2 * interval_ns // 1_000_000)
    times, broken = with_breaks(x[last], drawn, longest_ms=longest_ms)
    return LinesPayload(state, times, broken, bands)


def _reason(now: PairNow, answer: str) -> str:
    why = now.study.reasons.get(answer) or now.study.reasons.get(f"last_{answer}")
    return why or f"not enough data: {len(now.pair)} rows, the window has {now.study.window}"


def candles_payload(
    bars: Bars, decimals: int, state: PanelState, *, title: str = ""
) -> CandlesPayload:
    """Return bars as candles.

    Parameters
    ----------
    bars : Bars
        Oldest first; the last one may still grow.
    decimals : int
        Of a price.
    state : PanelState
        Of the panel.
    title : str
        What is drawn.

    Returns
    -------
    CandlesPayload
        The same, with times in ms.
    """
    if not len(bars):
        state = empty_state(state, "No execution was received yet")
    return CandlesPayload(
        state,
        decimals,
        bars.start_ns // 1_000_000,
        bars.open,
        bars.high,
        bars.low,
        bars.close,
        bars.volume,
        bars.trades,
        title,
    )


def summary_payload(now: PairNow, names: tuple[str, str], state: PanelState) -> RowsPayload:
    """Return the summary statistics of prices, returns and spread.

    Parameters
    ----------
    now : PairNow
        The pair.
    names : (str, str)
        Canonical symbols of y and x.
    state : PanelState
        Of the panel.

    Returns
    -------
    RowsPayload
        Rows of a ``table`` panel, one per series.
    """
    words = {
        "y": root_of(names[0]),
        "x": root_of(names[1]),
        "returns": "log returns" if now.study.log else "returns",
        "spread": " [bp]" if now.study.log else "",
    }
    in_points = {"y_returns", "x_returns", *(["spread"] if now.study.log else [])}
    prices = {"y": now.pair.y, "x": now.pair.x, "spread": now.pair.y}
    decimals = dict.fromkeys(in_points, _BASIS_POINT_DECIMALS) | {
        name: price_decimals(None, values[-_LOOKED_AT:].tolist())
        for name, values in prices.items()
        if name not in in_points
    }
    rows = [
        _summary_row(
            name, series.format(**words), summary, decimals[name], in_points=name in in_points
        )
        for name, series in _SERIES.items()
        if (summary := now.summaries.get(name)) is not None
    ]
    return RowsPayload(state if rows else empty_state(state, _reason(now, "summary")), rows)


def _summary_row(
    name: str, series: str, summary: Summary, decimals: int, *, in_points: bool
) -> Row:
    scale = _BASIS_POINTS if in_points else 1.0
    # Moments and counts have no unit; the rest is in that of the series.
    told = {field: getattr(summary, field) for field in _IN_UNITS}
    scaled = {field: None if value is None else value * scale for field, value in told.items()}
    return {
        "id": name,
        "series": series,
        "n": summary.n,
        **scaled,
        "skew": summary.skew,
        "kurtosis": summary.excess_kurtosis,
        "autocorrelation": summary.autocorrelation,
        "decimals": decimals,
    }


def trades_payload(sides: Sequence[tuple[str, TickColumns, int]], state: PanelState) -> LogPayload:
    """Return the newest executions of several symbols, newest first.

    Parameters
    ----------
    sides : sequence of (str, TickColumns, int)
        Canonical symbol, its newest executions, and the decimals of its price.
    state : PanelState
        Of the panel.

    Returns
    -------
    LogPayload
        Rows of a ``log`` panel: up where the taker bought, down where it sold.
    """
    words = {1: ("up", "bought"), -1: ("down", "sold"), 0: ("plain", "traded")}
    rows: list[Row] = []
    for symbol, ticks, decimals in sides:
        newest = slice(-_MOST_TRADES, None)
        columns = (ticks.ts_ns, ticks.seq, ticks.price, ticks.size, ticks.side)
        for ts, seq, price, size, side in zip(*(c[newest].tolist() for c in columns), strict=True):
            tone, word = words[side]
            text = f"{root_of(symbol)} {word} {size:,.8g} at {price:,.{decimals}f}"
            rows.append({"id": f"{symbol}/{seq}", "ts": ms_of(ts), "tone": tone, "text": text})
    # Newest first, and of one millisecond in the order of arrival, as `LogPayload` wants it
    rows.sort(key=lambda row: -row["ts"])
    kept = rows[:_MOST_TRADES]
    return LogPayload(state if kept else empty_state(state, "No execution was received yet"), kept)
