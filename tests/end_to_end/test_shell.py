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


def test_palette_leads_to_views_panels_and_symbols_and_remembers_them(
    deck: FakeDeck, visit: Open
) -> None:
    tab = visit().go(f"{deck.url}/", panel="dashboard.symbols")

    _command(tab, "pairs").press("Enter")
    tab.wait_for("pairs.zscore")
    panel = tab.panel(_order(tab)[-1])
    _command(tab, panel.locator("h2").inner_text()).press("Enter")
    wait_until(lambda: panel.evaluate("(e) => e === document.activeElement"), tab.page)
    _command(tab, "ethusdt").press("Enter")
    tab.page.wait_for_url(re.compile("ETHUSDT"))
    _command(tab, "")

    recent = tab.page.get_by_role("group", name="Recent").get_by_role("option")
    assert "ETHUSDT" in recent.first.inner_text()
    assert "Pairs" in recent.nth(2).inner_text()
    assert tab.complaints() == []


def test_palette_is_used_by_keyboard_alone(deck: FakeDeck, visit: Open, axe_source: str) -> None:
    tab = visit(theme="light").go(f"{deck.url}/", panel="dashboard.symbols")

    line = _command(tab, "")
    tab.page.get_by_role("option").first.wait_for()
    faults = tab.accessibility_faults(axe_source)
    line.fill("xyzzy")
    tab.page.get_by_text("Nothing here is called “xyzzy”.").wait_for()
    line.fill("theme")
    line.press("ArrowDown")
    line.press("ArrowUp")
    line.press("Enter")
    tab.page.get_by_role("button", name="Light theme").wait_for()
    _command(tab, "pairs").press("Escape")
    tab.page.get_by_role("listbox").wait_for(state="detached")
    tab.page.keyboard.press("?")

    tab.page.get_by_role("heading", name="Keyboard").wait_for()
    assert faults == []


def test_arrangements_are_kept_for_the_next_visit_and_changed_by_name(
    deck: FakeDeck, visit: Open
) -> None:
    tab = visit().go(f"{deck.url}/pairs", panel="pairs.zscore")
    first, second, third, *_ = delivered = _order(tab)
    _arrange(tab)

    tab.panel(first).get_by_role("button", name="Move later").click()
    tab.panel(third).get_by_role("button", name="Hide").click()
    tab.panel(second).get_by_role("button", name="Higher").click()
    tab.page.get_by_label("Name of the arrangement").fill("Morning")
    tab.page.get_by_role("button", name="Save").click()
    wait_until(lambda: "pairs" in deck.api.layouts, tab.page)
    again = visit().go(f"{deck.url}/pairs", panel=second)
    wait_until(lambda: _order(again)[:2] == [second, first], again.page)
    hidden = third not in _order(again)
    again.page.get_by_role("button", name="More of this view").click()
    again.page.get_by_role("menuitem", name="As delivered").click()
    wait_until(lambda: _order(again) == delivered, again.page)
    _command(again, "morning").press("Enter")
    wait_until(lambda: _order(again)[:2] == [second, first], again.page)

    assert hidden
    assert deck.api.named["pairs"]["Morning"] == deck.api.layouts["pairs"]
    assert deck.api.layouts["pairs"][0]["height"] > 0
    assert again.complaints() == []


def test_arranging_is_accessible_and_ends_without_a_trace_when_cancelled(
    deck: FakeDeck, visit: Open, axe_source: str
) -> None:
    tab = visit().go(f"{deck.url}/pairs", panel="pairs.zscore")
    first, second, *_ = before = _order(tab)
    _arrange(tab)

    tab.panel(second).locator("h2").drag_to(tab.panel(first).locator("h2"))
    wait_until(lambda: _order(tab)[:2] == [second, first], tab.page)
    tab.panel("pairs.zscore").get_by_role("button", name="Hide").click()
    tab.page.get_by_role("button", name=re.compile("^Show ")).wait_for()
    faults = tab.accessibility_faults(axe_source)
    tab.page.get_by_role("button", name="Cancel").click()

    wait_until(lambda: _order(tab) == before, tab.page)
    assert deck.api.layouts == {}
    assert faults == []


def test_keys_act_on_the_panel_that_has_the_keyboard(deck: FakeDeck, visit: Open) -> None:
    tab = visit().go(f"{deck.url}/pairs", panel="pairs.zscore")
    first = tab.panel(_order(tab)[0])
    table = first.get_by_role("button", name="As a table")

    tab.page.keyboard.press("j")
    tab.page.keyboard.press("v")

    assert wait_until(lambda: table.get_attribute("aria-pressed") == "true", tab.page)


def test_view_on_paper_is_the_view_alone_in_the_light_theme(deck: FakeDeck, visit: Open) -> None:
    tab = visit().go(f"{deck.url}/pairs", panel="pairs.zscore")
    scheme = "document.documentElement.dataset.mantineColorScheme"
    tab.page.evaluate(f"() => {{ window.print = () => {{ window.printed = {scheme}; }}; }}")

    tab.page.get_by_role("button", name="More of this view").click()
    tab.page.get_by_role("menuitem", name="Print").click()
    printed = wait_until(lambda: tab.page.evaluate("window.printed"), tab.page)
    wait_until(lambda: tab.page.evaluate(scheme) == "dark", tab.page)
    tab.page.emulate_media(media="print")

    assert printed == "light"
    assert tab.page.locator(".header, .nav").first.is_hidden()
    assert "DEMO" in tab.page.locator(".print-head").inner_text()
    assert tab.page.evaluate(_CUT_TABLES) == []


def test_loss_is_told_once_the_line_stands_again_and_so_is_a_newer_deck(
    deck: FakeDeck, visit: Open
) -> None:
    tab = visit().go(f"{deck.url}/", panel="dashboard.symbols")

    deck.stop()
    tab.page.wait_for_selector(".banner:has-text('No connection to the deck')")
    deck.version = "0.2.0"
    deck.start()
    tab.page.get_by_text(re.compile(r"Connected again after \d")).wait_for()
    tab.page.get_by_text("The deck is now version 0.2.0.").wait_for()
    tab.page.get_by_role("button", name="Reload the page").click()

    tab.page.wait_for_selector(".banner", state="detached")
