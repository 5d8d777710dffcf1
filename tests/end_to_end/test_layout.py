"""How pages stand on the screen: what is drawn, what is cut, what scrolls, what an address means."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.end_to_end.browsing import Visit, wait_until

if TYPE_CHECKING:
    from tests.end_to_end.fake_deck import FakeDeck

Open = Callable[..., Visit]
_SCROLLED = "document.querySelector('.view').scrollTop"
_NOTE_TEXTS = """
  window.written = new Set();
  const write = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
    window.written.add(text);
    return write.call(this, text, ...rest);
  };
"""
_HOLDS_A_LONG_NAME = """(cards) => cards.map((card) => {
  card.querySelector(".symbol__root").textContent = "1000PEPEUSDT";
  const name = card.querySelector(".symbol");
  const words = document.createRange();
  words.selectNodeContents(name);
  const whole = getComputedStyle(name).overflow === "visible";
  return whole && words.getBoundingClientRect().right <= card.getBoundingClientRect().right;
})"""
_CONTRAST = """() => {
  const luminance = (colour) => {
    const parts = colour.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255);
    const linear = parts.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const mark = document.querySelector(".control .mantine-SegmentedControl-indicator");
  const around = document.querySelector(".control .mantine-SegmentedControl-root");
  const two = [getComputedStyle(mark).borderTopColor, getComputedStyle(around).backgroundColor];
  const [low, high] = two.map(luminance).sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}"""


def test_candles_when_drawn_anew_keep_the_decimals_of_their_symbol(
    deck: FakeDeck, visit: Open
) -> None:
    tab = visit()
    tab.page.add_init_script(_NOTE_TEXTS)
    tab.go(f"{deck.url}/pairs", panel="pairs.y")
    wait_until(lambda: tab.page.evaluate("window.written.size") > 3, tab.page)

    tab.page.get_by_role("button", name="Light theme").click()
    tab.page.evaluate("window.written.clear()")

    def prices() -> list[str]:
        written: list[str] = tab.page.evaluate("[...window.written]")
        return [text for text in written if re.match(r"\d\d[,\d]\d*\.\d", text)]

    wait_until(lambda: len(prices()) > 3, tab.page)
    assert [text for text in prices() if not re.fullmatch(r"\d\d,\d{3}\.\d", text)] == []


def test_wheel_over_candles_moves_the_page(deck: FakeDeck, visit: Open) -> None:
    tab = visit().go(f"{deck.url}/pairs", panel="pairs.y")
    tab.panel("pairs.y").locator(".chart__canvas").hover()

    tab.page.mouse.wheel(0, 200)

    assert wait_until(lambda: tab.page.evaluate(_SCROLLED) > 100, tab.page)


def test_figures_of_a_candle_stay_off_the_price_axis(deck: FakeDeck, visit: Open) -> None:
    tab = visit(small=True).go(f"{deck.url}/pairs", panel="pairs.y")
    panel = tab.panel("pairs.y")
    readout = panel.locator(".chart__readout")
    canvas: Any = panel.locator(".chart__canvas")

    def pointed() -> bool:
        canvas.hover(position={"x": 60, "y": 80})
        canvas.hover(position={"x": 120, "y": 90})
        return readout.is_visible()

    wait_until(pointed, tab.page)

    words: Any = readout.bounding_box()
    axis: Any = panel.locator("td:nth-child(3)").first.bounding_box()

    assert words["x"] + words["width"] <= axis["x"]


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_chosen_segment_stands_out(deck: FakeDeck, visit: Open, theme: str) -> None:
    tab = visit(theme=theme).go(f"{deck.url}/pairs", panel="pairs.zscore")

    assert tab.page.evaluate(_CONTRAST) >= 3.0


def test_long_names_of_narrow_cards_are_whole(deck: FakeDeck, visit: Open) -> None:
    tab = visit()
    tab.page.set_viewport_size({"width": 800, "height": 900})
    tab.go(f"{deck.url}/", panel="dashboard.symbols")

    cards: list[bool] = tab.page.eval_on_selector_all(
        "[data-panel='dashboard.symbols'] .kpi", _HOLDS_A_LONG_NAME
    )

    assert cards == [True] * 4


def test_page_shorter_than_the_window_takes_its_height(deck: FakeDeck, visit: Open) -> None:
    tab = visit()
    tab.page.set_viewport_size({"width": 1440, "height": 2400})
    tab.go(f"{deck.url}/", panel="dashboard.symbols")

    last: Any = tab.panel("dashboard.log").bounding_box()

    assert last["y"] + last["height"] > 2300
    assert tab.page.evaluate("document.querySelector('.view').scrollHeight") <= 2400


def test_address_of_no_page_says_so_and_leads_on(deck: FakeDeck, visit: Open) -> None:
    tab = visit()
    tab.page.goto(f"{deck.url}/nosuchpage")
    tab.page.get_by_role("heading", name="There is no page “nosuchpage”").wait_for()

    tab.page.locator(".nopage").get_by_text("Pairs").click()

    tab.page.wait_for_url(re.compile("/pairs$"))
    tab.wait_for("pairs.zscore")
    assert tab.complaints() == []


def test_address_with_a_wrong_choice_is_put_right(deck: FakeDeck, visit: Open) -> None:
    tab = visit().go(f"{deck.url}/pairs?timeframe=7h&window=x&log=true", panel="pairs.zscore")

    tab.page.wait_for_url(re.compile(r"/pairs\?timeframe=1s&window=300&log=true$"))


def test_log_colours_words_only_where_attention_is_asked_for(deck: FakeDeck, visit: Open) -> None:
    tab = visit().go(f"{deck.url}/", panel="dashboard.log")

    colours = tab.page.eval_on_selector_all(
        ".log li > span",
        "spans => Object.fromEntries(spans.map((s) => "
        "[s.parentElement.className, getComputedStyle(s).color]))",
    )

    assert colours["tone-good"] == colours["tone-plain"] != colours["tone-warn"]
