from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from quantdeck.analytics.pairs import PairFindings, ScanRules, ScanSeries, scan_pairs
from quantdeck.analytics.resample import Bars
from quantdeck.model.errors import BadInput


def findings(rows: list[int]) -> PairFindings:
    """Pairs of A and B, then of A and C."""
    count = len(rows)
    return PairFindings.untested(
        ("A", "B", "C"),
        ("", "too few rows"),
        y=np.zeros(count, np.int32),
        x=np.arange(1, count + 1, dtype=np.int32),
        rows=np.array(rows),
        reason=np.ones(count, np.int32),
    )


def walks(names: str, *, rows: int = 121) -> list[ScanSeries]:
    """Random walks; what has the same letter has the same prices."""
    start, one = np.arange(rows, dtype=np.int64), np.ones(rows)
    series: list[ScanSeries] = []
    for number, letter in enumerate(names):
        random = np.random.default_rng(ord(letter))
        price = 100.0 * np.exp(np.cumsum(random.normal(scale=1e-3, size=rows)))
        bars = Bars(start, price, price, price, price, one, one.astype(np.int64))
        series.append(ScanSeries(f"{letter}{number}", bars))
    return series


def test_columns_of_findings_cannot_be_written_to() -> None:
    given = np.array([3, 4])
    found = replace(findings([1, 2]), rows=given)

    with pytest.raises(ValueError, match="read-only"):
        found.rows[0] = 5
    given[0] = 5
    assert found[0].rows == 5


def test_findings_of_unequal_columns_are_refused() -> None:
    with pytest.raises(BadInput, match=r"y has 2 entries, phi is of shape \(1,\)"):
        replace(findings([1, 2]), phi=np.ones(1))


def test_finding_beyond_the_last_is_none() -> None:
    found = findings([1, 2])

    with pytest.raises(IndexError):
        found[2]
    with pytest.raises(IndexError):
        found[-3]


def test_findings_are_not_equal_to_a_tuple_of_them() -> None:
    found = findings([1])

    assert found != tuple(found)
    assert found == findings([1])
    assert found != findings([2])


def test_columns_of_untested_pairs_have_no_memory_for_figures() -> None:
    found = findings([1, 2])

    assert np.isnan(found.q).all()
    assert found.lag.tolist() == [-1, -1]
    assert found.q.strides == found.lag.strides == (0,)


def test_scan_ranks_pairs_that_tie_in_the_order_of_their_symbols() -> None:
    scan = scan_pairs(walks("abab"), ScanRules(lookback=100, window=20), interval_ns=1)

    assert len({pair.pvalue for pair in scan.pairs}) == 1
    assert [sorted((pair.y, pair.x)) for pair in scan.pairs] == [
        ["a0", "b1"],
        ["a0", "b3"],
        ["a2", "b1"],
        ["a2", "b3"],
    ]
    assert [(pair.y, pair.x) for pair in scan.untested] == [("a0", "a2"), ("b1", "b3")]


def test_scan_ranks_the_farther_from_its_mean_first_where_pvalues_tie() -> None:
    # So many spreads that return at once have p-values of 0.
    random = np.random.default_rng(1)
    rows = 2001
    start, one = np.arange(rows, dtype=np.int64), np.ones(rows)
    walk = np.cumsum(random.normal(scale=1e-3, size=rows))
    series: list[ScanSeries] = []
    for number in range(6):
        price = 100.0 * np.exp(walk + random.normal(scale=1e-3, size=rows))
        bars = Bars(start, price, price, price, price, one, one.astype(np.int64))
        series.append(ScanSeries(f"S{number}", bars))

    scan = scan_pairs(series, ScanRules(lookback=2000), interval_ns=1)

    ties = scan.pairs.at(scan.pairs.pvalue == 0.0)
    assert len(ties) > 5
    assert (np.diff(np.abs(ties.zscore)) < 0.0).all()


def test_failed_pairs_are_those_of_symbols_that_were_kept() -> None:
    series = walks("abab")
    series[1] = replace(series[1], excluded="not wanted")

    scan = scan_pairs(series, ScanRules(lookback=100, window=20), interval_ns=1)

    assert [(pair.y, pair.x, pair.rows) for pair in scan.failed()] == [("a0", "a2", 100)]
    assert [(pair.y, pair.x, pair.reason) for pair in scan.untested] == [
        ("a0", "b1", "b1: not wanted"),
        ("a0", "a2", "both lie on one line over 100 rows"),
        ("b1", "a2", "b1: not wanted"),
        ("b1", "b3", "b1: not wanted"),
    ]
