from __future__ import annotations

import numpy as np

from quantdeck.live.slots import Slots


def ids(*values: int) -> np.ndarray:
    return np.array(values, np.int32)


def test_take_of_known_ids_gives_the_same_places():
    slots = Slots()
    first = slots.take(ids(9, 4))

    again = slots.take(ids(4, 9, 4))

    assert again.tolist() == [first[1], first[0], first[1]]
    assert len(slots) == 2


def test_take_of_high_ids_takes_no_more_places_than_there_are_symbols():
    slots = Slots()

    places = slots.take(ids(1_000_000, 5))

    assert sorted(places.tolist()) == [0, 1]
    assert slots.ids() == [5, 1_000_000]


def test_take_of_nothing_takes_no_place():
    slots = Slots()

    assert slots.take(ids()).tolist() == []
    assert len(slots) == 0


def test_of_an_id_without_a_place_is_none():
    assert [Slots().of(value) for value in (-1, 0, 10_000)] == [-1, -1, -1]
