"""A new deck with accounts in a real browser: the first account, setting up, settings, people."""

from __future__ import annotations

import re
import stat
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests.end_to_end.browsing import Visit, wait_until
from tests.end_to_end.deck_process import DeckProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

WORD = "hunter2-hunter2-wxyz"
PASSWORD = "seven blue lanterns"  # noqa: S105 - of nobody


class FirstVisit(NamedTuple):
    """What the first account saw, and the state of its browser."""

    state: Any
    offered: int
    offered_again: int
    complaints: list[str]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("setup")


@pytest.fixture(scope="module")
def deck(folder: Path) -> Iterator[DeckProcess]:
    running = DeckProcess(
        "up", "--offline", "--port", 0, folder=folder, QUANTDECK_ACCOUNTS__MODE="users"
    )
    yield running
    running.stop()
    running.close()


def _sign_up(page: Page, name: str) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label(re.compile("^Password")).fill(PASSWORD)
    page.get_by_role("button", name="Open the account").click()
    page.get_by_role("link", name=f"Account of {name}").wait_for()


@pytest.fixture(scope="module")
def first(browser: Browser, deck: DeckProcess) -> FirstVisit:
    tab = Visit(browser)
    page, url = tab.page, f"http://127.0.0.1:{deck.port}"
    offer = page.get_by_role("region", name="Setting up")
    try:
        page.goto(f"{url}/signup#{deck.token}")
        _sign_up(page, "ann")
        offer.wait_for()
        offered = offer.count()
        offer.get_by_role("button", name="Not now").click()
        offer.wait_for(state="detached")
        page.reload()
        page.get_by_role("link", name="Account of ann").wait_for()
        return FirstVisit(tab.context.storage_state(), offered, offer.count(), tab.complaints())
    finally:
        tab.close()


@pytest.fixture
def opened(
    browser: Browser, deck: DeckProcess, first: FirstVisit
) -> Iterator[Callable[..., Visit]]:
    tabs: list[Visit] = []

    def go(path: str, *, is_known: bool = True, **how: Any) -> Visit:
        tab = Visit(browser, state=first.state if is_known else None, **how)
        tabs.append(tab)
        tab.page.goto(f"http://127.0.0.1:{deck.port}{path}")
        return tab

    yield go
    for tab in tabs:
        tab.close()


def test_first_account_is_offered_to_set_up_until_it_says_no(first: FirstVisit) -> None:
    assert (first.offered, first.offered_again) == (1, 0)
    assert first.complaints == []


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


def test_settings_fit_a_phone_are_accessible_and_tell_faults_at_the_field(
    opened: Callable[..., Visit], axe_source: str
) -> None:
    tab = opened("/settings", theme="light", small=True)
    tab.page.get_by_label("Find a setting").fill("sql.max_rows")
    line = tab.page.locator("form", has=tab.page.get_by_label("sql.max_rows"))

    line.get_by_role("textbox").fill("0")
    line.get_by_role("button", name="Save").click()
    told = line.get_by_role("alert").inner_text()
    tab.page.locator('[data-vendor="slack"]').wait_for()

    assert re.search(r"sql\.max_rows.*1", told)
    assert tab.wider_than_the_screen() == []
    assert tab.accessibility_faults(axe_source) == []


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


def test_look_follows_the_person_to_another_browser(opened: Callable[..., Visit]) -> None:
    here = opened("/settings")
    with here.page.expect_response("**/api/v1/look"):
        here.page.get_by_text("Red, green", exact=True).click()
    with here.page.expect_response("**/api/v1/look"):
        here.page.get_by_text("New York", exact=True).click()

    there = opened("/settings", is_known=False)
    there.page.get_by_label("Name").fill("ann")
    there.page.get_by_label("Password").fill(PASSWORD)
    there.page.get_by_role("button", name="Log in").click()
    there.page.locator('[data-vendor="slack"]').wait_for()

    assert there.page.locator("html").get_attribute("data-palette") == "eastern"
    assert there.page.locator(".clock__zone").inner_text() == "New York"
    assert there.complaints() == []


def test_people_are_invited_see_what_is_theirs_and_are_sent_out(
    opened: Callable[..., Visit], axe_source: str
) -> None:
    admin = opened("/users")
    admin.page.get_by_role("button", name="Invite").click()
    link = admin.page.locator(".account__once code").inner_text()
    faults = admin.accessibility_faults(axe_source)
    path = "/signup" + link.partition("/signup")[2]
    ben = opened(path, is_known=False, theme="light", small=True)
    ben.page.get_by_label("Name").wait_for()
    faults += ben.accessibility_faults(axe_source)
    _sign_up(ben.page, "ben")
    starts = ben.page.get_by_role("button", name=re.compile("^(Start|Stop) capture")).count()
    ben.page.get_by_role("link", name="Account of ben").click()
    ben.page.get_by_role("heading", name="New API token").wait_for()
    faults += ben.accessibility_faults(axe_source)
    too_wide = ben.page.evaluate("() => document.documentElement.scrollWidth > innerWidth")
    offered = ben.page.get_by_role("checkbox").count()
    admin.page.reload()
    admin.page.get_by_label("Role of ben").select_option("trader")
    admin.page.get_by_text("ben is trader now.").first.wait_for()
    admin.page.get_by_label("Sessions and tokens of ben").get_by_role("button").first.click()
    ben.page.get_by_role("button", name="Log in").wait_for()

    assert (starts, offered) == (0, 1)
    assert (faults, too_wide) == ([], False)
    assert admin.complaints() == []
    assert ben.complaints() == []


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
