"""Every route and every topic of the stream, for every role, every scope of a token, and nobody."""

from __future__ import annotations

import asyncio

import httpx2
import pytest

from quantdeck.api.access import needed, pages_for
from quantdeck.api.app import create_app
from quantdeck.api.openapi import document
from quantdeck.api.security import LOOPBACK_NAMES, Guard
from quantdeck.api.stream import Stream
from quantdeck.model.users import SCOPES, Role, Scope
from quantdeck.views.panels import Action, Control, Page, Panel, PanelKind
from tests.api.account_side import Accounts, everybody

WHO = ("admin", "trader", "viewer", "token read", "token write", "token trade")
MAY = {
    "read": {"admin", "trader", "viewer", "token read"},
    "write": {"admin", "trader", "token write"},
    "trade": {"admin", "trader", "token trade"},
    "admin": {"admin"},
}
OPEN = {
    *(("GET", "/health"), ("GET", "/health/ready")),
    *((method, "/api/v1/session") for method in ("GET", "POST", "DELETE")),
    *(("POST", "/api/v1/login"), ("POST", "/api/v1/signup")),
}
# Whatever is not a reading GET and not named here needs the right to write.
READING_POSTS = {
    *("/api/v1/sql", "/api/v1/strategies/evaluate", "/api/v1/paper/preview"),
    *("/api/v1/alerts/check", "/api/v1/alerts/test"),
}
ADMINS = ("/api/v1/users", "/api/v1/audit", "/api/v1/setup")
OWN = ("/api/v1/account", "/api/v1/layouts")
TRADERS = ("/api/v1/paper/", "/api/v1/trading/")


def _expected(method: str, path: str) -> str:
    if path.startswith(ADMINS):
        return "admin"
    if method == "GET" or path in READING_POSTS or path.startswith(OWN):
        return "read"
    return "trade" if path.startswith(TRADERS) else "write"


@pytest.fixture
def accounts(tmp_path, deck, names):
    made = Accounts(tmp_path / "accounts", deck.clock, port=names.port)
    yield made
    made.records.close()


@pytest.fixture
def app(deck, accounts, page):
    return create_app(deck, sessions=accounts.entrance, page=page)


@pytest.fixture
def routes(app):
    found = [
        (method.upper(), path)
        for path, item in document(app)["paths"].items()
        for method in item
        if method != "parameters"
    ]
    return [route for route in [*found, ("GET", "/api/v1/openapi.json")] if route not in OPEN]


def _ask_all(app, origin, routes, headers):
    async def go():
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url=origin) as client:
            replies = {}
            for method, path in routes:
                replies[method, path] = await client.request(method, path, headers=headers)
            return replies

    return asyncio.run(go())


def _code(reply):
    is_json = reply.headers.get("content-type", "").startswith("application/json")
    body = reply.json() if is_json and reply.content else {}
    return body.get("error", {}).get("code", "") if isinstance(body, dict) else ""


def test_every_route_is_refused_to_whoever_may_not(app, accounts, names, routes):
    people = everybody(accounts)
    forbidden = [(who, *r) for who in WHO for r in routes if who not in MAY[_expected(*r)]]

    found = {
        (who, *route): (reply.status_code, _code(reply))
        for who in WHO
        for route, reply in _ask_all(
            app,
            names.origin,
            [route for each, *route in forbidden if each == who],
            {"Origin": names.origin, **people[who]},
        ).items()
    }

    assert found == dict.fromkeys(forbidden, (403, "not-allowed"))


def test_every_route_is_open_to_whoever_may(accounts, names, routes):
    reached = []

    async def behind(scope, receive, send):
        reached.append((scope["method"], scope["path"]))
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    guard = Guard(behind, sessions=accounts.entrance, hosts=LOOPBACK_NAMES)
    people = everybody(accounts)
    allowed = {who: [r for r in routes if who in MAY[_expected(*r)]] for who in WHO}

    for who in WHO:
        headers = {"Origin": names.origin, **people[who]}
        _ask_all(guard, names.origin, allowed[who], headers)

    assert reached == [route for who in WHO for route in allowed[who]]


def test_every_route_is_refused_to_nobody(app, accounts, names, routes):
    replies = _ask_all(app, names.origin, routes, {"Origin": names.origin})

    assert {r: reply.status_code for r, reply in replies.items()} == dict.fromkeys(routes, 401)


def test_every_route_of_a_local_deck_is_the_users(routes):
    assert {needed(*route) for route in routes} == set(SCOPES[Role.ADMIN])


def _talk(deck, accounts, headers, topics):
    # One connection to the stream that asks for every topic, then leaves.
    asked = [{"type": "websocket.connect"}]
    asked += [
        {"type": "websocket.receive", "text": '{"op":"sub","topic":"' + topic + '"}'}
        for topic in topics
    ]
    sent = []

    async def go():
        told = asyncio.Event()
        count = 0

        async def receive():
            nonlocal count
            if count < len(asked):
                count += 1
                return asked[count - 1]
            async with asyncio.timeout(10):
                await told.wait()
            return {"type": "websocket.disconnect"}

        async def send(message):
            sent.append(message)
            texts = [m.get("text", "") for m in sent]
            if sum('"t":"err"' in t or '"t":"snap"' in t for t in texts) >= len(topics):
                told.set()

        raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        scope = {"type": "websocket", "path": "/api/v1/stream", "headers": raw}
        await Stream(deck, accounts.entrance)(scope, receive, send)

    asyncio.run(go())
    return sent


@pytest.mark.parametrize("who", WHO)
def test_every_topic_is_for_whoever_may_read(deck, accounts, who):
    topics = [panel.topic for page in deck.pages() for panel in page.panels if panel.topic]

    sent = _talk(deck, accounts, everybody(accounts)[who], topics)

    text = " ".join(message.get("text", "") for message in sent)
    refused = text.count('"code":"not-allowed"')
    assert topics
    assert refused == (0 if who in MAY["read"] else len(topics))
    assert ('"t":"snap"' in text) == (who in MAY["read"])


def test_stream_is_closed_to_nobody(deck, accounts):
    sent = _talk(deck, accounts, {}, [])

    assert sent[-1] == {"type": "websocket.close", "code": 4401, "reason": "log in first"}


def test_pages_leave_out_what_somebody_may_not_do():
    look = Action("look", "Look", "GET", "/pairs")
    place = Action("place", "Place", "POST", "/api/v1/paper/orders", where="form")
    watch = Action("watch", "Watch", "POST", "/api/v1/watchlist")
    table = Panel("p.table", PanelKind.TABLE, "Table", actions=(look, watch))
    form = Panel(
        "p.form", PanelKind.FORM, "Form", fields=(Control("x", "x", "text", ""),), actions=(place,)
    )
    page = Page("p", "P", "gauge", "?", panels=(table, form))

    (seen,) = pages_for([page], SCOPES[Role.VIEWER])
    (whole,) = pages_for([page], SCOPES[Role.ADMIN])

    assert [panel.id for panel in seen.panels] == ["p.table"]
    assert seen.panels[0].actions == (look,)
    assert whole is page


def test_scopes_of_roles_grow():
    assert SCOPES[Role.VIEWER] < SCOPES[Role.TRADER] < SCOPES[Role.ADMIN] == set(Scope)
