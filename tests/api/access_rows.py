"""What every route needs: written down by hand, so that a route without a row fails."""

from __future__ import annotations

from typing import Any

_ROWS = {
    "open": """
        POST /api/v1/login
        DELETE /api/v1/session
        GET /api/v1/session
        POST /api/v1/session
        POST /api/v1/signup
        GET /health
        HEAD /health
        GET /health/ready
        HEAD /health/ready
    """,
    "read": """
        GET /api/alerts
        GET /api/heartbeat
        GET /api/metrics/equity
        GET /api/news
        GET /api/overview
        GET /api/pnl
        GET /api/positions
        GET /api/scheduler/status
        GET /api/scoreboard
        GET /api/trades
        GET /api/v1/account
        DELETE /api/v1/account/grants/{grant_id}
        POST /api/v1/account/password
        POST /api/v1/account/tokens
        GET /api/v1/alerts
        GET /api/v1/alerts/channels
        POST /api/v1/alerts/check
        GET /api/v1/alerts/metrics
        GET /api/v1/alerts/rules
        POST /api/v1/alerts/test
        GET /api/v1/backtests
        GET /api/v1/backtests/{run_id}
        GET /api/v1/bars
        GET /api/v1/buffer
        GET /api/v1/coverage
        GET /api/v1/feeds
        GET /api/v1/findings
        GET /api/v1/gaps
        GET /api/v1/history/{symbol}
        GET /api/v1/instruments
        GET /api/v1/jobs
        GET /api/v1/jobs/{job_id}
        GET /api/v1/layouts
        DELETE /api/v1/layouts/{page}
        PUT /api/v1/layouts/{page}
        PUT /api/v1/look
        GET /api/v1/metrics/{symbol}
        GET /api/v1/news
        GET /api/v1/openapi.json
        GET /api/v1/options/{underlying}
        GET /api/v1/overview
        GET /api/v1/pages
        GET /api/v1/pairs
        GET /api/v1/panels/{panel_id}
        GET /api/v1/paper/account
        GET /api/v1/paper/equity
        GET /api/v1/paper/fills
        GET /api/v1/paper/limits
        GET /api/v1/paper/orders
        GET /api/v1/paper/orders/{order_id}
        GET /api/v1/paper/positions
        POST /api/v1/paper/preview
        GET /api/v1/playbook
        GET /api/v1/playbooks
        GET /api/v1/portfolio
        GET /api/v1/research/audit
        GET /api/v1/research/backtests
        GET /api/v1/research/backtests/{run_id}
        GET /api/v1/research/dashboard
        GET /api/v1/research/features
        GET /api/v1/research/models
        GET /api/v1/research/models/{model_id}
        GET /api/v1/risk/{symbol}
        GET /api/v1/risk/{symbol}/tearsheet
        GET /api/v1/scheduler
        GET /api/v1/scheduler/runs
        GET /api/v1/scoreboard
        GET /api/v1/signals
        POST /api/v1/sql
        GET /api/v1/status
        GET /api/v1/strategies
        POST /api/v1/strategies/evaluate
        GET /api/v1/strategies/{underlying}
        GET /api/v1/strategies/{underlying}/report
        GET /api/v1/symbols
        GET /api/v1/technical/{symbol}
        GET /api/v1/ticks
        GET /api/v1/watchlist
        GET /api/watchlist
    """,
    "write": """
        POST /api/scheduler/start
        POST /api/scheduler/stop
        DELETE /api/v1/alerts
        POST /api/v1/alerts/channels/{name}/test
        POST /api/v1/alerts/read
        POST /api/v1/alerts/rules
        DELETE /api/v1/alerts/rules/{rule_id}
        PUT /api/v1/alerts/rules/{rule_id}
        POST /api/v1/alerts/rules/{rule_id}/mute
        POST /api/v1/backtests
        DELETE /api/v1/backtests/{run_id}
        POST /api/v1/capture/start
        POST /api/v1/capture/stop
        POST /api/v1/jobs
        DELETE /api/v1/jobs/{job_id}
        POST /api/v1/playbook
        POST /api/v1/research/models/{model_id}/current
        POST /api/v1/scheduler/jobs/{name}/off
        POST /api/v1/scheduler/jobs/{name}/on
        POST /api/v1/scheduler/jobs/{name}/run
        POST /api/v1/scheduler/start
        POST /api/v1/scheduler/stop
        POST /api/v1/uploads
        POST /api/v1/watchlist
        POST /api/v1/watchlist/remove
        DELETE /api/watchlist
        POST /api/watchlist
        DELETE /api/watchlist/{symbol}
    """,
    "trade": """
        POST /api/v1/paper/close
        POST /api/v1/paper/halt
        POST /api/v1/paper/orders
        DELETE /api/v1/paper/orders/{order_id}
        POST /api/v1/paper/resume
        POST /api/v1/trading/cancel-all
        POST /api/v1/trading/close
        POST /api/v1/trading/exits
        POST /api/v1/trading/exits/clear
        POST /api/v1/trading/orders
    """,
    "admin": """
        GET /api/v1/audit
        GET /api/v1/setup
        POST /api/v1/setup/done
        POST /api/v1/setup/keys/{vendor}
        POST /api/v1/setup/keys/{vendor}/check
        POST /api/v1/setup/keys/{vendor}/forget
        POST /api/v1/setup/restart
        GET /api/v1/setup/settings
        POST /api/v1/setup/settings
        GET /api/v1/users
        DELETE /api/v1/users/grants/{grant_id}
        POST /api/v1/users/invitations
        DELETE /api/v1/users/invitations/{invitation_id}
        PATCH /api/v1/users/{user_id}
    """,
}

ROUTES: dict[tuple[str, str], str] = {
    (line.split()[0], line.split()[1]): need
    for need, text in _ROWS.items()
    for line in text.strip().splitlines()
}
"""Method and path of every route of the API, and the scope it needs; ``open`` needs nobody who is known."""
BESIDE = {
    ("GET", "/internal/metrics"),
    *(("GET", "/{path:path}"), ("HEAD", "/{path:path}")),
}
"""Routes that see to it themselves: the measures, and the files of the page."""
STREAM = "/api/v1/stream"
"""Closed by itself, with words, to whoever is not known."""
CLOSED = {route: need for route, need in ROUTES.items() if need != "open"}
"""Those that need somebody who is known."""


def routes_of(app: Any) -> set[tuple[str, str]]:
    """Return method and path of everything that an application serves, shown in its schema or not."""
    found: set[tuple[str, str]] = set()
    for route in app.routes:
        made = getattr(route, "effective_route_contexts", None)
        for each in [route] if made is None else made():
            found |= {
                (method, each.path) for method in getattr(each, "methods", None) or ["STREAM"]
            }
    return found
