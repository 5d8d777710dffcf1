"""The charts of the Options page: smile, surface, term structure, skew, greeks, interest and gamma."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.options.smile import QuotedPrice, greeks_at
from quantdeck.analytics.options.strike_axis import StrikeAxis, strikes_on, surface_grid
from quantdeck.analytics.options.surface import usable_quotes
from quantdeck.model.errors import NoData
from quantdeck.views.panels import Column, Format
from quantdeck.views.payloads import Curve, CurvePayload, SurfacePayload
from quantdeck.views.state import empty_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.analytics.options.expiry_study import ExpiryStudy
    from quantdeck.analytics.options.profile import StrikeProfile
    from quantdeck.analytics.options.study import OptionStudy
    from quantdeck.analytics.types import BoolArray, FloatArray
    from quantdeck.views.payloads import PanelState

_LINE = 161
_DRAWN = 0.2
_MILLION = 1e-6
_AXES = {
    StrikeAxis.LOG: ("ln(K / F)", 2),
    StrikeAxis.RATIO: ("K / F", 2),
    StrikeAxis.STRIKE: ("Strike", 0),
    StrikeAxis.DELTA: ("Put delta N(\N{MINUS SIGN}d1)", 2),
    StrikeAxis.DEVIATIONS: (
        "Deviations ln(K / F) / (\N{GREEK SMALL LETTER SIGMA}\N{SQUARE ROOT}T)",
        1,
    ),
}
_GREEKS = {
    "delta": ("Delta", 2, 1.0),
    "gamma": ("Gamma", 5, 1.0),
    "vega": ("Vega per point", 3, 0.01),
    "theta": ("Theta per day", 3, 1.0),
    "rho": ("Rho per percent", 3, 0.01),
}
_VOLATILITY = Column("volatility", "Volatility", Format.PERCENT, decimals=1, unit="%")
_TENOR = Column("days", "Time to settlement", Format.COUNT, mark="tenor")


def smile_payload(
    study: OptionStudy,
    expiry: ExpiryStudy,
    state: PanelState,
    *,
    axis: StrikeAxis = StrikeAxis.LOG,
    price: QuotedPrice = QuotedPrice.MID,
) -> CurvePayload:
    """Return the quoted volatilities of an expiry with the fitted smile.

    Parameters
    ----------
    study : OptionStudy
        Whose rules say which quotes count.
    expiry : ExpiryStudy
        The expiry.
    state : PanelState
        Of the panel.
    axis : StrikeAxis
        What strikes are laid out by; ln(K / F) where the smile could not be fitted.
    price : QuotedPrice
        Whose volatility the points are at; bars run from bid to ask.

    Returns
    -------
    CurvePayload
        Over the strikes that carry the fit; those between that are quoted too wide are shown apart.
    """
    smile = expiry.smile
    if smile is None:
        return CurvePayload(empty_state(state, expiry.refusal), ())
    used = _axis_for(expiry, axis)
    counted = usable_quotes(smile, widest_spread=study.rules.widest_spread)
    curves: list[Curve] = []
    shown = smile.quoted.at(price)
    known = _within(expiry, counted) & np.isfinite(shown)
    for name, rows in (("quoted", counted & known), ("wide", ~counted & known)):
        if not rows.any():
            continue
        places = zip(smile.strikes[rows].tolist(), smile.is_call[rows].tolist(), strict=True)
        curves.append(
            Curve(
                name,
                strikes_on(used, expiry, smile.strikes[rows]),
                shown[rows],
                smile.quoted.bid[rows],
                smile.quoted.ask[rows],
                [f"{expiry.name} {k:g} {'call' if right else 'put'}" for k, right in places],
            )
        )
    if expiry.fitted is not None:
        k = np.linspace(expiry.fitted.fit.low, expiry.fitted.fit.high, _LINE)
        at = strikes_on(used, expiry, smile.forward * np.exp(k))
        curves.append(Curve("fitted", at, expiry.fitted.volatility(k)))
    if not curves:
        reason = expiry.refusal or "no strike has a volatility"
        return CurvePayload(empty_state(state, f"{expiry.name}: {reason}"), ())
    return CurvePayload(state, tuple(curves), (_strike_axis(used, expiry), _VOLATILITY))


def surface_payload(
    study: OptionStudy, state: PanelState, *, axis: StrikeAxis = StrikeAxis.LOG
) -> SurfacePayload:
    """Return fitted and quoted volatilities over strikes and time.

    Parameters
    ----------
    study : OptionStudy
        With fitted smiles.
    state : PanelState
        Of the panel.
    axis : StrikeAxis
        What strikes are laid out by.
    """
    if study.surface is None:
        empty = np.empty(0)
        return SurfacePayload(empty_state(state, _no_smile(study)), empty, empty, {})
    grid = surface_grid(study.surface, axis)
    title, decimals = _AXES[axis]
    return SurfacePayload(
        state,
        x=grid.x,
        y=grid.days,
        layers={
            "fitted": grid.fitted,
            "quoted": grid.quoted,
            "difference": grid.quoted - grid.fitted,
        },
        names=list(grid.names),
        axes=(Column("x", title, Format.NUMBER, decimals=decimals), _TENOR),
    )


def term_payload(study: OptionStudy, state: PanelState) -> CurvePayload:
    """Return the volatility at the money of every fitted expiry, and between them.

    Parameters
    ----------
    study : OptionStudy
        With fitted smiles.
    state : PanelState
        Of the panel.
    """
    fitted = _fitted(study)
    if study.surface is None or not fitted:
        return CurvePayload(empty_state(state, _no_smile(study)), ())
    found = study.surface.term_structure()
    days = 365.0 * found.tau
    names = [each.name for each in fitted]
    curves = [
        Curve("at_money", days, found.volatility, names=names),
        Curve("line", days, found.volatility),
    ]
    if len(days) > 1:
        # A step begins where the expiry before ends.
        between = np.append(found.forward_volatility[1:], found.forward_volatility[-1])
        curves.append(Curve("between", days, between))
    return CurvePayload(state, tuple(curves))


def skew_payload(study: OptionStudy, state: PanelState) -> CurvePayload:
    """Return risk reversals and butterflies by time.

    Parameters
    ----------
    study : OptionStudy
        With fitted smiles.
    state : PanelState
        Of the panel.
    """
    found = [(each, each.skew) for each in _fitted(study) if each.skew is not None]
    if not found:
        return CurvePayload(empty_state(state, _no_smile(study)), ())
    days = _floats([365.0 * skew.tau for _, skew in found])
    names = [each.name for each, _ in found]
    reversal = _floats([skew.risk_reversal for _, skew in found])
    butterfly = _floats([skew.butterfly for _, skew in found])
    return CurvePayload(
        state,
        (
            Curve("reversal", days, reversal, names=names),
            Curve("reversal_line", days, reversal),
            Curve("butterfly", days, butterfly, names=names),
            Curve("butterfly_line", days, butterfly),
        ),
    )


def greeks_payload(
    study: OptionStudy,
    expiry: ExpiryStudy,
    state: PanelState,
    *,
    greek: str = "delta",
    axis: StrikeAxis = StrikeAxis.LOG,
    price: QuotedPrice = QuotedPrice.MID,
) -> CurvePayload:
    """Return one greek of calls and puts by strike.

    Parameters
    ----------
    study : OptionStudy
        Whose rules say which quotes count.
    expiry : ExpiryStudy
        The expiry.
    state : PanelState
        Of the panel.
    greek : str
        ``delta``, ``gamma``, ``vega`` (per point), ``theta`` (per day) or ``rho`` (per percent).
    axis : StrikeAxis
        As for `smile_payload`.
    price : QuotedPrice
        Whose volatility.
    """
    smile = expiry.smile
    if smile is None:
        return CurvePayload(empty_state(state, expiry.refusal), ())
    title, decimals, scale = _GREEKS[greek]
    used = _axis_for(expiry, axis)
    counted = usable_quotes(smile, widest_spread=study.rules.widest_spread)
    curves: list[Curve] = []
    for name, is_call in (("calls", True), ("puts", False)):
        figures: FloatArray = scale * getattr(greeks_at(smile, price, is_call=is_call), greek)
        rows = counted & np.isfinite(figures)
        curves.append(Curve(name, strikes_on(used, expiry, smile.strikes[rows]), figures[rows]))
    if not len(curves[0].x):
        return CurvePayload(empty_state(state, f"{expiry.name}: no strike has a volatility"), ())
    y = Column("value", title, Format.NUMBER, decimals=decimals, signed=True)
    return CurvePayload(state, tuple(curves), (_strike_axis(used, expiry), y))


def interest_payload(
    profile: StrikeProfile | None, spot: float, name: str, state: PanelState
) -> CurvePayload:
    """Return open interest by strike, near the price of the underlying.

    Parameters
    ----------
    profile : StrikeProfile or None
        Of one expiry or of all; None where there is none.
    spot : float
        Price of the underlying. [price]
    name : str
        Whose it is.
    state : PanelState
        Of the panel.
    """
    if profile is None:
        return CurvePayload(empty_state(state, f"No open interest is told of {name}"), ())
    near = np.abs(profile.strikes / spot - 1.0) <= _DRAWN
    strikes = profile.strikes[near]
    return CurvePayload(
        state,
        (
            Curve("calls", strikes, profile.call_interest[near]),
            Curve("puts", strikes, profile.put_interest[near]),
        ),
        (
            Column("strike", f"Strike, {name}", Format.NUMBER, decimals=0),
            Column("contracts", "Contracts", Format.COUNT),
        ),
    )


def gamma_payload(
    profile: StrikeProfile | None, spot: float, name: str, state: PanelState
) -> CurvePayload:
    """Return net gamma by the price of the underlying, with the price now and where the sign changes.

    Parameters
    ----------
    profile : StrikeProfile or None
        Of one expiry or of all; None where there is none.
    spot : float
        Price of the underlying. [price]
    name : str
        Whose it is.
    state : PanelState
        Of the panel.
    """
    if profile is None:
        return CurvePayload(empty_state(state, f"No open interest is told of {name}"), ())
    now, gamma = np.array([spot]), _MILLION * profile.gamma_at
    curves = [
        Curve("net", profile.levels, gamma),
        Curve("now", now, np.interp(now, profile.levels, gamma), names=["Price now"]),
    ]
    if math.isfinite(profile.flip):
        curves.append(
            Curve("flip", np.array([profile.flip]), np.zeros(1), names=["Net gamma changes sign"])
        )
    axes = (
        Column("level", f"Price of the underlying, {name}", Format.NUMBER, decimals=0),
        Column("gamma", "Gamma per 1 %", Format.NUMBER, unit="m", decimals=1, signed=True),
    )
    return CurvePayload(state, tuple(curves), axes)


def _fitted(study: OptionStudy) -> list[ExpiryStudy]:
    return [each for each in study.expiries if each.fitted is not None]


def _no_smile(study: OptionStudy) -> str:
    reasons = sorted({each.refusal for each in study.expiries if each.refusal})
    return f"No expiry has a fitted smile. {reasons[0] if reasons else ''}".strip()


def _axis_for(expiry: ExpiryStudy, axis: StrikeAxis) -> StrikeAxis:
    needs_fit = axis in {StrikeAxis.DELTA, StrikeAxis.DEVIATIONS}
    return StrikeAxis.LOG if needs_fit and expiry.fitted is None else axis


def _strike_axis(axis: StrikeAxis, expiry: ExpiryStudy) -> Column:
    title, decimals = _AXES[axis]
    days = f"{expiry.days:.0f} d" if expiry.days >= 2.0 else f"{24.0 * expiry.days:.0f} h"
    return Column("x", f"{title}, {expiry.name}, {days}", Format.NUMBER, decimals=decimals)


def _within(expiry: ExpiryStudy, counted: BoolArray) -> BoolArray:
    if expiry.smile is None:
        raise NoData(expiry.refusal)
    k = expiry.smile.log_moneyness
    if expiry.fitted is not None:
        return (k >= expiry.fitted.fit.low) & (k <= expiry.fitted.fit.high)
    if not counted.any():
        return np.isfinite(k)
    return (k >= k[counted].min()) & (k <= k[counted].max())


def _floats(values: Sequence[float]) -> FloatArray:
    return np.asarray(values, dtype=np.float64)
