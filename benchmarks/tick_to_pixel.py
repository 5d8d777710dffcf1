"""How long a message takes from the deck's stamp to the changed page, and what one more client costs.

The demo runs as a process of its own; Chromium shows a page with eight live panels at 10 Hz. For every
message of the watched panel the time from `ts` (made by the deck) to the change of the document is
taken. The peer is the least a page can do: a bare WebSocket that writes the same figure into one
element, in the same browser, with the same subscriptions. Then ten more clients with the same eight
topics connect, and the processor time of the deck is compared with and without them.

With --accounts the same is measured of a deck with users after one without: who may see a topic is asked
when it is subscribed to, so a message must not take longer.

Run with `python benchmarks/tick_to_pixel.py [--seconds 15] [--clients 10] [--accounts]`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(_ROOT))

from playwright.sync_api import sync_playwright  # noqa: E402
from websockets.asyncio.client import connect  # noqa: E402

from tests.end_to_end.browsing import Visit, find_chromium, launch  # noqa: E402
from tests.end_to_end.real_deck import RealDeck  # noqa: E402

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_WATCHED = "dashboard.symbols"
_PANELS = 8
_PATIENCE_S = 300.0
# The page is opened with its socket listened to: the stamp of the newest message of the watched topic
# is compared with the clock when its panel changes.
_LISTEN = """
window.stamps = []; window.latencies = []; window.frames = 0;
const Original = WebSocket;
window.WebSocket = class extends Original {
  constructor(...args) {
    super(...args);
    this.addEventListener("message", (event) => {
      const message = JSON.parse(event.data);
      if (message.topic === "%s") window.stamps.push(message.ts);
    });
  }
};
const now = () => performance.timeOrigin + performance.now();
const watch = () => {
  const panel = document.querySelector('[data-panel="%s"] .kpis');
  if (panel === null) return setTimeout(watch, 20);
  new MutationObserver(() => {
    const at = now();
    for (const ts of window.stamps.splice(0)) window.latencies.push(at - ts);
  }).observe(panel, { subtree: true, childList: true, characterData: true, attributes: true });
};
watch();
"""
_BARE = """(topics) => {
  window.latencies = [];
  const now = () => performance.timeOrigin + performance.now();
  const place = document.documentElement.appendChild(document.createElementNS(
    "http://www.w3.org/1999/xhtml", "p"));
  const socket = new WebSocket(`ws://${location.host}/api/v1/stream`);
  socket.onopen = () => {
    for (const topic of topics) socket.send(JSON.stringify({ op: "sub", topic, hz: 10 }));
  };
  let stamp = null;
  new MutationObserver(() => window.latencies.push(now() - stamp)).observe(place, { childList: true });
  socket.onmessage = (event) => {
    const message = JSON.parse(event.data);
    if (message.topic !== topics[0] || !message.data) return;
    stamp = message.ts;
    place.textContent = String(message.data.rows?.[0]?.value ?? message.seq) + message.seq;
  };
}"""
_TOPICS = """async () => {
  const { pages } = await (await fetch("/api/v1/pages")).json();
  return pages.flatMap((page) => page.panels).filter((panel) => panel.topic && !panel.params)
    .map((panel) => panel.topic);
}"""


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S


def _quantile(values: list[float], q: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(q * len(ordered)))] if ordered else float("nan")


def _collect(tab: Visit, seconds: float) -> tuple[list[float], float]:
    tab.page.wait_for_timeout(3000)
    tab.page.evaluate("window.latencies.length = 0")
    start = time.perf_counter()
    tab.page.wait_for_timeout(seconds * 1000)
    taken = time.perf_counter() - start
    return tab.page.evaluate("window.latencies"), taken


def _share(pid: int, seconds: float, wait: object) -> float:
    # Processor time of the deck while waiting, as a share of one core.
    before, start = _cpu_s(pid), time.perf_counter()
    wait(seconds)  # type: ignore[operator]
    return (_cpu_s(pid) - before) / (time.perf_counter() - start)


async def _read(url: str, cookie: str, topics: list[str], seconds: float) -> int:
    address = url.replace("http", "ws") + "/api/v1/stream"
    headers = {"Cookie": cookie}
    count = 0
    async with connect(
        address, additional_headers=headers, origin=url, compression=None, max_size=None
    ) as socket:
        for topic in topics:
            await socket.send(json.dumps({"op": "sub", "topic": topic, "hz": 10}))
        try:
            async with asyncio.timeout(seconds):
                async for _ in socket:
                    count += 1
        except TimeoutError:
            pass
    return count


def _more_clients(
    deck: RealDeck, cookie: str, topics: list[str], clients: int, seconds: float
) -> tuple[float, float]:
    async def load() -> tuple[float, int]:
        reading = [
            asyncio.create_task(_read(deck.url, cookie, topics, seconds + 3))
            for _ in range(clients)
        ]
        await asyncio.sleep(1.5)
        before, start = _cpu_s(deck.process.pid), time.perf_counter()
        await asyncio.sleep(seconds)
        share = (_cpu_s(deck.process.pid) - before) / (time.perf_counter() - start)
        return share, sum(await asyncio.gather(*reading))

    share, messages = asyncio.run(load())
    return share, messages / clients / (seconds + 3)


def _line(name: str, latencies: list[float], seconds: float) -> None:
    print(
        f"{name:<44} {len(latencies) / seconds:5.1f}/s   "
        f"p50 {_quantile(latencies, 0.5):6.1f} ms   p95 {_quantile(latencies, 0.95):6.1f} ms"
    )


def _enter(tab: Visit, deck: RealDeck, *, accounts: bool) -> None:
    if not accounts:
        tab.page.goto(f"{deck.url}/dashboard?token={deck.token}", wait_until="commit")
        return
    first = {"code": deck.token, "name": "ann", "password": "wire to pixel and back"}
    answer = tab.context.request.post(
        f"{deck.url}/api/v1/signup", data=first, headers={"Origin": deck.url}
    )
    if not answer.ok:
        sys.exit(f"the first account could not be opened: {answer.text()}")
    tab.page.goto(f"{deck.url}/dashboard", wait_until="commit")


def _measure(deck: RealDeck, seconds: float, clients: int, *, accounts: bool) -> float:
    with sync_playwright() as playwright:
        path = find_chromium()
        if path is None:
            sys.exit("no Chromium found: install the packages chromium and fonts-dejavu-core")
        browser = launch(playwright, path)
        tab = Visit(browser)
        tab.page.add_init_script(_LISTEN % (_WATCHED, _WATCHED))
        _enter(tab, deck, accounts=accounts)
        tab.wait_for(_WATCHED, seconds=_PATIENCE_S)
        topics = tab.page.evaluate(_TOPICS)
        topics = [_WATCHED, "status", *(one for one in topics if one != _WATCHED)][:_PANELS]
        panels = tab.page.locator("[data-panel]").count()
        print(f"\n{'a deck with accounts' if accounts else 'a deck of one person'}")
        print(f"page with {panels} live panels and the state strip, 10 Hz, {seconds:.0f} s each")
        ours, taken = _collect(tab, seconds)
        state = tab.context.storage_state()
        tab.close()

        bare = Visit(browser, state=state)
        bare.page.goto(f"{deck.url}/favicon.svg")
        bare.page.evaluate(_BARE, topics)
        peer, peer_taken = _collect(bare, seconds)
        bare.close()
        browser.close()
    _line("quantdeck's page, stamp to document", ours, taken)
    _line("bare WebSocket and textContent (peer)", peer, peer_taken)
    ratio = _quantile(ours, 0.5) / _quantile(peer, 0.5)
    print(f"ratio of the medians {ratio:.1f}; bar: p95 <= 100 ms")

    cookie = "; ".join(f"{one['name']}={one['value']}" for one in state["cookies"])
    one_share, one_rate = _more_clients(deck, cookie, topics, 1, seconds)
    all_share, all_rate = _more_clients(deck, cookie, topics, 1 + clients, seconds)
    print(
        f"deck with 1 client {one_share:.2%} of a core ({one_rate:.0f} messages/s), "
        f"with {1 + clients} clients {all_share:.2%} ({all_rate:.0f} messages/s each)"
    )
    print(f"one more client {(all_share - one_share) / clients:.3%} of a core; bar: <= 0.1 %")
    return _quantile(ours, 0.5)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--clients", type=int, default=10)
    parser.add_argument("--accounts", action="store_true", help="of a deck with users too")
    options = parser.parse_args()
    medians: list[float] = []
    for accounts in (False, True) if options.accounts else (False,):
        with tempfile.TemporaryDirectory() as folder:
            deck = RealDeck(Path(folder) / "data", seconds=_PATIENCE_S, accounts=accounts)
            try:
                medians.append(_measure(deck, options.seconds, options.clients, accounts=accounts))
            finally:
                deck.stop()
    if len(medians) > 1:
        print(f"\nmedian with accounts / without {medians[1] / medians[0]:.2f}")


if __name__ == "__main__":
    main()
