"""How risk is studied where nobody says otherwise."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RiskParts:
    """How risk is studied where nobody says otherwise.

    Parameters
    ----------
    levels : tuple of float
        Confidences on offer; the first is the one of the figures.
    lookback : int
        Bars studied, the newest.
    rolling : int
        Returns in a window of the rolling figures.
    window : int
        Returns a forecast of the back-test knows.
    annual_rate : float
        Riskless rate, effective annual. [decimal]
    kelly_cap : float
        Largest leverage that Kelly's capped fraction may ask for.
    """

    levels: tuple[float, ...] = (0.95, 0.975, 0.99)
    lookback: int = 1260
    rolling: int = 63
    window: int = 250
    annual_rate: float = 0.0
    kelly_cap: float = 1.0
