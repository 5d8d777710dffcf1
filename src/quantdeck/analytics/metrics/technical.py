"""Entries of technical indicators and signals."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quantdeck.analytics.metrics.metric import Metric

TECHNICAL_METRICS: tuple[Metric, ...] = ()
