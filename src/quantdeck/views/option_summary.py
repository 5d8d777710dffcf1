"""The cards of the Options page: price, volatility, move, skew and interest at a glance."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from quantdeck.views.figures import MINUS, duration_text, number_text
from quantdeck.views.payloads import RowsPayload
from quantdeck.views.state import empty_state

if TYPE_CHECKING:
    from quantdeck.analytics.options.expiry_study import ExpiryStudy
    from quantdeck.analytics.options.study import OptionStudy
    from quantdeck.views.payloads import PanelState, Row

_PERCENT = 100.0


def summary_payload(
    study: OptionStudy,
    expiry: ExpiryStudy,
    state: PanelState,
    *,
    spot: float,
    spot_age_s: float | None,
) -> RowsPayload:
    """Return price, volatility at the money, expected move, skew and put-call ratio as cards.

    Parameters
    ----------
    study : OptionStudy
        All expiries.
    expiry : ExpiryStudy
        The expiry.
    state : PanelState
        Of the panel.
    spot : float
        Newest price of the underlying; NaN where none is known. [price]
    spot_age_s : float or None
        Its age; None where it is that of parity, or not known. [s]
    """
    cards = [
        _spot_card(study, expiry, spot, spot_age_s),
        _volatility_card(expiry),
        _move_card(expiry, spot),
        _skew_card(expiry),
        _interest_card(expiry),
    ]
    if all(card["value"] is None for card in cards):
        return RowsPayload(empty_state(state, expiry.refusal or "Nothing is known yet"), [])
    age = state.age_s
    return RowsPayload(state, [{"state": state.word, "age_s": age, **card} for card in cards])


def _spot_card(study: OptionStudy, expiry: ExpiryStudy, spot: float, age_s: float | None) -> Row:
    if not study.spot_is_quoted:
        told = "price by parity"
    elif age_s is None:
        told = "price of the chain"
    else:
        told = (
            f"price {duration_text(float(math.floor(age_s))) if age_s >= 1.0 else 'under 1 s'} old"
        )
    smile = expiry.smile
    forward = "" if smile is None else f"forward {smile.forward:,.2f} · "
    name = study.underlying.partition(":")[2]
    return _card("spot", f"{name} now", spot, 2, "", f"{forward}{told}")


def _volatility_card(expiry: ExpiryStudy) -> Row:
    found = expiry.skew
    value = math.nan if found is None else _PERCENT * found.at_money
    slope = "" if found is None else f" · slope {_signed(found.slope, 2)} per ln K/F"
    days = f"{expiry.days:.1f} d" if math.isfinite(expiry.days) else "past"
    return _card("at_money", f"At the money, {expiry.name}", value, 2, "%", f"{days}{slope}")


def _move_card(expiry: ExpiryStudy, spot: float) -> Row:
    move = expiry.move
    if move is None:
        return _card("move", "Expected move", math.nan, 2, "", "no quotes around the forward")
    share = f"{_PERCENT * move.straddle / spot:.2f} % · " if spot > 0.0 else ""
    note = (
        f"straddle, {share}one deviation {number_text(move.deviation, 3)} · "
        f"68 % within {move.low:,.0f} to {move.high:,.0f}"
    )
    return _card("move", "Expected move", move.straddle, 2, "", note)


def _skew_card(expiry: ExpiryStudy) -> Row:
    found = expiry.skew
    if found is None:
        return _card("reversal", "Risk reversal", math.nan, 2, "", expiry.refusal)
    note = (
        f"call {_PERCENT * found.call:.2f} % at {found.call_strike:,.0f} · "
        f"put {_PERCENT * found.put:.2f} % at {found.put_strike:,.0f} · "
        f"butterfly {_signed(_PERCENT * found.butterfly, 2)}"
    )
    title = f"{_PERCENT * found.delta:.0f}-delta risk reversal"
    return _card("reversal", title, _PERCENT * found.risk_reversal, 2, "pts", note)


def _interest_card(expiry: ExpiryStudy) -> Row:
    found = expiry.profile
    if found is None:
        return _card("put_call", "Put/call", math.nan, 2, "", "no open interest is told")
    note = (
        f"{found.put_interest.sum():,.0f} puts, {found.call_interest.sum():,.0f} calls · "
        f"least paid at {found.most_pain:,.0f}"
    )
    return _card("put_call", "Open puts per call", found.put_call_ratio, 2, "", note)


def _card(name: str, title: str, value: float, decimals: int, unit: str, note: str) -> Row:
    return {
        "id": name,
        "title": title,
        "value": value if math.isfinite(value) else None,
        "decimals": decimals,
        "unit": unit,
        "change": None,
        "change_title": "",
        "spark": [],
        "note": note,
    }


def _signed(value: float, decimals: int) -> str:
    return f"{value:+.{decimals}f}".replace("-", MINUS)
