"""The Boxes page of a deck in demo mode, in a real browser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.end_to_end.browsing import Visit, wait_until
from tests.end_to_end.real_deck import RealDeck

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser

PANELS = ("curve", "best", "desk", "expiries", "top", "surface", "skew", "plan", "history", "flags")
STATUSES = {"ok", "imprecise", "no-time", "expired", "stale", "too-few", "not-synchronous"}


class Entered:
    """A running deck with rates, and the state of a browser that is logged in to it."""

    def __init__(self, deck: RealDeck, browser: Browser) -> None:
        self.url = deck.url
        tab = Visit(browser)
        try:
            tab.page.goto(f"{deck.url}/?token={deck.token}")
            tab.wait_for("dashboard.symbols")
            self.state: Any = tab.context.storage_state()
            tab.page.goto(f"{deck.url}/boxes")
            wait_until(lambda: shown(tab, "curve", "surface", "plan"), tab.page, seconds=60.0)
        finally:
            tab.close()


@pytest.fixture(scope="module")
def entered(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Entered]:
    deck = RealDeck(tmp_path_factory.mktemp("boxes") / "data")
    try:
        yield Entered(deck, browser)
    finally:
        deck.stop()


@pytest.fixture
def boxes(browser: Browser, entered: Entered) -> Iterator[Callable[..., Visit]]:
    """Yield a function that opens the page; what it opened is closed after the test."""
    tabs: list[Visit] = []

    def go(query: str = "", **how: Any) -> Visit:
        tabs.append(Visit(browser, state=entered.state, **how))
        return tabs[-1].go(f"{entered.url}/boxes{query}", panel="boxes.curve")

    yield go
    for tab in tabs:
        tab.close()


def state_of(tab: Visit, name: str) -> str | None:
    return tab.panel(f"boxes.{name}").get_attribute("data-state")


def shown(tab: Visit, *names: str) -> bool:
    return all(state_of(tab, name) == "demo" for name in names)


def cells(tab: Visit, name: str, column: int) -> list[str]:
    selector = f'[data-panel="boxes.{name}"] tbody td:nth-child({column})'
    return tab.page.locator(selector).all_inner_texts()


def test_every_panel_has_figures_and_every_expiry_a_status(boxes: Callable[..., Visit]) -> None:
    tab = boxes()

    wait_until(lambda: shown(tab, *PANELS), tab.page, seconds=40.0)
    cards = tab.panel("boxes.best").locator(".kpi__value").all_inner_texts()

    assert [0 < float(text.rstrip("%")) < 10 for text in cards] == [True, True]
    assert set(cells(tab, "expiries", 5)) <= STATUSES
    assert "ok" in cells(tab, "expiries", 5)
    assert wait_until(lambda: tab.blank_charts() in ([], ["boxes.history"]), tab.page)
    assert tab.complaints() == []
    assert len(tab.hosts) == 1


def test_planner_follows_side_and_amount(boxes: Callable[..., Visit]) -> None:
    tab = boxes()
    wait_until(lambda: cells(tab, "plan", 3), tab.page)
    plan = tab.panel("boxes.plan")

    plan.get_by_label("Amount").fill("500000")
    plan.get_by_text("lend", exact=True).click()

    def paid() -> list[float]:
        return [float(text.replace(",", "").replace("−", "-")) for text in cells(tab, "plan", 3)]

    wait_until(lambda: paid() and all(-750e3 < cash < -250e3 for cash in paid()), tab.page)
    assert re.search(r"plan_side=lend", tab.page.url)
    assert re.search(r"amount=500000", tab.page.url)


def test_side_of_the_table_is_chosen_in_its_panel(boxes: Callable[..., Visit]) -> None:
    tab = boxes("?side=lend")
    wait_until(lambda: set(cells(tab, "top", 1)) == {"lend"}, tab.page)

    tab.panel("boxes.top").get_by_text("borrow", exact=True).click()

    wait_until(lambda: set(cells(tab, "top", 1)) == {"borrow"}, tab.page)


def test_surface_shows_other_figures_and_three_dimensions(boxes: Callable[..., Visit]) -> None:
    tab = boxes()
    surface = tab.panel("boxes.surface")
    wait_until(lambda: shown(tab, "surface"), tab.page)

    surface.get_by_text("Volume", exact=True).click()
    surface.get_by_role("img", name=re.compile("Volume, .* by ")).wait_for()
    surface.get_by_text("3D", exact=True).click()

    surface.get_by_role("img", name=re.compile("in three dimensions")).wait_for()
    surface.locator("canvas").first.wait_for(timeout=40_000)
    surface.get_by_text("Heat map", exact=True).click(timeout=40_000)
    surface.get_by_role("img", name=re.compile("Volume, .* by ")).wait_for(timeout=40_000)


def test_curve_as_a_table_names_its_expiries(boxes: Callable[..., Visit]) -> None:
    tab = boxes()
    wait_until(lambda: shown(tab, "curve"), tab.page)
    curve = tab.panel("boxes.curve")

    curve.hover()
    curve.get_by_label("As a table").click()

    names = wait_until(lambda: cells(tab, "curve", 2), tab.page)
    assert re.fullmatch(r"SPXW? \d{4}-\d\d-\d\d [AP]M", names[0])


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_page_has_no_accessibility_fault(
    boxes: Callable[..., Visit], axe_source: str, theme: str
) -> None:
    tab = boxes(theme=theme)
    wait_until(lambda: shown(tab, "curve", "surface", "top"), tab.page)

    assert tab.accessibility_faults(axe_source) == []


def test_small_screen_does_not_scroll_sideways(boxes: Callable[..., Visit]) -> None:
    tab = boxes(small=True)
    wait_until(lambda: shown(tab, "curve", "surface", "top"), tab.page)

    assert tab.wider_than_the_screen() == []
    assert tab.page.evaluate("document.documentElement.scrollWidth") == 390


def test_stopped_capture_leaves_the_figures_and_says_stale(boxes: Callable[..., Visit]) -> None:
    tab = boxes()
    wait_until(lambda: shown(tab, "expiries"), tab.page)

    tab.page.get_by_role("button", name="Stop capture").click()

    wait_until(lambda: state_of(tab, "expiries") == "stale", tab.page)
    assert "ok" in cells(tab, "expiries", 5)
    tab.page.get_by_role("button", name="Start capture").click()
    wait_until(lambda: shown(tab, "expiries"), tab.page)
