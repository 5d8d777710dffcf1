"""What the cards, lines and curves of the Risk page show of a study."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.performance import drawdowns
from quantdeck.analytics.risk.study import NO_BENCHMARK
from quantdeck.model.instruments import root_of
from quantdeck.views.figures import number_text, pvalue_text
from quantdeck.views.payloads import (
    Curve,
    CurvePayload,
    LinesPayload,
    Marker,
    RowsPayload,
    SurfacePayload,
)
from quantdeck.views.state import empty_state

if TYPE_CHECKING:
    from quantdeck.analytics.risk.study import Against, RiskStudy
    from quantdeck.analytics.types import FloatArray, IntArray
    from quantdeck.views.payloads import PanelState, Row

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SURE = 0.05


def day_text(ts_ns: int | None) -> str:
    """Return a day, with the time where it is not midnight, UTC; a dash of None.

    Examples
    --------
    >>> day_text(1_582_070_400_000_000_000), day_text(1_582_074_000_000_000_000), day_text(None)
    ('2020-02-19', '2020-02-19 01:00', '–')
    """
    if ts_ns is None:
        return "–"
    text = str(np.datetime64(ts_ns, "ns").astype("datetime64[m]")).replace("T", " ")
    return text.removesuffix(" 00:00")


def times_ms(ts_ns: IntArray) -> IntArray:
    """Return times as charts take them. [ms]."""
    return np.asarray(ts_ns // 1_000_000, np.int64)


def summary_payload(study: RiskStudy, state: PanelState) -> RowsPayload:
    """Return the headline figures with what they amount to."""
    deepest = study.drawdowns[0] if study.drawdowns else None
    now = float(study.underwater[-1])
    in_words = f"{round(100 * (1 - study.rules.level), 6):g} bars in 100 lose more"
    against = study.against
    notes = {
        "cagr": f"since {day_text(int(study.ts_ns[0]))}",
        "annual_volatility": _newest("EWMA now", study.ewma),
        "sharpe_ratio": _sharpe_words(study),
        "max_drawdown": _fall_words(deepest.peak_ts, deepest.recovery_ts) if deepest else "never",
        "value_at_risk": in_words,
        "expected_shortfall": "mean of these losses",
        "beta": study.against_reason if against is None else _beta_words(study, against),
    }
    rows: list[Row] = []
    for name, note in notes.items():
        if name == "beta" and against is None:
            if note != NO_BENCHMARK:
                rows.append(_card(name, None, note))
            continue
        found = study.figure(name)
        rows.append(_card(name, found.value, note if found.value is not None else found.reason))
        if name == "max_drawdown":
            under = "at its high" if now == 0.0 else f"since {day_text(_high_ns(study))}"
            rows.append(_card("under_water", -now, under))
    return RowsPayload(state, rows)


_TITLES = {
    "cagr": "Growth a year",
    "annual_volatility": "Volatility",
    "sharpe_ratio": "Sharpe ratio",
    "max_drawdown": "Deepest drawdown",
    "under_water": "Below its high",
    "value_at_risk": "Value at risk",
    "expected_shortfall": "Expected shortfall",
    "beta": "Beta",
}


def _card(name: str, value: float | None, note: str) -> Row:
    return {"id": name, "title": _TITLES[name], "value": value, "note": note}


def _high_ns(study: RiskStudy) -> int:
    return int(study.ts_ns[int(np.flatnonzero(study.underwater == 0.0)[-1])])


def _newest(word: str, values: FloatArray) -> str:
    known = values[np.isfinite(values)]
    return f"{word} {100 * float(known[-1]):.1f} %" if len(known) else ""


def _sharpe_words(study: RiskStudy) -> str:
    error = study.figure("sharpe_error").value
    above = study.figure("probabilistic_sharpe").value
    if error is None or above is None:
        return ""
    return f"± {number_text(error, 2)} · above 0 with {100 * above:.0f} %"


def _fall_words(peak_ns: int | None, recovery_ns: int | None) -> str:
    end = "not recovered" if recovery_ns is None else f"recovered {day_text(recovery_ns)}"
    return f"from {day_text(peak_ns)} · {end}"


def _beta_words(study: RiskStudy, against: Against) -> str:
    squared = study.figure("r_squared").value
    fit = "" if squared is None else f" · R² {number_text(squared, 2)}"
    left = sum(against.left_out)
    out = f" · {left:,} bars left out" if left else ""
    return f"to {root_of(against.benchmark.symbol)}{fit}{out}"


def line_names(study: RiskStudy) -> tuple[str, str]:
    """Return the names of the lines of symbol and benchmark, without a venue where that is enough."""
    symbol = study.series.symbol
    if study.against is None:
        return root_of(symbol), ""
    other = study.against.benchmark.symbol
    roots = root_of(symbol), root_of(other)
    return roots if roots[0] != roots[1] else (symbol, other)


def wealth_payload(study: RiskStudy, state: PanelState) -> LinesPayload:
    """Return what 1 became, beside the benchmark."""
    name, other = line_names(study)
    lines = {name: study.wealth}
    against = study.against
    if against is not None:
        # Both are 1 at the first close in common.
        at = np.searchsorted(study.ts_ns, against.ts_ns[:1])
        base = study.wealth[at] * against.wealth
        lines[other] = _at_rows(study.ts_ns, against.ts_ns, base)
    return LinesPayload(state, times_ms(study.ts_ns), lines)


def underwater_payload(study: RiskStudy, state: PanelState) -> LinesPayload:
    """Return how far wealth is below its highest so far."""
    name, other = line_names(study)
    lines = {name: study.underwater}
    against = study.against
    if against is not None:
        lines[other] = _at_rows(study.ts_ns, against.ts_ns, drawdowns(against.wealth))
    return LinesPayload(state, times_ms(study.ts_ns), lines)


def _at_rows(rows_ns: IntArray, ts_ns: IntArray, values: FloatArray) -> FloatArray:
    out = np.full(len(rows_ns), np.nan)
    out[np.searchsorted(rows_ns, ts_ns)] = values
    return out


def back_test_payload(study: RiskStudy, state: PanelState) -> LinesPayload:
    """Return returns and the value at risk forecast for them, with the exceedances marked."""
    found = study.back_test
    if found is None:
        nothing = np.empty(0, np.int64)
        return LinesPayload(empty_state(state, study.back_test_reason), nothing, {})
    x = times_ms(study.ts_ns[1:])
    times: list[int] = x.tolist()
    rows: list[int] = found.test.rows.tolist()
    markers = tuple(
        Marker(
            x=times[row],
            kind="stop",
            text=f"lost {-100 * float(study.returns[row]):.2f} %, "
            f"forecast {100 * float(found.forecast[row]):.2f} %",
            line="returns",
        )
        for row in rows
    )
    lines = {"returns": study.returns, "forecast": -found.forecast}
    return LinesPayload(state, x, lines, markers=markers)


def ratios_payload(study: RiskStudy, state: PanelState) -> LinesPayload:
    """Return the rolling Sharpe ratio and beta."""
    lines = {"sharpe": study.sharpe}
    if study.against is not None:
        beta = study.against.beta
        lines["beta"] = _at_rows(study.ts_ns, study.against.ts_ns, beta)
    return _rolling(study, lines, state)


def volatility_payload(study: RiskStudy, state: PanelState) -> LinesPayload:
    """Return three rolling volatilities."""
    lines = {"rolling": study.volatility, "ewma": study.ewma, "yang_zhang": study.ranged}
    return _rolling(study, lines, state)


def _rolling(study: RiskStudy, lines: dict[str, FloatArray], state: PanelState) -> LinesPayload:
    if not any(np.isfinite(values).any() for values in lines.values()):
        what = f"{len(study.returns)} returns do not fill a window of {study.rules.rolling}"
        return LinesPayload(empty_state(state, what), np.empty(0, np.int64), {})
    return LinesPayload(state, times_ms(study.ts_ns), lines)


def months_payload(study: RiskStudy, state: PanelState) -> SurfacePayload:
    """Return the table of months, the newest year first."""
    found = study.months
    order = np.argsort(-found.years)
    totals = found.totals[order]
    names = [
        f"{year}  {100 * total:+.1f} %".replace("-", "−") if np.isfinite(total) else str(year)
        for year, total in zip(found.years[order].tolist(), totals.tolist(), strict=True)
    ]
    return SurfacePayload(
        state,
        np.arange(12.0),
        np.arange(float(len(names))),
        {"return": found.months[order]},
        names=names,
        columns=list(MONTHS),
    )


def distribution_payload(study: RiskStudy, state: PanelState) -> CurvePayload:
    """Return the histogram of returns beside that of a normal distribution."""
    found = study.histogram
    if found is None:
        return CurvePayload(empty_state(state, "The returns do not move"), ())
    # A step lasts until the next edge, the last one ends at nought.
    counts = np.concatenate((found.counts.astype(np.float64), [0.0]))
    middle = 0.5 * (found.edges[1:] + found.edges[:-1])
    return CurvePayload(
        state, (Curve("counts", found.edges, counts), Curve("normal", middle, found.normal))
    )


def memory_payload(study: RiskStudy, state: PanelState) -> CurvePayload:
    """Return the autocorrelation of returns with the band of independent ones."""
    found = study.memory
    if found is None or len(found.lags) == 0:
        return CurvePayload(empty_state(state, "Too few returns"), ())
    lags, band = found.lags.astype(np.float64), np.full(len(found.lags), found.band)
    names = [f"{lag} bars apart" for lag in found.lags.tolist()]
    return CurvePayload(
        state,
        (
            Curve("values", lags, found.values, names=names),
            Curve("upper", lags, band),
            Curve("lower", lags, -band),
        ),
    )


def exceedances_payload(study: RiskStudy, state: PanelState) -> RowsPayload:
    """Return how often the value at risk was exceeded, and what three tests say of it."""
    found = study.back_test
    if found is None:
        return RowsPayload(empty_state(state, study.back_test_reason), [])
    test = found.test
    known = f"each from the {found.window} before it, {found.method}"
    rows = [
        _stat("forecasts", test.n, known),
        _stat("count", test.count, f"{test.expected:.1f} expected at {100 * test.level:g} %"),
        _stat("share", test.count / test.n, f"{100 * (1 - test.level):g} % expected"),
        _stat("kupiec", test.coverage.pvalue, _right(test.coverage.pvalue, "their number")),
    ]
    for name, each in (("christoffersen", test.independence), ("both", test.both)):
        pvalue = None if each is None else each.pvalue
        what = "one after another" if name == "christoffersen" else "both"
        rows.append(_stat(name, pvalue, _right(pvalue, what)))
    tones = {"green": "good", "yellow": "warn", "red": "bad"}
    light = test.light.value
    rows.append({"id": "light", "value": light, "verdict": _LIGHTS[light], "tone": tones[light]})
    return RowsPayload(state, rows)


_LIGHTS = {
    "green": "so many are no surprise",
    "yellow": "more than a right forecast makes likely",
    "red": "far too many: the forecast is too low",
}


def _right(pvalue: float | None, what: str) -> str:
    if pvalue is None:
        return "no exceedance to judge by"
    verdict = "as it should be" if pvalue >= _SURE else "not as it should be"
    return f"{what}: {verdict}, p {pvalue_text(pvalue)}"


def _stat(name: str, value: float | None, verdict: str, tone: str = "plain") -> Row:
    return {"id": name, "value": value, "verdict": verdict, "tone": tone}
