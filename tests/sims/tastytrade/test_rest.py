"""The REST side: who may ask, envelopes, pages and errors."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from quantdeck.sims.options.listed import Size
from quantdeck.sims.tastytrade import accounts
from quantdeck.sims.tastytrade.server import TastytradeSim

GRANT = {
    "grant_type": "refresh_token",
    "client_secret": accounts.CLIENT_SECRET,
    "refresh_token": accounts.REFRESH_TOKEN,
}
NAMED = {"User-Agent": "test/1"}


def _ask(*faults, path="/api-quote-tokens", headers=None, login=True, **params):
    """Return status, content type and body of an answer."""

    async def scenario():
        async with (
            TastytradeSim(faults=faults, size=Size.SMALL) as sim,
            aiohttp.ClientSession(sim.rest_url, headers=NAMED) as http,
        ):
            sent = dict(headers or {})
            if login:
                async with http.post("/oauth/token", json=GRANT) as answer:
                    token = await answer.json()
                sent["Authorization"] = f"Bearer {token.get('access_token')}"
            async with http.get(path, headers=sent, params=params) as answer:
                is_json = "json" in answer.content_type
                body = await answer.json() if is_json else await answer.text()
                return answer.status, body

    return asyncio.run(scenario())


def _post(*faults, path="/oauth/token", body=GRANT):
    async def scenario():
        async with (
            TastytradeSim(faults=faults, size=Size.SMALL) as sim,
            aiohttp.ClientSession(sim.rest_url, headers=NAMED) as http,
            http.post(path, json=body) as answer,
        ):
            return answer.status, await answer.json()

    return asyncio.run(scenario())


def test_grant_gives_a_token_without_an_envelope():
    status, body = _post()

    assert status == 200
    assert set(body) == {"access_token", "token_type", "expires_in"}
    assert body["expires_in"] == 900


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"refresh_token": "x"}, "invalid_grant"),
        ({"client_secret": "x"}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_grant_that_is_wrong_is_refused_with_a_code(change, code):
    status, body = _post(body=GRANT | change)

    assert status in {400, 401}
    assert body["error"]["code"] == code


def test_login_is_refused_unless_it_is_switched_on():
    login = {"login": accounts.USERNAME, "password": accounts.PASSWORD, "remember-me": True}

    refused, _ = _post(path="/sessions", body=login)
    status, body = _post("session-login", path="/sessions", body=login)

    assert (refused, status) == (401, 201)
    assert {"session-token", "remember-token", "user"} <= set(body["data"])


def test_request_without_a_token_is_refused_with_json():
    status, body = _ask(login=False)

    assert (status, body["error"]["code"]) == (401, "token_invalid")


def test_request_without_a_name_of_the_client_gets_a_page_of_html():
    status, body = _ask(headers={"User-Agent": ""})

    assert status == 401
    assert body.startswith("<html>")


@pytest.mark.parametrize(("version", "status"), [("20251101", 200), ("19990101", 406)])
def test_version_that_is_not_supported_is_not_acceptable(version, status):
    answered, body = _ask(headers={"Accept-Version": version})

    assert answered == status
    assert status == 200 or body["error"]["code"] == 406


def test_quote_token_comes_in_an_envelope_with_the_address_of_the_stream():
    status, body = _ask()

    assert status == 200
    assert body["context"] == "/api-quote-tokens"
    assert body["data"]["dxlink-url"].startswith("ws://127.0.0.1:")
    assert body["data"]["level"] == "api"


@pytest.mark.parametrize(
    ("fault", "status", "said"),
    [
        ("502-html", 502, "502 Bad Gateway"),
        ("401-html", 401, "401 Authorization Required"),
        ("429", 429, "too_many_requests"),
        ("not-a-customer", 403, "quote_streamer.customer_not_found_error"),
    ],
)
def test_faults_answer_as_the_vendor_does(fault, status, said):
    answered, body = _ask(fault, login=fault == "not-a-customer")

    assert answered == status
    assert said in str(body)


def test_equities_come_in_pages():
    status, body = _ask(path="/instruments/equities", **{"per-page": 2, "page-offset": 1})

    assert status == 200
    assert [item["symbol"] for item in body["data"]["items"]] == ["SPY"]
    assert body["pagination"]["total-pages"] == 2


@pytest.mark.parametrize(
    "params", [{"per-page": 0}, {"per-page": 5000}, {"page-offset": -1}, {"per-page": "x"}]
)
def test_page_that_cannot_be_is_refused(params):
    status, body = _ask(path="/instruments/equities", **params)

    assert (status, body["error"]["code"]) == (400, "validation_error")


@pytest.mark.parametrize(
    "path",
    ["/option-chains/NOPE/nested", "/instruments/equities/NOPE", "/market-data/Equity/NOPE"],
)
def test_what_is_not_there_is_not_found(path):
    status, body = _ask(path=path)

    assert (status, body["error"]["code"]) == (404, "record_not_found")


def test_compact_chain_names_every_contract_twice():
    status, body = _ask(path="/option-chains/XSP/compact")

    assert status == 200
    for item in body["data"]["items"]:
        assert len(item["symbols"]) == len(item["streamer-symbols"]) > 0
        assert item["symbols"][0].startswith("XSP   ")
        assert item["streamer-symbols"][0].startswith(".XSP")


def test_numbers_of_market_data_are_texts_and_keys_have_dashes():
    status, body = _ask(path="/market-data/by-type", index="SPX")

    [item] = body["data"]["items"]
    assert status == 200
    assert isinstance(item["bid"], str)
    assert not any("_" in key for key in item)


def test_sessions_of_an_unknown_collection_are_refused():
    status, _ = _ask(path="/market-time/sessions/current", **{"instrument-collections[]": "Moon"})

    assert status == 400


def test_faults_are_switched_over_http():
    async def scenario():
        async with (
            TastytradeSim(size=Size.SMALL) as sim,
            aiohttp.ClientSession(sim.rest_url, headers=NAMED) as http,
        ):
            await http.post("/sim/faults", json={"fault": "502-html"})
            async with http.post("/oauth/token", json=GRANT) as answer:
                broken = answer.status
            await http.delete("/sim/faults/502-html")
            async with http.post("/oauth/token", json=GRANT) as answer:
                whole = answer.status
            async with http.post("/sim/faults", json={"fault": "rain"}) as answer:
                return broken, whole, answer.status

    assert asyncio.run(scenario()) == (502, 200, 422)
