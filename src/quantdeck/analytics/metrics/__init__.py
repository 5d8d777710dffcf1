"""Registry of every metric: name, formula, convention, unit, source, function and test.

One file per family holds its entries; add a metric there and run ``scripts/docs-reference``, which
writes ``docs/reference/metrics.md``. The registry computes nothing and imports no other part of
`quantdeck.analytics`, so that commands may list it at no cost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.analytics.metrics.benchmark import BENCHMARK_METRICS
from quantdeck.analytics.metrics.metric import Metric, MetricGroup
from quantdeck.analytics.metrics.options import OPTION_METRICS
from quantdeck.analytics.metrics.performance import PERFORMANCE_METRICS
from quantdeck.analytics.metrics.portfolio import PORTFOLIO_METRICS
from quantdeck.analytics.metrics.risk import RISK_METRICS
from quantdeck.analytics.metrics.strategies import STRATEGY_METRICS
from quantdeck.analytics.metrics.technical import TECHNICAL_METRICS
from quantdeck.analytics.metrics.volatility import VOLATILITY_METRICS
from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping

METRICS: Mapping[str, Metric] = {
    metric.name: metric
    for metric in (
        *PERFORMANCE_METRICS,
        *VOLATILITY_METRICS,
        *RISK_METRICS,
        *BENCHMARK_METRICS,
        *PORTFOLIO_METRICS,
        *TECHNICAL_METRICS,
        *OPTION_METRICS,
        *STRATEGY_METRICS,
    )
}
"""Every metric by its name."""


def metric(name: str) -> Metric:
    """Return what is said of a metric.

    Parameters
    ----------
    name : str
        Key of `METRICS`.

    Returns
    -------
    Metric
        Formula, convention, unit, source.

    Raises
    ------
    BadInput
        If there is none of that name.

    Examples
    --------
    >>> metric("sharpe_ratio").function
    'performance.sharpe_ratio'
    """
    found = METRICS.get(name)
    if found is None:
        near = [known for known in METRICS if name.split("_", maxsplit=1)[0] in known]
        hint = f"did you mean {', '.join(near[:5])}?" if near else "see the reference of metrics"
        raise BadInput(f"no metric is called {name!r}; {hint}", field="metric")
    return found


__all__ = ["METRICS", "Metric", "MetricGroup", "metric"]
