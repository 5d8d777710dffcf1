"""NewsAPI when plans lack something and servers misbehave."""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from quantdeck.analytics.headlines import merged
from quantdeck.feeds.newsapi.client import NewsApi
from quantdeck.feeds.newsapi.news import headlines
from quantdeck.feeds.polygon.endpoints import pace_of
from quantdeck.feeds.polygon.news import news
from quantdeck.feeds.polygon.rest import PolygonRest
from quantdeck.model.errors import AuthFailed, BadMessage, RateLimited
from quantdeck.sims.newsapi.server import NewsApiSim
from quantdeck.sims.options.listed import Size
from quantdeck.sims.polygon.server import PolygonSim
from tests.faults.polygon_rig import FridayClock

_COMPANIES = {"US:AAPL": "Apple Inc.", "US:MSFT": "Microsoft Corporation"}
_DAY_NS = 86_400 * 10**9


def ask(question, *faults, key="K"):
    async def run():
        clock = FridayClock()
        async with NewsApiSim(size=Size.SMALL, faults=faults, clock=clock) as sim:
            client = NewsApi(key=key, clock=clock, rng=Random(1), base_url=sim.base_url)
            try:
                return await question(client, clock)
            finally:
                await client.close()

    return asyncio.run(run())


async def _headlines(client, clock):
    return await headlines(client, _COMPANIES, count=50), client, clock.now_ns()


def test_headlines_are_on_the_companies_asked_for():
    found, client, _ = ask(_headlines)

    assert found
    assert client.unreadable == 0
    assert all(set(each.symbols) & set(_COMPANIES) for each in found)
    assert [e.published_ns for e in found] == sorted((e.published_ns for e in found), reverse=True)


def test_articles_of_the_free_plan_are_a_day_old():
    found, _, now_ns = ask(_headlines, key="developer")

    assert found
    assert all(now_ns - each.published_ns >= _DAY_NS for each in found)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("key-invalid", AuthFailed),
        ("key-disabled", AuthFailed),
        ("key-exhausted", RateLimited),
        ("429=0", RateLimited),
        ("garbage-rest", BadMessage),
    ],
)
def test_fault_is_the_error_it_means(fault, error):
    with pytest.raises(error) as caught:
        ask(_headlines, fault)

    assert error is not AuthFailed or "NEWS_API_KEY" in str(caught.value)


@pytest.mark.parametrize("fault", ["removed=0.5", "missing-fields=0.5", "duplicates=0.5"])
def test_articles_that_are_spoilt_leave_the_others(fault):
    found, _, _ = ask(_headlines, fault)

    stories = merged(found)

    assert stories
    assert all(each.title != "[Removed]" for each in stories)
    assert len({each.url for each in stories if each.url}) == len([s for s in stories if s.url])


def test_stories_of_both_services_are_told_once():
    async def question(client, clock):
        async with PolygonSim(size=Size.SMALL, clock=clock) as sim:
            rest = PolygonRest(
                key="advanced",
                clock=clock,
                rng=Random(1),
                pace=pace_of("advanced"),
                base_url=sim.rest_url,
            )
            try:
                ours = await news(rest, list(_COMPANIES), count=50)
            finally:
                await rest.close()
        return ours, await headlines(client, _COMPANIES, count=50)

    ours, others = ask(question)
    stories = merged(ours + others)

    assert len(stories) < len(ours) + len(others)
    both = [story for story in stories if len(story.sources) == 2]
    assert both
    assert all(story.sentiment is not None for story in both)
