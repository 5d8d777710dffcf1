"""What trading costs: fees, half the spread, slippage, and the funding of perpetual futures."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, overload

import numpy as np

from quantdeck.analytics.series import as_series
from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from quantdeck.analytics.types import FloatArray, IntArray

BP = 1e-4
"""One basis point, as a fraction."""

_LARGEST_BP = 5_000.0


@dataclass(frozen=True, slots=True)
class Costs:
    """What it costs to trade one instrument, in basis points of the price and by the unit.

    Parameters
    ----------
    taker_bp : float
        Fee of an order that trades at once, on the traded notional.
    maker_bp : float
        Fee of an order that rested in the book; negative for a rebate.
    half_spread_bp : float
        Distance from the price that is seen to the side of the book that is paid.
    slippage_bp : float
        What the price moves against the order on top of that.
    per_unit : float
        Commission on each share or unit, beside the fee; of an option that of a contract divided by
        its multiplier. Charged by `quantdeck.trading.fills.fill_order`. [currency]

    Raises
    ------
    BadInput
        If one is not finite, beyond half the price, or negative; the maker's fee alone may be.
    """

    taker_bp: float = 0.0
    maker_bp: float = 0.0
    half_spread_bp: float = 0.0
    slippage_bp: float = 0.0
    per_unit: float = 0.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.per_unit) and self.per_unit >= 0.0):
            raise BadInput(f"per_unit must be finite and not negative, was {self.per_unit}")
        for each in fields(self):
            if each.name == "per_unit":
                continue
            value = getattr(self, each.name)
            lowest = -_LARGEST_BP if each.name == "maker_bp" else 0.0
            if not (math.isfinite(value) and lowest <= value < _LARGEST_BP):
                raise BadInput(
                    f"{each.name} must be from {lowest:g} to {_LARGEST_BP:g} basis points, "
                    f"was {value}"
                )

    @property
    def worse_bp(self) -> float:
        """Return by how many bp a taker trades worse than the price that is seen."""
        return self.half_spread_bp + self.slippage_bp


@overload
def executed_price(reference: float, sign: float, costs: Costs) -> float: ...
@overload
def executed_price(reference: FloatArray, sign: FloatArray | float, costs: Costs) -> FloatArray: ...
def executed_price(
    reference: float | FloatArray, sign: FloatArray | float, costs: Costs
) -> float | FloatArray:
    """Return executed = reference * (1 + sign * (half_spread_bp + slippage_bp) / 10^4).

    Parameters
    ----------
    reference : float or array of shape (n,)
        Price that is seen: the middle, or the last one traded. [currency]
    sign : float or array of shape (n,)
        +1 for a purchase, -1 for a sale.
    costs : Costs
        Of the instrument.

    Returns
    -------
    float or array of shape (n,)
        Price at which a taker trades, before the fee. [currency]

    Examples
    --------
    >>> round(executed_price(100.0, 1.0, Costs(half_spread_bp=1.0, slippage_bp=2.0)), 4)
    100.03
    """
    return reference * (1.0 + sign * (costs.worse_bp * BP))


def funding_rates(
    ts_ns: ArrayLike, *, rate: float, interval_ns: int, phase_ns: int = 0
) -> FloatArray:
    """Return the rate of funding that falls due at each row, 0 where none does.

    Parameters
    ----------
    ts_ns : array of shape (n,)
        Times of the rows, UTC, strictly increasing. [ns]
    rate : float
        Of every interval, a decimal fraction of the notional at mark; longs pay shorts where it is
        positive.
    interval_ns : int
        Between two payments; 8 hours on most venues. [ns]
    phase_ns : int
        Time of one payment; the epoch by default, so that 8 hours give 00, 08 and 16 UTC. [ns]

    Returns
    -------
    array of shape (n,)
        rate * the count of payment times in (ts_ns[t-1], ts_ns[t]]; 0 in the first row.

    Raises
    ------
    BadInput
        If the interval is not positive, the rate not finite, or times do not increase.

    Notes
    -----
    A constant rate is an assumption; where the rates that were paid are known, use those.

    Examples
    --------
    >>> hour = 3_600_000_000_000
    >>> funding_rates([6 * hour, 7 * hour, 8 * hour, 24 * hour], rate=1e-4, interval_ns=8 * hour)
    array([0.    , 0.    , 0.0001, 0.0002])
    """
    if interval_ns <= 0 or not math.isfinite(rate):
        raise BadInput(
            f"funding needs a finite rate and a positive interval; was {rate} every {interval_ns} ns"
        )
    times = np.asarray(ts_ns, np.int64)
    _check_times(times)
    due = np.zeros(len(times))
    due[1:] = np.diff((times - phase_ns) // interval_ns)
    return rate * due


def funding_due(ts_ns: ArrayLike, paid_ns: ArrayLike, rates: ArrayLike) -> FloatArray:
    """Return the rate of funding that falls due at each row, of payments that are known.

    Parameters
    ----------
    ts_ns : array of shape (n,)
        Times of the rows, UTC, strictly increasing. [ns]
    paid_ns : array of shape (m,)
        Times of the payments, UTC, in any order. [ns]
    rates : array of shape (m,)
        Of each payment, a decimal fraction of the notional at mark.

    Returns
    -------
    array of shape (n,)
        Sum of the rates of payments in (ts_ns[t-1], ts_ns[t]]; 0 in the first row.

    Raises
    ------
    BadInput
        If lengths differ, a rate is not finite, or times of rows do not increase.

    Examples
    --------
    >>> funding_due([0, 10, 20], [10, 15, 20, 99], [0.1, 0.2, 0.3, 0.4])
    array([0. , 0.1, 0.5])
    """
    times, paid = np.asarray(ts_ns, np.int64), np.asarray(paid_ns, np.int64)
    each = as_series(rates, "rates")
    if paid.shape != each.shape or not np.isfinite(each).all():
        raise BadInput("every payment of funding needs a time and a finite rate")
    _check_times(times)
    due = np.zeros(len(times))
    at = np.searchsorted(times, paid, side="left")
    known = (at > 0) & (at < len(times))
    np.add.at(due, at[known], each[known])
    return due


def _check_times(times: IntArray) -> None:
    if times.ndim != 1 or not (np.diff(times) > 0).all():
        raise BadInput("times of rows must increase strictly, in one dimension")
