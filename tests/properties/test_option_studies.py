"""A study that takes over what did not change says the same as one made anew."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantdeck.analytics.options import study_chains
from tests.analytics.options.planted_chains import AT_NS, EXPIRIES, planted_chain, planted_chains

BEFORE = study_chains(planted_chains(), AT_NS)
MOVES = st.sampled_from([0.0, 0.0, -0.01, 0.004, 0.03, 0.1])


@given(st.tuples(MOVES, MOVES, MOVES))
@settings(max_examples=15, deadline=None)
def test_study_that_takes_over_expiries_agrees_with_one_made_anew(raised) -> None:
    chains = [planted_chain(e, raised=by) for e, by in zip(EXPIRIES, raised, strict=True)]

    found = study_chains(chains, AT_NS + 1, before=BEFORE)
    anew = study_chains(chains, AT_NS + 1)

    assert not found.surface.has_arbitrage
    for one, other in zip(found.expiries, anew.expiries, strict=True):
        np.testing.assert_allclose(one.smile.quoted.mid, other.smile.quoted.mid, rtol=1e-9)
        assert one.skew.at_money == pytest.approx(other.skew.at_money, abs=0.002)
