"""A browser for tests: what a page said, asked for and drew."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, Request

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-unsafe-swiftshader",
    "--use-gl=angle",
    "--use-angle=swiftshader",
]
# What a browser says when a server goes away on purpose.
_LOST = ("ERR_CONNECTION_REFUSED", "ERR_CONNECTION_RESET", "ERR_EMPTY_RESPONSE", "WebSocket")

AXE = "() => axe.run(document, { resultTypes: ['violations'] })"
_TOO_WIDE = """() => [...document.querySelectorAll("body *:not(.visually-hidden)")]
  .filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
  .filter((e) => !e.closest(".chart__canvas, .table, .skip, .mantine-Notifications-root"))
  .map((e) => `${e.tagName}.${e.className}`)"""
_COLOURS = """() => Object.fromEntries(
  [...document.querySelectorAll("[data-panel]:has(canvas)")].map((panel) => [
    panel.dataset.panel,
    Math.max(...[...panel.querySelectorAll("canvas")].map((canvas) => {
      if (canvas.width === 0 || canvas.height === 0) return 0;
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return new Set(new Uint32Array(data.buffer)).size;
    })),
  ]),
)"""


def find_chromium() -> str | None:
    return next(filter(None, map(shutil.which, _NAMES)), None)


def launch(playwright: Playwright, path: str) -> Browser:
    return playwright.chromium.launch(executable_path=path, headless=True, args=_FLAGS)


_NOTHING_IS_DIMMED = """() => [...document.querySelectorAll(".panel__body")]
    .every((body) => getComputedStyle(body).opacity === "1")"""
_FLASH_MS = 600
PATIENCE_S = 40.0
"""How long to wait for what comes at once on a quiet machine."""


def wait_until(condition: Callable[[], Any], page: Page, *, seconds: float = PATIENCE_S) -> Any:
    """Return what the condition gives once that is true; fail after a deadline."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        page.wait_for_timeout(50)
    raise AssertionError(f"not true within {seconds} s: {condition}")


class Visit:
    """One tab, with what it printed to the console and where it sent requests."""

    def __init__(
        self, browser: Browser, *, theme: str = "dark", small: bool = False, state: Any = None
    ) -> None:
        size: Any = PHONE if small else DESK
        self.context = browser.new_context(
            viewport=size, has_touch=small, is_mobile=small, storage_state=state
        )
        key = "mantine-color-scheme-value"
        self.context.add_init_script(f"localStorage.setItem('{key}', '{theme}')")
        self.page = self.context.new_page()
        self.page.set_default_timeout(1000 * PATIENCE_S)
        self.said: list[str] = []
        self.hosts: set[str] = set()
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.said.append(f"uncaught: {error}"))
        self.page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        # The check for blank charts reads canvases back, which the page itself never does.
        if message.type in {"error", "warning"} and "willReadFrequently" not in message.text:
            self.said.append(f"{message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob"}:
            self.hosts.add(parts.netloc)

    def complaints(self, *, server_left: bool = False) -> list[str]:
        """Return errors and warnings, without those of a server that went away on purpose."""
        return [s for s in self.said if not (server_left and any(word in s for word in _LOST))]

    def panel(self, name: str) -> Any:
        return self.page.locator(f'[data-panel="{name}"]')

    def go(self, url: str, *, panel: str, seconds: float = PATIENCE_S) -> Visit:
        """Open an address and wait until one of its panels has figures."""
        self.page.goto(url, timeout=1000 * seconds)
        self.wait_for(panel, seconds=seconds)
        return self

    def wait_for(self, panel: str, *, seconds: float = PATIENCE_S) -> None:
        ready = ":not([data-state=loading]):not([data-state=error])"
        self.page.wait_for_selector(f'[data-panel="{panel}"]{ready}', timeout=1000 * seconds)

    def colours(self) -> dict[str, int]:
        """Return how many colours the fullest canvas of every panel with a chart shows."""
        return self.page.evaluate(_COLOURS)

    def blank_charts(self) -> list[str]:
        return [name for name, count in self.colours().items() if count < 8]

    def wider_than_the_screen(self) -> list[str]:
        return self.page.evaluate(_TOO_WIDE)

    def accessibility_faults(self, axe_source: str) -> list[str]:
        # What is being computed anew is dimmed on purpose, for as long as that takes.
        wait_until(lambda: self.page.evaluate(_NOTHING_IS_DIMMED), self.page, seconds=30.0)
        self.page.evaluate(axe_source)
        found = self._faults_now()
        if found:
            # A value that has just changed flashes for a moment; a fault stays.
            self.page.wait_for_timeout(_FLASH_MS)
            again = self._faults_now()
            found = [fault for fault in found if fault in again]
        return found

    def _faults_now(self) -> list[str]:
        found = self.page.evaluate(AXE)["violations"]
        return [f"{one['id']}: {node['target']}" for one in found for node in one["nodes"]]

    def close(self) -> None:
        self.context.close()
