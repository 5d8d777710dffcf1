"""Candles with indicators, levels and signals, as the Technical page draws them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.signals import SIGNALS, Direction
from quantdeck.analytics.technical import Pane
from quantdeck.model.history import Adjustment
from quantdeck.model.instruments import root_of
from quantdeck.views.figures import ms_of, price_decimals
from quantdeck.views.panels import Guide
from quantdeck.views.payloads import (
    CandlesPayload,
    ChartLevel,
    ChartLine,
    ChartPane,
    Marker,
    RowsPayload,
)
from quantdeck.views.state import empty_state
from quantdeck.views.technical_choices import ALL_RULES, NONE, RULES, line_ids, short_name
from quantdeck.views.technical_readings import decimals_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.analytics.price_series import PriceSeries
    from quantdeck.analytics.signals import Signal
    from quantdeck.analytics.technical import IndicatorValues, PriceLevel
    from quantdeck.analytics.technical_study import Chosen, TechnicalStudy
    from quantdeck.analytics.types import FloatArray
    from quantdeck.views.payloads import PanelState, Row

LEVELS = ("levels", "pivots", "both", "none")
"""What may be drawn across the candles."""

_MOST_LEVELS = 3
_TERMS = {
    Adjustment.RAW: "as traded",
    Adjustment.SPLIT: "adjusted for splits",
    Adjustment.TOTAL: "adjusted for splits and dividends",
}
_PIVOTS = ("r3", "r2", "r1", "pivot", "s1", "s2", "s3")


def decimals_shown(series: PriceSeries, tick_size: float | None = None) -> int:
    """Return how many decimals prices of a series are shown with.

    Parameters
    ----------
    series : PriceSeries
        With one bar at least.
    tick_size : float or None
        Smallest step, where the venue says; adjusted prices are not in steps of it. [currency]

    Returns
    -------
    int
        Those of the step; else 2 for prices from 1 on, and four digits below.

    Examples
    --------
    >>> from quantdeck.analytics.price_series import PriceSeries
    >>> price = np.array([0.0123])
    >>> decimals_shown(PriceSeries("A", "1d", 1, np.array([0]), *[price] * 6))
    5
    """
    if tick_size:
        return price_decimals(tick_size)
    last = abs(float(series.close[-1]))
    if not 0.0 < last < 1.0:
        return 2
    return min(8, 3 - math.floor(math.log10(last)))


def chart_payload(
    study: TechnicalStudy,
    state: PanelState,
    *,
    drawn: Sequence[Chosen],
    marks: str,
    levels: str,
    decimals: int,
) -> CandlesPayload:
    """Return the bars shown with what is drawn over and below them.

    Parameters
    ----------
    study : TechnicalStudy
        The study.
    state : PanelState
        Of the panel.
    drawn : sequence of Chosen
        Indicators that are drawn; the others are read only.
    marks : str
        Key of `RULES` whose signals are marked; ``all`` or ``none``.
    levels : str
        One of `LEVELS`.
    decimals : int
        Of a price.

    Returns
    -------
    CandlesPayload
        A signal stands at the bar at whose close it was known; the last bar may be one that has not
        ended, with the indicators as they would be if it ended so.
    """
    series, first, bar = study.series, study.first_shown, study.growing
    chosen = [each for each in study.indicators if _is_drawn(each, drawn)]
    over = [each for each in chosen if each.indicator.pane is Pane.PRICE]

    def column(name: str) -> FloatArray:
        newest = None if bar is None else float(getattr(bar, name))
        return _with(getattr(series, name)[first:], newest)

    starts = series.start_ns[first:] // 1_000_000
    return CandlesPayload(
        state,
        decimals,
        starts if bar is None else np.append(starts, bar.start_ns // 1_000_000),
        column("open"),
        column("high"),
        column("low"),
        column("close"),
        column("volume"),
        np.full(study.shown + (bar is not None), np.nan),
        title=chart_title(series),
        markers=_markers(study, marks),
        overlays=tuple(line for each in over for line in _lines(each, decimals)),
        panes=tuple(_pane(each, decimals) for each in chosen if each not in over),
        levels=_levels(study, levels),
        series=_figures(study, drawn),
    )


def _figures(study: TechnicalStudy, drawn: Sequence[Chosen]) -> dict[str, FloatArray]:
    figures: dict[str, FloatArray] = {}
    for at, each in enumerate(study.indicators):
        if not _is_drawn(each, drawn):
            continue
        newest = study.peeked[at] if study.peeked else (None,) * len(each.values)
        outputs = zip(line_ids(each), each.indicator.outputs, each.values, newest, strict=True)
        figures |= {
            name: _with(values[study.first_shown :], now)
            for name, output, values, now in outputs
            if output.name != "direction"
        }
    return figures


def _with(values: FloatArray, newest: float | None) -> FloatArray:
    return values if newest is None else np.append(values, newest)


def chart_title(series: PriceSeries) -> str:
    """Return what is drawn: symbol, interval, and the terms of adjusted prices.

    Parameters
    ----------
    series : PriceSeries
        The prices.
    """
    said = f"{root_of(series.symbol)}, {series.interval} bars"
    if series.adjustment is not Adjustment.RAW:
        said += f", {_TERMS[series.adjustment]}"
    return f"{said} [{series.currency}]" if series.currency else said


def levels_payload(study: TechnicalStudy, state: PanelState, *, decimals: int) -> RowsPayload:
    """Return support, resistance and pivots from the highest price to the lowest.

    Parameters
    ----------
    study : TechnicalStudy
        The study.
    state : PanelState
        Of the panel.
    decimals : int
        Of a price.
    """
    close = study.last_close
    rows: list[Row] = []
    for at, level in enumerate(study.levels):
        rows.append(
            {
                "id": f"level:{at}",
                "what": level.role,
                "price": level.price,
                "touches": level.touches,
                "away": level.price / close - 1.0,
                "away_atr": level.distance_atr,
                "known": ms_of(level.confirmed_ns),
                "decimals": decimals,
            }
        )
    pivots = study.pivots
    for name in _PIVOTS if pivots is not None else ():
        price = float(getattr(pivots, name))
        rows.append(
            {
                "id": f"pivot:{name}",
                "what": "pivot" if name == "pivot" else f"pivot {name.upper()}",
                "price": price,
                "touches": None,
                "away": price / close - 1.0,
                "away_atr": None,
                "known": ms_of(pivots.known_ns if pivots else None),
                "decimals": decimals,
            }
        )
    if not rows:
        reasons = dict(study.unanswered)
        reason = reasons.get("levels") or reasons.get("pivots") or "No two swings agree on a price"
        return RowsPayload(empty_state(state, reason), [])
    here = {"id": "close", "what": "last close", "price": close, "decimals": decimals}
    rows.append(here | dict.fromkeys(("touches", "away", "away_atr", "known")))
    return RowsPayload(state, sorted(rows, key=lambda row: (-row["price"], row["id"])))


def _is_drawn(values: IndicatorValues, drawn: Sequence[Chosen]) -> bool:
    given = tuple(values.parameters.items())
    return any(each.name == values.indicator.name and each.parameters == given for each in drawn)


def _lines(values: IndicatorValues, decimals: int) -> list[ChartLine]:
    own = decimals_of(values, decimals)
    names = zip(line_ids(values), values.indicator.outputs, strict=True)
    outputs = [(name, output) for name, output in names if output.name != "direction"]
    lines: list[ChartLine] = []
    for name, output in outputs:
        title = output.title
        if len(outputs) == 1:
            title = short_name(values)
        elif values.indicator.pane is Pane.PRICE:
            title = f"{short_name(values)} {output.title.lower()}"
        mark = "edge" if output.drawing == "band" else output.drawing
        if values.indicator.name == "supertrend":
            mark = "dots"
        same = own == decimals and values.indicator.pane is Pane.PRICE
        lines.append(ChartLine(name, title, mark, None if same else own))
    # What stands behind is drawn first.
    return sorted(lines, key=lambda line: line.mark != "histogram")


def _pane(values: IndicatorValues, decimals: int) -> ChartPane:
    found = values.indicator
    return ChartPane(
        id=line_ids(values)[0],
        title=short_name(values),
        lines=tuple(_lines(values, decimals)),
        unit=found.unit,
        guides=tuple(Guide(guide.value, guide.title) for guide in found.guides),
    )


def _levels(study: TechnicalStudy, wanted: str) -> tuple[ChartLevel, ...]:
    lines: list[ChartLevel] = []
    if wanted in {"levels", "both"}:
        near = sorted(study.levels, key=lambda level: abs(level.distance_atr))
        for role in ("support", "resistance"):
            lines += [_level(each) for each in near if each.role == role][:_MOST_LEVELS]
    if wanted in {"pivots", "both"} and study.pivots is not None:
        pivots = study.pivots
        lines += [
            ChartLevel(float(getattr(pivots, name)), _pivot_label(name), "pivot")
            for name in _PIVOTS
        ]
    return tuple(sorted(lines, key=lambda line: -line.price))


def _level(level: PriceLevel) -> ChartLevel:
    return ChartLevel(level.price, f"{level.role.capitalize()} ×{level.touches}", level.role)


def _pivot_label(name: str) -> str:
    return "Pivot" if name == "pivot" else name.upper()


def _markers(study: TechnicalStudy, marks: str) -> tuple[Marker, ...]:
    if marks == NONE:
        return ()
    first, rule = study.first_shown, RULES.get(marks)
    return tuple(
        _marker(study, signal)
        for signal in study.signals
        if signal.confirmed_row >= first and (marks == ALL_RULES or signal.rule == rule)
    )


def _marker(study: TechnicalStudy, signal: Signal) -> Marker:
    x = int(study.series.start_ns[signal.confirmed_row]) // 1_000_000
    kind = "up" if signal.direction is Direction.UP else "down"
    if signal.rule == "volatility_regime":
        kind = "note"
    return Marker(x, kind, f"{SIGNALS[signal.rule].title}: {signal.event}, known at its close")
