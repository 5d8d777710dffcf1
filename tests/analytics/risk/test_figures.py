from __future__ import annotations

import numpy as np
import pytest

from quantdeck.analytics.metrics import METRICS
from quantdeck.analytics.performance import sharpe_ratio, tail_loss
from quantdeck.analytics.risk import FigureRules, figure_table, return_figures
from quantdeck.model.errors import BadInput

RNG = np.random.default_rng(8)
BASE = RNG.normal(0.0004, 0.01, size=300)
MATRIX = 0.7 * BASE[:, None] + RNG.normal(0.0, 0.01, size=(300, 3))
RULES = FigureRules(periods_per_year=252, annual_rate=0.02)


def test_figures_have_entries_in_the_registry() -> None:
    figures = return_figures(MATRIX[:, 0], RULES, benchmark=BASE)

    names = [figure.name for figure in figures]

    assert [name for name in names if name not in METRICS] == []
    assert len(set(names)) == len(names) >= 55


def test_figures_are_those_of_their_functions() -> None:
    figures = {f.name: f.value for f in return_figures(MATRIX[:, 0], RULES, benchmark=BASE)}

    ratio = sharpe_ratio(MATRIX[:, 0], periods_per_year=252, annual_rate=0.02)
    assert figures["sharpe_ratio"] == ratio.value
    assert figures["value_at_risk"] == tail_loss(MATRIX[:, 0]).value_at_risk
    assert all(value is not None and np.isfinite(value) for value in figures.values())


def test_figures_of_few_returns_say_why_they_are_absent() -> None:
    figures = return_figures([0.01, 0.02], RULES)

    absent = [figure for figure in figures if figure.value is None]
    assert absent
    assert all(figure.reason for figure in absent)
    assert all(not figure.reason for figure in figures if figure.value is not None)


def test_figures_of_a_short_span_have_no_annual_growth() -> None:
    figures = return_figures([0.5, 0.4, -0.1, 0.5], FigureRules(periods_per_year=31_536_000))

    reasons = {figure.name: figure.reason for figure in figures if figure.value is None}
    assert "tenth of a year" in reasons["cagr"]
    assert "tenth of a year" in reasons["calmar_ratio"]
    assert all(f.value is None or np.isfinite(f.value) for f in figures)


def test_figures_beyond_the_range_of_floats_are_absent() -> None:
    huge = np.full(30, 1e9)
    huge[3] = -0.1

    reasons = {f.name: f.reason for f in return_figures(huge, FigureRules(periods_per_year=252))}

    assert "range of floats" in reasons["cagr"]


def test_figures_of_no_returns_are_all_absent() -> None:
    assert all(f.value is None for f in return_figures([], RULES, benchmark=[]))


def test_figure_table_has_the_figures_of_each_column() -> None:
    table = figure_table(MATRIX, RULES, benchmark=BASE)

    for column, row in zip(MATRIX.T, table.values, strict=True):
        expected = [f.value for f in return_figures(column, RULES, benchmark=BASE)]
        assert row.tolist() == expected


def test_figure_table_leaves_out_absent_returns() -> None:
    holed = MATRIX.copy()
    holed[:50, 1] = np.nan

    table = figure_table(holed, RULES, benchmark=BASE)

    expected = [f.value for f in return_figures(MATRIX[50:, 1], RULES, benchmark=BASE[50:])]
    assert table.n == (300, 250, 300)
    assert table.values[1] == pytest.approx(expected, rel=1e-12)


def test_figure_table_of_no_series_is_empty() -> None:
    assert figure_table(np.empty((10, 0)), RULES).values.shape == (0, 0)


@pytest.mark.parametrize("benchmark", [BASE[:-1], np.zeros((300, 1))])
def test_figures_against_a_benchmark_of_other_shape_are_refused(benchmark) -> None:
    with pytest.raises(BadInput):
        return_figures(MATRIX[:, 0], RULES, benchmark=benchmark)


def test_figure_table_of_one_dimension_is_refused() -> None:
    with pytest.raises(BadInput):
        figure_table(BASE, RULES)
