"""Make the pictures of the documentation: `python -m tests.end_to_end.screenshots`.

Pages come from the real deck in demo mode, the states of panels from the fake one. Words after the
command choose pages, such as `boxes`, or `states`; without any all are made.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import TimeoutError, sync_playwright

from quantdeck.views.pages import pages
from tests.end_to_end.browsing import Visit, find_chromium, launch
from tests.end_to_end.fake_deck import FakeDeck
from tests.end_to_end.real_deck import RealDeck

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_FOLDER = Path(__file__).resolve().parents[2] / "docs" / "images"
_HISTORY_MS = 300_000
_PATIENCE_MS = 60_000
_SETTLED_MS = 5_000
_LOADING = "[data-panel][data-state=loading]"
_AT_THE_TOP = """() => {
  document.querySelector(".view").scrollTo(0, 0);
  for (const toasts of document.querySelectorAll(".mantine-Notifications-root"))
    toasts.style.display = "none";
}"""
_ALSO_LIGHT = ("dashboard",)


def shots() -> list[tuple[str, str, str, bool]]:
    """Return name, page, theme and whether it is a phone's, of every picture of a page."""
    found = []
    # Home sums up what the other pages have made, so it comes last.
    for page in sorted(pages(), key=lambda page: page.id == "home"):
        found.append((page.id, page.id, "dark", False))
        found.append((f"{page.id}-small", page.id, "light", True))
        if page.id in _ALSO_LIGHT:
            found.append((f"{page.id}-light", page.id, "light", False))
    return found


def _pages(browser: Browser, chosen: set[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        deck = RealDeck(Path(folder) / "data")
        try:
            first = Visit(browser)
            first.page.goto(f"{deck.url}/dashboard?token={deck.token}")
            first.wait_for("dashboard.symbols")
            first.page.wait_for_timeout(_HISTORY_MS)
            state = first.context.storage_state()
            first.close()
            for name, page, theme, small in shots():
                if page not in chosen:
                    continue
                tab = Visit(browser, theme=theme, small=small, state=state)
                tab.page.goto(f"{deck.url}/{page}")
                tab.page.wait_for_selector("[data-panel]:not([data-state=loading])")
                if page == "backtest":
                    tab.panel("backtest.form").get_by_role("button", name="Run backtest").click()
                _settle(tab)
                tab.page.evaluate(_AT_THE_TOP)
                tab.page.wait_for_timeout(500)
                tab.page.screenshot(path=_FOLDER / f"{name}.png")
                tab.close()
        finally:
            deck.stop()


def _settle(tab: Visit) -> None:
    # A panel may go on loading, as one of a model that is still trained; it is shown so.
    with contextlib.suppress(TimeoutError):
        tab.page.wait_for_selector(_LOADING, state="detached", timeout=_PATIENCE_MS)
    tab.page.wait_for_timeout(_SETTLED_MS)


def _states(browser: Browser) -> None:
    deck = FakeDeck().start()
    try:
        for theme in ("dark", "light"):
            tab = Visit(browser, theme=theme).go(f"{deck.url}/states", panel="states.table.live")
            height = tab.page.evaluate("document.querySelector('.view').scrollHeight")
            tab.page.set_viewport_size({"width": 1440, "height": height + 60})
            tab.page.wait_for_timeout(2_000)
            tab.page.screenshot(path=_FOLDER / f"states-{theme}.png", timeout=60_000)
            tab.close()
    finally:
        deck.stop()


def main() -> None:
    """Run from the command line."""
    path = find_chromium()
    if path is None:
        sys.exit("no Chromium found: install the packages chromium and fonts-dejavu-core")
    _FOLDER.mkdir(parents=True, exist_ok=True)
    chosen = set(sys.argv[1:]) or {"states", *(page.id for page in pages())}
    with sync_playwright() as playwright:
        browser = launch(playwright, path)
        if "states" in chosen:
            _states(browser)
        if chosen != {"states"}:
            _pages(browser, chosen)
        browser.close()


if __name__ == "__main__":
    main()
