from __future__ import annotations

import numpy as np
import pytest

from quantdeck.sims.noise import (
    brownian_bridge,
    generator,
    persistence_of,
    stationary_bridge,
    stationary_path,
)


def test_generator_with_equal_names_draws_equal_numbers() -> None:
    first = generator(3, "flow", 5).random(4)

    again = generator(3, "flow", 5).random(4)

    assert first.tolist() == again.tolist()


@pytest.mark.parametrize("other", [(4, "flow", 5), (3, "flow", 6), (3, "path", 5)])
def test_generator_with_another_name_draws_other_numbers(other: tuple[int, str, int]) -> None:
    first = generator(3, "flow", 5).random(4)

    others = generator(*other).random(4)

    assert not set(first.tolist()) & set(others.tolist())


def test_brownian_bridge_starts_rows_at_the_borders() -> None:
    ends = np.array([1.0, 3.0, -2.0])

    path = brownian_bridge(ends[:-1], ends[1:], generator(1, "b").standard_normal((2, 50)))

    assert path[:, 0].tolist() == [1.0, 3.0]


def test_brownian_bridge_without_noise_is_a_line() -> None:
    path = brownian_bridge(np.array([0.0]), np.array([4.0]), np.zeros((1, 4)))

    assert path.tolist() == [[0.0, 1.0, 2.0, 3.0]]


def test_stationary_bridge_comes_close_to_the_next_border() -> None:
    ends = np.array([0.001, -0.002, 0.0005])

    path = stationary_bridge(
        ends, generator(1, "s").standard_normal((2, 600)), half_life=900.0, deviation=0.001
    )

    assert path[:, 0].tolist() == ends[:2].tolist()
    assert np.abs(path[:, -1] - ends[1:]).max() < 5 * 0.001 * np.sqrt(2 * np.log(2) / 900.0)


def test_stationary_bridge_over_many_half_lives_stays_finite() -> None:
    path = stationary_bridge(
        np.array([0.0, 1.0]),
        generator(1, "long").standard_normal((1, 5_000)),
        half_life=1.0,
        deviation=1.0,
    )

    assert np.isfinite(path).all()


def test_stationary_path_begins_where_the_day_before_ended() -> None:
    def day(number: int) -> np.ndarray:
        return stationary_path(
            generator(1, "day", number - 1),
            generator(1, "day", number),
            steps=1440,
            half_life=20.0,
            deviation=1.0,
        )

    today, tomorrow = day(5), day(6)

    assert abs(today[-1] - tomorrow[0]) < 1e-9


def test_stationary_path_has_the_planted_deviation_and_half_life() -> None:
    path = stationary_path(
        generator(1, "x", 0),
        generator(1, "x", 1),
        steps=200_000,
        half_life=10.0,
        deviation=2.0,
    )

    slope = float(np.dot(path[:-1], path[1:]) / np.dot(path[:-1], path[:-1]))

    assert abs(path.std() - 2.0) < 0.1
    assert abs(slope - persistence_of(10.0)) < 0.01
