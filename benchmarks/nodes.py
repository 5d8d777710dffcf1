"""Requests a second of the API by one node and by two behind nginx, with accounts on.

Named peers: one node asked directly, and the same node through nginx. All nodes have one data folder
and one set of accounts, in SQLite, or in PostgreSQL where `--state` names a server. A route that
computes anew every time shows what a second node brings; one that answers from memory, what nginx and
asking whose token it is cost. Nodes, nginx and the clients share the cores of this machine: with two
of them, two nodes can hardly bring more than what one node leaves idle. On machines of their own each
node brings what one does.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import aiohttp
from timing import show

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))
SYMBOLS = ("US:SPY", "US:QQQ", "US:AAPL", "US:MSFT", "US:JPM")
ROUTES = {
    "risk, computed each time": ("/risk/{symbol}?lookback={bars}", 10),
    "risk, remembered": ("/risk/{symbol}?lookback=1260", 1),
    "health, nothing asked": ("/health", 1),
}
CONF = """daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; {user}
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
    uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
    upstream one {{ server {one}; }}
    upstream two {{ least_conn; server {one}; server {two}; }}
    server {{ listen 127.0.0.1:{ports[0]}; location / {{
        proxy_pass http://one; proxy_http_version 1.1; proxy_set_header Host $http_host; }} }}
    server {{ listen 127.0.0.1:{ports[1]}; location / {{
        proxy_pass http://two; proxy_http_version 1.1; proxy_set_header Host $http_host; }} }}
}}
"""


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def make_token(folder: Path, state: str) -> str:
    """Open an account and return an API token of it."""
    from quantdeck.app.settings import load
    from quantdeck.app.state import open_accounts
    from quantdeck.hub.logins import hash_of
    from quantdeck.model.users import Grant, GrantKind, Role, Scope, User

    settings = load(Path(os.devnull), environ={"QUANTDECK_STATE__URL": state} if state else {},
                    flags={"data_dir": str(folder)})  # fmt: skip
    token, now = f"qd_{secrets.token_urlsafe(32)}", time.time_ns()
    with closing(open_accounts(settings)) as records:
        records.users.add_first(User("bench", "bench", Role.ADMIN, "none", now))
        records.grants.add(
            Grant(secrets.token_hex(8), hash_of(token), "bench", GrantKind.TOKEN, "bench", "",
                  (Scope.READ,), now, now, now + 10**15)
        )  # fmt: skip
    return token


def start_node(folder: Path, state: str) -> tuple[subprocess.Popen[str], str]:
    """Start a node on a data folder; return it with its address."""
    command = ["-m", "quantdeck.cli.main", "api", "--demo", "--port", "0", "--data-dir", folder]
    process = subprocess.Popen(
        [sys.executable, *map(str, command)],
        env={
            "PYTHONPATH": str(ROOT / "src"),
            "PATH": "/usr/bin:/bin",
            "HOME": str(folder),
            "QUANTDECK_ACCOUNTS__MODE": "users",
            **({"QUANTDECK_STATE__URL": state} if state else {}),
        },
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    found = re.search(r"http://\S+", process.stdout.readline())
    assert found is not None
    return process, found[0]


async def rate(session: aiohttp.ClientSession, urls: list[str], clients: int) -> float:
    """Ask for all addresses, so many at a time; return how many a second."""
    waiting = list(reversed(urls))

    async def client() -> None:
        while waiting:
            async with session.get(waiting.pop()) as answer:
                body = await answer.read()
                assert answer.status == 200, body[:300]

    begun = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    return len(urls) / (time.perf_counter() - begun)


async def measure(
    token: str, nodes: list[str], bases: list[str], arguments: argparse.Namespace
) -> None:
    """Ask one node, nginx before one and nginx before two in turn, and print the table."""
    connector = aiohttp.TCPConnector(limit=0)
    headers = {"Authorization": f"Bearer {token}"}
    timeout = aiohttp.ClientTimeout(total=300)
    rows: list[tuple[str, ...]] = []
    async with aiohttp.ClientSession(
        connector=connector, timeout=timeout, headers=headers
    ) as session:
        for node in nodes:
            await until_ready(session, node)
        for name, (path, share) in ROUTES.items():
            found: list[list[float]] = [[] for _ in bases]
            bars = iter(range(1500, 0, -1))
            for _ in range(arguments.rounds):
                for at, base in enumerate(bases):
                    count = arguments.requests // share
                    urls = [
                        base + path.format(symbol=SYMBOLS[i % len(SYMBOLS)], bars=next(bars, 30))
                        for i in range(count)
                    ]
                    found[at].append(await rate(session, urls, arguments.clients))
            one, behind, two = (sorted(each)[len(each) // 2] for each in found)
            rows.append((name, f"{one:.0f}", f"{behind:.0f}", f"{two:.0f}", f"{two / behind:.2f}"))
    header = ("requests a second", "one node", "nginx, one", "nginx, two", "two / one")
    show(f"{arguments.clients} clients at once, {os.cpu_count()} cores", header, rows)


async def until_ready(session: aiohttp.ClientSession, node: str) -> None:
    """Wait until a node has answered all that is measured once."""
    deadline = time.monotonic() + 240
    for symbol in SYMBOLS:
        while True:
            async with session.get(f"{node}/risk/{symbol}?lookback=1260") as answer:
                body = await answer.read()
                if answer.status == 200:
                    break
            if time.monotonic() > deadline:
                raise RuntimeError(f"{node}: {body[:200]!r}")
            await asyncio.sleep(0.2)


def main() -> None:
    """Start nodes and nginx, ask, and end them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--state", default="", help="postgresql://..., an empty database")
    arguments = parser.parse_args()
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if nginx is None:
        print("nginx is not here (Debian: nginx-light); nothing is measured")
        return
    started: list[subprocess.Popen[str]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "data").mkdir()
        token = make_token(folder / "data", arguments.state)
        try:
            nodes: list[str] = []
            for _ in range(2):
                process, address = start_node(folder / "data", arguments.state)
                started.append(process)
                nodes.append(address)
            ports = (free_port(), free_port())
            one, two = (node.removeprefix("http://") for node in nodes)
            user = "user root;" if os.geteuid() == 0 else ""
            conf = folder / "nginx.conf"
            conf.write_text(CONF.format(folder=folder, one=one, two=two, ports=ports, user=user))
            started.append(subprocess.Popen([nginx, "-c", conf], text=True))
            bases = [nodes[0], *(f"http://127.0.0.1:{port}" for port in ports)]
            asyncio.run(measure(token, nodes, bases, arguments))
        finally:
            for process in reversed(started):
                process.send_signal(signal.SIGTERM)
                process.wait(timeout=60)


if __name__ == "__main__":
    main()
