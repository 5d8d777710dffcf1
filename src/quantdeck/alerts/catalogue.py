"""The figures that alert rules can look at: names, arguments, units, meaning.

The one table of them: the parser, the reference, the page's editor and the live figures go by it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.alerts.indicator_metrics import INDICATOR_METRICS
from quantdeck.alerts.market_metrics import MARKET_METRICS
from quantdeck.alerts.study_metrics import STUDY_METRICS

if TYPE_CHECKING:
    from quantdeck.alerts.metric import Metric

METRICS: dict[str, Metric] = {
    metric.name: metric for metric in (*MARKET_METRICS, *INDICATOR_METRICS, *STUDY_METRICS)
}
"""By name, in the order of the reference."""

FUNCTIONS: dict[str, str] = {
    "abs": "Without its sign.",
    "min": "The smallest of several.",
    "max": "The largest of several.",
}
"""What figures can be put through."""
