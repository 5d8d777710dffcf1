from __future__ import annotations

import math

import numpy as np
import pytest

from quantdeck.analytics.pairs import ols_hedge, reversion_check, wilson_interval
from quantdeck.analytics.pairs.reversion_kernels import look_back
from quantdeck.model.errors import BadInput, NoData

WINDOW = 60


def walks(seed: int, rows: int = 3000) -> tuple[np.ndarray, np.ndarray]:
    y, x = np.random.default_rng(seed).normal(size=(2, rows)).cumsum(axis=1)
    return y, x


def returning(seed: int, rows: int = 3000) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    x = np.cumsum(random.normal(size=rows))
    spread = np.zeros(rows)
    for t in range(1, rows):
        spread[t] = 0.9 * spread[t - 1] + random.normal(scale=0.3)
    return 2.0 * x + spread, x


def test_reversion_check_counts_what_a_loop_counts() -> None:
    y, x = returning(3, 800)
    events, hits, changes, row = [], [], [], WINDOW - 1
    while row < 800 - 12:
        ratio = ols_hedge(y[: row + 1], x[: row + 1], log=False).hedge_ratio
        spread = y - ratio * x
        behind = spread[row - WINDOW + 1 : row + 1]
        score = (spread[row] - behind.mean()) / behind.std(ddof=1)
        if not abs(score) >= 2.0:
            row += 1
            continue
        after = (spread[row + 1 : row + 13] - behind.mean()) / behind.std(ddof=1)
        side = math.copysign(1.0, score)
        events.append(row)
        hits.append(any(side * each <= 0.0 for each in after[:5]))
        changes.append(side * (score - after[4]))
        row += 13

    check = reversion_check(y, x, window=WINDOW, horizons=[5, 12], log=False)

    at = check.horizons[0]
    assert check.events.tolist() == events
    assert (at.rows, at.hits) == (5, sum(hits))
    assert at.change == pytest.approx(np.mean(changes), rel=1e-9)
    assert at.change_stderr == pytest.approx(np.std(changes, ddof=1) / math.sqrt(len(changes)))


@pytest.mark.parametrize("rows", [5, 20, 60])
def test_reversion_check_of_random_walks_finds_the_rate_that_it_expects(rows: int) -> None:
    checks = [
        reversion_check(*walks(seed), window=WINDOW, horizons=[rows], log=False)
        for seed in range(30)
    ]

    events = sum(len(check.events) for check in checks)
    hits = sum(check.horizons[0].hits for check in checks)
    expected = sum(len(check.events) * check.horizons[0].expected for check in checks)
    assert hits / events == pytest.approx(expected / events, abs=0.04)


def test_reversion_check_of_random_walks_finds_no_change_towards_the_mean() -> None:
    checks = [
        reversion_check(*walks(seed), window=WINDOW, horizons=[20], log=False) for seed in range(30)
    ]

    changes = np.array([check.horizons[0].change for check in checks])
    assert abs(changes.mean()) < 3.0 * changes.std() / math.sqrt(len(changes))


def test_reversion_check_of_a_spread_that_comes_back_beats_a_random_walk() -> None:
    at = reversion_check(*returning(8), window=WINDOW, horizons=[20], log=False).horizons[0]

    assert at.low > at.expected
    assert at.change > 5.0 * at.change_stderr


def test_reversion_check_events_do_not_overlap() -> None:
    check = reversion_check(*walks(1), window=WINDOW, horizons=[3, 25], log=False)

    assert np.diff(check.events).min() > 25


@pytest.mark.parametrize("cut", [900, 1517, 2400])
def test_reversion_check_of_fewer_rows_has_the_same_events_up_to_there(cut: int) -> None:
    y, x = returning(4)
    whole = reversion_check(y, x, window=WINDOW, horizons=[10], log=False)

    part = reversion_check(y[:cut], x[:cut], window=WINDOW, horizons=[10], log=False)

    assert part.events.tolist() == [row for row in whole.events.tolist() if row + 10 < cut]


def test_reversion_check_leaves_an_event_out_whose_rows_are_still_to_come() -> None:
    y, x = returning(4)
    event = int(reversion_check(y, x, window=WINDOW, horizons=[10], log=False).events[5])

    check = reversion_check(
        y[: event + 10], x[: event + 10], window=WINDOW, horizons=[10], log=False
    )

    assert (len(check.events), check.unfinished) == (5, 1)


def test_reversion_check_of_prices_is_that_of_their_logarithms() -> None:
    y, x = returning(5)
    y, x = 0.001 * y, 0.001 * x

    of_prices = reversion_check(np.exp(y), np.exp(x), window=WINDOW, horizons=[10])

    of_logs = reversion_check(y, x, window=WINDOW, horizons=[10], log=False)
    assert of_prices.events.tolist() == of_logs.events.tolist()


def test_look_back_compiled_equals_interpreted() -> None:
    y, x = walks(2, 90)
    ratio = np.linspace(0.5, 1.5, 90)
    ratio[:20] = math.nan
    compiled, interpreted = np.empty((3, 90)), np.empty((3, 90))

    look_back(y, x, ratio, 10, compiled)
    look_back.python(y, x, ratio, 10, interpreted)

    np.testing.assert_allclose(compiled, interpreted, rtol=1e-12)
    assert np.isnan(compiled[:, 19]).all()
    window = y[11:21] - ratio[20] * x[11:21]
    steps = math.sqrt((np.diff(window) ** 2).mean())
    assert compiled[:, 20] == pytest.approx((window.mean(), window.std(ddof=1), steps))


def test_reversion_check_where_y_and_x_lie_on_one_line_says_that_nothing_was_stretched() -> None:
    _, x = walks(1)

    with pytest.raises(NoData, match="not beyond 2"):
        reversion_check(3.0 * x + 1.0, x, window=WINDOW, horizons=[5], log=False)


def test_reversion_check_where_nothing_was_stretched_says_why() -> None:
    with pytest.raises(NoData, match="not beyond 50"):
        reversion_check(*walks(1), window=WINDOW, horizons=[5], threshold=50.0, log=False)


@pytest.mark.parametrize("horizons", [[], [0], [5, 5], [5, 3]])
def test_reversion_check_of_wrong_horizons_is_refused(horizons: list[int]) -> None:
    with pytest.raises(BadInput, match="horizons"):
        reversion_check(*walks(1), window=WINDOW, horizons=horizons, log=False)


@pytest.mark.parametrize("threshold", [0.0, -2.0, math.inf, math.nan])
def test_reversion_check_of_a_wrong_threshold_is_refused(threshold: float) -> None:
    with pytest.raises(BadInput, match="threshold"):
        reversion_check(*walks(1), window=WINDOW, horizons=[5], threshold=threshold, log=False)


def test_reversion_check_of_missing_prices_is_refused() -> None:
    y, x = walks(1)
    y[3] = math.nan

    with pytest.raises(BadInput, match="not finite"):
        reversion_check(y, x, window=WINDOW, horizons=[5], log=False)


@pytest.mark.parametrize(
    ("hits", "trials", "interval"),
    # Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3
    [(81, 263, (0.2553, 0.3662)), (15, 148, (0.0624, 0.1605)), (0, 20, (0.0, 0.1611)),
     (1, 29, (0.0061, 0.1718))],
)  # fmt: skip
def test_wilson_interval_equals_published_figures(hits, trials, interval) -> None:
    assert wilson_interval(hits, trials) == pytest.approx(interval, abs=5e-5)
