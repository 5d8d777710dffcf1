"""Entries of options."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quantdeck.analytics.metrics.metric import Metric

OPTION_METRICS: tuple[Metric, ...] = ()
