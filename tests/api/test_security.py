from __future__ import annotations

import re

import pytest

from quantdeck.api.openapi import document

# Every path of the API with its method; the test below holds this list against the application.
ROUTES = [
    ("GET", "/api/v1/pages"),
    ("GET", "/api/v1/status"),
    ("GET", "/api/v1/setup"),
    ("GET", "/api/v1/setup/settings"),
    ("POST", "/api/v1/setup/settings"),
    ("POST", "/api/v1/setup/done"),
    ("POST", "/api/v1/setup/restart"),
    ("POST", "/api/v1/setup/keys/{vendor}"),
    ("POST", "/api/v1/setup/keys/{vendor}/forget"),
    ("POST", "/api/v1/setup/keys/{vendor}/check"),
    ("GET", "/api/v1/feeds"),
    ("GET", "/api/v1/gaps"),
    ("GET", "/api/v1/coverage"),
    ("GET", "/api/v1/symbols"),
    ("GET", "/api/v1/instruments"),
    ("POST", "/api/v1/capture/start"),
    ("POST", "/api/v1/capture/stop"),
    ("GET", "/api/v1/bars"),
    ("GET", "/api/v1/ticks"),
    ("POST", "/api/v1/sql"),
    ("GET", "/api/v1/pairs"),
    ("GET", "/api/v1/metrics/{symbol}"),
    ("GET", "/api/v1/history/{symbol}"),
    ("GET", "/api/v1/risk/{symbol}"),
    ("GET", "/api/v1/risk/{symbol}/tearsheet"),
    ("GET", "/api/v1/portfolio"),
    ("GET", "/api/v1/options/{underlying}"),
    ("GET", "/api/v1/strategies"),
    ("POST", "/api/v1/strategies/evaluate"),
    ("GET", "/api/v1/strategies/{underlying}"),
    ("GET", "/api/v1/strategies/{underlying}/report"),
    ("GET", "/api/v1/technical/{symbol}"),
    ("GET", "/api/v1/signals"),
    ("POST", "/api/v1/uploads"),
    ("GET", "/api/v1/buffer"),
    ("GET", "/api/v1/layouts"),
    ("PUT", "/api/v1/layouts/{page}"),
    ("DELETE", "/api/v1/layouts/{page}"),
    ("GET", "/api/v1/watchlist"),
    ("POST", "/api/v1/watchlist"),
    ("POST", "/api/v1/watchlist/remove"),
    ("GET", "/api/v1/overview"),
    ("GET", "/api/v1/news"),
    ("GET", "/api/v1/research/features"),
    ("GET", "/api/v1/research/models"),
    ("GET", "/api/v1/research/models/{model_id}"),
    ("POST", "/api/v1/research/models/{model_id}/current"),
    ("GET", "/api/v1/research/dashboard"),
    ("GET", "/api/v1/research/audit"),
    ("GET", "/api/v1/research/backtests"),
    ("GET", "/api/v1/research/backtests/{run_id}"),
    ("GET", "/api/v1/scoreboard"),
    ("GET", "/api/v1/playbook"),
    ("POST", "/api/v1/playbook"),
    ("GET", "/api/v1/playbooks"),
    ("GET", "/api/v1/paper/account"),
    ("GET", "/api/v1/paper/positions"),
    ("GET", "/api/v1/paper/orders"),
    ("GET", "/api/v1/paper/orders/{order_id}"),
    ("GET", "/api/v1/paper/fills"),
    ("GET", "/api/v1/paper/equity"),
    ("GET", "/api/v1/paper/limits"),
    ("POST", "/api/v1/paper/preview"),
    ("POST", "/api/v1/paper/orders"),
    ("DELETE", "/api/v1/paper/orders/{order_id}"),
    ("POST", "/api/v1/paper/close"),
    ("POST", "/api/v1/paper/halt"),
    ("POST", "/api/v1/paper/resume"),
    ("POST", "/api/v1/trading/orders"),
    ("POST", "/api/v1/trading/close"),
    ("POST", "/api/v1/trading/cancel-all"),
    ("POST", "/api/v1/trading/exits"),
    ("POST", "/api/v1/trading/exits/clear"),
    ("GET", "/api/v1/scheduler"),
    ("GET", "/api/v1/scheduler/runs"),
    ("POST", "/api/v1/scheduler/start"),
    ("POST", "/api/v1/scheduler/stop"),
    ("POST", "/api/v1/scheduler/jobs/{name}/run"),
    ("POST", "/api/v1/scheduler/jobs/{name}/on"),
    ("POST", "/api/v1/scheduler/jobs/{name}/off"),
    ("GET", "/api/v1/jobs"),
    ("POST", "/api/v1/jobs"),
    ("GET", "/api/v1/jobs/{job_id}"),
    ("DELETE", "/api/v1/jobs/{job_id}"),
    ("GET", "/api/v1/alerts"),
    ("DELETE", "/api/v1/alerts"),
    ("POST", "/api/v1/alerts/read"),
    ("GET", "/api/v1/alerts/channels"),
    ("POST", "/api/v1/alerts/channels/{name}/test"),
    ("GET", "/api/v1/alerts/metrics"),
    ("GET", "/api/v1/alerts/rules"),
    ("POST", "/api/v1/alerts/rules"),
    ("PUT", "/api/v1/alerts/rules/{rule_id}"),
    ("DELETE", "/api/v1/alerts/rules/{rule_id}"),
    ("POST", "/api/v1/alerts/rules/{rule_id}/mute"),
    ("POST", "/api/v1/alerts/check"),
    ("POST", "/api/v1/alerts/test"),
    ("GET", "/api/v1/backtests"),
    ("POST", "/api/v1/backtests"),
    ("GET", "/api/v1/backtests/{run_id}"),
    ("DELETE", "/api/v1/backtests/{run_id}"),
    ("GET", "/api/v1/panels/{panel_id}"),
    ("GET", "/api/v1/openapi.json"),
    ("GET", "/api/v1/findings"),
    ("GET", "/api/v1/account"),
    ("POST", "/api/v1/account/password"),
    ("POST", "/api/v1/account/tokens"),
    ("DELETE", "/api/v1/account/grants/{grant_id}"),
    ("GET", "/api/v1/users"),
    ("PATCH", "/api/v1/users/{user_id}"),
    ("POST", "/api/v1/users/invitations"),
    ("DELETE", "/api/v1/users/invitations/{invitation_id}"),
    ("DELETE", "/api/v1/users/grants/{grant_id}"),
    ("GET", "/api/v1/audit"),
    ("GET", "/api/scoreboard"),
    ("GET", "/api/pnl"),
    ("GET", "/api/trades"),
    ("GET", "/api/positions"),
    ("GET", "/api/metrics/equity"),
    ("GET", "/api/news"),
    ("GET", "/api/alerts"),
    ("GET", "/api/overview"),
    ("GET", "/api/heartbeat"),
    ("GET", "/api/watchlist"),
    ("POST", "/api/watchlist"),
    ("DELETE", "/api/watchlist"),
    ("DELETE", "/api/watchlist/{symbol}"),
    ("GET", "/api/scheduler/status"),
    ("POST", "/api/scheduler/start"),
    ("POST", "/api/scheduler/stop"),
]
OPEN = [
    ("GET", "/health"),
    ("GET", "/health/ready"),
    ("GET", "/api/v1/session"),
    ("POST", "/api/v1/session"),
    ("DELETE", "/api/v1/session"),
    ("POST", "/api/v1/login"),
    ("POST", "/api/v1/signup"),
]


def test_matrix_of_routes_is_complete(app):
    found = {
        (method.upper(), path)
        for path, item in document(app)["paths"].items()
        for method in item
        if method != "parameters"
    }

    assert found | {("GET", "/api/v1/openapi.json")} == set(ROUTES + OPEN)


def test_every_route_without_session_is_401(stranger, names):
    replies = {r: stranger(*r, headers={"Origin": names.origin}) for r in ROUTES}

    assert {r: reply.status_code for r, reply in replies.items()} == dict.fromkeys(ROUTES, 401)
    assert {reply.json()["error"]["code"] for reply in replies.values()} == {"no-session"}


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8050", "127.0.0.1.evil.example"])
def test_every_route_under_foreign_host_is_421(ask, host):
    headers = {"Host": host, "Origin": f"http://{host}"}

    statuses = {r: ask(*r, headers=headers).status_code for r in ROUTES + OPEN}

    assert statuses == dict.fromkeys(ROUTES + OPEN, 421)


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:9999", "null"])
def test_every_route_from_foreign_origin_is_403(ask, origin):
    statuses = {r: ask(*r, headers={"Origin": origin}).status_code for r in ROUTES + OPEN}

    assert statuses == dict.fromkeys(ROUTES + OPEN, 403)


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
