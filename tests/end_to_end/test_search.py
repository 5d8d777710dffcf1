"""The search of the header: what Enter does, what is offered, and what is said of unknown names."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.browsing import Visit, wait_until
from tests.end_to_end.fake_pages import SYMBOLS

if TYPE_CHECKING:
    from tests.end_to_end.fake_deck import FakeDeck

Open = Callable[..., Visit]


def _typed(deck: FakeDeck, visit: Open, text: str) -> Visit:
    tab = visit().go(f"{deck.url}/", panel="dashboard.symbols")
    tab.page.keyboard.press("/")
    tab.page.keyboard.type(text)
    return tab


def _found(deck: FakeDeck, visit: Open, text: str) -> Visit:
    tab = _typed(deck, visit, text)
    tab.page.locator("[role=option][data-combobox-selected]").wait_for()
    return tab


def test_search_when_enter_is_pressed_takes_the_first_found(deck: FakeDeck, visit: Open) -> None:
    tab = _typed(deck, visit, "sol")

    # Before anything may have been offered.
    tab.page.keyboard.press("Enter")

    tab.page.wait_for_url(re.compile(r"/pairs\?y=BINANCE-USDM%3ASOLUSDT"))


def test_search_when_enter_is_pressed_before_the_answer_takes_the_first_then(
    deck: FakeDeck, visit: Open
) -> None:
    tab = _typed(deck, visit, "xrpusdt")

    tab.page.keyboard.press("Enter")

    assert wait_until(lambda: len(deck.symbols) == len(SYMBOLS) + 1, tab.page)


def test_search_when_more_is_offered_marks_the_first_again(deck: FakeDeck, visit: Open) -> None:
    tab = _typed(deck, visit, "eth")
    tab.page.get_by_role("option", name=re.compile("ETHUSDT BINANCE Capture")).wait_for()

    marked = tab.page.locator("[role=option][data-combobox-selected]")

    assert wait_until(lambda: marked.count() == 1, tab.page)
    assert "BINANCE-USDM" in marked.inner_text()


def test_search_of_an_unknown_name_says_so_with_names_like_it(deck: FakeDeck, visit: Open) -> None:
    tab = _typed(deck, visit, "xrpusdx")

    tab.page.get_by_text("No symbol or view is called “xrpusdx”.").wait_for()
    tab.page.keyboard.press("Enter")

    tab.page.get_by_text("With a name like it").wait_for()
    assert tab.page.get_by_role("option").all_inner_texts() != []
    assert deck.symbols == list(SYMBOLS)


def test_search_when_only_typed_does_not_remove_by_delete(deck: FakeDeck, visit: Open) -> None:
    tab = _found(deck, visit, "sol")

    tab.page.keyboard.press("Delete")
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_url(re.compile("/pairs"))

    assert deck.symbols == list(SYMBOLS)


def test_search_captures_a_symbol_that_is_not_captured_yet(deck: FakeDeck, visit: Open) -> None:
    tab = visit().go(f"{deck.url}/", panel="dashboard.symbols")

    tab.page.get_by_label("Find a symbol or view").fill("xrp")
    tab.page.get_by_role("option", name=re.compile("XRPUSDT")).click()

    wait_until(lambda: "BINANCE-USDM:XRPUSDT" in deck.symbols, tab.page)
    assert len(deck.symbols) == 5


@pytest.mark.parametrize("way", ["pointer", "keyboard"])
def test_search_removes_a_captured_symbol(deck: FakeDeck, visit: Open, way: str) -> None:
    tab = visit().go(f"{deck.url}/", panel="dashboard.symbols")

    tab.page.get_by_label("Find a symbol or view").fill("sol")
    row = tab.page.get_by_role("option", name=re.compile("SOLUSDT"))
    row.wait_for()
    if way == "pointer":
        row.get_by_text("Remove").click()
    else:
        tab.page.keyboard.press("ArrowDown")
        tab.page.keyboard.press("Delete")

    tab.page.get_by_text("BINANCE-USDM:SOLUSDT is no longer captured.").wait_for()
    assert deck.symbols == [one for one in SYMBOLS if one != "BINANCE-USDM:SOLUSDT"]
    assert tab.page.url == f"{deck.url}/"


def test_search_with_a_marked_row_has_no_accessibility_fault(
    deck: FakeDeck, visit: Open, axe_source: str
) -> None:
    tab = visit().go(f"{deck.url}/", panel="dashboard.symbols")
    tab.page.get_by_label("Find a symbol or view").fill("usdt")
    tab.page.get_by_role("option", name=re.compile("SOLUSDT")).wait_for()
    tab.page.keyboard.press("ArrowDown")

    assert tab.accessibility_faults(axe_source) == []


def test_search_keeps_the_last_captured_symbol(deck: FakeDeck, visit: Open) -> None:
    deck.symbols = ["BINANCE-USDM:SOLUSDT"]
    tab = visit().go(f"{deck.url}/", panel="dashboard.symbols")

    tab.page.get_by_label("Find a symbol or view").fill("sol")
    tab.page.get_by_role("option", name=re.compile("SOLUSDT")).wait_for()

    assert tab.page.get_by_text("Remove", exact=True).count() == 0
