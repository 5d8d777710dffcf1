"""Options, actions, reports, news and indicators of the Polygon simulator."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import pytest
import talib

from tests.sims.polygon.harness import FRIDAY_NOON_MS, bench

CONTRACTS = "/v3/reference/options/contracts"


def _get(path: str, *, key: str = "K", **parameters: object) -> Any:
    async def scenario():
        async with bench() as at:
            return await at.get(path, key=key, **parameters)

    return asyncio.run(scenario())


def _all(path: str, **parameters: object) -> list[dict[str, Any]]:
    async def scenario():
        async with bench() as at:
            pages = await at.pages(path, **parameters)
            return [row for body in pages for row in body["results"]]

    return asyncio.run(scenario())


def test_contracts_of_all_pages_are_unique_and_in_order() -> None:
    rows = _all(CONTRACTS, underlying_ticker="AAPL", limit=250)

    tickers = [row["ticker"] for row in rows]
    assert len(tickers) > 400
    assert tickers == sorted(set(tickers))
    assert all(row["exercise_style"] == "american" for row in rows)


def test_contracts_are_filtered_by_type_strike_and_expiry() -> None:
    rows = _all(
        CONTRACTS,
        underlying_ticker="AAPL",
        contract_type="put",
        strike_price__gte=230,
        strike_price__lt=240,
        expiration_date__lte="2026-12-18",
        limit=100,
    )

    assert rows
    assert {row["contract_type"] for row in rows} == {"put"}
    assert all(230 <= row["strike_price"] < 240 for row in rows)
    assert max(row["expiration_date"] for row in rows) == "2026-12-18"


def test_expired_contracts_are_asked_for_by_themselves() -> None:
    rows = _all(
        CONTRACTS,
        underlying_ticker="AAPL",
        expired="true",
        expiration_date__gte="2026-10-01",
        limit=1_000,
    )

    days = {row["expiration_date"] for row in rows}
    assert {"2026-10-16", "2026-11-13"} <= days
    assert max(days) < "2026-11-20"


def test_contract_is_found_by_its_ticker_and_another_is_not() -> None:
    ticker = _get(CONTRACTS, underlying_ticker="KO", limit=1)["results"][0]["ticker"]

    async def scenario():
        async with bench() as at:
            found = await at.get(f"{CONTRACTS}/{ticker}")
            return found, await at.reply(f"{CONTRACTS}/O:KO261218C99999999")

    found, missing = asyncio.run(scenario())

    assert found["results"]["ticker"] == ticker
    assert missing.status == 404


def test_chain_snapshot_holds_quotes_greeks_and_the_underlying() -> None:
    rows = _all(
        "/v3/snapshot/options/AAPL",
        expiration_date="2026-12-18",
        strike_price__gte=230,
        strike_price__lte=250,
        limit=250,
    )

    assert len(rows) >= 8
    for row in rows:
        assert row["last_quote"]["bid"] < row["last_quote"]["ask"]
        assert row["underlying_asset"]["timeframe"] == "REAL-TIME"
        assert 0.1 < row["implied_volatility"] < 1.0
        is_call = row["details"]["contract_type"] == "call"
        assert (row["greeks"]["delta"] > 0) is is_call
        assert row["day"]["low"] <= row["day"]["close"] <= row["day"]["high"]


def test_chain_of_starter_has_neither_quotes_nor_trades_and_is_delayed() -> None:
    body = _get("/v3/snapshot/options/AAPL", key="starter", expiration_date="2026-12-18")

    assert body["status"] == "DELAYED"
    for row in body["results"]:
        assert "last_quote" not in row
        assert "last_trade" not in row
        assert row["underlying_asset"]["timeframe"] == "DELAYED"


def test_greeks_and_volatility_are_absent_far_from_the_money() -> None:
    rows = _all("/v3/snapshot/options/AAPL", expiration_date="2026-11-27", limit=250)

    bare = [row for row in rows if not row["greeks"]]
    assert bare
    assert all("implied_volatility" not in row for row in bare)


def test_splits_of_the_past_and_the_near_future_are_told() -> None:
    rows = _get("/v3/reference/splits", ticker="KO")["results"]

    assert [row["execution_date"] for row in rows] == ["2026-12-07", "2012-08-13"]


def test_reverse_splits_are_asked_for_by_themselves() -> None:
    rows = _all("/v3/reference/splits", reverse_split="true")

    assert [(row["ticker"], row["split_from"], row["split_to"]) for row in rows] == [("GE", 8, 1)]


def test_dividends_v1_adjust_by_the_splits_since() -> None:
    rows = _all("/stocks/v1/dividends", ticker="AAPL", ex_dividend_date__lt="2014-06-01")

    row = rows[0]
    assert row["split_adjusted_cash_amount"] == pytest.approx(row["cash_amount"] / 28, abs=1e-6)
    assert 0.98 < row["historical_adjustment_factor"] < 1.0


def test_dividends_of_all_pages_are_those_of_one() -> None:
    many = _all("/v3/reference/dividends", ticker="TLT", limit=7)
    one = _all("/v3/reference/dividends", ticker="TLT", limit=1_000)

    assert many == one
    assert all(row["frequency"] == 12 for row in one)


def test_tickers_are_searched_and_details_have_a_market_value() -> None:
    found = _get("/v3/reference/tickers", search="coca")["results"]
    details = _get("/v3/reference/tickers/KO")["results"]

    assert [row["ticker"] for row in found] == ["KO"]
    assert details["market_cap"] == pytest.approx(8_620e6 * 35.0, rel=0.1)


def test_unknown_ticker_is_not_found() -> None:
    async def scenario():
        async with bench() as at:
            return await at.reply("/v3/reference/tickers/NOPE")

    reply = asyncio.run(scenario())

    assert reply.status == 404
    assert reply.body["message"] == "Ticker not found: NOPE"


def test_news_have_sentiment_for_the_ticker_and_pages_go_on() -> None:
    async def scenario():
        async with bench() as at:
            first = await at.get("/v2/reference/news", ticker="AAPL", limit=5)
            second = await at.get(first["next_url"].removeprefix(at.sim.rest_url))
            return first["results"], second["results"]

    first, second = asyncio.run(scenario())

    for story in (*first, *second):
        tones = {each["ticker"]: each["sentiment"] for each in story["insights"]}
        assert tones["AAPL"] in ("positive", "neutral", "negative")
    stamps = [story["published_utc"] for story in (*first, *second)]
    assert stamps == sorted(set(stamps), reverse=True)


def test_financials_are_told_from_their_filing_on() -> None:
    rows = _get("/vX/reference/financials", ticker="AAPL", timeframe="quarterly")["results"]

    assert rows[0]["fiscal_period"] == "Q3"
    assert rows[0]["filing_date"] <= "2026-11-20"
    sheet = rows[0]["financials"]["balance_sheet"]
    assert sheet["assets"]["value"] == sheet["liabilities"]["value"] + sheet["equity"]["value"]


@pytest.mark.parametrize(
    "path", ["income-statements", "balance-sheets", "cash-flow-statements", "ratios"]
)
def test_statements_belong_to_the_advanced_plan(path: str) -> None:
    async def scenario():
        async with bench() as at:
            whole = f"/stocks/financials/v1/{path}?ticker=AAPL&tickers=AAPL"
            return await at.reply(whole, key="starter"), await at.get(whole)

    refused, body = asyncio.run(scenario())

    assert refused.status == 403
    assert body["results"]


def test_funds_report_nothing() -> None:
    assert _get("/vX/reference/financials", ticker="SPY")["results"] == []


def test_market_status_knows_when_it_is_open_and_what_comes() -> None:
    now = _get("/v1/marketstatus/now")
    coming = _get("/v1/marketstatus/upcoming")

    assert now["market"] == "open"
    assert coming[0] == {
        "date": "2026-11-26",
        "exchange": "NYSE",
        "name": "Thanksgiving",
        "status": "closed",
    }
    early = [row for row in coming if row["status"] == "early-close"]
    assert early[0]["close"] == "2026-11-27T18:00:00.000Z"


@pytest.mark.parametrize(
    ("name", "oracle"),
    [
        ("sma", lambda closes: talib.SMA(closes, 20)),
        ("ema", lambda closes: talib.EMA(closes, 20)),
        ("rsi", lambda closes: talib.RSI(closes, 20)),
    ],
)
def test_indicators_are_those_of_ta_lib(name: str, oracle: Any) -> None:
    async def scenario():
        async with bench() as at:
            rows = await at.get(
                f"/v1/indicators/{name}/AAPL", window=20, limit=5_000, expand_underlying="true"
            )
            return rows["results"]

    results = asyncio.run(scenario())

    closes = np.array([row["c"] for row in reversed(results["underlying"]["aggregates"])])
    wanted = oracle(closes)
    found = [row["value"] for row in reversed(results["values"])]
    assert found == pytest.approx(wanted[~np.isnan(wanted)][-len(found) :].tolist(), rel=1e-9)


def test_macd_is_line_less_signal() -> None:
    rows = _get("/v1/indicators/macd/AAPL", limit=50)["results"]["values"]

    assert all(r["histogram"] == pytest.approx(r["value"] - r["signal"]) for r in rows)


def test_indicator_of_a_day_is_over_the_closes_up_to_it() -> None:
    rows = _get("/v1/indicators/sma/KO", window=5, limit=1, timestamp__lte="2026-11-19")
    row = rows["results"]["values"][0]

    days = _get("/v2/aggs/ticker/KO/range/1/day/2026-11-13/2026-11-19")["results"]
    assert row["timestamp"] == days[-1]["t"] < FRIDAY_NOON_MS
    assert row["value"] == pytest.approx(sum(day["c"] for day in days) / 5)


@pytest.mark.parametrize(
    "path",
    [
        "/v3/reference/tickers/types",
        "/v3/reference/exchanges",
        "/v3/reference/conditions",
        "/v1/related-companies/AMZN",
        "/stocks/v1/splits?ticker=AAPL",
    ],
)
def test_small_lists_are_answered(path: str) -> None:
    body = _get(path)

    assert body["status"] == "OK"
    assert isinstance(body["results"], list)
