"""Technical studies and boards of signals as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from quantdeck.analytics.signals.board import board_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from quantdeck.analytics.signals.board import BoardRow
    from quantdeck.analytics.technical_study import TechnicalStudy
    from quantdeck.analytics.types import FloatArray

_TIME = pa.timestamp("ns", "UTC")
_PIVOTS = ("r3", "r2", "r1", "pivot", "s1", "s2", "s3")


def indicator_columns(study: TechnicalStudy) -> dict[str, FloatArray]:
    """Return the lines of the indicators chosen, by name, parameters and output.

    Parameters
    ----------
    study : TechnicalStudy
        The study.

    Returns
    -------
    dict of str to array of shape (n,)
        Such as ``macd(12,26,9).signal``; of an indicator with one output, ``rsi(14)``.
    """
    columns: dict[str, FloatArray] = {}
    for values in study.indicators:
        given = ",".join(f"{value:g}" for value in values.parameters.values())
        name = f"{values.indicator.name}({given})" if given else values.indicator.name
        outputs = values.indicator.outputs
        for output, column in zip(outputs, values.values, strict=True):
            columns[name if len(outputs) == 1 else f"{name}.{output.name}"] = column
    return columns


def signal_table(rows: Sequence[BoardRow]) -> pa.Table:
    """Return signals with what the price did since, newest confirmation first.

    Parameters
    ----------
    rows : sequence of BoardRow
        The signals.

    Returns
    -------
    pa.Table
        Columns ``symbol, known, bar, rule, event, direction, settled, price, last, change, age_bars,
        values``; nothing may act on a signal before `known`.

    Examples
    --------
    >>> signal_table([]).column_names[:3]
    ['symbol', 'known', 'bar']
    """
    signals = [row.signal for row in rows]
    return pa.table(
        {
            "symbol": pa.array([row.symbol for row in rows], pa.string()),
            "known": pa.array([each.confirmed_ns for each in signals], _TIME),
            "bar": pa.array([each.bar_ns for each in signals], _TIME),
            "rule": pa.array([each.rule for each in signals], pa.string()),
            "event": pa.array([each.event for each in signals], pa.string()),
            "direction": pa.array([each.direction.value for each in signals], pa.string()),
            "settled": pa.array([each.settled for each in signals], pa.bool_()),
            "price": pa.array([row.price for row in rows], pa.float64()),
            "last": pa.array([row.last for row in rows], pa.float64()),
            "change": pa.array([row.change for row in rows], pa.float64()),
            "age_bars": pa.array([row.age_bars for row in rows], pa.int64()),
            "values": pa.array(
                [", ".join(f"{n}={v:.6g}" for n, v in each.values) for each in signals], pa.string()
            ),
        }
    )


def _readings(study: TechnicalStudy) -> pa.Table:
    columns = indicator_columns(study)
    settled = {
        id(column): values.settled for values in study.indicators for column in values.values
    }
    last = {name: float(column[-1]) for name, column in columns.items()}
    return pa.table(
        {
            "id": pa.array(list(columns), pa.string()),
            "value": pa.array([v if np.isfinite(v) else None for v in last.values()], pa.float64()),
            "settled": pa.array([bool(settled[id(c)][-1]) for c in columns.values()], pa.bool_()),
        }
    )


def _series(study: TechnicalStudy) -> pa.Table:
    first = study.first_shown
    columns = {"close": study.series.close, **indicator_columns(study)}
    return pa.table(
        {
            "time": pa.array(study.series.start_ns[first:], pa.int64()).cast(_TIME),
            **{name: column[first:] for name, column in columns.items()},
        }
    )


def _levels(study: TechnicalStudy) -> pa.Table:
    levels = study.levels
    return pa.table(
        {
            "role": pa.array([each.role for each in levels], pa.string()),
            "price": pa.array([each.price for each in levels], pa.float64()),
            "low": pa.array([each.low for each in levels], pa.float64()),
            "high": pa.array([each.high for each in levels], pa.float64()),
            "touches": pa.array([each.touches for each in levels], pa.int64()),
            "distance_atr": pa.array([each.distance_atr for each in levels], pa.float64()),
            "known": pa.array([each.confirmed_ns for each in levels], _TIME),
        }
    )


def _pivots(study: TechnicalStudy) -> pa.Table:
    found = study.pivots
    names = [] if found is None else list(_PIVOTS)
    prices = [] if found is None else [getattr(found, name) for name in names]
    return pa.table({"id": pa.array(names, pa.string()), "price": pa.array(prices, pa.float64())})


def _signals(study: TechnicalStudy) -> pa.Table:
    return signal_table(board_rows(study.series, study.signals))


def _volatility(study: TechnicalStudy) -> pa.Table:
    first = study.first_shown
    regime = np.full(len(study.series), np.nan) if study.regimes is None else study.regimes.state
    return pa.table(
        {
            "time": pa.array(study.series.start_ns[first:], pa.int64()).cast(_TIME),
            **{name: values[first:] for name, values in study.volatility.items()},
            "regime": regime[first:],
        }
    )


TECHNICAL_PARTS: Mapping[str, Callable[[TechnicalStudy], pa.Table]] = {
    "readings": _readings,
    "series": _series,
    "levels": _levels,
    "pivots": _pivots,
    "signals": _signals,
    "volatility": _volatility,
}
"""Tables of a technical study, by name."""
