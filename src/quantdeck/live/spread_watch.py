"""Says when box rates leave a corridor around a benchmark, and when they are back."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.boxes import tenor_rate
from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.analytics.boxes import ExpiryRate
    from quantdeck.analytics.types import FloatArray

_BP = 1e4
_BACK_BP = 2.0
_CERTAIN = 2.0
TENORS_WATCHED = (91, 182, 365, 730)
"""Constant tenors that are compared. [days]"""


class SpreadWatch:
    """Compares the rates of constant tenors with a benchmark, refresh by refresh.

    A tenor is out when it lies beyond a limit by two standard errors, and back when it lies within by two
    basis points: noise at a limit says nothing twice.

    Parameters
    ----------
    days, rates : array of shape (n,)
        The benchmark, continuous, ACT/365 fixed; days ascending. [days, 1/year]
    above_bp, below_bp : float or None
        Limits of box rate less benchmark; None is no limit. [basis points]

    Raises
    ------
    BadInput
        If there is no benchmark, or the limits leave nothing between them.

    Examples
    --------
    >>> import numpy as np
    >>> watch = SpreadWatch(np.array([1.0, 800.0]), np.array([0.04, 0.04]), above_bp=40)
    >>> watch.look([])
    []
    """

    def __init__(
        self,
        days: FloatArray,
        rates: FloatArray,
        *,
        above_bp: float | None = None,
        below_bp: float | None = None,
    ) -> None:
        if not len(days):
            raise BadInput("a limit on the spread to a benchmark needs a benchmark")
        if above_bp is not None and below_bp is not None and above_bp <= below_bp:
            raise BadInput(
                f"the upper limit of the spread must be above the lower, were {above_bp} and {below_bp}"
            )
        self._days, self._rates = days, rates
        self._above = math.inf if above_bp is None else above_bp
        self._below = -math.inf if below_bp is None else below_bp
        self._out: dict[int, str] = {}

    def look(self, rates: Sequence[ExpiryRate]) -> list[str]:
        """Return a sentence for every tenor that has left the corridor, or is back in it.

        Parameters
        ----------
        rates : sequence of ExpiryRate
            Of all expiries; those that are not sound are passed over.
        """
        said: list[str] = []
        for tenor in TENORS_WATCHED:
            spread, bar = self._spread(rates, tenor)
            if math.isfinite(spread):
                said += self._judge(tenor, spread, bar)
        return said

    def _spread(self, rates: Sequence[ExpiryRate], tenor: int) -> tuple[float, float]:
        if not self._days[0] <= tenor <= self._days[-1]:
            return math.nan, math.nan
        rate, error = tenor_rate(rates, tenor)
        level = float(np.interp(tenor, self._days, self._rates))
        return (rate - level) * _BP, error * _BP

    def _judge(self, tenor: int, spread: float, bar: float) -> list[str]:
        figures = f"{spread:+.0f} bp to the benchmark (se {bar:.0f})".replace("-", "\N{MINUS SIGN}")
        known = self._out.get(tenor)
        if known is None:
            if spread - _CERTAIN * bar > self._above:
                self._out[tenor] = "above"
                return [f"box rate of {tenor} days is {figures}, above {self._above:g} bp"]
            if spread + _CERTAIN * bar < self._below:
                self._out[tenor] = "below"
                return [f"box rate of {tenor} days is {figures}, below {self._below:g} bp"]
            return []
        within = (
            spread < self._above - _BACK_BP if known == "above" else spread > self._below + _BACK_BP
        )
        if not within:
            return []
        del self._out[tenor]
        return [f"box rate of {tenor} days is back within its limits: {figures}"]
