"""Waiting before trying again."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from quantdeck.net.backoff import Backoff


@given(seed=st.integers(), failures=st.integers(1, 40))
def test_next_s_after_any_failures_is_within_its_bound(seed, failures):
    backoff = Backoff(Random(seed), first_s=0.5, longest_s=60.0)

    waits = [backoff.next_s() for _ in range(failures)]

    assert all(0 <= wait <= min(60.0, 0.5 * 2**n) for n, wait in enumerate(waits))


def test_next_s_over_many_clients_spreads_over_the_whole_bound():
    waits = []
    for seed in range(200):
        backoff = Backoff(Random(seed), first_s=60.0, longest_s=60.0)
        waits.append(backoff.next_s())

    assert min(waits) < 5 < 55 < max(waits)


def test_reset_after_failures_starts_over():
    backoff = Backoff(Random(1), first_s=0.5)
    for _ in range(10):
        backoff.next_s()

    backoff.reset()

    assert backoff.next_s() <= 0.5


def test_next_s_with_a_cooldown_waits_at_least_that():
    assert Backoff(Random(1)).next_s(at_least_s=60.0) >= 60.0
