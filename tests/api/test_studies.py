from __future__ import annotations

import io
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from quantdeck.analytics.options.study import study_chains
from quantdeck.analytics.risk.study import RiskRules, study_risk
from quantdeck.analytics.technical import rsi
from quantdeck.analytics.technical_study import candles_of
from quantdeck.hub.price_book import SeriesQuestion


def _bars(deck, symbol):
    return deck.book.known(SeriesQuestion(symbol))


def test_risk_is_that_of_the_study(ask, deck):
    body = ask("GET", "/api/v1/risk/US:QQQ?confidence=0.95&confidence=0.99&window=20").json()

    study = study_risk(
        _bars(deck, "US:QQQ"), _bars(deck, "US:SPY"), RiskRules(levels=(0.95, 0.99), rolling=20)
    )
    assert {name: each["value"] for name, each in body["figures"].items()} == {
        each.name: each.value for each in (*study.figures, *study.volatilities)
    }
    assert [row["value_at_risk"] for row in body["tails"]] == [t.value_at_risk for t in study.tails]
    assert body["back_test"]["exceedances"] == study.back_test.test.count
    assert body["benchmark"] == "US:SPY"


def test_risk_says_when_falls_began_and_ended(ask):
    fall = ask("GET", "/api/v1/risk/US:SPY").json()["drawdowns"][0]

    peak, trough = (datetime.fromisoformat(fall[name]) for name in ("peak", "trough"))
    assert peak < trough
    assert fall["depth"] > 0


def test_risk_paths_are_as_long_as_the_closes(ask, deck):
    rows = ask("GET", "/api/v1/risk/US:SPY?part=paths&lookback=100").json()["rows"]

    closes = _bars(deck, "US:SPY").close[-100:]
    assert len(rows) == 100
    assert rows[0]["return"] is None
    assert rows[-1]["wealth"] == pytest.approx(closes[-1] / closes[0])


def test_risk_of_unadjusted_prices_asks_for_them(ask, deck):
    ask("GET", "/api/v1/risk/US:SPY?adjustment=raw")

    assert deck.book.questions[-1].adjustment == "raw"


@pytest.mark.parametrize(
    "part",
    [
        *("figures", "tails", "exceedances", "drawdowns", "months", "histogram"),
        *("autocorrelation", "stationarity", "paths"),
    ],
)
def test_risk_part_is_the_same_in_every_form(ask, part):
    path = f"/api/v1/risk/US:SPY?part={part}"

    rows = ask("GET", path).json()["rows"]
    arrow = pa.ipc.open_stream(ask("GET", f"{path}&format=arrow").content).read_all()
    parquet = pq.read_table(io.BytesIO(ask("GET", f"{path}&format=parquet").content))

    assert len(rows) == arrow.num_rows == parquet.num_rows > 0
    assert list(rows[0]) == arrow.column_names == parquet.column_names


@pytest.fixture
def built(monkeypatch):
    from quantdeck.hub import tear_sheets
    from quantdeck.views.offline_page import SheetParts

    def parts(version, made_ns):
        return SheetParts("console.log(1)", "p{}", version, made_ns)

    monkeypatch.setattr(tear_sheets, "sheet_parts", parts)


@pytest.mark.usefixtures("built")
def test_tear_sheet_is_a_page_with_a_policy_of_its_own(ask):
    reply = ask("GET", "/api/v1/risk/US:SPY/tearsheet")

    assert reply.status_code == 200
    assert reply.headers["content-type"].startswith("text/html")
    assert "default-src 'none'; script-src 'sha256-" in reply.headers["content-security-policy"]
    assert "us-spy-1d-tear-sheet.html" in reply.headers["content-disposition"]
    assert "console.log(1)" in reply.text


@pytest.mark.usefixtures("built")
def test_tear_sheet_of_an_unknown_symbol_is_json_404(ask):
    reply = ask("GET", "/api/v1/risk/NONE/tearsheet")

    assert reply.status_code == 404
    assert reply.json()["error"]["code"] == "no-data"


def test_risk_of_one_bar_is_409_and_says_how_much_there_is(ask):
    reply = ask("GET", "/api/v1/risk/US:NEW")

    error = reply.json()["error"]
    assert (reply.status_code, error["code"], error["found"]) == (409, "too-little-data", 1)


def test_portfolio_contributions_sum_to_its_return(ask):
    body = ask(
        "GET", "/api/v1/portfolio?weights=SPY=0.6,QQQ=0.4&rebalance=never&factors=BTCUSDT"
    ).json()

    assert sum(row["contribution"] for row in body["assets"]) == pytest.approx(body["total_return"])
    assert [row["weight"] for row in body["assets"]] == [0.6, 0.4]
    assert [row["factor"] for row in body["factors"]] == ["US:SPY", "BINANCE:BTCUSDT"]
    assert sum(row["risk_share"] for row in body["assets"]) == pytest.approx(1.0)


def test_portfolio_of_names_alone_has_equal_weights(ask):
    rows = ask("GET", "/api/v1/portfolio?weights=SPY,QQQ,BTCUSDT&part=assets").json()["rows"]

    assert [row["weight"] for row in rows] == pytest.approx([1 / 3] * 3)


@pytest.mark.parametrize("part", ["figures", "correlation", "factors", "paths", "weights"])
def test_portfolio_part_has_rows(ask, part):
    path = f"/api/v1/portfolio?weights=SPY,BTCUSDT&part={part}&benchmark=qqq"

    rows = ask("GET", path).json()["rows"]
    table = pa.ipc.open_stream(ask("GET", f"{path}&format=arrow").content).read_all()

    assert len(rows) == table.num_rows > 0


@pytest.mark.parametrize(
    ("weights", "status"),
    [("SPY=0.6,QQQ", 422), ("SPY=x", 422), ("SPY,NONE", 404), ("SPY,NEW", 409), (",", 422)],
)
def test_portfolio_that_is_none_is_refused(ask, weights, status):
    assert ask("GET", f"/api/v1/portfolio?weights={weights}").status_code == status


def test_technical_readings_are_those_of_the_indicators(ask, deck):
    body = ask("GET", "/api/v1/technical/US:SPY?indicator=rsi&indicator=macd").json()

    readings = {row["id"]: row["value"] for row in body["readings"]}
    assert list(readings) == [
        "rsi(14)",
        "macd(12,26,9).macd",
        "macd(12,26,9).signal",
        "macd(12,26,9).histogram",
    ]
    assert readings["rsi(14)"] == rsi(candles_of(_bars(deck, "US:SPY"))).first[-1]
    assert body["regime"] in {"calm", "normal", "turbulent"}


def test_technical_series_has_the_bars_asked_for(ask):
    path = "/api/v1/technical/US:SPY?indicator=bollinger&lookback=10"

    table = pa.ipc.open_stream(ask("GET", f"{path}&format=arrow").content).read_all()

    assert table.num_rows == 10
    assert table.column_names[:3] == ["time", "close", "bollinger(20,2).upper"]
    assert np.isfinite(table.column("bollinger(20,2).upper").to_numpy()).all()


@pytest.mark.parametrize("part", ["readings", "levels", "pivots", "signals", "volatility"])
def test_technical_part_is_a_table(ask, part):
    reply = ask("GET", f"/api/v1/technical/US:SPY?part={part}&format=csv")

    assert reply.status_code == 200
    assert reply.text.count("\n") >= 1


def test_technical_with_an_unknown_indicator_names_those_there_are(ask):
    reply = ask("GET", "/api/v1/technical/US:SPY?indicator=rsx")

    assert reply.status_code == 422
    assert "rsi" in reply.json()["error"]["message"]


def test_signals_are_told_newest_confirmation_first(ask):
    body = ask("GET", "/api/v1/signals").json()

    known = [row["known"] for row in body["signals"]]
    assert known == sorted(known, reverse=True)
    assert set(body["symbols"]) == {"US:SPY", "US:QQQ", "BINANCE:BTCUSDT", "US:NEW"}


def test_signals_of_one_symbol_and_rule_since_a_day(ask):
    rows = ask(
        "GET", "/api/v1/signals?symbol=spy&rule=ema_cross&rule=rsi_threshold&since=2025-01-01"
    ).json()["signals"]

    assert {row["symbol"] for row in rows} == {"US:SPY"}
    assert {row["rule"] for row in rows} <= {"ema_cross", "rsi_threshold"}
    assert all(row["known"] >= "2025-01-01" for row in rows)


@pytest.mark.parametrize(
    ("query", "status"),
    [("rule=golden_cross", 422), ("symbol=NONE", 404), ("limit=0", 422)],
)
def test_signals_that_cannot_be_are_refused(ask, query, status):
    assert ask("GET", f"/api/v1/signals?{query}").status_code == status


def test_options_are_those_of_the_study(ask, deck):
    chains = deck.studies._machine.options
    study = study_chains([chains.chain], chains.at_ns)

    body = ask("GET", f"/api/v1/options/{chains.chain.underlying}").json()

    row = body["expiries"][0]
    assert row["expiry"] == study.expiries[0].name
    assert row["forward"] == study.expiries[0].smile.forward
    assert row["atm_volatility"] == pytest.approx(study.expiries[0].skew.at_money)
    assert body["chain"] == []


def test_options_of_an_expiry_have_its_contracts(ask, deck):
    chain = deck.studies._machine.options.chain

    body = ask("GET", f"/api/v1/options/{chain.underlying}?expiry={chain.expiry}").json()

    assert len(body["chain"]) == 2 * len(chain.strikes)
    assert {"iv_mid", "delta", "reason"} <= set(body["chain"][0])


@pytest.mark.parametrize("part", ["expiries", "chain", "smile", "parity", "interest"])
def test_options_part_is_the_same_in_json_and_arrow(ask, part):
    path = f"/api/v1/options/spx?part={part}"

    rows = ask("GET", path).json()["rows"]
    table = pa.ipc.open_stream(ask("GET", f"{path}&format=arrow").content).read_all()

    assert len(rows) == table.num_rows
    assert table.column_names[0] == "expiry"


@pytest.mark.parametrize("path", ["US:NONE", "SPX?expiry=2030-01-01"])
def test_options_that_are_not_watched_name_those_there_are(ask, path):
    reply = ask("GET", f"/api/v1/options/{path}")

    assert reply.status_code == 404
    assert "SPX" in reply.json()["error"]["message"]
