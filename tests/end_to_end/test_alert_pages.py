"""Alerts on the page: the editor of rules, the toasts, and the drawer behind the bell."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.browsing import Visit, wait_until

if TYPE_CHECKING:
    from tests.end_to_end.fake_deck import FakeDeck

Open = Callable[..., Visit]
_IS_IN_THE_DRAWER = "document.activeElement.closest('.history') !== null"
RULE = "[data-panel='alerts.editor'] textarea"
STRETCHED = "abs(zscore(ETHUSDT, BTCUSDT, 1m)) > 2 for 30s"


@pytest.fixture
def editor(deck: FakeDeck, visit: Open) -> Callable[..., Visit]:
    """Return a function that opens the page of alerts, with its editor ready."""

    def go(query: str = "", **how: str | bool) -> Visit:
        tab = visit(**how)
        tab.page.goto(f"{deck.url}/alerts{query}")
        tab.page.wait_for_selector("[data-panel='alerts.editor'] textarea")
        tab.page.wait_for_selector(".rule__said p")
        return tab

    return go


def told(tab: Visit) -> list[str]:
    return tab.page.locator(".toast").all_inner_texts()


def typed(tab: Visit, text: str) -> None:
    tab.page.fill(RULE, text)


def test_fields_of_the_form_write_the_rule(deck: FakeDeck, editor: Callable[..., Visit]) -> None:
    tab = editor()
    panel = tab.panel("alerts.editor")

    panel.get_by_label("Threshold").fill("2")
    panel.get_by_label("lookback").fill("250")
    panel.get_by_role("switch", name="Without its sign").click()
    panel.get_by_text("and", exact=True).click()
    panel.get_by_label("For", exact=True).fill("30s")

    figure = "abs(zscore(ETHUSDT, BINANCE-USDM:BTCUSDT, lookback=250)) > 2"
    second = "zscore(ETHUSDT, BINANCE-USDM:BTCUSDT) > 0"
    assert tab.page.input_value(RULE) == f"{figure} and {second} for 30s"


def test_text_of_a_simple_rule_fills_the_form(editor: Callable[..., Visit]) -> None:
    tab = editor()

    typed(tab, STRETCHED)

    hold = tab.panel("alerts.editor").get_by_label("For", exact=True)
    wait_until(lambda: hold.count() and hold.input_value() == "30s", tab.page)
    assert tab.page.input_value(RULE) == STRETCHED


def test_text_that_says_more_than_the_form_is_called_written_by_hand(
    editor: Callable[..., Visit],
) -> None:
    tab = editor()

    typed(tab, "last(BTCUSDT) > last(ETHUSDT) * 20")

    tab.page.get_by_text("Written by hand.").wait_for()


def test_word_that_cannot_be_read_is_underlined_with_its_reason(
    editor: Callable[..., Visit],
) -> None:
    tab = editor()

    typed(tab, "abs(zscor(A, B)) > 2")

    tab.page.get_by_text("there is no figure 'zscor'; did you mean zscore?").wait_for()
    assert tab.page.locator(".rule__mirror mark").inner_text() == "zscor"
    assert tab.page.get_by_role("button", name="Save the rule").is_disabled()


def test_dry_run_says_how_often_and_when_it_would_have_fired(
    deck: FakeDeck, editor: Callable[..., Visit]
) -> None:
    tab = editor()
    panel = tab.panel("alerts.editor")

    panel.get_by_text("24h", exact=True).click()
    panel.get_by_role("button", name="Test on the last").click()

    panel.get_by_text("would have fired 7 times in the last 24h").wait_for()
    assert panel.locator(".dry-run__times li").count() == 7


def test_new_rule_is_saved_with_its_channels(deck: FakeDeck, editor: Callable[..., Visit]) -> None:
    tab = editor()
    panel = tab.panel("alerts.editor")

    typed(tab, STRETCHED)
    panel.get_by_label("Name").fill("Far apart")
    panel.get_by_label("desk").check()
    panel.get_by_role("button", name="Save the rule").click()

    tab.page.get_by_text("The rule is saved.").wait_for()
    body = {"name": "Far apart", "text": STRETCHED, "channels": ["desk"]}
    assert deck.api.sent[-1] == ("POST", "/api/v1/alerts/rules", body)


def test_rule_of_the_table_is_changed_in_the_editor(
    deck: FakeDeck, editor: Callable[..., Visit]
) -> None:
    tab = editor()
    panel = tab.panel("alerts.editor")

    tab.panel("alerts.rules").get_by_role("button", name="Edit").first.click()
    wait_until(lambda: tab.page.input_value(RULE) == STRETCHED, tab.page)
    save = panel.get_by_role("button", name="Save the changes")
    wait_until(save.is_enabled, tab.page)
    panel.get_by_label("Cool-down").fill("5m")
    wait_until(save.is_enabled, tab.page)
    save.click()

    tab.page.wait_for_url(f"{deck.url}/alerts")
    body = {"name": "Stretched", "text": f"{STRETCHED} cooldown 5m", "channels": ["desk"]}
    assert deck.api.sent[-1] == ("PUT", "/api/v1/alerts/rules/r1", body)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_editor_has_no_accessibility_fault(
    editor: Callable[..., Visit], axe_source: str, theme: str
) -> None:
    tab = editor(theme=theme)
    typed(tab, "abs(zscor(A, B)) > 2")
    tab.page.locator(".rule__mirror mark").wait_for()

    assert tab.accessibility_faults(axe_source) == []


def test_editor_on_a_small_screen_does_not_scroll_sideways(editor: Callable[..., Visit]) -> None:
    tab = editor(small=True)

    assert tab.wider_than_the_screen() == []


def test_alert_is_told_once_whatever_tabs_and_reloads_there_are(
    deck: FakeDeck, visit: Open
) -> None:
    deck.api.fire("Old", "It fired before the page was opened.")
    tab = visit().go(f"{deck.url}/", panel="dashboard.symbols")
    bell = tab.page.locator(".bell")
    wait_until(lambda: bell.inner_text() == "1", tab.page)
    other = tab.context.new_page()
    other.goto(f"{deck.url}/")
    other.wait_for_selector(".bell__count")

    deck.api.fire("Stretched", "z is 2.3, above 2")

    first, second = tab.page.locator(".toast"), other.locator(".toast")
    wait_until(lambda: first.count() + second.count() == 1, tab.page)
    wait_until(lambda: bell.inner_text() == "2", tab.page)
    other.close()
    tab.page.reload()
    tab.wait_for("dashboard.symbols")
    wait_until(lambda: bell.inner_text() == "2", tab.page)
    deck.api.fire("Stretched", "z is 2.9, above 2")
    wait_until(lambda: told(tab) == ["Stretched: z is 2.9, above 2"], tab.page)


def test_muted_alert_is_listed_and_not_told(deck: FakeDeck, visit: Open) -> None:
    tab = visit().go(f"{deck.url}/", panel="dashboard.symbols")
    bell = tab.page.locator(".bell")

    deck.api.fire("Quiet", "Nobody is told.", muted=True)

    wait_until(lambda: bell.inner_text() == "1", tab.page)
    bell.click()
    tab.page.get_by_role("dialog").get_by_text("Quiet: Nobody is told.").wait_for()
    assert told(tab) == []


def test_alert_of_a_deck_that_was_away_is_told_when_it_is_back(deck: FakeDeck, visit: Open) -> None:
    deck.api.fire("Older", "listed when the page opens")
    tab = visit().go(f"{deck.url}/", panel="dashboard.symbols")
    wait_until(lambda: tab.page.locator(".bell").inner_text() == "1", tab.page)
    deck.api.fire("First", "before")
    wait_until(lambda: told(tab) == ["First: before"], tab.page)

    deck.stop()
    tab.page.wait_for_selector(".banner")
    deck.api.fire("Second", "while away")
    deck.start()

    wait_until(lambda: "Second: while away" in told(tab), tab.page)
    assert told(tab).count("First: before") <= 1


def test_drawer_marks_as_read_and_clears(deck: FakeDeck, visit: Open) -> None:
    tab = visit().go(f"{deck.url}/", panel="dashboard.symbols")
    deck.api.fire("A", "one")
    deck.api.fire("B", "two")
    bell = tab.page.locator(".bell")
    wait_until(lambda: bell.inner_text() == "2", tab.page)

    bell.click()
    drawer = tab.page.locator(".history")
    drawer.get_by_role("button", name="Mark all as read").click()
    wait_until(lambda: bell.locator(".bell__count").count() == 0, tab.page)
    drawer.get_by_role("button", name="Clear all").click()
    tab.page.locator(".confirm__answers").get_by_role("button", name="Clear all").click()

    drawer.get_by_text("No alert has fired.").wait_for()
    assert [call[:2] for call in deck.api.sent] == [
        ("POST", "/api/v1/alerts/read"),
        ("DELETE", "/api/v1/alerts"),
    ]


def test_drawer_by_keyboard_walks_reads_and_closes(deck: FakeDeck, visit: Open) -> None:
    tab = visit().go(f"{deck.url}/", panel="dashboard.symbols")
    deck.api.fire("A", "one")
    deck.api.fire("B", "two")
    bell = tab.page.locator(".bell")
    wait_until(lambda: bell.inner_text() == "2", tab.page)
    keyboard = tab.page.keyboard

    bell.focus()
    keyboard.press("n")
    tab.page.locator(".history").wait_for()
    wait_until(lambda: tab.page.evaluate(_IS_IN_THE_DRAWER), tab.page)
    keyboard.press("ArrowDown")
    keyboard.press("ArrowDown")
    assert "A: one" in tab.page.evaluate("document.activeElement.innerText")
    keyboard.press("Enter")
    wait_until(lambda: bell.inner_text() == "1", tab.page)
    keyboard.press("Escape")

    tab.page.locator(".history").wait_for(state="detached")
    assert tab.page.evaluate("document.activeElement.className").startswith("icon-button bell")


def test_drawer_has_no_accessibility_fault(deck: FakeDeck, visit: Open, axe_source: str) -> None:
    tab = visit(theme="light").go(f"{deck.url}/", panel="dashboard.symbols")
    deck.api.fire("A", "one")
    wait_until(lambda: tab.page.locator(".bell").inner_text() == "1", tab.page)
    tab.page.locator(".bell").click()
    tab.page.locator(".history li").first.wait_for()

    assert tab.accessibility_faults(axe_source) == []
