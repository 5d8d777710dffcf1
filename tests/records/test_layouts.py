"""The store of arranged pages, in SQLite and in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quantdeck.model.layouts import PlacedPanel
from tests.records.memory_layouts import MemoryLayouts
from tests.records.places import a_place, opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quantdeck.ports.layouts import LayoutStore

PANELS = [PlacedPanel("pairs.y", width=12, hidden=True), PlacedPanel("pairs.x", height=9)]


@pytest.fixture(params=["sqlite", "postgres", "memory"])
def store(request: pytest.FixtureRequest) -> Iterator[LayoutStore]:
    """Yield every implementation in turn."""
    if request.param == "memory":
        yield MemoryLayouts()
        return
    records = opened(a_place(request))
    yield records.layouts
    records.close()


def test_layout_when_kept_comes_back_as_it_was(store: LayoutStore) -> None:
    store.keep("", "pairs", PANELS, now_ns=1)

    assert store.layouts("") == {"pairs": PANELS}


def test_layout_when_kept_again_replaces_the_one_before(store: LayoutStore) -> None:
    store.keep("", "pairs", PANELS, now_ns=1)

    store.keep("", "pairs", PANELS[::-1], now_ns=2)

    assert store.layouts("") == {"pairs": PANELS[::-1]}


def test_layout_of_one_user_is_not_anothers(store: LayoutStore) -> None:
    store.keep("ann", "pairs", PANELS, now_ns=1)

    gone = store.forget("bob", "pairs")

    assert not gone
    assert store.layouts("bob") == {}
    assert store.layouts("ann") == {"pairs": PANELS}


def test_layout_when_forgotten_is_gone_once(store: LayoutStore) -> None:
    store.keep("", "boxes", PANELS, now_ns=1)

    assert [store.forget("", "boxes"), store.forget("", "boxes")] == [True, False]
    assert store.layouts("") == {}


def test_layout_when_opened_again_is_there(place: str) -> None:
    records = opened(place)
    records.layouts.keep("", "pairs", PANELS, now_ns=1)
    records.close()

    again = opened(place)

    assert again.layouts.layouts("") == {"pairs": PANELS}
    again.close()
