"""The Risk and Portfolio pages of a deck in demo mode, and a tear sheet from a file, in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quantdeck.analytics.risk import study_risk
from quantdeck.hub.tear_sheets import sheet_of
from quantdeck.model.errors import StoreError
from quantdeck.model.feed import Delay
from quantdeck.views import portfolio_page, risk_panels
from tests.end_to_end.browsing import Visit, wait_until
from tests.end_to_end.real_pages import shown
from tests.hub.price_books import price_series, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

PANELS = {
    "risk": [panel.id.removeprefix("risk.") for panel in risk_panels.PANELS],
    "portfolio": [panel.id.removeprefix("portfolio.") for panel in portfolio_page.PANELS],
}


@pytest.mark.parametrize("page", PANELS)
def test_every_panel_has_figures(open_page: Callable[..., Visit], page: str) -> None:
    tab = open_page(page)

    wait_until(lambda: shown(tab, page, *PANELS[page]), tab.page, seconds=40.0)

    assert wait_until(lambda: tab.blank_charts() == [], tab.page)
    assert tab.complaints() == []
    assert len(tab.hosts) == 1


def test_figures_change_with_the_confidence(open_page: Callable[..., Visit]) -> None:
    tab = open_page("risk", "?symbol=BINANCE-USDM:BTCUSDT&benchmark=none")
    card = tab.page.locator('[data-kpi="value_at_risk"]')
    wait_until(lambda: "5 bars in 100" in card.inner_text(), tab.page, seconds=40.0)

    tab.page.locator('[data-control="confidence"]').get_by_text("99 %", exact=True).click()

    wait_until(lambda: "1 bars in 100" in card.inner_text(), tab.page)
    assert tab.complaints() == []


def test_holdings_are_typed_and_asked_for_at_enter(open_page: Callable[..., Visit]) -> None:
    tab = open_page("portfolio")
    wait_until(lambda: shown(tab, "portfolio", "attribution"), tab.page, seconds=40.0)

    line = tab.page.get_by_label("Holdings")
    line.fill("BTCUSDT=75%, ETHUSDT=0.25")
    line.press("Enter")

    cells = tab.page.locator('[data-panel="portfolio.risk"] tbody td:nth-child(2)')
    wait_until(lambda: sorted(cells.all_inner_texts()) == ["100.0%", "25.0%", "75.0%"], tab.page)
    assert "weights=BTCUSDT" in tab.page.url


def test_holdings_that_are_none_say_what_is_wrong(open_page: Callable[..., Visit]) -> None:
    tab = open_page("portfolio")
    wait_until(lambda: shown(tab, "portfolio", "summary"), tab.page, seconds=40.0)

    line = tab.page.get_by_label("Holdings")
    line.fill("BTCUSDT=most")
    line.press("Enter")

    summary = tab.panel("portfolio.summary")
    wait_until(lambda: "which is no number" in summary.inner_text(), tab.page)


@pytest.fixture(scope="module")
def sheet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tear sheet on disk."""
    stock = price_series("US:AAPL", walk(900, seed=3), calendar="XNYS", delay=Delay.SIMULATED)
    market = price_series("US:SPY", walk(900, seed=4), calendar="XNYS")
    file = tmp_path_factory.mktemp("sheet") / "sheet.html"
    try:
        made = sheet_of(study_risk(stock, market), version="1", made_ns=1_763_640_000_000_000_000)
    except StoreError as error:
        pytest.skip(str(error))
    file.write_text(made.html, encoding="utf-8")
    return file


@pytest.fixture
def offline(browser: Browser, sheet: Path) -> Iterator[Page]:
    """Yield the tear sheet opened from its file, without a network."""
    context = browser.new_context(offline=True, viewport={"width": 1000, "height": 900})
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    page.goto(sheet.as_uri())
    yield page
    context.close()
    assert faults == []


def test_tear_sheet_draws_its_charts_from_a_file(offline: Page) -> None:
    assert offline.locator("figure svg path.s0").count() == 7
    assert offline.locator("svg .mark").count() > 10
    assert "SIMULATED DATA" in offline.locator("header").inner_text()


def test_tear_sheet_says_what_is_pointed_at(offline: Page) -> None:
    chart = offline.locator('figure[data-chart="wealth"]')
    before = chart.locator("output").inner_text()

    chart.locator("svg").hover(position={"x": 300, "y": 100})

    said = chart.locator("output").inner_text()
    assert said != before
    assert "AAPL" in said
    assert "SPY" in said


def test_tear_sheet_zooms_all_charts_of_time_and_back(offline: Page) -> None:
    chart = offline.locator('figure[data-chart="wealth"] svg')
    other = offline.locator('figure[data-chart="underwater"] svg')
    whole = other.inner_html()
    box = chart.bounding_box()
    assert box is not None

    offline.mouse.move(box["x"] + 300, box["y"] + 100)
    offline.mouse.down()
    offline.mouse.move(box["x"] + 600, box["y"] + 100, steps=4)
    offline.mouse.up()

    assert other.inner_html() != whole
    offline.get_by_role("button", name="Reset zoom").first.click()
    assert other.inner_html() == whole


def test_tear_sheet_hides_a_line_that_is_toggled(offline: Page) -> None:
    chart = offline.locator('figure[data-chart="wealth"]')

    chart.get_by_role("button", name="SPY").click()

    assert chart.locator("svg path.s1").count() == 0
    assert chart.locator("svg path.s0").count() == 1


def test_tear_sheet_is_accessible_and_fits_a_phone(
    browser: Browser, sheet: Path, axe_source: str
) -> None:
    context = browser.new_context(bypass_csp=True, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(sheet.as_uri())
    try:
        page.add_script_tag(content=axe_source)
        found = page.evaluate("() => axe.run(document, { resultTypes: ['violations'] })")
        width = page.evaluate("document.documentElement.scrollWidth")
    finally:
        context.close()

    assert [each["id"] for each in found["violations"]] == []
    assert width == 390
