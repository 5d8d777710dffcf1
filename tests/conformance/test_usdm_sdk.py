"""The official client of Binance USD-M futures against the simulator."""

from __future__ import annotations

import asyncio
import warnings
from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.parsed import first_messages, holes, unwrapped

if TYPE_CHECKING:
    from quantdeck.sims.binance.server import BinanceSim

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from binance_common.configuration import (
        ConfigurationRestAPI,
        ConfigurationWebSocketStreams,
    )
    from binance_common.errors import (
        BadRequestError,
        RateLimitBanError,
        TooManyRequestsError,
    )
    from binance_sdk_derivatives_trading_usds_futures import (
        derivatives_trading_usds_futures as sdk,
    )

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

_ONE = {"symbol": "BTCUSDT"}
_ROWS = {"limit": 3}
_REST: dict[str, dict[str, Any]] = {
    "check_server_time": {},
    "kline_candlestick_data": _ONE | _ROWS | {"interval": "1m"},
    "continuous_contract_kline_candlestick_data": _ROWS
    | {"pair": "BTCUSDT", "contract_type": "PERPETUAL", "interval": "1m"},
    "mark_price_kline_candlestick_data": _ONE | _ROWS | {"interval": "1m"},
    "index_price_kline_candlestick_data": _ROWS | {"pair": "BTCUSDT", "interval": "1m"},
    "compressed_aggregate_trades_list": _ONE | _ROWS,
    "recent_trades_list": _ONE | _ROWS,
    "old_trades_lookup": _ONE | _ROWS,
    "order_book": _ONE | {"limit": 5},
    "mark_price": _ONE,
    "get_funding_rate_history": _ONE | _ROWS,
    "get_funding_rate_info": {},
    "open_interest": _ONE,
    "ticker24hr_price_change_statistics": {"symbol": "TRXUSDT"},
    "symbol_price_ticker": _ONE,
    "symbol_price_ticker_v2": _ONE,
    "symbol_order_book_ticker": _ONE,
}
_MODELS = {
    "aggregate_trade_streams": ("AggregateTradeStreamsResponse", {"symbol": "btcusdt"}),
    "individual_symbol_book_ticker_streams": (
        "IndividualSymbolBookTickerStreamsResponse",
        {"symbol": "btcusdt"},
    ),
    "kline_candlestick_streams": (
        "KlineCandlestickStreamsResponse",
        {"symbol": "btcusdt", "interval": "1m"},
    ),
    "continuous_contract_kline_candlestick_streams": (
        "ContinuousContractKlineCandlestickStreamsResponse",
        {"pair": "btcusdt", "contract_type": "perpetual", "interval": "1s"},
    ),
    "mark_price_stream": ("MarkPriceStreamResponse", {"symbol": "btcusdt", "update_speed": "1s"}),
    "mark_price_stream_for_all_market": ("list", {"update_speed": "1s"}),
    "diff_book_depth_streams": (
        "DiffBookDepthStreamsResponse",
        {"symbol": "btcusdt", "update_speed": "100ms"},
    ),
    "partial_book_depth_streams": (
        "PartialBookDepthStreamsResponse",
        {"symbol": "btcusdt", "levels": 5, "update_speed": "100ms"},
    ),
}


def _client(simulator: BinanceSim) -> Any:
    return sdk.DerivativesTradingUsdsFutures(
        config_rest_api=ConfigurationRestAPI(
            api_key="none",
            api_secret="none",  # noqa: S106 - the client asks for one, public data need none
            base_path=simulator.rest_url,
            retries=0,
            timeout=20_000,
        ),
        config_ws_streams=ConfigurationWebSocketStreams(stream_url=simulator.ws_url),
    )


@pytest.mark.parametrize("method", _REST)
def test_rest_answer_fills_every_field_of_the_client(simulator: BinanceSim, method: str) -> None:
    answer = getattr(_client(simulator).rest_api, method)(**_REST[method])

    data = unwrapped(answer.data())
    assert answer.status == 200
    assert data
    assert set(holes(data)) == set()


def test_exchange_information_is_parsed_with_symbols_and_limits(simulator: BinanceSim) -> None:
    data = _client(simulator).rest_api.exchange_information().data()

    bitcoin = next(item for item in data.symbols if item.symbol == "BTCUSDT")
    unexpected = [hole for hole in holes(data) if ".filters[]" not in hole]
    assert unexpected == []
    assert (bitcoin.contract_type, bitcoin.price_precision) == ("PERPETUAL", 2)
    assert data.rate_limits[0].limit == 2400


def test_dated_future_is_parsed_as_a_contract_with_a_delivery(simulator: BinanceSim) -> None:
    rest = _client(simulator).rest_api
    symbols = rest.exchange_information().data().symbols
    future = next(item for item in symbols if item.contract_type == "CURRENT_QUARTER")

    mark = unwrapped(rest.mark_price(symbol=future.symbol).data())
    klines = rest.kline_candlestick_data(symbol=future.symbol, interval="1m", limit=3).data()

    assert (future.pair, future.symbol[:8]) == ("BTCUSDT", "BTCUSDT_")
    assert (mark.last_funding_rate, mark.next_funding_time) == ("", 0)
    assert float(mark.mark_price) > float(mark.index_price)
    assert len(klines) == 3


def test_connectivity_is_confirmed(simulator: BinanceSim) -> None:
    assert _client(simulator).rest_api.test_connectivity().status == 200


def test_used_weight_is_read_by_the_client(simulator: BinanceSim) -> None:
    limits = _client(simulator).rest_api.check_server_time().rate_limits

    assert [(limit.rateLimitType, limit.interval, limit.intervalNum) for limit in limits] == [
        ("REQUEST_WEIGHT", "MINUTE", 1)
    ]


def test_unknown_symbol_is_a_bad_request_with_the_code(simulator: BinanceSim) -> None:
    rest = _client(simulator).rest_api

    with pytest.raises(BadRequestError) as caught:
        rest.kline_candlestick_data(symbol="NOPE", interval="1m")

    assert "-1121" in f"{vars(caught.value)}"


@pytest.mark.parametrize(
    ("fault", "error"), [("429=7", TooManyRequestsError), ("418=120", RateLimitBanError)]
)
def test_limits_are_the_errors_of_the_client(
    simulator: BinanceSim, fault: str, error: type[Exception]
) -> None:
    rest = _client(simulator).rest_api
    simulator.inject(fault)

    try:
        with pytest.raises(error):
            rest.check_server_time()
    finally:
        simulator.clear(fault.partition("=")[0])


def test_streams_fill_every_field_of_the_client(simulator: BinanceSim) -> None:
    async def scenario() -> dict[str, Any]:
        connection = await _client(simulator).websocket_streams.create_connection()

        def call(name: str) -> Any:
            return lambda: getattr(connection, name)(**_MODELS[name][1])

        try:
            return await first_messages({name: call(name) for name in _MODELS}, pause_s=0.15)
        finally:
            await connection.close_connection(close_session=True)

    messages = {name: unwrapped(value) for name, value in asyncio.run(scenario()).items()}

    assert {name: type(value).__name__ for name, value in messages.items()} == {
        name: model for name, (model, _) in _MODELS.items()
    }
    assert {name: set(holes(value)) for name, value in messages.items()} == {
        name: set() for name in _MODELS
    }
