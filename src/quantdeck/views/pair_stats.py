"""The ruled list of the Pairs page: every figure with a plain verdict."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from quantdeck.analytics.pairs.estimators import LINES
from quantdeck.live.bars import TIMEFRAMES
from quantdeck.views.figures import number_text, pvalue_text
from quantdeck.views.pair_estimators import TITLES
from quantdeck.views.payloads import RowsPayload
from quantdeck.views.state import empty_state

if TYPE_CHECKING:
    from quantdeck.analytics.pairs.hedge import HedgeFit
    from quantdeck.analytics.pairs.study import PairStudy
    from quantdeck.analytics.types import FloatArray
    from quantdeck.live.pair_state import PairNow
    from quantdeck.views.payloads import PanelState, Row

LEVEL = 0.05
"""Significance at which the verdicts say yes or no."""

ONE_SIDED = 1.645
"""Standard errors below which a normal estimate falls at that level."""

STRETCHED = 2.0
"""Standard deviations from which on a spread is called stretched."""


def stats_payload(now: PairNow, state: PanelState) -> RowsPayload:
    """Return the statistics of a pair with their verdicts.

    Parameters
    ----------
    now : PairNow
        The pair.
    state : PanelState
        Of the panel.

    Returns
    -------
    RowsPayload
        Rows of a ``stats`` panel, ids as in its columns. A figure that cannot be told is None with
        the reason as its verdict.
    """
    study = now.study
    rows = [
        _zscore(now),
        _cointegration(study, "engle_granger"),
        _cointegration(study, "engle_granger_reverse"),
        *_adf(study),
        _half_life(now),
        _hurst(study),
        _reversion(study),
        *_hedge(study),
        _correlation(now),
        _row("rows", study.used, f"closed, {study.window} in a window"),
    ]
    if not study.used:
        state = empty_state(state, "No rows in which both symbols have a price yet")
    return RowsPayload(state, rows)


def _row(name: str, value: float | None, verdict: str, tone: str = "plain") -> Row:
    return {"id": name, "value": value, "verdict": verdict, "tone": tone}


def _missing(study: PairStudy, name: str, field: str) -> Row:
    return _row(name, None, study.reasons.get(field, "not enough data"))


def _newest(values: FloatArray | None) -> float | None:
    if values is None or not len(values) or not math.isfinite(values[-1]):
        return None
    return float(values[-1])


def _zscore(now: PairNow) -> Row:
    score = _newest(now.zscore)
    if score is None:
        field = "last_zscore" if "last_zscore" in now.study.reasons else "zscore"
        return _missing(now.study, "zscore", field)
    side = "above" if score > 0 else "below"
    distance = abs(score)
    if distance < 1.0:
        verdict = "within 1 sd of its mean"
    elif distance < STRETCHED:
        verdict = f"1 to 2 sd {side} its mean"
    else:
        verdict = f"stretched: {distance:.1f} sd {side} its mean"
    return _row("zscore", score, verdict)


def _answer(question: str, pvalue: float) -> tuple[str, str]:
    yes = pvalue < LEVEL
    text = f"{question} at {LEVEL:.0%}".replace("%", " %")
    return f"{text}: {'yes' if yes else 'no'}, p {pvalue_text(pvalue)}", "good" if yes else "bad"


def _cointegration(study: PairStudy, field: str) -> Row:
    test = study.engle_granger if field == "engle_granger" else study.engle_granger_reverse
    if test is None:
        return _missing(study, field, field)
    verdict, tone = _answer("cointegrated", test.pvalue)
    return _row(field, test.pvalue, f"{verdict}{_judge(study)}", tone)


def _judge(study: PairStudy) -> str:
    return "" if study.estimator == "ols" else "; by least squares"


def _adf(study: PairStudy) -> list[Row]:
    test = study.adf
    if test is None:
        return [_missing(study, name, "adf") for name in ("adf", "adf_statistic")]
    verdict, _ = _answer("stationary", test.pvalue)
    critical = number_text(test.critical["5%"])
    return [
        _row(
            "adf",
            test.pvalue,
            f"{verdict}; too small, since the line was fitted{_judge(study)}",
        ),
        _row(
            "adf_statistic",
            test.statistic,
            f"critical at 5 %: {critical}; lag {test.lag}, n {test.n}",
        ),
    ]


def _half_life(now: PairNow) -> Row:
    found = now.study.half_life
    if found is None or found.rows is None:
        return _missing(now.study, "half_life", "half_life")
    interval_ns = TIMEFRAMES.get(now.question.timeframe)
    if interval_ns is None:
        return _row(
            "half_life", None, f"{number_text(found.rows)} rows; ticks have no fixed length"
        )
    seconds = found.rows * interval_ns / 1e9
    # A random walk has a half-life too, on paper; the plain ADF is too ready to say otherwise.
    test = now.study.engle_granger
    doubt = "" if test is not None and test.pvalue < LEVEL else "; not shown to come back"
    rows = f"{number_text(found.rows)} bars of {now.question.timeframe}"
    if now.study.estimator not in LINES:
        doubt = "; of a line that follows the prices"
    return _row("half_life", seconds, rows + doubt)


def _hedge(study: PairStudy) -> list[Row]:
    fit = study.hedge
    if fit is None:
        names = ("hedge_ratio", "intercept", "r_squared", "residual_sd")
        return [_missing(study, name, "hedge") for name in names]
    explained = f"{fit.r_squared:.1%} explained".replace("%", " %")
    by_whom = "" if study.estimator == "ols" else ", by least squares"
    return [
        *_line(study, fit),
        _row("r_squared", fit.r_squared, f"{explained}{by_whom}"),
        _spread_sd(study, fit),
    ]


def _line(study: PairStudy, fit: HedgeFit) -> list[Row]:
    level = "of log prices" if fit.log else "of price levels"
    if study.estimator == "ols":
        error = (
            f"± {number_text(fit.stderr, 2)} standard error" if math.isfinite(fit.stderr) else ""
        )
        return [
            _row("hedge_ratio", fit.hedge_ratio, error),
            _row("intercept", fit.intercept, level),
        ]
    name = TITLES[study.estimator]
    if study.path is None or not math.isfinite(study.path.newest.hedge_ratio):
        return [_missing(study, each, "path") for each in ("hedge_ratio", "intercept")]
    line = study.path.newest
    interval = ""
    if math.isfinite(line.low):
        interval = f", 95 %: {number_text(line.low, 4)} to {number_text(line.high, 4)}"
    return [
        _row("hedge_ratio", line.hedge_ratio, f"{name}{interval}"),
        _row("intercept", line.intercept, level),
    ]


def _spread_sd(study: PairStudy, fit: HedgeFit) -> Row:
    deviation = fit.residual_std if study.estimator == "ols" else None
    if deviation is None and study.summary is not None:
        deviation = study.summary.std
    if deviation is None:
        return _missing(study, "residual_sd", "spread")
    scale = f"{number_text(deviation * 1e4)} bp of y" if fit.log else "in the currency of y"
    return _row("residual_sd", deviation, scale)


def _hurst(study: PairStudy) -> Row:
    found = study.hurst
    if found is None:
        return _missing(study, "hurst", "hurst")
    error = f"± {number_text(found.stderr, 2)} standard error"
    low = found.exponent < 0.5 - ONE_SIDED * found.stderr
    verdict = "less than a random walk's 0.5" if low else "not less than a random walk's 0.5"
    return _row("hurst", found.exponent, f"{error}; {verdict}")


def _reversion(study: PairStudy) -> Row:
    check = study.reversion
    if check is None:
        return _missing(study, "reversion", "reversion")
    at = check.horizons[len(check.horizons) // 2]
    walk = f"{at.expected:.0%}".replace("%", " %")
    verdict = f"{at.hits} of {len(check.events)} within {at.rows} rows; a random walk {walk}"
    return _row("reversion", at.rate, verdict)


def _correlation(now: PairNow) -> Row:
    newest = _newest(now.correlation)
    if newest is None:
        reasons = now.study.reasons
        field = "last_correlation" if "last_correlation" in reasons else "correlation"
        return _missing(now.study, "correlation", field)
    return _row("correlation", newest, f"over the last {now.study.window} returns")
