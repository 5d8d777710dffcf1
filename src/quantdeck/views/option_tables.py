"""The cards, lists and tables of the Options page."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from msgspec.structs import replace

from quantdeck.analytics.options.reasons import Reason
from quantdeck.analytics.options.surface import usable_quotes
from quantdeck.model.chains import NO_TIME
from quantdeck.views.box_tables import quote_text
from quantdeck.views.payloads import RowsPayload
from quantdeck.views.state import empty_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.analytics.options.expiry_study import ExpiryStudy
    from quantdeck.analytics.options.study import OptionStudy
    from quantdeck.analytics.types import FloatArray
    from quantdeck.model.chains import SideQuotes
    from quantdeck.views.payloads import PanelState, Row

_POINT = 0.01
_POINTS = 100.0
_MOST_VIOLATIONS = 200


@dataclass(frozen=True, slots=True)
class DeskFigures:
    """What stands behind a study.

    Parameters
    ----------
    source, feed : str
        Who is asked, and the vendor's name of the quality of its quotes.
    streamed : bool
        Whether quotes are streamed, or chains asked for from time to time.
    took_s : float
        How long the last study took. [s]
    """

    source: str
    feed: str
    streamed: bool
    took_s: float


def desk_payload(
    study: OptionStudy, expiry: ExpiryStudy, figures: DeskFigures, state: PanelState
) -> RowsPayload:
    """Return what the smile of an expiry rests on, as a ruled list.

    Parameters
    ----------
    study : OptionStudy
        All expiries.
    expiry : ExpiryStudy
        The expiry.
    figures : DeskFigures
        Source and effort.
    state : PanelState
        Of the panel.
    """
    smile, fitted = expiry.smile, expiry.fitted
    known = 0 if smile is None else int(np.isfinite(smile.quoted.mid).sum())
    counted = 0
    if smile is not None:
        counted = int(usable_quotes(smile, widest_spread=study.rules.widest_spread).sum())
    reasons = ", ".join(f"{count} {reason.label}" for reason, count in expiry.left_out.items())
    whole = sum(each.fitted is not None for each in study.expiries)
    how = "streamed" if figures.streamed else "polled"
    fit = None if fitted is None else fitted.fit
    rows = [
        _fact("source", f"{figures.source} / {figures.feed}", how),
        _fact("forward", _of(smile, "forward"), "by parity"),
        _fact("discount", _of(smile, "discount"), _rate_words(expiry)),
        _fact("tau", _known(expiry.days), f"{expiry.chain.settlement.value.upper()} settlement"),
        _fact("quotes", known, f"of {len(expiry.chain.strikes):,} strikes"),
        _fact("left_out", len(expiry.chain.strikes) - known, reasons or expiry.refusal),
        _fact("fitted", counted, "narrow enough"),
        _fact("error", None if fit is None else _POINTS * fit.rms_error, "weighted"),
        _fact("inside", None if fit is None else fit.inside, "of these"),
        _fact("butterfly", None if fit is None else fit.density_least, _arbitrage_words(expiry)),
        _fact("expiries", whole, f"of {len(study.expiries):,}"),
        _fact("took", figures.took_s, "in a thread"),
    ]
    return RowsPayload(state, rows)


def expiries_payload(study: OptionStudy, state: PanelState) -> RowsPayload:
    """Return one row per root and expiry, whatever is known of it.

    Parameters
    ----------
    study : OptionStudy
        All expiries.
    state : PanelState
        Of the panel.
    """
    return RowsPayload(state, [_expiry_row(each, state.source) for each in study.expiries])


def chain_payload(expiry: ExpiryStudy, state: PanelState, *, most: int | None) -> RowsPayload:
    """Return calls and puts of an expiry, one row per strike.

    Parameters
    ----------
    expiry : ExpiryStudy
        The expiry.
    state : PanelState
        Of the panel.
    most : int or None
        Strikes around the forward, or around the middle where there is none; None is all.
    """
    chain = expiry.chain
    strikes = chain.strikes
    middle = strikes[len(strikes) // 2] if expiry.smile is None else expiry.smile.forward
    first, last = 0, len(strikes)
    if most is not None and most < last:
        first = int(np.clip(np.searchsorted(strikes, middle) - most // 2, 0, last - most))
        last = first + most
    sides = [_side_columns(expiry, is_call=is_call) for is_call in (True, False)]
    columns = {name: values[first:last].tolist() for side in sides for name, values in side.items()}
    notes = _notes(expiry)[first:last]
    rows: list[Row] = []
    for at, strike in enumerate(strikes[first:last].tolist()):
        row: Row = {"id": f"{strike:g}", "strike": strike, "note": notes[at]}
        row.update({name: _known(values[at]) for name, values in columns.items()})
        row["feed"] = state.source
        rows.append(row)
    if not rows:
        return RowsPayload(empty_state(state, f"{expiry.name} has no strikes"), [])
    if expiry.smile is None and state.word not in {"stale", "error"}:
        state = replace(state, word="partial", detail=expiry.refusal)
    return RowsPayload(state, rows)


def parity_payload(expiries: Sequence[ExpiryStudy], state: PanelState) -> RowsPayload:
    """Return the strikes that violate put-call parity, the largest in spreads first.

    Parameters
    ----------
    expiries : sequence of ExpiryStudy
        Of which violations are listed.
    state : PanelState
        Of the panel.
    """
    checked = sum(each.parity.checked for each in expiries if each.parity is not None)
    found = [
        (each.name, one)
        for each in expiries
        if each.parity is not None
        for one in each.parity.violations
    ]
    found.sort(key=lambda pair: -pair[1].spreads)
    rows: list[Row] = [
        {
            "id": f"{name} {one.strike:g}",
            "expiry": name,
            "strike": one.strike,
            "synthetic_bid": _known(one.synthetic_bid),
            "synthetic_ask": _known(one.synthetic_ask),
            "low": one.low,
            "high": one.high,
            "size": one.size,
            "spreads": _known(one.spreads),
            "call_age_s": _known(one.call_age_s),
            "put_age_s": _known(one.put_age_s),
            "feed": state.source,
        }
        for name, one in found[:_MOST_VIOLATIONS]
    ]
    if not rows:
        said = f"None of {checked:,} strikes quoted on both sides violates put-call parity"
        return RowsPayload(empty_state(state, said), [])
    return RowsPayload(state, rows)


def left_out_payload(expiry: ExpiryStudy, state: PanelState) -> RowsPayload:
    """Return the strikes of an expiry without a volatility, with the reasons.

    Parameters
    ----------
    expiry : ExpiryStudy
        The expiry.
    state : PanelState
        Of the panel.
    """
    smile, chain = expiry.smile, expiry.chain
    if smile is None:
        return RowsPayload(empty_state(state, expiry.refusal), [])
    rows: list[Row] = []
    for at in np.flatnonzero(smile.quoted.reason != Reason.OK).tolist():
        is_call = bool(smile.is_call[at])
        side = chain.calls if is_call else chain.puts
        rows.append(
            {
                "id": f"{chain.strikes[at]:g}",
                "strike": float(chain.strikes[at]),
                "side": "call" if is_call else "put",
                "quote": quote_text(float(side.bid[at]), float(side.ask[at])),
                "reason": Reason(int(smile.quoted.reason[at])).label,
                "age_s": _age(int(side.ts_ns[at]), expiry.at_ns),
                "feed": state.source,
            }
        )
    none = f"Every strike of {expiry.name} has a volatility"
    return RowsPayload(state if rows else empty_state(state, none), rows)


def _fact(name: str, value: float | str | None, verdict: str) -> Row:
    return {"id": name, "value": value, "verdict": verdict, "tone": "plain"}


def _of(owner: object | None, name: str) -> float | None:
    return None if owner is None else _known(getattr(owner, name))


def _rate_words(expiry: ExpiryStudy) -> str:
    smile = expiry.smile
    if smile is None or not smile.discount > 0.0:
        return ""
    if expiry.line is None:
        carry = (
            math.log(smile.spot / smile.forward) / smile.tau - math.log(smile.discount) / smile.tau
        )
        return f"yield {100.0 * carry:.2f} %"
    return "by parity"


def _arbitrage_words(expiry: ExpiryStudy) -> str:
    if expiry.fitted is None:
        return ""
    return "arbitrage is left" if expiry.fitted.fit.has_arbitrage else "no arbitrage"


def _expiry_row(each: ExpiryStudy, feed: str) -> Row:
    fit = None if each.fitted is None else each.fitted.fit
    has_arbitrage = fit is not None and fit.has_arbitrage
    word = "" if fit is None else "some" if has_arbitrage else "none"
    violations = None if each.parity is None else len(each.parity.violations)
    return {
        "id": each.name,
        "root": each.chain.root,
        "expiry": each.chain.expiry.isoformat(),
        "settlement": each.chain.settlement.value.upper(),
        "days": _known(each.days),
        "forward": _of(each.smile, "forward"),
        "at_money": _of(each.skew, "at_money"),
        "move": _of(each.move, "straddle"),
        "deviation": _of(each.move, "deviation"),
        "reversal": _of(each.skew, "risk_reversal"),
        "butterfly": _of(each.skew, "butterfly"),
        "put_call": _of(each.profile, "put_call_ratio"),
        "quotes": None if fit is None else fit.quotes,
        "error": None if fit is None else _POINTS * fit.rms_error,
        "inside": None if fit is None else fit.inside,
        "arbitrage": word,
        "tone": "error" if has_arbitrage else "live",
        "violations": violations,
        "detail": each.refusal,
        "feed": feed,
    }


def _side_columns(expiry: ExpiryStudy, *, is_call: bool) -> dict[str, FloatArray]:
    smile = expiry.smile
    side: SideQuotes = expiry.chain.calls if is_call else expiry.chain.puts
    name = "call" if is_call else "put"
    found: dict[str, FloatArray] = {
        f"{name}_bid": side.bid,
        f"{name}_ask": side.ask,
        f"{name}_volume": side.volume,
        f"{name}_interest": side.open_interest,
    }
    if smile is None:
        return found
    quoted = smile.calls if is_call else smile.puts
    greeks = smile.call_greeks if is_call else smile.put_greeks
    return found | {
        f"{name}_iv_bid": quoted.bid,
        f"{name}_iv": quoted.mid,
        f"{name}_iv_ask": quoted.ask,
        f"{name}_delta": greeks.delta,
        f"{name}_gamma": greeks.gamma,
        f"{name}_theta": greeks.theta,
        f"{name}_vega": _POINT * greeks.vega,
    }


def _notes(expiry: ExpiryStudy) -> list[str]:
    smile = expiry.smile
    if smile is None:
        return [""] * len(expiry.chain.strikes)
    both = zip(smile.calls.reason.tolist(), smile.puts.reason.tolist(), strict=True)
    return [
        "; ".join(
            f"{side} {Reason(reason).label}"
            for side, reason in (("call", call), ("put", put))
            if reason != Reason.OK
        )
        for call, put in both
    ]


def _age(ts_ns: int, at_ns: int) -> float | None:
    return None if ts_ns == NO_TIME else (at_ns - ts_ns) / 1e9


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
