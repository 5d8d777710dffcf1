"""Fixtures of the browser tests."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.end_to_end.browsing import Visit, find_chromium, launch
from tests.end_to_end.fake_deck import WEB, FakeDeck
from tests.end_to_end.real_pages import RealPages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def built_page() -> Path:
    """Return the folder of the built page; a page that is not built is not tested."""
    if not (WEB / "index.html").is_file():
        pytest.skip("the page is not built: run scripts/build-page")
    return WEB


@pytest.fixture(scope="session")
def axe_source() -> str:
    """Return the accessibility checker that comes with the page's build tools."""
    script = _ROOT / "ui" / "node_modules" / "axe-core" / "axe.min.js"
    if not script.is_file():
        pytest.skip("axe-core is not here: run scripts/build-page --install-only")
    return script.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def browser(built_page: Path) -> Browser:
    """Return the headless Chromium of the modules that follow each other and need one."""
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium found: install the packages chromium and fonts-dejavu-core")
    return _chromium.running(path)


class _Chromium:
    def __init__(self) -> None:
        self._open = ExitStack()
        self._browser: Browser | None = None

    def running(self, path: str) -> Browser:
        if self._browser is None or not self._browser.is_connected():
            self.stop()
            self._browser = launch(self._open.enter_context(sync_playwright()), path)
            self._open.callback(self._browser.close)
        return self._browser

    def stop(self) -> None:
        self._browser = None
        self._open.close()


_chromium = _Chromium()


@pytest.fixture
def deck() -> Iterator[FakeDeck]:
    """Yield a deck with synthetic data that does as the test tells it."""
    fake = FakeDeck().start()
    yield fake
    fake.stop()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Yield a function that opens a tab; all tabs are closed after the test."""
    tabs: list[Visit] = []

    def open_tab(*, theme: str = "dark", small: bool = False) -> Visit:
        tabs.append(Visit(browser, theme=theme, small=small))
        return tabs[-1]

    yield open_tab
    for tab in tabs:
        tab.close()


# One for all modules: a start takes as long as the tests of a page, and none of them changes the deck.
@pytest.fixture(scope="session")
def real_pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealPages]:
    """Yield the pages of a real deck in demo mode."""
    pages = RealPages(tmp_path_factory.mktemp("deck") / "data")
    _open.append(pages)
    yield pages
    pages.stop()


_open: list[RealPages] = []


# A deck takes half a core while nobody looks, so it ends with the last test that needs it. While the
# browser runs, this thread has an event loop that is in the way of tests without one.
@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """End the deck where no page of it comes next, and the browser where the next module has none."""
    if _needs(item, "real_pages") and not _needs(nextitem, "real_pages"):
        for pages in _open:
            pages.stop()
    goes_on = nextitem is not None and nextitem.path == item.path
    if not goes_on and not _needs(nextitem, "browser"):
        _chromium.stop()


def _needs(item: pytest.Item | None, fixture: str) -> bool:
    return fixture in getattr(item, "fixturenames", ())


@pytest.fixture
def open_page(browser: Browser, real_pages: RealPages) -> Iterator[Callable[..., Visit]]:
    """Yield a function that opens a page of the real deck; its tabs are closed after the test."""
    tabs: list[Visit] = []

    def go(page: str, query: str = "", **how: Any) -> Visit:
        tabs.append(real_pages.open(browser, page, query, **how))
        return tabs[-1]

    yield go
    for tab in tabs:
        tab.close()
