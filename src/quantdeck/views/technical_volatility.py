"""Rolling volatilities and regimes, as the Technical page shows them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from quantdeck.analytics.volatility import Regime
from quantdeck.views.payloads import LinesPayload, Marker, RowsPayload
from quantdeck.views.state import empty_state

if TYPE_CHECKING:
    from quantdeck.analytics.technical_study import TechnicalStudy
    from quantdeck.analytics.volatility import RegimeChange
    from quantdeck.views.payloads import PanelState, Row

ESTIMATORS = {
    "close": "Realised",
    "ewma": "EWMA",
    "parkinson": "Parkinson",
    "garman_klass": "Garman-Klass",
    "rogers_satchell": "Rogers-Satchell",
    "yang_zhang": "Yang-Zhang",
}
"""Estimators by key, with their titles."""

_WORDS = {Regime.CALM: "calm", Regime.NORMAL: "normal", Regime.TURBULENT: "turbulent"}


def volatility_payload(study: TechnicalStudy, state: PanelState) -> LinesPayload:
    """Return the volatilities of the bars shown, with the changes of the regime.

    Parameters
    ----------
    study : TechnicalStudy
        The study.
    state : PanelState
        Of the panel.

    Returns
    -------
    LinesPayload
        One line per estimator; a change is marked at the bar at whose close it was known.
        [1/sqrt(year)]
    """
    first, starts = study.first_shown, study.series.start_ns
    lines = {name: values[first:] for name, values in study.volatility.items()}
    if not lines:
        reason = next((why for name, why in study.unanswered if name in ESTIMATORS), "No bars yet")
        state = empty_state(state, reason)
    changes = () if study.regimes is None else study.regimes.changes
    return LinesPayload(
        state,
        starts[first:] // 1_000_000,
        lines,
        markers=tuple(
            Marker(int(starts[change.confirmed]) // 1_000_000, "note", _said(change), "close")
            for change in changes
            if change.confirmed >= first
        ),
    )


def regime_payload(study: TechnicalStudy, state: PanelState) -> RowsPayload:
    """Return the regime and the newest volatility by every estimator.

    Parameters
    ----------
    study : TechnicalStudy
        The study.
    state : PanelState
        Of the panel.
    """
    rows = _regime_rows(study)
    for name, title in ESTIMATORS.items():
        values = study.volatility.get(name)
        latest = math.nan if values is None else float(values[-1])
        said = dict(study.unanswered).get(name, "") if values is None else ""
        rows.append(_line(name, latest if math.isfinite(latest) else None, said or _of(title)))
    return RowsPayload(state, rows)


def _regime_rows(study: TechnicalStudy) -> list[Row]:
    regimes = study.regimes
    current = None if regimes is None else regimes.current
    if regimes is None or current is None:
        reason = dict(study.unanswered).get("regimes", "none is confirmed yet")
        return [_line("regime", "–", reason)]
    change, starts = regimes.changes[-1], study.series.start_ns
    bars = len(starts) - 1 - change.began
    rank = float(regimes.rank[-1])
    return [
        _line("regime", _WORDS[current], f"for {bars + 1:,} bars, since it was {_before(change)}"),
        _line(
            "rank",
            rank if math.isfinite(rank) else None,
            f"of the last {regimes.rules.lookback} realised volatilities lie below",
        ),
    ]


def _before(change: RegimeChange) -> str:
    return "not known" if change.before is change.after else _WORDS[change.before]


def _said(change: RegimeChange) -> str:
    if change.before is change.after:
        return f"volatility is {_WORDS[change.after]}: the first regime confirmed"
    return f"volatility turned from {_WORDS[change.before]} to {_WORDS[change.after]}"


def _of(title: str) -> str:
    return "no window, decay .94" if title == "EWMA" else "rolling, a year"


def _line(name: str, value: str | float | None, verdict: str) -> Row:
    return {"id": name, "value": value, "verdict": verdict, "tone": "plain"}
