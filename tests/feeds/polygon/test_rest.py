"""Polygon's REST interface against a transport made of functions."""

from __future__ import annotations

import pytest

from quantdeck.feeds.answer_cache import AnswerCache
from quantdeck.feeds.polygon.dialect import PolygonDialect, TimeframeNotIncluded
from quantdeck.feeds.polygon.endpoints import Endpoint, Pace, pace_of
from quantdeck.feeds.polygon.entitlements import Entitlements
from quantdeck.feeds.polygon.prices import TickPage
from quantdeck.feeds.polygon.rest import PolygonRest
from quantdeck.model.errors import (
    AuthFailed,
    BadInput,
    BadMessage,
    ConfigError,
    NoData,
    NotEntitled,
    RateLimited,
)
from tests.feeds.polygon.vendor import NOT_ENTITLED, Vendor, listed, refused
from tests.net.conftest import LeapingClock

_OK = {"status": "OK", "results": []}


def _ask(vendor, path="/v3/trades/AAPL", **params):
    return vendor.rest.ask(Endpoint.TRADES, path, params, shape=TickPage)


def _pages(vendor):
    return listed(vendor.rest.pages(Endpoint.TRADES, "/v3/trades/AAPL", {"a": 1}, shape=TickPage))


def test_key_travels_in_the_header_only():
    vendor = Vendor({"trades": _OK})

    vendor.run(_ask(vendor, limit=5))

    (request,) = vendor.asked
    assert request.headers["Authorization"] == "Bearer SECRET"
    assert "SECRET" not in str(request.url)


def test_missing_key_is_told_before_anything_is_asked():
    with pytest.raises(ConfigError, match="MASSIVE_API_KEY"):
        PolygonRest(key="", clock=LeapingClock(), rng=None)


def test_next_page_is_asked_for_at_the_configured_host_with_the_key_in_the_header():
    url = "https://api.massive.com/v3/trades/AAPL?cursor=YXA9MQ&apiKey=SECRET"
    vendor = Vendor({"trades": [{**_OK, "next_url": url}, _OK]})

    pages = vendor.run(_pages(vendor))

    assert len(pages) == 2
    first, second = vendor.asked
    assert str(first.url) == "https://host/v3/trades/AAPL?a=1"
    assert str(second.url) == "https://host/v3/trades/AAPL?cursor=YXA9MQ"
    assert second.headers["Authorization"] == "Bearer SECRET"


@pytest.mark.parametrize("url", ["https://evil", "//evil//x", "http://[::1", "?a=1"])
def test_next_page_without_a_path_is_a_bad_message(url):
    vendor = Vendor({"trades": {**_OK, "next_url": url}})

    with pytest.raises(BadMessage):
        vendor.run(_pages(vendor))


def test_pages_that_go_round_in_a_circle_end_as_a_bad_message():
    vendor = Vendor({"trades": {**_OK, "next_url": "https://x/v3/trades/AAPL?cursor=1"}})

    with pytest.raises(BadMessage, match="circle"):
        vendor.run(_pages(vendor))

    assert len(vendor.asked) == 2


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        (
            refused(401, status="ERROR", error="Unknown API Key"),
            AuthFailed,
            "Unknown API Key .*MASSIVE",
        ),
        (refused(400, status="ERROR", error="API Key was not provided"), AuthFailed, "provided"),
        (refused(403, **NOT_ENTITLED), NotEntitled, "upgrade"),
        (refused(404, status="NOT_FOUND", message="Data not found."), NoData, "not found"),
        (refused(400, status="ERROR", error="'to' before 'from'"), BadInput, "before"),
        (
            refused(403, message="Your plan doesn't include this data timeframe."),
            NotEntitled,
            "lat",
        ),
    ],
)
def test_refusal_says_what_the_vendor_said(answer, error, said):
    vendor = Vendor({"trades": answer})

    with pytest.raises(error, match=said):
        vendor.run(_ask(vendor))

    assert len(vendor.asked) == 1


def test_refusal_of_the_plan_is_remembered_and_not_asked_again():
    vendor = Vendor({"trades": [refused(403, **NOT_ENTITLED), _OK]})

    async def ask_twice():
        with pytest.raises(NotEntitled):
            await _ask(vendor)
        with pytest.raises(NotEntitled, match="does not include trades"):
            await _ask(vendor)

    vendor.run(ask_twice())

    assert len(vendor.asked) == 1


def test_refusal_of_the_plan_is_tried_again_after_a_day():
    vendor = Vendor({"trades": [refused(403, **NOT_ENTITLED), _OK]})

    async def ask_twice():
        with pytest.raises(NotEntitled):
            await _ask(vendor)
        vendor.clock.pass_time(86_401)
        return await _ask(vendor)

    assert vendor.run(ask_twice()).status == "OK"
    assert [each.allowed for each in vendor.rest.entitlements.known()] == [True]


def test_timeframe_that_is_not_included_forbids_no_later_data():
    vendor = Vendor({"trades": [refused(403, message="doesn't include this data timeframe"), _OK]})

    async def ask_twice():
        with pytest.raises(TimeframeNotIncluded):
            await _ask(vendor)
        return await _ask(vendor)

    assert vendor.run(ask_twice()).status == "OK"


def test_market_that_the_plan_lacks_leaves_the_others():
    vendor = Vendor({"O:": refused(403, **NOT_ENTITLED), "trades": _OK})

    async def ask_both():
        with pytest.raises(NotEntitled):
            await _ask(vendor, "/v3/trades/O:SPY261218C00500000")
        return await _ask(vendor)

    assert vendor.run(ask_both()).status == "OK"
    assert [each.name for each in vendor.rest.entitlements.known()] == [
        "trades",
        "trades of options",
    ]


def test_late_data_are_noted():
    vendor = Vendor({"trades": {"status": "DELAYED", "results": []}})

    answer = vendor.run(_ask(vendor))

    assert answer.is_delayed
    assert [each.words() for each in vendor.rest.entitlements.known()] == ["trades: delayed"]


def test_too_many_requests_are_waited_out_longer_each_time():
    slow = refused(429, status="ERROR", error="You've exceeded the maximum requests per minute")
    vendor = Vendor({"trades": [slow, slow, _OK]})

    vendor.run(_ask(vendor))

    waits = [s for s in vendor.clock.slept_s if s > 11]
    assert waits[0] <= 15.0 < waits[1] <= 30.0


def test_retry_after_is_obeyed():
    dialect = PolygonDialect()

    assert dialect.pause(429, {"Retry-After": "7"}) == 7.0


def test_too_many_requests_in_a_row_are_rate_limited_not_lost():
    vendor = Vendor({"trades": refused(429, status="ERROR", error="exceeded")})

    with pytest.raises(RateLimited):
        vendor.run(_ask(vendor))

    assert len(vendor.asked) == 4


def test_free_plan_never_asks_more_than_five_times_in_a_minute():
    vendor = Vendor({"trades": _OK}, pace=pace_of("basic"))
    at = []

    async def ask_often():
        for number in range(12):
            await _ask(vendor, a=number)
            at.append(vendor.clock.monotonic_ns())

    vendor.run(ask_often())

    assert all(b - a > 60e9 for a, b in zip(at, at[5:], strict=False))
    assert len(vendor.asked) == 12


def test_patience_is_told_what_it_would_take():
    vendor = Vendor({"trades": _OK}, pace=Pace(1, 60.0), patience_s=10.0)

    async def ask_twice():
        await _ask(vendor, a=1)
        await _ask(vendor, a=2)

    with pytest.raises(RateLimited) as caught:
        vendor.run(ask_twice())

    assert 50 < caught.value.retry_after_s < 61


def test_kept_answer_costs_no_request(tmp_path):
    clock = LeapingClock()
    answers = AnswerCache(tmp_path, ttl_s=60.0, clock=clock)
    vendor = Vendor({"trades": _OK}, clock=clock, answers=answers)

    async def ask_twice():
        await _ask(vendor, a=1)
        await _ask(vendor, a=1)
        await _ask(vendor, a=2)
        clock.pass_time(61)
        await _ask(vendor, a=1)

    vendor.run(ask_twice())

    assert [str(r.url.query, "ascii") for r in vendor.asked] == ["a=1", "a=2", "a=1"]
    assert (vendor.rest.requests, vendor.rest.cache_hits) == (3, 1)
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"SECRET" not in kept


def test_unreadable_answer_is_a_bad_message_and_not_kept(tmp_path):
    clock = LeapingClock()
    answers = AnswerCache(tmp_path / "cache", ttl_s=60.0, clock=clock)
    vendor = Vendor({"trades": b'{"next_url": 5}'}, clock=clock, answers=answers)

    with pytest.raises(BadMessage, match="cannot be read"):
        vendor.run(_ask(vendor))

    assert not (tmp_path / "cache").exists()


def test_what_a_plan_includes_is_remembered_over_restarts(tmp_path):
    clock, path = LeapingClock(), tmp_path / "plan.json"
    Entitlements("K", clock, path).note("quotes", allowed=False, said="upgrade")

    same, other = Entitlements("K", clock, path), Entitlements("L", clock, path)

    assert [each.words() for each in same.known()] == ["quotes: not in the plan (upgrade)"]
    assert other.known() == []
    assert b'"K"' not in path.read_bytes()


def test_damaged_memory_of_a_plan_is_learnt_anew(tmp_path):
    path = tmp_path / "plan.json"
    path.write_bytes(b'{"key":')

    assert Entitlements("K", LeapingClock(), path).known() == []


def test_forgotten_plan_is_tried_again():
    learnt = Entitlements("K", LeapingClock())
    learnt.note("quotes", allowed=False, said="upgrade")

    learnt.forget()

    assert learnt.refused("quotes") is None


def test_plan_that_is_unknown_is_refused_with_those_there_are():
    with pytest.raises(BadInput, match="basic, starter"):
        pace_of("gold")
