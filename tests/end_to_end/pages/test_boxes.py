"""The Boxes page of a deck in demo mode, in a real browser."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

import pytest

from quantdeck.analytics.boxes.types import Status
from tests.end_to_end.browsing import Visit, wait_until
from tests.end_to_end.real_pages import cells, shown, state_of

if TYPE_CHECKING:
    from collections.abc import Callable


PANELS = ("curve", "best", "desk", "expiries", "top", "surface", "skew", "plan", "history", "flags")
STATUSES = {each.value for each in Status}


@pytest.fixture
def boxes(open_page: Callable[..., Visit]) -> Callable[..., Visit]:
    """Return a function that opens the page."""
    return partial(open_page, "boxes")


def test_every_panel_has_figures_and_every_expiry_a_status(boxes: Callable[..., Visit]) -> None:
    tab = boxes()

    wait_until(lambda: shown(tab, "boxes", *PANELS), tab.page, seconds=40.0)
    cards = tab.panel("boxes.best").locator(".kpi__value").all_inner_texts()

    assert [0 < float(text.rstrip("%")) < 10 for text in cards] == [True, True]
    assert set(cells(tab, "boxes", "expiries", 5)) <= STATUSES
    assert "ok" in cells(tab, "boxes", "expiries", 5)
    assert wait_until(lambda: tab.blank_charts() in ([], ["boxes.history"]), tab.page)
    assert tab.complaints() == []
    assert len(tab.hosts) == 1


def test_planner_follows_side_and_amount(boxes: Callable[..., Visit]) -> None:
    tab = boxes()
    wait_until(lambda: cells(tab, "boxes", "plan", 3), tab.page)
    plan = tab.panel("boxes.plan")

    plan.get_by_label("Amount").fill("500000")
    plan.get_by_text("lend", exact=True).click()

    def paid() -> list[float]:
        return [
            float(text.replace(",", "").replace("−", "-"))
            for text in cells(tab, "boxes", "plan", 3)
        ]

    wait_until(lambda: paid() and all(-750e3 < cash < -250e3 for cash in paid()), tab.page)
    assert re.search(r"plan_side=lend", tab.page.url)
    assert re.search(r"amount=500000", tab.page.url)


def test_side_of_the_table_is_chosen_in_its_panel(boxes: Callable[..., Visit]) -> None:
    tab = boxes("?side=lend")
    wait_until(lambda: set(cells(tab, "boxes", "top", 1)) == {"lend"}, tab.page)

    tab.panel("boxes.top").get_by_text("borrow", exact=True).click()

    wait_until(lambda: set(cells(tab, "boxes", "top", 1)) == {"borrow"}, tab.page)


def test_surface_shows_other_figures_and_three_dimensions(boxes: Callable[..., Visit]) -> None:
    tab = boxes()
    surface = tab.panel("boxes.surface")
    wait_until(lambda: shown(tab, "boxes", "surface"), tab.page)

    surface.get_by_text("Volume", exact=True).click()
    surface.get_by_role("img", name=re.compile("Volume, .* by ")).wait_for()
    surface.get_by_text("3D", exact=True).click()

    surface.get_by_role("img", name=re.compile("in three dimensions")).wait_for()
    surface.locator("canvas").first.wait_for(timeout=40_000)
    surface.get_by_text("Heat map", exact=True).click(timeout=40_000)
    surface.get_by_role("img", name=re.compile("Volume, .* by ")).wait_for(timeout=40_000)


def test_curve_as_a_table_names_its_expiries(boxes: Callable[..., Visit]) -> None:
    tab = boxes()
    wait_until(lambda: shown(tab, "boxes", "curve"), tab.page)
    curve = tab.panel("boxes.curve")

    curve.hover()
    curve.get_by_label("As a table").click()

    names = wait_until(lambda: cells(tab, "boxes", "curve", 2), tab.page)
    assert re.fullmatch(r"SPXW? \d{4}-\d\d-\d\d [AP]M", names[0])


def test_stopped_capture_leaves_the_figures_and_says_stale(boxes: Callable[..., Visit]) -> None:
    tab = boxes()
    wait_until(lambda: shown(tab, "boxes", "expiries"), tab.page)

    tab.page.get_by_role("button", name="Stop capture").click()

    wait_until(lambda: state_of(tab, "boxes", "expiries") == "stale", tab.page)
    assert "ok" in cells(tab, "boxes", "expiries", 5)
    tab.page.get_by_role("button", name="Start capture").click()
    wait_until(lambda: shown(tab, "boxes", "expiries"), tab.page)


def test_history_is_computed_anew_by_way_of_the_search(boxes: Callable[..., Visit]) -> None:
    tab = boxes()
    wait_until(lambda: cells(tab, "boxes", "expiries", 5), tab.page)
    tab.page.keyboard.press("Control+k")
    tab.page.get_by_role("combobox").last.fill("compute history")
    option = tab.page.get_by_role("option", name=re.compile("Compute history anew"))
    option.click()
    button = tab.page.locator('[data-panel="boxes.run"] [data-action="box-rates"]:focus')
    wait_until(lambda: button.count() == 1, tab.page)

    tab.page.keyboard.press("Enter")

    newest = tab.panel("boxes.jobs").locator("tbody tr").first
    wait_until(lambda: "computed anew" in newest.inner_text(), tab.page)
    assert "done" in newest.inner_text()
    assert newest.get_by_role("button", name="Cancel").count() == 0


def test_day_that_is_none_is_said_beside_its_field(boxes: Callable[..., Visit]) -> None:
    tab = boxes()
    form = tab.panel("boxes.run")

    form.get_by_label("First day").fill("soon")
    form.get_by_role("button", name="Compute history anew").click()

    fault = form.locator('[data-field="first"]')
    wait_until(lambda: "is no day" in fault.inner_text(), tab.page)
