"""Make the pictures of the documentation: `python -m tests.end_to_end.screenshots`.

Views come from the real deck in demo mode, accounts from one with `accounts.mode` users, the states of
panels from the fake deck. Words after the command choose pictures by the beginning of their names, such
as `boxes`, `states` or `users`; without any all are made.
"""

from __future__ import annotations

import base64
import contextlib
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import TimeoutError, sync_playwright

from quantdeck.views.pages import pages
from tests.end_to_end.browsing import Visit, find_chromium, launch
from tests.end_to_end.fake_deck import FakeDeck
from tests.end_to_end.real_deck import RealDeck

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

_ROOT = Path(__file__).resolve().parents[2]
_FOLDER = _ROOT / "docs" / "images"
_QUALITY = 82
_HISTORY_S = 300
_PATIENCE_MS = 90_000
_SETTLED_MS = 2_500
_STARTING_MS = 240_000
_LOADING = "[data-panel][data-state=loading]"
_AT_THE_TOP = """() => {
  document.querySelector(".view")?.scrollTo(0, 0);
  for (const toasts of document.querySelectorAll(".mantine-Notifications-root"))
    toasts.style.display = "none";
}"""
_FIRST_LINK = re.compile(rb"http://127\.0\.0\.1:\d+/signup#\S+")
_PASSWORD = "correct horse battery staple"  # noqa: S105


@dataclass(frozen=True)
class Shot:
    """One picture of the deck: its name, address and look.

    `waits` tells that it gains from minutes of history, `ready` what has to stand there; `prepare` is
    done before it is taken.
    """

    name: str
    path: str
    theme: str = "dark"
    small: bool = False
    waits: bool = False
    ready: str = "[data-panel]:not([data-state=loading])"
    prepare: Callable[[Visit], None] | None = None


def shots() -> list[Shot]:
    """Return every picture of the demo, those that wait for history last."""
    found: list[Shot] = []
    for page in pages():
        waits = page.id in {"dashboard", "pairs", "scan", "backtest", "boxes", "home"}
        prepare = _run_backtest if page.id == "backtest" else None
        found.append(Shot(page.id, page.id, waits=waits, prepare=prepare))
        found.append(Shot(f"{page.id}-small", page.id, "light", small=True, waits=waits))
    found += [
        Shot("cv", "cv", "light"),
        Shot("panels", "panels"),
        Shot("settings", "settings", ready='[data-vendor="slack"]'),
        Shot("setup", "setup", "light", ready="main button", prepare=_choose_vendors),
        Shot("dashboard-light", "dashboard", "light", waits=True),
        Shot("palette", "dashboard", waits=True, prepare=_open_palette),
        Shot("arrange", "dashboard", "light", waits=True, prepare=_open_arranging),
    ]
    # Home sums up what the others have made.
    return sorted(found, key=lambda shot: (shot.waits, shot.path == "home"))


def _run_backtest(tab: Visit) -> None:
    tab.panel("backtest.form").get_by_role("button", name="Run backtest").click()


def _open_palette(tab: Visit) -> None:
    tab.page.keyboard.press("Control+k")
    tab.page.get_by_placeholder("Symbol, view or action").fill("eth")


def _open_arranging(tab: Visit) -> None:
    tab.page.keyboard.press("Control+k")
    tab.page.get_by_placeholder("Symbol, view or action").fill("arrange")
    tab.page.wait_for_timeout(500)
    tab.page.keyboard.press("Enter")
    tab.page.locator(".arrange__name").wait_for()


def _choose_vendors(tab: Visit) -> None:
    tab.page.get_by_role("button", name="Connect vendors").click()
    tab.page.locator('[data-vendor="alpaca"]').wait_for()


def _keep(page: Page, name: str) -> None:
    session = page.context.new_cdp_session(page)
    how = {"format": "webp", "quality": _QUALITY}
    content = base64.b64decode(session.send("Page.captureScreenshot", how)["data"])
    (_FOLDER / f"{name}.webp").write_bytes(content)
    session.detach()
    print(f"{name}.webp  {len(content) / 1000:.0f} kB", flush=True)


def _settle(tab: Visit) -> None:
    # A panel may go on loading, as one of a model that is still trained; it is shown so.
    with contextlib.suppress(TimeoutError):
        tab.page.wait_for_selector(_LOADING, state="detached", timeout=_PATIENCE_MS)
    tab.page.wait_for_timeout(_SETTLED_MS)


def _views(browser: Browser, wanted: list[Shot]) -> None:
    with tempfile.TemporaryDirectory(prefix="desk-") as folder:
        (Path(folder) / "data").mkdir()
        # Home would offer to set the deck up.
        (Path(folder) / "data" / "setup-done").touch()
        deck = RealDeck(Path(folder) / "data", seconds=240.0)
        begun = time.monotonic()
        try:
            first = Visit(browser)
            first.page.set_default_timeout(_STARTING_MS)
            first.page.goto(f"{deck.url}/dashboard?token={deck.token}")
            first.page.wait_for_selector("[data-panel]:not([data-state=loading])")
            state = first.context.storage_state()
            if any(shot.path in {"home", "research", "playbook"} for shot in wanted):
                # The first look at Home has a model trained; that goes on beside the other pictures.
                first.page.goto(f"{deck.url}/home")
            tabs: dict[tuple[str, bool], Visit] = {}
            for shot in wanted:
                if shot.waits:
                    left_s = _HISTORY_S - (time.monotonic() - begun)
                    first.page.wait_for_timeout(1000 * max(0.0, left_s))
                look = (shot.theme, shot.small)
                if look not in tabs:
                    tabs[look] = Visit(browser, theme=shot.theme, small=shot.small, state=state)
                    tabs[look].page.set_default_timeout(_PATIENCE_MS)
                _take(tabs[look], deck.url, shot)
        finally:
            deck.stop()


def _take(tab: Visit, url: str, shot: Shot) -> None:
    try:
        tab.page.goto(f"{url}/{shot.path}")
        tab.page.wait_for_selector(shot.ready)
        _settle(tab)
        if shot.prepare is not None:
            shot.prepare(tab)
            _settle(tab)
        tab.page.evaluate(_AT_THE_TOP)
        tab.page.wait_for_timeout(300)
        _keep(tab.page, shot.name)
    except TimeoutError as error:
        # The others are made all the same.
        print(f"{shot.name}: {error}", file=sys.stderr, flush=True)


def _states(browser: Browser) -> None:
    deck = FakeDeck().start()
    try:
        for theme in ("dark", "light"):
            tab = Visit(browser, theme=theme)
            tab.go(f"{deck.url}/states", panel="states.table.live", seconds=_PATIENCE_MS / 1000)
            height = tab.page.evaluate("document.querySelector('.view').scrollHeight")
            tab.page.set_viewport_size({"width": 1440, "height": height + 60})
            tab.page.wait_for_timeout(2_000)
            _keep(tab.page, f"states-{theme}")
            tab.close()
    finally:
        deck.stop()


@contextlib.contextmanager
def _deck_with_accounts() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "quantdeck.cli.main",
                *("up", "--offline", "--no-open"),
                "--port=0",
            ],
            cwd=folder,
            env={
                **os.environ,
                "PYTHONPATH": str(_ROOT / "src"),
                "QUANTDECK_ACCOUNTS__MODE": "users",
            },
            stdout=subprocess.PIPE,
        )
        try:
            yield _first_link(process)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=30)


def _first_link(process: subprocess.Popen[bytes]) -> str:
    assert process.stdout is not None
    told, deadline = b"", time.monotonic() + 90
    while time.monotonic() < deadline:
        if select.select([process.stdout], [], [], 0.2)[0]:
            told += os.read(process.stdout.fileno(), 65536)
        if found := _FIRST_LINK.search(told):
            return found[0].decode()
    raise AssertionError(f"the deck printed no link for the first account: {told.decode()}")


def _accounts(browser: Browser, wanted: Callable[[str], bool]) -> None:
    with _deck_with_accounts() as link:
        url = link.partition("/signup")[0]
        admin = Visit(browser)
        admin.page.goto(link)
        admin.page.locator("#name").fill("ann")
        admin.page.locator("#password").fill(_PASSWORD)
        admin.page.wait_for_timeout(500)
        if wanted("signup"):
            _keep(admin.page, "signup")
        admin.page.locator("button[type=submit]").click()
        admin.page.wait_for_selector(".view")
        for name, role in (("ben", "trader"), ("cleo", "viewer")):
            _open_account(browser, url, _invited(admin.page, url, role), name)
        for view in ("users", "account"):
            if wanted(view):
                admin.page.goto(f"{url}/{view}")
                admin.page.wait_for_timeout(_SETTLED_MS)
                _keep(admin.page, view)
        if wanted("login"):
            stranger = Visit(browser, theme="light", small=True)
            stranger.page.goto(url)
            stranger.page.locator("#password").wait_for()
            _keep(stranger.page, "login")


def _invited(page: Page, url: str, role: str) -> str:
    answer: Any = page.request.post(
        f"{url}/api/v1/users/invitations", data={"role": role}, headers={"Origin": url}
    ).json()
    return answer["code"]


def _open_account(browser: Browser, url: str, code: str, name: str) -> None:
    told = {"code": code, "name": name, "password": _PASSWORD}
    stranger = browser.new_context()
    answer = stranger.request.post(f"{url}/api/v1/signup", data=told, headers={"Origin": url})
    assert answer.ok, answer.text()
    stranger.close()


def main() -> None:
    """Run from the command line."""
    path = find_chromium()
    if path is None:
        sys.exit("no Chromium found: install the packages chromium and fonts-dejavu-core")
    _FOLDER.mkdir(parents=True, exist_ok=True)
    # The demo shows the panels and the CV of the examples.
    os.environ["QUANTDECK_PANELS__FILE"] = str(_ROOT / "examples" / "panels.py")
    os.environ["QUANTDECK_CV__FILE"] = str(_ROOT / "examples" / "cv.yaml")

    def wanted(name: str) -> bool:
        return not sys.argv[1:] or any(name.startswith(word) for word in sys.argv[1:])

    chosen = [shot for shot in shots() if wanted(shot.name)]
    with sync_playwright() as playwright:
        browser = launch(playwright, path)
        if chosen:
            _views(browser, chosen)
        if any(map(wanted, ("signup", "users", "account", "login"))):
            _accounts(browser, wanted)
        if wanted("states"):
            _states(browser)
        browser.close()


if __name__ == "__main__":
    main()
