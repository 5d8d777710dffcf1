"""The Options page of a deck in demo mode, in a real browser."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.browsing import Visit, wait_until
from tests.end_to_end.real_pages import cells, shown

if TYPE_CHECKING:
    from collections.abc import Callable


PANELS = (
    "summary",
    "smile",
    "desk",
    "surface",
    "term",
    "skew",
    "chain",
    "greeks",
    "interest",
    "gamma",
    "expiries",
)


@pytest.fixture
def options(open_page: Callable[..., Visit]) -> Callable[..., Visit]:
    """Return a function that opens the page."""
    return partial(open_page, "options")


def smile(tab: Visit) -> str:
    return tab.panel("options.smile").get_by_role("img").first.get_attribute("aria-label") or ""


def test_every_panel_has_figures_and_no_expiry_has_arbitrage(
    options: Callable[..., Visit],
) -> None:
    tab = options()

    wait_until(lambda: shown(tab, "options", *PANELS), tab.page, seconds=60.0)

    # An expiry that could not be fitted says nothing of arbitrage.
    arbitrage = cells(tab, "options", "expiries", 15)
    assert set(arbitrage) <= {"none", ""}
    assert arbitrage.count("none") > 20
    assert "SVI fit" in smile(tab)
    assert wait_until(lambda: tab.blank_charts() == [], tab.page)
    assert tab.complaints() == []
    assert len(tab.hosts) == 1


def test_chain_has_strikes_in_the_middle(options: Callable[..., Visit]) -> None:
    tab = options()
    wait_until(lambda: len(cells(tab, "options", "chain", 12)) == 20, tab.page)

    strikes = [float(text.replace(",", "")) for text in cells(tab, "options", "chain", 12)]
    call_deltas = [float(text) for text in cells(tab, "options", "chain", 6)]

    assert strikes == sorted(strikes)
    assert all(0.0 < delta < 1.0 for delta in call_deltas)


def test_american_underlying_is_asked_for_when_it_is_chosen(options: Callable[..., Visit]) -> None:
    pytest.importorskip("QuantLib")
    tab = options("?underlying=SPY&axis=delta")

    wait_until(lambda: set(cells(tab, "options", "expiries", 1)) == {"SPY"}, tab.page, seconds=60.0)
    wait_until(lambda: shown(tab, "options", "smile", "surface"), tab.page, seconds=60.0)

    detail = tab.panel("options.desk").inner_text()
    assert "yield" in detail


def test_axis_of_strikes_is_kept_in_the_address(options: Callable[..., Visit]) -> None:
    tab = options("?axis=deviations&price=ask")
    wait_until(lambda: shown(tab, "options", "smile"), tab.page)

    tab.page.locator(".controls").first.get_by_text("bid", exact=True).click()

    wait_until(lambda: "price=bid" in tab.page.url, tab.page)
    assert "axis=deviations" in tab.page.url


def test_surface_is_drawn_in_three_dimensions(options: Callable[..., Visit]) -> None:
    tab = options()
    surface = tab.panel("options.surface")
    wait_until(lambda: shown(tab, "options", "surface"), tab.page)

    surface.get_by_text("3D", exact=True).click()

    surface.get_by_role("img", name=re.compile("in three dimensions")).wait_for()
    surface.locator("canvas").first.wait_for(timeout=40_000)
