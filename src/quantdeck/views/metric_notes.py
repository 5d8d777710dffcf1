"""What a page says of how a figure is computed, taken from the registry of metrics."""

from __future__ import annotations

import math

from quantdeck.analytics.metrics import metric
from quantdeck.views.figures import MINUS, number_text, pvalue_text

_PERCENT_UNITS = ("decimal", "0 to 1", "share")


def how_computed(*names: str) -> str:
    """Return formula, convention and source of metrics, one sentence each.

    Parameters
    ----------
    *names : str
        Keys of `quantdeck.analytics.metrics.METRICS`.

    Raises
    ------
    BadInput
        If there is none of that name.

    Examples
    --------
    >>> how_computed("calmar_ratio")
    'Calmar ratio: CAGR / max drawdown; both of the whole sample (Young, Calmar Ratio, Futures (1991)).'
    """
    parts: list[str] = []
    for name in names:
        found = metric(name)
        parts.append(f"{found.title}: {found.formula}; {found.convention} ({found.source}).")
    return " ".join(parts)


def metric_text(name: str, value: float | None) -> str:
    """Return the value of a metric as a person reads it: shares in per cent, the rest as numbers.

    Parameters
    ----------
    name : str
        Key of `quantdeck.analytics.metrics.METRICS`.
    value : float or None
        None is a dash.

    Examples
    --------
    >>> metric_text("cagr", 0.1234), metric_text("sharpe_ratio", -0.512)
    ('12.34 %', '−0.512')
    >>> metric_text("jarque_bera", 0.00004), metric_text("longest_losing_run", 7.0)
    ('< .0001', '7')
    """
    if value is None or not math.isfinite(value):
        return "–"
    unit = metric(name).unit
    if "p-value" in unit:
        return pvalue_text(value)
    if unit.startswith("periods"):
        return f"{value:,.0f}"
    if unit.startswith(_PERCENT_UNITS):
        return f"{100.0 * value:,.2f} %".replace("-", MINUS)
    return number_text(value, 3)
