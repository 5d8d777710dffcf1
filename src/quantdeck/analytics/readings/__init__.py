"""What every metric of one instrument reads now, each with its unit, convention and reason.

The registry of `quantdeck.analytics.metrics` says what a figure is; this room says what it is here.
"""

from __future__ import annotations

from quantdeck.analytics.readings.reading import MetricReading
from quantdeck.analytics.readings.report import MetricReport, report_metrics
from quantdeck.analytics.readings.rules import ReadingRules

__all__ = ["MetricReading", "MetricReport", "ReadingRules", "report_metrics"]
