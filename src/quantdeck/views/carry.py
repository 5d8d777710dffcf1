"""What the panels of funding and basis show."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.carry import annual_basis, basis_bp, funding, premium_funding
from quantdeck.model.instruments import root_of
from quantdeck.views.figures import duration_text
from quantdeck.views.payloads import Curve, CurvePayload, RowsPayload
from quantdeck.views.state import empty_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.views.payloads import PanelState, Row

USUAL_INTERVAL_S = 8 * 3600.0
"""Between exchanges of funding of most symbols. [s]"""

_DAY_S = 86_400.0
_NS = 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class CarryNow:
    """A perpetual or a dated future at one moment.

    Parameters
    ----------
    symbol, base : str
        Canonical symbol, and its coin.
    mark, index : float or None
        Mark price and what it is marked against. [currency]
    spot : float or None
        Last price of the spot market, where that is captured. [currency]
    funding_rate : float or None
        Decimal per interval; None of dated futures.
    next_funding_ns : int
        UTC; 0 where there is none. [ns]
    interval_s : float or None
        Between the last two exchanges of funding seen; None before. [s]
    expiry_ns : int or None
        Delivery of a dated future, UTC; None of perpetuals. [ns]
    decimals : int
        Of prices.
    """

    symbol: str
    base: str
    mark: float | None = None
    index: float | None = None
    spot: float | None = None
    funding_rate: float | None = None
    next_funding_ns: int = 0
    interval_s: float | None = None
    expiry_ns: int | None = None
    decimals: int = 2


def carry_payload(carries: Sequence[CarryNow], now_ns: int, state: PanelState) -> RowsPayload:
    """Return the table of funding and basis.

    Parameters
    ----------
    carries : sequence of CarryNow
        What is captured, in the order of the rows.
    now_ns : int
        The time, UTC. [ns]
    state : PanelState
        Of the panel.
    """
    if not carries:
        return RowsPayload(empty_state(state, "No perpetual and no future is captured"), [])
    return RowsPayload(state, [_row(each, now_ns) for each in carries])


def curve_payload(
    carries: Sequence[CarryNow], base: str, now_ns: int, state: PanelState
) -> CurvePayload:
    """Return the annualised basis of dated futures over their time to delivery.

    Parameters
    ----------
    carries : sequence of CarryNow
        What is captured.
    base : str
        Coin.
    now_ns : int
        The time, UTC. [ns]
    state : PanelState
        Of the panel.
    """
    own = [each for each in carries if each.base == base]
    points = sorted(filter(None, (_point(each, now_ns) for each in own)))
    if not points:
        return CurvePayload(empty_state(state, _nothing_dated(own, base)), ())
    days, rates = (np.array([point[i] for point in points]) for i in range(2))
    curves = [Curve("future", days, rates, names=[root_of(point[2]) for point in points])]
    if len(points) > 1:
        curves.append(Curve("line", days, rates))
    annual = next((a for each in own if (a := _annual(each)) is not None), None)
    if annual is not None:
        reach = np.array([min(1.0, float(days[0])), max(float(days[-1]), 2.0)])
        curves.append(Curve("funding", reach, np.full(2, annual)))
    return CurvePayload(state, tuple(curves))


def _nothing_dated(own: Sequence[CarryNow], base: str) -> str:
    if any(each.expiry_ns is not None for each in own):
        return f"No mark of a dated future of {base} has arrived yet"
    coin = base or "BTC"
    kept = "Only perpetuals are captured" if own else "No derivative is captured"
    return f"{kept}: capture a dated future, such as {coin}USDT_261225, for a curve"


def _point(each: CarryNow, now_ns: int) -> tuple[float, float, str] | None:
    against = each.index or each.spot
    if each.expiry_ns is None or each.mark is None or against is None:
        return None
    seconds = (each.expiry_ns - now_ns) / _NS
    if seconds <= 0.0:
        return None
    return seconds / _DAY_S, annual_basis(each.mark, against, seconds), each.symbol


def _row(each: CarryNow, now_ns: int) -> Row:
    against = each.index or each.spot
    basis = None if each.mark is None or against is None else basis_bp(each.mark, against)
    interval_s = each.interval_s or USUAL_INTERVAL_S
    row: Row = {
        "id": each.symbol,
        "symbol": root_of(each.symbol),
        "decimals": each.decimals,
        "mark": each.mark,
        "index": against,
        "basis_bp": basis,
        "funding": each.funding_rate,
        "annual": _annual(each),
        "next": None,
        "lasting": None,
        "interval": "",
    }
    if each.expiry_ns is not None:
        left = duration_text(max(0.0, (each.expiry_ns - now_ns) / _NS))
        return row | {"interval": f"delivered in {left}"}
    said = "seen" if each.interval_s else "usual"
    row["interval"] = f"{duration_text(interval_s)}, {said}"
    if each.next_funding_ns:
        row["next"] = max(0.0, (each.next_funding_ns - now_ns) / _NS)
    if basis is not None:
        row["lasting"] = premium_funding(basis / 1e4) * interval_s / USUAL_INTERVAL_S
    return row


def _annual(each: CarryNow) -> float | None:
    if each.expiry_ns is not None:
        return None
    if each.funding_rate is None or not math.isfinite(each.funding_rate):
        return None
    return funding(each.funding_rate, each.interval_s or USUAL_INTERVAL_S).annual
