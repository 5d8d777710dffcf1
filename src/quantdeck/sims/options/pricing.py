"""What contracts are worth: the planted curve, dividends and smile put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.options import ExerciseStyle
from quantdeck.sims.options.black import Exercise, Terms, european, exercise, normal_cdf
from quantdeck.sims.options.listed import ROOT_RULES, Listed
from quantdeck.sims.options.truth import (
    YEAR_NS,
    atm_variance,
    dividend_yield,
    smile,
    zero_rate,
)

if TYPE_CHECKING:
    from quantdeck.sims.noise import FloatArray, IntArray
    from quantdeck.sims.options.level import IndexLevel

_SHORTEST_NS = 60_000_000_000
"""Time to the settlement is never taken for less."""


@dataclass(frozen=True, slots=True)
class Priced:
    """Fair values; arrays have one row per contract.

    Parameters
    ----------
    terms : Terms
        What they were made from.
    spot : array
        Price of the underlying. [points]
    years : array
        Calendar time to the settlement price. [years]
    value : array
        [points]
    out_of_money : array
        European value of the side out of the money at the strike. [points]
    exposure : array
        Absolute delta to the forward.
    scale : array
        Price of the underlying as a share of SPX.
    low_tick, high_tick : array of int64
        Price steps below 3 and from 3 on. [cents]
    """

    terms: Terms
    spot: FloatArray
    years: FloatArray
    value: FloatArray
    out_of_money: FloatArray
    exposure: FloatArray
    scale: FloatArray
    low_tick: IntArray
    high_tick: IntArray

    @property
    def volatility(self) -> FloatArray:
        """Planted volatility, per root year."""
        return self.terms.deviation / np.sqrt(self.years)


class Pricing:
    """Values the contracts of a session.

    D = exp(-r(tau) tau) over money time, F = S exp(-q T) / D over calendar time T, so that
    D F = S exp(-q T).

    Parameters
    ----------
    found : Listed
        Contracts.
    level : IndexLevel
        Price of SPX.
    """

    def __init__(self, found: Listed, level: IndexLevel) -> None:
        self._found, self._level = found, level
        expiries = found.expiries
        roots = [ROOT_RULES[item.root] for item in expiries]
        self._settle_ns = np.array([item.settle_ns for item in expiries])
        # Traded before the open, and after.
        self._tau = np.array([[i.money_before, i.money_after] for i in expiries]) / 365.0
        self._scale = np.array([rules.scale for rules in roots])
        self._low_tick = np.array([rules.low_tick for rules in roots])
        self._high_tick = np.array([rules.high_tick for rules in roots])
        years = (self._settle_ns - found.start_ns) / YEAR_NS
        # The smile is made once a session; its variance then melts with the time that is left.
        self._whole_years, self._variance = years, atm_variance(years)
        self._yield = dividend_yield(years)
        styles = [rules.terms.style is ExerciseStyle.AMERICAN for rules in roots]
        self._american = np.flatnonzero(np.array(styles)[found.expiry])
        self._place = np.full(len(found), -1)
        self._place[self._american] = np.arange(len(self._american))
        self._exercise = self._make_exercise() if len(self._american) else None

    def at(self, rows: IntArray, ts_ns: IntArray, *, shift: FloatArray | float = 0.0) -> Priced:
        """Return the values of contracts at instants, one per row.

        Parameters
        ----------
        rows, ts_ns : array of int64
            Contracts and times. [ns]
        shift : array or float
            Added to the price of SPX. [points]
        """
        found = self._found
        place = found.expiry[rows]
        spot = (self._level.at(ts_ns) + shift) * self._scale[place]
        terms, years = self._terms(rows, ts_ns, spot)
        value = european(terms)
        outer = value - np.maximum(
            terms.discount * terms.sign * (terms.forward - terms.strike), 0.0
        )
        if self._exercise is not None:
            value = self._with_exercise(rows, terms, spot, value)
        return Priced(
            terms=terms,
            spot=spot,
            years=years,
            value=value,
            out_of_money=outer,
            exposure=normal_cdf(terms.sign * terms.d1),
            scale=self._scale[place],
            low_tick=self._low_tick[place],
            high_tick=self._high_tick[place],
        )

    def _terms(self, rows: IntArray, ts_ns: IntArray, spot: FloatArray) -> tuple[Terms, FloatArray]:
        found = self._found
        place = found.expiry[rows]
        tau = self._tau[place, (ts_ns >= found.open_ns).astype(np.int64)]
        years = np.maximum(self._settle_ns[place] - ts_ns, _SHORTEST_NS) / YEAR_NS
        discount = np.exp(-zero_rate(tau, ts_ns) * tau)
        forward = spot * np.exp(-self._yield[place] * years) / discount
        strike = found.strike[rows]
        total = smile(np.log(strike / forward), self._variance[place])
        deviation = np.sqrt(total * years / self._whole_years[place])
        return Terms(forward, strike, discount, deviation, found.is_call[rows]), years

    def _make_exercise(self) -> Exercise:
        found, rows = self._found, self._american
        ts_ns = np.full(len(rows), found.open_ns)
        place = found.expiry[rows]
        spot = self._level.at(ts_ns) * self._scale[place]
        terms, years = self._terms(rows, ts_ns, spot)
        rate = -np.log(terms.discount) / years
        return exercise(terms, rate=rate, dividend=self._yield[place], years=years)

    def _with_exercise(
        self, rows: IntArray, terms: Terms, spot: FloatArray, value: FloatArray
    ) -> FloatArray:
        made = self._exercise
        place = self._place[rows]
        hit = np.flatnonzero(place >= 0)
        if made is None or not len(hit):
            return value
        place = place[hit]
        part = Exercise(made.critical[place], made.worth[place], made.power[place])
        inner = terms.sign[hit] * (spot[hit] - terms.strike[hit])
        exercised = (part.worth > 0.0) & (terms.sign[hit] * (spot[hit] - part.critical) >= 0.0)
        held = np.maximum(value[hit] + part.premium(spot[hit]), inner)
        raised = value.copy()
        raised[hit] = np.where(exercised, inner, held)
        return raised
