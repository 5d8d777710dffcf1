"""The list of runs on the pages that start jobs."""

from __future__ import annotations

import pytest

from quantdeck.views import box_run_panels, market_page, research_run_panels


@pytest.mark.parametrize("panel", [market_page.JOBS, research_run_panels.JOBS, box_run_panels.JOBS])
def test_only_a_run_that_has_not_ended_can_be_cancelled(panel) -> None:
    (cancel,) = panel.actions

    # A row whose cell is empty has no button; that of an ended run is.
    assert cancel.path.endswith("/jobs/{running}")
