from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Run


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ALPACA_API_KEY", "ALPACA_API_SECRET"):
        monkeypatch.delenv(name, raising=False)


def test_news_of_the_demo_are_one_a_line_newest_last(run: Run) -> None:
    ended = run("news", "--demo", "--count", "3")

    lines = ended.out.splitlines()
    assert (ended.code, len(lines)) == (0, 3)
    assert lines == sorted(lines)
    assert all(
        re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC  Simulated: .* ago  http", x) for x in lines
    )


def test_news_as_json_are_objects_of_the_symbols_asked_for(run: Run) -> None:
    ended = run("news", "--demo", "--count", "2", "--symbols", "us:spy,aapl", "--json")

    found = [json.loads(line) for line in ended.out.splitlines()]
    assert [each["change"] for each in found] == ["new", "new"]
    assert all("SPY" in each["symbols"] and each["source"] == "simulated" for each in found)


def test_news_without_a_key_name_the_ways_out(run: Run) -> None:
    run("news").refused(3, "ALPACA_API_KEY", "--demo")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--symbols", "SPX"], "index"),
        (["--symbols", "BINANCE:BTCUSDT"], "stocks"),
        (["--count", "0"], "--count"),
    ],
)
def test_news_that_cannot_be_asked_for_are_refused(run: Run, words: list[str], said: str) -> None:
    run("news", "--demo", *words).refused(2, said)


def test_news_that_are_not_there_are_no_data(run: Run) -> None:
    run("news", "--demo", "--symbols", "AAPL").refused(4, "AAPL", "--follow")
