"""HTTP of the Yahoo simulator: who may ask, what is answered, and what faults do."""

from __future__ import annotations

import asyncio

import pytest

from quantdeck.sims.yahoo.fault_table import YAHOO_FAULTS, YahooFault
from tests.sims.yahoo.harness import FRIDAY_NOON_MS, SATURDAY_MS, bench

NOON_S = FRIDAY_NOON_MS // 1_000
CHART = "/v8/finance/chart/SPY"


def _answer(*faults: str, path: str = CHART, now_ms: int = FRIDAY_NOON_MS, **query):
    async def scenario():
        async with bench(*faults, now_ms=now_ms) as at:
            return await at.get(path, **query)

    return asyncio.run(scenario())


def _chart(*faults: str, symbol: str = "SPY", now_ms: int = FRIDAY_NOON_MS, **query):
    async def scenario():
        async with bench(*faults, now_ms=now_ms) as at:
            return await at.chart(symbol, **query)

    return asyncio.run(scenario())


def test_options_without_cookie_and_crumb_are_refused() -> None:
    async def scenario():
        async with bench(enters=False) as at:
            refused = await at.get("/v7/finance/options/SPY")
            await at.enter()
            return refused, await at.get("/v7/finance/options/SPY")

    refused, answered = asyncio.run(scenario())

    assert refused.status_code == 401
    assert refused.json()["finance"]["error"]["description"] == "Invalid Crumb"
    assert answered.status_code == 200


def test_charts_need_no_crumb() -> None:
    async def scenario():
        async with bench(enters=False) as at:
            return await at.get(CHART)

    assert asyncio.run(scenario()).status_code == 200


def test_a_crumb_of_another_cookie_is_no_good() -> None:
    async def scenario():
        async with bench() as at:
            at.client.cookies.clear()
            await at.client.get("/")
            return await at.get("/v7/finance/quote", symbols="SPY")

    assert asyncio.run(scenario()).status_code == 401


def test_the_last_row_of_a_running_session_has_the_time_of_the_last_trade() -> None:
    chart = _chart(range="5d", interval="1d")

    assert chart["timestamp"][-1] == NOON_S
    assert chart["meta"]["regularMarketTime"] == NOON_S
    assert len(chart["timestamp"]) == 5


def test_a_closed_session_has_the_time_of_its_open() -> None:
    chart = _chart(range="1d", interval="1d", now_ms=SATURDAY_MS)

    assert chart["timestamp"] == [chart["meta"]["currentTradingPeriod"]["regular"]["start"]]


def test_closes_with_dividends_put_back_are_lower_in_the_past_and_equal_today() -> None:
    chart = _chart(symbol="KO", range="5y", interval="1d")
    close = chart["indicators"]["quote"][0]["close"]
    adjusted = chart["indicators"]["adjclose"][0]["adjclose"]

    assert adjusted[-1] == close[-1]
    assert adjusted[0] < 0.95 * close[0]


def test_events_come_where_they_are_asked_for() -> None:
    span = {"period1": 0, "period2": NOON_S, "interval": "1d"}

    with_them = _chart(symbol="AAPL", events="div,splits", **span)
    without = _chart(symbol="AAPL", **span)

    assert len(with_them["events"]["splits"]) == 2
    assert len(with_them["events"]["dividends"]) > 60
    assert "events" not in without


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ({"interval": "7m"}, 422, "not supported"),
        ({"interval": "1m", "period1": NOON_S - 9 * 86_400, "period2": NOON_S}, 422, "8 days"),
        ({"interval": "1m", "period1": NOON_S - 40 * 86_400, "period2": NOON_S - 39 * 86_400}, 422, "30 days"),
        ({"interval": "1h", "period1": NOON_S - 800 * 86_400, "period2": NOON_S}, 422, "730 days"),
        ({"period1": NOON_S, "period2": NOON_S - 5}, 400, "start date cannot be after"),
        ({"range": "7y"}, 422, "range"),
        ({"period1": "soon"}, 422, "seconds"),
    ],
)  # fmt: skip
def test_questions_that_cannot_be_answered_are_refused_in_words(query, status, words) -> None:
    answer = _answer(**query)

    assert answer.status_code == status
    assert words in answer.json()["chart"]["error"]["description"]


def test_a_symbol_that_is_not_there_may_be_delisted() -> None:
    answer = _answer(path="/v8/finance/chart/NOPE")

    assert answer.status_code == 404
    assert "may be delisted" in answer.json()["chart"]["error"]["description"]


def test_quotes_leave_out_what_is_not_known() -> None:
    answer = _answer(path="/v7/finance/quote", symbols="SPY,NOPE,BTC-USD")

    quotes = answer.json()["quoteResponse"]["result"]
    assert [each["symbol"] for each in quotes] == ["SPY", "BTC-USD"]
    assert [each["marketState"] for each in quotes] == ["REGULAR", "REGULAR"]


def test_last_prices_are_the_same_everywhere() -> None:
    async def scenario():
        async with bench() as at:
            chart = await at.chart("SPY", range="1d", interval="1m")
            quote = await at.get("/v7/finance/quote", symbols="SPY")
            chain = await at.get("/v7/finance/options/SPY")
            return chart, quote.json(), chain.json()

    chart, quote, chain = asyncio.run(scenario())
    price = chart["meta"]["regularMarketPrice"]

    assert quote["quoteResponse"]["result"][0]["regularMarketPrice"] == price
    assert chain["optionChain"]["result"][0]["quote"]["regularMarketPrice"] == price
    assert chart["indicators"]["quote"][0]["close"][-1] == pytest.approx(price, rel=1e-6)


def test_chains_of_an_expiry_that_is_not_listed_are_not_found() -> None:
    assert _answer(path="/v7/finance/options/SPY", date="1").status_code == 404


def test_every_fault_of_rest_is_done_and_can_be_switched_off() -> None:
    async def scenario():
        found = {}
        async with bench() as at:
            for name in ("429=3", "http-500", "down", "invalid-crumb", "consent", "delisted"):
                at.sim.inject(name)
                answer = await at.get(CHART, range="5d")
                found[name] = (
                    answer.status_code,
                    answer.text[:40],
                    answer.headers.get("Retry-After"),
                )
                at.sim.clear()
            found["none"] = (await at.get(CHART)).status_code
        return found

    found = asyncio.run(scenario())

    assert found["429=3"] == (429, "Too Many Requests\r\n", "3")
    assert found["http-500"][0] == 500
    assert found["down"][0] == 200
    assert "<html>" in found["down"][1]
    assert found["invalid-crumb"][0] == 401
    assert "<form" in found["consent"][1]
    assert found["delisted"][0] == 404
    assert found["none"] == 200


def test_faults_of_rows_spoil_charts_of_their_symbols_alone() -> None:
    plain = _chart(range="1mo", interval="1d")
    other = _chart("late-bar:QQQ", "null-rows=1:QQQ", range="1mo", interval="1d")
    late = _chart("late-bar:SPY", range="1mo", interval="1d")
    twice = _chart("duplicated-last-bar", range="1mo", interval="1d")
    null = _chart("null-rows=1", range="1mo", interval="1d")
    lacking = _chart("missing-fields", range="1mo", interval="1d")
    wrong = _chart("wrong-currency", range="1mo", interval="1d")

    assert other == plain
    assert late["timestamp"] == plain["timestamp"][:-1]
    assert len(twice["timestamp"]) == len(plain["timestamp"]) + 1
    assert set(null["indicators"]["quote"][0]["close"]) == {None}
    assert "currency" not in lacking["meta"]
    assert wrong["meta"]["currency"] == "EUR"


def test_zero_quotes_empty_the_sides_of_chains() -> None:
    chain = _answer("zero-quotes", path="/v7/finance/options/AAPL").json()

    rows = chain["optionChain"]["result"][0]["options"][0]["calls"]
    assert {row["bid"] for row in rows} == {0.0}


def test_every_fault_says_what_it_does() -> None:
    assert set(YAHOO_FAULTS) == set(YahooFault)
    assert all(len(spec.effect) > 15 for spec in YAHOO_FAULTS.values())
