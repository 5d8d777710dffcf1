"""The Home page of a deck in demo mode, in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.end_to_end.browsing import Visit, wait_until
from tests.end_to_end.real_pages import cells, shown

if TYPE_CHECKING:
    from collections.abc import Callable

PANELS = (
    *("now", "playbook", "watchlist", "overview", "news", "equity", "feed"),
    *("schedule", "model", "importance", "scoreboard"),
)
"""Those that show something in a demo whether or not anybody pressed a button."""


def test_home_shows_the_newest_of_every_page_with_the_way_there(
    open_page: Callable[..., Visit],
) -> None:
    tab = open_page("home")

    wait_until(lambda: shown(tab, "home", *PANELS), tab.page, seconds=240.0)

    assert len(cells(tab, "home", "playbook", 1)) == 5
    assert {"Data", "Alerts", "Playbook", "Model"} <= set(cells(tab, "home", "now", 1))
    assert wait_until(lambda: tab.blank_charts() == [], tab.page)
    tab.panel("home.playbook").get_by_role("button", name="Playbook").click()
    tab.wait_for("playbook.trades")
    assert tab.complaints() == []
    assert len(tab.hosts) == 1
