"""Estimates of a pair for the command line: hedge ratios, cointegration, half-life, Hurst."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from quantdeck.analytics.pairs import compare_estimators, pair_study
from quantdeck.app.pairs_output import named, print_json
from quantdeck.app.pairs_prices import load_pair
from quantdeck.app.pairs_text import heading, number_text, say, show, span_text

if TYPE_CHECKING:
    from quantdeck.analytics.pairs import EngleGranger, EstimatorRow, PairStudy, ReversionAt
    from quantdeck.app.pairs_prices import LoadedPair, PairSource
    from quantdeck.app.settings import Settings


def run_estimate(
    settings: Settings, source: PairSource, *, window: int, log: bool, as_json: bool
) -> None:
    """Print what every estimator says of a pair, and the tests; see `quantdeck.cli.pairs`.

    Raises
    ------
    BadInput
        If the question cannot be.
    NoData
        If there are no bars.
    """
    pair = load_pair(settings, source)
    y, x = pair.prices.y, pair.prices.x
    rows = compare_estimators(y, x, window=window, log=log)
    study = pair_study(y, x, window=window, log=log)
    if as_json:
        print_json({**named(pair, source), **_told(rows, study)})
        return
    say(heading(pair, demo=source.demo))
    show([_estimator_row(row, pair) for row in rows])
    print()  # noqa: T201
    show([*_test_rows(study, pair)])
    if study.reversion is not None:
        check = study.reversion
        print(  # noqa: T201
            f"\nafter |z| reached {check.threshold:g} (events that do not overlap; a random walk in "
            "brackets)"
        )
        show([_reversion_row(at, len(check.events)) for at in check.horizons])


def _told(rows: tuple[EstimatorRow, ...], study: PairStudy) -> dict[str, Any]:
    return {
        "estimators": [
            {
                "name": row.name,
                "hedge_ratio": None if row.line is None else row.line.hedge_ratio,
                "low": None if row.line is None else row.line.low,
                "high": None if row.line is None else row.line.high,
                "intercept": None if row.line is None else row.line.intercept,
                "spread_std": row.spread_std,
                "half_life_rows": row.half_life,
                "hurst": row.hurst,
                "zscore": row.last_zscore,
                "reason": row.reason,
            }
            for row in rows
        ],
        "cointegration": {
            "y_on_x": _test(study.engle_granger),
            "x_on_y": _test(study.engle_granger_reverse),
        },
        "half_life_rows": None if study.half_life is None else study.half_life.rows,
        "hurst": None if study.hurst is None else asdict(study.hurst),
        "reversion": None
        if study.reversion is None
        else [asdict(at) for at in study.reversion.horizons],
        "reasons": study.reasons,
    }


def _test(test: EngleGranger | None) -> dict[str, Any] | None:
    if test is None:
        return None
    return {
        "statistic": test.statistic,
        "pvalue": test.pvalue,
        "lag": test.lag,
        "n": test.n,
        "critical": test.critical,
        "hedge_ratio": test.fit.hedge_ratio,
    }


def _estimator_row(row: EstimatorRow, pair: LoadedPair) -> dict[str, Any]:
    line = row.line
    life = None if row.half_life is None else span_text(row.half_life * pair.step_ns)
    return {
        "estimator": row.name,
        "hedge ratio": number_text(None if line is None else line.hedge_ratio, 4),
        "low": number_text(None if line is None else line.low, 4),
        "high": number_text(None if line is None else line.high, 4),
        "intercept": number_text(None if line is None else line.intercept, 4),
        "spread sd": number_text(row.spread_std, 5),
        "half-life": life,
        "Hurst": number_text(row.hurst),
        "z": number_text(row.last_zscore, sign=True),
        "note": row.reason or "",
    }


def _test_rows(study: PairStudy, pair: LoadedPair) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    tests = (
        ("Engle-Granger, y on x", "engle_granger", study.engle_granger),
        ("Engle-Granger, x on y", "engle_granger_reverse", study.engle_granger_reverse),
    )
    for name, field, test in tests:
        note = study.reasons.get(field, "")
        if test is not None:
            edge = test.critical.get("5%")
            note = f"lag {test.lag}, critical at 5 % {number_text(edge)}"
        value = None if test is None else f"p {test.pvalue:.3g}, t {test.statistic:.2f}"
        rows.append({"test": name, "": value, "note": note})
    half_life = None if study.half_life is None else study.half_life.rows
    life = None if half_life is None else f"{half_life:,.1f} rows"
    spelled = "" if half_life is None else span_text(half_life * pair.step_ns)
    rows.append(
        {"test": "half-life", "": life, "note": spelled or study.reasons.get("half_life", "")}
    )
    hurst = study.hurst
    exponent = None if hurst is None else f"{hurst.exponent:.3f} ± {hurst.stderr:.3f}"
    note = study.reasons.get("hurst", "0.5 is a random walk, less comes back")
    rows.append({"test": "Hurst exponent ± s.e.", "": exponent, "note": note})
    return rows


def _reversion_row(at: ReversionAt, events: int) -> dict[str, Any]:
    return {
        "rows after": at.rows,
        "came back": f"{100.0 * at.rate:.0f} % ({100.0 * at.expected:.0f} %)",
        "95 % interval": f"{100.0 * at.low:.0f} to {100.0 * at.high:.0f} %",
        "times": f"{at.hits} of {events}",
        "mean change [sd]": number_text(at.change, sign=True),
        "s.e.": number_text(at.change_stderr),
    }
