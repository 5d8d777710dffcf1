"""Every route and every topic of the stream, for every role, every scope of a token, and nobody."""

from __future__ import annotations

import asyncio

import httpx2
import pytest

from quantdeck.api.access import needed, pages_for
from quantdeck.api.security import LOOPBACK_NAMES, Guard
from quantdeck.api.stream import Stream
from quantdeck.model.users import SCOPES, Role, Scope
from quantdeck.views.pages import pages
from quantdeck.views.panels import Action, Control, Page, Panel, PanelKind
from tests.api.access_rows import CLOSED
from tests.api.account_side import Accounts, everybody
from tests.api.one_app import app_for

WHO = ("admin", "trader", "viewer", "token read", "token write", "token trade")
MAY = {
    "read": {"admin", "trader", "viewer", "token read"},
    "write": {"admin", "trader", "token write"},
    "trade": {"admin", "trader", "token trade"},
    "admin": {"admin"},
}


@pytest.fixture
def accounts(tmp_path, deck, names):
    made = Accounts(tmp_path / "accounts", deck.clock, port=names.port)
    yield made
    made.records.close()


@pytest.fixture
def app(deck, accounts, page):
    return app_for(deck, accounts.entrance, page)


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


def test_every_route_is_refused_to_whoever_may_not(app, accounts, names):
    people = everybody(accounts)
    forbidden = [(who, *r) for who in WHO for r in CLOSED if who not in MAY[CLOSED[r]]]

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


def test_every_route_is_open_to_whoever_may(accounts, names):
    reached = []

    async def behind(scope, receive, send):
        reached.append((scope["method"], scope["path"]))
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    guard = Guard(behind, sessions=accounts.entrance, hosts=LOOPBACK_NAMES)
    people = everybody(accounts)
    allowed = {who: [r for r in CLOSED if who in MAY[CLOSED[r]]] for who in WHO}

    for who in WHO:
        headers = {"Origin": names.origin, **people[who]}
        _ask_all(guard, names.origin, allowed[who], headers)

    assert reached == [route for who in WHO for route in allowed[who]]


def test_every_route_is_refused_to_nobody(app, accounts, names):
    replies = _ask_all(app, names.origin, CLOSED, {"Origin": names.origin})

    assert {r: reply.status_code for r, reply in replies.items()} == dict.fromkeys(CLOSED, 401)


def test_every_route_of_a_local_deck_is_the_users():
    assert {needed(*route) for route in CLOSED} == set(SCOPES[Role.ADMIN])


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
    views = (*deck.pages(), *pages())
    topics = ["status", *{p.topic: None for page in views for p in page.panels if p.topic}]

    sent = _talk(deck, accounts, everybody(accounts)[who], topics)

    text = " ".join(message.get("text", "") for message in sent)
    refused = text.count('"code":"not-allowed"')
    assert len(topics) > 60
    assert refused == (0 if who in MAY["read"] else len(topics))
    assert ('"t":"snap"' in text) == (who in MAY["read"])


def test_stream_is_closed_to_nobody(deck, accounts):
    sent = _talk(deck, accounts, {}, [])

    assert sent[-1] == {"type": "websocket.close", "code": 4401, "reason": "log in first"}


def test_pages_leave_out_what_somebody_may_not_do():
    look = Action("look", "Look", "GET", "/pairs")
    place = Action("place", "Place", "POST", "/api/v1/paper/orders", where="form")
    watch = Action("watch", "Watch", "POST", "/api/v1/watchlist")
    clean = Action("clean", "Clean", "POST", "/api/v1/jobs", body={"kind": "retention"})
    table = Panel("p.table", PanelKind.TABLE, "Table", actions=(look, watch, clean))
    form = Panel(
        "p.form", PanelKind.FORM, "Form", fields=(Control("x", "x", "text", ""),), actions=(place,)
    )
    page = Page("p", "P", "gauge", "?", panels=(table, form))

    (seen,) = pages_for([page], SCOPES[Role.VIEWER])
    (traders,) = pages_for([page], SCOPES[Role.TRADER])
    (whole,) = pages_for([page], SCOPES[Role.ADMIN])

    assert [panel.id for panel in seen.panels] == ["p.table"]
    assert seen.panels[0].actions == (look,)
    assert traders.panels[0].actions == (look, watch)
    assert whole is page


def test_history_of_box_rates_is_computed_anew_by_traders_and_watched_by_viewers():
    def offered(role):
        (page,) = (each for each in pages_for(pages(), SCOPES[role]) if each.id == "boxes")
        return {panel.id: len(panel.actions) for panel in page.panels if panel.topic in topics}

    topics = {"boxes.run", "boxes.jobs"}

    assert offered(Role.VIEWER) == {"boxes.jobs": 0}
    assert offered(Role.TRADER) == {"boxes.run": 1, "boxes.jobs": 1}


def test_scopes_of_roles_grow():
    assert SCOPES[Role.VIEWER] < SCOPES[Role.TRADER] < SCOPES[Role.ADMIN] == set(Scope)
