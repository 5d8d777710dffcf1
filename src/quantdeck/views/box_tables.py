"""The tables and cards of the Boxes page: every expiry, the best boxes, and what was left out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.boxes.spread import Side
from quantdeck.analytics.boxes.types import Status, StrikeFlag
from quantdeck.views.boxes import expiry_name, nothing_yet, usable
from quantdeck.views.figures import duration_text, number_text
from quantdeck.views.payloads import RowsPayload
from quantdeck.views.state import empty_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.analytics.boxes.spread import BoxLeg, BoxSpread
    from quantdeck.analytics.boxes.types import ExpiryRate
    from quantdeck.model.chains import ExpiryChain
    from quantdeck.views.boxes import RateLine
    from quantdeck.views.payloads import PanelState, Row

_BP = 1e4
_SHORTEST_DAYS = 7

TONES = {
    Status.OK: "live",
    Status.AMERICAN: "partial",
    Status.NOT_SYNCHRONOUS: "error",
    Status.IMPRECISE: "partial",
    Status.STALE: "stale",
}
"""Which chip stands for a status; every other is ``empty``."""


def expiries_payload(
    rates: Sequence[ExpiryRate],
    state: PanelState,
    *,
    benchmark: RateLine | None = None,
    oldest_s: Sequence[float] = (),
) -> RowsPayload:
    """Return one row per root and expiry, whatever its status.

    Parameters
    ----------
    rates : sequence of ExpiryRate
        Of every expiry.
    state : PanelState
        Of the panel.
    benchmark : RateLine or None
        What the mid is compared with.
    oldest_s : sequence of float
        Age of the oldest quote behind each rate; NaN, or left out, where it is not known. [s]
    """
    if not rates:
        return RowsPayload(empty_state(state, "No option chain has arrived yet"), [])
    rows = [_expiry_row(rate, benchmark) | {"feed": state.source} for rate in rates]
    for row, age in zip(rows, oldest_s, strict=False):
        row["age_s"] = _known(age)
    return RowsPayload(state, rows)


def best_payload(rates: Sequence[ExpiryRate], state: PanelState) -> RowsPayload:
    """Return the best box to lend and the best to borrow through, as two cards.

    Parameters
    ----------
    rates : sequence of ExpiryRate
        Of every expiry; those within a week are left out, where one price step is worth more than
        any difference between boxes.
    state : PanelState
        Of the panel.
    """
    good = [rate for rate in usable(rates) if rate.days >= _SHORTEST_DAYS]
    lend = max((r.best_lend for r in good if r.best_lend), key=lambda box: box.rate, default=None)
    borrow = min(
        (r.best_borrow for r in good if r.best_borrow), key=lambda box: box.rate, default=None
    )
    cards = [_card(box) for box in (lend, borrow) if box is not None]
    return RowsPayload(state if cards else nothing_yet(state, rates), cards)


def top_payload(
    boxes: Sequence[BoxSpread], rates: Sequence[ExpiryRate], state: PanelState
) -> RowsPayload:
    """Return the table of boxes.

    Parameters
    ----------
    boxes : sequence of BoxSpread
        Best first.
    rates : sequence of ExpiryRate
        What the mids are taken from.
    state : PanelState
        Of the panel.
    """
    mids = {(rate.root, rate.expiry): rate.rate_mid for rate in rates}
    rows = [
        _box_row(box, mids.get((box.root, box.expiry), math.nan)) | {"feed": state.source}
        for box in boxes
    ]
    return RowsPayload(state if rows else nothing_yet(state, rates), rows)


def flags_payload(chain: ExpiryChain, rate: ExpiryRate, state: PanelState) -> RowsPayload:
    """Return the quotes of an expiry that do not carry its rate, with the reasons.

    Parameters
    ----------
    chain : ExpiryChain
        The quotes.
    rate : ExpiryRate
        What became of them.
    state : PanelState
        Of the panel.
    """
    rows: list[Row] = []
    for at in np.flatnonzero(rate.strike_flags != StrikeFlag.USED).tolist():
        oldest = int(min(chain.calls.ts_ns[at], chain.puts.ts_ns[at]))
        rows.append(
            {
                "id": f"{chain.strikes[at]:g}",
                "strike": float(chain.strikes[at]),
                "reason": StrikeFlag(int(rate.strike_flags[at])).label,
                "call": quote_text(float(chain.calls.bid[at]), float(chain.calls.ask[at])),
                "put": quote_text(float(chain.puts.bid[at]), float(chain.puts.ask[at])),
                "age_s": (rate.at_ns - oldest) / 1e9 if oldest > 0 else None,
                "feed": state.source,
            }
        )
    none = "No quote of this expiry was left out"
    return RowsPayload(state if rows else empty_state(state, none), rows)


def quote_text(bid: float, ask: float, size: float = math.nan) -> str:
    """Return a quote as people write it.

    Parameters
    ----------
    bid, ask : float
        NaN where a side is absent.
    size : float
        Contracts on the side that counts; NaN leaves it out.

    Examples
    --------
    >>> quote_text(9.4, 9.6, 12), quote_text(float("nan"), 0.05)
    ('9.40 / 9.60 × 12', '– / 0.05')
    """
    sides = ["–" if math.isnan(price) else f"{price:,.2f}" for price in (bid, ask)]
    text = " / ".join(sides)
    return text if math.isnan(size) else f"{text} × {size:,.0f}"


def _expiry_row(rate: ExpiryRate, benchmark: RateLine | None) -> Row:
    over = math.nan
    if benchmark is not None and len(benchmark.days):
        known = benchmark.days[0] <= rate.days <= benchmark.days[-1]
        level = float(np.interp(rate.days, benchmark.days, benchmark.rates)) if known else math.nan
        over = (rate.rate_mid - level) * _BP
    return {
        "id": expiry_name(rate),
        "root": rate.root,
        "expiry": rate.expiry.isoformat(),
        "settlement": rate.settlement.value.upper(),
        "days": rate.days,
        "status": rate.status.value,
        "tone": TONES.get(rate.status, "empty"),
        "rate_mid": _known(rate.rate_mid),
        "se_bp": _known(rate.se * _BP),
        "rate_lend": _known(rate.rate_lend),
        "rate_borrow": _known(rate.rate_borrow),
        "spread_bp": _known(over),
        "forward": _known(rate.forward),
        "dividend_yield": _known(rate.dividend_yield),
        "quotes_used": rate.quotes_used,
        "quotes_flagged": rate.quotes_flagged,
        "detail": rate.detail,
    }


def _card(box: BoxSpread) -> Row:
    word = "Lend" if box.side is Side.LEND else "Borrow"
    count = box.executable_size
    size = "size not known" if math.isnan(count) else f"{count:,.0f} box{'es' * (count != 1)}"
    parts = [
        f"{box.root} {box.lower_strike:g}/{box.upper_strike:g}",
        f"${box.price * box.multiplier:,.0f} for ${box.width * box.multiplier:,.0f}",
        f"tick {number_text(box.tick_bp, 2)} bp",
        f"fees {number_text(box.fee_bp, 2)} bp",
        size,
    ]
    if not math.isnan(box.oldest_leg_s):
        whole = max(0, math.floor(box.oldest_leg_s))
        parts.append(f"oldest leg {duration_text(float(whole)) if whole else 'under 1 s'}")
    return {
        "id": box.side.value,
        "title": f"{word} until {box.expiry}",
        "value": box.rate * 100.0,
        "decimals": 3,
        "unit": "%",
        "change": None,
        "change_title": "",
        "spark": [],
        "note": " · ".join([*parts, *box.flags]),
        "state": "live",
        "age_s": _known(box.oldest_leg_s),
    }


def _box_row(box: BoxSpread, mid: float) -> Row:
    low_call, low_put, high_call, high_put = box.legs
    return {
        "id": f"{box.side.value} {expiry_name(box)} {box.lower_strike:g}/{box.upper_strike:g}",
        "side": box.side.value,
        "root": box.root,
        "expiry": box.expiry.isoformat(),
        "strikes": f"{box.lower_strike:g} / {box.upper_strike:g}",
        "rate": _known(box.rate),
        "over_mid_bp": _known((box.rate - mid) * _BP),
        "price": _known(box.price),
        "width": box.width,
        "tick_bp": _known(box.tick_bp),
        "fee_bp": _known(box.fee_bp),
        "size": _known(box.executable_size),
        "age_s": _known(box.oldest_leg_s),
        "volume": _known(box.volume),
        "low_call": _leg_text(low_call),
        "low_put": _leg_text(low_put),
        "high_call": _leg_text(high_call),
        "high_put": _leg_text(high_put),
        "flags": ", ".join(box.flags),
    }


def _leg_text(leg: BoxLeg) -> str:
    return quote_text(leg.bid, leg.ask, leg.size)


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
