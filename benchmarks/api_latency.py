"""Latency of the API at fifty clients at once: quantdeck's service against a plain FastAPI application.

Both run as processes of their own on the same simulated bars; clients keep their connections. "Cold"
asks every time for another number of bars, so that nothing can be remembered; "warm" asks for the same
again. The peer computes about thirty figures with empyrical and pandas at every request, quantdeck about
130 readings (metrics) or the whole study of the page (risk, signals, options); the peer has no options.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import aiohttp
from timing import show

ROOT = Path(__file__).resolve().parent.parent
SYMBOLS = ("US-SPY", "US-QQQ", "US-AAPL", "US-MSFT", "US-JPM")
ROUTES = {
    "metrics": ("/metrics/{symbol}?lookback={bars}", True),
    "risk": ("/risk/{symbol}?lookback={bars}", True),
    "signals": ("/signals?lookback={bars}", True),
    "options": ("/options/SPX", False),
}


def start_ours(folder: Path) -> tuple[subprocess.Popen[str], str]:
    """Start the service on a data folder, and return it with its address."""
    command = ["-m", "quantdeck.cli.main", "api", "--demo", "--port", "0", "--data-dir", folder]
    process = subprocess.Popen(
        [sys.executable, *map(str, command)],
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": "/usr/bin:/bin", "HOME": str(folder)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    found = re.search(r"http://\S+", process.stdout.readline())
    assert found is not None
    return process, found[0]


def start_peer(folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Start the plain application on a folder of CSV files, and return it with its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = ROOT / "benchmarks" / "api_peers" / "plain_app.py"
    process = subprocess.Popen([sys.executable, program, folder, str(port)])
    return process, f"http://127.0.0.1:{port}"


async def until_there(session: aiohttp.ClientSession, url: str) -> bytes:
    """Wait for an answer of 200, and return it."""
    deadline = time.monotonic() + 120
    while True:
        try:
            async with session.get(url) as answer:
                body = await answer.read()
                if answer.status == 200:
                    return body
        except aiohttp.ClientConnectionError:
            body = b"no connection"
        if time.monotonic() > deadline:
            raise RuntimeError(f"{url}: {body[:200]!r}")
        await asyncio.sleep(0.2)


async def latencies(
    session: aiohttp.ClientSession, urls: list[str], clients: int
) -> tuple[list[float], float]:
    """Ask for every address once, so many at a time; return seconds of each, sorted, and of all."""
    waiting = list(reversed(urls))
    taken: list[float] = []

    async def client() -> None:
        while waiting:
            url = waiting.pop()
            begun = time.perf_counter()
            async with session.get(url) as answer:
                body = await answer.read()
                assert answer.status == 200, body[:300]
            taken.append(time.perf_counter() - begun)

    begun = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    return sorted(taken), time.perf_counter() - begun


def addresses(base: str, route: str, count: int, *, cold: bool) -> list[str]:
    """Return what is asked for, in order."""
    path = ROUTES[route][0]
    names = SYMBOLS
    return [
        base + path.format(symbol=names[i % len(names)], bars=1260 - i if cold else 1260)
        for i in range(count)
    ]


async def measure(ours: str, peer: str, folder: Path, arguments: argparse.Namespace) -> None:
    """Prepare both, and print the table."""
    connector = aiohttp.TCPConnector(limit=0)
    timeout = aiohttp.ClientTimeout(total=300)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        for name in SYMBOLS:
            url = f"{ours}/history/{name.replace('-', ':')}?lookback=3000&format=csv"
            (folder / f"{name}.csv").write_bytes(await until_there(session, url))
        await until_there(session, f"{ours}/options/SPX")
        # What the service fetches at its start is none of the clients' business.
        await until_there(session, f"{ours}/history/ADAUSDT?interval=1h")
        process, peer = start_peer(folder)
        try:
            await until_there(session, f"{peer}/signals")
            rows = [
                row
                for route in ROUTES
                for cold in (True, False)
                if (row := await compared(session, (ours, peer), route, cold, arguments))
            ]
        finally:
            process.terminate()
            process.wait()
    header = ("", "p50 ms", "p95 ms", "p99 ms", "a second", "peer p50", "peer p95", "peer / ours")
    show(f"{arguments.clients} clients at once, {arguments.requests} requests", header, rows)


async def compared(
    session: aiohttp.ClientSession,
    bases: tuple[str, str],
    route: str,
    cold: bool,
    arguments: argparse.Namespace,
) -> tuple[str, ...] | None:
    """Return a row of the table: one route, cold or warm, of ours and of the peer."""
    can_be_cold = "{bars}" in ROUTES[route][0] and route != "signals"
    if cold and not can_be_cold:
        return None
    ours_urls = [
        url.replace("US-", "US:")
        for url in addresses(bases[0], route, arguments.requests, cold=cold)
    ]
    if route == "signals":
        ours_urls = [url.replace("lookback=1260", "limit=100") for url in ours_urls]
    if not cold:
        await latencies(session, ours_urls[: len(SYMBOLS)], 1)
    taken, whole = await latencies(session, ours_urls, arguments.clients)
    row = [f"{route}, {'cold' if cold else 'warm'}"]
    row += [f"{1000 * at(taken, share):.1f}" for share in (0.5, 0.95, 0.99)]
    row.append(f"{len(taken) / whole:.0f}")
    if not ROUTES[route][1]:
        return (*row, "", "", "")
    peer_urls = addresses(bases[1], route, arguments.peer_requests, cold=cold)
    peer, _ = await latencies(session, peer_urls, arguments.clients)
    row += [f"{1000 * at(peer, share):.1f}" for share in (0.5, 0.95)]
    return (*row, f"{at(peer, 0.5) / at(taken, 0.5):.1f}")


def at(values: list[float], share: float) -> float:
    """Return a quantile of sorted values."""
    return values[min(len(values) - 1, int(share * len(values)))]


def main() -> None:
    """Run both, ask, and end them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--requests", type=int, default=500)
    parser.add_argument("--peer-requests", type=int, default=200)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        process, ours = start_ours(folder / "data")
        try:
            asyncio.run(measure(ours, "", folder, arguments))
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=30)


if __name__ == "__main__":
    main()
