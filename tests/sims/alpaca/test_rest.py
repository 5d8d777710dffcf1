"""REST of the Alpaca simulator where the vendor's own clients do not look."""

from __future__ import annotations

import asyncio

import pytest

from tests.sims.alpaca.harness import bench

CHAIN = "/v1beta1/options/snapshots/SPX"
QUOTES = "/v1beta1/options/quotes/latest"
CONTRACTS = "/v2/options/contracts"


def _get(path, *, faults=(), options=None, **parameters):
    async def scenario():
        async with bench(faults=faults, **(options or {})) as at:
            return await at.get(path, **parameters)

    return asyncio.run(scenario())


@pytest.mark.parametrize(
    ("path", "parameters", "text"),
    [
        (QUOTES, {}, "symbols is required"),
        (QUOTES, {"symbols": ",".join(f"A{n}" for n in range(101))}, "the limit is 100"),
        (QUOTES, {"symbols": "sp x"}, "invalid symbol"),
        (QUOTES, {"symbols": "SPY", "feed": "sip"}, "invalid feed"),
        (CHAIN, {"limit": 1001}, "invalid limit"),
        (CHAIN, {"type": "box"}, "invalid type"),
        (CHAIN, {"expiration_date": "soon"}, "invalid expiration_date"),
        (CHAIN, {"strike_price_gte": "low"}, "invalid strike_price_gte"),
        (CHAIN, {"page_token": "?"}, "invalid page_token"),
        (CHAIN, {"updated_since": "yesterday"}, "invalid updated_since"),
        ("/v2/stocks/bars", {"symbols": "SPY", "timeframe": "7Day"}, "invalid timeframe"),
        (
            "/v2/stocks/bars",
            {"symbols": "SPY", "timeframe": "1Min", "start": "2026-11-20", "end": "2026-11-19"},
            "end should not be before start",
        ),
    ],
)
def test_malformed_request_is_refused_with_the_reason(path, parameters, text) -> None:
    reply = _get(path, **parameters)

    assert reply.status == 400
    assert text in reply.body["message"]


def test_refusal_of_the_trading_api_has_an_eight_digit_code() -> None:
    reply = _get(CONTRACTS, limit=20_000)

    assert reply.body["code"] == 40_010_000


def test_request_without_keys_is_not_authorised() -> None:
    data, trading = _get(CHAIN, headers={}), _get("/v2/clock", headers={})

    assert (data.status, data.body) == (401, {"message": "unauthorized."})
    assert (trading.status, trading.body["code"]) == (401, 40_110_000)


def test_headers_count_the_requests_down_until_the_next_minute() -> None:
    async def scenario():
        async with bench(faults=["429=2"]) as at:
            replies = [await at.get("/v2/clock") for _ in range(3)]
            at.clock.move(60)
            return [*replies, await at.get("/v2/clock")]

    replies = asyncio.run(scenario())

    assert [reply.status for reply in replies] == [200, 200, 429, 200]
    left = [reply.headers["X-RateLimit-Remaining"] for reply in replies]
    assert left == ["1", "0", "0", "1"]
    resets = [int(reply.headers["X-RateLimit-Reset"]) for reply in replies]
    assert resets[3] == resets[2] + 60


def test_basic_plan_is_served_the_indicative_feed_and_fewer_requests() -> None:
    plain = _get(CHAIN, faults=["basic-plan"])
    opra = _get(CHAIN, faults=["basic-plan"], feed="opra")

    assert plain.status == 200
    assert plain.headers["X-RateLimit-Limit"] == "200"
    assert opra.status == 403


def test_indicative_quotes_differ_from_the_market() -> None:
    async def scenario():
        async with bench() as at:
            symbols = ",".join(at.busiest(100))
            return [
                (await at.get(QUOTES, symbols=symbols, feed=feed)).body["quotes"]
                for feed in ("opra", "indicative")
            ]

    opra, indicative = asyncio.run(scenario())

    differing = [symbol for symbol in opra if opra[symbol] != indicative[symbol]]
    assert 50 < len(differing) < 100


def test_chain_of_an_unknown_underlying_is_empty() -> None:
    assert _get("/v1beta1/options/snapshots/NOPE").body == {
        "snapshots": {},
        "next_page_token": None,
    }


def test_contracts_that_expire_today_have_greeks_of_zero_and_no_volatility() -> None:
    body = _get(CHAIN, expiration_date="2026-11-20", root_symbol="SPXW", limit=1000).body

    with_greeks = [s for s in body["snapshots"].values() if "greeks" in s]
    assert with_greeks
    assert all(set(s["greeks"].values()) == {0} for s in with_greeks)
    assert not any("impliedVolatility" in s for s in body["snapshots"].values())


def test_one_sided_contracts_have_no_greeks() -> None:
    body = _get(CHAIN, limit=1000).body

    bare = [
        snapshot
        for snapshot in body["snapshots"].values()
        if not (snapshot["latestQuote"]["bp"] and snapshot["latestQuote"]["ap"])
    ]
    assert bare
    assert not any("greeks" in snapshot for snapshot in bare)


def test_updated_since_leaves_out_what_has_not_been_quoted_since() -> None:
    async def scenario():
        async with bench(stale_share=0.2) as at:
            limits = {"limit": 1000, "expiration_date_gte": "2026-11-23"}
            whole = (await at.get(CHAIN, **limits)).body["snapshots"]
            part = await at.get(CHAIN, updated_since="2026-11-20T16:59:00Z", **limits)
            return whole, part.body["snapshots"]

    whole, part = asyncio.run(scenario())

    since = "2026-11-20T16:59:00Z"
    expected = {
        symbol
        for symbol, snapshot in whole.items()
        if max(snapshot["latestQuote"]["t"], snapshot.get("latestTrade", {}).get("t", "")) >= since
    }
    # Pages are of the filtered rows, so that the last ones of the smaller set lie beyond.
    assert expected < part.keys() | expected
    assert expected <= set(part)


@pytest.mark.parametrize("sort", ["asc", "desc"])
def test_pages_of_trades_join_without_gap_or_repetition(sort) -> None:
    async def scenario():
        async with bench() as at:
            symbols = ",".join(at.busiest(3))
            limits = {"symbols": symbols, "start": "2026-11-20T16:30:00Z", "sort": sort}
            path, token, rows = "/v1beta1/options/trades", None, []
            whole = (await at.get(path, limit=10_000, **limits)).body["trades"]
            while True:
                more = {} if token is None else {"page_token": token}
                body = (await at.get(path, limit=17, **limits, **more)).body
                rows += [(s, trade) for s, trades in body["trades"].items() for trade in trades]
                token = body["next_page_token"]
                if token is None:
                    return whole, rows

    whole, rows = asyncio.run(scenario())

    assert len(rows) > 40
    assert rows == [(symbol, trade) for symbol, trades in whole.items() for trade in trades]


@pytest.mark.parametrize("sort", ["asc", "desc"])
@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        ("bars", {"timeframe": "1Hour", "start": "2026-11-18"}),
        ("trades", {"start": "2026-11-20T16:59:30Z"}),
        ("quotes", {"start": "2026-11-20T16:59:50Z"}),
    ],
)
def test_pages_of_stock_history_join_without_gap_or_repetition(kind, parameters, sort) -> None:
    async def scenario():
        async with bench() as at:
            limits = {"symbols": "SPY", "sort": sort} | parameters
            path, token, rows = f"/v2/stocks/{kind}", None, []
            whole = (await at.get(path, **limits)).body[kind]["SPY"]
            while True:
                more = {} if token is None else {"page_token": token}
                body = (await at.get(path, limit=7, **limits, **more)).body
                rows += body[kind].get("SPY", [])
                token = body["next_page_token"]
                if token is None:
                    return whole, rows

    whole, rows = asyncio.run(scenario())

    stamps = [row["t"] for row in whole]
    assert len(whole) > 20
    assert rows == whole
    assert (stamps[0] < stamps[-1]) is (sort == "asc")


def test_stock_bars_of_an_hour_hold_those_of_its_minutes() -> None:
    async def scenario():
        async with bench() as at:
            limits = {
                "symbols": "SPY",
                "start": "2026-11-20T15:00:00Z",
                "end": "2026-11-20T15:59:59Z",
            }
            return [
                (await at.get("/v2/stocks/bars", timeframe=frame, **limits)).body["bars"]["SPY"]
                for frame in ("1Min", "1Hour")
            ]

    minutes, (hour,) = asyncio.run(scenario())

    assert len(minutes) == 60
    assert hour["h"] == max(bar["h"] for bar in minutes)
    assert hour["l"] == min(bar["l"] for bar in minutes)
    assert hour["v"] == sum(bar["v"] for bar in minutes)
    assert (hour["o"], hour["c"]) == (minutes[0]["o"], minutes[-1]["c"])


def test_expired_contracts_are_listed_as_inactive() -> None:
    monday = {"start_ms": 1_795_453_200_123}

    body = _get(CONTRACTS, options=monday, underlying_symbols="SPX", status="inactive").body

    assert body["option_contracts"]
    assert {item["status"] for item in body["option_contracts"]} == {"inactive"}
    assert {item["expiration_date"] for item in body["option_contracts"]} == {"2026-11-20"}


def test_deliverables_are_shown_on_request_and_are_cash_for_an_index() -> None:
    plain = _get(CONTRACTS, underlying_symbols="SPX", limit=1).body["option_contracts"][0]
    shown = _get(CONTRACTS, underlying_symbols="SPX", limit=1, show_deliverables="true").body

    assert "deliverables" not in plain
    assert shown["option_contracts"][0]["deliverables"][0]["type"] == "cash"


def test_calendar_by_settlement_date_finds_the_session_before() -> None:
    body = _get("/v2/calendar", start="2026-11-30", end="2026-11-30", date_type="SETTLEMENT").body

    assert [day["date"] for day in body] == ["2026-11-27"]


def test_news_of_a_symbol_name_it_and_come_newest_first() -> None:
    body = _get("/v1beta1/news", symbols="SPX", limit=10).body

    stamps = [item["created_at"] for item in body["news"]]
    assert len(stamps) == 10
    assert stamps == sorted(stamps, reverse=True)
    assert all("SPX" in item["symbols"] for item in body["news"])
