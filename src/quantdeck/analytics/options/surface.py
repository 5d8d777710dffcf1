"""A volatility surface: one SVI smile per expiry, and total variance between them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.options.svi_fit import FEWEST, fit_svi
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from numpy.typing import ArrayLike

    from quantdeck.analytics.options.smile import Smile
    from quantdeck.analytics.options.svi_fit import SviFit
    from quantdeck.analytics.types import BoolArray, FloatArray

# Deviations at the money, below and above the forward, from which on quotes do not count.
_LOWEST, _HIGHEST = 8.0, 6.0


@dataclass(frozen=True, slots=True, eq=False)
class FittedSmile:
    """The quotes of one expiry and the smile through them.

    Parameters
    ----------
    quotes : Smile
        What it was fitted to.
    fit : SviFit
        The smile, its errors and the tests of arbitrage.
    """

    quotes: Smile
    fit: SviFit

    def volatility(self, log_moneyness: ArrayLike) -> FloatArray:
        """Return sqrt(w(k) / tau).

        Parameters
        ----------
        log_moneyness : array_like
            k = ln(K / F).

        Returns
        -------
        array
            [1/sqrt(year)]
        """
        return np.sqrt(self.fit.smile.total_variance(log_moneyness) / self.fit.tau)


@dataclass(frozen=True, slots=True, eq=False)
class TermStructure:
    """At-the-money volatility by time; arrays of shape (expiries,).

    Parameters
    ----------
    tau : array
        [years]
    volatility : array
        At K = F. [1/sqrt(year)]
    forward_volatility : array
        Of the time since the expiry before: sqrt of the increase of total variance a year. Of the first
        expiry, its own. [1/sqrt(year)]
    forward : array
        Forward price. [price]
    """

    tau: FloatArray
    volatility: FloatArray
    forward_volatility: FloatArray
    forward: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class VolSurface:
    """Fitted smiles in order of time, and those that could not be fitted.

    Parameters
    ----------
    smiles : tuple of FittedSmile
        Ascending in time.
    refused : tuple of tuple
        Root, expiry and reason of those that were left out.
    """

    smiles: tuple[FittedSmile, ...]
    refused: tuple[tuple[str, date, str], ...] = ()

    @property
    def tau(self) -> FloatArray:
        """Times of the smiles, ascending, in years."""
        return np.array([found.fit.tau for found in self.smiles])

    @property
    def has_arbitrage(self) -> bool:
        """Whether a smile allows a butterfly, or two neighbours a calendar, of negative price."""
        return any(found.fit.has_arbitrage for found in self.smiles)

    def total_variance(self, log_moneyness: ArrayLike, tau: ArrayLike) -> FloatArray:
        """Return w(k, tau).

        Parameters
        ----------
        log_moneyness : array_like
            k = ln(K / F(tau)).
        tau : array_like
            Times; broadcasts with `log_moneyness`. [years]

        Returns
        -------
        array
            sigma^2 tau; NaN where a time is not positive.

        Notes
        -----
        Linear in time at equal k between expiries, which keeps a surface free of calendar arbitrage so.
        Before the first expiry and after the last, the volatility of that expiry is kept.
        """
        k, when = np.broadcast_arrays(
            np.asarray(log_moneyness, np.float64), np.asarray(tau, np.float64)
        )
        times = self.tau
        after = np.searchsorted(times, when)
        found = np.full(k.shape, np.nan)
        for at in sorted({int(x) for x in after.ravel()}):
            here = (after == at) & (when > 0.0)
            low, high = max(at - 1, 0), min(at, len(times) - 1)
            first = self.smiles[low].fit.smile.total_variance(k[here])
            if at in {0, len(times)}:
                found[here] = first * when[here] / times[low]
                continue
            second = self.smiles[high].fit.smile.total_variance(k[here])
            share = (when[here] - times[low]) / (times[high] - times[low])
            found[here] = first + share * (second - first)
        return found

    def volatility(self, log_moneyness: ArrayLike, tau: ArrayLike) -> FloatArray:
        """Return sqrt(w(k, tau) / tau).

        Parameters
        ----------
        log_moneyness : array_like
            k = ln(K / F(tau)).
        tau : array_like
            Times; broadcasts with `log_moneyness`. [years]

        Returns
        -------
        array
            [1/sqrt(year)]
        """
        return np.sqrt(self.total_variance(log_moneyness, tau) / np.asarray(tau, np.float64))

    def forward(self, tau: ArrayLike) -> FloatArray:
        """Return the forward price, its logarithm linear in time between expiries.

        Parameters
        ----------
        tau : array_like
            Times; that of the nearest expiry before the first and after the last. [years]

        Returns
        -------
        array
            [price]
        """
        logs = np.log([found.quotes.forward for found in self.smiles])
        return np.exp(np.interp(np.asarray(tau, np.float64), self.tau, logs))

    def term_structure(self) -> TermStructure:
        """Return at-the-money volatilities and those between expiries.

        Returns
        -------
        TermStructure
            One row per expiry.
        """
        times = self.tau
        total = np.array([float(f.fit.smile.total_variance(0.0)) for f in self.smiles])
        increase = np.diff(total, prepend=0.0) / np.diff(times, prepend=0.0)
        return TermStructure(
            times,
            np.sqrt(total / times),
            np.sqrt(np.maximum(increase, 0.0)),
            np.array([found.quotes.forward for found in self.smiles]),
        )


def fit_surface(
    smiles: Iterable[Smile], *, widest_spread: float = 0.25, fewest: int = 8
) -> VolSurface:
    """Return SVI smiles through the quotes of all expiries, shortest first.

    Parameters
    ----------
    smiles : iterable of Smile
        Of one underlying and moment; roots that settle at different times stand side by side in time.
    widest_spread : float
        Quotes whose spread is a larger share of their mid do not count: of prices of a tick or two it is
        the tick, not the smile, that makes the volatility.
    fewest : int
        Quotes that an expiry needs, >= 5.

    Returns
    -------
    VolSurface
        Without butterfly arbitrage, and without calendar arbitrage where `has_arbitrage` is False.

    Raises
    ------
    BadInput
        If a limit is not positive, or fewer than five quotes are asked for.
    NoData
        If no expiry has enough quotes.

    Notes
    -----
    Each smile is fitted so that it does not undercut the one before (`fit_svi`), so an error of a near
    expiry can raise later ones: `SviFit.rms_error` and `inside` tell.
    """
    if not (widest_spread > 0.0 and fewest >= FEWEST):
        raise BadInput(f"a spread above 0 and {FEWEST} quotes, were {widest_spread} and {fewest}")
    fitted: list[FittedSmile] = []
    refused: list[tuple[str, date, str]] = []
    for quotes in sorted(smiles, key=lambda smile: smile.tau):
        earlier = fitted[-1].fit if fitted else None
        try:
            found = fit_smile(quotes, earlier, widest_spread=widest_spread, fewest=fewest)
        except NoData as error:
            refused.append((quotes.root, quotes.expiry, str(error)))
        else:
            fitted.append(found)
    if not fitted:
        raise NoData(f"no expiry has {fewest} strikes with volatilities close enough")
    return VolSurface(tuple(fitted), tuple(refused))


def fit_smile(
    quotes: Smile,
    earlier: SviFit | None = None,
    *,
    widest_spread: float = 0.25,
    fewest: int = 8,
) -> FittedSmile:
    """Return the SVI smile of one expiry.

    Parameters
    ----------
    quotes : Smile
        Quoted volatilities.
    earlier : SviFit, optional
        Of the expiry before, which is not undercut.
    widest_spread : float
        As for `fit_surface`.
    fewest : int
        Quotes that are needed, >= 5.

    Returns
    -------
    FittedSmile
        Quotes and smile.

    Raises
    ------
    NoData
        If too few quotes count.
    """
    known = usable_quotes(quotes, widest_spread=widest_spread)
    if int(known.sum()) < fewest:
        raise NoData(f"{int(known.sum())} strikes have volatilities close enough, needed {fewest}")
    quoted = quotes.quoted
    fit = fit_svi(
        quotes.log_moneyness[known],
        quoted.mid[known],
        0.5 * (quoted.ask - quoted.bid)[known],
        tau=quotes.tau,
        earlier=earlier,
    )
    return FittedSmile(quotes, fit)


def usable_quotes(quotes: Smile, *, widest_spread: float = 0.25) -> BoolArray:
    """Return which strikes a smile is fitted to.

    Parameters
    ----------
    quotes : Smile
        Quoted volatilities.
    widest_spread : float
        As for `fit_surface`.

    Returns
    -------
    array of bool, shape (strikes,)
        Those with a bid, mid and ask volatility, a spread that is narrow enough, and no further than eight
        deviations below or six above the forward.
    """
    quoted, k = quotes.quoted, quotes.log_moneyness
    known = np.isfinite(quoted.mid) & np.isfinite(quoted.bid) & np.isfinite(quoted.ask)
    known &= quotes.relative_spread <= widest_spread
    if not known.any():
        return known
    nearest = np.argmin(np.where(known, np.abs(k), np.inf))
    deviations = k / (quoted.mid[nearest] * math.sqrt(quotes.tau))
    return known & (deviations >= -_LOWEST) & (deviations <= _HIGHEST)
