"""Limits of what a trade may lose, by strategy."""

from __future__ import annotations

import math

import pytest

from quantdeck.model.errors import BadInput
from quantdeck.trading.max_risk import max_risk_of, parse_max_risk


def test_max_risk_of_several_strategies_is_read_by_name() -> None:
    limits = parse_max_risk(" Call=100,condor = 50.5,")

    assert limits == {"call": 100.0, "condor": 50.5}


@pytest.mark.parametrize("text", ["call", "call=", "=5", "call=x", "call=0", "call=-1", "call=inf"])
def test_max_risk_that_is_no_limit_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="no limit"):
        parse_max_risk(text)


def test_max_risk_named_twice_is_refused() -> None:
    with pytest.raises(BadInput, match="two limits"):
        parse_max_risk("call=1,call=2")


def test_max_risk_of_takes_the_nearest_name_then_the_default() -> None:
    limits = {"iron_condor": 20.0, "condor": 50.0, "default": 80.0}

    assert max_risk_of(limits, ("iron_condor", "condor")) == ("iron_condor", 20.0)
    assert max_risk_of(limits, ("other_condor", "condor")) == ("condor", 50.0)
    assert max_risk_of(limits, ("long_call", "call")) == ("default", 80.0)
    assert max_risk_of({}, ("long_call",)) == ("", math.inf)
