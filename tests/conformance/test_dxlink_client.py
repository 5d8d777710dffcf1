"""The DXLink client that dxFeed publishes, run by Node, against the simulator."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from quantdeck.sims.options.listed import Size
from quantdeck.sims.tastytrade import accounts
from quantdeck.sims.tastytrade.server import TastytradeSim
from tests.conformance.threaded import running

if TYPE_CHECKING:
    from collections.abc import Iterator

_FOLDER = Path(__file__).parent / "dxlink"
_NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(
    _NODE is None or not (_FOLDER / "node_modules" / "@dxfeed" / "dxlink-api").is_dir(),
    reason="needs Node and the client: scripts/judges installs it",
)

_FIELDS = {
    "Quote": ["eventType", "eventSymbol", "bidPrice", "askPrice", "bidSize", "askSize"],
    "Greeks": ["eventType", "eventSymbol", "volatility", "delta"],
    "Summary": ["eventType", "eventSymbol", "openInterest", "prevDayClosePrice"],
    "Trade": ["eventType", "eventSymbol", "price", "time"],
    "Profile": ["eventType", "eventSymbol", "description"],
    "Candle": ["eventType", "eventSymbol", "time", "open", "high", "low", "close"],
}


@pytest.fixture(scope="module")
def simulator() -> Iterator[TastytradeSim]:
    with running(TastytradeSim(seed=7, size=Size.SMALL, rate=4.0)) as sim:
        yield sim


@pytest.fixture(autouse=True)
def no_faults_afterwards(simulator: TastytradeSim) -> Iterator[None]:
    yield
    simulator.clear()


def _quote_token(simulator: TastytradeSim) -> str:
    grant = {
        "grant_type": "refresh_token",
        "client_secret": accounts.CLIENT_SECRET,
        "refresh_token": accounts.REFRESH_TOKEN,
    }
    with httpx2.Client(base_url=simulator.rest_url, trust_env=False) as http:
        token = http.post("/oauth/token", json=grant).json()["access_token"]
        bearer = {"Authorization": f"Bearer {token}"}
        return http.get("/api-quote-tokens", headers=bearer).json()["data"]["token"]


def _near_the_money(simulator: TastytradeSim, count: int = 6) -> list[str]:
    board = simulator._board
    found = board.listed
    spot = simulator.market.underlying("SPX", simulator.now_ms() * 1_000_000)
    rows = found.rows("SPXW", found.session).tolist()
    rows.sort(key=lambda row: abs(found.strike[row] - spot))
    return [board.streamers()[row] for row in rows[:count]]


def _asked(simulator: TastytradeSim, kinds: list[str], **more: Any) -> dict[str, Any]:
    symbols = [*_near_the_money(simulator), "SPX", "SPY"]
    skipped = {("Greeks", "SPX"), ("Greeks", "SPY")}
    pairs = [(kind, symbol) for kind in kinds for symbol in symbols]
    return {
        "url": simulator.dxlink_url,
        "token": _quote_token(simulator),
        "format": "COMPACT",
        "fields": _FIELDS,
        "subscriptions": [
            {"type": kind, "symbol": symbol}
            for kind, symbol in pairs
            if (kind, symbol) not in skipped
        ],
        "connects": 1,
        "seconds": 20,
        **more,
    }


def _told(asked: dict[str, Any]) -> dict[str, Any]:
    done = subprocess.run(
        [str(_NODE), "client.cjs", json.dumps(asked)],
        cwd=_FOLDER,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stderr == ""
    return json.loads(done.stdout)


@pytest.mark.parametrize("data_format", ["COMPACT", "FULL"])
def test_client_is_told_every_type_of_event(simulator: TastytradeSim, data_format: str) -> None:
    kinds = ["Quote", "Greeks", "Summary", "Profile"]

    told = _told(_asked(simulator, kinds, format=data_format))

    assert (told["complete"], told["errors"]) == (True, [])
    assert told["states"] == ["CONNECTING", "CONNECTED", "NOT_CONNECTED"]
    for kind in kinds:
        for event in told["events"][kind].values():
            assert set(_FIELDS[kind]) <= set(event)
    spy = told["events"]["Quote"]["SPY"]
    assert 0 < spy["bidPrice"] < spy["askPrice"]
    assert told["events"]["Quote"]["SPX"]["bidSize"] == "NaN"


def test_client_is_told_trades_and_candles(simulator: TastytradeSim) -> None:
    since_ms = simulator.now_ms() - 3_600_000
    candle = {"type": "Candle", "symbol": "SPX{=5m}", "fromTime": since_ms}
    trade = {"type": "Trade", "symbol": "SPX"}

    told = _told(_asked(simulator, [], subscriptions=[candle, trade]))

    assert (told["complete"], told["errors"]) == (True, [])
    assert told["counts"]["Candle"] >= 12
    bar = told["events"]["Candle"]["SPX{=5m}"]
    assert bar["low"] <= bar["open"] <= bar["high"]


@pytest.mark.parametrize("fault", ["reorder-config", "late-config=300", "big-frame", "nan=1"])
def test_client_copes_with_what_the_protocol_allows(simulator: TastytradeSim, fault: str) -> None:
    simulator.inject(fault)

    told = _told(_asked(simulator, ["Quote"]))

    assert (told["complete"], told["errors"]) == (True, [])
    spy = told["events"]["Quote"]["SPY"]
    assert spy["eventType"] == "Quote"
    assert 0 < spy["bidPrice"] < spy["askPrice"]


def test_client_comes_back_after_a_dropped_connection(simulator: TastytradeSim) -> None:
    before = simulator.counters["connections_opened"]
    asked = _asked(simulator, ["Quote"], connects=2)
    timer = threading.Timer(0.1, _drop_when_subscribed, (simulator, before))
    timer.start()

    told = _told(asked)

    timer.join()
    assert told["complete"]
    assert told["connects"] == 2
    assert simulator.counters["connections_opened"] == before + 2


def _drop_when_subscribed(simulator: TastytradeSim, before: int) -> None:
    wait = threading.Event()
    for _ in range(1000):
        if simulator.counters["connections_opened"] > before and simulator.subscriptions:
            break
        wait.wait(0.01)
    with httpx2.Client(base_url=simulator.rest_url, trust_env=False) as http:
        http.post("/sim/faults", json={"fault": "drop"}).raise_for_status()


def test_client_is_told_that_its_token_is_refused(simulator: TastytradeSim) -> None:
    told = _told(_asked(simulator, ["Quote"], seconds=1.5) | {"token": "wrong"})

    assert not told["complete"]
    assert told["events"] == {}
