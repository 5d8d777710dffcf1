"""A deck without a machine behind it, and clients of the application that serves it."""

from __future__ import annotations

import asyncio
import shutil
import types
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import numpy as np
import pyarrow as pa
import pytest

from quantdeck.analytics.pairs import pair_study
from quantdeck.api.sessions import Sessions
from quantdeck.hub.health import health_of
from quantdeck.hub.measures import Measure
from quantdeck.hub.topics import Topics
from quantdeck.model.errors import BadInput, Conflict, NoData
from quantdeck.model.events import Kind
from quantdeck.model.feed import Delay, FeedState, FeedStatus, Gap
from quantdeck.model.instruments import Instrument, InstrumentKind, canonical
from quantdeck.model.uploads import BadUpload, LineProblem, UploadReport, UploadTooLarge
from quantdeck.ports.tape import Coverage, TapeStatus
from quantdeck.views.diff import change
from quantdeck.views.encode import to_json
from quantdeck.views.panels import Column, Format, Page, Panel, PanelKind
from quantdeck.views.payloads import (
    LinesPayload,
    Mode,
    PanelState,
    RowsPayload,
    StatusPayload,
    TextPayload,
)
from tests.api.alert_side import AlertSide
from tests.api.backtest_side import BacktestSide
from tests.api.finding_side import FindingSide
from tests.api.market_side import MarketSide
from tests.api.one_app import app_for
from tests.api.paper_side import PaperSide
from tests.api.playbook_side import PlaybookSide
from tests.api.research_side import ResearchSide
from tests.api.schedule_side import ScheduleSide
from tests.api.study_side import StudySide
from tests.records.memory_layouts import MemoryLayouts

if TYPE_CHECKING:
    from collections.abc import Callable


BTC, ETH = "BINANCE-USDM:BTCUSDT", "BINANCE-USDM:ETHUSDT"
START_NS = 1_723_075_200_000_000_000  # 2024-08-08T00:00:00Z
PORT = 8050
ORIGIN = f"http://127.0.0.1:{PORT}"


class Clock:
    def __init__(self) -> None:
        self.ns = START_NS

    def now_ns(self) -> int:
        return self.ns

    def monotonic_ns(self) -> int:
        return self.ns

    async def sleep(self, seconds: float) -> None:
        self.ns += int(seconds * 1e9)
        await asyncio.sleep(0)


def tick_table(rows: int, *, step_ns: int = 250_000_000) -> pa.Table:
    at = np.arange(rows, dtype=np.int64)
    return pa.table(
        {
            "ts_event": START_NS + at * step_ns,
            "ts_recv": START_NS + at * step_ns + 1_000,
            "seq": at + 1,
            "price": 60_000.0 + at,
            "size": np.where(at % 7 == 0, np.nan, 0.5),
            "symbol": pa.array([BTC] * rows, pa.string()).dictionary_encode(),
            "side": pa.array(np.where(at % 2 == 0, 1, -1), pa.int8()),
            "source": ["binance-usdm"] * rows,
        }
    )


class Reader:
    """A tape in memory, with one stream of aggregated trades."""

    def __init__(self) -> None:
        self.ticks = tick_table(1_000)
        self.sql_result = pa.table({"a": [1]})
        self.calls: list[tuple[Any, ...]] = []

    def table(
        self,
        kind: Kind,
        *,
        symbols: Any = None,
        start_ns: int | None = None,
        end_ns: int | None = None,
        columns: Any = None,
    ) -> pa.Table:
        self.calls.append(("table", kind, start_ns, end_ns))
        ts = self.ticks.column("ts_event").to_numpy()
        lower = 0 if start_ns is None else int(np.searchsorted(ts, start_ns))
        upper = len(ts) if end_ns is None else int(np.searchsorted(ts, end_ns))
        return self.ticks.slice(lower, max(0, upper - lower))

    def tail(self, kind: Kind, symbol: str, rows: int) -> pa.Table:
        newest = self.ticks.slice(max(0, self.ticks.num_rows - rows))
        return newest if kind is Kind.AGG_TRADE and symbol == BTC else newest.slice(0, 0)

    def sql(self, query: str, *, timeout_s: float, max_rows: int) -> pa.Table:
        self.calls.append(("sql", query, timeout_s, max_rows))
        if "nonsense" in query:
            raise BadInput("syntax error at or near nonsense; see the views")
        return self.sql_result

    def coverage(self) -> list[Coverage]:
        ts = self.ticks.column("ts_event").to_numpy()
        return [
            Coverage("agg_trade", "binance-usdm", "realtime", BTC, len(ts), int(ts[0]), int(ts[-1]))
        ]

    def gaps(self) -> list[Gap]:
        return [Gap("binance-usdm", BTC, "agg_trade", 5, 9, START_NS)] * 3


class FakeDeck(
    AlertSide,
    BacktestSide,
    StudySide,
    MarketSide,
    ResearchSide,
    PlaybookSide,
    FindingSide,
    ScheduleSide,
    PaperSide,
):
    mode = Mode.DEMO
    version = "0.1.0"

    def __init__(self) -> None:
        self.clock = Clock()
        self.topics = Topics(encode=to_json, change=change)
        self.reader = Reader()
        self.captured = [BTC]
        self.layouts: Any = MemoryLayouts()
        self.is_replaying = False
        self.uploads = Path()
        self.answers: dict[str, Any] = {
            "dashboard.note": TextPayload(PanelState("demo"), "hello"),
            "dashboard.table": RowsPayload(
                PanelState("demo"), [{"id": "=1+1", "name": "=cmd", "value": -1.5}]
            ),
            "pairs.zscore": LinesPayload(
                PanelState("demo"), np.array([1, 2]), {"z": np.array([0.5, np.nan])}
            ),
        }
        self.asked: list[tuple[str, dict[str, str]]] = []
        self._open_alerts()
        self._open_backtests()
        self._open_studies()
        self._open_market()
        self._open_research()
        self._open_playbook()
        self._open_paper()
        self._open_schedule()
        self._open_findings()

    def pages(self) -> tuple[Page, ...]:
        columns = (
            Column("id", "Id"),
            Column("name", "Name"),
            Column("value", "Value", Format.NUMBER),
        )
        lines, name = (Column("z", "z"),), "pairs.zscore"
        zscore = Panel(name, PanelKind.STREAM_LINES, "Z-score", topic=name, columns=lines)
        return (
            Page(
                "dashboard",
                "Dashboard",
                "gauge",
                "How is it going?",
                panels=(
                    Panel("dashboard.note", PanelKind.MARKDOWN, "Note", topic="dashboard.note"),
                    Panel("dashboard.table", PanelKind.TABLE, "Table", columns=columns),
                ),
            ),
            Page(
                "pairs",
                "Pairs",
                "scale",
                "Do they move together?",
                panels=(zscore,),
            ),
        )

    def status(self) -> StatusPayload:
        return StatusPayload(
            PanelState("demo"), self.mode, capturing=True, feeds_live=1, feeds_total=1,
            messages_per_s=12.5, lag_ms=3.0, skew_ms=None, gaps_open=0, dropped=0,
            tape_state="writing", tape_bytes=10, symbols=self.captured, clock_ms=1,
        )  # fmt: skip

    def health(self) -> Any:
        return health_of(
            self.mode, self.version, capturing=True, feeds=self.feeds(), tape=self.tape_status()
        )

    def measures(self) -> list[Measure]:
        feeds = [(("binance-usdm/market",), 7.0)]
        return [
            Measure("quantdeck_ready", [((), 1.0)]),
            Measure("quantdeck_feed_messages_total", feeds),
        ]

    def feeds(self) -> list[FeedStatus]:
        return [
            FeedStatus("binance-usdm/market", FeedState.LIVE, START_NS, Delay.SIMULATED, "secret?")
        ]

    def tape_status(self) -> TapeStatus:
        return TapeStatus("writing", rows_appended=5)

    def symbols(self) -> list[str]:
        return self.captured

    async def instruments(self) -> list[Instrument]:
        return [
            Instrument(f"BINANCE-USDM:{base}USDT", InstrumentKind.PERPETUAL, base, "USDT")
            for base in ("BTC", "ETH", "WBTC", "SOL")
        ]

    async def start_capture(self, symbols: Any) -> list[str]:
        if self.is_replaying:
            raise Conflict("recorded data are being played; start quantdeck without --replay")
        if symbols is not None:
            self.captured = [canonical(s, default_venue="BINANCE-USDM") for s in symbols]
        return self.captured

    async def stop_capture(self) -> None:
        self.captured = []

    async def answer(self, topic: str, params: Any) -> Any:
        self.asked.append((topic, dict(params)))
        if topic == "status":
            return self.status()
        if topic == "dashboard.broken":
            raise KeyError(topic)
        if topic == "dashboard.nothing":
            raise NoData("nothing is recorded yet; press Start")
        if topic not in self.answers:
            raise BadInput(f"there is no topic {topic!r}")
        return self.answers[topic]

    async def pair_study(self, params: Any) -> Any:
        random = np.random.default_rng(1)
        x = 100 * np.exp(np.cumsum(random.normal(scale=0.01, size=200)))
        y = x**1.5 * np.exp(random.normal(scale=0.001, size=200))
        self.asked.append(("study", dict(params)))
        return np.arange(200), pair_study(y, x, window=20)

    async def bars(
        self,
        symbol: str,
        timeframe: str,
        *,
        start_ns: int | None,
        end_ns: int | None,
        limit: int,
    ) -> pa.Table:
        if symbol != BTC:
            raise NoData(f"nothing of {symbol} is recorded; recorded: {BTC}")
        starts = START_NS + np.arange(100, dtype=np.int64) * 60_000_000_000
        chosen = starts[starts >= (start_ns or 0)]
        chosen = chosen[chosen < (end_ns or 2**62)]
        chosen = chosen[-limit:] if start_ns is None else chosen[:limit]
        figures = {n: np.full(len(chosen), 1.5) for n in ("open", "high", "low", "close", "volume")}
        return pa.table({"start_ns": chosen, **figures, "trades": np.ones(len(chosen), np.int64)})

    def upload_folder(self) -> Path:
        if self.is_replaying:
            raise Conflict("recorded data are being played; nothing can be captured meanwhile")
        return self.uploads

    async def upload(self, file: Path, *, venue: str, partial: bool) -> UploadReport:
        content = await asyncio.to_thread(file.read_bytes)
        self.asked.append(("upload", {"venue": venue, "partial": partial, "content": content}))
        if content.startswith(b"large"):
            raise UploadTooLarge("the file has more than 5 bytes when unpacked")
        if not content.startswith(b"ts"):
            problem = LineProblem(2, "price", "-1", "must be above 0")
            raise BadUpload("nothing was taken", (problem,), {"price must be above 0": 1})
        return UploadReport(
            "1 new of 1 trade of 1 symbol", 1, 1, 0, 0, {BTC: 1}, START_NS, START_NS,
            (), {}, ("id",), "run-1", 0.5,
        )  # fmt: skip

    async def buffer(self, symbol: str | None) -> pa.Table:
        if symbol not in (None, BTC):
            raise NoData(f"no trade of {symbol} is in memory; press Start, or upload some")
        return pa.table(
            {
                "ts": [START_NS, START_NS + 1],
                "symbol": pa.array([BTC, BTC]).dictionary_encode(),
                "price": [1.5, 2.5],
                "size": [0.5, 0.25],
                "side": [1, 0],
                "seq": [7, 8],
            }
        )

    async def ticks(self, kind: Kind, symbol: str, *, limit: int) -> pa.Table:
        return self.reader.tail(kind, symbol, limit)


@pytest.fixture
def deck(tmp_path: Path) -> FakeDeck:
    made = FakeDeck()
    made.uploads = tmp_path / "uploads"
    made.uploads.mkdir()
    return made


@pytest.fixture(scope="session")
def page_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("page") / "web"


@pytest.fixture
def page(page_folder: Path) -> Path:
    folder = page_folder
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>deck</title>")
    (folder / "favicon.svg").write_text("<svg/>")
    (folder / "assets" / "index-abc123.js").write_text("console.log(1)")
    return folder


@pytest.fixture
def sessions(deck: FakeDeck) -> Sessions:
    return Sessions(deck.clock, port=PORT)


@pytest.fixture
def app(deck: FakeDeck, sessions: Sessions, page: Path) -> Any:
    return app_for(deck, sessions, page)


@pytest.fixture
def stranger(app: Any) -> Callable[..., httpx2.Response]:
    """One request without a session: ``stranger("GET", "/health")``."""

    def ask(method: str, path: str, **options: Any) -> httpx2.Response:
        async def go() -> httpx2.Response:
            transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
            async with httpx2.AsyncClient(transport=transport, base_url=ORIGIN) as client:
                return await client.request(method, path, **options)

        return asyncio.run(go())

    return ask


@pytest.fixture
def cookies(sessions: Sessions) -> dict[str, str]:
    session_id = sessions.redeem(sessions.link.partition("token=")[2])
    assert session_id is not None
    return {sessions.cookie: session_id}


@pytest.fixture
def ask(
    stranger: Callable[..., httpx2.Response], cookies: dict[str, str]
) -> Callable[..., httpx2.Response]:
    """One request of the logged-in page."""
    name, value = next(iter(cookies.items()))

    def go(method: str, path: str, **options: Any) -> httpx2.Response:
        headers = {"Origin": ORIGIN, "Cookie": f"{name}={value}", **options.pop("headers", {})}
        return stranger(method, path, headers=headers, **options)

    return go


@pytest.fixture
def names() -> types.SimpleNamespace:
    """What tests and this deck have to agree on."""
    return types.SimpleNamespace(
        btc=BTC, eth=ETH, start_ns=START_NS, origin=ORIGIN, port=PORT, tick_table=tick_table
    )
