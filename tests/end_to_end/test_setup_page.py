"""Setting a deck up in a real browser: the guided way, the settings, and starting it again."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.browsing import Visit, wait_until
from tests.end_to_end.deck_process import DeckProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

WORD = "hunter2-hunter2-wxyz"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("setup")


@pytest.fixture(scope="module")
def deck(folder: Path) -> Iterator[DeckProcess]:
    running = DeckProcess("up", "--offline", "--port", 0, folder=folder)
    yield running
    running.stop()
    running.close()


@pytest.fixture
def opened(browser: Browser, deck: DeckProcess) -> Iterator[Callable[..., Visit]]:
    tabs: list[Visit] = []

    def go(path: str, **how: object) -> Visit:
        tab = Visit(browser, **how)  # type: ignore[arg-type]
        tabs.append(tab)
        deck.ask("/api/v1/setup")
        name, _, value = deck.cookie.partition("=")
        url = f"http://127.0.0.1:{deck.port}"
        tab.context.add_cookies([{"name": name, "value": value, "url": url}])
        tab.page.goto(f"{url}{path}")
        return tab

    yield go
    for tab in tabs:
        tab.close()


def test_fresh_deck_begins_with_setting_it_up(deck: DeckProcess) -> None:
    assert b"/setup?token=" in deck.out


def test_guided_setup_goes_through_its_steps_and_can_be_skipped(
    opened: Callable[..., Visit], axe_source: str
) -> None:
    tab = opened("/setup")
    page = tab.page

    page.get_by_role("button", name="Connect vendors").click()
    page.locator('[data-vendor="alpaca"]').wait_for()
    faults = [*tab.accessibility_faults(axe_source), *tab.wider_than_the_screen()]
    for step in ("Symbols", "Time zone", "Slack"):
        page.get_by_role("button", name="Go on").click()
        page.get_by_role("region", name=f"Step: {step}").wait_for()
    page.get_by_role("button", name="Skip").click()
    page.wait_for_url("**/")

    assert faults == []
    assert tab.complaints() == []


def test_settings_fit_a_phone_and_are_accessible(
    opened: Callable[..., Visit], axe_source: str
) -> None:
    tab = opened("/settings", theme="light", small=True)

    tab.page.get_by_label("Find a setting").fill("alpaca")
    tab.page.get_by_label("feeds.alpaca.data_feed").wait_for()
    tab.page.locator('[data-vendor="slack"]').wait_for()

    assert tab.wider_than_the_screen() == []
    assert tab.accessibility_faults(axe_source) == []
    assert tab.complaints() == []


def test_key_is_kept_for_its_owner_and_never_shown_again(
    opened: Callable[..., Visit], folder: Path
) -> None:
    tab = opened("/settings")
    card = tab.page.locator('[data-vendor="tastytrade"]')

    card.get_by_label("Refresh token").fill(WORD)
    card.get_by_role("button", name="Save").click()
    card.get_by_text("ends in wxyz").wait_for()
    tab.page.reload()
    card.get_by_text("ends in wxyz").wait_for()

    assert WORD not in tab.page.content()
    assert card.get_by_label("Refresh token").input_value() == ""
    assert WORD in (folder / ".env").read_text()
    assert stat.S_IMODE((folder / ".env").stat().st_mode) == 0o600
    assert tab.complaints() == []


def test_wrong_setting_is_told_at_its_field(opened: Callable[..., Visit]) -> None:
    tab = opened("/settings")
    tab.page.get_by_label("Find a setting").fill("sql.max_rows")
    line = tab.page.locator("form", has=tab.page.get_by_label("sql.max_rows"))

    line.get_by_role("textbox").fill("0")
    line.get_by_role("button", name="Save").click()
    told = line.get_by_role("alert").inner_text()

    assert "sql.max_rows" in told
    assert "1" in told


def test_looks_are_kept_by_the_browser(opened: Callable[..., Visit]) -> None:
    tab = opened("/settings")

    tab.page.get_by_text("Red, green", exact=True).click()
    tab.page.get_by_text("Compact", exact=True).click()
    tab.page.get_by_text("New York", exact=True).click()
    tab.page.reload()
    tab.page.locator('[data-vendor="slack"]').wait_for()

    root = tab.page.locator("html")
    assert root.get_attribute("data-palette") == "eastern"
    assert root.get_attribute("data-density") == "compact"
    assert tab.page.locator(".clock__zone").inner_text() == "New York"


def test_deck_starts_again_with_what_was_changed_and_nobody_is_logged_out(
    opened: Callable[..., Visit], deck: DeckProcess, folder: Path
) -> None:
    tab, pid = opened("/settings"), deck.process.pid
    search = tab.page.get_by_label("Find a setting")
    search.fill("publish.hz")
    line = tab.page.locator("form", has=tab.page.get_by_label("publish.hz"))

    line.get_by_role("textbox").fill("3")
    line.get_by_role("button", name="Save").click()
    tab.page.get_by_role("button", name="Start again").click()
    tab.page.wait_for_event("load", timeout=90_000)
    search.fill("publish.hz")
    wait_until(lambda: line.get_by_text("Set in the file").count(), tab.page)

    assert (folder / "config.yaml").read_text() == "publish:\n  hz: 3.0\n"
    assert tab.page.get_by_role("button", name="Start again").count() == 0
    assert (deck.process.pid, deck.process.poll()) == (pid, None)
    assert tab.complaints(server_left=True) == []
