"""Recorded frames through import, replay, export and SQL, against plain arithmetic on their lines."""

from __future__ import annotations

import csv
import gzip
import io
import json
import math
import signal
import subprocess
import time
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.tsa.stattools import adfuller, coint

from tests.end_to_end.deck_process import DeckProcess, command, quantdeck, surroundings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BTC, ETH = "BINANCE-USDM:BTCUSDT", "BINANCE-USDM:ETHUSDT"
SECONDS = {"1s": 1, "1m": 60, "5m": 300}
WINDOW = 60


class Print(NamedTuple):
    ms: int
    number: int
    price: str
    size: str


class Lines(NamedTuple):
    prints: dict[str, list[Print]]
    quotes: dict[str, int]
    other: int
    delays_ns: list[int]


class Recorded(NamedTuple):
    """The recording on a tape, and what the import said."""

    folder: Path
    files: list[Path]
    told: dict[str, Any]


@pytest.fixture(scope="module")
def files(shared_data: Path) -> list[Path]:
    return sorted((shared_data / "binance-usdm-raw-ws").glob("*.gz"))


@pytest.fixture(scope="module")
def lines(files: list[Path]) -> Lines:
    found = Lines({BTC: [], ETH: []}, {BTC: 0, ETH: 0}, 0, [])
    other = 0
    for file in files:
        with gzip.open(file, "rt") as text:
            for line in text:
                stamp, _, message = line.partition(" ")
                # The depth frames are long, and nothing here is of them.
                if '"e":"depthUpdate"' in message:
                    other += 1
                    continue
                data = json.loads(message).get("data", {})
                if data.get("e") == "trade":
                    assert data["X"] == "MARKET"
                    symbol = f"BINANCE-USDM:{data['s']}"
                    found.prints[symbol].append(Print(data["T"], data["t"], data["p"], data["q"]))
                elif data.get("e") == "bookTicker":
                    found.quotes[f"BINANCE-USDM:{data['s']}"] += 1
                else:
                    other += 1
                    continue
                found.delays_ns.append(int(stamp) - data["T"] * 1_000_000)
    return found._replace(other=other)


@pytest.fixture(scope="module")
def recorded(files: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    folder = tmp_path_factory.mktemp("recorded")
    done = quantdeck("import", *files, "--json", "--data-dir", "tape", folder=folder)
    assert done.returncode == 0, done.stderr
    return Recorded(folder, files, json.loads(done.stdout))


@pytest.fixture(scope="module")
def replayed(recorded: Recorded) -> Iterator[DeckProcess]:
    deck = DeckProcess(
        *("replay", *recorded.files, "--speed", "max", "--port", "0", "--data-dir", "other"),
        folder=recorded.folder,
    )
    try:
        deck.until(lambda: deck.ask("/api/v1/status").json["replay"]["done"])
        yield deck
    finally:
        deck.stop()
        deck.close()


def slow_bars(prints: list[Print], seconds: int) -> list[dict[str, Any]]:
    by_start: dict[int, list[Print]] = defaultdict(list)
    for each in prints:
        by_start[each.ms // (1000 * seconds)].append(each)
    bars = []
    for number in sorted(by_start):
        inside = sorted(by_start[number])
        prices = [float(each.price) for each in inside]
        bars.append(
            {
                "start_ns": number * seconds * 10**9,
                "open": prices[0],
                "high": max(prices),
                "low": min(prices),
                "close": prices[-1],
                "volume": math.fsum(float(each.size) for each in inside),
                "trades": len(inside),
            }
        )
    return bars


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def figures(row: dict[str, str]) -> dict[str, Any]:
    counts = {"start_ns", "trades"}
    names = ("start_ns", "open", "high", "low", "close", "volume", "trades")
    return {n: int(row[n]) if n in counts else float(row[n]) for n in names}


def common_closes(lines: Lines) -> pd.DataFrame:
    closes = {
        symbol: pd.Series({bar["start_ns"]: bar["close"] for bar in slow_bars(prints, 1)})
        for symbol, prints in lines.prints.items()
    }
    frame = pd.DataFrame(closes).dropna()
    # The newest bar may still grow and is not studied.
    return frame[frame.index < max(series.index[-1] for series in closes.values())]


def study(deck: DeckProcess) -> dict[str, Any]:
    question = f"y={ETH}&x={BTC}&timeframe=1s&window={WINDOW}&lookback=500"
    answer = deck.ask(f"/api/v1/pairs?{question}")
    assert answer.status == 200, answer.body
    return answer.json


def test_import_counts_every_line_of_the_recording(recorded: Recorded, lines: Lines) -> None:
    told = recorded.told

    assert told["new"] == {
        **{f"trade {symbol}": len(prints) for symbol, prints in lines.prints.items()},
        **{f"quote {symbol}": count for symbol, count in lines.quotes.items()},
    }
    assert sum(told["ignored"].values()) == lines.other
    assert told["broken_lines"] == []
    assert told["events"] + lines.other == 168_609


def test_import_of_the_same_files_again_adds_nothing(recorded: Recorded, lines: Lines) -> None:
    again = quantdeck(
        *("import", *reversed(recorded.files), "--json", "--data-dir", "tape"),
        folder=recorded.folder,
    )
    count = quantdeck(
        *("sql", "SELECT count(*) AS n FROM trades", "--json", "--data-dir", "tape"),
        folder=recorded.folder,
    )

    told = json.loads(again.stdout)
    assert (told["new"], told["already_there"]) == ({}, recorded.told["events"])
    assert json.loads(count.stdout) == {"n": sum(map(len, lines.prints.values()))}


@pytest.mark.parametrize("timeframe", list(SECONDS))
def test_exported_bars_are_those_of_the_lines(
    recorded: Recorded, lines: Lines, timeframe: str
) -> None:
    file = recorded.folder / f"bars-{timeframe}.csv"

    done = quantdeck(
        *("export", "bars", "--timeframe", timeframe, "-o", file, "--data-dir", "tape"),
        folder=recorded.folder,
    )

    assert done.returncode == 0, done.stderr
    rows = table(file.read_text())
    for symbol, prints in lines.prints.items():
        made = [figures(row) for row in rows if row["symbol"] == symbol]
        assert made == slow_bars(prints, SECONDS[timeframe])


@pytest.mark.parametrize("timeframe", list(SECONDS))
@pytest.mark.parametrize("symbol", [BTC, ETH])
def test_replayed_bars_are_those_of_the_lines(
    replayed: DeckProcess, lines: Lines, symbol: str, timeframe: str
) -> None:
    answer = replayed.ask(
        f"/api/v1/bars?symbol={symbol}&timeframe={timeframe}&limit=500&format=csv"
    )

    made = [figures(row) for row in table(answer.body.decode())]
    assert made == slow_bars(lines.prints[symbol], SECONDS[timeframe])


def test_replayed_volume_is_the_decimal_sum_of_the_sizes(
    replayed: DeckProcess, lines: Lines
) -> None:
    answer = replayed.ask(f"/api/v1/bars?symbol={BTC}&timeframe=1s&limit=500&format=csv")

    made = math.fsum(figures(row)["volume"] for row in table(answer.body.decode()))
    exact = sum((Decimal(each.size) for each in lines.prints[BTC]), Decimal(0))
    assert made == pytest.approx(float(exact), rel=1e-12)


def test_exported_ticks_are_the_prints_of_the_lines(recorded: Recorded, lines: Lines) -> None:
    file = recorded.folder / "trades.csv"

    done = quantdeck(
        *("export", "trades", "--symbol", "ethusdt", "-o", file, "--data-dir", "tape"),
        folder=recorded.folder,
    )

    assert done.returncode == 0, done.stderr
    made = [
        (int(row["ts_event"]), int(row["seq"]), float(row["price"]), float(row["size"]))
        for row in table(file.read_text())
    ]
    assert made == [
        (each.ms * 1_000_000, each.number, float(each.price), float(each.size))
        for each in sorted(lines.prints[ETH])
    ]


def test_sql_counts_and_adds_up_as_the_lines_do(recorded: Recorded, lines: Lines) -> None:
    query = (
        "SELECT symbol, count(*) AS n, min(price) AS low, max(price) AS high, "
        "sum(size::DECIMAL(18, 3)) AS volume FROM trades GROUP BY symbol ORDER BY symbol"
    )

    done = quantdeck("sql", query, "--json", "--data-dir", "tape", folder=recorded.folder)

    rows = [json.loads(line) for line in done.stdout.splitlines()]
    for row, symbol in zip(rows, (BTC, ETH), strict=True):
        prints = lines.prints[symbol]
        prices = [float(each.price) for each in prints]
        assert (row["symbol"], row["n"]) == (symbol, len(prints))
        assert (row["low"], row["high"]) == (min(prices), max(prices))
        assert Decimal(row["volume"]) == sum(Decimal(each.size) for each in prints)


def test_headless_replay_of_the_tape_gives_what_the_files_give(
    recorded: Recorded, lines: Lines
) -> None:
    done = quantdeck(
        *("replay", "--headless", "--speed", "max", "--json", "--data-dir", "tape"),
        folder=recorded.folder,
    )

    told = json.loads(done.stdout)
    assert told["events"] == recorded.told["events"]
    assert told["symbols"] == {
        symbol: {"bars_1s": len(slow_bars(prints, 1)), "trades": len(prints)}
        for symbol, prints in lines.prints.items()
    }


def test_replay_shows_the_skew_of_the_recording(replayed: DeckProcess, lines: Lines) -> None:
    status = replayed.ask("/api/v1/status").json
    rows = replayed.ask("/api/v1/panels/dashboard.feeds").json["rows"]

    slow_ms = float(np.median(lines.delays_ns)) / 1e6
    assert slow_ms == pytest.approx(-1200, abs=100)
    assert status["skew_ms"] == pytest.approx(slow_ms, abs=50)
    assert [row["skew_s"] for row in rows] == [pytest.approx(slow_ms / 1000, abs=0.05)]


def test_replay_says_that_it_is_one(replayed: DeckProcess) -> None:
    status = replayed.ask("/api/v1/status").json
    health = replayed.ask("/health").json

    assert (status["mode"], sorted(status["symbols"])) == ("replay", [BTC, ETH])
    assert (health["ready"], health["tape"]) == (True, "reading")


def test_replay_refuses_to_capture(replayed: DeckProcess) -> None:
    answer = replayed.ask("/api/v1/capture/start", {"symbols": ["btcusdt"]})

    assert answer.status == 409


def test_pair_rows_are_the_seconds_in_which_both_traded(
    replayed: DeckProcess, lines: Lines
) -> None:
    found = study(replayed)

    assert found["reasons"] == {}
    assert found["x"] == (common_closes(lines).index // 1_000_000).tolist()


def test_pair_hedge_is_that_of_statsmodels(replayed: DeckProcess, lines: Lines) -> None:
    hedge = study(replayed)["hedge"]

    logs = np.log(common_closes(lines))
    fit = sm.OLS(logs[ETH].to_numpy(), sm.add_constant(logs[BTC].to_numpy())).fit()
    assert hedge["hedge_ratio"] == pytest.approx(fit.params[1], rel=1e-9)
    assert hedge["intercept"] == pytest.approx(fit.params[0], rel=1e-9)
    assert hedge["stderr"] == pytest.approx(fit.bse[1], rel=1e-9)
    assert hedge["r_squared"] == pytest.approx(fit.rsquared, rel=1e-9)


def test_pair_tests_are_those_of_statsmodels(replayed: DeckProcess, lines: Lines) -> None:
    found = study(replayed)

    logs = np.log(common_closes(lines))
    y, x = logs[ETH].to_numpy(), logs[BTC].to_numpy()
    residuals = sm.OLS(y, sm.add_constant(x)).fit().resid
    statistic, pvalue, lag = adfuller(residuals, result_object=False)[:3]
    assert found["adf"]["statistic"] == pytest.approx(statistic, rel=1e-7)
    assert found["adf"]["pvalue"] == pytest.approx(pvalue, rel=1e-7)
    assert found["adf"]["lag"] == lag
    for name, pair in (("engle_granger", (y, x)), ("engle_granger_reverse", (x, y))):
        statistic, pvalue, _ = coint(*pair)
        assert found[name]["statistic"] == pytest.approx(statistic, rel=1e-7)
        assert found[name]["pvalue"] == pytest.approx(pvalue, rel=1e-7)


def test_pair_half_life_is_that_of_the_regression(replayed: DeckProcess, lines: Lines) -> None:
    rows = study(replayed)["half_life_rows"]

    logs = np.log(common_closes(lines))
    spread = sm.OLS(logs[ETH].to_numpy(), sm.add_constant(logs[BTC].to_numpy())).fit().resid
    phi = sm.OLS(spread[1:], sm.add_constant(spread[:-1])).fit().params[1]
    assert rows == pytest.approx(math.log(2) / -math.log(phi), rel=1e-7)


def test_pair_rolling_series_are_those_of_pandas(replayed: DeckProcess, lines: Lines) -> None:
    found = study(replayed)

    logs = np.log(common_closes(lines))
    # Centred first: the residuals of statsmodels are off by 1e-11 where the logs move by 1e-4.
    y, x = (logs[symbol].to_numpy() - logs[symbol].mean() for symbol in (ETH, BTC))
    spread = pd.Series(y - np.dot(x, y) / np.dot(x, x) * x)
    rolling = spread.rolling(WINDOW)
    zscore = (spread - rolling.mean()) / rolling.std()
    steps = logs.diff()
    correlation = steps[ETH].rolling(WINDOW).corr(steps[BTC])
    for name, slow, near in (
        ("spread", spread, 1e-12),
        ("zscore", zscore, 1e-6),
        ("correlation", correlation, 1e-8),
    ):
        fast = np.array([math.nan if v is None else v for v in found[name]])
        np.testing.assert_allclose(fast, slow.to_numpy(), rtol=0, atol=near, err_msg=name)


def test_import_when_interrupted_is_finished_by_the_next(
    files: list[Path], tmp_path: Path, lines: Lines
) -> None:
    arguments = ("import", *files, "--json", "--data-dir", "tape")
    first = subprocess.Popen(
        command(*arguments),
        cwd=tmp_path,
        env=surroundings(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while not any(p.stat().st_size > 4096 for p in tmp_path.glob("tape/wal/*")):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    first.send_signal(signal.SIGINT)
    _, errors = first.communicate(timeout=60)

    again = json.loads(quantdeck(*arguments, folder=tmp_path).stdout)

    # On a quick machine it may have ended by itself.
    assert first.returncode in {0, 130}
    assert errors == ""
    assert again["events"] == again["already_there"] + sum(again["new"].values())
    query = "SELECT count(*) AS n FROM trades"
    count = quantdeck("sql", query, "--json", "--data-dir", "tape", folder=tmp_path)
    assert json.loads(count.stdout) == {"n": sum(map(len, lines.prints.values()))}
    assert list(tmp_path.rglob("*.tmp")) == []
