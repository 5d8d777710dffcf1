"""The Strategies page of a deck in demo mode, in a real browser."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.browsing import Visit, wait_until
from tests.end_to_end.real_pages import cells, shown

if TYPE_CHECKING:
    from collections.abc import Callable

PANELS = ("summary", "payoff", "odds", "figures", "legs", "notes", "compare")


@pytest.fixture
def strategies(open_page: Callable[..., Visit]) -> Callable[..., Visit]:
    """Return a function that opens the page."""
    return partial(open_page, "strategies")


def test_every_panel_shows_the_strategy_of_the_address(
    strategies: Callable[..., Visit],
) -> None:
    tab = strategies("?structure=Long+strangle&contracts=2", theme="light")

    wait_until(lambda: shown(tab, "strategies", *PANELS), tab.page, seconds=60.0)

    assert cells(tab, "strategies", "legs", 3) == ["put", "call"]
    assert cells(tab, "strategies", "legs", 2) == ["2", "2"]
    assert "Debit" in tab.panel("strategies.summary").inner_text()
    assert tab.complaints() == []


def test_strategy_of_the_list_is_opened_by_its_button(strategies: Callable[..., Visit]) -> None:
    tab = strategies("?contracts=3")
    wait_until(lambda: shown(tab, "strategies", "compare"), tab.page, seconds=60.0)

    tab.panel("strategies.compare").get_by_role("button", name="Open").first.click()

    wait_until(lambda: cells(tab, "strategies", "legs", 3) == ["call"], tab.page, seconds=60.0)
    assert "structure=Long" in tab.page.url
    assert cells(tab, "strategies", "legs", 2) == ["3"]
