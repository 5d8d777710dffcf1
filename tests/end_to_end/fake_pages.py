"""Synthetic pages and payloads of the fake deck, one source of data per topic."""

from __future__ import annotations

import math
import random
from typing import Any
from urllib.parse import parse_qs

from tests.end_to_end import fake_tools

SYMBOLS = (
    "BINANCE-USDM:BTCUSDT",
    "BINANCE-USDM:ETHUSDT",
    "BINANCE-USDM:SOLUSDT",
    "BINANCE:BTCUSDT",
)
LISTED = (*SYMBOLS, "BINANCE-USDM:XRPUSDT", "BINANCE-USDM:ADAUSDT", "BINANCE:ETHUSDT")
PRICES = (61_250.4, 2_684.31, 152.204, 61_231.07)
KEEP = 600
STEP_MS = 100

_STATES = ("live", "stale", "partial", "error", "empty", "loading")


def state(word: str = "demo", detail: str = "") -> dict[str, Any]:
    return {"word": word, "age_s": 0.2, "source": "binance-usdm", "detail": detail}


def _lines(*ids: str, **style: Any) -> list[dict[str, Any]]:
    return [{"id": one, "title": one.replace("_", " "), **style} for one in ids]


PAIR_PARAMS = ["y", "x", "timeframe", "window"]


def pages() -> list[dict[str, Any]]:
    return [_dashboard(), _pairs(), _states(), *fake_tools.pages()]


def _panel(name: str, kind: str, title: str, **rest: Any) -> dict[str, Any]:
    return {
        "id": name, "kind": kind, "title": title, "topic": name,
        "query": f"/api/v1/panels/{name}", "help": f"How **{title}** is made: `mean(x)`.", **rest,
    }  # fmt: skip


def _dashboard() -> dict[str, Any]:
    feeds = [
        {"id": "name", "title": "connection"},
        {"id": "state", "title": "state", "format": "state"},
        {"id": "age_s", "title": "age", "format": "duration"},
        {"id": "messages", "title": "messages", "format": "count"},
        {"id": "rate", "title": "rate", "format": "rate", "unit": "/s"},
        {"id": "skew", "title": "skew", "format": "number", "decimals": 1, "unit": "ms", "signed": True},
    ]  # fmt: skip
    gaps = [{"id": "symbol", "title": "symbol"}, {"id": "missing", "title": "missing"}]
    panels = [
        _panel("dashboard.symbols", "kpi", "Symbols", width=12, height=5),
        _panel("dashboard.capture", "kpi", "Capture", width=12, height=4),
        _panel("dashboard.rate", "stream-lines", "Message rate", width=6, height=7,
               columns=_lines("trades", "quotes", format="rate", unit="/s")),
        _panel("dashboard.lag", "stream-lines", "Lag", width=6, height=7,
               columns=_lines("p50", "p99", format="number", decimals=1, unit="ms")),
        _panel("dashboard.feeds", "table", "Feeds", width=6, height=6, columns=feeds),
        _panel("dashboard.gaps", "table", "Gaps", width=3, height=6, columns=gaps,
               empty="No gap since capture started. Holes in trade ids are listed here."),
        _panel("dashboard.log", "log", "What happened", width=3, height=6),
    ]  # fmt: skip
    return {
        "id": "dashboard", "title": "Dashboard", "icon": "home",
        "question": "Is everything captured, now?", "panels": panels,
    }  # fmt: skip


def _pairs() -> dict[str, Any]:
    controls = [
        {"id": "y", "title": "y", "type": "symbol", "default": ""},
        {"id": "x", "title": "x", "type": "symbol", "default": ""},
        {"id": "timeframe", "title": "Timeframe", "type": "choice", "default": "1s",
         "options": ["tick", "1s", "1m", "5m"]},
        {"id": "window", "title": "Window", "type": "integer", "default": "300",
         "minimum": 20, "maximum": 5000, "help": "Bars the study looks back."},
        {"id": "log", "title": "log prices", "type": "toggle", "default": "true"},
    ]  # fmt: skip
    spread = _lines("spread", "mean", format="number", decimals=5)
    spread += [{"id": f"{a}{n}", "title": f"{s}{n} sd", "format": "number", "decimals": 5}
               for n in (1, 2) for a, s in (("up", "+"), ("dn", "\u2212"))]  # fmt: skip
    guides = [{"value": 2, "label": "+2"}, {"value": 0, "label": ""}, {"value": -2, "label": "−2"}]
    stats = [
        {"id": "hedge", "title": "Hedge ratio", "format": "number", "decimals": 4},
        {"id": "adf", "title": "ADF p-value", "format": "pvalue", "help": "Null: a unit root."},
        {"id": "half_life", "title": "Half-life", "format": "duration"},
        {"id": "sd", "title": "Spread sd", "format": "number", "unit": "bp", "decimals": 1},
    ]
    panels = [
        _panel("pairs.y", "candles", "Price of y", width=6, params=PAIR_PARAMS),
        _panel("pairs.x", "candles", "Price of x", width=6, params=PAIR_PARAMS),
        _panel("pairs.spread", "stream-lines", "Spread", width=8, params=PAIR_PARAMS,
               columns=spread),
        _panel("pairs.stats", "stats", "Statistics", width=4, height=14, params=PAIR_PARAMS,
               columns=stats),
        _panel("pairs.zscore", "stream-lines", "z-score", width=8, params=PAIR_PARAMS,
               columns=_lines("z", format="number", decimals=2), guides=guides),
        _panel("pairs.correlation", "stream-lines", "Rolling correlation", width=8,
               params=PAIR_PARAMS, columns=_lines("correlation", format="number", decimals=3)),
        _panel("pairs.about", "markdown", "Reading this", width=4),
    ]  # fmt: skip
    return {
        "id": "pairs", "title": "Pairs", "icon": "pairs", "controls": controls,
        "question": "Is the spread stretched, and does it come back?", "panels": panels,
    }  # fmt: skip


def _states() -> dict[str, Any]:
    panels = []
    for kind in ("kpi", "stream-lines", "candles", "table", "stats", "log"):
        panels += [
            _panel(f"states.{kind}.{word}", kind, f"{kind}, {word}", width=4, height=6,
                   empty="Nothing is recorded yet. Press Start, or run `quantdeck import`.")
            for word in _STATES
        ]  # fmt: skip
    return {
        "id": "states", "title": "States", "icon": "card",
        "question": "How does every kind of panel look in every state?", "panels": panels,
    }  # fmt: skip


class Source:
    """The data of one topic, moved on by steps of 100 ms."""

    def __init__(self, topic: str, now_ms: int) -> None:
        name, _, query = topic.partition("?")
        self.name = name
        self.random = random.Random(topic)
        self.kind = kind_of(name)
        symbol = parse_qs(query).get(name[-1], [""])[0]
        self.title = f"{symbol.partition(':')[2]} price" if symbol else ""
        self.word = name.rsplit(".", 1)[1] if name.startswith("states.") else "demo"
        self.step_ms = 1000 if self.kind == "candles" or "timeframe=1m" in query else STEP_MS
        self.now_ms = now_ms
        self.n = 0
        self.x: list[int] = []
        self.values: dict[str, list[float | None]] = {}
        first = now_ms - KEEP * self.step_ms
        for i in range(0 if fake_tools.payload(name) else KEEP):
            self._add(first - first % self.step_ms + i * self.step_ms)

    def _ids(self) -> list[str]:
        if self.kind == "candles":
            return ["open", "high", "low", "close", "volume", "trades"]
        for page in pages():
            for panel in page["panels"]:
                if panel["id"] == self.name and "columns" in panel:
                    return [column["id"] for column in panel["columns"]]
        return ["a", "b"]

    def _add(self, x: int) -> None:
        self.x.append(x)
        noise = self.random.gauss(0, 1)
        old = self.values.get("_", [0.0])[-1] or 0.0
        walk = 0.97 * old + noise * 0.3
        self.values.setdefault("_", []).append(walk)
        for at, name in enumerate(self._ids()):
            value: float | None = self._value(name, walk, at)
            gap = self.kind == "stream-lines" and 200 < len(self.x) < 215
            self.values.setdefault(name, []).append(None if gap else value)
        if len(self.x) > KEEP:
            self.x.pop(0)
            for values in self.values.values():
                values.pop(0)

    def _value(self, name: str, walk: float, at: int) -> float:
        scale = {"trades": 40, "quotes": 160, "p50": 8, "p99": 31}.get(name)
        if self.kind == "candles":
            last = (self.values.get("close") or [PRICES[0]])[-1] or PRICES[0]
            move = self.random.gauss(0, 5)
            shapes = {"open": last, "close": last + move, "high": max(last, last + move) + 3,
                      "low": min(last, last + move) - 3}  # fmt: skip
            if name == "close":
                return (self.values["high"][-1] or 0) - 3 - self.random.random() * 2
            return shapes.get(name, 5 + 4 * abs(walk))
        if scale:
            return scale * (1 + 0.2 * walk) + abs(self.random.gauss(0, 1))
        fixed = {"mean": 0.0, "up1": 0.9, "up2": 1.8, "dn1": -0.9, "dn2": -1.8}
        if name in fixed:
            return 1e-3 * (fixed[name] + 0.15 * math.sin(len(self.x) / 90))
        return {"spread": walk * 1e-3, "correlation": math.tanh(1 + 0.3 * walk)}.get(
            name, walk + 0.5 * at
        )

    def _state(self) -> dict[str, Any]:
        details = {
            "stale": "Quotes stopped 42 s ago.",
            "partial": "BINANCE-USDM:SOLUSDT is missing: no trade yet.",
            "error": "The tape cannot be read: disk full. Free space and press Start.",
        }
        word = "demo" if self.word in {"rows", "live"} else self.word
        return {**state(word, details.get(word, "")), "age_s": 42.0 if word == "stale" else 0.2}

    def rows(self) -> list[dict[str, Any]]:
        if self.kind == "kpi":
            return _cards(self)
        if self.kind == "log":
            return [{"id": str(i), "ts": self.now_ms - 4000 * i, "tone": tone, "text": text}
                    for i, (tone, text) in enumerate(_EVENTS)]  # fmt: skip
        if self.kind == "stats":
            return [
                {"id": "hedge", "value": 0.8123 + self.n * 1e-6, "verdict": "± 0.0041", "tone": "plain"},
                {"id": "adf", "value": 0.27, "verdict": "cointegrated at 5 %: no", "tone": "bad"},
                {"id": "half_life", "value": 94.0, "verdict": "comes back", "tone": "good"},
                {"id": "sd", "value": 6.4, "verdict": "", "tone": "plain"},
            ]  # fmt: skip
        if self.name == "dashboard.gaps":
            return []
        return [
            {"id": name, "name": name, "state": "live", "age_s": 0.1, "messages": 90_000 + self.n,
             "rate": 812.4 + self.n % 7, "skew": -3.1 if i else 2.4}
            for i, name in enumerate(("usdm /market", "usdm /public", "spot"))
        ]  # fmt: skip

    def snapshot(self) -> dict[str, Any]:
        made = fake_tools.payload(self.name)
        if made is not None:
            return made
        if self.word in {"empty", "loading"}:
            return {"state": self._state(), **_nothing(self.kind)}
        head = {"state": self._state()}
        if self.kind == "markdown":
            return {**head, "text": "A spread is **stretched** beyond two standard deviations.\n\n"
                    "- sell it above `+2`\n- buy it below `−2`"}  # fmt: skip
        if self.kind in {"kpi", "table", "stats", "log"}:
            return {**head, "rows": self.rows()}
        return {**head, **self._series(0)}

    def _series(self, at: int) -> dict[str, Any]:
        values = {name: self.values[name][at:] for name in self._ids()}
        if self.kind == "candles":
            return {"decimals": 1, "title": self.title, "x": self.x[at:], **values}
        bands = [{"id": f"b{n}", "upper": f"up{n}", "lower": f"dn{n}"} for n in (2, 1)]
        return {"x": self.x[at:], "lines": values, "bands": bands if "up1" in values else []}

    def step(self, now_ms: int) -> dict[str, Any] | None:
        """Move on and return the change; None where nothing has."""
        self.n += 1
        self.now_ms = now_ms
        if fake_tools.payload(self.name) is not None:
            return None
        if self.word in {"empty", "loading", "error", "stale"} or self.kind in {"markdown", "log"}:
            return None
        if self.kind in {"stream-lines", "candles"}:
            if now_ms - self.x[-1] < self.step_ms:
                return None
            self._add(self.x[-1] + self.step_ms)
            change = {"state": self._state(), "from": self.x[-1], "keep": KEEP, **self._series(-1)}
            change.pop("bands", None)
            return change
        return {"state": self._state(), "rows": self.rows(), "remove": []}


_EVENTS = (
    ("good", "usdm /market is live"),
    ("warn", "usdm /market reconnects: no data for 10 s"),
    ("plain", "capture started: 4 symbols"),
)


def _nothing(kind: str) -> dict[str, Any]:
    if kind == "stream-lines":
        return {"x": [], "lines": {}, "bands": []}
    if kind == "candles":
        names = ("x", "open", "high", "low", "close", "volume", "trades")
        return {"decimals": 2, **{name: [] for name in names}}
    return {"rows": []}


def _cards(source: Source) -> list[dict[str, Any]]:
    wobble = math.sin(source.n / 9) / 400
    spark = [math.sin((i + source.n) / 7) + i / 30 for i in range(60)]
    if source.name == "dashboard.capture":
        return [
            {"id": "rate", "title": "messages", "value": round(38_112 * (1 + wobble)), "decimals": 0,
             "unit": "/s", "spark": spark, "note": "4 streams"},
            {"id": "lag", "title": "lag, median", "value": 12.4 + source.n % 5, "decimals": 1,
             "unit": "ms", "note": "p99 31 ms"},
            {"id": "gaps", "title": "gaps open", "value": 0, "decimals": 0, "note": "2 repaired"},
            {"id": "tape", "title": "tape", "value": 1.84, "decimals": 2, "unit": "GB",
             "note": "writing"},
        ]  # fmt: skip
    return [
        {"id": symbol, "title": symbol, "value": price * (1 + wobble * (i + 1)), "decimals": 2,
         "unit": "USDT", "change": wobble * (i + 1) * (-1) ** i, "change_title": "5 min",
         "spark": spark, "note": "mark +1.2 bp", "state": "demo"}
        for i, (symbol, price) in enumerate(zip(SYMBOLS, PRICES, strict=True))
    ]  # fmt: skip


def kind_of(name: str) -> str:
    for page in pages():
        for panel in page["panels"]:
            if panel["id"] == name:
                return str(panel["kind"])
    raise KeyError(name)
