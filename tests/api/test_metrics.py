from __future__ import annotations

import csv
import io
import math

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from quantdeck.analytics.readings import report_metrics
from quantdeck.model.errors import RateLimited, VenueError
from tests.hub.price_books import price_series, walk


def test_metrics_are_those_of_the_report(ask, deck):
    body = ask("GET", "/api/v1/metrics/US:QQQ").json()

    report = report_metrics(
        deck.book.known(_series("US:QQQ")), benchmark=deck.book.known(_series("US:SPY"))
    )
    assert {name: each["value"] for name, each in body["metrics"].items()} == {
        each.id: each.value for each in report.readings
    }
    assert body["benchmark"] == "US:SPY"
    assert body["trust"]["word"] == "demo"
    assert body["prices"]["bars"] == 400
    assert body["prices"]["periods_per_year"] == 252


def _series(symbol):
    from quantdeck.hub.price_book import SeriesQuestion

    return SeriesQuestion(symbol)


def test_metric_says_how_it_is_computed(ask):
    sharpe = ask("GET", "/api/v1/metrics/US:SPY").json()["metrics"]["sharpe_ratio"]

    assert sharpe["unit"] == "1 per root year"
    assert sharpe["formula"]
    assert sharpe["convention"]


def test_metrics_of_few_bars_say_what_each_needs(ask):
    metrics = ask("GET", "/api/v1/metrics/US:SPY?lookback=5").json()["metrics"]

    assert metrics["rsi"]["value"] is None
    assert metrics["rsi"]["reason"] == "5 bars; 15 are needed"


def test_metrics_of_an_unknown_symbol_name_what_there_is(ask):
    reply = ask("GET", "/api/v1/metrics/US:NONE")

    assert reply.status_code == 404
    assert "US:SPY" in reply.json()["error"]["message"]


def test_metrics_of_one_bar_are_409_with_what_is_needed(ask):
    reply = ask("GET", "/api/v1/metrics/new")

    error = reply.json()["error"]
    assert (reply.status_code, error["code"]) == (409, "too-little-data")
    assert (error["needed"], error["found"]) == (2, 1)


def test_metrics_take_several_confidences(ask):
    body = ask("GET", "/api/v1/metrics/SPY?confidence=0.9&confidence=0.975").json()

    assert body["confidence"] == [0.9, 0.975]
    assert body["metrics"]["value_at_risk.97.5"]["parameters"] == {"level": 0.975}


def test_metrics_follow_rate_window_and_benchmark(ask):
    path = "/api/v1/metrics/BTCUSDT"
    plain = ask("GET", f"{path}?benchmark=none").json()
    asked = ask("GET", f"{path}?risk_free=0.1&window=20&benchmark=qqq").json()

    assert plain["benchmark"] == ""
    assert "beta" not in plain["metrics"]
    assert asked["benchmark"] == "US:QQQ"
    assert asked["left_out"] > 0
    assert asked["metrics"]["rolling_sharpe"]["parameters"] == {"window": 20}
    sharpe = [body["metrics"]["sharpe_ratio"]["value"] for body in (plain, asked)]
    assert sharpe[1] < sharpe[0]


def test_metrics_of_captured_minutes_are_told_too(ask):
    body = ask("GET", "/api/v1/metrics/BINANCE:BTCUSDT?interval=1m").json()

    assert body["prices"]["interval"] == "1m"
    assert body["prices"]["periods_per_year"] == 365 * 1440


def test_metrics_as_a_file_have_a_row_a_reading(ask):
    reply = ask("GET", "/api/v1/metrics/US:SPY?format=csv")

    rows = list(csv.DictReader(io.StringIO(reply.text)))
    assert {"id", "value", "unit", "reason"} <= set(rows[0])
    assert 'filename="demo-metrics-US-SPY-1d.csv"' in reply.headers["content-disposition"]
    assert float(next(r["value"] for r in rows if r["id"] == "total_return")) != 0.0


@pytest.mark.parametrize("form", ["parquet", "arrow"])
def test_metrics_as_a_table_hold_null_for_absent_values(ask, form):
    content = ask("GET", f"/api/v1/metrics/US:SPY?lookback=30&format={form}").content

    table = (
        pq.read_table(io.BytesIO(content))
        if form == "parquet"
        else pa.ipc.open_stream(content).read_all()
    )
    absent = table.filter(pa.compute.is_null(table.column("value")))
    assert absent.num_rows > 0
    assert all(reason.as_py() for reason in absent.column("reason"))


def test_metrics_asked_again_are_304(ask):
    first = ask("GET", "/api/v1/metrics/US:SPY")

    again = ask("GET", "/api/v1/metrics/US:SPY", headers={"If-None-Match": first.headers["etag"]})

    assert again.status_code == 304


def test_metrics_after_a_new_bar_are_sent(ask, deck):
    tag = ask("GET", "/api/v1/metrics/US:SPY").headers["etag"]
    deck.book.put(price_series("US:SPY", walk(401), calendar="XNYS"))

    again = ask("GET", "/api/v1/metrics/US:SPY", headers={"If-None-Match": tag})

    assert again.status_code == 200


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("window=2", "window"),
        ("confidence=1", "confidence"),
        ("confidence=nan", "confidence"),
        ("risk_free=nan", "risk_free"),
        ("risk_free=7", "risk_free"),
        ("lookback=1", "lookback"),
        ("interval=2d", "interval"),
        ("adjustment=none", "adjustment"),
        ("interval=1d&interval=1h", "twice"),
        ("horizon=5", "horizon"),
        ("start=2024-08-08&end=2024-08-07", "not after"),
        ("benchmark=%20%20", "benchmark"),
    ],
)
def test_metrics_with_a_wrong_parameter_are_422_and_name_it(ask, query, words):
    reply = ask("GET", f"/api/v1/metrics/US:SPY?{query}")

    assert reply.status_code == 422
    assert words in reply.json()["error"]["message"]


def test_vendor_that_asks_to_wait_is_503_with_the_time(ask, deck):
    deck.book.failure = RateLimited("yahoo", "too many requests", retry_after_s=30)

    reply = ask("GET", "/api/v1/metrics/US:SPY")

    assert (reply.status_code, reply.headers["retry-after"]) == (503, "30")


def test_vendor_that_fails_is_502(ask, deck):
    deck.book.failure = VenueError("yahoo", "no answer")

    assert ask("GET", "/api/v1/history/US:SPY").status_code == 502


def test_history_without_a_span_is_the_newest_bars(ask):
    body = ask("GET", "/api/v1/history/US:SPY?lookback=3").json()

    assert len(body["rows"]) == 3
    assert body["rows"][-1]["time"] == body["prices"]["last"]
    assert set(body["rows"][0]) == {
        *("time", "start_ns", "open", "high", "low", "close", "volume", "raw_close")
    }


def test_history_of_a_span_holds_its_bars(ask):
    rows = ask("GET", "/api/v1/history/US:SPY?start=2024-03-01&end=2024-04-01").json()["rows"]

    assert len(rows) == 21
    assert all(row["time"].startswith("2024-03") for row in rows)


def test_history_of_a_span_before_all_bars_is_409_and_says_where_they_begin(ask):
    reply = ask("GET", "/api/v1/history/US:SPY?end=2000-01-01")

    assert reply.status_code == 409
    assert "from 2024-01-02" in reply.json()["error"]["message"]


def test_history_as_arrow_holds_the_figures(ask, deck):
    content = ask("GET", "/api/v1/history/US:SPY?format=arrow&adjustment=raw").content

    table = pa.ipc.open_stream(content).read_all()
    assert table.num_rows == 400
    assert math.isclose(table.column("close")[-1].as_py(), walk(400)[-1])


def test_history_too_long_for_json_says_which_forms_take_it(ask, deck):
    deck.book.put(price_series("BINANCE:LONG", walk(10_001), interval="1h"))

    path = "/api/v1/history/BINANCE:LONG?interval=1h&lookback=100000"
    refused, taken = ask("GET", path), ask("GET", f"{path}&format=csv")

    assert refused.status_code == 422
    assert "format=csv" in refused.json()["error"]["message"]
    assert taken.text.count("\n") == 10_002


def test_stranger_reads_no_metrics(stranger):
    assert stranger("GET", "/api/v1/metrics/US:SPY").status_code == 401
