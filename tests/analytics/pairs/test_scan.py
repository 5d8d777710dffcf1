from __future__ import annotations

import math

import numpy as np
import pytest

from quantdeck.analytics.false_discovery import Control, q_values
from quantdeck.analytics.pairs.scan import PairScan, ScanRules, scan_pairs
from quantdeck.analytics.pairs.screen import ScanSeries, ScreenRules
from quantdeck.analytics.resample import Bars
from quantdeck.model.errors import BadInput
from quantdeck.sims.listings import LISTINGS, PAIRS
from quantdeck.sims.paths import PricePaths

MINUTE = 60_000_000_000
PLANTED = {frozenset((pair.y, pair.x)) for pair in PAIRS}
BEGIN = 19_943 * 1440
"""2024-08-08, in minutes since 1970."""
LEVEL = 20_776 * 1440 + 985
"""From here two symbols of seed 7 stay about a level for two days, and fool tests of one direction."""


def series_of(
    symbol: str, price: np.ndarray, *, spread_bp: float | None = 1.0, every: int = 1
) -> ScanSeries:
    price = np.asarray(price, np.float64)
    start = np.arange(0, len(price), every, dtype=np.int64) * MINUTE
    close = price[::every]
    one = np.ones(len(close))
    bars = Bars(start, close, close, close, close, one, one.astype(np.int64))
    return ScanSeries(symbol, bars, spread_bp)


def walks(seed: int, count: int, rows: int) -> list[ScanSeries]:
    random = np.random.default_rng(seed)
    steps = random.normal(scale=1e-3, size=(count, rows))
    prices = 100.0 * np.exp(np.cumsum(steps, axis=1))
    return [series_of(f"W{number:02}", price) for number, price in enumerate(prices)]


def planted(seed: int, first: int, *, minutes: int, rows: int) -> list[ScanSeries]:
    """The simulated market's prices at the ends of bars."""
    paths = PricePaths(seed)
    day, offset = divmod(first, 1440)
    days = math.ceil((offset + minutes * (rows + 1)) / 1440)
    series: list[ScanSeries] = []
    for item in LISTINGS:
        grid = [paths.day(item.symbol, day + d).log_price[:-1] for d in range(days)]
        series.append(
            series_of(item.symbol, np.exp(np.concatenate(grid)[offset:])[::minutes][: rows + 1])
        )
    return series


def scanned(series: list[ScanSeries], rules: ScanRules) -> PairScan:
    return scan_pairs(series, rules, interval_ns=MINUTE)


def found(scan: PairScan, q: float) -> set[frozenset[str]]:
    return {frozenset((pair.y, pair.x)) for pair in scan.pairs if pair.q <= q}


def discoveries(scan: PairScan, control: Control) -> int:
    return int((q_values([pair.pvalue for pair in scan.pairs], control=control) <= 0.05).sum())


def test_scan_of_planted_market_finds_the_planted_pairs_and_hardly_others() -> None:
    discovered = false = 0
    for seed in range(16):
        scan = scanned(planted(seed, BEGIN, minutes=5, rows=500), ScanRules(lookback=500))
        at_five = found(scan, 0.05)
        assert at_five >= PLANTED
        discovered += len(at_five)
        false += len(at_five - PLANTED)

    assert false <= 0.05 * discovered


def test_scan_of_planted_market_with_a_level_finds_the_planted_pairs_alone() -> None:
    scan = scanned(planted(7, LEVEL, minutes=5, rows=500), ScanRules(lookback=500))

    assert sum(pair.pvalue_y < 0.001 for pair in scan.pairs) > 20
    assert found(scan, 0.05) == PLANTED


@pytest.mark.parametrize("control", ["bh", "by"])
def test_scan_of_independent_walks_seldom_discovers_anything(control: Control) -> None:
    runs = [scanned(walks(seed, 20, 301), ScanRules(lookback=300)) for seed in range(40)]

    with_any = np.mean([discoveries(scan, control) > 0 for scan in runs])
    assert with_any <= 0.05


def test_scan_does_not_tie_a_symbol_that_stays_about_a_level_to_any_other() -> None:
    random = np.random.default_rng(11)
    shocks = random.normal(scale=1e-3, size=501)
    level = np.convolve(shocks, 0.9 ** np.arange(120))[:501]
    series = [*walks(11, 8, 501), series_of("LEVEL", 100.0 * np.exp(level))]

    scan = scanned(series, ScanRules(lookback=500))

    ties = [pair for pair in scan.pairs if "LEVEL" in (pair.y, pair.x)]
    assert all(pair.pvalue_y < 0.01 for pair in ties)
    assert min(pair.q for pair in ties) > 0.05


def test_scan_pvalue_of_independent_walks_is_within_its_level() -> None:
    scans = [scanned(walks(seed, 20, 501), ScanRules(lookback=500)) for seed in range(10)]
    pvalues = np.array([pair.pvalue for scan in scans for pair in scan.pairs])

    assert 0.005 < np.mean(pvalues <= 0.05) <= 0.05


def test_scan_pvalue_is_the_larger_one() -> None:
    scan = scanned(walks(1, 4, 201), ScanRules(lookback=200))

    assert all(pair.pvalue == pair.pvalue_x for pair in scan.pairs)
    assert all(pair.pvalue_y <= pair.pvalue_x for pair in scan.pairs)


def test_scan_is_ranked_by_pvalue() -> None:
    pvalues = [p.pvalue for p in scanned(walks(2, 8, 201), ScanRules(lookback=200)).pairs]

    assert pvalues == sorted(pvalues)


def test_scan_leaves_out_the_bar_that_still_grows() -> None:
    series = walks(3, 3, 201)
    jumped = series[0].bars.close.copy()
    jumped[-1] *= 2.0
    other = [series_of("W00", jumped), *series[1:]]

    assert (
        scanned(series, ScanRules(lookback=200)).pairs
        == scanned(other, ScanRules(lookback=200)).pairs
    )


def test_scan_names_why_a_symbol_is_left_out() -> None:
    series = [*walks(4, 2, 201), series_of("SHORT", np.arange(1.0, 50.0))]

    scan = scanned(series, ScanRules(lookback=200))

    assert {figures.symbol: figures.reason for figures in scan.symbols} == {
        "W00": "",
        "W01": "",
        "SHORT": "49 bars that have ended, at least 100 needed",
    }
    assert {pair.reason for pair in scan.untested} == {
        "SHORT: 49 bars that have ended, at least 100 needed"
    }


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        (ScreenRules(max_spread_bp=0.5), "spread of 1.00 bp, more than 0.50"),
        (ScreenRules(min_turnover=1e9), "turnover of 70,962 a day, less than 1,000,000,000"),
        (ScreenRules(min_active=0.9), "traded in 50 % of the intervals, less than 90 %"),
    ],
)
def test_scan_names_what_is_not_liquid(rules: ScreenRules, reason: str) -> None:
    random = np.random.default_rng(5)
    price = 100.0 * np.exp(np.cumsum(random.normal(scale=1e-3, size=201)))
    series = [series_of("A", price, every=2), series_of("B", price[::-1])]

    scan = scanned(series, ScanRules(lookback=200, screen=rules))

    assert scan.symbols[0].reason.startswith(reason)


def test_scan_of_unknown_quote_passes_only_without_a_limit() -> None:
    series = [series_of(each.symbol, each.bars.close, spread_bp=None) for each in walks(6, 2, 201)]
    limited = ScanRules(lookback=200, screen=ScreenRules(max_spread_bp=50.0))

    assert len(scanned(series, ScanRules(lookback=200)).pairs) == 1
    assert "no quote" in scanned(series, limited).symbols[0].reason


def test_scan_names_pairs_without_enough_common_rows() -> None:
    random = np.random.default_rng(7)
    price = 100.0 * np.exp(np.cumsum(random.normal(scale=1e-3, size=400)))
    even, odd = series_of("E", price, every=2), series_of("O", price)
    odd = ScanSeries("O", odd.bars[1::2], 1.0)

    scan = scanned([even, odd], ScanRules(lookback=100))

    assert scan.untested[0].reason == "0 common rows of 100, at least 50 needed"


@pytest.mark.parametrize(
    ("make", "reason"),
    [(lambda p: p**2, "both lie on one line over 200 rows"), (np.ones_like, "does not move")],
)
def test_scan_names_pairs_that_cannot_be_tested(make: object, reason: str) -> None:
    price = 1e4 * np.exp(np.cumsum(np.random.default_rng(8).normal(scale=1e-3, size=201)))
    series = [series_of("A", price), series_of("B", make(price))]  # type: ignore[operator]

    assert reason in scanned(series, ScanRules(lookback=200)).untested[0].reason


def test_scan_of_a_periodic_spread_takes_the_careful_test() -> None:
    # Differences of a sine depend on one another so closely that their products lose digits.
    random = np.random.default_rng(9)
    x = np.cumsum(random.normal(scale=1e-3, size=301))
    wave = 1e-2 * np.sin(np.arange(301) / 7.0) + random.normal(scale=1e-9, size=301)
    series = [series_of("Y", np.exp(x + wave)), series_of("X", np.exp(x))]

    scan = scanned(series, ScanRules(lookback=300))

    assert len(scan.pairs) + len(scan.untested) == 1
    assert all(math.isfinite(pair.statistic) for pair in scan.pairs)


def test_scan_of_nothing_is_empty() -> None:
    scan = scanned([], ScanRules())

    assert (scan.symbols, list(scan.pairs), list(scan.untested)) == ((), [], [])


def test_scan_ends_where_it_is_told_to() -> None:
    series = walks(1, 3, 301)
    earlier = [ScanSeries(each.symbol, each.bars[:201], 1.0) for each in series]
    rules = ScanRules(lookback=150)

    cut = scan_pairs(series, rules, interval_ns=MINUTE, end_ns=200 * MINUTE)

    assert cut.pairs == scanned(earlier, rules).pairs


@pytest.mark.parametrize(
    "wrong",
    [{"lookback": 10}, {"window": 2}, {"lookback": 50, "window": 50}, {"min_share": 0.0}],
)
def test_scan_rules_that_mean_nothing_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(BadInput):
        ScanRules(**wrong)  # type: ignore[arg-type]
