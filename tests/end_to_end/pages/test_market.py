"""The Market page of a deck in demo mode, in a real browser."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.browsing import Visit, wait_until
from tests.end_to_end.real_pages import cells, shown

if TYPE_CHECKING:
    from collections.abc import Callable


PANELS = (
    *("watchlist", "edit", "overview", "chart", "chain", "news", "fundamentals"),
    *("run", "log", "jobs", "collector"),
)


@pytest.fixture
def market(open_page: Callable[..., Visit]) -> Callable[..., Visit]:
    """Return a function that opens the page."""
    return partial(open_page, "market")


def test_every_panel_has_something_to_show(market: Callable[..., Visit]) -> None:
    tab = market()

    wait_until(lambda: shown(tab, "market", *PANELS), tab.page, seconds=240.0)

    assert wait_until(lambda: tab.blank_charts() == [], tab.page)
    assert "done" in " ".join(cells(tab, "market", "jobs", 2))
    assert tab.complaints() == []
    assert len(tab.hosts) == 1


def test_story_opens_in_a_tab_that_learns_nothing(market: Callable[..., Visit]) -> None:
    tab = market()
    wait_until(lambda: shown(tab, "market", "news"), tab.page, seconds=40.0)

    link = tab.panel("market.news").locator("tbody a").first

    assert link.get_attribute("target") == "_blank"
    assert {"noopener", "noreferrer"} <= set((link.get_attribute("rel") or "").split())


def test_symbol_that_is_added_has_a_card_until_it_is_removed(
    market: Callable[..., Visit],
) -> None:
    tab = market()
    form, card = tab.panel("market.edit"), tab.page.locator('[data-kpi="US:KO"]')

    form.locator("input").fill("ko")
    form.get_by_role("button", name="Add").click()
    wait_until(lambda: card.count() == 1, tab.page)
    form.locator("input").fill("KO")
    form.get_by_role("button", name="Remove").click()

    assert wait_until(lambda: card.count() == 0, tab.page)
    assert tab.complaints() == []


def test_backfill_says_what_was_missing(market: Callable[..., Visit]) -> None:
    tab = market()
    form = tab.panel("market.run")

    for name, value in (("symbols", "KO"), ("first", "2015-01-02"), ("last", "2015-01-30")):
        form.locator(f'[data-field="{name}"] input').fill(value)
    form.get_by_role("button", name="Backfill").click()

    said = "20 of 20 sessions were missing"
    wait_until(lambda: said in tab.panel("market.log").inner_text(), tab.page, seconds=30.0)
    assert tab.complaints() == []
