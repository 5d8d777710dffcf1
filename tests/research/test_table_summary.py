from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import spearmanr

from quantdeck.model.errors import BadInput
from quantdeck.research.table_summary import BINS, rank_correlation, summarize_table
from tests.research.tables import synthetic_table

TABLE = synthetic_table(6, 200)
FOUND = summarize_table(TABLE)


def test_missing_share_counts_rows_alone() -> None:
    column = TABLE.column("momentum")
    lacks = np.isnan(column) & TABLE.is_row

    figures = FOUND.feature("momentum")

    assert figures.missing == pytest.approx(lacks.sum() / TABLE.is_row.sum())
    assert FOUND.rows == TABLE.is_row.sum()


def test_missing_by_session_falls_once_the_lookback_is_full() -> None:
    by_session = FOUND.feature("rsi14").missing_by_session

    assert by_session[0] == 1.0
    assert by_session[-1] == 0.0


def test_newest_spread_is_that_of_the_symbols_of_the_last_session() -> None:
    newest = TABLE.column("rsi14")[:, -1].astype(float)

    spread = FOUND.feature("rsi14").newest

    assert spread.n == np.isfinite(newest).sum()
    assert spread.median == pytest.approx(np.nanmedian(newest))
    assert spread.deviation == pytest.approx(np.nanstd(newest, ddof=1))


def test_distribution_counts_what_lies_outside_in_the_outermost_bins() -> None:
    shape = FOUND.feature("gap").distribution

    assert shape is not None
    assert len(shape.edges) == BINS + 1
    assert shape.every.sum() == pytest.approx(1.0)
    assert shape.recent.sum() == pytest.approx(1.0)
    assert shape.every[0] >= 0.004


def test_feature_that_is_nowhere_known_has_no_distribution_and_is_not_correlated() -> None:
    values = TABLE.values.copy()
    values[TABLE.names.index("gap")] = np.nan

    found = summarize_table(replace(TABLE, values=values))

    assert found.feature("gap").missing == 1.0
    assert found.feature("gap").distribution is None
    assert np.isnan(found.feature("gap").newest.median)
    assert "gap" not in found.correlated


def test_unknown_feature_is_refused_with_those_there_are() -> None:
    with pytest.raises(BadInput, match="momentum"):
        FOUND.feature("nothing")


def test_rank_correlation_with_ties_equals_scipy() -> None:
    rng = np.random.default_rng(3)
    columns = np.round(rng.standard_normal((300, 4)), 1)
    columns[:, 3] = -columns[:, 0] + rng.standard_normal(300)

    found = rank_correlation(columns)

    np.testing.assert_allclose(found, spearmanr(columns).statistic, atol=1e-12)


def test_rank_correlation_of_too_few_common_rows_is_absent() -> None:
    columns = np.array([[1.0, np.nan], [2.0, 1.0], [3.0, 2.0], [np.nan, 3.0]])

    assert np.isnan(rank_correlation(columns)[0, 1])


def test_rank_correlation_of_a_constant_is_absent() -> None:
    columns = np.column_stack([np.ones(10), np.arange(10.0)])

    found = rank_correlation(columns)

    assert np.isnan(found[0]).all()
    assert found[1, 1] == pytest.approx(1.0)
