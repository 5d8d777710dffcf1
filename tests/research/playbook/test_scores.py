"""Scores: standardized factors, weights of absent ones shared out, sums that hold to the last bit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantdeck.model.errors import BadInput
from quantdeck.research.playbook.scores import (
    DEFAULT_WEIGHTS,
    FACTORS,
    MOST_Z,
    coverage_of,
    explained,
    lean_of,
    score_of,
    standardized,
)

WEIGHTS = {"prob_up": 0.5, "momentum": 0.3, "iv_edge": -0.2}


def _values() -> dict[str, np.ndarray]:
    return {
        "prob_up": np.array([0.52, 0.48, np.nan]),
        "momentum": np.array([0.1, 0.3, -0.1]),
        "iv_edge": np.full(3, np.nan),
    }


def test_standardized_with_alike_values_says_nothing() -> None:
    z = standardized(np.array([0.1 + 0.2, 0.3, np.nan]))

    assert z[:2].tolist() == [0.0, 0.0]
    assert np.isnan(z[2])


def test_standardized_with_one_far_value_cuts_it_off() -> None:
    z = standardized(np.array([*np.zeros(50), 1e9]))

    assert z[-1] == MOST_Z


def test_explained_shares_the_weight_of_absent_factors_among_the_known() -> None:
    first, _, third = explained(_values(), WEIGHTS)

    by_factor = {each.factor: each for each in first}
    assert by_factor["prob_up"].weight == pytest.approx(0.5 / 0.8)
    assert by_factor["iv_edge"].contribution is None
    assert by_factor["iv_edge"].weight == 0.0
    assert coverage_of(first, WEIGHTS) == pytest.approx(0.8)
    assert coverage_of(third, WEIGHTS) == pytest.approx(0.3)
    assert {each.factor: each.weight for each in third}["momentum"] == pytest.approx(1.0)


def test_explained_without_a_column_is_as_without_its_values() -> None:
    values = _values()
    del values["iv_edge"]

    assert explained(values, WEIGHTS) == explained(_values(), WEIGHTS)


def test_explained_where_nothing_is_known_gives_no_score() -> None:
    [nothing] = explained({"momentum": np.array([np.nan])}, WEIGHTS)

    assert score_of(nothing) is None
    assert coverage_of(nothing, WEIGHTS) == 0.0
    assert lean_of(nothing) is None


def test_lean_with_a_negative_weight_speaks_the_other_way() -> None:
    values = {"momentum": np.array([1.0, 0.0])}

    [strong, _] = explained(values, {"momentum": -1.0})

    assert lean_of(strong) == -1.0


@pytest.mark.parametrize("weights", [{}, {"momentum": 0.0}, {"momentum": np.nan}, {"luck": 1.0}])
def test_weights_that_make_no_score_are_refused(weights: dict[str, float]) -> None:
    with pytest.raises(BadInput):
        explained({"momentum": np.array([1.0])}, weights)


_cells = st.one_of(st.floats(-1e6, 1e6), st.just(np.nan))


@given(
    st.integers(1, 8).flatmap(
        lambda n: st.fixed_dictionaries(
            {name: st.lists(_cells, min_size=n, max_size=n).map(np.array) for name in FACTORS}
        )
    )
)
@settings(max_examples=60)
def test_score_is_the_sum_of_its_contributions_and_weights_keep_their_total(
    values: dict[str, np.ndarray],
) -> None:
    total = sum(map(abs, DEFAULT_WEIGHTS.values()))

    for each in explained(values, DEFAULT_WEIGHTS):
        known = [c for c in each if c.contribution is not None]
        score = score_of(each)

        assert (score is None) == (not known)
        if score is not None:
            assert score == sum(c.contribution or 0.0 for c in known)
            assert sum(abs(c.weight) for c in known) == pytest.approx(total)
            assert abs(score) <= MOST_Z * total + 1e-9
