"""The whole deck: simulated venue, capture, analytics, stream and page in a real browser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.end_to_end.browsing import Visit, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.end_to_end.real_pages import RealPages

PAGES = ("dashboard", "pairs", "scan", "exports")
VALUE = '[data-panel="dashboard.symbols"] .kpi__value >> nth=0'


def test_link_of_the_terminal_opens_the_deck_and_drops_its_token(
    open_page: Callable[..., Visit], real_pages: RealPages
) -> None:
    open_page("dashboard")

    assert real_pages.landed == f"{real_pages.url}/dashboard"


def test_address_without_a_session_says_where_the_link_is(
    browser: Browser, real_pages: RealPages
) -> None:
    tab = Visit(browser)
    try:
        answer = tab.page.goto(real_pages.url)

        assert answer is not None
        assert answer.status == 401
        assert "terminal" in tab.page.inner_text("body")
    finally:
        tab.close()


def test_dashboard_of_the_demo_moves_cleanly(open_page: Callable[..., Visit]) -> None:
    tab = open_page("dashboard")

    first = tab.page.inner_text(VALUE)

    assert wait_until(lambda: tab.page.inner_text(VALUE) != first, tab.page)
    assert wait_until(lambda: tab.blank_charts() == [], tab.page)
    assert tab.page.inner_text(".badge") == "DEMO"
    assert tab.complaints() == []
    assert len(tab.hosts) == 1


def test_pairs_of_the_demo_draw_every_chart(open_page: Callable[..., Visit]) -> None:
    tab = open_page("pairs")

    def drawn() -> bool:
        return set(tab.colours()) >= {"pairs.spread", "pairs.zscore", "pairs.y", "pairs.x"}

    assert wait_until(drawn, tab.page, seconds=60)
    assert wait_until(lambda: tab.blank_charts() == [], tab.page)
    assert "cointegrated at 5 %" in tab.panel("pairs.stats").inner_text()
    assert tab.complaints() == []


def test_pairs_when_the_timeframe_changes_answer_the_new_question(
    open_page: Callable[..., Visit],
) -> None:
    tab = open_page("pairs")
    rows = tab.panel("pairs.stats").locator(".stat:has-text('Half-life')")
    wait_until(lambda: "bars of 1s" in rows.inner_text(), tab.page, seconds=60)

    tab.page.get_by_text("tick", exact=True).click()

    tab.page.wait_for_url(re.compile("timeframe=tick"))
    assert wait_until(lambda: "bars of 1s" not in rows.inner_text(), tab.page)


def test_pairs_when_another_estimator_is_chosen_name_it(open_page: Callable[..., Visit]) -> None:
    tab = open_page("pairs")
    ratio = tab.panel("pairs.stats").locator(".stat:has-text('Hedge ratio')")
    wait_until(lambda: "standard error" in ratio.inner_text(), tab.page, seconds=60)

    tab.page.get_by_label("Estimator").first.click()
    tab.page.get_by_role("option", name="huber").click()

    tab.page.wait_for_url(re.compile("estimator=huber"))
    assert wait_until(lambda: "Huber" in ratio.inner_text(), tab.page)
    table = tab.panel("pairs.estimators")
    assert wait_until(lambda: "chosen; judged by least squares" in table.inner_text(), tab.page)


def test_csv_of_the_spread_has_its_columns(open_page: Callable[..., Visit], tmp_path: Path) -> None:
    tab = open_page("pairs")
    panel = tab.panel("pairs.spread")
    # Drawn only once there is a spread: before, the file has no more columns than the panel lines.
    panel.locator("canvas").wait_for()
    panel.hover()

    with tab.page.expect_download() as download:
        panel.get_by_text("CSV").click()
    download.value.save_as(tmp_path / "spread.csv")

    assert download.value.suggested_filename.startswith("demo-pairs.spread-")
    header = (tmp_path / "spread.csv").read_text().splitlines()[0]
    assert {"spread", "mean"} <= set(header.split(","))


def test_exports_give_the_ticks_of_the_tape(
    open_page: Callable[..., Visit], tmp_path: Path
) -> None:
    tab = open_page("exports")
    link = tab.panel("exports.coverage").locator("a:has-text('CSV')[href*='ticks']").first
    link.wait_for()

    with tab.page.expect_download() as download:
        link.click()
    download.value.save_as(tmp_path / "ticks.csv")

    assert len((tmp_path / "ticks.csv").read_text().splitlines()) > 1


def test_capture_stops_and_starts_from_the_header(open_page: Callable[..., Visit]) -> None:
    tab = open_page("dashboard")

    tab.page.get_by_role("button", name="Stop capture").click()
    start = tab.page.get_by_role("button", name="Start capture")
    start.wait_for()
    start.click()

    tab.page.get_by_role("button", name="Stop capture").wait_for()
    still = tab.page.inner_text(VALUE)
    assert wait_until(lambda: tab.page.inner_text(VALUE) != still, tab.page, seconds=30)
    assert tab.complaints() == []


def test_exports_of_the_demo_keep_downloads_in_sight_on_a_small_screen(
    open_page: Callable[..., Visit],
) -> None:
    tab = open_page("exports", small=True)
    for panel in ("exports.coverage", "exports.bars"):
        link: Any = tab.panel(panel).locator("a:has-text('JSON')").first
        link.wait_for()

        box = link.bounding_box()

        assert box["x"] + box["width"] <= 390


def test_times_of_exports_carry_their_date(open_page: Callable[..., Visit]) -> None:
    tab = open_page("exports")
    cells = tab.panel("exports.coverage").locator("tbody tr").first.locator("td")

    def dated() -> list[str]:
        return [
            text for text in cells.all_inner_texts() if re.search(r"\d{4} \d\d:\d\d:\d\d", text)
        ]

    assert len(wait_until(dated, tab.page)) == 2
