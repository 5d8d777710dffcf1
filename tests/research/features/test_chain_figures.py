"""Figures of option chains."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from quantdeck.analytics.boxes.example import example_chain
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.research.features.chain_figures import at_tenor, chain_figures
from quantdeck.tape.chains.files import read_chain

if TYPE_CHECKING:
    from pathlib import Path


def test_at_tenor_between_two_expiries_is_straight_in_total_variance() -> None:
    found = at_tenor([(20.0, 0.2), (50.0, 0.3)], 30.0)

    variance = 0.2**2 * 20 + (0.3**2 * 50 - 0.2**2 * 20) / 3
    assert found == pytest.approx(math.sqrt(variance / 30.0))


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([(25.0, 0.2)], 0.2),
        ([(45.0, 0.3), (90.0, 0.4)], 0.3),
        ([(6.0, 0.2)], None),
        ([(61.0, 0.2)], None),
        ([(2.0, 0.2), (80.0, 0.3)], None),
        ([], None),
    ],
)
def test_at_tenor_beside_the_expiries_takes_the_nearest_if_it_is_near(
    points: list[tuple[float, float]], expected: float | None
) -> None:
    assert at_tenor(points, 30.0) == expected


def test_chain_figures_add_up_volumes_and_open_interest() -> None:
    chain, at_ns = example_chain()
    ones = np.ones(len(chain.strikes))
    gappy = np.where(np.arange(len(ones)) == 0, np.nan, 2.0)
    chain = replace(
        chain,
        calls=replace(chain.calls, volume=3.0 * ones, open_interest=ones),
        puts=replace(chain.puts, volume=gappy, open_interest=ones),
    )

    found = chain_figures([chain, chain], at_ns)

    n = len(ones)
    assert (found.call_volume, found.put_volume) == (6.0 * n, 4.0 * (n - 1))
    assert found.open_interest == 4.0 * n


def test_chain_figures_without_volumes_say_none() -> None:
    chain, at_ns = example_chain()
    unknown = np.full(len(chain.strikes), np.nan)
    sides = {
        name: replace(getattr(chain, name), volume=unknown, open_interest=unknown)
        for name in ("calls", "puts")
    }

    found = chain_figures([replace(chain, **sides)], at_ns)

    assert (found.call_volume, found.open_interest) == (None, None)


def test_chain_figures_without_a_near_expiry_say_why() -> None:
    chain, at_ns = example_chain()

    found = chain_figures([chain], at_ns - 200 * 86_400_000_000_000)

    assert found.iv30 is None
    assert found.why


def test_chain_figures_of_a_real_chain_lie_below_the_index_of_volatility(
    shared_data: Path,
) -> None:
    told = Provenance("cboe", Delay.IMPORTED, RunId("run"))
    path = shared_data / "spx-chains" / "spx_2024-01-07.csv.gz"
    snapshot = read_chain(path, form="vendor-csv", provenance=told).snapshot
    near = [
        each for each in snapshot.chains if 20 < (each.expiry - snapshot_day(snapshot)).days < 45
    ]

    found = chain_figures(near, snapshot.taken_ns)

    # VIX closed at 13.35 on 2024-01-05; it holds the wings too, which are dearer
    assert found.iv30 == pytest.approx(0.114, abs=0.004)
    assert 0.0 < (found.skew or 0.0) < 0.05


def snapshot_day(snapshot: object) -> object:
    return np.datetime64(snapshot.taken_ns, "ns").astype("datetime64[D]").item()
