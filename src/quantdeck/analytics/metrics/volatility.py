"""Entries of volatility, dependence and stationarity."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quantdeck.analytics.metrics.metric import Metric

VOLATILITY_METRICS: tuple[Metric, ...] = ()
