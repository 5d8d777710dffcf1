"""What the tests of chains on disk share: one small snapshot."""

from __future__ import annotations

from datetime import date

import pytest

from quantdeck.model.chains import ChainSnapshot
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.options import ExerciseStyle, Right, Settlement
from quantdeck.tape.chains.assemble import Assembly, Quoted, Terms

TAKEN_NS = 1_795_000_000_000_000_000
RUN = Provenance("alpaca", Delay.SIMULATED, RunId("run-1"))


def snapshot_at(
    taken_ns: int = TAKEN_NS, *, provenance: Provenance = RUN, root: str = "SPXW"
) -> ChainSnapshot:
    """Return two expiries whose quotes follow from their strikes."""
    assembly = Assembly()
    for day in (18, 24):
        terms = Terms(
            root,
            date(2026, 12, day),
            "US:SPX",
            Settlement.PM,
            ExerciseStyle.EUROPEAN,
            100.0,
        )
        for strike in (4900.0, 5000.0, 5100.0):
            call = Quoted(5000 - strike + 150, 5000 - strike + 151, 3, 4, taken_ns - 5, 7, 8)
            assembly.add(terms, Right.CALL, strike, call)
            if strike != 5100:
                assembly.add(terms, Right.PUT, strike, Quoted(ask=1.5))
    return ChainSnapshot(taken_ns, "simulated", provenance, assembly.chains(spot=5001.5))


@pytest.fixture
def snapshot() -> ChainSnapshot:
    return snapshot_at()
