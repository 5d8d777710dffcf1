"""Smiles and surfaces over strikes, moneyness or delta."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.options.skew import moneyness
from quantdeck.analytics.options.surface import usable_quotes
from quantdeck.model.errors import NoData

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from quantdeck.analytics.options.expiry_study import ExpiryStudy
    from quantdeck.analytics.options.surface import FittedSmile, VolSurface
    from quantdeck.analytics.types import FloatArray

_FINE = 161
_COLUMNS = 61
_DELTAS = (0.02, 0.98)
_DEVIATIONS = (-4.0, 3.0)


class StrikeAxis(StrEnum):
    """What strikes are laid out by; all of them rise with the strike."""

    LOG = "ln K/F"
    RATIO = "K/F"
    STRIKE = "strike"
    DELTA = "delta"
    """N(-d1): size of the forward delta of the put on the fitted smile."""
    DEVIATIONS = "deviations"
    """ln(K / F) / (sigma_atm sqrt(tau))."""


@dataclass(frozen=True, slots=True, eq=False)
class SurfaceGrid:
    """A surface on one axis; arrays of shape (expiries, columns) but for `x` and `days`.

    Parameters
    ----------
    axis : StrikeAxis
        What `x` is.
    x : array of shape (columns,)
        Ascending.
    days : array of shape (expiries,)
        Calendar days, ascending. [days]
    names : tuple of str
        Root and expiry of every row.
    fitted : array
        Volatility of the smiles; NaN beyond the strikes that they were fitted to. [1/sqrt(year)]
    quoted : array
        Mid volatilities, linear between the strikes that count. [1/sqrt(year)]
    """

    axis: StrikeAxis
    x: FloatArray
    days: FloatArray
    names: tuple[str, ...]
    fitted: FloatArray
    quoted: FloatArray


def strikes_on(axis: StrikeAxis, study: ExpiryStudy, strikes: ArrayLike) -> FloatArray:
    """Return strikes of an expiry on an axis.

    Parameters
    ----------
    axis : StrikeAxis
        What they are laid out by.
    study : ExpiryStudy
        With volatilities.
    strikes : array_like of shape (n,)
        > 0. [price]

    Returns
    -------
    array of shape (n,)
        In the unit of the axis.

    Raises
    ------
    NoData
        If the expiry has no forward, or the axis needs a fitted smile and there is none.
    """
    if study.smile is None:
        raise NoData(f"{study.name} has no volatilities: {study.refusal}")
    given = np.asarray(strikes, np.float64)
    match axis:
        case StrikeAxis.STRIKE:
            return given
        case StrikeAxis.RATIO:
            return given / study.smile.forward
        case StrikeAxis.LOG:
            return np.log(given / study.smile.forward)
        case _ if study.fitted is None:
            raise NoData(f"{study.name} has no fitted smile: {study.refusal}")
        case _:
            return _on(axis, study.fitted, given)


def _on(axis: StrikeAxis, found: FittedSmile, strikes: FloatArray) -> FloatArray:
    scales = moneyness(found, strikes)
    match axis:
        case StrikeAxis.STRIKE:
            return strikes
        case StrikeAxis.RATIO:
            return scales.ratio
        case StrikeAxis.LOG:
            return scales.log
        case StrikeAxis.DELTA:
            return 1.0 - scales.call_delta
        case StrikeAxis.DEVIATIONS:
            return scales.standardised


def surface_grid(surface: VolSurface, axis: StrikeAxis, *, columns: int = _COLUMNS) -> SurfaceGrid:
    """Return fitted and quoted volatilities of every expiry on one axis.

    Parameters
    ----------
    surface : VolSurface
        Fitted smiles.
    axis : StrikeAxis
        What strikes are laid out by.
    columns : int
        Points of the axis.

    Returns
    -------
    SurfaceGrid
        Over the strikes that the middle half of the expiries reach; deltas from 0.02 to 0.98, deviations
        from -4 to 3.
    """
    fine = [_fine(axis, found) for found in surface.smiles]
    if axis is StrikeAxis.DELTA:
        low, high = _DELTAS
    elif axis is StrikeAxis.DEVIATIONS:
        low, high = _DEVIATIONS
    else:
        low = float(np.quantile([at[0] for at, _ in fine], 0.25))
        high = float(np.quantile([at[-1] for at, _ in fine], 0.75))
    x = np.linspace(low, high, columns)
    quoted = [_quoted(axis, found) for found in surface.smiles]
    return SurfaceGrid(
        axis=axis,
        x=x,
        days=365.0 * surface.tau,
        names=tuple(f"{s.quotes.root} {s.quotes.expiry}" for s in surface.smiles),
        fitted=np.stack([_between(x, *each) for each in fine]),
        quoted=np.stack([_between(x, *each) for each in quoted]),
    )


def _fine(axis: StrikeAxis, found: FittedSmile) -> tuple[FloatArray, FloatArray]:
    k = np.linspace(found.fit.low, found.fit.high, _FINE)
    return _on(axis, found, found.quotes.forward * np.exp(k)), found.volatility(k)


def _quoted(axis: StrikeAxis, found: FittedSmile) -> tuple[FloatArray, FloatArray]:
    quotes = found.quotes
    known = usable_quotes(quotes) & (quotes.log_moneyness >= found.fit.low)
    known &= quotes.log_moneyness <= found.fit.high
    return _on(axis, found, quotes.strikes[known]), quotes.quoted.mid[known]


def _between(x: FloatArray, at: FloatArray, values: FloatArray) -> FloatArray:
    return np.interp(x, at, values, left=np.nan, right=np.nan)
