"""An independent client, python-binance, against the simulator."""

from __future__ import annotations

import asyncio
import warnings
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from quantdeck.sims.binance.server import BinanceSim

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from binance import AsyncClient, BinanceSocketManager
    from binance.exceptions import BinanceAPIException

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

_DEADLINE_S = 30.0


def _with_client(simulator: BinanceSim, use: Callable[[Any], Awaitable[Any]]) -> Any:
    class Client(AsyncClient):
        API_URL = f"{simulator.spot_rest_url}/api"
        FUTURES_URL = f"{simulator.rest_url}/fapi"

    async def scenario() -> Any:
        client = await Client.create()
        try:
            async with asyncio.timeout(_DEADLINE_S):
                return await use(client)
        finally:
            await client.close_connection()

    return asyncio.run(scenario())


@pytest.mark.parametrize(
    ("method", "parameters", "key"),
    [
        ("futures_klines", {"symbol": "BTCUSDT", "interval": "1m", "limit": 2}, None),
        ("futures_aggregate_trades", {"symbol": "BTCUSDT", "limit": 2}, "a"),
        ("futures_recent_trades", {"symbol": "BTCUSDT", "limit": 2}, "id"),
        ("futures_order_book", {"symbol": "BTCUSDT", "limit": 5}, "bids"),
        ("futures_mark_price", {"symbol": "BTCUSDT"}, "markPrice"),
        ("futures_funding_rate", {"symbol": "BTCUSDT", "limit": 2}, "fundingRate"),
        ("futures_exchange_info", {}, "symbols"),
        ("futures_open_interest", {"symbol": "BTCUSDT"}, "openInterest"),
        ("futures_symbol_ticker", {"symbol": "BTCUSDT"}, "price"),
        ("get_klines", {"symbol": "BTCUSDT", "interval": "1m", "limit": 2}, None),
        ("get_aggregate_trades", {"symbol": "BTCUSDT", "limit": 2}, "a"),
        ("get_order_book", {"symbol": "BTCUSDT", "limit": 5}, "bids"),
        ("get_exchange_info", {}, "symbols"),
        ("get_avg_price", {"symbol": "BTCUSDT"}, "price"),
    ],
)
def test_rest_answers(
    simulator: BinanceSim, method: str, parameters: dict[str, Any], key: str | None
) -> None:
    answer = _with_client(simulator, lambda client: getattr(client, method)(**parameters))

    first = answer[0] if isinstance(answer, list) else answer
    assert len(first) == 12 if key is None else first[key]


def test_unknown_symbol_is_an_api_error_with_the_code(simulator: BinanceSim) -> None:
    with pytest.raises(BinanceAPIException) as caught:
        _with_client(simulator, lambda client: client.futures_klines(symbol="NOPE", interval="1m"))

    assert (caught.value.status_code, caught.value.code) == (400, -1121)


def _first_message(simulator: BinanceSim, open_socket: Callable[[Any], Any]) -> Any:
    class Sockets(BinanceSocketManager):
        STREAM_URL = f"{simulator.spot_ws_url}/"
        FSTREAM_URL = f"{simulator.ws_url}/"

    async def use(client: Any) -> Any:
        async with open_socket(Sockets(client)) as socket:
            return await socket.recv()

    return _with_client(simulator, use)


@pytest.mark.parametrize(
    ("open_socket", "event"),
    [
        (lambda m: m.futures_multiplex_socket(["btcusdt@aggTrade"]), "aggTrade"),
        (lambda m: m.aggtrade_futures_socket("BTCUSDT"), "aggTrade"),
        (lambda m: m.symbol_mark_price_socket("BTCUSDT"), "markPriceUpdate"),
        (lambda m: m.multiplex_socket(["btcusdt@aggTrade"]), "aggTrade"),
        (lambda m: m.aggtrade_socket("BTCUSDT"), "aggTrade"),
        (lambda m: m.trade_socket("BTCUSDT"), "trade"),
        (lambda m: m.kline_socket("BTCUSDT", interval="1s"), "kline"),
    ],
    ids=[
        "futures multiplex",
        "futures aggregate trades",
        "futures mark price",
        "spot multiplex",
        "spot aggregate trades",
        "spot trades",
        "spot klines",
    ],
)
def test_stream_brings_its_events(
    simulator: BinanceSim, open_socket: Callable[[Any], Any], event: str
) -> None:
    message = _first_message(simulator, open_socket)

    payload = message.get("data", message)
    assert (payload["e"], payload["s"]) == (event, "BTCUSDT")
