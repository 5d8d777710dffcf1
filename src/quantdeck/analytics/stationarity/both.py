"""Both tests of whether a series wanders: their null hypotheses are opposite."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quantdeck.analytics.stationarity.adf import adf
from quantdeck.analytics.stationarity.kpss import kpss
from quantdeck.model.errors import NoData

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


@dataclass(frozen=True, slots=True)
class StationarityTest:
    """One test of whether a series wanders.

    Parameters
    ----------
    name : str
        ``adf`` or ``kpss``, a key of `quantdeck.analytics.metrics.METRICS`.
    of : str
        ``log prices`` or ``returns``.
    statistic, pvalue, critical : float or None
        Statistic, p-value and the critical value at 5 %; None where the test cannot be made.
    lag : int or None
        Chosen by AIC, or by the data (KPSS).
    reason : str
        Why there is none.
    """

    name: str
    of: str
    statistic: float | None = None
    pvalue: float | None = None
    critical: float | None = None
    lag: int | None = None
    reason: str = ""


def stationarity_tests(of: str, values: ArrayLike) -> tuple[StationarityTest, StationarityTest]:
    """Return the augmented Dickey-Fuller and the KPSS test of a series, around a level.

    Parameters
    ----------
    of : str
        What the series is, such as ``returns``.
    values : array of shape (n,)
        Evenly spaced values, oldest first, all finite.

    Returns
    -------
    tuple of StationarityTest
        ADF, whose null is that the series wanders, and KPSS, whose null is that it does not.

    Raises
    ------
    BadInput
        If a value is not finite.

    Examples
    --------
    >>> import numpy as np
    >>> wandering = np.cumsum(np.random.default_rng(1).normal(size=300))
    >>> [round(test.pvalue, 2) for test in stationarity_tests("walk", wandering)]
    [0.98, 0.0]
    """
    return _tested("adf", of, values), _tested("kpss", of, values)


def _tested(name: str, of: str, values: ArrayLike) -> StationarityTest:
    try:
        found = adf(values) if name == "adf" else kpss(values)
    except NoData as error:
        return StationarityTest(name, of, reason=str(error))
    critical = found.critical["5%"]
    return StationarityTest(name, of, found.statistic, found.pvalue, critical, found.lag)
