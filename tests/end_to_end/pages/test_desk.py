"""Scan, backtest, alerts and uploads of a deck in demo mode, in a real browser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.end_to_end.browsing import Visit, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PAGES = ("scan", "backtest", "alerts", "exports")
RULE = "[data-panel='alerts.editor'] textarea"


def cells(tab: Visit, panel: str, column: int) -> list[str]:
    selector = f'[data-panel="{panel}"] tbody td:nth-child({column})'
    return tab.page.locator(selector).all_inner_texts()


def shown(tab: Visit, *panels: str) -> bool:
    return all(tab.panel(panel).get_attribute("data-state") == "demo" for panel in panels)


def test_scan_ranks_pairs_and_leads_to_the_study_of_one(open_page: Callable[..., Visit]) -> None:
    tab = open_page("scan")
    rows = tab.panel("scan.pairs").locator("tbody tr")
    wait_until(lambda: rows.count() > 3, tab.page, seconds=40)
    wait_until(lambda: shown(tab, "scan.correlation", "scan.lead"), tab.page, seconds=40)
    y, x = (rows.first.locator("td").nth(n).inner_text() for n in (1, 2))

    rows.first.get_by_role("link", name="Open").click()

    tab.page.wait_for_url(re.compile(r"/pairs\?"))
    assert y.split()[0] in tab.page.url
    assert x.split()[0] in tab.page.url
    assert tab.complaints() == []


def test_backtest_runs_from_its_form_and_marks_its_trades(open_page: Callable[..., Visit]) -> None:
    tab = open_page("backtest")
    tab.page.wait_for_selector("[data-control=y] input[value*=USDT]")
    form = tab.panel("backtest.form")
    # The demo shows runs of its own once it has the history; the one of here is known by its entry.
    runs = tab.panel("backtest.runs")
    wait_until(lambda: "entry 2" in runs.inner_text(), tab.page, seconds=60)

    form.get_by_label("Entry", exact=True).fill("1.5")
    form.get_by_role("button", name="Run backtest").click()

    wait_until(lambda: "entry 1.5" in runs.inner_text(), tab.page, seconds=60)
    wait_until(lambda: shown(tab, "backtest.equity", "backtest.zscore"), tab.page, seconds=60)
    wait_until(lambda: cells(tab, "backtest.trades", 1), tab.page)
    label = tab.panel("backtest.zscore").locator("[role=img]").get_attribute("aria-label")
    assert re.search(r"\d+ events; the table names them", label)
    wait_until(lambda: cells(tab, "backtest.runs", 4)[:1] == ["demo"], tab.page)
    assert tab.complaints() == []


def test_backtest_with_an_exit_beyond_its_entry_is_refused_under_the_field(
    open_page: Callable[..., Visit],
) -> None:
    tab = open_page("backtest")
    tab.page.wait_for_selector("[data-control=y] input[value*=USDT]")
    form = tab.panel("backtest.form")

    form.get_by_label("Exit", exact=True).fill("5")
    form.get_by_role("button", name="Run backtest").click()

    wait_until(lambda: form.locator(".field__fault").count() == 1, tab.page, seconds=40)


def test_alert_written_on_the_page_fires_is_told_once_and_listed(
    open_page: Callable[..., Visit],
) -> None:
    tab = open_page("alerts")
    panel = tab.panel("alerts.editor")

    tab.page.fill(RULE, "last(BTCUSDT) > 1 cooldown 1h")
    panel.get_by_label("Name", exact=True).fill("Bitcoin has a price")
    panel.get_by_role("button", name="Save the rule").click()

    toast = tab.page.locator(".toast").filter(has_text="Bitcoin has a price: ")
    wait_until(lambda: toast.count() == 1, tab.page, seconds=40)
    wait_until(lambda: "Bitcoin has a price" in cells(tab, "alerts.history", 2), tab.page)
    tab.page.reload()
    tab.page.locator(".bell__count").wait_for()
    tab.page.keyboard.press("n")
    tab.page.locator(".history").get_by_text("Bitcoin has a price").wait_for()
    assert toast.count() == 0
    assert tab.complaints() == []


def test_rule_is_muted_and_deleted_and_what_fired_is_cleared(
    open_page: Callable[..., Visit],
) -> None:
    tab = open_page("alerts")
    tab.page.fill(RULE, "last(BTCUSDT) > 2")
    tab.panel("alerts.editor").get_by_label("Name", exact=True).fill("To be deleted")
    tab.page.get_by_role("button", name="Save the rule").click()
    row = tab.panel("alerts.rules").locator("tr").filter(has_text="To be deleted")
    wait_until(lambda: "To be deleted" in cells(tab, "alerts.history", 2), tab.page, seconds=40)

    row.get_by_role("button", name="Mute 1 h").click()
    tab.page.get_by_text(re.compile("^Muted until ")).first.wait_for()
    row.get_by_role("button", name="Delete").click()
    answers = tab.page.locator(".confirm__answers")
    answers.get_by_role("button", name="Delete").click()
    row.wait_for(state="detached")
    tab.page.keyboard.press("n")
    tab.page.locator(".history").get_by_role("button", name="Clear all").click()
    answers.get_by_role("button", name="Clear all").click()

    wait_until(lambda: "To be deleted" not in cells(tab, "alerts.history", 2), tab.page)
    assert tab.complaints() == []


def test_rule_that_cannot_be_read_points_at_its_word(open_page: Callable[..., Visit]) -> None:
    tab = open_page("alerts")

    tab.page.fill(RULE, "zscor(ETHUSDT, BTCUSDT) > 2")

    tab.page.get_by_text("did you mean zscore?").wait_for()
    assert tab.page.locator(".rule__mirror mark").inner_text() == "zscor"


def test_uploaded_file_is_counted_and_its_symbol_can_be_chosen(
    open_page: Callable[..., Visit], tmp_path: Path
) -> None:
    tab = open_page("exports")
    panel = tab.panel("exports.upload")
    file = tmp_path / "mine.csv"
    rows = [f"2026-01-02T00:00:{n:02d}Z,MINEUSD,{100 + n},1" for n in range(30)]
    file.write_text("\n".join(["ts,symbol,price,size", *rows]) + "\n")

    panel.locator("input[type=file]").set_input_files(file)
    panel.get_by_role("button", name="Upload").click()
    wait_until(lambda: "30" in panel.locator(".form__said").inner_text(), tab.page, seconds=40)
    tab.page.locator(".nav").get_by_text("Pairs", exact=True).click()
    picker = tab.page.locator("[data-control=y] input[type=text], [data-control=y] input").first
    picker.click()

    tab.page.get_by_role("option", name=re.compile("MINEUSD")).wait_for()
