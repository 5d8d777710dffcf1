"""Studies of risk as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from quantdeck.analytics.metrics import metric

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from quantdeck.analytics.risk.figures import ReturnFigure
    from quantdeck.analytics.risk.study import RiskStudy

_TIME = pa.timestamp("ns", "UTC")
_MONTHS = (*("jan", "feb", "mar", "apr", "may", "jun"), *("jul", "aug", "sep", "oct", "nov", "dec"))


def figure_rows(figures: Sequence[ReturnFigure]) -> pa.Table:
    """Return figures with what the registry says of them.

    Parameters
    ----------
    figures : sequence of ReturnFigure
        Keys of METRICS and their values.

    Returns
    -------
    pa.Table
        Columns ``id, title, group, value, unit, convention, reason``.

    Examples
    --------
    >>> from quantdeck.analytics.risk import ReturnFigure
    >>> figure_rows([ReturnFigure("beta", 1.5, "")]).to_pylist()[0]["title"]
    'Beta'
    """
    entries = [metric(each.name) for each in figures]
    return pa.table(
        {
            "id": [each.name for each in figures],
            "title": [each.title for each in entries],
            "group": [each.group.value for each in entries],
            "value": pa.array([each.value for each in figures], pa.float64()),
            "unit": [each.unit for each in entries],
            "convention": [each.convention for each in entries],
            "reason": [each.reason for each in figures],
        }
    )


def _figures(study: RiskStudy) -> pa.Table:
    return figure_rows((*study.figures, *study.volatilities))


def _tails(study: RiskStudy) -> pa.Table:
    tails = study.tails
    return pa.table(
        {
            "method": pa.array([each.method for each in tails], pa.string()),
            "level": pa.array([each.level for each in tails], pa.float64()),
            "value_at_risk": pa.array([each.value_at_risk for each in tails], pa.float64()),
            "expected_shortfall": pa.array(
                [each.expected_shortfall for each in tails], pa.float64()
            ),
            "in_tail": pa.array([each.in_tail for each in tails], pa.int64()),
            "note": pa.array([each.note for each in tails], pa.string()),
        }
    )


def _drawdowns(study: RiskStudy) -> pa.Table:
    falls = study.drawdowns
    return pa.table(
        {
            "depth": pa.array([each.depth for each in falls], pa.float64()),
            "peak": pa.array([each.peak_ts for each in falls], _TIME),
            "trough": pa.array([each.trough_ts for each in falls], _TIME),
            "recovery": pa.array([each.recovery_ts for each in falls], _TIME),
            "periods_down": pa.array([each.periods_down for each in falls], pa.int64()),
            "periods_under": pa.array([each.periods_under for each in falls], pa.int64()),
        }
    )


def _months(study: RiskStudy) -> pa.Table:
    found = study.months
    columns = {name: found.months[:, i] for i, name in enumerate(_MONTHS)}
    return pa.table({"year": found.years.astype(np.int64), **columns, "year_total": found.totals})


def _histogram(study: RiskStudy) -> pa.Table:
    found = study.histogram
    edges = np.zeros(1) if found is None else found.edges
    counts = np.zeros(0) if found is None else found.counts
    normal = np.zeros(0) if found is None else found.normal
    return pa.table(
        {
            "low": edges[:-1],
            "high": edges[1:],
            "count": counts.astype(np.int64),
            "normal": normal,
        }
    )


def _memory(study: RiskStudy) -> pa.Table:
    found = study.memory
    lags = np.zeros(0, np.int64) if found is None else found.lags.astype(np.int64)
    values = np.zeros(0) if found is None else found.values
    bartlett = np.zeros(0) if found is None else found.bartlett
    band = np.full(len(lags), np.nan if found is None else found.band)
    return pa.table({"lag": lags, "value": values, "band": band, "bartlett": bartlett})


def _stationarity(study: RiskStudy) -> pa.Table:
    tests = study.stationarity
    return pa.table(
        {
            "test": pa.array([each.name for each in tests], pa.string()),
            "of": pa.array([each.of for each in tests], pa.string()),
            "statistic": pa.array([each.statistic for each in tests], pa.float64()),
            "pvalue": pa.array([each.pvalue for each in tests], pa.float64()),
            "critical": pa.array([each.critical for each in tests], pa.float64()),
            "lag": pa.array([each.lag for each in tests], pa.int64()),
            "reason": pa.array([each.reason for each in tests], pa.string()),
        }
    )


def _exceedances(study: RiskStudy) -> pa.Table:
    found = study.back_test
    rows = np.zeros(0, np.int64) if found is None else np.asarray(found.test.rows, np.int64)
    forecast = np.zeros(0) if found is None else found.forecast[rows]
    return pa.table(
        {
            # the return of a row is known at the close after it
            "time": pa.array(study.ts_ns[rows + 1], pa.int64()).cast(_TIME),
            "return": study.returns[rows],
            "value_at_risk": forecast,
        }
    )


def _paths(study: RiskStudy) -> pa.Table:
    first = np.full(1, np.nan)
    forecast = (
        np.full(len(study.returns), np.nan) if study.back_test is None else study.back_test.forecast
    )
    return pa.table(
        {
            "time": pa.array(study.ts_ns, pa.int64()).cast(_TIME),
            "return": np.concatenate((first, study.returns)),
            "wealth": study.wealth,
            "underwater": study.underwater,
            "sharpe": study.sharpe,
            "volatility": study.volatility,
            "ewma_volatility": study.ewma,
            "yang_zhang_volatility": study.ranged,
            "value_at_risk": np.concatenate((first, forecast)),
        }
    )


RISK_PARTS: Mapping[str, Callable[[RiskStudy], pa.Table]] = {
    "figures": _figures,
    "tails": _tails,
    "exceedances": _exceedances,
    "drawdowns": _drawdowns,
    "months": _months,
    "histogram": _histogram,
    "autocorrelation": _memory,
    "stationarity": _stationarity,
    "paths": _paths,
}
"""Tables of a study of risk, by name."""
