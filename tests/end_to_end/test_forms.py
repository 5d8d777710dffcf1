"""What is used rather than read: forms, files, actions, and how the page waits for what it asked."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.end_to_end.browsing import Visit, wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.fake_deck import FakeDeck

Open = Callable[..., Visit]
_DROP = """(zone, [name, text]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name, { type: "text/csv" }));
  for (const kind of ["dragover", "drop"]) {
    zone.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
  }
}"""
_CSV = "ts,symbol,price,size\n2026-01-01T00:00:00Z,A,{},2\n"


@pytest.fixture
def tools(deck: FakeDeck, visit: Open) -> Callable[..., Visit]:
    """Return a function that opens the page of forms."""

    def go(query: str = "", **how: Any) -> Visit:
        tab = visit(**how).go(f"{deck.url}/tools{query}", panel="tools.runs")
        # The symbols come with the status, after the page.
        tab.page.wait_for_selector("[data-control=x] input[value*=USDT]")
        return tab

    return go


def toasts(tab: Visit) -> list[str]:
    return tab.page.locator(".toast").all_inner_texts()


def test_form_sends_figures_choices_and_what_the_page_has_chosen(
    deck: FakeDeck, tools: Callable[..., Visit]
) -> None:
    tab = tools("?lookback=250")
    form = tab.panel("tools.form")

    form.get_by_label("Entry").fill("2.5")
    form.get_by_text("long", exact=True).click()
    form.get_by_role("button", name="Run").click()

    form.get_by_text("12 trades with entry 2.5.").wait_for()
    assert toasts(tab) == ["12 trades with entry 2.5."]
    assert deck.api.sent == [
        (
            "POST",
            "/api/v1/fake/runs",
            {
                "x": "BINANCE-USDM:BTCUSDT", "lookback": 250, "mode": "long", "sizing": "equal",
                "y": "BINANCE-USDM:BTCUSDT", "entry": 2.5, "exit": 0.5, "window": 60,
                "funding": True,
            },
        )
    ]  # fmt: skip
    assert tab.complaints() == []


def test_form_says_under_its_field_what_the_deck_refused(
    deck: FakeDeck, tools: Callable[..., Visit]
) -> None:
    tab = tools()
    form = tab.panel("tools.form")
    entry = form.get_by_label("Entry")

    entry.fill("0.25")
    entry.press("Control+Enter")

    form.locator("[data-field=entry]").get_by_text("entry must be above exit").wait_for()
    assert entry.get_attribute("aria-invalid") == "true"
    assert toasts(tab) == ["entry must be above exit"]


def test_form_with_a_wrong_figure_is_not_sent(deck: FakeDeck, tools: Callable[..., Visit]) -> None:
    tab = tools()
    form = tab.panel("tools.form")

    form.get_by_label("Window").fill("10")
    form.get_by_label("Window").press("Enter")

    form.locator("[data-field=window]").get_by_text("Window is 20 to 5000").wait_for()
    assert tab.page.evaluate("document.activeElement.id") == "tools-form-window"
    assert deck.api.sent == []


def test_action_that_asks_first_is_done_after_the_answer(
    deck: FakeDeck, tools: Callable[..., Visit]
) -> None:
    tab = tools()
    rows = tab.panel("tools.runs").locator("tbody tr")

    rows.first.get_by_role("button", name="Delete").click()
    dialog = tab.page.get_by_role("dialog")
    dialog.get_by_text("Delete the run run 1?").wait_for()
    dialog.get_by_role("button", name="Cancel").click()
    rows.nth(1).get_by_role("button", name="Delete").click()
    dialog.get_by_role("button", name="Delete").click()

    tab.page.get_by_text("run 2 is deleted.").wait_for()
    assert deck.api.sent == [("DELETE", "/api/v1/fake/runs/run-2", None)]


def test_actions_and_links_go_to_views_and_never_to_another_host(
    tools: Callable[..., Visit],
) -> None:
    tab = tools()
    runs = tab.panel("tools.runs")

    runs.locator("tbody tr").first.get_by_role("button", name="Show").click()
    tab.page.wait_for_url(re.compile(r"/tools\?run=run-1$"))
    assert runs.get_by_role("link", name="CSV").count() == 0
    assert runs.get_by_text("https://elsewhere.example/x").count() == 2
    runs.get_by_role("link", name="Open").first.click()

    tab.page.wait_for_url(re.compile(r"/pairs\?window=30$"))
    assert len(tab.hosts) == 1


def test_file_that_is_dropped_is_sent_as_it_is(deck: FakeDeck, tools: Callable[..., Visit]) -> None:
    tab = tools()
    panel = tab.panel("tools.upload")
    deck.api.hold_uploads = True

    panel.locator(".drop").evaluate(_DROP, ["trades.csv", _CSV.format(1)])
    panel.get_by_text("trades.csv").wait_for()
    panel.get_by_role("button", name="Upload").click()
    panel.get_by_role("progressbar").wait_for()
    deck.api.hold_uploads = False

    panel.get_by_text("2 trades read: 2 new, 0 already there.").wait_for()
    sent = ("POST", "/api/v1/uploads?venue=UPLOAD&partial=false", "text/csv")
    assert deck.api.sent == [sent]
    assert panel.get_by_text("Drop a file here, or press to choose one.").is_visible()


def test_file_with_wrong_lines_names_them(tools: Callable[..., Visit], tmp_path: Path) -> None:
    tab = tools()
    panel = tab.panel("tools.upload")
    file = tmp_path / "wrong.csv"
    file.write_text(_CSV.format(-1))

    panel.locator("input[type=file]").set_input_files(file)
    panel.get_by_role("button", name="Upload").click()

    panel.get_by_text("1 of 2 lines cannot be used; nothing was taken").wait_for()
    assert panel.locator("tbody td").all_inner_texts() == ["3", "price", "-1", "must be above 0"]


def test_upload_without_a_file_asks_for_one(tools: Callable[..., Visit]) -> None:
    tab = tools()
    panel = tab.panel("tools.upload")

    panel.get_by_role("button", name="Upload").click()

    panel.get_by_text("Choose a file first.").wait_for()


def test_view_under_another_stands_in_its_group_and_can_be_folded_by_keys(
    deck: FakeDeck, visit: Open
) -> None:
    tab = visit().go(f"{deck.url}/pairs", panel="pairs.zscore")
    tools = tab.page.locator(".nav__under").get_by_text("Tools")
    assert tools.is_visible()

    tab.page.locator(".nav__head .nav__item").focus()
    tab.page.keyboard.press("ArrowLeft")
    wait_until(lambda: not tools.is_visible(), tab.page)
    tab.page.reload()
    tab.wait_for("pairs.zscore")
    assert not tools.is_visible()
    tab.page.get_by_role("button", name="Views under Pairs").click()
    tools.click()

    tab.page.wait_for_url(re.compile("/tools$"))
    tab.page.keyboard.press("g")
    tab.page.keyboard.press("p")
    tab.page.wait_for_url(re.compile("/pairs$"))


def test_panel_keeps_its_old_figures_until_others_come(deck: FakeDeck, visit: Open) -> None:
    tab = visit().go(f"{deck.url}/pairs", panel="pairs.stats")
    panel = tab.panel("pairs.stats")
    deck.mute = {"pairs.stats"}

    tab.page.get_by_text("1m", exact=True).click()

    wait_until(lambda: panel.get_attribute("aria-busy") == "true", tab.page)
    assert panel.locator(".stat").count() == 4
    deck.mute = set()
    wait_until(lambda: panel.get_attribute("aria-busy") is None, tab.page)
    assert panel.get_attribute("data-state") == "demo"


def test_events_stand_on_charts_and_in_their_tables(tools: Callable[..., Visit]) -> None:
    tab = tools()
    for name in ("tools.z", "tools.price"):
        panel = tab.panel(name)
        panel.scroll_into_view_if_needed()
        label = panel.locator("[role=img]").get_attribute("aria-label")
        panel.hover()
        panel.get_by_label("As a table").click()

        assert "4 events; the table names them." in label
        assert panel.get_by_text("Stopped: -31.00").count() == 1


def test_event_is_told_to_who_points_at_it(tools: Callable[..., Visit]) -> None:
    tab = tools()
    panel = tab.panel("tools.z")
    over: Any = panel.locator(".u-over")
    over.scroll_into_view_if_needed()
    box = over.bounding_box()

    over.hover(position={"x": box["width"] * 60 / 239, "y": 60})

    panel.locator(".chart__readout").get_by_text("Sold 1.5 ETHUSDT at z 2.1").wait_for()


def test_heat_map_of_names_says_them_and_has_no_third_dimension(
    tools: Callable[..., Visit],
) -> None:
    tab = tools()
    panel = tab.panel("tools.names")
    canvas: Any = panel.locator("canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()

    canvas.hover(position={"x": box["width"] * 0.2, "y": 20})
    said = panel.locator(".chart__readout").inner_text()
    panel.hover()
    panel.get_by_label("As a table").click()

    assert said == "BTCUSDT · BTCUSDT · Correlation +1.00"
    assert panel.get_by_text("3D").count() == 0
    assert tab.panel("tools.sweep").get_by_text("3D").count() == 1
    assert panel.locator("tbody tr").nth(1).locator("td").all_inner_texts()[:3] == [
        "BTCUSDT", "ETHUSDT", "+0.43",
    ]  # fmt: skip


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_forms_have_no_accessibility_fault(
    tools: Callable[..., Visit], axe_source: str, theme: str
) -> None:
    tab = tools(theme=theme)
    tab.panel("tools.form").get_by_label("Window").fill("10")
    tab.panel("tools.form").get_by_role("button", name="Run").click()
    tab.panel("tools.form").locator(".field__fault").wait_for()

    assert tab.accessibility_faults(axe_source) == []


def test_forms_on_a_small_screen_do_not_scroll_sideways(tools: Callable[..., Visit]) -> None:
    tab = tools(small=True)

    assert tab.wider_than_the_screen() == []
    assert tab.page.evaluate("document.documentElement.scrollWidth") == 390
