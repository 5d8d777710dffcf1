"""Studies of option chains as tables."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from quantdeck.analytics.options.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from quantdeck.analytics.options.expiry_study import ExpiryStudy
    from quantdeck.analytics.types import FloatArray

    Expiries = Sequence[ExpiryStudy]

_GREEKS = ("delta", "gamma", "theta", "vega", "rho")
_QUOTED = ("bid", "ask", "volume", "open_interest")


def _of(part: Any, name: str) -> float | None:
    value = math.nan if part is None else float(getattr(part, name))
    return value if math.isfinite(value) else None


def _expiries(expiries: Expiries) -> pa.Table:
    figures: dict[str, list[float | None]] = {
        "days": [each.days if math.isfinite(each.days) else None for each in expiries],
        "tau": [_of(each.smile, "tau") for each in expiries],
        "forward": [_of(each.smile, "forward") for each in expiries],
        "discount": [_of(each.smile, "discount") for each in expiries],
        "atm_volatility": [_of(each.skew, "at_money") for each in expiries],
        "risk_reversal": [_of(each.skew, "risk_reversal") for each in expiries],
        "butterfly": [_of(each.skew, "butterfly") for each in expiries],
        "slope": [_of(each.skew, "slope") for each in expiries],
        "expected_move": [_of(each.move, "straddle") for each in expiries],
        "move_low": [_of(each.move, "low") for each in expiries],
        "move_high": [_of(each.move, "high") for each in expiries],
        "put_call_ratio": [_of(each.profile, "put_call_ratio") for each in expiries],
        "net_gamma": [_of(each.profile, "net_gamma") for each in expiries],
        "most_pain": [_of(each.profile, "most_pain") for each in expiries],
        "fit_error": [_of(each.fitted and each.fitted.fit, "rms_error") for each in expiries],
    }
    return pa.table(
        {
            "expiry": pa.array([each.name for each in expiries], pa.string()),
            "date": pa.array([each.chain.expiry for each in expiries], pa.date32()),
            "style": pa.array([each.chain.style.value for each in expiries], pa.string()),
            "settlement": pa.array([each.chain.settlement.value for each in expiries], pa.string()),
            "strikes": pa.array([len(each.chain.strikes) for each in expiries], pa.int64()),
            **{name: pa.array(values, pa.float64()) for name, values in figures.items()},
            "parity_violations": pa.array(
                [None if e.parity is None else len(e.parity.violations) for e in expiries],
                pa.int64(),
            ),
            "reason": pa.array([each.refusal for each in expiries], pa.string()),
        }
    )


def _chain(expiries: Expiries) -> pa.Table:
    columns: dict[str, list[Any]] = {"expiry": [], "strike": [], "right": []}
    for each in expiries:
        strikes = each.chain.strikes
        for right, side in (("call", each.chain.calls), ("put", each.chain.puts)):
            columns["expiry"].append(np.full(len(strikes), each.name, object))
            columns["strike"].append(strikes)
            columns["right"].append(np.full(len(strikes), right, object))
            for name in _QUOTED:
                columns.setdefault(name, []).append(getattr(side, name))
            for name, values in _volatilities(each, right).items():
                columns.setdefault(name, []).append(values)
    return pa.table({name: _joined(parts) for name, parts in columns.items()})


def _joined(parts: list[Any]) -> pa.Array:
    if not parts:
        return pa.array([], pa.string())
    whole = np.concatenate(parts)
    return pa.array(whole, pa.string() if whole.dtype == object else None)


def _volatilities(expiry: ExpiryStudy, right: str) -> dict[str, Any]:
    smile, n = expiry.smile, len(expiry.chain.strikes)
    absent = np.full(n, np.nan)
    if smile is None:
        empty = {f"iv_{name}": absent for name in ("bid", "mid", "ask")}
        greeks = dict.fromkeys(_GREEKS, absent)
        return {**empty, **greeks, "reason": np.full(n, expiry.refusal, object)}
    quoted = smile.calls if right == "call" else smile.puts
    sensitivities = smile.call_greeks if right == "call" else smile.put_greeks
    labels = {reason.value: "" if reason is Reason.OK else reason.label for reason in Reason}
    return {
        "iv_bid": quoted.bid,
        "iv_mid": quoted.mid,
        "iv_ask": quoted.ask,
        **{name: getattr(sensitivities, name) for name in _GREEKS},
        "reason": np.array([labels[int(code)] for code in quoted.reason], object),
    }


def _smile(expiries: Expiries) -> pa.Table:
    parts: dict[str, list[Any]] = {}
    for each in expiries:
        smile = each.smile
        if smile is None:
            continue
        fitted = np.full(len(smile.strikes), np.nan)
        if each.fitted is not None:
            fitted = _fitted(each, smile.log_moneyness)
        row = {
            "expiry": np.full(len(smile.strikes), each.name, object),
            "strike": smile.strikes,
            "log_moneyness": smile.log_moneyness,
            "iv_bid": smile.quoted.bid,
            "iv_mid": smile.quoted.mid,
            "iv_ask": smile.quoted.ask,
            "iv_fitted": fitted,
        }
        for name, values in row.items():
            parts.setdefault(name, []).append(values)
    names = ("expiry", "strike", "log_moneyness", "iv_bid", "iv_mid", "iv_ask", "iv_fitted")
    return pa.table({name: _joined(parts.get(name, [])) for name in names})


def _fitted(expiry: ExpiryStudy, log_moneyness: FloatArray) -> FloatArray:
    # Beyond the quotes it was fitted to, a smile is a guess.
    fitted = expiry.fitted
    if fitted is None:
        return np.full(len(log_moneyness), np.nan)
    inside = (log_moneyness >= fitted.fit.low) & (log_moneyness <= fitted.fit.high)
    return np.where(inside, fitted.volatility(log_moneyness), np.nan)


def _parity(expiries: Expiries) -> pa.Table:
    found = [(e.name, v) for e in expiries if e.parity is not None for v in e.parity.violations]
    names = ("strike", "synthetic_bid", "synthetic_ask", "low", "high", "size", "spreads")
    return pa.table(
        {
            "expiry": pa.array([name for name, _ in found], pa.string()),
            **{
                name: pa.array([float(getattr(each, name)) for _, each in found], pa.float64())
                for name in names
            },
        }
    )


def _interest(expiries: Expiries) -> pa.Table:
    parts: dict[str, list[Any]] = {}
    for each in expiries:
        profile = each.profile
        if profile is None:
            continue
        parts.setdefault("expiry", []).append(np.full(len(profile.strikes), each.name, object))
        for name in ("strikes", "call_interest", "put_interest", "gamma"):
            parts.setdefault(name, []).append(getattr(profile, name))
    names = ("expiry", "strikes", "call_interest", "put_interest", "gamma")
    table = pa.table({name: _joined(parts.get(name, [])) for name in names})
    return table.rename_columns(["expiry", "strike", *names[2:]])


OPTION_PARTS: Mapping[str, Callable[[Expiries], pa.Table]] = {
    "expiries": _expiries,
    "chain": _chain,
    "smile": _smile,
    "parity": _parity,
    "interest": _interest,
}
"""Tables of a study of option chains, by name; each of some or all of its expiries."""
