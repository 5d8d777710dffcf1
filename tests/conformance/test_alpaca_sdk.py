"""The official client of Alpaca against the simulator."""

from __future__ import annotations

import asyncio
import warnings
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from quantdeck.sims.alpaca.keys import Keys
from quantdeck.sims.alpaca.server import AlpacaSim
from quantdeck.sims.options.listed import Size
from tests.conformance.threaded import FridayClock, running

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from alpaca.common.exceptions import APIError
    from alpaca.data.historical.news import NewsClient
    from alpaca.data.historical.option import OptionHistoricalDataClient
    from alpaca.data.historical.stock import StockHistoricalDataClient
    from alpaca.data.live.news import NewsDataStream
    from alpaca.data.live.option import OptionDataStream
    from alpaca.data.live.stock import StockDataStream
    from alpaca.data.models import Bar, News, Quote, Trade
    from alpaca.data.requests import (
        NewsRequest,
        OptionBarsRequest,
        OptionChainRequest,
        OptionLatestQuoteRequest,
        OptionLatestTradeRequest,
        OptionSnapshotRequest,
        OptionTradesRequest,
        StockBarsRequest,
        StockLatestBarRequest,
        StockLatestQuoteRequest,
        StockLatestTradeRequest,
        StockQuotesRequest,
        StockSnapshotRequest,
        StockTradesRequest,
    )
    from alpaca.data.timeframe import TimeFrame
    from alpaca.trading.client import TradingClient
    from alpaca.trading.enums import ContractType, ExerciseStyle
    from alpaca.trading.requests import GetCalendarRequest, GetOptionContractsRequest

_DEADLINE_S = 20.0
_PAIR = ("K", "S")


@pytest.fixture(scope="module")
def alpaca() -> Iterator[AlpacaSim]:
    """Return a simulator in whose time a session runs."""
    with running(AlpacaSim(clock=FridayClock(), seed=7, size=Size.SMALL, keys=Keys(*_PAIR))) as sim:
        yield sim


def _options(alpaca: AlpacaSim) -> OptionHistoricalDataClient:
    return OptionHistoricalDataClient(*_PAIR, url_override=alpaca.rest_url)


def _stocks(alpaca: AlpacaSim) -> StockHistoricalDataClient:
    return StockHistoricalDataClient(*_PAIR, url_override=alpaca.rest_url)


def _trading(alpaca: AlpacaSim) -> TradingClient:
    return TradingClient(*_PAIR, url_override=alpaca.rest_url)


def _now(alpaca: AlpacaSim) -> datetime:
    return datetime.fromtimestamp(alpaca.now_ns() / 1e9, UTC)


def _liquid(alpaca: AlpacaSim, count: int = 2) -> list[str]:
    now = alpaca.now_ns()
    found = alpaca.market.listed_at(now)
    volume = alpaca.market.volume(found, found.all, now)
    return [found.symbols[row] for row in (-volume).argsort()[:count]]


def test_option_chain_is_parsed_over_all_its_pages(alpaca: AlpacaSim) -> None:
    request = OptionChainRequest(underlying_symbol="SPX", type=ContractType.CALL)

    chain = _options(alpaca).get_option_chain(request)

    found = alpaca.market.listed_at(alpaca.now_ns())
    rows = found.rows_of_underlying("SPX")
    assert set(chain) == {found.symbols[row] for row in rows if found.is_call[row]}
    assert len(chain) > 1_000
    assert all(isinstance(snapshot.latest_quote, Quote) for snapshot in chain.values())
    assert sum(snapshot.greeks is not None for snapshot in chain.values()) > 600
    assert all(-1 <= s.greeks.delta <= 1 for s in chain.values() if s.greeks)


def test_option_chain_filters_are_those_of_the_client(alpaca: AlpacaSim) -> None:
    spot = alpaca.market.underlying("SPX", alpaca.now_ns())
    request = OptionChainRequest(
        underlying_symbol="SPX",
        root_symbol="SPXW",
        strike_price_gte=spot * 0.99,
        strike_price_lte=spot * 1.01,
        updated_since=_now(alpaca) - timedelta(minutes=5),
    )

    chain = _options(alpaca).get_option_chain(request)

    strikes = [int(symbol[-8:]) / 1000 for symbol in chain]
    assert chain
    assert all(symbol.startswith("SPXW") for symbol in chain)
    assert spot * 0.99 <= min(strikes) <= max(strikes) <= spot * 1.01


def test_option_snapshots_quotes_and_trades_are_parsed(alpaca: AlpacaSim) -> None:
    symbols, client = _liquid(alpaca), _options(alpaca)

    snapshots = client.get_option_snapshot(OptionSnapshotRequest(symbol_or_symbols=symbols))
    quotes = client.get_option_latest_quote(OptionLatestQuoteRequest(symbol_or_symbols=symbols))
    trades = client.get_option_latest_trade(OptionLatestTradeRequest(symbol_or_symbols=symbols))

    assert set(snapshots) == set(quotes) == set(trades) == set(symbols)
    assert all(quote.ask_price > quote.bid_price > 0 for quote in quotes.values())
    assert all(trade.price > 0 for trade in trades.values())
    assert all(snapshot.latest_trade for snapshot in snapshots.values())


def test_option_bars_and_trades_are_parsed_over_pages(alpaca: AlpacaSim) -> None:
    symbols, client = _liquid(alpaca), _options(alpaca)
    start = _now(alpaca) - timedelta(hours=2)

    bars = client.get_option_bars(
        OptionBarsRequest(
            symbol_or_symbols=symbols, timeframe=TimeFrame.Minute, start=start, limit=50
        )
    ).data
    trades = client.get_option_trades(
        OptionTradesRequest(symbol_or_symbols=symbols, start=start, limit=2_000)
    ).data

    assert sum(map(len, bars.values())) == 50
    assert all(bar.low <= bar.open <= bar.high for rows in bars.values() for bar in rows)
    assert set(trades) == set(symbols)
    for rows in trades.values():
        stamps = [trade.timestamp for trade in rows]
        assert stamps == sorted(stamps)


def test_exchange_codes_of_options_are_known(alpaca: AlpacaSim) -> None:
    codes = _options(alpaca).get_option_exchange_codes()

    assert codes["C"].startswith("CBOE")


def test_stock_answers_are_parsed(alpaca: AlpacaSim) -> None:
    client = _stocks(alpaca)

    quote = client.get_stock_latest_quote(StockLatestQuoteRequest(symbol_or_symbols="SPY"))
    trade = client.get_stock_latest_trade(StockLatestTradeRequest(symbol_or_symbols="SPY"))
    bar = client.get_stock_latest_bar(StockLatestBarRequest(symbol_or_symbols="SPY"))
    snapshot = client.get_stock_snapshot(StockSnapshotRequest(symbol_or_symbols="SPY"))

    spot = alpaca.market.underlying("SPY", alpaca.now_ns())
    for price in (quote["SPY"].ask_price, trade["SPY"].price, bar["SPY"].close):
        assert price == pytest.approx(spot, rel=0.02)
    assert snapshot["SPY"].daily_bar.high >= snapshot["SPY"].daily_bar.low
    assert snapshot["SPY"].previous_daily_bar is not None


@pytest.mark.parametrize("frame", [TimeFrame.Minute, TimeFrame.Hour, TimeFrame.Day, TimeFrame.Week])
def test_stock_bars_are_parsed_and_ascend(alpaca: AlpacaSim, frame: TimeFrame) -> None:
    start = _now(alpaca) - timedelta(days=1 if frame is TimeFrame.Minute else 60)

    request = StockBarsRequest(symbol_or_symbols="SPY", timeframe=frame, start=start, limit=200)
    bars = _stocks(alpaca).get_stock_bars(request).data["SPY"]

    stamps = [bar.timestamp for bar in bars]
    assert len(bars) > 5
    assert stamps == sorted(set(stamps))
    assert all(bar.low <= min(bar.open, bar.close) for bar in bars)


@pytest.mark.parametrize(
    ("method", "request_type"),
    [("get_stock_trades", StockTradesRequest), ("get_stock_quotes", StockQuotesRequest)],
)
def test_stock_history_is_parsed_over_pages(
    alpaca: AlpacaSim, method: str, request_type: type
) -> None:
    start = _now(alpaca) - timedelta(hours=2)
    request = request_type(symbol_or_symbols="SPY", start=start, limit=12_000)

    rows = getattr(_stocks(alpaca), method)(request).data["SPY"]

    stamps = [row.timestamp for row in rows]
    assert len(rows) == 12_000
    assert stamps == sorted(stamps)


def test_news_are_parsed_over_pages(alpaca: AlpacaSim) -> None:
    client = NewsClient(*_PAIR, url_override=alpaca.rest_url)

    news = client.get_news(NewsRequest(limit=60, include_content=True)).data["news"]

    assert len(news) == 60
    assert all(item.headline.startswith("Simulated") for item in news)
    assert news[0].created_at > news[-1].created_at


def test_contracts_without_an_upper_limit_end_with_the_next_week_end(alpaca: AlpacaSim) -> None:
    request = GetOptionContractsRequest(underlying_symbols=["SPX"], limit=10_000)

    found = _trading(alpaca).get_option_contracts(request)

    assert found.option_contracts
    days = {contract.expiration_date for contract in found.option_contracts}
    assert max(days) <= _now(alpaca).date() + timedelta(days=9)


def test_contracts_are_parsed_over_pages_and_are_european(alpaca: AlpacaSim) -> None:
    client, token, contracts = _trading(alpaca), None, []
    while True:
        page = client.get_option_contracts(
            GetOptionContractsRequest(
                underlying_symbols=["SPX"],
                expiration_date_lte="2099-01-01",
                style=ExerciseStyle.EUROPEAN,
                limit=1_000,
                page_token=token,
            )
        )
        contracts += page.option_contracts
        token = page.next_page_token
        if token is None:
            break

    listed = alpaca.market.listed_at(alpaca.now_ns())
    assert len(contracts) == len(listed.rows_of_underlying("SPX"))
    assert {contract.root_symbol for contract in contracts} == {"SPX", "SPXW"}
    assert sum(int(contract.open_interest) for contract in contracts) > 10_000


def test_contract_is_found_by_symbol_and_by_id(alpaca: AlpacaSim) -> None:
    symbol, client = _liquid(alpaca)[0], _trading(alpaca)

    by_symbol = client.get_option_contract(symbol)
    by_id = client.get_option_contract(by_symbol.id)

    assert by_id.symbol == symbol
    assert by_symbol.strike_price == int(symbol[-8:]) / 1000


def test_contract_that_is_not_listed_is_an_error_with_the_vendors_code(alpaca: AlpacaSim) -> None:
    with pytest.raises(APIError) as caught:
        _trading(alpaca).get_option_contract("SPXW261218C00000005")

    assert caught.value.code == 40410000
    assert "not found" in caught.value.message


def test_clock_and_calendar_are_parsed(alpaca: AlpacaSim) -> None:
    client = _trading(alpaca)

    clock = client.get_clock()
    days = client.get_calendar(GetCalendarRequest(start="2026-11-23", end="2026-11-30"))

    assert clock.is_open
    assert clock.next_close > clock.timestamp
    assert [day.date.day for day in days] == [23, 24, 25, 27, 30]
    assert days[3].close.hour == 13


def test_wrong_keys_are_refused(alpaca: AlpacaSim) -> None:
    client = OptionHistoricalDataClient("K", "wrong", url_override=alpaca.rest_url)

    with pytest.raises(APIError, match="unauthorized"):
        client.get_option_exchange_codes()


async def _first(stream: Any, wanted: dict[str, tuple[Any, tuple[str, ...]]]) -> dict[str, Any]:
    loop = asyncio.get_running_loop()
    first = {name: loop.create_future() for name in wanted}

    def taker(name: str) -> Any:
        async def take(message: Any) -> None:
            if not first[name].done():
                first[name].set_result(message)

        return take

    for name, (subscribe, symbols) in wanted.items():
        subscribe(taker(name), *symbols)
    task = asyncio.create_task(stream._run_forever())
    try:
        async with asyncio.timeout(_DEADLINE_S):
            return {name: await future for name, future in first.items()}
    finally:
        await stream.stop_ws()
        await stream.close()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _streamed(stream: Any, *wanted: tuple[str, tuple[str, ...]]) -> dict[str, Any]:
    return await _first(
        stream, {name: (getattr(stream, f"subscribe_{name}"), symbols) for name, symbols in wanted}
    )


def test_option_stream_brings_parsed_quotes_and_trades(alpaca: AlpacaSim) -> None:
    async def scenario() -> dict[str, Any]:
        stream = OptionDataStream(*_PAIR, url_override=f"{alpaca.ws_url}/v1beta1/opra")
        symbols = tuple(_liquid(alpaca, 900))
        return await _streamed(stream, ("quotes", symbols), ("trades", ("*",)))

    first = asyncio.run(scenario())

    assert isinstance(first["quotes"], Quote)
    assert isinstance(first["trades"], Trade)
    age = _now(alpaca) - first["quotes"].timestamp
    assert timedelta() <= age < timedelta(minutes=2)


def test_stock_stream_brings_parsed_quotes_trades_and_bars(alpaca: AlpacaSim) -> None:
    with running(
        AlpacaSim(clock=FridayClock(), seed=7, size=Size.SMALL, faults=["fast-clock=60"])
    ) as sim:

        async def scenario() -> dict[str, Any]:
            stream = StockDataStream(*_PAIR, url_override=f"{sim.ws_url}/v2/sip")
            return await _streamed(
                stream, ("quotes", ("SPY",)), ("trades", ("*",)), ("bars", ("SPY",))
            )

        first = asyncio.run(scenario())

    assert isinstance(first["quotes"], Quote)
    assert isinstance(first["trades"], Trade)
    assert isinstance(first["bars"], Bar)


def test_news_stream_brings_parsed_news() -> None:
    with running(
        AlpacaSim(clock=FridayClock(), seed=7, size=Size.SMALL, faults=["fast-clock=2000"])
    ) as sim:

        async def scenario() -> dict[str, Any]:
            stream = NewsDataStream(*_PAIR, url_override=f"{sim.ws_url}/v1beta1/news")
            return await _streamed(stream, ("news", ("*",)))

        first = asyncio.run(scenario())

    assert isinstance(first["news"], News)
    assert first["news"].source == "simulated"


@pytest.mark.parametrize("form", ["ts64", "ts96", "ts32"])
def test_option_stream_is_parsed_in_every_form_of_time_stamps(form: str) -> None:
    with running(AlpacaSim(clock=FridayClock(), seed=7, size=Size.SMALL, faults=[form])) as sim:

        async def scenario() -> dict[str, Any]:
            stream = OptionDataStream(*_PAIR, url_override=f"{sim.ws_url}/v1beta1/opra")
            return await _streamed(stream, ("quotes", tuple(_liquid(sim, 300))))

        first = asyncio.run(scenario())

    assert isinstance(first["quotes"].timestamp, datetime)
