"""Conventions of a report of metrics."""

from __future__ import annotations

import math
from dataclasses import dataclass

from quantdeck.analytics.volatility import RISKMETRICS_DECAY
from quantdeck.model.errors import BadInput


@dataclass(frozen=True, slots=True)
class ReadingRules:
    """What the reader chose where the field differs.

    Parameters
    ----------
    window : int
        Bars of the rolling figures and of the volatilities from ranges, >= 3.
    annual_rate : float
        Riskless rate, effective annual. [decimal]
    annual_target : float
        Least acceptable return of Sortino, downside deviation and omega, effective annual. [decimal]
    levels : tuple of float
        Confidences of the tail losses; the first is that of the figures without a part.
    lags : int
        Of the Ljung-Box test.
    decay : float
        Weight of the past in the exponentially weighted volatility.

    Raises
    ------
    BadInput
        If one makes no sense; the error names it.

    Examples
    --------
    >>> ReadingRules(levels=(0.95, 0.99)).window
    63
    """

    window: int = 63
    annual_rate: float = 0.0
    annual_target: float = 0.0
    levels: tuple[float, ...] = (0.95,)
    lags: int = 10
    decay: float = RISKMETRICS_DECAY

    def __post_init__(self) -> None:
        if self.window < 3:
            raise BadInput(f"window must be at least 3 bars, was {self.window}", field="window")
        if self.lags < 1:
            raise BadInput(f"lags must be at least 1, was {self.lags}", field="lags")
        for name in ("annual_rate", "annual_target"):
            rate = getattr(self, name)
            if not (math.isfinite(rate) and rate > -1.0):
                raise BadInput(f"{name} must be above -1, was {rate}", field=name)
        if not self.levels or not all(0.5 <= level < 1.0 for level in self.levels):
            raise BadInput(
                f"confidences lie from 0.5 to below 1, such as 0.95; were {self.levels}",
                field="confidence",
            )
        if not 0.0 < self.decay < 1.0:
            raise BadInput(f"decay lies between 0 and 1, was {self.decay}", field="decay")
