"""The page against a deck of synthetic data: what a person sees and can do."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.end_to_end.browsing import Visit, wait_until
from tests.end_to_end.fake_deck import FakeDeck

if TYPE_CHECKING:
    from pathlib import Path

Open = Callable[..., Visit]
CARD = '[data-kpi="BINANCE-USDM:BTCUSDT"] .kpi__value'
FIRST = {"dashboard": "dashboard.rate", "pairs": "pairs.zscore", "states": "states.table.live"}
TOKEN = "s3cret"  # noqa: S105 - of a fake


def test_dashboard_when_opened_shows_moving_figures(deck: FakeDeck, visit: Open) -> None:
    tab = visit().go(f"{deck.url}/", panel="dashboard.symbols")

    first = tab.page.inner_text(CARD)

    assert wait_until(lambda: tab.page.inner_text(CARD) != first, tab.page)
    assert tab.complaints() == []
    assert tab.hosts == {f"127.0.0.1:{deck.port}"}


@pytest.mark.parametrize("name", ["dashboard", "pairs", "states"])
def test_charts_when_drawn_are_not_blank(deck: FakeDeck, visit: Open, name: str) -> None:
    tab = visit().go(f"{deck.url}/{name}", panel=FIRST[name])

    assert wait_until(tab.colours, tab.page)
    assert wait_until(lambda: tab.blank_charts() == [], tab.page)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_states_of_panels_have_no_accessibility_fault(
    deck: FakeDeck, visit: Open, axe_source: str, theme: str
) -> None:
    tab = visit(theme=theme).go(f"{deck.url}/states", panel=FIRST["states"])

    assert tab.accessibility_faults(axe_source) == []


@pytest.mark.parametrize("opener", ["button.strip", ".bell", ".nav__foot button >> nth=0"])
def test_what_opens_has_no_accessibility_fault(
    deck: FakeDeck, visit: Open, axe_source: str, opener: str
) -> None:
    tab = visit(theme="light").go(f"{deck.url}/", panel="dashboard.symbols")
    tab.page.locator(opener).click()
    tab.page.wait_for_selector("[role=dialog]")

    assert tab.accessibility_faults(axe_source) == []


@pytest.mark.parametrize("name", ["dashboard", "pairs", "states"])
def test_small_screen_does_not_scroll_sideways(deck: FakeDeck, visit: Open, name: str) -> None:
    tab = visit(small=True).go(f"{deck.url}/{name}", panel=FIRST[name])

    assert tab.wider_than_the_screen() == []
    assert tab.page.evaluate("document.documentElement.scrollWidth") == 390


def test_small_screen_reaches_every_view_and_action(deck: FakeDeck, visit: Open) -> None:
    tab = visit(small=True).go(f"{deck.url}/", panel="dashboard.symbols")

    tab.page.locator(".bottom-bar").get_by_text("Pairs").tap()
    tab.wait_for("pairs.zscore")
    tab.page.locator(".bottom-bar").get_by_text("More").tap()

    tab.page.get_by_text("Help and about").wait_for()
    assert tab.page.get_by_role("button", name="Stop capture").count() == 1


def test_connection_when_the_deck_dies_says_so_and_comes_back(deck: FakeDeck, visit: Open) -> None:
    tab = visit().go(f"{deck.url}/", panel="dashboard.symbols")

    deck.stop()
    tab.page.wait_for_selector(".banner:has-text('No connection to the deck')")
    symbols = tab.panel("dashboard.symbols")
    assert symbols.get_attribute("data-state") == "no connection"
    assert tab.page.inner_text(CARD) != ""
    assert re.search(r"Next attempt in \d+ s|Trying now", tab.page.inner_text(".banner"))

    deck.start()
    tab.page.wait_for_selector(".banner", state="detached")
    wait_until(lambda: symbols.get_attribute("data-state") == "demo", tab.page)
    frozen = tab.page.inner_text(CARD)
    assert wait_until(lambda: tab.page.inner_text(CARD) != frozen, tab.page)
    assert tab.complaints(server_left=True) == []


def test_capture_button_stops_and_starts(deck: FakeDeck, visit: Open) -> None:
    tab = visit().go(f"{deck.url}/", panel="dashboard.symbols")

    tab.page.get_by_role("button", name="Stop capture").click()
    start = tab.page.get_by_role("button", name="Start capture")
    start.wait_for()
    assert not deck.capturing
    assert tab.page.get_by_text("Capture stopped.").is_visible()

    start.click()
    tab.page.get_by_role("button", name="Stop capture").wait_for()
    assert deck.capturing


def test_choices_of_a_page_change_the_question_and_the_address(deck: FakeDeck, visit: Open) -> None:
    tab = visit().go(f"{deck.url}/pairs", panel="pairs.zscore")
    summary = tab.panel("pairs.zscore").locator("[role=img]")
    before = summary.get_attribute("aria-label")

    tab.page.get_by_text("1m", exact=True).click()
    tab.page.get_by_label("Window").fill("500")
    tab.page.wait_for_url(re.compile(r"timeframe=1m.*window=500|window=500.*timeframe=1m"))
    tab.wait_for("pairs.zscore")

    assert wait_until(lambda: summary.get_attribute("aria-label") != before, tab.page)
    assert tab.complaints() == []


def test_number_beyond_its_limits_is_put_right_and_said(deck: FakeDeck, visit: Open) -> None:
    tab = visit().go(f"{deck.url}/pairs", panel="pairs.zscore")
    window = tab.page.get_by_label("Window")

    window.fill("999999")
    tab.page.get_by_text("Window is 20 to 5000").wait_for()

    assert window.input_value() == "5000"
    tab.page.wait_for_url(re.compile("window=5000"))
    hint = tab.page.locator("[data-control=window]").get_attribute("title")
    assert hint == "20 to 5000. Bars the study looks back."


def test_address_with_choices_is_a_deep_link(deck: FakeDeck, visit: Open) -> None:
    symbol = "BINANCE-USDM:SOLUSDT"
    tab = visit().go(f"{deck.url}/pairs?y={symbol}&timeframe=5m", panel="pairs.zscore")

    values = tab.page.eval_on_selector_all(
        "[data-control=y] input", "inputs => inputs.map((input) => input.value)"
    )

    assert any("SOLUSDT" in value for value in values)
    assert tab.page.locator("[data-control=timeframe] input:checked").input_value() == "5m"


def test_panel_is_called_as_its_payload_says(deck: FakeDeck, visit: Open) -> None:
    tab = visit().go(f"{deck.url}/pairs?y=BINANCE-USDM:SOLUSDT", panel="pairs.y")
    panel = tab.panel("pairs.y")

    assert panel.locator("h2").inner_text() == "SOLUSDT price"
    assert panel.get_attribute("aria-label") == "SOLUSDT price"


def test_question_that_cannot_be_answered_says_why_and_offers_no_retry(
    deck: FakeDeck, visit: Open
) -> None:
    symbol = "BINANCE-USDM:SOLUSDT"
    tab = visit().go(f"{deck.url}/pairs?y={symbol}&x={symbol}", panel="pairs.about")
    panel = tab.panel("pairs.stats")

    panel.get_by_text("y and x are the same symbol").wait_for()

    assert panel.get_attribute("data-state") == "empty"
    assert tab.page.get_by_role("button", name="Try again").count() == 0


def test_csv_of_a_panel_is_downloaded_with_its_choices(
    deck: FakeDeck, visit: Open, tmp_path: Path
) -> None:
    tab = visit().go(f"{deck.url}/pairs?timeframe=5m", panel="pairs.zscore")
    panel = tab.panel("pairs.zscore")
    panel.hover()

    with tab.page.expect_download() as download:
        panel.get_by_text("CSV").click()
    target = tmp_path / "zscore.csv"
    download.value.save_as(target)

    assert "timeframe=5m" in download.value.url
    assert target.read_text().startswith("time,z")


def test_chart_as_a_table_shows_its_newest_figures(deck: FakeDeck, visit: Open) -> None:
    tab = visit().go(f"{deck.url}/pairs", panel="pairs.zscore")
    panel = tab.panel("pairs.zscore")
    panel.hover()

    panel.get_by_label("As a table").click()

    assert panel.locator("th").all_inner_texts() == ["time UTC", "z"]
    assert panel.locator("tbody tr").count() == 200


def test_log_names_the_zone_of_its_times(deck: FakeDeck, visit: Open) -> None:
    tab = visit().go(f"{deck.url}/", panel="dashboard.log")

    assert tab.panel("dashboard.log").locator(".log__zone").inner_text() == "Times in UTC"


def test_panel_when_paused_stands_still(deck: FakeDeck, visit: Open) -> None:
    tab = visit().go(f"{deck.url}/", panel="dashboard.symbols")
    panel = tab.panel("dashboard.symbols")
    panel.hover()

    panel.get_by_label("Pause").click()
    held = tab.page.inner_text(CARD)
    lag = '[data-kpi="lag"] .kpi__value'
    other = tab.page.inner_text(lag)
    wait_until(lambda: tab.page.inner_text(lag) != other, tab.page)

    assert tab.page.inner_text(CARD) == held
    assert panel.get_attribute("data-state") == "paused"


def test_help_of_a_panel_says_how_it_is_computed(deck: FakeDeck, visit: Open) -> None:
    tab = visit().go(f"{deck.url}/pairs", panel="pairs.stats")
    panel = tab.panel("pairs.stats")
    panel.hover()

    panel.get_by_label("How computed").click()

    assert "Null: a unit root." in tab.page.inner_text(".how")


def test_keyboard_alone_finds_goes_and_closes(deck: FakeDeck, visit: Open) -> None:
    tab = visit().go(f"{deck.url}/", panel="dashboard.symbols")
    keyboard = tab.page.keyboard

    keyboard.press("/")
    assert tab.page.evaluate("document.activeElement.id") == "symbol-search"
    keyboard.type("SOL")
    tab.page.get_by_role("option").first.wait_for()
    keyboard.press("ArrowDown")
    keyboard.press("Enter")
    tab.page.wait_for_url(re.compile(r"/pairs\?y=BINANCE-USDM%3ASOLUSDT"))

    keyboard.press("g")
    keyboard.press("d")
    tab.page.wait_for_url(re.compile(r"/dashboard$"))

    keyboard.press("?")
    tab.page.get_by_role("dialog").wait_for()
    keyboard.press("Escape")
    tab.page.get_by_role("dialog").wait_for(state="detached")
    assert tab.complaints() == []


def test_chart_when_dragged_zooms_all_of_its_group(deck: FakeDeck, visit: Open) -> None:
    tab = visit().go(f"{deck.url}/pairs", panel="pairs.zscore")
    box: Any = tab.panel("pairs.zscore").locator(".u-over").bounding_box()
    mouse = tab.page.mouse

    mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 20)
    mouse.down()
    mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 30, steps=5)
    mouse.up()

    reset = tab.page.get_by_text("Reset zoom")
    wait_until(lambda: reset.count() == 3, tab.page)
    reset.first.click()
    assert wait_until(lambda: reset.count() == 0, tab.page)


def test_crosshair_is_shared_between_charts(deck: FakeDeck, visit: Open) -> None:
    tab = visit().go(f"{deck.url}/pairs", panel="pairs.zscore")

    tab.panel("pairs.spread").locator(".u-over").hover()

    readout = tab.panel("pairs.zscore").locator(".chart__readout")
    assert wait_until(readout.is_visible, tab.page)
    assert readout.locator("span").nth(1).inner_text().startswith("z ")


def test_session_when_missing_is_asked_for(visit: Open) -> None:
    deck = FakeDeck(token=TOKEN).start()
    tab = visit()
    try:
        tab.page.goto(f"{deck.url}/pairs")
        tab.page.get_by_label("Link or token").fill(f"{deck.url}/?token=wrong")
        tab.page.get_by_role("button", name="Open the deck").click()
        tab.page.get_by_role("alert").wait_for()

        tab.page.get_by_label("Link or token").fill(f"{deck.url}/?token={TOKEN}")
        tab.page.get_by_role("button", name="Open the deck").click()
        tab.wait_for("pairs.zscore")
    finally:
        deck.stop()


def test_token_of_the_link_leaves_the_address(visit: Open) -> None:
    deck = FakeDeck(token=TOKEN).start()
    try:
        tab = visit().go(f"{deck.url}/pairs?token={TOKEN}&window=40", panel="pairs.zscore")

        assert tab.page.url == f"{deck.url}/pairs?window=40"
        assert tab.complaints() == []
    finally:
        deck.stop()


def test_hidden_tab_asks_for_fewer_messages(deck: FakeDeck, visit: Open) -> None:
    tab = visit().go(f"{deck.url}/", panel="dashboard.symbols")
    hide = """(hidden) => {
      Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }"""

    tab.page.evaluate(hide, True)
    wait_until(lambda: deck.hz == [1], tab.page)
    tab.page.evaluate(hide, False)

    assert wait_until(lambda: deck.hz == [1, 10], tab.page)


def test_replay_shows_its_speed_and_the_time_of_the_recording(deck: FakeDeck, visit: Open) -> None:
    deck.mode = "replay"

    tab = visit().go(f"{deck.url}/", panel="dashboard.symbols")

    assert tab.page.inner_text(".badge") == "REPLAY"
    assert "10×" in tab.page.inner_text(".strip")
    wait_until(lambda: "8 Aug 2024 14:03" in tab.page.inner_text(".clock"), tab.page)
    assert tab.page.locator(".capture").count() == 0


def test_theme_button_changes_the_theme_and_is_remembered(deck: FakeDeck, visit: Open) -> None:
    tab = visit().go(f"{deck.url}/", panel="dashboard.symbols")
    dark = tab.page.evaluate("getComputedStyle(document.body).backgroundColor")

    tab.page.get_by_role("button", name="Light theme").click()

    light = tab.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert light != dark
    stored = tab.page.evaluate("localStorage.getItem('mantine-color-scheme-value')")
    assert stored == "light"


def test_recording_that_has_ended_stands_still_and_can_be_played_again(
    deck: FakeDeck, visit: Open
) -> None:
    deck.mode, deck.has_ended = "replay", True
    tab = visit().go(f"{deck.url}/", panel="dashboard.symbols")
    wait_until(lambda: "recording ended" in tab.page.inner_text(".strip"), tab.page)
    clock = tab.page.inner_text(".clock")

    tab.page.get_by_role("button", name="Play again").click()

    assert clock.endswith("8 Aug 2024 14:03:22")
    assert wait_until(lambda: "playing" in tab.page.inner_text(".strip"), tab.page)
    assert tab.page.locator(".capture").count() == 0
