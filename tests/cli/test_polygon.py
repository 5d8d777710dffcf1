"""Polygon on the command line, at the simulator."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest

from quantdeck.app.credentials import Secret
from quantdeck.app.polygon_access import entitlements
from quantdeck.app.settings import load
from quantdeck.net.clock import SystemClock

if TYPE_CHECKING:
    from tests.cli.conftest import Run


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MASSIVE_API_KEY", "POLYGON_API_KEY", "NEWS_API_KEY", "CACHE_TTL"):
        monkeypatch.delenv(name, raising=False)


def _bars(run: Run, *words: str) -> list[dict[str, str]]:
    ended = run("bars", "aapl", "--source", "polygon", "--demo", "--start", "2026-11-02", *words)
    assert ended.code == 0, ended.err
    return list(csv.DictReader(io.StringIO(ended.out)))


def test_bars_of_polygon_name_their_source_and_adjustment(run: Run) -> None:
    rows = _bars(run, "--end", "2026-11-07", "--adjustment", "split")

    assert [row["time"][:10] for row in rows] == [f"2026-11-0{day}" for day in range(2, 7)]
    assert {(r["symbol"], r["source"], r["delay"], r["adjustment"]) for r in rows} == {
        ("US:AAPL", "polygon", "simulated", "split")
    }


def test_minutes_of_polygon_are_within_the_span(run: Run) -> None:
    span = ("--start", "2026-11-06T15:00", "--end", "2026-11-06T15:03", "--timeframe", "1Min")

    rows = _bars(run, *span)

    assert [row["time"][11:16] for row in rows] == ["15:00", "15:01", "15:02"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--adjustment", "all"], "raw, split"),
        (["--timeframe", "1min"], "timeframe"),
        (["--source", "nobody"], "alpaca"),
    ],
)
def test_bars_that_polygon_cannot_have_are_refused(run: Run, words: list[str], said: str) -> None:
    run("bars", "AAPL", "--source", "polygon", "--demo", *words).refused(2, said)


@pytest.mark.parametrize("command", ["bars", "stream"])
def test_polygon_without_a_key_names_the_ways_out(run: Run, command: str) -> None:
    run(command, "AAPL", "--source", "polygon").refused(3, "MASSIVE_API_KEY", "--demo")


def test_stream_of_polygon_prints_trades_and_quotes(run: Run) -> None:
    words = ("--source", "polygon", "--demo", "--realtime", "--for", "3", "--json")

    ended = run("stream", "AAPL,MSFT", *words)

    rows = [json.loads(line) for line in ended.out.splitlines()]
    assert ended.code == 0, ended.err
    assert {row["event"] for row in rows} == {"trade", "quote"}
    assert {row["symbol"] for row in rows} == {"US:AAPL", "US:MSFT"}


def test_stream_of_polygon_takes_bars(run: Run) -> None:
    words = ("--source", "polygon", "--demo", "--realtime", "--for", "3", "--events", "second")

    ended = run("stream", "AAPL", *words)

    assert ended.code == 0, ended.err
    assert " second  open " in ended.out.splitlines()[0]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["AAPL", "--events", "greeks"], "trade, quote, second, minute"),
        (["SPX"], "index"),
        (["BINANCE:BTCUSDT"], "US:AAPL"),
        (["AAPL", "--for", "0"], "--for"),
    ],
)
def test_stream_that_polygon_cannot_have_is_refused(run: Run, words: list[str], said: str) -> None:
    run("stream", *words, "--source", "polygon", "--demo").refused(2, said)


def test_news_of_polygon_tell_source_age_and_sentiment(run: Run) -> None:
    ended = run("news", "--source", "polygon", "--demo", "--symbols", "AAPL", "--count", "5")

    lines = ended.out.splitlines()
    assert ended.code == 0, ended.err
    assert 1 <= len(lines) <= 5
    assert lines == sorted(lines)
    assert all("polygon" in line and " ago" in line for line in lines)
    assert any("by polygon)" in line for line in lines)


def test_news_of_polygon_as_json_are_objects(run: Run) -> None:
    words = ("--source", "polygon", "--demo", "--symbols", "AAPL,MSFT", "--count", "4", "--json")

    found = [json.loads(line) for line in run("news", *words).out.splitlines()]

    assert found
    assert all("polygon" in each["sources"] for each in found)
    assert all(each["published"].endswith("Z") and each["age_s"] >= 0 for each in found)


def test_news_of_both_services_are_told_once_each(run: Run) -> None:
    words = ("--source", "polygon", "--demo", "--symbols", "AAPL,MSFT", "--count", "40", "--json")

    found = [json.loads(line) for line in run("news", *words).out.splitlines()]

    assert {tuple(each["sources"]) for each in found} >= {("polygon",), ("newsapi",)}
    assert any(len(each["sources"]) == 2 for each in found)
    titles = [each["title"] for each in found]
    assert len(set(titles)) == len(titles)


def test_news_of_newsapi_name_their_publisher(run: Run) -> None:
    ended = run("news", "--source", "newsapi", "--demo", "--symbols", "AAPL", "--count", "3")

    assert ended.code == 0, ended.err
    assert all("(newsapi), " in line for line in ended.out.splitlines())


def test_news_of_newsapi_without_a_key_name_the_ways_out(run: Run) -> None:
    run("news", "--source", "newsapi").refused(3, "NEWS_API_KEY", "--demo")


def test_news_that_are_followed_are_those_of_alpaca(run: Run) -> None:
    run("news", "--source", "polygon", "--demo", "--follow").refused(2, "--follow")


def test_doctor_tells_of_a_key_and_of_what_the_plan_lacks(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POLYGON_API_KEY", "hunter2")
    monkeypatch.setenv("NEWS_API_KEY", "hunter3")
    clock = SystemClock()
    entitlements(load(), Secret("hunter2"), clock).note("quotes", allowed=False, said="upgrade")

    ended = run("doctor", "--json")

    findings = {f["check"]: f["found"] for f in json.loads(ended.out)}
    assert findings["polygon"] == "key found, plan basic; it turned out to be without quotes"
    assert findings["newsapi"] == "key found"
    assert "hunter" not in ended.out
