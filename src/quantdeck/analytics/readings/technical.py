"""Readings of technical indicators at the newest bar, and the levels around its close."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.readings.reading import WHOLE, MetricReading, Part, reading, taken
from quantdeck.analytics.technical import (
    INDICATORS,
    Candles,
    evaluate,
    price_levels,
    prior_session_pivots,
    swing_points,
)
from quantdeck.analytics.technical_study import candles_of
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from quantdeck.analytics.price_series import PriceSeries
    from quantdeck.analytics.technical import FloorPivots, Indicator, Output, PriceLevel, Swing

_LEVEL_BARS = 250
_PIVOTS = ("r3", "r2", "r1", "pivot", "s1", "s2", "s3")


def technical_readings(series: PriceSeries) -> list[MetricReading]:
    """Return what every indicator reads at the newest bar, at its usual parameters.

    Parameters
    ----------
    series : PriceSeries
        Closed bars.

    Returns
    -------
    list of MetricReading
        One for each output; then the nearest support and resistance, the newest swings and the
        pivots of the session before.

    Examples
    --------
    >>> from quantdeck.analytics.price_series import PriceSeries
    >>> close = np.arange(1.0, 41.0)
    >>> series = PriceSeries("X:Y", "1d", 1, np.arange(40), *[close] * 6)
    >>> found = technical_readings(series)
    >>> found[0].id, found[0].value
    ('sma', 30.5)
    """
    candles = candles_of(series)
    found: list[MetricReading] = []
    session = _last_session(candles)
    for indicator in INDICATORS.values():
        # What starts again with every session knows nothing of those before.
        found += _of_indicator(indicator, session if indicator.anchored else candles)
    return [*found, *_levels(candles), *_swings(candles), *_pivots(candles)]


def _of_indicator(indicator: Indicator, candles: Candles) -> list[MetricReading]:
    outputs = indicator.outputs
    parts = [WHOLE if len(outputs) == 1 else _part(indicator, each) for each in outputs]
    try:
        values = evaluate(indicator, candles, {})
    except BadInput as error:
        return [reading(indicator.name, None, part=p, reason=str(error)) for p in parts]
    needed = values.lookback + 1
    reason = (
        f"{len(candles)} bars; {needed} are needed"
        if len(candles) < needed
        else "the last bars have gaps, or do not move"
    )
    given = tuple((name, float(value)) for name, value in values.parameters.items())
    return [
        reading(
            indicator.name,
            float(column[-1]) if len(column) else None,
            part=part,
            parameters=given,
            reason=reason,
        )
        for part, column in zip(parts, values.values, strict=True)
    ]


def _last_session(candles: Candles) -> Candles:
    if candles.opens_session is None or not candles.opens_session.any():
        return candles
    return _tail(candles, len(candles) - int(np.flatnonzero(candles.opens_session)[-1]))


def _part(indicator: Indicator, output: Output) -> Part:
    # "MACD, line" rather than "MACD, MACD"
    return output.name, "line" if output.title == indicator.title else output.title


def _levels(candles: Candles) -> list[MetricReading]:
    # Levels are searched in about a year of days: turns of ten years ago hold nobody back today.
    recent = _tail(candles, _LEVEL_BARS)
    try:
        found = price_levels(recent)
    except NoData as error:
        found, reason = (), str(error)
    else:
        reason = f"no level is there in the last {len(recent)} bars"
    return [
        reading("price_levels", _nearest(found, role), part=(role, role), reason=reason)
        for role in ("support", "resistance")
    ]


def _nearest(levels: tuple[PriceLevel, ...], role: str) -> float | None:
    chosen = [level for level in levels if level.role == role]
    return min(chosen, key=lambda level: abs(level.distance_atr)).price if chosen else None


def _swings(candles: Candles) -> list[MetricReading]:
    found = swing_points(_tail(candles, _LEVEL_BARS))
    return [
        reading(
            "swing_points",
            _newest(found, kind),
            part=(kind, f"newest {kind}"),
            reason=f"none is confirmed in the last {min(len(candles), _LEVEL_BARS)} bars",
        )
        for kind in ("high", "low")
    ]


def _newest(swings: tuple[Swing, ...], kind: str) -> float | None:
    chosen = [swing for swing in swings if swing.kind == kind]
    return chosen[-1].price if chosen else None


def _pivots(candles: Candles) -> list[MetricReading]:
    def pivots() -> FloorPivots:
        try:
            return prior_session_pivots(candles)
        except BadInput as error:
            raise NoData(str(error)) from error

    return [
        taken(
            "floor_pivots",
            lambda name=name: float(getattr(pivots(), name)),
            part=(name, "pivot" if name == "pivot" else name.upper()),
        )
        for name in _PIVOTS
    ]


def _tail(candles: Candles, rows: int) -> Candles:
    return Candles(
        candles.high[-rows:],
        candles.low[-rows:],
        candles.close[-rows:],
        None if candles.volume is None else candles.volume[-rows:],
        None if candles.start_ns is None else candles.start_ns[-rows:],
        candles.interval_ns,
        None if candles.opens_session is None else candles.opens_session[-rows:],
    )
