"""Tail losses at several levels by three methods side by side, and the back-test of one of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quantdeck.analytics.performance.tails import tail_loss
from quantdeck.analytics.risk.exceedances import exceedance_test, rolling_value_at_risk
from quantdeck.analytics.risk.parametric import cornish_fisher_tail, gaussian_tail
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from quantdeck.analytics.risk.exceedances import ExceedanceTest, TailMethod
    from quantdeck.analytics.types import FloatArray

_LEAST_IN_TAIL = 5.0


@dataclass(frozen=True, slots=True)
class TailRow:
    """Tail loss of one period at one level by one method.

    Parameters
    ----------
    method : str
        ``historical``, ``gaussian`` or ``cornish_fisher``.
    level : float
        Confidence.
    value_at_risk, expected_shortfall : float or None
        A loss is positive; None where the returns cannot tell. [decimal]
    in_tail : int or None
        Returns behind the expected shortfall, of the historical one.
    note : str
        Why there is no figure, or what to beware of; may be empty.
    """

    method: str
    level: float
    value_at_risk: float | None
    expected_shortfall: float | None
    in_tail: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class BackTest:
    """Forecasts of value at risk and the losses that followed.

    Parameters
    ----------
    forecast : array of shape (n,)
        For each return, from those before it; NaN at first. [decimal]
    window : int
        Returns that a forecast knows.
    method : str
        ``historical`` or ``gaussian``.
    test : ExceedanceTest
        How often they were exceeded, and the tests of that.
    """

    forecast: FloatArray
    window: int
    method: TailMethod
    test: ExceedanceTest


def tail_table(returns: ArrayLike, levels: Sequence[float]) -> tuple[TailRow, ...]:
    """Return value at risk and expected shortfall of every level by every method.

    Parameters
    ----------
    returns : array of shape (n,)
        Simple returns a period. [decimal]
    levels : sequence of float
        Confidences, each in (0.5, 1).

    Returns
    -------
    tuple of TailRow
        Level by level: historical, normal, Cornish-Fisher.

    Raises
    ------
    BadInput
        If a return is not finite, or a level makes no sense.

    Examples
    --------
    >>> import numpy as np
    >>> rows = tail_table(np.linspace(-0.05, 0.05, 101), [0.95])
    >>> [(row.method, round(row.value_at_risk, 4)) for row in rows[:2]]
    [('historical', 0.045), ('gaussian', 0.0482)]
    """
    return tuple(row for level in levels for row in _rows(returns, level))


def back_test(
    returns: ArrayLike, *, level: float, window: int, method: TailMethod = "historical"
) -> BackTest:
    """Return forecasts of the value at risk for every period, and the test of their exceedances.

    Parameters
    ----------
    returns : array of shape (n,)
        Simple returns a period, oldest first. [decimal]
    level : float
        Confidence, in (0.5, 1).
    window : int
        Returns that a forecast knows; taken as the fewest that leave five in the tail where that is
        more.
    method : {"historical", "gaussian"}
        How.

    Returns
    -------
    BackTest
        Forecasts and test.

    Raises
    ------
    BadInput
        If an option makes no sense.
    NoData
        If there are not more returns than the window; the message says how many are needed.

    Examples
    --------
    >>> import numpy as np
    >>> found = back_test(np.tile([0.01, -0.01, 0.02, -0.02], 50), level=0.95, window=60)
    >>> found.window, found.test.n, found.test.count
    (100, 100, 0)
    """
    if not 0.5 < level < 1.0:
        raise BadInput(
            f"level must lie between 0.5 and 1, such as 0.95; was {level}", field="level"
        )
    fewest = math.ceil(_LEAST_IN_TAIL / (1.0 - level) - 1e-9) if method == "historical" else 2
    used = max(window, fewest)
    forecast = rolling_value_at_risk(returns, window=used, level=level, method=method)
    if len(forecast) <= used:
        raise NoData(
            f"{len(forecast)} returns; a back-test at {level:g} needs more than {used}, "
            "which a forecast knows"
        )
    return BackTest(forecast, used, method, exceedance_test(returns, forecast, level=level))


def _rows(returns: ArrayLike, level: float) -> list[TailRow]:
    found: list[TailRow] = []
    try:
        real = tail_loss(returns, level=level)
        found.append(
            TailRow("historical", level, real.value_at_risk, real.expected_shortfall, real.in_tail)
        )
    except NoData as error:
        found.append(TailRow("historical", level, None, None, note=str(error)))
    for name, compute in (("gaussian", gaussian_tail), ("cornish_fisher", cornish_fisher_tail)):
        try:
            tail = compute(returns, level=level)
            values = tail.value_at_risk, tail.expected_shortfall
            found.append(TailRow(name, level, *values, note=tail.warning or ""))
        except NoData as error:
            found.append(TailRow(name, level, None, None, note=str(error)))
    return found
