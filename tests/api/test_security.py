from __future__ import annotations

import re

import pytest

from tests.api.access_rows import BESIDE, CLOSED, STREAM, routes_of
from tests.api.access_rows import ROUTES as ROWS

ROUTES = list(CLOSED)
EVERY = list(ROWS)


def test_matrix_of_routes_is_complete(app):
    assert routes_of(app) == {*EVERY, *BESIDE, ("STREAM", STREAM)}


def test_every_route_without_session_is_401(stranger, names):
    replies = {r: stranger(*r, headers={"Origin": names.origin}) for r in ROUTES}

    assert {r: reply.status_code for r, reply in replies.items()} == dict.fromkeys(ROUTES, 401)
    assert {reply.json()["error"]["code"] for reply in replies.values()} == {"no-session"}


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8050", "127.0.0.1.evil.example"])
def test_every_route_under_foreign_host_is_421(ask, host):
    headers = {"Host": host, "Origin": f"http://{host}"}

    statuses = {r: ask(*r, headers=headers).status_code for r in EVERY}

    assert statuses == dict.fromkeys(EVERY, 421)


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:9999", "null"])
def test_every_route_from_foreign_origin_is_403(ask, origin):
    statuses = {r: ask(*r, headers={"Origin": origin}).status_code for r in EVERY}

    assert statuses == dict.fromkeys(EVERY, 403)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_read_that_a_browser_marks_as_foreign_is_403(stranger, cookies, site):
    name, value = next(iter(cookies.items()))

    reply = stranger(
        "GET", "/api/v1/pages", headers={"Cookie": f"{name}={value}", "Sec-Fetch-Site": site}
    )

    assert reply.status_code == 403


def test_change_without_origin_is_403(stranger, cookies):
    name, value = next(iter(cookies.items()))

    reply = stranger("POST", "/api/v1/capture/stop", headers={"Cookie": f"{name}={value}"})

    assert reply.status_code == 403


def test_change_without_origin_from_same_site_header_is_taken(stranger, cookies):
    name, value = next(iter(cookies.items()))
    headers = {"Cookie": f"{name}={value}", "Sec-Fetch-Site": "same-origin"}

    reply = stranger("POST", "/api/v1/capture/stop", headers=headers)

    assert reply.status_code == 200


@pytest.mark.parametrize("host", ["127.0.0.1:8050", "localhost:8050", "[::1]:8050", "localhost"])
def test_loopback_names_are_served(ask, host):
    reply = ask("GET", "/api/v1/pages", headers={"Host": host, "Origin": f"http://{host}"})

    assert reply.status_code == 200


@pytest.mark.parametrize("host", ["", "localhost:x", "a@localhost", "localhost/x", "localhost:0"])
def test_malformed_host_is_421(ask, host):
    reply = ask("GET", "/health", headers={"Host": host, "Origin": "http://localhost"})

    assert reply.status_code == 421


def test_form_body_is_415(ask):
    reply = ask(
        "POST",
        "/api/v1/capture/start",
        content="symbols=btcusdt",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )

    assert reply.status_code == 415


def test_large_body_is_413(ask):
    reply = ask("POST", "/api/v1/sql", json={"query": "x" * 70_000})

    assert reply.status_code == 413


def test_large_body_without_length_is_413(ask):
    async def body():
        for _ in range(80):
            yield b" " * 1_000

    reply = ask("POST", "/api/v1/sql", content=body(), headers={"Content-Type": "application/json"})

    assert reply.status_code == 413


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/pages", 200),
        ("GET", "/api/v1/nope", 404),
        ("GET", "/api/v1/bars", 422),
        ("PUT", "/api/v1/pages", 405),
        ("GET", "/health", 200),
        ("GET", "/favicon.svg", 200),
    ],
)
def test_every_answer_carries_the_security_headers(ask, method, path, status):
    reply = ask(method, path)

    assert reply.status_code == status
    policy = reply.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "connect-src 'self' ws://127.0.0.1:8050;" in policy
    assert "script-src 'self';" in policy
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["referrer-policy"] == "same-origin"
    assert re.fullmatch("[0-9a-f]{16}", reply.headers["x-request-id"])
    assert "access-control-allow-origin" not in reply.headers


def test_surprise_is_500_with_headers_and_without_its_cause(ask, deck):
    def fail():
        raise KeyError("password")

    deck.status = fail

    reply = ask("GET", "/api/v1/status")

    assert reply.status_code == 500
    error = reply.json()["error"]
    assert error["code"] == "internal"
    assert error["request_id"] == reply.headers["x-request-id"]
    assert "password" not in reply.text
    assert "content-security-policy" in reply.headers


def test_health_names_no_details_of_feeds(stranger):
    reply = stranger("GET", "/health")

    assert reply.json()["feeds"] == [{"name": "binance-usdm/market", "state": "live"}]
    assert "secret?" not in reply.text
