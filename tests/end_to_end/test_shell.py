"""The shell around the views: commands, keys, arranging, printing, and what recovers by itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.end_to_end.browsing import Visit, wait_until

if TYPE_CHECKING:
    from tests.end_to_end.fake_deck import FakeDeck

Open = Callable[..., Visit]
_ORDER = "(panels) => panels.map((panel) => panel.dataset.panel)"

_CUT_TABLES = """() => [...document.querySelectorAll(".panel .table, .panel .log")]
  .filter((e) => e.scrollHeight > e.clientHeight + 1).map((e) => e.className)"""


def _order(tab: Visit) -> list[str]:
    return tab.page.eval_on_selector_all("[data-panel]", _ORDER)


def _command(tab: Visit, words: str) -> Any:
    tab.page.keyboard.press("Control+k")
    line = tab.page.get_by_role("combobox", name="Find a symbol, a view or an action")
    line.fill(words)
    return line


def _arrange(tab: Visit) -> None:
    _command(tab, "arrange").press("Enter")
    tab.page.get_by_role("region", name="Arranging").wait_for()


def test_palette_goes_to_the_best_view_on_enter(deck: FakeDeck, visit: Open) -> None:
    tab = visit().go(f"{deck.url}/", panel="dashboard.symbols")

    _command(tab, "pairs").press("Enter")

    tab.wait_for("pairs.zscore")
    assert tab.page.get_by_role("listbox").count() == 0
    assert tab.complaints() == []


def test_palette_opens_a_symbol_on_the_view_that_takes_one(deck: FakeDeck, visit: Open) -> None:
    tab = visit().go(f"{deck.url}/", panel="dashboard.symbols")

    _command(tab, "ethusdt").press("Enter")

    tab.page.wait_for_url(re.compile("ETHUSDT"))


def test_palette_does_what_arrows_have_marked(deck: FakeDeck, visit: Open) -> None:
    tab = visit().go(f"{deck.url}/", panel="dashboard.symbols")
    line = _command(tab, "theme")

    line.press("ArrowDown")
    line.press("ArrowUp")
    line.press("Enter")

    tab.page.get_by_role("button", name="Dark theme").wait_for()


def test_palette_says_that_nothing_is_called_so(deck: FakeDeck, visit: Open) -> None:
    tab = visit().go(f"{deck.url}/", panel="dashboard.symbols")

    _command(tab, "xyzzy")

    tab.page.get_by_text("Nothing here is called “xyzzy”.").wait_for()


def test_palette_has_no_accessibility_fault(deck: FakeDeck, visit: Open, axe_source: str) -> None:
    tab = visit(theme="light").go(f"{deck.url}/", panel="dashboard.symbols")

    _command(tab, "")
    tab.page.get_by_role("option").first.wait_for()

    assert tab.accessibility_faults(axe_source) == []


def test_palette_closes_on_escape_and_gives_the_keyboard_back(deck: FakeDeck, visit: Open) -> None:
    tab = visit().go(f"{deck.url}/", panel="dashboard.symbols")

    _command(tab, "pairs").press("Escape")
    tab.page.get_by_role("listbox").wait_for(state="detached")
    tab.page.keyboard.press("?")

    tab.page.get_by_role("heading", name="Keyboard").wait_for()


def test_palette_brings_a_panel_into_sight(deck: FakeDeck, visit: Open) -> None:
    tab = visit().go(f"{deck.url}/pairs", panel="pairs.zscore")
    last = _order(tab)[-1]
    panel = tab.panel(last)
    title = panel.locator("h2").inner_text()

    _command(tab, title).press("Enter")

    assert wait_until(lambda: panel.evaluate("(e) => e === document.activeElement"), tab.page)


def test_arranged_view_is_kept_for_the_next_visit(deck: FakeDeck, visit: Open) -> None:
    tab = visit().go(f"{deck.url}/pairs", panel="pairs.zscore")
    first, second, third, *_ = _order(tab)
    _arrange(tab)

    tab.panel(first).get_by_role("button", name="Move later").click()
    tab.panel(third).get_by_role("button", name="Hide").click()
    tab.panel(second).get_by_role("button", name="Higher").click()
    tab.page.get_by_role("button", name="Save").click()
    tab.page.get_by_text("The arrangement is saved.").wait_for()
    again = visit().go(f"{deck.url}/pairs", panel=second)

    wait_until(lambda: _order(again)[:2] == [second, first], again.page)
    assert third not in _order(again)
    assert deck.api.layouts["pairs"][0]["id"] == second
    assert deck.api.layouts["pairs"][0]["height"] > 0
    assert again.complaints() == []


def test_panel_that_is_dragged_takes_the_place_of_another_until_cancelled(
    deck: FakeDeck, visit: Open
) -> None:
    tab = visit().go(f"{deck.url}/pairs", panel="pairs.zscore")
    first, second, *_ = before = _order(tab)
    _arrange(tab)

    tab.panel(second).locator("h2").drag_to(tab.panel(first).locator("h2"))
    wait_until(lambda: _order(tab)[:2] == [second, first], tab.page)
    tab.page.get_by_role("button", name="Cancel").click()

    wait_until(lambda: _order(tab) == before, tab.page)
    assert deck.api.layouts == {}


def test_arranged_view_can_be_as_delivered_again(deck: FakeDeck, visit: Open) -> None:
    tab = visit().go(f"{deck.url}/pairs", panel="pairs.zscore")
    delivered = _order(tab)
    deck.api.layouts["pairs"] = [{"id": one} for one in reversed(delivered)]
    tab.page.reload()
    wait_until(lambda: _order(tab) == delivered[::-1], tab.page)
    _arrange(tab)

    tab.page.get_by_role("button", name="As delivered").click()

    wait_until(lambda: _order(tab) == delivered, tab.page)
    assert deck.api.layouts == {}


def test_arranging_has_no_accessibility_fault(deck: FakeDeck, visit: Open, axe_source: str) -> None:
    tab = visit().go(f"{deck.url}/pairs", panel="pairs.zscore")
    _arrange(tab)
    tab.panel("pairs.zscore").get_by_role("button", name="Hide").click()

    tab.page.get_by_role("button", name=re.compile("^Show ")).wait_for()

    assert tab.accessibility_faults(axe_source) == []


def test_keys_act_on_the_panel_that_has_the_keyboard(deck: FakeDeck, visit: Open) -> None:
    tab = visit().go(f"{deck.url}/pairs", panel="pairs.zscore")
    first = tab.panel(_order(tab)[0])
    table = first.get_by_role("button", name="As a table")

    tab.page.keyboard.press("j")
    tab.page.keyboard.press("v")

    assert wait_until(lambda: table.get_attribute("aria-pressed") == "true", tab.page)


def test_view_on_paper_is_the_view_alone_and_says_whose_figures(
    deck: FakeDeck, visit: Open
) -> None:
    tab = visit().go(f"{deck.url}/pairs", panel="pairs.zscore")

    tab.page.emulate_media(media="print")

    assert tab.page.locator(".header, .nav").first.is_hidden()
    head = tab.page.locator(".print-head")
    assert head.is_visible()
    assert "DEMO" in head.inner_text()
    assert tab.page.evaluate(_CUT_TABLES) == []


def test_page_menu_prints_in_the_light_theme_and_goes_back(deck: FakeDeck, visit: Open) -> None:
    tab = visit().go(f"{deck.url}/pairs", panel="pairs.zscore")
    scheme = "document.documentElement.dataset.mantineColorScheme"
    tab.page.evaluate(f"() => {{ window.print = () => {{ window.printed = {scheme}; }}; }}")

    tab.page.get_by_role("button", name="More of this view").click()
    tab.page.get_by_role("menuitem", name="Print").click()

    assert wait_until(lambda: tab.page.evaluate("window.printed"), tab.page) == "light"
    assert wait_until(lambda: tab.page.evaluate(scheme) == "dark", tab.page)


def test_newer_deck_is_told_and_reloaded(deck: FakeDeck, visit: Open) -> None:
    tab = visit().go(f"{deck.url}/", panel="dashboard.symbols")

    deck.stop()
    tab.page.wait_for_selector(".banner:has-text('No connection to the deck')")
    deck.version = "0.2.0"
    deck.start()
    tab.page.get_by_text("The deck is now version 0.2.0.").wait_for()
    tab.page.get_by_role("button", name="Reload the page").click()

    tab.page.wait_for_selector(".banner", state="detached")


def test_loss_is_told_once_the_line_stands_again(deck: FakeDeck, visit: Open) -> None:
    tab = visit().go(f"{deck.url}/", panel="dashboard.symbols")

    deck.stop()
    tab.page.wait_for_selector(".banner:has-text('No connection to the deck')")
    deck.start()

    tab.page.get_by_text(re.compile(r"Connected again after \d")).wait_for()
