"""Synthetic pages of what is used rather than read: forms, actions, events, names, alerts."""

from __future__ import annotations

import math
from typing import Any

NAMES = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "AVAXUSDT", "ADAUSDT", "XRPUSDT")
STEP = 1_000
START = 1_786_147_200_000
ROWS = 240
ENTRY_ROW, STOP_ROW = 60, 170

_LIVE = {"word": "demo", "age_s": 0.2, "source": "binance-usdm", "detail": ""}


def _panel(name: str, kind: str, title: str, **rest: Any) -> dict[str, Any]:
    return {"id": name, "kind": kind, "title": title, "topic": name, "width": 6, **rest}


def _rules() -> dict[str, Any]:
    fields = [
        {"id": "mode", "title": "Side", "type": "choice", "default": "both",
         "options": ["both", "long", "short"]},
        {"id": "y", "title": "y", "type": "symbol", "default": ""},
        {"id": "sizing", "title": "Sizing", "type": "select", "default": "equal",
         "options": ["equal", "volatility"]},
        {"id": "entry", "title": "Entry", "type": "number", "default": "2", "minimum": 0,
         "maximum": 10, "help": "|z| at which a position is opened."},
        {"id": "exit", "title": "Exit", "type": "number", "default": "0.5"},
        {"id": "window", "title": "Window", "type": "integer", "default": "60", "minimum": 20,
         "maximum": 5000},
        {"id": "funding", "title": "Funding", "type": "toggle", "default": "true",
         "help": "Pay and receive it."},
        {"id": "name", "title": "Name", "type": "text", "default": ""},
        {"id": "note", "title": "Note", "type": "long-text", "default": ""},
    ]  # fmt: skip
    actions = [
        {"id": "run", "title": "Run", "method": "POST", "path": "/api/v1/fake/runs",
         "where": "form", "body": {"x": "{x}", "lookback": "{lookback}"}},
        {"id": "sweep", "title": "Sweep", "method": "POST", "path": "/api/v1/fake/sweeps",
         "where": "form", "done": "The sweep has begun.",
         "confirm": "Sweep 10,000 sets of {y}?"},
    ]  # fmt: skip
    return {**_panel("tools.form", "form", "Rules", height=10), "topic": "", "fields": fields,
            "actions": actions}  # fmt: skip


def _upload() -> dict[str, Any]:
    fields = [
        {"id": "file", "title": "File of trades", "type": "file", "default": "",
         "options": [".csv", ".ndjson", ".gz"], "help": "CSV `ts,symbol,price,size` or NDJSON."},
        {"id": "venue", "title": "Venue", "type": "text", "default": "UPLOAD"},
        {"id": "partial", "title": "Take the good lines", "type": "toggle", "default": "false"},
    ]  # fmt: skip
    send = {"id": "send", "title": "Upload", "method": "POST", "path": "/api/v1/uploads",
            "where": "form"}  # fmt: skip
    return {**_panel("tools.upload", "form", "Upload", height=10), "fields": fields,
            "actions": [send]}  # fmt: skip


def _runs() -> dict[str, Any]:
    columns = [
        {"id": "name", "title": "run"},
        {"id": "pnl", "title": "net PnL", "format": "number", "decimals": 2, "signed": True},
        {"id": "open", "title": "study", "format": "link", "mark": "Open"},
        {"id": "file", "title": "trades", "format": "link", "mark": "CSV"},
    ]
    actions = [
        {"id": "show", "title": "Show", "method": "GET", "path": "tools?run={id}"},
        {"id": "delete", "title": "Delete", "method": "DELETE",
         "path": "/api/v1/fake/runs/{id}", "confirm": "Delete the run {name}?",
         "done": "{name} is deleted."},
        {"id": "clear", "title": "Delete all", "method": "DELETE", "path": "/api/v1/fake/runs",
         "where": "panel", "confirm": "Delete all runs?"},
    ]  # fmt: skip
    return _panel("tools.runs", "table", "Runs", height=6, columns=columns, actions=actions)


def pages() -> list[dict[str, Any]]:
    """Return the pages, the first of them under Pairs."""
    signed = {"format": "number", "decimals": 2, "signed": True}
    layers = [
        {"id": "corr", "title": "Correlation", **signed},
        {"id": "lag", "title": "Peak lag", **signed, "unit": "s"},
    ]
    names = [{"id": "x", "title": "leads"}, {"id": "y", "title": "follows"}]
    sweep = [{"id": "sharpe", "title": "Sharpe", **signed},
             {"id": "trades", "title": "Trades", "format": "count"}]  # fmt: skip
    grid = [{"id": "entry", "title": "entry", "format": "number", "decimals": 1},
            {"id": "window", "title": "window", "format": "count"}]  # fmt: skip
    tools = {
        "id": "tools", "title": "Tools", "icon": "scan", "group": "pairs",
        "question": "What can be done here?",
        "controls": [
            {"id": "x", "title": "x", "type": "symbol", "default": ""},
            {"id": "lookback", "title": "Lookback", "type": "integer", "default": "500"},
        ],
        "panels": [
            _rules(), _upload(), _runs(),
            _panel("tools.names", "surface", "Correlation", height=9, columns=layers, axes=names),
            _panel("tools.sweep", "surface", "Sweep", height=9, columns=sweep, axes=grid),
            _panel("tools.z", "stream-lines", "z-score with trades", height=7,
                   columns=[{"id": "z", "title": "z", "format": "number", "decimals": 2}]),
            _panel("tools.price", "candles", "Price with trades", height=7),
        ],
    }  # fmt: skip
    spans = [{"id": "since", "title": "Test on the last", "type": "choice", "default": "6h",
              "options": ["1h", "6h", "24h"]}]  # fmt: skip
    rules = [{"id": "name", "title": "rule"}, {"id": "text", "title": "text"}]
    alerts = {
        "id": "alerts", "title": "Alerts", "icon": "bell", "question": "What should I be told?",
        "panels": [
            {**_panel("alerts.editor", "alert-editor", "Rule", width=12, height=11), "topic": "",
             "fields": spans},
            _panel("alerts.rules", "table", "Rules", width=12, columns=rules, actions=[
                {"id": "edit", "title": "Edit", "method": "GET", "path": "alerts?edit={id}"},
            ]),
        ],
    }  # fmt: skip
    return [tools, alerts]


RULES = [
    {"id": "r1", "name": "Stretched", "text": "abs(zscore(ETHUSDT, BTCUSDT, 1m)) > 2 for 30s",
     "channels": ["desk"], "created_ns": 0, "changed_ns": 0, "enabled": True,
     "muted_until_ns": None},
    {"id": "r2", "name": "By hand", "text": "last(BTCUSDT) > last(ETHUSDT) * 20", "channels": [],
     "created_ns": 0, "changed_ns": 0, "enabled": True, "muted_until_ns": None},
]  # fmt: skip


def payload(name: str) -> dict[str, Any] | None:
    """Return the payload of one of the panels here; None for any other."""
    made = _MADE.get(name)
    return None if made is None else {"state": _LIVE, **made()}


def _form_text() -> dict[str, Any]:
    return {"text": "Uploading the same file twice adds **nothing**."}


def _run_rows() -> dict[str, Any]:
    return {"rows": [
        {"id": f"run-{n}", "name": f"run {n}", "pnl": 120.5 * (-1) ** n,
         "open": f"/pairs?window={30 * n}", "file": "https://elsewhere.example/x"}
        for n in (1, 2)
    ]}  # fmt: skip


def _matrix() -> dict[str, Any]:
    size = len(NAMES)
    corr = [[1.0 if i == j else math.cos(i - j) * 0.8 for j in range(size)] for i in range(size)]
    lag = [[None if i == j else float(i - j) for j in range(size)] for i in range(size)]
    return {"x": list(range(size)), "y": list(range(size)), "names": list(NAMES),
            "columns": list(NAMES), "layers": {"corr": corr, "lag": lag}}  # fmt: skip


def _sweep() -> dict[str, Any]:
    x, y = [0.5 * n for n in range(2, 12)], [20.0 * n for n in range(1, 13)]
    sharpe = [[math.sin(a) * math.cos(b / 40) for a in x] for b in y]
    return {"x": x, "y": y, "names": [], "columns": [],
            "layers": {"sharpe": sharpe, "trades": [[a * b for a in x] for b in y]}}  # fmt: skip


def _events(line: str) -> list[dict[str, Any]]:
    said = [
        (ENTRY_ROW, "sell", "Sold 1.5 ETHUSDT at z 2.1"),
        (100, "close", "Closed: +12.40"),
        (140, "buy", "Bought 1.5 ETHUSDT at z -2.2"),
        (STOP_ROW, "stop", "Stopped: -31.00"),
    ]
    return [{"x": START + row * STEP, "kind": kind, "text": text, "line": line}
            for row, kind, text in said]  # fmt: skip


def _z() -> dict[str, Any]:
    x = [START + i * STEP for i in range(ROWS)]
    return {"x": x, "lines": {"z": [2.2 * math.sin(i / 25) for i in range(ROWS)]},
            "bands": [], "markers": _events("z")}  # fmt: skip


def _price() -> dict[str, Any]:
    x = [START + i * STEP for i in range(ROWS)]
    close = [100 + 3 * math.sin(i / 25) for i in range(ROWS)]
    opened = [close[max(0, i - 1)] for i in range(ROWS)]
    pairs = list(zip(opened, close, strict=True))
    return {"decimals": 2, "title": "ETHUSDT price", "x": x, "open": opened, "close": close,
            "high": [max(p) + 0.1 for p in pairs], "low": [min(p) - 0.1 for p in pairs],
            "volume": [5.0] * ROWS, "trades": [3] * ROWS, "markers": _events("")}  # fmt: skip


_MADE = {
    "tools.form": _form_text,
    "tools.upload": _form_text,
    "tools.runs": _run_rows,
    "tools.names": _matrix,
    "tools.sweep": _sweep,
    "tools.z": _z,
    "tools.price": _price,
    "alerts.rules": lambda: {"rows": RULES},
}
