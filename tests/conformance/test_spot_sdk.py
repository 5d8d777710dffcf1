"""The official client of Binance spot against the simulator."""

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
    from binance_common.errors import BadRequestError
    from binance_sdk_spot.spot import Spot

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

_ONE = {"symbol": "BTCUSDT"}
_ROWS = {"limit": 3}
_REST: dict[str, dict[str, Any]] = {
    "time": {},
    "klines": _ONE | _ROWS | {"interval": "1s"},
    "ui_klines": _ONE | _ROWS | {"interval": "1m"},
    "agg_trades": _ONE | _ROWS,
    "get_trades": _ONE | _ROWS,
    "historical_trades": _ONE | _ROWS,
    "depth": _ONE | _ROWS,
    "avg_price": _ONE,
    "ticker24hr": {"symbol": "TRXUSDT"},
    "ticker_price": _ONE,
    "ticker_book_ticker": _ONE,
}
_STREAMS: dict[str, tuple[str, dict[str, Any]]] = {
    "agg_trade": ("AggTradeResponse", {"symbol": "btcusdt"}),
    "trade": ("TradeResponse", {"symbol": "btcusdt"}),
    "book_ticker": ("BookTickerResponse", {"symbol": "btcusdt"}),
    "kline": ("KlineResponse", {"symbol": "btcusdt", "interval": "1s"}),
    "diff_book_depth": ("DiffBookDepthResponse", {"symbol": "btcusdt", "update_speed": "100ms"}),
    "partial_book_depth": (
        "PartialBookDepthResponse",
        {"symbol": "btcusdt", "levels": "5", "update_speed": "100ms"},
    ),
}
# Fields of one kind of filter or order list only, and of other venues.
_ABSENT = (".filters[]", ".sors", ".rate_limits[].count")


def _client(simulator: BinanceSim) -> Any:
    return Spot(
        config_rest_api=ConfigurationRestAPI(
            base_path=simulator.spot_rest_url, retries=0, timeout=20_000
        ),
        config_ws_streams=ConfigurationWebSocketStreams(stream_url=simulator.spot_ws_url),
    )


@pytest.mark.parametrize("method", _REST)
def test_rest_answer_fills_every_field_of_the_client(simulator: BinanceSim, method: str) -> None:
    answer = getattr(_client(simulator).rest_api, method)(**_REST[method])

    data = unwrapped(answer.data())
    assert answer.status == 200
    assert data
    assert set(holes(data)) == set()


def test_exchange_information_is_parsed_with_symbols_and_limits(simulator: BinanceSim) -> None:
    data = _client(simulator).rest_api.exchange_info(symbol="BTCUSDT").data()

    assert [
        hole for hole in holes(data) if not hole.startswith((".symbols[].filters", *_ABSENT))
    ] == []
    assert data.symbols[0].base_asset == "BTC"
    assert data.rate_limits[0].limit == 6000


def test_unknown_symbol_is_a_bad_request_with_the_code(simulator: BinanceSim) -> None:
    rest = _client(simulator).rest_api

    with pytest.raises(BadRequestError) as caught:
        rest.klines(symbol="NOPE", interval="1m")

    assert "-1121" in f"{vars(caught.value)}"


def test_streams_fill_every_field_of_the_client(simulator: BinanceSim) -> None:
    async def scenario() -> dict[str, Any]:
        connection = await _client(simulator).websocket_streams.create_connection()

        def call(name: str) -> Any:
            return lambda: getattr(connection, name)(**_STREAMS[name][1])

        try:
            return await first_messages({name: call(name) for name in _STREAMS}, pause_s=0.3)
        finally:
            await connection.close_connection(close_session=True)

    messages = {name: unwrapped(value) for name, value in asyncio.run(scenario()).items()}

    assert {name: type(value).__name__ for name, value in messages.items()} == {
        name: model for name, (model, _) in _STREAMS.items()
    }
    assert {name: set(holes(value)) for name, value in messages.items()} == {
        name: set() for name in _STREAMS
    }
