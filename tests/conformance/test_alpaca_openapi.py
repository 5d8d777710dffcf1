"""The simulator's answers against the vendor's OpenAPI documents, as the wheel of its MCP server has them."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from jsonschema_rs import Draft202012Validator

from quantdeck.sims.alpaca.server import AlpacaSim
from quantdeck.sims.options.listed import Size
from tests.conformance.threaded import FridayClock, running

if TYPE_CHECKING:
    from collections.abc import Iterator

_MODULE = find_spec("alpaca_mcp_server")
pytestmark = pytest.mark.skipif(
    _MODULE is None, reason="the wheel alpaca-mcp-server, which holds the documents, is not there"
)
_HEADERS = {"APCA-API-KEY-ID": "K", "APCA-API-SECRET-KEY": "S"}
_FAR = {"underlying_symbols": "SPX,SPY", "expiration_date_lte": "2099-01-01", "limit": 500}
_SYMBOLS = {"symbols": "{symbols}"}
_MARKET: dict[str, dict[str, Any]] = {
    "/v1beta1/options/snapshots/{underlying_symbol}": {"underlying_symbol": "SPX", "limit": 500},
    "/v1beta1/options/snapshots": _SYMBOLS,
    "/v1beta1/options/quotes/latest": _SYMBOLS,
    "/v1beta1/options/trades/latest": _SYMBOLS,
    "/v1beta1/options/bars": _SYMBOLS | {"timeframe": "1Hour", "start": "2026-01-01"},
    "/v1beta1/options/trades": _SYMBOLS | {"limit": 50},
    "/v1beta1/options/meta/exchanges": {},
    "/v1beta1/options/meta/conditions/{ticktype}": {"ticktype": "trade"},
    "/v2/stocks/quotes/latest": {"symbols": "SPY"},
    "/v2/stocks/trades/latest": {"symbols": "SPY"},
    "/v2/stocks/bars/latest": {"symbols": "SPY"},
    "/v2/stocks/snapshots": {"symbols": "SPY"},
    "/v2/stocks/bars": {"symbols": "SPY", "timeframe": "1Day", "start": "2026-06-01"},
    "/v2/stocks/quotes": {"symbols": "SPY", "limit": 50},
    "/v2/stocks/trades": {"symbols": "SPY", "limit": 50, "sort": "desc"},
    "/v2/stocks/meta/exchanges": {},
    "/v2/stocks/meta/conditions/{ticktype}": {"ticktype": "quote"},
    "/v1beta1/news": {"include_content": "true", "limit": 20},
}
_TRADING: dict[str, dict[str, Any]] = {
    "/v2/options/contracts": _FAR,
    "/v2/options/contracts/{symbol_or_id}": {"symbol_or_id": "{symbol}"},
    "/v2/assets": {"status": "active"},
    "/v2/clock": {},
    "/v2/calendar": {"start": "2026-11-01", "end": "2026-12-31"},
    "/v3/clock": {"markets": "NYSE,OPRA"},
    "/v3/calendar/{market}": {"market": "NYSE", "start": "2026-11-01"},
}


@pytest.fixture(scope="module")
def alpaca() -> Iterator[AlpacaSim]:
    """Return a simulator in whose time a session runs."""
    with running(AlpacaSim(clock=FridayClock(), seed=7, size=Size.SMALL)) as sim:
        yield sim


def _document(name: str) -> dict[str, Any]:
    assert _MODULE is not None
    assert _MODULE.origin is not None
    return json.loads((Path(_MODULE.origin).parent / "specs" / f"{name}.json").read_text())


def _get(alpaca: AlpacaSim, path: str, **parameters: Any) -> tuple[int, Any, dict[str, str]]:
    answer = httpx2.get(alpaca.rest_url + path, params=parameters, headers=_HEADERS, timeout=20)
    return answer.status_code, answer.json(), dict(answer.headers)


def _filled(alpaca: AlpacaSim, path: str, parameters: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    now = alpaca.now_ns()
    found = alpaca.market.listed_at(now)
    busiest = (-alpaca.market.volume(found, found.all, now)).argsort()[:5]
    symbols = [found.symbols[row] for row in busiest]
    values = {
        name: value.format(symbols=",".join(symbols), symbol=symbols[0])
        if isinstance(value, str)
        else value
        for name, value in parameters.items()
    }
    in_path = {name for name in values if f"{{{name}}}" in path}
    return path.format(**values), {k: v for k, v in values.items() if k not in in_path}


def _schema(document: dict[str, Any], path: str, status: str = "200") -> dict[str, Any]:
    answer = document["paths"][path]["get"]["responses"][status]
    return answer["content"]["application/json"]["schema"]


def _unknown(
    document: dict[str, Any], schema: dict[str, Any], value: Any, at: str = ""
) -> set[str]:
    """Return the keys of a value that the document does not name."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return _unknown(document, document["components"]["schemas"][name], value, at)
    if isinstance(value, list):
        inner = schema.get("items", {})
        return {key for item in value for key in _unknown(document, inner, item, f"{at}[]")}
    if not isinstance(value, dict):
        return set()
    named, other = schema.get("properties", {}), schema.get("additionalProperties")
    found: set[str] = set()
    for key, item in value.items():
        if key in named:
            found |= _unknown(document, named[key], item, f"{at}.{key}")
        elif isinstance(other, dict):
            found |= _unknown(document, other, item, f"{at}.*")
        else:
            found.add(f"{at}.{key}")
    return found


@pytest.mark.parametrize(
    ("name", "path", "parameters"),
    [("market-data-api", path, parameters) for path, parameters in _MARKET.items()]
    + [("trading-api", path, parameters) for path, parameters in _TRADING.items()],
    ids=[*_MARKET, *_TRADING],
)
def test_answer_is_what_the_document_says(
    alpaca: AlpacaSim, name: str, path: str, parameters: dict[str, Any]
) -> None:
    document = _document(name)
    schema = _schema(document, path)

    place, query = _filled(alpaca, path, parameters)
    status, body, _ = _get(alpaca, place, **query)

    assert status == 200
    assert body
    Draft202012Validator(schema | {"components": document["components"]}).validate(body)
    assert _unknown(document, schema, body) == set()


def test_error_of_the_trading_api_is_what_the_document_says(alpaca: AlpacaSim) -> None:
    document = _document("trading-api")
    path = "/v2/options/contracts/{symbol_or_id}"
    schema = _schema(document, path, "404")

    status, body, _ = _get(alpaca, "/v2/options/contracts/SPXW261218C00000005")

    assert status == 404
    Draft202012Validator(schema | {"components": document["components"]}).validate(body)


def test_answers_of_market_data_carry_the_documented_rate_limit_headers(alpaca: AlpacaSim) -> None:
    document = _document("market-data-api")
    answer = document["paths"]["/v1beta1/options/quotes/latest"]["get"]["responses"]["200"]

    place, query = _filled(alpaca, "/v1beta1/options/quotes/latest", _SYMBOLS)
    _, _, headers = _get(alpaca, place, **query)

    names = {name.lower() for name in answer["headers"]}
    assert names <= headers.keys()
    assert all(headers[name].isdecimal() for name in names)
