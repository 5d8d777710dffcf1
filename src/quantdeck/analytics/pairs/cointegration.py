"""Engle-Granger test of whether two prices share one stochastic trend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.pairs.hedge import ols_hedge
from quantdeck.analytics.pairs.spread import fitted_spread
from quantdeck.analytics.stationarity.adf import adf
from quantdeck.analytics.stationarity.mackinnon import mackinnon_critical, mackinnon_pvalue

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from quantdeck.analytics.pairs.hedge import HedgeFit
    from quantdeck.analytics.stationarity.adf import AutoLag
    from quantdeck.analytics.stationarity.mackinnon import Regression


@dataclass(frozen=True, slots=True)
class EngleGranger:
    """Outcome of an Engle-Granger test of y on x.

    Parameters
    ----------
    statistic : float
        t-value of the lagged level of the residuals.
    pvalue : float
        Probability of a smaller one if the pair is not cointegrated (MacKinnon 1994, two series).
    lag : int
        Lagged differences in the test of the residuals.
    n : int
        Rows of that test.
    critical : dict of str to float
        Critical values at "1%", "5%" and "10%" (MacKinnon 2010, two series); empty without an
        intercept, for which none are published.
    fit : HedgeFit
        The cointegrating line.
    """

    statistic: float
    pvalue: float
    lag: int
    n: int
    critical: dict[str, float]
    fit: HedgeFit


def engle_granger(
    y: ArrayLike,
    x: ArrayLike,
    *,
    log: bool = True,
    intercept: bool = True,
    max_lag: int | None = None,
    autolag: AutoLag | None = "aic",
) -> EngleGranger:
    """Return the Engle-Granger test of the residuals of y on x.

    Parameters
    ----------
    y, x : array of shape (n,)
        Prices of the two instruments, row by row. Rows where either is not finite are left out.
    log : bool
        Test log prices; prices must then be > 0.
    intercept : bool
        Let the line have a level.
    max_lag : int or None
        Longest lag tried; None takes `default_max_lag`.
    autolag : {"aic", "bic"} or None
        Criterion that chooses the lag; None takes `max_lag` itself.

    Returns
    -------
    EngleGranger
        Statistic and p-value; a small p-value speaks for cointegration.

    Raises
    ------
    BadInput
        If the series differ in length, or a price is <= 0 with `log`.
    NoData
        If there are too few rows, y or x does not move, or they lie on one line.

    Notes
    -----
    The residuals are tested without deterministic terms, against MacKinnon's surfaces for residuals
    of a line between two series (N = 2) with a constant and no trend, or with neither where
    `intercept` is False: for many rows the critical value at 5 % is -3.34, not the -2.86 of a series
    that was not fitted. The plain test of `adf` would find cointegration in one of seven unrelated
    pairs at its 5 % level. The surfaces hold for least squares alone, no other estimator. The test
    of x on y is another test. R. F. Engle and C. W. J. Granger,
    "Co-integration and Error Correction", Econometrica 55 (1987) 251-276.

    Examples
    --------
    >>> random = np.random.default_rng(1)
    >>> x = 100.0 + np.cumsum(random.normal(size=500))
    >>> y = 2.0 * x + random.normal(size=500)
    >>> engle_granger(y, x, log=False).pvalue < 0.01
    True
    """
    series_y, series_x = np.asarray(y, np.float64), np.asarray(x, np.float64)
    fit = ols_hedge(series_y, series_x, log=log, intercept=intercept)
    return cointegration_of(
        fit, fitted_spread(fit, series_y, series_x), max_lag=max_lag, autolag=autolag
    )


def cointegration_of(
    fit: HedgeFit,
    spread: ArrayLike,
    *,
    max_lag: int | None = None,
    autolag: AutoLag | None = "aic",
) -> EngleGranger:
    """Return the Engle-Granger test of a spread that is at hand already.

    Parameters
    ----------
    fit : HedgeFit
        The least-squares line of the pair.
    spread : array of shape (n,)
        Its residuals over the rows that it was fitted to, see `fitted_spread`; rows that are not
        finite are left out.
    max_lag : int or None
        Longest lag tried; None takes `default_max_lag`.
    autolag : {"aic", "bic"} or None
        Criterion that chooses the lag; None takes `max_lag` itself.

    Returns
    -------
    EngleGranger
        Statistic and p-value.

    Raises
    ------
    NoData
        If there are too few rows or the spread does not move.

    Examples
    --------
    >>> random = np.random.default_rng(1)
    >>> x = 100.0 + np.cumsum(random.normal(size=500))
    >>> y = 2.0 * x + random.normal(size=500)
    >>> fit = ols_hedge(y, x)
    >>> cointegration_of(fit, fitted_spread(fit, y, x)) == engle_granger(y, x)
    True
    """
    residuals = np.asarray(spread, np.float64)
    test = adf(residuals[np.isfinite(residuals)], max_lag=max_lag, autolag=autolag, regression="n")
    terms: Regression = "c" if fit.has_intercept else "n"
    return EngleGranger(
        statistic=test.statistic,
        pvalue=mackinnon_pvalue(test.statistic, terms, series=2),
        lag=test.lag,
        n=test.n,
        # one row less than was fitted, as in Stata's egranger and statsmodels' coint
        critical=mackinnon_critical(terms, fit.n - 1, series=2),
        fit=fit,
    )


def cointegration_pvalue(y: ArrayLike, x: ArrayLike, *, log: bool = True) -> float:
    """Return the Engle-Granger p-value of y on x, lag chosen by AIC.

    Parameters
    ----------
    y, x : array of shape (n,)
        Prices of the two instruments, row by row.
    log : bool
        Test log prices; prices must then be > 0.

    Returns
    -------
    float
        Probability of so stationary a spread if the pair is not cointegrated.

    Raises
    ------
    BadInput
        If the series differ in length, or a price is <= 0 with `log`.
    NoData
        If there are too few rows, y or x does not move, or they lie on one line.

    Examples
    --------
    >>> random = np.random.default_rng(2)
    >>> walks = 100.0 + np.cumsum(random.normal(size=(2, 500)), axis=1)
    >>> round(cointegration_pvalue(*walks), 2)
    0.73
    """
    return engle_granger(y, x, log=log).pvalue
