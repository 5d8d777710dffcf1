from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Run

_EVENTS = ("quote", "trade", "summary", "candle")


@pytest.fixture(autouse=True)
def no_grant(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "TT_CLIENT_SECRET",
        "TT_SECRET",
        "TT_REFRESH_TOKEN",
        "TT_REFRESH",
        "TT_USERNAME",
        "TT_PASSWORD",
    ):
        monkeypatch.delenv(name, raising=False)


def test_stream_of_the_demo_prints_a_line_an_event(run: Run) -> None:
    ended = run("stream", "SPY", "--events", "quote,candle", "--demo", "--for", "1.5")

    lines = ended.out.splitlines()
    assert (ended.code, bool(lines)) == (0, True)
    assert all(
        re.match(r"\d{4}-\d\d-\d\dT[\d:.]{12}Z  US:SPY  (quote|candle)  \w+ ", x) for x in lines
    )
    assert {line.split("  ")[2] for line in lines} == {"quote", "candle"}
    assert "volume -" in next(line for line in lines if "candle" in line)
    assert ended.err == "quantdeck: tastytrade simulated: quote, candle of US:SPY\n"


def test_stream_as_json_is_an_object_a_line(run: Run) -> None:
    ended = run("stream", "spx", "--events", ",".join(_EVENTS), "--demo", "--for", "1.5", "--json")

    found = [json.loads(line) for line in ended.out.splitlines()]
    assert {each["event"] for each in found} == set(_EVENTS)
    assert {each["symbol"] for each in found} == {"US:SPX"}
    assert next(x for x in found if x["event"] == "quote")["bid_size"] is None


def test_stream_without_a_grant_names_the_ways_out(run: Run) -> None:
    run("stream", "SPY").refused(3, "TT_CLIENT_SECRET", "--demo")


def test_stream_of_events_that_do_not_come_says_so(run: Run) -> None:
    ended = run("stream", "SPY", "--events", "greeks", "--demo", "--for", "1")

    assert (ended.code, ended.out) == (4, "")
    assert "no event came" in ended.err.splitlines()[-1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["SPY", "--events", "profile"], "profile"),
        (["SPY", "--events", ","], "--events"),
        (["BINANCE:BTCUSDT"], "BINANCE:BTCUSDT"),
        (["NOSUCH", "--demo"], "NOSUCH"),
        (["SPXW261218C99999000", "--demo"], "does not list"),
        (["SPY", "--interval", "5y"], "5y"),
        (["SPY", "--for", "0"], "--for"),
        ([","], "symbol"),
    ],
)
def test_stream_that_cannot_be_asked_for_is_refused(run: Run, words: list[str], said: str) -> None:
    run("stream", *words).refused(2, said)
