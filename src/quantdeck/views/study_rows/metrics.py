"""Readings of metrics, and bars, as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from quantdeck.analytics.price_series import PriceSeries
    from quantdeck.analytics.readings import MetricReport


def metric_table(report: MetricReport) -> pa.Table:
    """Return the readings of a report, a row each.

    Parameters
    ----------
    report : MetricReport
        Every reading.

    Returns
    -------
    pa.Table
        Columns ``id, title, group, value, text, unit, convention, parameters, reason``; an absent value
        is null and has a reason.
    """
    readings = report.readings
    return pa.table(
        {
            "id": [each.id for each in readings],
            "title": [each.title for each in readings],
            "group": [each.metric.group.value for each in readings],
            "value": pa.array([each.value for each in readings], pa.float64()),
            "text": [each.text for each in readings],
            "unit": [each.metric.unit for each in readings],
            "convention": [each.metric.convention for each in readings],
            "parameters": [
                ", ".join(f"{name}={value:g}" for name, value in each.parameters)
                for each in readings
            ],
            "reason": [each.reason for each in readings],
        }
    )


def history_table(series: PriceSeries) -> pa.Table:
    """Return bars, oldest first.

    Parameters
    ----------
    series : PriceSeries
        Closed bars.

    Returns
    -------
    pa.Table
        Columns ``start_ns, open, high, low, close, volume, raw_close``; NaN where absent.

    Examples
    --------
    >>> import numpy as np
    >>> from quantdeck.analytics.price_series import PriceSeries
    >>> one = np.array([1.0])
    >>> history_table(PriceSeries("X:Y", "1d", 1, np.array([0]), *[one] * 6)).to_pylist()[0]["close"]
    1.0
    """
    names = ("start_ns", "open", "high", "low", "close", "volume", "raw_close")
    return pa.table({name: getattr(series, name) for name in names})
