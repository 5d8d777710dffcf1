"""Tokens: fetched once, replaced in time, never asked for again when refused."""

from __future__ import annotations

import asyncio
from random import Random

import httpx2
import pytest

from quantdeck.feeds.tastytrade.grant import Credentials
from quantdeck.feeds.tastytrade.rest import TastytradeRest
from quantdeck.model.errors import AuthFailed, BadInput, ConfigError, RateLimited, VenueError

GRANT = Credentials("CLIENT", "REFRESH")


class Clock:
    """A clock on which sleeping takes no time, but the time passes."""

    def __init__(self) -> None:
        self._passed_ns = 0

    def now_ns(self):
        return 1_795_000_000_000_000_000 + self._passed_ns

    def monotonic_ns(self):
        return self._passed_ns

    def pass_time(self, seconds):
        self._passed_ns += int(seconds * 1e9)

    async def sleep(self, seconds):
        self.pass_time(seconds)


@pytest.fixture
def clock():
    return Clock()


class Vendor:
    """Answers requests; counts those for tokens and keeps the headers of the others."""

    def __init__(self, refusals=(), life_s=900, answers=None) -> None:
        self.grants = 0
        self.requests = []
        self._refusals, self._life_s = list(refusals), life_s
        self._answers = list(answers or [])

    def __call__(self, request):
        if request.method == "POST":
            self.grants += 1
            if self._refusals:
                return self._refusals.pop(0)
            token = {"access_token": f"T{self.grants}", "expires_in": self._life_s}
            return httpx2.Response(200, json=token)
        self.requests.append(request)
        if self._answers:
            return self._answers.pop(0)
        return httpx2.Response(200, json={"data": {"items": [{"state": "Open"}]}})


def _rest(clock, vendor, credentials=GRANT):
    return TastytradeRest(
        credentials,
        clock=clock,
        rng=Random(1),
        api_url="http://vendor.test",
        transport=httpx2.MockTransport(vendor),
    )


def _ask(rest, times=1, between=lambda: None):
    async def ask():
        for _ in range(times):
            await rest.is_open()
            between()
        await rest.close()

    asyncio.run(ask())


def test_token_is_fetched_once_and_carried_by_every_request(clock):
    vendor = Vendor()

    _ask(_rest(clock, vendor), times=3)

    assert vendor.grants == 1
    assert [r.headers["authorization"] for r in vendor.requests] == ["Bearer T1"] * 3
    assert all(r.headers["user-agent"].startswith("quantdeck/") for r in vendor.requests)


def test_token_is_replaced_a_minute_before_it_ends(clock):
    vendor = Vendor()
    moves = iter([830.0, 11.0, 0.0])

    _ask(_rest(clock, vendor), times=3, between=lambda: clock.pass_time(next(moves)))

    assert [r.headers["authorization"] for r in vendor.requests] == [
        "Bearer T1",
        "Bearer T1",
        "Bearer T2",
    ]


@pytest.mark.parametrize(
    "refusal",
    [
        httpx2.Response(400, json={"error": {"code": "invalid_grant", "message": "Revoked"}}),
        httpx2.Response(400, json={"error": "invalid_grant", "error_description": "Revoked"}),
        httpx2.Response(400, json={"error_code": "invalid_grant", "error_description": "Revoked"}),
        httpx2.Response(401, json={"error": {"code": "invalid_client", "message": "Revoked"}}),
    ],
)
def test_refused_grant_is_not_asked_for_twice(clock, refusal):
    vendor = Vendor([refusal])
    rest = _rest(clock, vendor)

    for _ in range(3):
        with pytest.raises(AuthFailed, match=r"Revoked.*make a grant"):
            _ask(rest)

    assert vendor.grants == 1
    assert vendor.requests == []


@pytest.mark.parametrize(
    "trouble", [httpx2.Response(502, text="<html>"), httpx2.Response(401, text="<html>no</html>")]
)
def test_gateway_that_fails_is_no_refusal(clock, trouble):
    vendor = Vendor([trouble])
    rest = _rest(clock, vendor)

    with pytest.raises(VenueError) as caught:
        _ask(rest)
    _ask(rest)

    assert not isinstance(caught.value, AuthFailed)
    assert vendor.grants == 2


def test_token_that_the_vendor_no_longer_takes_is_replaced_once(clock):
    vendor = Vendor(answers=[httpx2.Response(401, text="{}")])

    _ask(_rest(clock, vendor))

    assert vendor.grants == 2
    assert vendor.requests[-1].headers["authorization"] == "Bearer T2"


def test_fresh_token_that_the_vendor_does_not_take_is_a_refusal(clock):
    vendor = Vendor(answers=[httpx2.Response(401, text="{}")] * 2)

    with pytest.raises(AuthFailed):
        _ask(_rest(clock, vendor))

    assert vendor.grants == 2


def test_login_sends_the_session_token_as_it_is(clock):
    def vendor(request):
        if request.method == "POST":
            assert request.url.path == "/sessions"
            return httpx2.Response(201, json={"data": {"session-token": "S1"}})
        assert request.headers["authorization"] == "S1"
        return httpx2.Response(200, json={"data": {"items": []}})

    _ask(_rest(clock, vendor, Credentials("", "", "u", "p")))


@pytest.mark.parametrize("given", [{}, {"client_secret": "C"}, {"username": "u"}])
def test_credentials_that_are_not_whole_are_refused_with_the_way_to_make_them(clock, given):
    with pytest.raises(ConfigError, match=r"TT_CLIENT_SECRET.*my\.tastytrade\.com"):
        _rest(clock, Vendor(), Credentials(**given))


def test_secrets_are_not_shown():
    credentials = Credentials("CLIENT", "REFRESH", "user", "PASSWORD")

    assert repr(credentials) == "Credentials(***)"


def test_too_many_requests_are_waited_for_and_then_given_up(clock):
    vendor = Vendor(answers=[httpx2.Response(429, json={})] * 4)

    with pytest.raises(RateLimited, match="429"):
        _ask(_rest(clock, vendor))

    assert len(vendor.requests) == 4


@pytest.mark.parametrize("code", ["record_not_found", "validation_error"])
def test_wrong_questions_are_the_callers_fault(clock, code):
    error = {"error": {"code": code, "message": "no"}}
    vendor = Vendor(answers=[httpx2.Response(404, json=error)])

    with pytest.raises(BadInput):
        _ask(_rest(clock, vendor))
