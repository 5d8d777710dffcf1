"""The Market page of a deck in demo mode, in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.end_to_end.browsing import Visit, wait_until
from tests.end_to_end.real_deck import RealDeck

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser

PANELS = (
    *("watchlist", "edit", "overview", "chart", "chain", "news", "fundamentals"),
    *("run", "log", "jobs", "collector"),
)


class Entered:
    """A running deck, and the state of a browser that is logged in to it."""

    def __init__(self, deck: RealDeck, browser: Browser) -> None:
        self.url = deck.url
        tab = Visit(browser)
        try:
            tab.page.goto(f"{deck.url}/?token={deck.token}")
            tab.wait_for("dashboard.symbols")
            self.state: Any = tab.context.storage_state()
            tab.page.goto(f"{deck.url}/market")
            wait_until(lambda: shown(tab, "chart", "news", "overview"), tab.page, seconds=60.0)
        finally:
            tab.close()


@pytest.fixture(scope="module")
def entered(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Entered]:
    deck = RealDeck(tmp_path_factory.mktemp("market") / "data")
    try:
        yield Entered(deck, browser)
    finally:
        deck.stop()


@pytest.fixture
def market(browser: Browser, entered: Entered) -> Iterator[Callable[..., Visit]]:
    """Yield a function that opens the page; what it opened is closed after the test."""
    tabs: list[Visit] = []

    def go(query: str = "", **how: Any) -> Visit:
        tabs.append(Visit(browser, state=entered.state, **how))
        return tabs[-1].go(f"{entered.url}/market{query}", panel="market.watchlist")

    yield go
    for tab in tabs:
        tab.close()


def shown(tab: Visit, *names: str) -> bool:
    states = [tab.panel(f"market.{name}").get_attribute("data-state") for name in names]
    return all(state == "demo" for state in states)


def cells(tab: Visit, name: str, column: int) -> list[str]:
    selector = f'[data-panel="market.{name}"] tbody td:nth-child({column})'
    return tab.page.locator(selector).all_inner_texts()


def test_every_panel_has_something_to_show(market: Callable[..., Visit]) -> None:
    tab = market()

    wait_until(lambda: shown(tab, *PANELS), tab.page, seconds=40.0)

    assert wait_until(lambda: tab.blank_charts() == [], tab.page)
    assert "done" in " ".join(cells(tab, "jobs", 2))
    assert tab.complaints() == []
    assert len(tab.hosts) == 1


def test_story_opens_in_a_tab_that_learns_nothing(market: Callable[..., Visit]) -> None:
    tab = market()
    wait_until(lambda: shown(tab, "news"), tab.page, seconds=40.0)

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


@pytest.mark.parametrize(("theme", "small"), [("dark", False), ("light", True)])
def test_page_fits_the_screen_and_is_accessible(
    market: Callable[..., Visit], theme: str, small: bool, axe_source: str
) -> None:
    tab = market(theme=theme, small=small)
    wait_until(lambda: shown(tab, *PANELS), tab.page, seconds=40.0)

    assert tab.wider_than_the_screen() == []
    assert tab.accessibility_faults(axe_source) == []
