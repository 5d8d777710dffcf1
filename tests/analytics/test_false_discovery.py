from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from statsmodels.stats.multitest import multipletests

from quantdeck.analytics.false_discovery import Control, q_values
from quantdeck.model.errors import BadInput

PVALUES = arrays(np.float64, st.integers(1, 60), elements=st.floats(0.0, 1.0, width=32))


@given(pvalues=PVALUES)
@pytest.mark.parametrize(("control", "method"), [("bh", "fdr_bh"), ("by", "fdr_by")])
def test_q_values_equal_statsmodels(pvalues: np.ndarray, control: Control, method: str) -> None:
    expected = multipletests(pvalues, method=method)[1]

    np.testing.assert_allclose(q_values(pvalues, control=control), expected, atol=1e-12)


def test_q_values_of_untested_are_absent_and_do_not_count() -> None:
    with_gap = q_values([0.01, float("nan"), 0.04], control="bh")

    np.testing.assert_array_equal(with_gap, [0.02, np.nan, 0.04])


def test_q_values_of_nothing_are_nothing() -> None:
    assert len(q_values([])) == 0


@pytest.mark.parametrize("wrong", [[-0.1], [1.5]])
def test_q_values_outside_probability_are_refused(wrong: list[float]) -> None:
    with pytest.raises(BadInput, match=r"must be in \[0, 1\]"):
        q_values(wrong)
