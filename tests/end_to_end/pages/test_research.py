"""The Research page of a deck in demo mode, in a browser: a model is there without being asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.views.research_feature_panels import FEATURE_PANELS
from quantdeck.views.research_model_panels import AUDIT, MODEL_PANELS
from quantdeck.views.research_test_panels import TEST_PANELS
from tests.end_to_end.browsing import Visit, wait_until
from tests.end_to_end.real_pages import cells, shown

if TYPE_CHECKING:
    from collections.abc import Callable

# Nobody has pressed Audit.
PANELS = [
    panel.id.removeprefix("research.")
    for panel in (*MODEL_PANELS, *TEST_PANELS, *FEATURE_PANELS)
    if panel != AUDIT
]


def test_every_panel_has_figures_of_a_model_made_by_itself(
    open_page: Callable[..., Visit],
) -> None:
    tab = open_page("research")

    wait_until(lambda: shown(tab, "research", *PANELS), tab.page, seconds=60.0)

    assert wait_until(lambda: tab.blank_charts() == [], tab.page)
    assert "simulated" in tab.panel("research.warnings").inner_text()
    assert tab.complaints() == []


def test_training_that_is_cancelled_is_told_as_cancelled(open_page: Callable[..., Visit]) -> None:
    tab = open_page("research")
    models = cells(tab, "research", "models", 1)

    tab.panel("research.run").get_by_role("button", name="Train").click()
    newest = tab.page.locator('[data-panel="research.jobs"] tbody tr').first
    wait_until(lambda: "running" in newest.inner_text(), tab.page)
    newest.get_by_role("button", name="Cancel").click()

    wait_until(lambda: "cancelled" in newest.inner_text(), tab.page, seconds=40.0)
    assert cells(tab, "research", "models", 1) == models
