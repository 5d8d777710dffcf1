"""The REST client against a transport made of a function."""

from __future__ import annotations

import asyncio
from random import Random

import httpx2
import msgspec
import pytest

from quantdeck.model.errors import AuthFailed, BadInput, BadMessage, Disconnected, RateLimited
from quantdeck.net.limiter import WeightLimiter
from quantdeck.net.rest import RestClient


class _Answer(msgspec.Struct):
    value: float


class _Dialect:
    def usage(self, headers):
        return {60: int(headers["x-used"])} if "x-used" in headers else {}

    def refusal(self, status, body):
        return BadInput(f"{status} {body.decode()}")


def _client(clock, answers, requests=None, **options):
    left = list(answers)

    def answer(request):
        if requests is not None:
            requests.append(request)
        given = left.pop(0)
        if isinstance(given, Exception):
            raise given
        return given

    limiter = WeightLimiter(clock, "venue", {60: 1000})
    client = RestClient(
        "venue",
        "http://venue.test/",
        dialect=_Dialect(),
        limiter=limiter,
        clock=clock,
        rng=Random(1),
        transport=httpx2.MockTransport(answer),
        **options,
    )
    return client, limiter


def _get(client, **options):
    async def get():
        try:
            return await client.get("/path", {"a": 1}, shape=_Answer, weight=5, **options)
        finally:
            await client.close()

    return asyncio.run(get())


def test_get_answer_is_decoded_with_numbers_in_text(leaping_clock):
    requests = []
    client, _ = _client(leaping_clock, [httpx2.Response(200, text='{"value":"1.5"}')], requests)

    answer = _get(client)

    assert answer == _Answer(1.5)
    assert str(requests[0].url) == "http://venue.test/path?a=1"


def test_get_headers_tell_the_weight_used(leaping_clock):
    reply = httpx2.Response(200, text='{"value":1}', headers={"x-used": "77"})
    client, limiter = _client(leaping_clock, [reply])

    _get(client)

    assert limiter.used(60) == 77


@pytest.mark.parametrize(
    "problem",
    [
        httpx2.Response(500),
        httpx2.Response(503),
        httpx2.Response(408),
        httpx2.ReadTimeout("slow"),
        httpx2.ConnectError("refused"),
    ],
    ids=["500", "503", "408", "timeout", "refused"],
)
def test_get_passing_problem_is_tried_again(problem, leaping_clock):
    client, _ = _client(leaping_clock, [problem, httpx2.Response(200, text='{"value":1}')])

    assert _get(client).value == 1


@pytest.mark.parametrize(
    ("problem", "used", "answered"),
    [
        (httpx2.ConnectError("refused"), 1, 1),
        (httpx2.ReadTimeout("slow"), 2, 1),
        (httpx2.Response(503), 2, 2),
    ],
    ids=["refused", "timeout", "503"],
)
def test_get_what_did_not_reach_the_host_uses_nothing_of_its_budget(
    problem, used, answered, leaping_clock
):
    answers = [problem, httpx2.Response(200, text='{"value":1}')]
    client, limiter = _client(leaping_clock, answers)

    _get(client)

    assert (limiter.used(60), client.answered) == (5 * used, answered)


def test_get_damaged_compression_gives_up_as_disconnected(leaping_clock):
    def damaged():
        # As a stream it is unpacked by the client, not here
        return httpx2.Response(
            200, headers={"Content-Encoding": "gzip"}, stream=httpx2.ByteStream(b"not gzip")
        )

    client, _ = _client(leaping_clock, [damaged() for _ in range(4)])

    with pytest.raises(Disconnected, match="DecodingError"):
        _get(client)


def test_get_lasting_problem_gives_up_as_disconnected(leaping_clock):
    client, _ = _client(leaping_clock, [httpx2.Response(502)] * 4)

    with pytest.raises(Disconnected, match="HTTP 502, 4 times in a row"):
        _get(client)


def test_get_after_429_waits_as_told_and_tries_again(leaping_clock):
    slow_down = httpx2.Response(429, headers={"Retry-After": "7"})
    client, _ = _client(leaping_clock, [slow_down, httpx2.Response(200, text='{"value":1}')])
    before_ns = leaping_clock.monotonic_ns()

    _get(client)

    assert leaping_clock.monotonic_ns() - before_ns >= 7_000_000_000


def test_get_after_429_longer_than_the_patience_is_rate_limited(leaping_clock):
    client, _ = _client(leaping_clock, [httpx2.Response(429, headers={"Retry-After": "300"})])

    with pytest.raises(RateLimited) as caught:
        _get(client, patience_s=5.0)

    assert caught.value.retry_after_s > 290


def test_get_after_418_stops_all_requests_to_the_host(leaping_clock):
    requests = []
    banned = httpx2.Response(418, headers={"Retry-After": "120"})
    client, _ = _client(leaping_clock, [banned], requests)

    with pytest.raises(RateLimited) as first:
        _get(client)
    with pytest.raises(RateLimited) as second:
        _get(client)

    assert first.value.banned
    assert second.value.banned
    assert len(requests) == 1


def test_get_refusal_is_what_the_dialect_says(leaping_clock):
    client, _ = _client(leaping_clock, [httpx2.Response(400, text="no such symbol")])

    with pytest.raises(BadInput, match="400 no such symbol"):
        _get(client)


def test_get_refused_credentials_are_not_tried_again(leaping_clock):
    requests = []
    client, _ = _client(leaping_clock, [httpx2.Response(401, text="key")], requests)

    with pytest.raises(AuthFailed):
        _get(client)

    assert len(requests) == 1


@pytest.mark.parametrize("body", ["", "<html>", '{"value":"x"}', '{"other":1}', "[" * 100_000])
def test_get_unreadable_answer_is_a_bad_message(body, leaping_clock):
    client, _ = _client(leaping_clock, [httpx2.Response(200, text=body)])

    with pytest.raises(BadMessage, match="GET /path"):
        _get(client)


def test_get_sends_the_headers_that_are_asked_for_every_time(leaping_clock):
    requests = []
    client, _ = _client(
        leaping_clock,
        [httpx2.Response(500), httpx2.Response(200, json={"value": 1.5})],
        requests,
        headers=lambda: {"X-Key": f"{len(requests)}"},
    )

    _get(client)

    assert [request.headers["x-key"] for request in requests] == ["0", "1"]


def test_get_pause_of_the_vendor_is_kept_before_the_next_request(leaping_clock):
    client, limiter = _client(
        leaping_clock,
        [httpx2.Response(200, json={"value": 1.5}, headers={"X-Pause": "4"})],
        pause=lambda status, headers: float(headers.get("X-Pause", 0)),
    )

    answer = _get(client)

    assert answer.value == 1.5
    assert limiter.blocked_s == pytest.approx(4.0)


def test_get_forbidden_without_a_pause_is_what_the_dialect_says(leaping_clock):
    client, limiter = _client(
        leaping_clock, [httpx2.Response(403, text="no")], pause=lambda status, headers: 0.0
    )

    with pytest.raises(BadInput, match="403 no"):
        _get(client)
    assert limiter.blocked_s == 0.0


def _post(client):
    async def post():
        try:
            return await client.post("/token", {"secret": "S"}, shape=_Answer)
        finally:
            await client.close()

    return asyncio.run(post())


def test_post_sends_its_own_headers_and_a_json_body(manual_clock):
    requests = []
    client, _ = _client(
        manual_clock,
        [httpx2.Response(201, json={"value": 2.5})],
        requests,
        headers=lambda: {"Authorization": "old"},
        post_headers={"User-Agent": "quantdeck"},
    )

    answer = _post(client)

    assert answer.value == 2.5
    assert requests[0].content == b'{"secret":"S"}'
    assert requests[0].headers["user-agent"] == "quantdeck"
    assert requests[0].headers["content-type"] == "application/json"
    assert "authorization" not in requests[0].headers


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx2.Response(400, text="no"), BadInput),
        (httpx2.Response(401, text="no"), BadInput),
        (httpx2.Response(429), RateLimited),
        (httpx2.Response(502), Disconnected),
        (httpx2.ConnectError("gone"), Disconnected),
        (httpx2.Response(200, text="<html>"), BadMessage),
    ],
)
def test_post_that_fails_is_never_repeated(manual_clock, answer, error):
    requests = []
    client, _ = _client(manual_clock, [answer], requests)

    with pytest.raises(error):
        _post(client)

    assert len(requests) == 1
