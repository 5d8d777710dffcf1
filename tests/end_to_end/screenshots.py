"""Make the pictures of the documentation: `python -m tests.end_to_end.screenshots`.

Pages come from the real deck in demo mode, the states of panels from the fake one. Words after the
command choose pages, such as `boxes`, or `states`; without any all are made.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from tests.end_to_end.browsing import Visit, find_chromium, launch
from tests.end_to_end.fake_deck import FakeDeck
from tests.end_to_end.real_deck import RealDeck

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_FOLDER = Path(__file__).resolve().parents[2] / "docs" / "images"
_HISTORY_MS = 300_000
_SHOTS = (
    ("dashboard", "dashboard", "dark", False),
    ("dashboard-light", "dashboard", "light", False),
    ("pairs", "pairs", "dark", False),
    ("pairs-light", "pairs", "light", False),
    ("exports", "exports", "dark", False),
    ("scan", "scan", "dark", False),
    ("backtest", "backtest", "dark", False),
    ("alerts", "alerts", "dark", False),
    ("boxes", "boxes", "dark", False),
    ("boxes-light", "boxes", "light", False),
    ("options", "options", "dark", False),
    ("technical", "technical", "dark", False),
    ("risk", "risk", "dark", False),
    ("research", "research", "dark", False),
    ("playbook", "playbook", "dark", False),
    ("dashboard-small", "dashboard", "dark", True),
    ("pairs-small", "pairs", "light", True),
    ("boxes-small", "boxes", "light", True),
)


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
            for name, page, theme, small in _SHOTS:
                if page not in chosen:
                    continue
                tab = Visit(browser, theme=theme, small=small, state=state)
                tab.page.goto(f"{deck.url}/{page}")
                tab.page.wait_for_selector("[data-panel]:not([data-state=loading])")
                if page == "backtest":
                    tab.panel("backtest.form").get_by_role("button", name="Run backtest").click()
                tab.page.wait_for_timeout(8_000)
                tab.page.evaluate("document.querySelector('.view').scrollTo(0, 0)")
                tab.page.wait_for_timeout(500)
                tab.page.screenshot(path=_FOLDER / f"{name}.png")
                tab.close()
        finally:
            deck.stop()


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
    chosen = set(sys.argv[1:]) or {"states", *(page for _, page, _, _ in _SHOTS)}
    with sync_playwright() as playwright:
        browser = launch(playwright, path)
        if "states" in chosen:
            _states(browser)
        if chosen != {"states"}:
            _pages(browser, chosen)
        browser.close()


if __name__ == "__main__":
    main()
