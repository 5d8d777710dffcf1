from __future__ import annotations

import json
from functools import cache

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings

from quantdeck.api.openapi import document


def test_document_is_served_to_a_session(ask, app):
    served = ask("GET", "/api/v1/openapi.json").json()

    assert served == json.loads(json.dumps(document(app)))


def test_every_operation_documents_its_body_and_its_errors(app):
    for path, item in document(app)["paths"].items():
        for operation in item.values():
            replies = operation["responses"]
            assert operation["description"], path
            content = replies["200"]["content"]
            assert content["text/html" if "text/html" in content else "application/json"]["schema"]
            error = replies["422"]["content"]["application/json"]["schema"]
            assert error == {"$ref": "#/components/schemas/ErrorReply"}


def test_fields_carry_their_meaning(app):
    schemas = document(app)["components"]["schemas"]

    assert schemas["TapeStatus"]["properties"]["bytes_on_disk"]["description"].endswith("[B]")
    assert "Parameters" not in schemas["TapeStatus"]["description"]


_OPERATIONS = [
    ("GET", "/health"),
    ("GET", "/health/ready"),
    ("GET", "/api/v1/pages"),
    ("GET", "/api/v1/status"),
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
    ("GET", "/api/v1/scheduler"),
    ("GET", "/api/v1/scheduler/runs"),
    ("POST", "/api/v1/scheduler/start"),
    ("POST", "/api/v1/scheduler/stop"),
    ("POST", "/api/v1/scheduler/jobs/{name}/run"),
    ("POST", "/api/v1/scheduler/jobs/{name}/on"),
    ("POST", "/api/v1/scheduler/jobs/{name}/off"),
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
    ("GET", "/api/v1/jobs"),
    ("POST", "/api/v1/jobs"),
    ("GET", "/api/v1/paper/orders"),
    ("GET", "/api/v1/paper/equity"),
    ("POST", "/api/v1/paper/preview"),
    ("POST", "/api/v1/paper/orders"),
    ("DELETE", "/api/v1/paper/orders/{order_id}"),
    ("POST", "/api/v1/paper/close"),
    ("GET", "/api/v1/jobs/{job_id}"),
    ("DELETE", "/api/v1/jobs/{job_id}"),
    ("POST", "/api/v1/uploads"),
    ("GET", "/api/v1/buffer"),
    ("GET", "/api/v1/panels/{panel_id}"),
    ("GET", "/api/v1/backtests"),
    ("POST", "/api/v1/backtests"),
    ("GET", "/api/v1/backtests/{run_id}"),
    ("DELETE", "/api/v1/backtests/{run_id}"),
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
    ("GET", "/api/pnl"),
    ("POST", "/api/watchlist"),
    ("DELETE", "/api/watchlist/{symbol}"),
]


@cache
def _schema(app):
    schema = schemathesis.openapi.from_dict(document(app))
    schema.app = app
    return schema


@pytest.mark.parametrize(("method", "path"), _OPERATIONS)
def test_any_request_is_answered_as_documented(app, cookies, names, method, path):
    name, value = next(iter(cookies.items()))
    headers = {"Host": "127.0.0.1:8050", "Origin": names.origin, "Cookie": f"{name}={value}"}
    schema = _schema(app)
    strategy = schema[path][method].as_strategy()
    checks = [
        schemathesis.checks.not_a_server_error,
        schemathesis.checks.CHECKS.get_one("status_code_conformance"),
        schemathesis.checks.CHECKS.get_one("content_type_conformance"),
        schemathesis.checks.CHECKS.get_one("response_schema_conformance"),
    ]

    @settings(max_examples=8, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=strategy)
    def holds(case):
        case.call_and_validate(headers=headers, checks=checks)

    holds()
