"""The Options page of a deck in demo mode, in a real browser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.end_to_end.browsing import Visit, wait_until
from tests.end_to_end.real_deck import RealDeck

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser

PANELS = (
    "summary",
    "smile",
    "desk",
    "surface",
    "term",
    "skew",
    "chain",
    "greeks",
    "interest",
    "gamma",
    "expiries",
)


class Entered:
    """A running deck with volatilities, and the state of a browser that is logged in to it."""

    def __init__(self, deck: RealDeck, browser: Browser) -> None:
        self.url = deck.url
        tab = Visit(browser)
        try:
            tab.page.goto(f"{deck.url}/?token={deck.token}")
            tab.wait_for("dashboard.symbols")
            self.state: Any = tab.context.storage_state()
            tab.page.goto(f"{deck.url}/options")
            wait_until(lambda: shown(tab, "smile", "surface"), tab.page, seconds=90.0)
        finally:
            tab.close()


@pytest.fixture(scope="module")
def entered(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Entered]:
    deck = RealDeck(tmp_path_factory.mktemp("options") / "data")
    try:
        yield Entered(deck, browser)
    finally:
        deck.stop()


@pytest.fixture
def options(browser: Browser, entered: Entered) -> Iterator[Callable[..., Visit]]:
    """Yield a function that opens the page; what it opened is closed after the test."""
    tabs: list[Visit] = []

    def go(query: str = "", **how: Any) -> Visit:
        tabs.append(Visit(browser, state=entered.state, **how))
        return tabs[-1].go(f"{entered.url}/options{query}", panel="options.smile")

    yield go
    for tab in tabs:
        tab.close()


def shown(tab: Visit, *names: str) -> bool:
    states = [tab.panel(f"options.{name}").get_attribute("data-state") for name in names]
    return all(state == "demo" for state in states)


def cells(tab: Visit, name: str, column: int) -> list[str]:
    selector = f'[data-panel="options.{name}"] tbody td:nth-child({column})'
    return tab.page.locator(selector).all_inner_texts()


def smile(tab: Visit) -> str:
    return tab.panel("options.smile").get_by_role("img").first.get_attribute("aria-label") or ""


def test_every_panel_has_figures_and_no_expiry_has_arbitrage(
    options: Callable[..., Visit],
) -> None:
    tab = options()

    wait_until(lambda: shown(tab, *PANELS), tab.page, seconds=60.0)

    # An expiry that could not be fitted says nothing of arbitrage.
    arbitrage = cells(tab, "expiries", 15)
    assert set(arbitrage) <= {"none", ""}
    assert arbitrage.count("none") > 20
    assert "SVI fit" in smile(tab)
    assert wait_until(lambda: tab.blank_charts() == [], tab.page)
    assert tab.complaints() == []
    assert len(tab.hosts) == 1


def test_chain_has_strikes_in_the_middle(options: Callable[..., Visit]) -> None:
    tab = options()
    wait_until(lambda: len(cells(tab, "chain", 12)) == 20, tab.page)

    strikes = [float(text.replace(",", "")) for text in cells(tab, "chain", 12)]
    call_deltas = [float(text) for text in cells(tab, "chain", 6)]

    assert strikes == sorted(strikes)
    assert all(0.0 < delta < 1.0 for delta in call_deltas)


def test_american_underlying_is_asked_for_when_it_is_chosen(options: Callable[..., Visit]) -> None:
    pytest.importorskip("QuantLib")
    tab = options("?underlying=SPY&axis=delta")

    wait_until(lambda: set(cells(tab, "expiries", 1)) == {"SPY"}, tab.page, seconds=60.0)
    wait_until(lambda: shown(tab, "smile", "surface"), tab.page, seconds=60.0)

    detail = tab.panel("options.desk").inner_text()
    assert "yield" in detail


def test_axis_of_strikes_is_kept_in_the_address(options: Callable[..., Visit]) -> None:
    tab = options("?axis=deviations&price=ask")
    wait_until(lambda: shown(tab, "smile"), tab.page)

    tab.page.locator(".controls").first.get_by_text("bid", exact=True).click()

    wait_until(lambda: "price=bid" in tab.page.url, tab.page)
    assert "axis=deviations" in tab.page.url


def test_surface_is_drawn_in_three_dimensions(options: Callable[..., Visit]) -> None:
    tab = options()
    surface = tab.panel("options.surface")
    wait_until(lambda: shown(tab, "surface"), tab.page)

    surface.get_by_text("3D", exact=True).click()

    surface.get_by_role("img", name=re.compile("in three dimensions")).wait_for()
    surface.locator("canvas").first.wait_for(timeout=40_000)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_page_has_no_accessibility_fault(
    options: Callable[..., Visit], axe_source: str, theme: str
) -> None:
    tab = options(theme=theme)
    wait_until(lambda: shown(tab, "smile", "surface", "chain"), tab.page)

    assert tab.accessibility_faults(axe_source) == []


def test_small_screen_does_not_scroll_sideways(options: Callable[..., Visit]) -> None:
    tab = options(small=True)
    wait_until(lambda: shown(tab, "smile", "surface", "chain"), tab.page)

    assert tab.wider_than_the_screen() == []
    assert tab.page.evaluate("document.documentElement.scrollWidth") == 390
