from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from quantdeck.research.calibration import Calibrator, fit, fit_earlier, log_odds


def _overconfident(count: int = 4_000, seed: int = 7) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    honest = rng.normal(0.1, 0.2, count)
    label = (rng.random(count) < 1.0 / (1.0 + np.exp(-honest))).astype(np.float64)
    return 1.0 / (1.0 + np.exp(-(3.0 * honest - 0.4))), label


@pytest.mark.parametrize("shift", [0.0, 1.5, -2.0])
def test_fit_is_the_logistic_of_scikit_learn_with_platts_targets(shift: float) -> None:
    score, label = _overconfident()
    x = (log_odds(score) + shift)[:, None]
    ones, zeros = label.sum(), (1 - label).sum()
    high, low = (ones + 1) / (ones + 2), 1 / (zeros + 2)
    target = np.where(label == 1, high, low)
    judge = LogisticRegression(C=np.inf, tol=1e-12, max_iter=1000).fit(
        np.vstack([x, x]),
        np.repeat([1, 0], len(label)),
        sample_weight=np.concatenate([target, 1 - target]),
    )

    found = fit(1.0 / (1.0 + np.exp(-x[:, 0])), label)

    assert found.slope == pytest.approx(judge.coef_[0, 0], rel=1e-6)
    assert found.intercept == pytest.approx(judge.intercept_[0], rel=1e-5, abs=1e-7)


def test_fit_of_overconfident_scores_draws_them_in() -> None:
    score, label = _overconfident(count=40_000)

    found = fit(score, label)

    assert found.slope == pytest.approx(1 / 3, rel=0.1)
    assert found(score).mean() == pytest.approx(label.mean(), abs=1e-4)


def test_fit_of_scores_that_were_wrong_tells_the_base_rate() -> None:
    score, label = _overconfident()

    found = fit(1.0 - score, label)

    assert found.slope == 0.0
    assert found(score) == pytest.approx(label.mean(), abs=1e-3)


def test_fit_of_separated_scores_stays_finite() -> None:
    score = np.repeat([0.2, 0.8], 100)

    found = fit(score, (score > 0.5).astype(np.float64))

    assert np.isfinite([found.slope, found.intercept]).all()
    assert found(np.array([0.2, 0.8])) == pytest.approx([1 / 102, 101 / 102], abs=1e-6)


def test_fit_of_one_score_tells_the_base_rate() -> None:
    found = fit(np.full(300, 0.6), np.repeat([1.0, 0.0], [100, 200]))

    assert found.slope == 0.0
    assert found(np.array([0.9])) == pytest.approx(1 / 3, abs=2e-3)


def test_calibrator_leaves_what_is_not_known() -> None:
    told = Calibrator(1.0, 0.0)(np.array([np.nan, 0.0, 1.0]))

    assert np.isnan(told[0])
    assert told[1:] == pytest.approx([1e-6, 1 - 1e-6])


def test_fit_earlier_takes_nothing_that_is_answered_later() -> None:
    score, label = _overconfident(1_000)
    session = np.repeat(np.arange(100), 10)
    changed = np.where(session + 5 >= 60, 1.0 - label, label)

    a = fit_earlier(score, label, session, before=60, horizon=5)
    b = fit_earlier(score, changed, session, before=60, horizon=5)

    assert a is not None
    assert a == b


@pytest.mark.parametrize(
    ("rows", "per_session", "ones"), [(150, 5, 0.5), (1000, 100, 0.5), (1000, 10, 0.005)]
)
def test_fit_earlier_of_too_little_is_none(rows: int, per_session: int, ones: float) -> None:
    label = (np.arange(rows) < ones * rows).astype(np.float64)
    session = np.arange(rows) // per_session

    assert fit_earlier(np.full(rows, 0.5), label, session, before=10_000, horizon=1) is None
