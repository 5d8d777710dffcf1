"""The vendor's clients, under its new name and its old one, against the simulator of Polygon."""

from __future__ import annotations

import asyncio
from itertools import islice
from typing import TYPE_CHECKING, Any

import pytest

from quantdeck.sims.options.listed import Size
from quantdeck.sims.polygon.server import PolygonSim
from tests.conformance.threaded import FridayClock, running

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

_DEADLINE_S = 20.0
_ABSENT = "the vendor's client is not installed: run scripts/setup"
_DAYS = ("2026-10-18", "2026-11-20")


@pytest.fixture(scope="module")
def vendor() -> Iterator[PolygonSim]:
    """Return a simulator in whose time a session runs."""
    with running(PolygonSim(clock=FridayClock(), seed=7, size=Size.SMALL)) as sim:
        yield sim


@pytest.fixture(params=["massive", "polygon"])
def sdk(request: pytest.FixtureRequest) -> Any:
    """Return the client's package."""
    return pytest.importorskip(request.param, reason=_ABSENT)


@pytest.fixture
def rest(sdk: Any, vendor: PolygonSim) -> Any:
    return sdk.RESTClient("K", base=vendor.rest_url, retries=0)


def test_candles_are_parsed_over_pages(rest: Any) -> None:
    minutes = list(rest.list_aggs("AAPL", 1, "minute", "2026-11-18", "2026-11-19", limit=100))
    days = rest.get_aggs("AAPL", 1, "day", *_DAYS)

    assert len(minutes) == 780
    assert [bar.timestamp for bar in minutes] == sorted({bar.timestamp for bar in minutes})
    assert all(bar.low <= bar.open <= bar.high and bar.volume > 0 for bar in (*minutes, *days))
    assert minutes[389].close == days[-3].close


def test_daily_questions_are_parsed(rest: Any) -> None:
    grouped = rest.get_grouped_daily_aggs("2026-11-19")
    session = rest.get_daily_open_close_agg("AAPL", "2026-11-19")
    previous = rest.get_previous_close_agg("AAPL")

    bar = next(each for each in grouped if each.ticker == "AAPL")
    assert bar.close == session.close == previous[0].close
    assert session.status == "OK"


def test_trades_and_quotes_are_parsed_over_pages(rest: Any) -> None:
    trades = list(islice(rest.list_trades("AAPL", limit=50), 120))
    quotes = list(islice(rest.list_quotes("AAPL", limit=50), 120))

    for rows in (trades, quotes):
        stamps = [row.sip_timestamp for row in rows]
        assert len(set(stamps)) == 120
        assert stamps == sorted(stamps, reverse=True)
    assert all(quote.bid_price < quote.ask_price for quote in quotes)
    assert rest.get_last_trade("AAPL").price > 0
    assert rest.get_last_quote("AAPL").ask_price > 0


def test_snapshots_are_parsed(rest: Any) -> None:
    every = rest.get_snapshot_all("stocks")
    one = rest.get_snapshot_ticker("stocks", "AAPL")
    gainers = rest.get_snapshot_direction("stocks", "gainers")

    assert len(every) == len(gainers) == 13
    assert one.day.close == pytest.approx(one.last_trade.price, rel=0.01)
    assert one.prev_day.close > 0
    assert one.last_quote.ask_price > 0


def test_option_contracts_and_chain_are_parsed_over_pages(rest: Any) -> None:
    contracts = list(rest.list_options_contracts("AAPL", limit=300))
    chain = list(rest.list_snapshot_options_chain("AAPL", params={"expiration_date": "2026-12-18"}))
    one = rest.get_snapshot_option("AAPL", chain[0].details.ticker)

    assert len({contract.ticker for contract in contracts}) == len(contracts) > 400
    assert {each.details.ticker for each in chain} <= {each.ticker for each in contracts}
    assert sum(each.greeks.delta is not None for each in chain) > 5
    assert all(each.last_quote.ask > each.last_quote.bid for each in chain)
    assert one.details == chain[0].details
    assert rest.get_options_contract(chain[0].details.ticker).exercise_style == "american"


def test_reference_answers_are_parsed(rest: Any) -> None:
    tickers = list(rest.list_tickers(limit=5))
    details = rest.get_ticker_details("AAPL")
    splits = list(rest.list_splits(ticker="AAPL", limit=1))
    dividends = list(rest.list_dividends("KO", limit=20))

    assert {"AAPL", "SPY"} <= {each.ticker for each in tickers}
    assert details.market_cap > 1e12
    assert [(each.split_from, each.split_to) for each in splits] == [(1, 4), (1, 7)]
    assert all(each.cash_amount > 0 for each in dividends)
    assert rest.get_ticker_types()
    assert list(rest.list_conditions())
    assert rest.get_exchanges()


def test_news_and_reports_are_parsed(rest: Any) -> None:
    news = list(islice(rest.list_ticker_news("AAPL", limit=20), 50))
    reports = list(islice(rest.vx.list_stock_financials(ticker="AAPL", limit=3), 6))

    assert len(news) == 50
    assert all(story.insights[0].sentiment for story in news)
    for report in reports:
        sheet = report.financials.balance_sheet
        assert sheet.assets.value == sheet.liabilities.value + sheet.equity.value


def test_statements_and_adjusted_actions_are_parsed_by_the_new_client(vendor: PolygonSim) -> None:
    massive = pytest.importorskip("massive", reason=_ABSENT)
    rest = massive.RESTClient("K", base=vendor.rest_url, retries=0)

    income = next(rest.list_financials_income_statements(tickers="AAPL", limit=1))
    balance = next(rest.list_financials_balance_sheets(tickers="AAPL", limit=1))
    cash = next(rest.list_financials_cash_flow_statements(tickers="AAPL", limit=1))
    ratios = next(rest.list_financials_ratios(ticker="AAPL"))
    split = next(rest.list_stocks_splits(ticker="AAPL"))
    dividend = next(rest.list_stocks_dividends(ticker="AAPL"))

    assert income.revenue > income.gross_profit > 0
    assert balance.total_assets == balance.total_liabilities_and_equity
    assert cash.net_cash_from_operating_activities > 0
    assert ratios.price_to_earnings > 0
    assert split.historical_adjustment_factor == 0.25
    assert dividend.split_adjusted_cash_amount == pytest.approx(dividend.cash_amount)


@pytest.mark.parametrize("name", ["sma", "ema", "rsi", "macd"])
def test_indicators_are_parsed(rest: Any, name: str) -> None:
    found = getattr(rest, f"get_{name}")("AAPL", limit=5, expand_underlying=True)

    assert len(found.values) == 5
    assert found.underlying.aggregates[0].close > 0


def test_calendar_of_the_market_is_parsed(rest: Any) -> None:
    status, holidays = rest.get_market_status(), rest.get_market_holidays()

    assert status.market == "open"
    assert status.exchanges.nyse == "open"
    assert holidays[0].name == "Thanksgiving"


@pytest.mark.parametrize(
    ("key", "call", "words"),
    [
        ("basic", lambda rest: rest.get_last_trade("AAPL"), "NOT_AUTHORIZED"),
        ("K", lambda rest: rest.get_ticker_details("NOPE"), "NOT_FOUND"),
        ("K", lambda rest: rest.get_aggs("AAPL", 1, "day", *_DAYS[::-1]), "occurs before"),
    ],
)
def test_errors_reach_the_caller_in_the_vendors_words(
    sdk: Any, vendor: PolygonSim, key: str, call: Any, words: str
) -> None:
    rest = sdk.RESTClient(key, base=vendor.rest_url, retries=0)

    with pytest.raises(sdk.exceptions.BadResponse, match=words):
        call(rest)


def _streamed(sdk: Any, base: str, market: str, wanted: dict[str, str], key: str) -> dict[str, Any]:
    # Until an event of every kind has come.
    client = sdk.WebSocketClient(
        key,
        feed=base.removeprefix("ws://"),
        market=market,
        secure=False,
        subscriptions=list(wanted),
    )
    first: dict[str, Any] = {}

    async def scenario() -> None:
        done = asyncio.Event()

        async def take(messages: list[Any]) -> None:
            for message in messages:
                first.setdefault(message.event_type, message)
            if set(wanted.values()) <= first.keys():
                done.set()

        task = asyncio.create_task(client.connect(take))
        try:
            async with asyncio.timeout(_DEADLINE_S):
                await done.wait()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    asyncio.run(scenario())
    return first


def test_stock_stream_brings_parsed_events(sdk: Any, vendor: PolygonSim) -> None:
    wanted = {"T.AAPL": "T", "Q.AAPL": "Q", "A.*": "A"}

    first = _streamed(sdk, vendor.ws_url, "stocks", wanted, "K")

    assert first["T"].symbol == "AAPL"
    assert first["Q"].bid_price < first["Q"].ask_price
    assert first["A"].low <= first["A"].close <= first["A"].high
    assert first["T"].timestamp == pytest.approx(vendor.now_ns() // 1_000_000, abs=60_000)


def test_delayed_stream_brings_parsed_seconds(sdk: Any, vendor: PolygonSim) -> None:
    first = _streamed(sdk, vendor.delayed_ws_url, "stocks", {"A.KO": "A"}, "starter")

    late_ms = vendor.now_ns() // 1_000_000 - first["A"].end_timestamp
    assert late_ms == pytest.approx(900_000, abs=60_000)


def test_option_stream_brings_parsed_quotes(sdk: Any, vendor: PolygonSim) -> None:
    name = "O:AAPL261218C00240000"

    first = _streamed(sdk, vendor.ws_url, "options", {f"Q.{name}": "Q"}, "business")

    assert first["Q"].symbol == name
    assert 0 < first["Q"].bid_price < first["Q"].ask_price


def test_wrong_key_is_an_error_of_authentication(sdk: Any, vendor: PolygonSim) -> None:
    client = sdk.WebSocketClient(
        "basic", feed=vendor.ws_url.removeprefix("ws://"), market="stocks", secure=False
    )

    async def ignore(_messages: list[Any]) -> None:
        return None

    with pytest.raises(sdk.exceptions.AuthError, match="websocket access"):
        asyncio.run(client.connect(ignore))
