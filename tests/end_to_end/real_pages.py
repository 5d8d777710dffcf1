"""Pages of one real deck in demo mode, for all tests that look at them and leave it as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.end_to_end.browsing import Visit, wait_until
from tests.end_to_end.real_deck import RealDeck

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

FIRST = {
    "dashboard": ("symbols",),
    "pairs": ("zscore",),
    "scan": ("pairs",),
    "backtest": ("form",),
    "alerts": ("rules",),
    "exports": ("coverage",),
    "home": ("playbook", "watchlist", "overview", "news"),
    "boxes": ("curve", "surface", "plan"),
    "options": ("smile", "surface"),
    "strategies": ("summary", "payoff", "compare"),
    "technical": ("chart", "board"),
    "risk": ("summary",),
    "portfolio": ("summary",),
    "research": ("model", "result", "features"),
    "playbook": ("trades", "notes"),
    "market": ("watchlist", "chart", "news", "overview"),
    "trading": ("positions", "orders"),
    "cv": ("header",),
}
"""Panels that have figures before the first test of a page looks at it, by page."""

_PATIENCE_S = 240.0


class RealPages:
    """The deck's process, and the state of a browser that is logged in to it.

    Started where a page is first looked at, ended by `stop`, and started again where it must be.

    Attributes
    ----------
    landed : str
        Where the link of the terminal led to.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._deck: RealDeck | None = None
        self._state: Any = None
        self._ready: set[str] = set()
        self.landed = ""

    @property
    def url(self) -> str:
        """Address of the deck."""
        return self._running().url

    def open(self, browser: Browser, page: str, query: str = "", **how: Any) -> Visit:
        """Open a page in a tab of its own; the first time wait for its figures."""
        deck = self._running()
        if self._state is None:
            self._log_in(browser, deck)
        tab = Visit(browser, state=self._state, **how)
        try:
            first, address = f"{page}.{FIRST[page][0]}", f"{deck.url}/{page}{query}"
            if page in self._ready:
                tab.go(address, panel=first)
            else:
                tab.go(address, panel=first, seconds=_PATIENCE_S)
                wait_until(lambda: shown(tab, page, *FIRST[page]), tab.page, seconds=_PATIENCE_S)
                self._ready.add(page)
        except BaseException:
            # Nobody else has the tab yet.
            tab.close()
            raise
        return tab

    def stop(self) -> None:
        """End the deck, where one runs."""
        deck, self._deck, self._state = self._deck, None, None
        self._ready.clear()
        if deck is not None:
            deck.stop()

    def _running(self) -> RealDeck:
        if self._deck is None:
            self._deck = RealDeck(self._folder)
        return self._deck

    def _log_in(self, browser: Browser, deck: RealDeck) -> None:
        tab = Visit(browser)
        try:
            address = f"{deck.url}/dashboard?token={deck.token}"
            tab.go(address, panel="dashboard.symbols", seconds=_PATIENCE_S)
            self._state, self.landed = tab.context.storage_state(), tab.page.url
        finally:
            tab.close()


def state_of(tab: Visit, page: str, name: str) -> str | None:
    """Return the state that a panel shows."""
    return tab.panel(f"{page}.{name}").get_attribute("data-state")


def shown(tab: Visit, page: str, *names: str) -> bool:
    """Return whether panels show simulated figures."""
    return all(state_of(tab, page, name) == "demo" for name in names)


def cells(tab: Visit, page: str, name: str, column: int) -> list[str]:
    """Return the texts of a column of a table, counted from 1."""
    selector = f'[data-panel="{page}.{name}"] tbody td:nth-child({column})'
    return tab.page.locator(selector).all_inner_texts()
