"""Everything a technical page says of one instrument, from its closed bars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.signals import find_signals
from quantdeck.analytics.technical import (
    Candles,
    evaluate,
    indicator,
    price_levels,
    prior_session_pivots,
)
from quantdeck.analytics.volatility import volatility_regimes
from quantdeck.analytics.volatility_lines import volatility_lines
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from quantdeck.analytics.price_series import PriceSeries
    from quantdeck.analytics.signals import Signal
    from quantdeck.analytics.technical import FloorPivots, IndicatorValues, PriceLevel
    from quantdeck.analytics.types import BoolArray, FloatArray
    from quantdeck.analytics.volatility import Regimes

_DAY_NS = 86_400_000_000_000


@dataclass(frozen=True, slots=True)
class Chosen:
    """An indicator or a rule and some of its parameters; the others are at their defaults.

    Parameters
    ----------
    name : str
        Key of `INDICATORS` or of `SIGNALS`.
    parameters : tuple of (str, float)
        By name.
    """

    name: str
    parameters: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class TechnicalChoices:
    """What is asked of the bars of one instrument.

    Parameters
    ----------
    indicators : tuple of Chosen
        In the order in which they are drawn.
    rules : tuple of Chosen or None
        Signals looked for; None for every rule at its defaults.
    bars : int or None
        Newest bars that are shown and that levels are made of; None for all. Indicators, signals and
        volatilities read all bars there are.
    volatility_window : int
        Returns in the rolling volatilities, >= 2.
    """

    indicators: tuple[Chosen, ...] = ()
    rules: tuple[Chosen, ...] | None = None
    bars: int | None = None
    volatility_window: int = 20


@dataclass(frozen=True, slots=True)
class GrowingBar:
    """The bar that follows the closed ones and has not ended, as it stands.

    Parameters
    ----------
    start_ns : int
        Its start, UTC. [ns]
    open, high, low, close : float
        So far. [currency]
    volume : float
        So far; NaN where not known. [units]
    """

    start_ns: int
    open: float
    high: float
    low: float
    close: float
    volume: float


@dataclass(frozen=True, slots=True, eq=False)
class TechnicalStudy:
    """What the bars of one instrument say; every array is as long as the series.

    Parameters
    ----------
    series : PriceSeries
        All bars that were read.
    candles : Candles
        The same, with the first bars of sessions: those with another date, UTC, than the bar before.
    choices : TechnicalChoices
        What was asked.
    shown : int
        Newest bars that are to be shown.
    indicators : tuple of IndicatorValues
        Those chosen that the bars suffice for.
    levels : tuple of PriceLevel
        Support and resistance of the bars shown, most touches first.
    pivots : FloorPivots or None
        Of the session of the newest bar; daily bars are sessions of their own.
    signals : tuple of Signal
        Of all bars, by confirmation.
    volatility : mapping of str to array
        Rolling volatilities by estimator, see `volatility_lines`. [1/sqrt(year)]
    regimes : Regimes or None
        Of the volatility of closes.
    unanswered : tuple of (str, str)
        What the bars do not suffice for, and why.
    growing : GrowingBar or None
        The bar that has not ended; no level, signal or volatility reads it.
    peeked : tuple of tuples of float
        What the outputs of each indicator would be if it ended as it stands.
    """

    series: PriceSeries
    candles: Candles
    choices: TechnicalChoices
    shown: int
    indicators: tuple[IndicatorValues, ...]
    levels: tuple[PriceLevel, ...]
    pivots: FloorPivots | None
    signals: tuple[Signal, ...]
    volatility: Mapping[str, FloatArray]
    regimes: Regimes | None
    unanswered: tuple[tuple[str, str], ...]
    growing: GrowingBar | None = None
    peeked: tuple[tuple[float, ...], ...] = ()

    @property
    def first_shown(self) -> int:
        """Row of the oldest bar that is to be shown."""
        return len(self.series) - self.shown

    @property
    def last_close(self) -> float:
        """Close of the newest bar. [currency]."""
        return float(self.series.close[-1])


def candles_of(series: PriceSeries) -> Candles:
    """Return the candles of a series of prices, with the bars that open sessions.

    Parameters
    ----------
    series : PriceSeries
        Oldest first.

    Returns
    -------
    Candles
        Views of the same memory. Volume is absent where no bar has one. A session begins with the
        first bar of a date, UTC; a daily bar is a session of its own.
    """
    has_volume = bool(np.isfinite(series.volume).any())
    return Candles(
        series.high,
        series.low,
        series.close,
        series.volume if has_volume else None,
        series.start_ns,
        series.interval_ns,
        _opens_session(series),
    )


def _opens_session(series: PriceSeries) -> BoolArray:
    days = series.start_ns // _DAY_NS
    opens = np.ones(len(days), bool)
    if series.interval_ns < _DAY_NS:
        opens[1:] = days[1:] != days[:-1]
        # Where the bars begin in the middle of a day, that part is no session.
        opens[:1] = series.start_ns[:1] % _DAY_NS == 0
    return opens


def study_technical(
    series: PriceSeries, choices: TechnicalChoices, *, growing: GrowingBar | None = None
) -> TechnicalStudy:
    """Return what the bars of an instrument say: indicators, levels, signals, volatility, regimes.

    Parameters
    ----------
    series : PriceSeries
        Bars that have ended, oldest first.
    choices : TechnicalChoices
        What is asked.
    growing : GrowingBar, optional
        The bar after them, that has not ended.

    Returns
    -------
    TechnicalStudy
        What the bars do not suffice for is among `unanswered`, with the reason.

    Raises
    ------
    BadInput
        If a choice is unknown, or a parameter of it wrong.
    NoData
        If there are no bars.

    Notes
    -----
    Every part is that of its own function, such as `technical.evaluate`, `signals.find_signals` and
    `technical.price_levels`; nothing at a row knows a row after it, but for levels, which are those of
    the newest bar.
    """
    if len(series) == 0:
        raise NoData(f"{series.symbol}: there are no bars of {series.interval} yet")
    if choices.bars is not None and choices.bars < 1:
        raise BadInput(f"bars must be at least 1, was {choices.bars}", field="bars")
    candles = candles_of(series)
    shown = len(series) if choices.bars is None else min(choices.bars, len(series))
    gaps = _Unanswered()
    values = [
        found
        for each in choices.indicators
        if (found := gaps.tried(each.name, lambda e=each: _values(e, candles))) is not None
    ]
    rules = None if choices.rules is None else {r.name: dict(r.parameters) for r in choices.rules}
    report = find_signals(candles, rules)
    gaps.notes += report.unanswered
    lines = volatility_lines(series, window=choices.volatility_window)
    gaps.notes += lines.unanswered
    closes = lines.values.get("close")
    return TechnicalStudy(
        series=series,
        candles=candles,
        choices=choices,
        shown=shown,
        indicators=tuple(values),
        levels=gaps.tried("levels", lambda: price_levels(_last(candles, shown))) or (),
        pivots=gaps.tried("pivots", lambda: prior_session_pivots(candles)),
        signals=report.signals,
        volatility=lines.values,
        regimes=(
            None if closes is None else gaps.tried("regimes", lambda: volatility_regimes(closes))
        ),
        unanswered=tuple(gaps.notes),
        growing=growing,
        peeked=() if growing is None else _peeked(values, candles, growing),
    )


def _peeked(
    values: list[IndicatorValues], candles: Candles, growing: GrowingBar
) -> tuple[tuple[float, ...], ...]:
    last_start = -1 if candles.start_ns is None else int(candles.start_ns[-1])
    if growing.start_ns <= last_start:
        raise BadInput(
            f"a growing bar begins after the closed ones; began at {growing.start_ns}, the last of "
            f"them at {last_start}"
        )
    is_new_date = growing.start_ns // _DAY_NS != last_start // _DAY_NS
    longer = Candles(
        np.append(candles.high, growing.high),
        np.append(candles.low, growing.low),
        np.append(candles.close, growing.close),
        None if candles.volume is None else np.append(candles.volume, growing.volume),
        opens_session=(
            None if candles.opens_session is None else np.append(candles.opens_session, is_new_date)
        ),
    )
    again = (evaluate(each.indicator, longer, each.parameters) for each in values)
    return tuple(tuple(float(output[-1]) for output in each.values) for each in again)


def _values(chosen: Chosen, candles: Candles) -> IndicatorValues:
    found = indicator(chosen.name)
    if found.anchored and candles.interval_ns >= _DAY_NS:
        raise NoData(
            f"{found.title} starts again with every session; it takes bars shorter than a day"
        )
    if candles.volume is None and any("volume" in call.columns for call in found.calls):
        raise NoData(f"{found.title} needs volumes; these bars have none")
    values = evaluate(found, candles, dict(chosen.parameters))
    if not np.isfinite(values.values[0]).any():
        raise NoData(
            f"{found.title} takes {values.lookback + 1} bars without a gap; there are {len(candles)}"
        )
    return values


def _last(candles: Candles, rows: int) -> Candles:
    return Candles(
        candles.high[-rows:],
        candles.low[-rows:],
        candles.close[-rows:],
        start_ns=None if candles.start_ns is None else candles.start_ns[-rows:],
        interval_ns=candles.interval_ns,
    )


class _Unanswered:
    def __init__(self) -> None:
        self.notes: list[tuple[str, str]] = []

    def tried(self, name: str, make: Callable[[], Any]) -> Any:
        try:
            return make()
        except NoData as reason:
            self.notes.append((name, str(reason)))
            return None
