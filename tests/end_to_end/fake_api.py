"""The routes of the fake deck that change something: runs, uploads, alerts."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.end_to_end.fake_tools import RULES

if TYPE_CHECKING:
    from tests.end_to_end.fake_deck import FakeDeck

METRICS = [
    {"name": "zscore", "group": "Pairs", "meaning": "Distance of the spread from its rolling mean.",
     "unit": "standard deviations", "example": "zscore(ETHUSDT, BTCUSDT, 1m)", "arguments": [
         {"name": "y", "type": "symbol", "help": "What is explained.", "default": None},
         {"name": "x", "type": "symbol", "help": "What explains it.", "default": None},
         {"name": "timeframe", "type": "choice", "help": "Rows.", "default": "1s",
          "options": ["tick", "1s", "1m", "5m"]},
         {"name": "lookback", "type": "integer", "help": "Rows fitted.", "default": "500",
          "minimum": 50, "maximum": 5000}]},
    {"name": "last", "group": "Prices", "meaning": "Price of the newest execution.",
     "unit": "price", "example": "last(BTCUSDT)", "arguments": [
         {"name": "symbol", "type": "symbol", "help": "Of this symbol.", "default": None}]},
    {"name": "gaps", "group": "Capture", "meaning": "Gaps that are open.", "unit": "gaps",
     "example": "gaps()", "arguments": []},
]  # fmt: skip
STRETCHED = {
    "first": {"metric": "zscore", "arguments": ["ETHUSDT", "BTCUSDT", "1m", "500"],
              "absolute": True, "comparison": ">", "threshold": "2", "hysteresis": ""},
    "joined": "", "second": None, "hold": "30s", "cooldown": "", "expires": "", "quiet": "",
}  # fmt: skip


class FakeApi:
    """What was sent to a fake deck, and its fired alerts."""

    def __init__(self, deck: FakeDeck) -> None:
        self.deck = deck
        self.sent: list[tuple[str, str, Any]] = []
        self.fired: list[dict[str, Any]] = []
        self.cleared: list[str] = []
        self.hold_uploads = False
        self.layouts: dict[str, Any] = {}
        self.named: dict[str, Any] = {}

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/api/v1/fake/runs", self._run),
            web.post("/api/v1/fake/sweeps", self._noted),
            web.delete("/api/v1/fake/runs", self._noted),
            web.delete("/api/v1/fake/runs/{id}", self._noted),
            web.post("/api/v1/uploads", self._upload),
            web.get("/api/v1/alerts/metrics", self._metrics),
            web.get("/api/v1/alerts/channels", self._channels),
            web.get("/api/v1/alerts/rules", self._rules),
            web.post("/api/v1/alerts/rules", self._noted),
            web.put("/api/v1/alerts/rules/{id}", self._noted),
            web.post("/api/v1/alerts/check", self._check),
            web.post("/api/v1/alerts/test", self._test),
            web.post("/api/v1/alerts/read", self._read),
            web.delete("/api/v1/alerts", self._clear),
            web.get("/api/v1/layouts", self._layouts),
            web.put("/api/v1/layouts/{page}", self._arrange),
            web.delete("/api/v1/layouts/{page}", self._deliver),
        ]

    def fire(self, rule: str, text: str, **more: Any) -> None:
        """Let an alert fire now."""
        number = len(self.fired) + 1
        row = {"id": f"fired-{rule}-{number}-{time.monotonic_ns()}", "ts": time.time_ns() // 10**6,
               "tone": "warn", "text": text, "rule": rule, "read": False, "simulated": True,
               "muted": False, **more}  # fmt: skip
        self.fired = [row, *self.fired]

    def unread(self) -> int:
        return sum(not row["read"] for row in self.fired)

    async def _note(self, request: web.Request) -> Any:
        body = await request.json() if request.can_read_body else None
        self.sent.append((request.method, request.path_qs, body))
        return body

    async def _noted(self, request: web.Request) -> web.Response:
        await self._note(request)
        return web.json_response({})

    async def _run(self, request: web.Request) -> web.Response:
        body = await self._note(request)
        if body["entry"] <= body.get("exit", 0):
            said = "entry must be above exit"
            return refusal(422, "bad-input", said, fields={"entry": said})
        return web.json_response({"message": f"12 trades with entry {body['entry']}."})

    async def _upload(self, request: web.Request) -> web.Response:
        text = (await request.read()).decode()
        self.sent.append((request.method, request.path_qs, request.content_type))
        while self.hold_uploads:  # noqa: ASYNC110 - set by the thread of the test
            await asyncio.sleep(0.02)
        if "-1" in text:
            lines = [{"line": 3, "column": "price", "value": "-1", "reason": "must be above 0"}]
            said = "1 of 2 lines cannot be used; nothing was taken"
            return refusal(422, "bad-input", said, lines=lines, reasons={"must be above 0": 1})
        return web.json_response({"message": "2 trades read: 2 new, 0 already there.", "new": 2})

    async def _metrics(self, _: web.Request) -> web.Response:
        words = [">", ">=", "<", "<=", "crosses above", "crosses below", "crosses"]
        return web.json_response({"metrics": METRICS, "comparisons": words})

    async def _channels(self, _: web.Request) -> web.Response:
        return web.json_response({"channels": [{"name": "desk", "kind": "slack", "state": "ok"}]})

    async def _rules(self, _: web.Request) -> web.Response:
        return web.json_response({"rules": RULES})

    async def _check(self, request: web.Request) -> web.Response:
        text = (await self._note(request))["text"]
        at = text.find("zscor(")
        if at >= 0:
            said = "there is no figure 'zscor'; did you mean zscore?"
            error = {"message": said, "start": at, "end": at + 5, "line": 1, "column": at + 1}
            return web.json_response({"ok": False, "error": error})
        simple = text == RULES[0]["text"]
        return web.json_response(
            {"ok": True, "text": text, "remarks": [], "form": STRETCHED if simple else None}
        )

    async def _test(self, request: web.Request) -> web.Response:
        body = await self._note(request)
        times = [{"ts": 1_786_147_200_000 + 60_000 * n, "message": f"z {n + 2}"} for n in range(7)]
        said = f"would have fired 7 times in the last {body['since']}"
        return web.json_response({"message": said, "count": 7, "times": times})

    async def _read(self, request: web.Request) -> web.Response:
        one = (await self._note(request)).get("id")
        self.fired = [
            {**row, "read": row["read"] or one in {None, row["id"]}} for row in self.fired
        ]
        return web.json_response({})

    async def _clear(self, request: web.Request) -> web.Response:
        await self._note(request)
        self.cleared += [row["id"] for row in self.fired]
        self.fired = []
        return web.json_response({})

    async def _layouts(self, _: web.Request) -> web.Response:
        return web.json_response({"layouts": self.layouts, "named": self.named})

    async def _arrange(self, request: web.Request) -> web.Response:
        page, name = request.match_info["page"], request.query.get("name", "")
        panels = (await self._note(request))["panels"]
        if name:
            self.named.setdefault(page, {})[name] = panels
        else:
            self.layouts[page] = panels
        return web.json_response({})

    async def _deliver(self, request: web.Request) -> web.Response:
        await self._note(request)
        page, name = request.match_info["page"], request.query.get("name", "")
        if name:
            self.named.get(page, {}).pop(name, None)
        else:
            self.layouts.pop(page, None)
        return web.json_response({})


def refusal(status: int, code: str, message: str, **more: Any) -> web.Response:
    """Return an error as the deck words it."""
    body = {"error": {"code": code, "message": message, "request_id": "r-1", **more}}
    return web.json_response(body, status=status)
