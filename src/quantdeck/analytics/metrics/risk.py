"""Entries of tail losses, drawdowns, distributions and benchmarks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quantdeck.analytics.metrics.metric import Metric

RISK_METRICS: tuple[Metric, ...] = ()
