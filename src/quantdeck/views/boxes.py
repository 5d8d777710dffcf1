"""The charts of the Boxes page: rates over time, strike and moneyness."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.boxes.types import Status
from quantdeck.views.payloads import Curve, CurvePayload, SurfacePayload
from quantdeck.views.state import empty_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.analytics.boxes.spread import BoxSpread
    from quantdeck.analytics.boxes.types import ExpiryRate
    from quantdeck.analytics.types import FloatArray
    from quantdeck.model.chains import ExpiryChain
    from quantdeck.views.payloads import PanelState

_BARS = 2.0
_COLUMNS = 90


@dataclass(frozen=True, slots=True)
class RateLine:
    """A line over time to payment, such as a fit or the Treasury's curve.

    Parameters
    ----------
    days : array of shape (n,)
        Ascending.
    rates : array of shape (n,)
        Continuous, ACT/365 fixed. [1/year]
    title : str
        What it is.
    """

    days: FloatArray
    rates: FloatArray
    title: str = ""


def expiry_name(of: ExpiryRate | ExpiryChain | BoxSpread) -> str:
    """Return how an expiry is called on the page, such as ``SPXW 2026-12-18``."""
    return f"{of.root} {of.expiry}"


def usable(rates: Sequence[ExpiryRate]) -> list[ExpiryRate]:
    """Return the expiries whose rate may be relied upon, by time to payment."""
    return sorted((r for r in rates if r.status is Status.OK), key=lambda rate: rate.days)


def curve_payload(
    rates: Sequence[ExpiryRate],
    state: PanelState,
    *,
    fitted: RateLine | None = None,
    benchmark: RateLine | None = None,
) -> CurvePayload:
    """Return the term structure.

    Parameters
    ----------
    rates : sequence of ExpiryRate
        Of every expiry; only those with status ok are drawn.
    state : PanelState
        Of the panel.
    fitted, benchmark : RateLine or None
        Lines to draw with them.

    Returns
    -------
    CurvePayload
        Mid with bars of two standard errors, best lend and borrow, and the lines.
    """
    good = usable(rates)
    if not good:
        return CurvePayload(nothing_yet(state, rates), ())
    days = _floats([rate.days for rate in good])
    mids = _floats([rate.rate_mid for rate in good])
    bars = _BARS * _floats([rate.se for rate in good])
    names = [f"{expiry_name(rate)} {rate.settlement.value.upper()}" for rate in good]
    curves = [
        Curve("mid", days, mids, mids - bars, mids + bars, names),
        Curve("lend", days, _floats([rate.rate_lend for rate in good])),
        Curve("borrow", days, _floats([rate.rate_borrow for rate in good])),
    ]
    lines = (("fitted", fitted), ("benchmark", benchmark))
    curves += [Curve(name, line.days, line.rates) for name, line in lines if line is not None]
    return CurvePayload(state, tuple(curves))


def surface_payload(
    layers: Sequence[tuple[ExpiryRate, FloatArray, dict[str, FloatArray]]], state: PanelState
) -> SurfacePayload:
    """Return figures over strike and time.

    Parameters
    ----------
    layers : sequence of (ExpiryRate, strikes, figures by layer)
        Per expiry: its strikes and as many figures of every layer.
    state : PanelState
        Of the panel.

    Returns
    -------
    SurfacePayload
        Strikes thinned to at most 90 columns: in each the figure of the strike nearest to its middle,
        volumes added up. Between its lowest and highest strike an expiry has figures everywhere, of
        the nearest strike that has one; volumes stand at their strikes alone.
    """
    if not layers:
        empty = np.empty(0)
        return SurfacePayload(nothing_yet(state, ()), empty, empty, {})
    columns = _thinned(np.unique(np.concatenate([strikes for _, strikes, _ in layers])))
    ordered = sorted(layers, key=lambda layer: (layer[0].days, layer[0].root))
    figures = {
        name: np.stack([_row_of(columns, each[1], each[2][name], name) for each in ordered])
        for name in ordered[0][2]
    }
    return SurfacePayload(
        state,
        x=columns,
        y=_floats([rate.days for rate, _, _ in ordered]),
        layers=figures,
        names=[expiry_name(rate) for rate, _, _ in ordered],
    )


def skew_payload(
    rate: ExpiryRate, strikes: FloatArray, layers: dict[str, FloatArray], state: PanelState
) -> CurvePayload:
    """Return what the boxes at every strike of one expiry say.

    Parameters
    ----------
    rate : ExpiryRate
        The expiry.
    strikes : array of shape (n,)
        Its strikes.
    layers : dict of str to array of shape (n,)
        ``mid``, ``lend`` and ``borrow`` at each.
    state : PanelState
        Of the panel.
    """
    if not math.isfinite(rate.forward) or not len(strikes):
        return CurvePayload(empty_state(state, rate.detail or "Not enough quotes"), ())
    moneyness = strikes / rate.forward
    names = [f"{expiry_name(rate)} {strike:g}" for strike in strikes.tolist()]
    curves = [Curve("mid", moneyness, layers["mid"], names=names)]
    curves += [Curve(name, moneyness, layers[name]) for name in ("lend", "borrow")]
    if math.isfinite(rate.rate_mid):
        curves.append(Curve("fit", moneyness[[0, -1]], np.full(2, rate.rate_mid)))
    return CurvePayload(state, tuple(curves))


def nothing_yet(state: PanelState, rates: Sequence[ExpiryRate]) -> PanelState:
    """Return the state of a panel for which no expiry has a rate to rely on."""
    if not rates:
        return empty_state(state, "No option chain has arrived yet")
    words = sorted({rate.status.value for rate in rates if rate.status is not Status.OK})
    return empty_state(
        state, f"No expiry has a rate to rely on ({', '.join(words)}); see the table of expiries"
    )


def _thinned(strikes: FloatArray) -> FloatArray:
    if len(strikes) <= _COLUMNS:
        return strikes
    return strikes[np.unique(np.linspace(0, len(strikes) - 1, _COLUMNS).round().astype(int))]


def _row_of(columns: FloatArray, strikes: FloatArray, values: FloatArray, name: str) -> FloatArray:
    edges = np.concatenate([[-np.inf], (columns[1:] + columns[:-1]) / 2, [np.inf]])
    column = np.searchsorted(edges, strikes, side="right") - 1
    row = np.full(len(columns), np.nan)
    if name == "volume":
        known = np.isfinite(values)
        row[column[known]] = 0.0
        np.add.at(row, column[known], values[known])
        return row
    # The nearest is written last.
    far_first = np.argsort(-np.abs(strikes - columns[column]), kind="stable")
    row[column[far_first]] = values[far_first]
    # Far expiries have fewer strikes: between two of them the nearest one speaks.
    known = np.flatnonzero(np.isfinite(row))
    if not len(known):
        return row
    within = np.arange(int(known[0]), int(known[-1]) + 1)
    after = np.minimum(np.searchsorted(known, within), len(known) - 1)
    before = np.maximum(after - 1, 0)
    is_nearer = within - known[before] < known[after] - within
    row[within] = row[np.where(is_nearer, known[before], known[after])]
    return row


def _floats(values: Sequence[float]) -> FloatArray:
    return np.asarray(values, dtype=np.float64)
