from __future__ import annotations

import asyncio

import httpx2
import pytest
from fastapi import FastAPI

from quantdeck.api.app import PREFIX
from quantdeck.api.errors import install_error_handlers
from quantdeck.api.page import page_routes
from quantdeck.api.routes.accounts import account_routes, user_routes
from quantdeck.api.routes.capture import capture_routes
from quantdeck.api.routes.jobs import job_routes
from quantdeck.api.routes.machine import machine_routes
from quantdeck.api.routes.market import sql_routes
from quantdeck.api.routes.session import login_routes, session_routes
from quantdeck.api.security import LOOPBACK_NAMES, Guard
from quantdeck.model.errors import StoreError
from quantdeck.model.users import Role, Scope
from tests.api.account_side import PASSWORD, Accounts


class _Browser:
    # Requests in a row, with what the replies set.
    def __init__(self, app, origin):
        self.app = app
        self.origin = origin
        self.cookie = ""

    def __call__(self, method, path, *, headers=None, **options):
        own = {"Origin": self.origin} | ({"Cookie": self.cookie} if self.cookie else {})

        async def go():
            transport = httpx2.ASGITransport(app=self.app, raise_app_exceptions=False)
            async with httpx2.AsyncClient(transport=transport, base_url=self.origin) as client:
                return await client.request(
                    method, path, headers=own if headers is None else headers, **options
                )

        reply = asyncio.run(go())
        if "set-cookie" in reply.headers:
            self.cookie = reply.headers["set-cookie"].partition(";")[0]
        return reply


@pytest.fixture
def accounts(tmp_path, deck, names):
    made = Accounts(tmp_path / "accounts", deck.clock, port=names.port)
    yield made
    made.records.close()


def _app(deck, entrance, page, hosts=LOOPBACK_NAMES):
    # The routes that are asked here alone: all of them take a second to put together.
    app = FastAPI()
    install_error_handlers(app)
    for routes in (session_routes, login_routes, account_routes, user_routes):
        app.include_router(routes(entrance), prefix=PREFIX)
    for routes in (machine_routes, capture_routes, sql_routes, job_routes):
        app.include_router(routes(deck), prefix=PREFIX)
    app.include_router(page_routes(page, entrance))
    app.add_middleware(Guard, sessions=entrance, hosts=hosts)
    return app


@pytest.fixture
def app(deck, accounts, page):
    return _app(deck, accounts.entrance, page)


@pytest.fixture
def browser(app, names):
    return _Browser(app, names.origin)


def _log_in(browser, name):
    return browser("POST", "/api/v1/login", json={"name": name, "password": PASSWORD})


def test_first_visit_to_a_new_deck_ends_in_an_admins_account(browser, accounts):
    before = browser("GET", "/api/v1/session").json()
    body = {"code": accounts.logins.setup_code, "name": "ann", "password": PASSWORD}
    signed = browser("POST", "/api/v1/signup", json=body)
    after = browser("GET", "/api/v1/session").json()

    assert before == {"logged_in": False, "mode": "users", "is_new": True}
    assert signed.status_code == 200
    assert (after["name"], after["role"]) == ("ann", "admin")
    assert after["scopes"] == ["admin", "read", "trade", "write"]


def test_login_sets_a_strict_cookie_and_logout_ends_it(browser, accounts):
    accounts.person("ann", Role.VIEWER)
    reply = _log_in(browser, "ann")
    kept = browser.cookie

    inside = browser("GET", "/api/v1/status").status_code
    browser("DELETE", "/api/v1/session")
    browser.cookie = kept
    outside = browser("GET", "/api/v1/status").status_code

    flags = reply.headers["set-cookie"].lower()
    assert all(flag in flags for flag in ("httponly", "samesite=strict", "path=/"))
    assert reply.headers["cache-control"] == "no-store"
    assert (inside, outside) == (200, 401)


def test_wrong_password_is_401_and_guessing_429_with_a_wait(browser, accounts):
    accounts.person("ann", Role.VIEWER)
    body = {"name": "ann", "password": "wrong"}

    replies = [browser("POST", "/api/v1/login", json=body) for _ in range(5)]

    assert [reply.status_code for reply in replies] == [401] * 4 + [429]
    assert replies[-1].headers["retry-after"] == "1"


def test_request_while_the_accounts_do_not_answer_is_told_so(browser, accounts, monkeypatch):
    accounts.person("ann", Role.VIEWER)
    _log_in(browser, "ann")

    def fail(secret_hash):
        raise StoreError("the accounts do not answer")

    with monkeypatch.context() as away:
        away.setattr(accounts.records.grants, "find", fail)
        replies = [browser("GET", path) for path in ("/api/v1/status", "/api/v1/session")]
    after = browser("GET", "/api/v1/status").status_code

    assert [reply.status_code for reply in replies] == [503, 503]
    assert {reply.json()["error"]["code"] for reply in replies} == {"store"}
    assert after == 200


def test_behind_tls_the_cookie_is_bound_to_the_host_and_the_proxys_origin_is_ours(
    tmp_path, deck, page
):
    url = "https://deck.example.org"
    accounts = Accounts(tmp_path, deck.clock, port=8050, public_url=url)
    app = _app(deck, accounts.entrance, page, {"deck.example.org"})
    accounts.person("ann", Role.VIEWER)
    browser = _Browser(app, url)

    reply = _log_in(browser, "ann")
    status = browser("GET", "/api/v1/status").status_code
    accounts.records.close()

    assert reply.headers["set-cookie"].startswith("__Host-qd_session_443=")
    assert "secure" in reply.headers["set-cookie"].lower()
    assert status == 200


def test_token_is_shown_once_and_works_without_origin(browser, accounts, names):
    accounts.person("ann", Role.TRADER)
    _log_in(browser, "ann")
    made = browser(
        "POST", "/api/v1/account/tokens", json={"name": "bot", "scopes": ["read", "write"]}
    )
    bearer = {"Authorization": f"Bearer {made.json()['secret']}"}

    read = browser("GET", "/api/v1/status", headers=bearer)
    write = browser("POST", "/api/v1/capture/stop", headers=bearer)
    foreign = browser(
        "POST", "/api/v1/capture/stop", headers=bearer | {"Origin": "http://evil.example"}
    )
    listed = browser("GET", "/api/v1/account").text

    assert made.json()["secret"].startswith("qd_")
    assert made.headers["cache-control"] == "no-store"
    assert (read.status_code, write.status_code, foreign.status_code) == (200, 200, 403)
    assert made.json()["secret"] not in listed


def test_look_follows_the_person_to_another_browser(browser, app, names, accounts):
    accounts.person("ann", Role.VIEWER)
    look = {"theme": "light", "palette": "eastern", "density": "compact", "zone": "exchange"}
    _log_in(browser, "ann")
    before = browser("GET", "/api/v1/session").json()
    browser("PUT", "/api/v1/look", json=look)
    other = _Browser(app, names.origin)
    _log_in(other, "ann")

    after = other("GET", "/api/v1/session").json()

    assert "look" not in before
    assert after["look"] == look


def test_jobs_that_see_to_the_data_folder_are_for_admins(browser, accounts):
    accounts.person("ann", Role.TRADER)
    _log_in(browser, "ann")

    refused = browser("POST", "/api/v1/jobs", json={"kind": "retention"})
    other = browser("POST", "/api/v1/jobs", json={"kind": "verify"})

    assert refused.status_code == 403
    assert refused.json()["error"]["message"] == (
        "ann may not do this, as a trader: admins may; ask an admin for another role"
    )
    assert other.status_code != 403


def test_token_of_somebody_demoted_does_no_more_than_the_role(browser, accounts):
    accounts.person("ann", Role.ADMIN)
    ben = accounts.person("ben", Role.TRADER)
    bearer = accounts.headers(ben, Scope.READ, Scope.WRITE)
    before = browser("POST", "/api/v1/capture/stop", headers=bearer).status_code
    accounts.records.users.change(ben.id, role=Role.VIEWER)

    after = browser("POST", "/api/v1/capture/stop", headers=bearer)

    assert (before, after.status_code) == (200, 403)
    assert "traders and admins may" in after.json()["error"]["message"]


def test_log_in_gives_another_session_than_the_one_that_was_sent(browser, accounts):
    accounts.person("ann", Role.VIEWER)
    browser.cookie = planted = f"{accounts.entrance.cookie}=planted-by-somebody"

    _log_in(browser, "ann")

    assert browser.cookie != planted
    assert browser("GET", "/api/v1/status").status_code == 200


def test_token_cannot_make_another(browser, accounts):
    user = accounts.person("ann", Role.ADMIN)
    headers = accounts.headers(user, Scope.READ, Scope.WRITE)

    reply = browser(
        "POST", "/api/v1/account/tokens", headers=headers, json={"name": "b", "scopes": ["read"]}
    )

    assert reply.status_code == 409


def test_session_of_somebody_else_is_not_there_for_me(browser, accounts):
    accounts.headers(accounts.person("ann", Role.ADMIN))
    accounts.person("ben", Role.TRADER)
    _log_in(browser, "ben")

    reply = browser("DELETE", "/api/v1/account/grants/grant-1")

    assert reply.status_code == 404


def test_admin_invites_demotes_switches_off_and_ends(browser, accounts):
    accounts.person("ann", Role.ADMIN)
    ben = accounts.person("ben", Role.TRADER)
    accounts.headers(ben)
    _log_in(browser, "ann")

    invited = browser("POST", "/api/v1/users/invitations", json={"role": "viewer"}).json()
    ended = browser("DELETE", "/api/v1/users/grants/grant-1").status_code
    demoted = browser("PATCH", f"/api/v1/users/{ben.id}", json={"role": "viewer"}).json()
    off = browser("PATCH", f"/api/v1/users/{ben.id}", json={"is_on": False}).json()
    listed = browser("GET", "/api/v1/users").json()
    withdrawn = browser(
        "DELETE", f"/api/v1/users/invitations/{invited['invitation']['id']}"
    ).status_code

    assert invited["path"] == f"/signup#{invited['code']}"
    assert (ended, withdrawn) == (200, 200)
    assert (demoted["message"], off["message"]) == (
        "ben is viewer now.",
        "ben is switched off now.",
    )
    assert [(u["name"], u["is_on"], len(u["grants"])) for u in listed["users"]] == [
        ("ann", True, 1),
        ("ben", False, 0),
    ]


def test_changes_and_refusals_are_in_the_audit_log_and_reads_are_not(browser, accounts):
    accounts.person("ann", Role.ADMIN)
    viewer = accounts.person("ben", Role.VIEWER)
    browser("POST", "/api/v1/capture/stop", headers=_own(browser, accounts.headers(viewer)))
    _log_in(browser, "ann")
    browser("POST", "/api/v1/capture/stop")
    browser("POST", "/api/v1/sql", json={"query": "select 1"})

    found = browser("GET", "/api/v1/audit").json()["entries"]

    assert [(each["who"], each["what"], each["outcome"]) for each in found] == [
        ("ann", "POST /api/v1/capture/stop", "done"),
        ("ann", "log in", "done"),
        ("ben", "POST /api/v1/capture/stop", "refused with 403"),
    ]


def test_change_is_in_the_audit_log_before_its_answer_begins(browser, accounts):
    headers = _own(browser, accounts.headers(accounts.person("ann", Role.ADMIN)))
    found = []

    async def watched(scope, receive, send):
        async def told(message):
            if message["type"] == "http.response.start":
                found.extend(accounts.records.audit.entries(limit=9, before_ns=None))
            await send(message)

        await browser.app(scope, receive, told)

    _Browser(watched, browser.origin)("POST", "/api/v1/capture/stop", headers=headers)

    assert [each.what for each in found] == ["POST /api/v1/capture/stop"]
    assert len(accounts.records.audit.entries(limit=9, before_ns=None)) == 1


def _own(browser, headers):
    return {"Origin": browser.origin, **headers}


def test_page_is_given_to_whoever_comes_since_it_asks_for_the_name(browser):
    reply = browser("GET", "/signup", headers={"Accept": "text/html"})

    assert reply.status_code == 200
    assert "<title>deck</title>" in reply.text


def test_link_of_a_local_deck_opens_no_deck_with_accounts(browser):
    reply = browser("POST", "/api/v1/session", json={"token": "x"})

    assert reply.status_code == 409
    assert "name and password" in reply.json()["error"]["message"]


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/account"), ("GET", "/users"), ("GET", "/audit")]
)
def test_local_deck_has_no_accounts(deck, page, sessions, cookies, names, method, path):
    browser = _Browser(_app(deck, sessions, page), names.origin)
    browser.cookie = "=".join(next(iter(cookies.items())))

    reply = browser(method, f"/api/v1{path}")

    assert reply.status_code == 409
    assert "accounts.mode" in reply.json()["error"]["message"]
