"""A deck that speaks the page's protocol with synthetic data, and fails when it is told to.

Runs in a thread of the test; `python -m tests.end_to_end.fake_deck 8061` serves it by hand.
"""

from __future__ import annotations

import asyncio
import csv
import io
import json
import sys
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from aiohttp import WSMsgType, web

from tests.end_to_end.fake_api import FakeApi, refusal
from tests.end_to_end.fake_pages import LISTED, STEP_MS, SYMBOLS, Source, kind_of, pages, state

WEB = Path(__file__).resolve().parents[2] / "src" / "quantdeck" / "web"
PLAYED_MS = 1_723_125_802_000
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".html": "text/html",
         ".woff2": "font/woff2"}  # fmt: skip


class FakeDeck:
    """One server on a free port; `stop` and `start` again on the same port play a restart."""

    def __init__(self, port: int = 0, *, token: str = "") -> None:
        self.port = port
        self.token = token
        self.capturing = True
        self.mode = "demo"
        self.version = "0.1.0"
        self.has_ended = False
        self.symbols = list(SYMBOLS)
        self.hz: list[float] = []
        self.api = FakeApi(self)
        self.mute: set[str] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._sources: dict[str, tuple[Source, int]] = {}
        self._clients: dict[web.WebSocketResponse, dict[str, int]] = {}
        self._runner: web.AppRunner | None = None
        self._stopping: asyncio.Event | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> FakeDeck:
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(started,), daemon=True)
        self._thread.start()
        started.wait(10)
        return self

    def stop(self) -> None:
        if self._loop is None or self._thread is None or self._stopping is None:
            return
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(10)
        self._loop = None

    def _run(self, started: threading.Event) -> None:
        asyncio.run(self._serve(started))

    async def _serve(self, started: threading.Event) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        await self._open()
        ticking = asyncio.create_task(self._tick())
        started.set()
        await self._stopping.wait()
        ticking.cancel()
        await self._close()

    async def _open(self) -> None:
        app = web.Application(middlewares=[self._guard])
        app.router.add_get("/api/v1/stream", self._stream)
        app.router.add_get("/api/v1/pages", self._pages)
        app.router.add_get("/api/v1/status", self._status)
        app.router.add_get("/api/v1/instruments", self._instruments)
        app.router.add_get("/api/v1/panels/{panel}", self._panel)
        app.router.add_post("/api/v1/capture/{what}", self._capture)
        app.router.add_get("/api/v1/session", self._who)
        app.router.add_post("/api/v1/session", self._session)
        app.router.add_routes(self.api.routes())
        app.router.add_get("/{path:.*}", self._file)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def _close(self) -> None:
        for socket in list(self._clients):
            await socket.close(code=1012)
        if self._runner is not None:
            await self._runner.cleanup()

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        closed = request.path.startswith("/api/") and request.path != "/api/v1/session"
        known = not self.token or request.cookies.get("qd") == self.token
        if closed and not known and request.path != "/api/v1/stream":
            return refusal(401, "no-session", "Log in first.")
        return await handler(request)

    async def _who(self, request: web.Request) -> web.Response:
        known = not self.token or request.cookies.get("qd") == self.token
        return web.json_response({"logged_in": known, "mode": "local"})

    async def _session(self, request: web.Request) -> web.Response:
        if (await request.json()).get("token") != self.token:
            return refusal(401, "bad-token", "This token is not valid, or has been used.")
        answer = web.json_response({"session": "ok"})
        answer.set_cookie("qd", self.token, httponly=True, samesite="Strict")
        return answer

    async def _pages(self, _: web.Request) -> web.Response:
        return web.json_response(pages())

    async def _status(self, _: web.Request) -> web.Response:
        return web.json_response(self.status())

    async def _instruments(self, request: web.Request) -> web.Response:
        wanted = request.query.get("search", "").upper()
        found = [{"symbol": one} for one in LISTED if wanted in one]
        near = [] if found else [one for one in LISTED if wanted[:3] in one]
        return web.json_response({"instruments": found, "near": near})

    async def _capture(self, request: web.Request) -> web.Response:
        self.capturing = request.match_info["what"] == "start"
        self.has_ended = False
        self.symbols = (await request.json()).get("symbols") or self.symbols
        return web.json_response({"symbols": self.symbols})

    async def _panel(self, request: web.Request) -> web.Response:
        query = {key: value for key, value in request.query.items() if key != "format"}
        topic = request.match_info["panel"] + "?" + "&".join(f"{k}={v}" for k, v in query.items())
        data = Source(topic, _now()).snapshot()
        if request.query.get("format") != "csv":
            return web.json_response(data)
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(["time", *data.get("lines", {"value": []})])
        writer.writerows(zip(data.get("x", []), *data.get("lines", {}).values(), strict=True))
        name = request.match_info["panel"]
        return web.Response(
            text=text.getvalue(),
            content_type="text/csv",
            headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
        )

    async def _file(self, request: web.Request) -> web.StreamResponse:
        if request.path.startswith("/api/"):
            return refusal(404, "not-found", f"There is no {request.path}.")
        path = WEB / request.match_info["path"].lstrip("/")
        if not path.is_file():
            path = WEB / "index.html"
        return web.Response(body=path.read_bytes(), content_type=TYPES[path.suffix])

    def status(self) -> dict[str, Any]:
        live = 2 if self.capturing else 0
        played = self.mode == "replay"
        clock_ms = PLAYED_MS if played else _now()
        position = {"position_ms": clock_ms, "speed": "10", "done": self.has_ended}
        return {
            "state": state(), "mode": self.mode, "capturing": self.capturing, "feeds_live": live,
            "feeds_total": 2, "messages_per_s": 38_112.0 * live / 2, "lag_ms": 12.0,
            "skew_ms": -3.0, "gaps_open": 0, "dropped": 0, "tape_state": "writing",
            "tape_bytes": 1_840_000_000, "symbols": self.symbols, "clock_ms": clock_ms,
            "replay": position if played else None, "alerts_unread": self.api.unread(),
        }  # fmt: skip

    def _fired(self) -> dict[str, Any]:
        return {"state": state(), "rows": self.api.fired, "remove": self.api.cleared}

    async def _stream(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if self.token and request.cookies.get("qd") != self.token:
            await socket.close(code=4401)
            return socket
        hello = {"t": "hello", "session": "s", "hz": 10, "mode": "demo", "version": self.version}
        await socket.send_json(hello)
        self._clients[socket] = {}
        async for message in socket:
            if message.type == WSMsgType.TEXT:
                await self._obey(socket, json.loads(message.data))
        self._clients.pop(socket, None)
        return socket

    async def _obey(self, socket: web.WebSocketResponse, op: dict[str, Any]) -> None:
        topics = self._clients[socket]
        if op["op"] == "sub":
            topic = op["topic"]
            message = _refusal(topic)
            if message:
                await socket.send_json(
                    {"t": "err", "topic": topic, "code": "bad-input", "message": message}
                )
                return
            topics[topic] = -1
        elif op["op"] == "unsub":
            topics.pop(op["topic"], None)
        elif op["op"] == "ping":
            await socket.send_json({"t": "pong", "id": op["id"], "ts": _now()})
        elif op["op"] == "hz":
            self.hz.append(op["hz"])

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(STEP_MS / 1000)
            wanted = {topic for topics in self._clients.values() for topic in topics}
            for topic in wanted:
                await self._publish(topic)

    async def _publish(self, topic: str) -> None:
        now = _now()
        if topic.partition("?")[0] in self.mute:
            return
        if topic in {"status", "alerts.fired"}:
            make = self.status if topic == "status" else self._fired
            _, seq = self._sources.get(topic, (None, 0))
            self._sources[topic] = (None, seq + 1)  # type: ignore[assignment]
            change, whole = make(), make
        else:
            source, seq = self._sources.get(topic) or (Source(topic, now), 0)
            change = source.step(now)
            self._sources[topic] = (source, seq + (change is not None))
            whole = source.snapshot
        head = {"topic": topic, "seq": self._sources[topic][1], "ts": now}
        delta = json.dumps({"t": "d", **head, "data": change})
        snap: str | None = None
        for socket, topics in list(self._clients.items()):
            if topic not in topics:
                continue
            if topics[topic] < 0:
                snap = snap or json.dumps({"t": "snap", **head, "data": whole()})
                text = snap
            elif change is not None:
                text = delta
            else:
                continue
            topics[topic] = head["seq"]
            try:
                await socket.send_str(text)
            except ConnectionError:
                self._clients.pop(socket, None)


def _refusal(topic: str) -> str:
    name, _, query = topic.partition("?")
    try:
        if name not in {"status", "alerts.fired"}:
            kind_of(name)
    except KeyError:
        return f"There is no topic {topic}."
    params = parse_qs(query)
    same = "y" in params and params["y"] == params.get("x")
    return "y and x are the same symbol: choose two different ones." if same else ""


def _now() -> int:
    return time.time_ns() // 1_000_000


if __name__ == "__main__":
    deck = FakeDeck(int(sys.argv[1]) if len(sys.argv) > 1 else 8061).start()
    sys.stderr.write(f"{deck.url}\n")
    threading.Event().wait()
