"""The Playbook page of a deck in demo mode, in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.end_to_end.browsing import Visit, wait_until
from tests.end_to_end.real_pages import cells, shown

if TYPE_CHECKING:
    from collections.abc import Callable

PANELS = ("summary", "trades", "why", "factors", "map", "notes", "kept")


def test_playbook_shows_trades_and_the_reasons_of_the_one_that_is_chosen(
    open_page: Callable[..., Visit],
) -> None:
    tab = open_page("playbook", theme="light")
    wait_until(lambda: shown(tab, "playbook", *PANELS), tab.page, seconds=90.0)
    # Made of the features alone at first, and again once there is a model.
    notes = tab.panel("playbook.notes")
    wait_until(lambda: "foretells" in notes.inner_text(), tab.page, seconds=90.0)

    tab.panel("playbook.trades").get_by_role("link", name="Why").nth(1).click()

    symbol = cells(tab, "playbook", "trades", 2)[1].split()[0]
    assert wait_until(
        lambda: tab.panel("playbook.why").inner_text().count(f"{symbol} is number 2"), tab.page
    )
    assert cells(tab, "playbook", "factors", 1)[-1] == "Score"
    assert tab.panel("playbook.factors").locator(".table__bar").count() > 1
    assert "simulated" in tab.panel("playbook.notes").inner_text()
    assert tab.complaints() == []
