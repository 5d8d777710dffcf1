"""What a view costs to open: weight, requests, first paint, first figure, and what Lighthouse would check.

A demo runs as a process of its own; Chromium opens views of it with an empty cache, and once more with a
warm one. "desk" is the machine as it is; "phone" is what Lighthouse assumes of one: a processor four
times slower behind 1.6 Mbit/s and 150 ms. Nothing is stored and nothing is asserted.

Times are in ms since the navigation began. FCP and LCP: first and largest contentful paint. TBT: what
tasks of more than 50 ms took beyond that, until two seconds after the first figure. CLS: layout shift.
"figure": when the first panel showed something; "moves": when anything in a panel first changed after it.
Requests and kB are those that reached the deck, headers with them. "unused": the part of scripts and
styles that the view did not need.

Run with `python benchmarks/page_load.py [--views home,dashboard] [--phone]`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

_ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(_ROOT))

from playwright.sync_api import sync_playwright  # noqa: E402
from timing import show  # noqa: E402

from tests.end_to_end.browsing import Visit, find_chromium, launch  # noqa: E402
from tests.end_to_end.real_deck import RealDeck  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession

_PATIENCE_MS = 400_000
_PHONE = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
_FILLED = '[data-panel]:not([data-state="loading"]):not([data-state="empty"])'
_OBSERVE = """
window.seen = { lcp: 0, cls: 0, tasks: [], figure: 0, moves: 0 };
const observe = (type, take) => new PerformanceObserver((list) => list.getEntries().forEach(take))
  .observe({ type, buffered: true });
observe("largest-contentful-paint", (entry) => { seen.lcp = entry.startTime; });
observe("layout-shift", (entry) => { if (!entry.hadRecentInput) seen.cls += entry.value; });
observe("longtask", (entry) => seen.tasks.push([entry.startTime, entry.duration]));
window.sizes = () => ["navigation", "resource"].flatMap((type) =>
  performance.getEntriesByType(type).map((entry) => entry.transferSize));
const filled = `FILLED .panel__body`;
new MutationObserver((changes) => {
  if (seen.figure === 0) {
    if (document.querySelector(filled) !== null) seen.figure = performance.now();
  } else if (seen.moves === 0) {
    const text = changes.some((change) => change.target.parentElement?.closest(filled));
    if (text && performance.now() - seen.figure > 50) seen.moves = performance.now();
  }
}).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
""".replace("FILLED", _FILLED)
_READ = """() => ({
  ...seen,
  fcp: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? NaN,
  nodes: document.querySelectorAll("*").length,
  bytes: sizes().reduce((sum, size) => sum + size, 0),
  requests: sizes().filter((size) => size > 0).length,
})"""
_DOCUMENT = """() => ({
  language: document.documentElement.lang,
  title: document.title,
  description: document.querySelector("meta[name=description]")?.content ?? "",
  viewport: document.querySelector("meta[name=viewport]")?.content ?? "",
  pictures: [...document.images].filter((one) => !one.hasAttribute("alt")).length,
  links: [...document.querySelectorAll("a[href]")].filter((a) => !a.innerText.trim()
    && !a.getAttribute("aria-label") && !a.title).length,
  headings: document.querySelectorAll("h1").length,
  targets: [...document.querySelectorAll("a, button")].filter((one) => {
    const box = one.getBoundingClientRect();
    return box.width > 0 && (box.width < 24 || box.height < 24);
  }).length,
})"""
_TEXT = ("javascript", "css", "html", "json", "svg")


class Loaded(NamedTuple):
    """What one visit measured; `answers` are headers by address."""

    seen: dict[str, Any]
    answers: dict[str, dict[str, str]]
    unused: float
    document: dict[str, Any]
    said: list[str]
    hosts: set[str]


def _unused_share(session: CDPSession) -> float:
    # Of the characters of scripts and of the rules of styles, those that nothing ran or matched.
    total = unused = 0
    for script in session.send("Profiler.takePreciseCoverage")["result"]:
        if "/assets/" not in script["url"]:
            continue
        ranges = [part for function in script["functions"] for part in function["ranges"]]
        length = max((part["endOffset"] for part in ranges), default=0)
        used = bytearray(b"\1" * length)
        for part in sorted(ranges, key=lambda one: one["startOffset"] - one["endOffset"]):
            width = part["endOffset"] - part["startOffset"]
            used[part["startOffset"] : part["endOffset"]] = bytes([part["count"] > 0]) * width
        total, unused = total + length, unused + used.count(0)
    for rule in session.send("CSS.stopRuleUsageTracking")["ruleUsage"]:
        width = int(rule["endOffset"] - rule["startOffset"])
        total, unused = total + width, unused + (0 if rule["used"] else width)
    return unused / total if total else 0.0


def _visit(tab: Visit, url: str, *, phone: bool, covers: bool) -> Loaded:
    session = tab.context.new_cdp_session(tab.page)
    if phone:
        session.send("Network.enable")
        session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        session.send("Network.emulateNetworkConditions", _PHONE)
    if covers:
        session.send("DOM.enable")
        session.send("CSS.enable")
        session.send("CSS.startRuleUsageTracking")
        session.send("Profiler.enable")
        session.send("Profiler.startPreciseCoverage", {"callCount": False, "detailed": True})
    answers: dict[str, dict[str, str]] = {}
    tab.page.on("response", lambda reply: answers.update({reply.url: reply.headers}))
    tab.page.goto(url, timeout=_PATIENCE_MS)
    tab.page.wait_for_function("() => seen.figure > 0", timeout=_PATIENCE_MS)
    tab.page.wait_for_timeout(2_000)
    seen = tab.page.evaluate(_READ)
    until = seen["figure"] + 2_000
    seen["tbt"] = sum(
        max(0.0, length - 50) for start, length in seen["tasks"] if seen["fcp"] <= start < until
    )
    unused = _unused_share(session) if covers else float("nan")
    return Loaded(
        seen,
        answers,
        unused,
        tab.page.evaluate(_DOCUMENT),
        tab.complaints(),
        set(tab.hosts),
    )


def _row(view: str, visit: str, found: Loaded) -> list[str]:
    seen = found.seen
    times = [f"{seen[name]:.0f}" for name in ("fcp", "lcp", "tbt", "figure")]
    moves = f"{seen['moves']:.0f}" if seen["moves"] else "-"
    unused = f"{found.unused:.0%}" if found.unused == found.unused else ""
    return [
        f"/{view}",
        visit,
        str(seen["requests"]),
        f"{seen['bytes'] / 1000:.0f}",
        *times,
        moves,
        f"{seen['cls']:.3f}",
        str(seen["nodes"]),
        unused,
    ]


def _checks(found: Loaded, host: str) -> list[list[str]]:
    # What Lighthouse asks of a page beside the times; "no" names what was found.
    document = found.document
    assets = {url: head for url, head in found.answers.items() if "/assets/" in url}
    bare = [
        url
        for url, head in found.answers.items()
        if any(kind in head.get("content-type", "") for kind in _TEXT)
        and int(head.get("content-length", "0")) > 1400
        and "content-encoding" not in head
    ]
    passing = [
        url for url, head in assets.items() if "immutable" not in head.get("cache-control", "")
    ]
    unsniffed = [u for u, head in found.answers.items() if "x-content-type-options" not in head]
    asked: list[tuple[str, object]] = [
        ("document has a language", document["language"] == "en"),
        ("document has a title", bool(document["title"])),
        ("document describes itself", len(document["description"]) > 20),
        ("fits the width of the device", "width=device-width" in document["viewport"]),
        ("one heading of the first level", document["headings"] == 1 or document["headings"]),
        ("every picture has a text", document["pictures"] == 0 or document["pictures"]),
        ("every link has a name", document["links"] == 0 or document["links"]),
        ("targets of 24 px or more", document["targets"] == 0 or document["targets"]),
        ("texts above 1.4 kB are compressed", not bare or [urlsplit(u).path for u in bare]),
        ("files with a hash are kept for a year", not passing or list(passing)),
        ("types of content are not guessed", not unsniffed or list(unsniffed)),
        ("the console is silent", not found.said or found.said),
        ("nothing is asked of another host", found.hosts <= {host} or found.hosts),
        ("fewer than 1,500 elements", found.seen["nodes"] < 1500 or found.seen["nodes"]),
        ("layout shift at most 0.1", found.seen["cls"] <= 0.1 or round(found.seen["cls"], 3)),
    ]
    return [[name, "yes" if is_so is True else f"no: {is_so}"] for name, is_so in asked]


def _log_in(browser: Browser, deck: RealDeck, views: list[str]) -> Any:
    # Views are asked of a deck that has been up for a while, not of one that gathers its first prices.
    first = Visit(browser)
    first.page.goto(f"{deck.url}/?token={deck.token}")
    for view in views:
        first.page.goto(f"{deck.url}/{view}")
        first.page.wait_for_selector(f"{_FILLED} .panel__body", timeout=_PATIENCE_MS)
    state = first.context.storage_state()
    first.close()
    return state


def _measure(browser: Browser, url: str, state: Any, views: list[str], *, phone: bool) -> None:
    rows: list[list[str]] = []
    last: Loaded | None = None
    for view in views:
        tab = Visit(browser, state=state, small=phone)
        tab.page.add_init_script(_OBSERVE)
        for visit in ("first", "again"):
            last_one = _visit(
                tab, f"{url}/{view}", phone=phone, covers=visit == "first" and not phone
            )
            rows.append(_row(view, visit, last_one))
            last = last_one if visit == "first" else last
        tab.close()
    header = ["view", "visit", "requests", "kB", "FCP", "LCP", "TBT", "figure", "moves", "CLS"]
    name = "phone (4x slower, 1.6 Mbit/s, 150 ms)" if phone else "desk"
    show(name, [*header, "elements", "unused"], rows)
    if last is not None:
        show(f"checks of /{views[-1]}", ["", ""], _checks(last, urlsplit(url).netloc))


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--views", default="home,dashboard")
    parser.add_argument("--phone", action="store_true", help="the same again as on a phone")
    options = parser.parse_args()
    path = find_chromium()
    if path is None:
        sys.exit("no Chromium found: install the packages chromium and fonts-dejavu-core")
    with tempfile.TemporaryDirectory() as folder:
        deck = RealDeck(Path(folder) / "data", seconds=600)
        try:
            with sync_playwright() as playwright:
                browser = launch(playwright, path)
                views = options.views.split(",")
                state = _log_in(browser, deck, views)
                for phone in (False, True) if options.phone else (False,):
                    _measure(browser, deck.url, state, views, phone=phone)
                browser.close()
        finally:
            deck.stop()


if __name__ == "__main__":
    main()
