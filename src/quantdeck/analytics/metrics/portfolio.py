"""Entries of portfolios."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quantdeck.analytics.metrics.metric import Metric

PORTFOLIO_METRICS: tuple[Metric, ...] = ()
