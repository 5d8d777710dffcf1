"""The Technical page of a deck in demo mode, in a real browser."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.browsing import Visit, wait_until
from tests.end_to_end.real_pages import cells, shown

if TYPE_CHECKING:
    from collections.abc import Callable


PANELS = ("chart", "readings", "levels", "volatility", "regime", "signals", "board")


@pytest.fixture
def technical(open_page: Callable[..., Visit]) -> Callable[..., Visit]:
    """Return a function that opens the page."""
    return partial(open_page, "technical")


def legend(tab: Visit) -> str:
    return " ".join(tab.panel("technical.chart").locator(".chart__lines li").all_inner_texts())


def test_every_panel_has_figures(technical: Callable[..., Visit]) -> None:
    tab = technical()

    wait_until(lambda: shown(tab, "technical", *PANELS), tab.page, seconds=40.0)

    assert wait_until(lambda: tab.blank_charts() == [], tab.page)
    assert "RSI 14" in cells(tab, "technical", "readings", 1)
    assert "last close" in cells(tab, "technical", "levels", 1)
    assert tab.complaints() == []
    assert len(tab.hosts) == 1


def test_chart_draws_the_panes_that_are_chosen(technical: Callable[..., Visit]) -> None:
    tab = technical("?pane=CCI&second=Aroon&trend=Supertrend&bands=Donchian&levels=both")

    said = wait_until(lambda: "Aroon up" in legend(tab) and legend(tab), tab.page)

    assert "Supertrend 10, 3" in said
    assert "Donchian 20 upper" in said
    assert "CCI 20" in said
    assert tab.complaints() == []


def test_chart_changes_with_the_windows(technical: Callable[..., Visit]) -> None:
    tab = technical()
    wait_until(lambda: "RSI 14" in legend(tab), tab.page)

    tab.page.locator('[data-control="pace"]').get_by_text("slow", exact=True).click()

    wait_until(lambda: "RSI 28" in legend(tab), tab.page)
    assert "pace=slow" in tab.page.url


def test_chart_of_seconds_follows_the_market(technical: Callable[..., Visit]) -> None:
    tab = technical("?symbol=BINANCE-USDM:BTCUSDT&interval=1s&bars=60&second=none&trend=none")
    wait_until(lambda: "RSI 14" in legend(tab), tab.page, seconds=40.0)
    chart = tab.panel("technical.chart")
    chart.hover()
    chart.get_by_label("As a table").click()
    before = wait_until(lambda: cells(tab, "technical", "chart", 1), tab.page)[0]

    after = wait_until(
        lambda: (
            cells(tab, "technical", "chart", 1)[0] != before
            and cells(tab, "technical", "chart", 1)[0]
        ),
        tab.page,
    )

    assert after > before
    assert tab.complaints() == []


def test_chart_as_a_table_has_a_column_for_every_line(technical: Callable[..., Visit]) -> None:
    tab = technical()
    chart = tab.panel("technical.chart")

    chart.hover()
    chart.get_by_label("As a table").click()

    heads = chart.locator("thead th")
    wait_until(lambda: heads.count() > 6, tab.page)
    assert {"SMA 50", "RSI 14", "Histogram"} <= set(heads.all_inner_texts())
