"""``--source yahoo`` on the command line."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Run


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_bars_of_the_demo_say_where_they_come_from(run: Run) -> None:
    ended = run("bars", "^gspc", "--source", "yahoo", "--demo")

    rows = _rows(ended.out)
    assert (ended.code, len(rows) >= 3) == (0, True)
    assert {row["symbol"] for row in rows} == {"YAHOO:GSPC.INDEX"}
    assert {(row["source"], row["delay"], row["currency"]) for row in rows} == {
        ("yahoo", "simulated", "USD")
    }


def test_bars_in_todays_shares_are_a_part_of_those_paid(run: Run) -> None:
    span = ("--start", "2020-08-03", "--end", "2020-08-29", "--source", "yahoo", "--demo")

    raw = _rows(run("bars", "AAPL", *span).out)
    split = _rows(run("bars", "AAPL", *span, "--adjustment", "split").out)
    whole = _rows(run("bars", "AAPL", *span, "--adjustment", "all").out)

    assert len(raw) == len(split) == len(whole) == 20
    for paid, shares, total in zip(raw, split, whole, strict=True):
        assert float(paid["close"]) == pytest.approx(4.0 * float(shares["close"]))
        assert float(total["close"]) < float(shares["close"])


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("NOPE",), 2, ("US:NOPE", "does not know the symbol")),
        (("SPY", "--timeframe", "5Min"), 2, ("1Min, 1Hour, 1Day",)),
        (("SPY", "--adjustment", "dividend"), 2, ("raw, split, all",)),
        (("BINANCE:BTCUSDT",), 2, ("no symbol of Yahoo's",)),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(
    run: Run, arguments: tuple[str, ...], code: int, words: tuple[str, ...]
) -> None:
    run("bars", *arguments, "--source", "yahoo", "--demo").refused(code, *words)


def test_stream_of_the_demo_prints_a_line_a_price(run: Run) -> None:
    ended = run("stream", "BTC-USD", "--source", "yahoo", "--demo", "--for", "2.5")

    lines = ended.out.splitlines()
    assert (ended.code, bool(lines)) == (0, True)
    shape = r"\d{4}-\d\d-\d\dT[\d:.]{12}Z  YAHOO:BTC-USD  price  price [\d.]+  size 100"
    assert all(re.fullmatch(shape, line) for line in lines)
    assert ended.err == "quantdeck: yahoo simulated: prices of YAHOO:BTC-USD\n"


def test_stream_as_json_is_an_object_a_line(run: Run) -> None:
    ended = run("stream", "SPY", "--source", "yahoo", "--demo", "--for", "1.5", "--json")

    found = json.loads(ended.out.splitlines()[0])
    assert (found["symbol"], found["event"]) == ("US:SPY", "price")
    assert found["price"] > 0


def test_stream_of_what_yahoo_does_not_know_is_refused(run: Run) -> None:
    run("stream", "NOPE", "--source", "yahoo", "--demo").refused(2, "does not know US:NOPE")


def test_stream_of_yahoo_has_no_events_to_choose(run: Run) -> None:
    run("stream", "SPY", "--source", "yahoo", "--events", "quote", "--demo").refused(2, "--events")


def test_the_simulator_names_its_faults(run: Run) -> None:
    ended = run("sim", "yahoo", "--fault", "list")

    assert ended.code == 0
    assert "invalid-crumb" in ended.out


def test_doctor_says_what_an_enabled_yahoo_lacks(run: Run, monkeypatch, tmp_path) -> None:
    settings = tmp_path / "deck.yaml"
    settings.write_text("feeds:\n  yahoo: {enabled: true}\n")
    monkeypatch.setattr("quantdeck.app.doctor.find_spec", lambda name: name != "yfinance" or None)

    ended = run("doctor", "--config", str(settings), "--json")

    found = {each["check"]: each for each in json.loads(ended.out)}
    assert found["yahoo"]["verdict"] == "fail"
    assert found["yahoo"]["remedy"] == "pip install 'quantdeck[yahoo]'"
