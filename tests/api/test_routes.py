from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from quantdeck.model.errors import RateLimited, StoreError, VenueError
from quantdeck.ports.tape import TapeStatus


def test_health_is_200_as_long_as_it_answers(stranger, deck):
    deck.tape_status = _stopped

    live, ready = stranger("GET", "/health"), stranger("GET", "/health/ready")

    assert (live.status_code, ready.status_code) == (200, 503)
    assert live.json()["detail"] == "tape is stopped: the disk is full"


def _stopped():
    return TapeStatus("stopped", "the disk is full")


def test_pages_list_the_panels(ask):
    pages = ask("GET", "/api/v1/pages").json()["pages"]

    assert [page["id"] for page in pages] == ["dashboard", "pairs"]
    assert pages[1]["panels"][0]["kind"] == "stream-lines"


def test_same_answer_again_is_304(ask):
    first = ask("GET", "/api/v1/pages")

    again = ask("GET", "/api/v1/pages", headers={"If-None-Match": f'"x", {first.headers["etag"]}'})

    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["etag"] == first.headers["etag"]


def test_changed_answer_is_sent_in_spite_of_the_tag(ask, deck, names):
    tag = ask("GET", "/api/v1/symbols").headers["etag"]
    deck.captured = [names.btc, names.eth]

    again = ask("GET", "/api/v1/symbols", headers={"If-None-Match": tag})

    assert again.status_code == 200
    assert again.json()["captured"] == [names.btc, names.eth]


def test_large_answer_is_compressed_small_is_not(ask):
    small = ask("GET", "/api/v1/pages", headers={"Accept-Encoding": "gzip"})
    large = ask(
        "GET", "/api/v1/ticks?symbol=BINANCE-USDM:BTCUSDT", headers={"Accept-Encoding": "gzip"}
    )

    assert "content-encoding" not in small.headers
    assert large.headers["content-encoding"] == "gzip"
    assert len(large.json()["rows"]) == 1_000


def test_status_is_the_payload_of_its_topic(ask):
    status = ask("GET", "/api/v1/status").json()

    assert status["mode"] == "demo"
    assert status["skew_ms"] is None


def test_feeds_come_with_the_tape(ask):
    body = ask("GET", "/api/v1/feeds").json()

    assert body["feeds"][0]["name"] == "binance-usdm/market"
    assert body["tape"]["rows_appended"] == 5


def test_gaps_are_limited_and_counted(ask):
    body = ask("GET", "/api/v1/gaps?limit=2").json()

    assert (len(body["gaps"]), body["total"]) == (2, 3)


def test_coverage_and_symbols_tell_what_is_recorded(ask, names):
    coverage = ask("GET", "/api/v1/coverage").json()["coverage"]

    assert coverage[0]["rows"] == 1_000
    assert ask("GET", "/api/v1/symbols").json()["recorded"] == [names.btc]


@pytest.mark.parametrize(
    ("search", "roots"),
    [("btc", ["BTCUSDT", "WBTCUSDT"]), ("usdm:sol", ["SOLUSDT"]), ("doge", []), ("", None)],
)
def test_instruments_are_searched_best_first(ask, search, roots):
    body = ask("GET", "/api/v1/instruments", params={"search": search}).json()

    found = [i["symbol"].partition(":")[2] for i in body["instruments"]]
    assert found == (roots if roots is not None else ["BTCUSDT", "ETHUSDT", "SOLUSDT", "WBTCUSDT"])
    assert body["total"] == len(found)


@pytest.mark.parametrize(
    ("search", "near"),
    [("btcusdx", ["BTCUSDT", "WBTCUSDT"]), ("binance:ethusd_", ["ETHUSDT"]), ("nosuchcoin", [])],
)
def test_instruments_without_a_match_name_those_alike(ask, search, near):
    body = ask("GET", "/api/v1/instruments", params={"search": search}).json()

    assert body["instruments"] == []
    assert [symbol.partition(":")[2] for symbol in body["near"]][:2] == near


def test_capture_is_started_with_what_a_person_types(ask, names):
    reply = ask("POST", "/api/v1/capture/start", json={"symbols": ["btcusdt", "ethusdt"]})

    assert reply.json() == {"capturing": True, "symbols": [names.btc, names.eth]}


def test_capture_is_started_again_with_the_symbols_it_had(ask, names):
    assert ask("POST", "/api/v1/capture/start", json={}).json()["symbols"] == [names.btc]


def test_capture_is_stopped(ask, deck):
    reply = ask("POST", "/api/v1/capture/stop")

    assert reply.json() == {"capturing": False, "symbols": []}
    assert deck.captured == []


def test_capture_during_a_replay_is_409(ask, deck):
    deck.is_replaying = True

    reply = ask("POST", "/api/v1/capture/start", json={"symbols": ["btcusdt"]})

    assert reply.status_code == 409
    assert reply.json()["error"]["code"] == "conflict"


@pytest.mark.parametrize(
    "body",
    [
        {"symbols": []},
        {"symbols": ["x"] * 201},
        {"symbols": "btcusdt"},
        {"symbols": ["a b c"]},
        {"symbol": ["btcusdt"]},
        [],
        None,
    ],
)
def test_wrong_body_of_capture_is_422(ask, body):
    reply = ask("POST", "/api/v1/capture/start", json=body)

    assert reply.status_code == 422
    assert reply.json()["error"]["message"]


def test_panel_gives_the_payload_and_passes_its_parameters(ask, deck):
    body = ask("GET", "/api/v1/panels/pairs.zscore?x=A:B&window=60&format=json").json()

    assert body["lines"] == {"z": [0.5, None]}
    assert deck.asked == [("pairs.zscore", {"x": "A:B", "window": "60"})]


def test_panel_without_topic_is_asked_by_its_id(ask, deck):
    ask("GET", "/api/v1/panels/dashboard.table")

    assert deck.asked == [("dashboard.table", {})]


def test_panel_as_csv_is_a_download_named_after_its_mode_without_formulas(ask):
    reply = ask("GET", "/api/v1/panels/dashboard.table?format=csv")

    assert reply.headers["content-type"] == "text/csv; charset=utf-8"
    assert reply.headers["content-disposition"] == 'attachment; filename="demo-dashboard.table.csv"'
    assert "'=1+1" in reply.text
    assert "'=cmd" in reply.text
    assert "-1.5" in reply.text


def test_unknown_panel_is_404_with_those_that_exist(ask):
    reply = ask("GET", "/api/v1/panels/nope")

    assert reply.status_code == 404
    assert "dashboard.note, dashboard.table, pairs.zscore" in reply.json()["error"]["message"]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/api/v1/panels/pairs.zscore?x=1&x=2", "twice"),
        ("/api/v1/panels/pairs.zscore?X=1", "parameter"),
        ("/api/v1/panels/dashboard.note?format=csv", "prose"),
        ("/api/v1/panels/pairs.zscore?format=xml", "format"),
        ("/api/v1/bars?symbol=btc", "symbol"),
        ("/api/v1/bars?symbol=BINANCE:BTCUSDT&timeframe=2m", "timeframe"),
        ("/api/v1/bars?symbol=BINANCE:BTCUSDT&limit=0", "limit"),
        ("/api/v1/bars?symbol=BINANCE:BTCUSDT&limit=20000", "format=csv"),
        ("/api/v1/bars?symbol=BINANCE:BTCUSDT&cursor=x", "cursor"),
        ("/api/v1/bars?symbol=BINANCE:BTCUSDT&start=now", "2024-08-08T12:00:00Z"),
        ("/api/v1/bars?symbol=BINANCE:BTCUSDT&start=2024-08-08T12:00:00", "zone"),
        ("/api/v1/bars?symbol=BINANCE:BTCUSDT&start=2024-08-09&end=2024-08-08", "swap"),
        ("/api/v1/bars?symbol=BINANCE:BTCUSDT&strat=2024-08-09", "'strat'"),
        ("/api/v1/ticks?symbol=BINANCE-USDM:BTCUSDT&end=2024-08-09", "without start"),
        ("/api/v1/ticks?symbol=BINANCE-USDM:BTCUSDT&kind=tick", "kind"),
        ("/api/v1/ticks?symbol=BINANCE-USDM:BTCUSDT&cursor=1.2", "cursor"),
        ("/api/v1/pairs?x=BINANCE:BTCUSDT", "y"),
        ("/api/v1/gaps?limit=2&limit=3", "twice"),
    ],
)
def test_wrong_parameter_is_422_and_named(ask, path, words):
    reply = ask("GET", path)

    assert reply.status_code == 422
    assert reply.json()["error"]["code"] == "bad-input"
    assert words in reply.json()["error"]["message"]


def test_newest_bars_come_without_a_start(ask, names):
    body = ask("GET", f"/api/v1/bars?symbol={names.btc}&limit=3").json()

    assert [row["time"] for row in body["rows"]] == [
        "2024-08-08T01:37:00.000000000Z",
        "2024-08-08T01:38:00.000000000Z",
        "2024-08-08T01:39:00.000000000Z",
    ]
    assert body["next"] is None


def test_bars_from_a_start_are_paged(ask, names):
    path = f"/api/v1/bars?symbol={names.btc}&start=2024-08-08T01:00:00Z&limit=25"
    first = ask("GET", path).json()
    second = ask("GET", f"{path}&cursor={first['next']}").json()

    assert (len(first["rows"]), len(second["rows"]), second["next"]) == (25, 15, None)
    assert second["rows"][0]["time"] == "2024-08-08T01:25:00.000000000Z"


def test_bars_of_an_unknown_symbol_are_404_with_what_exists(ask, names):
    reply = ask("GET", f"/api/v1/bars?symbol={names.eth}")

    assert reply.status_code == 404
    assert names.btc in reply.json()["error"]["message"]


def test_bars_as_parquet_are_read_back(ask, names):
    reply = ask("GET", f"/api/v1/bars?symbol={names.btc}&timeframe=1m&format=parquet")

    table = pq.read_table(io.BytesIO(reply.content))
    assert table.num_rows == 100
    assert 'filename="BINANCE-USDM-BTCUSDT-1m.parquet"' in reply.headers["content-disposition"]


def test_newest_ticks_have_exact_times_and_null_for_nan(ask, names, deck):
    deck.reader.ticks = names.tick_table(8, step_ns=1)

    rows = ask("GET", f"/api/v1/ticks?symbol={names.btc}&limit=2").json()["rows"]

    assert [row["time"] for row in rows] == [
        "2024-08-08T00:00:00.000000006Z",
        "2024-08-08T00:00:00.000000007Z",
    ]
    assert rows[0]["ts_event"] == names.start_ns + 6
    assert rows[0]["size"] == 0.5
    assert rows[1]["size"] is None


def test_ticks_from_a_start_are_paged_to_the_end(ask, names):
    path = f"/api/v1/ticks?symbol={names.btc}&start=2024-08-08&limit=300"
    seen, cursor = [], ""
    while True:
        body = ask("GET", path + cursor).json()
        seen += [row["seq"] for row in body["rows"]]
        if body["next"] is None:
            break
        cursor = f"&cursor={body['next']}"

    assert seen == list(range(1, 1_001))


def test_ticks_as_csv_name_the_next_page_in_a_header(ask, names):
    reply = ask("GET", f"/api/v1/ticks?symbol={names.btc}&start=2024-08-08&limit=2&format=csv")

    lines = reply.text.splitlines()
    assert lines[0].startswith('"time","ts_event","ts_recv","seq"')
    assert lines[1].startswith('"2024-08-08T00:00:00.000000000Z",1723075200000000000,')
    assert len(lines) == 3
    assert reply.headers["x-next-cursor"] == f"{names.start_ns + 250_000_000}.2.1"


@pytest.mark.parametrize("start", ["", "&start=2024-08-08"])
def test_ticks_of_a_kind_that_is_not_recorded_are_404_with_those_that_are(ask, names, start):
    reply = ask("GET", f"/api/v1/ticks?symbol={names.btc}&kind=quote{start}")

    assert reply.status_code == 404
    assert "recorded of it: agg_trade" in reply.json()["error"]["message"]


def test_pair_study_is_typed_and_passes_only_what_was_given(ask, deck, names):
    body = ask("GET", f"/api/v1/pairs?y={names.eth}&x={names.btc}&window=20&prices=log").json()

    assert deck.asked == [
        ("study", {"y": names.eth, "x": names.btc, "window": "20", "prices": "log"})
    ]
    assert body["estimator"] == "ols"
    assert len(body["path"]["low"]) == body["path"]["n"] == 200
    assert body["hurst"]["exponent"] == pytest.approx(0.0, abs=0.1)
    assert body["reversion"]["horizons"][0]["rows"] >= 1
    assert body["hedge"]["hedge_ratio"] == pytest.approx(1.5, abs=0.01)
    assert body["engle_granger"]["pvalue"] < 0.01
    assert len(body["x"]) == len(body["spread"]) == body["rows"] == 200
    assert body["zscore"][0] is None
    assert body["summary"]["n"] == 200


def test_pair_study_of_an_estimator_asks_for_it(ask, deck, names):
    ask("GET", f"/api/v1/pairs?y={names.eth}&x={names.btc}&estimator=kalman")

    assert deck.asked == [("study", {"y": names.eth, "x": names.btc, "estimator": "kalman"})]


def test_pair_study_of_an_unknown_estimator_is_422_with_those_there_are(ask, names):
    reply = ask("GET", f"/api/v1/pairs?y={names.eth}&x={names.btc}&estimator=magic")

    assert reply.status_code == 422
    assert "theil-sen" in reply.text


def test_sql_gives_rows_and_says_when_there_are_more(ask, deck):
    table = pa.table({"n": [1, None], "text": ["=a", "b"], "list": [[1], [2]]})
    deck.reader.sql_result = table.replace_schema_metadata({b"truncated": b"true"})

    body = ask("POST", "/api/v1/sql", json={"query": "select", "max_rows": 2}).json()

    assert body == {
        "columns": ["n", "text", "list"],
        "rows": [{"n": 1, "text": "=a", "list": "[1]"}, {"n": None, "text": "b", "list": "[2]"}],
        "truncated": True,
    }
    assert deck.reader.calls == [("sql", "select", 10.0, 2)]


def test_sql_as_csv_neutralises_formulas_in_cells_and_names(ask, deck):
    deck.reader.sql_result = pa.table({"=x": ["@a", "-1", "plain\n=b"], "y": [-1.0, None, 2.0]})

    reply = ask("POST", "/api/v1/sql", json={"query": "select", "format": "csv"})

    assert reply.text == '"\'=x","y"\n"\'@a",-1\n"\'-1",\n"plain\n=b",2\n'


@pytest.mark.parametrize(
    "body",
    [
        {"query": ""},
        {"query": "x", "max_rows": 0},
        {"query": "x", "max_rows": 20_000},
        {"query": "x", "timeout_s": 61},
        {"query": "x", "timeout_s": 0},
        {"query": "x", "format": "xlsx"},
        {"query": "nonsense"},
        {"sql": "select 1"},
    ],
)
def test_wrong_sql_request_is_422(ask, body):
    assert ask("POST", "/api/v1/sql", json=body).status_code == 422


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (RateLimited("binance-usdm", "slow down", retry_after_s=30.0), 503, "rate-limited"),
        (VenueError("binance-usdm", "no answer"), 502, "venue"),
        (StoreError("the disk is full"), 503, "store"),
    ],
)
def test_error_of_the_tree_has_its_status(ask, deck, error, status, code):
    async def instruments():
        raise error

    deck.instruments = instruments

    reply = ask("GET", "/api/v1/instruments")

    assert reply.status_code == status
    assert reply.json()["error"]["code"] == code
    assert reply.headers.get("retry-after") == ("30" if status == 503 and code != "store" else None)
