"""NewsAPI against a transport made of functions."""

from __future__ import annotations

import asyncio
import json
from random import Random

import httpx2
import pytest

from quantdeck.feeds.answer_cache import AnswerCache
from quantdeck.feeds.newsapi.client import NewsApi
from quantdeck.feeds.newsapi.news import headlines, queries, terms_of
from quantdeck.model.errors import (
    AuthFailed,
    BadInput,
    BadMessage,
    ConfigError,
    NotEntitled,
    RateLimited,
    VenueError,
)
from tests.net.conftest import LeapingClock

_ARTICLE = {
    "source": {"id": None, "name": "The Wire"},
    "author": None,
    "title": "Apple wins - The Wire",
    "description": "Shares of AAPL rise.",
    "url": "https://wire.example/1",
    "urlToImage": None,
    "publishedAt": "2026-11-20T14:03:00Z",
    "content": "Shares ... [+123 chars]",
}


def _ok(*articles):
    return {"status": "ok", "totalResults": len(articles), "articles": list(articles)}


def _run(ask, answer, status=200, **options):
    asked = []

    def respond(request):
        asked.append(request)
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        return httpx2.Response(status, content=content)

    client = NewsApi(
        key="SECRET",
        clock=options.pop("clock", None) or LeapingClock(),
        rng=Random(1),
        base_url="https://host/v2",
        transport=httpx2.MockTransport(respond),
        **options,
    )

    async def run():
        try:
            return await ask(client)
        finally:
            await client.close()

    return asked, asyncio.run(run()), client


def test_key_travels_in_the_header_only():
    asked, _, _ = _run(lambda client: client.everything("Apple"), _ok(_ARTICLE))

    (request,) = asked
    assert request.headers["X-Api-Key"] == "SECRET"
    assert "SECRET" not in str(request.url)
    assert dict(request.url.params) == {
        "q": "Apple",
        "language": "en",
        "sortBy": "publishedAt",
        "pageSize": "20",
    }


def test_missing_key_is_told_before_anything_is_asked():
    with pytest.raises(ConfigError, match="NEWS_API_KEY"):
        NewsApi(key="", clock=LeapingClock(), rng=Random(1))


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (401, "apiKeyInvalid", AuthFailed),
        (400, "apiKeyMissing", AuthFailed),
        (400, "parameterInvalid", BadInput),
        (426, "maximumResultsReached", NotEntitled),
        (418, "", RateLimited),
        (429, "rateLimited", RateLimited),
        (451, "", VenueError),
    ],
)
def test_refusal_is_the_error_it_means(status, code, error):
    with pytest.raises(error) as caught:
        _run(lambda c: c.everything("x"), {"status": "error", "code": code, "message": "M"}, status)

    assert "SECRET" not in str(caught.value)


def test_query_that_is_too_long_is_refused_before_it_is_sent():
    with pytest.raises(BadInput, match="500"):
        _run(lambda client: client.everything("x" * 501), _ok())


@pytest.mark.parametrize("body", [b"", b"{}", b'{"status":"ok","articles":5}', b"<html>"])
def test_answer_that_cannot_be_read_is_a_bad_message(body):
    with pytest.raises(BadMessage):
        _run(lambda client: client.everything("x"), body)


def test_article_that_cannot_be_read_takes_no_other_with_it():
    _, found, client = _run(lambda c: c.everything("x"), _ok({"title": 5}, _ARTICLE))

    assert len(found) == 1
    assert client.unreadable == 1


def test_kept_answer_costs_no_request(tmp_path):
    clock = LeapingClock()
    answers = AnswerCache(tmp_path, ttl_s=60, clock=clock)

    async def ask_twice(client):
        await client.everything("x")
        await client.everything("x")

    asked, _, _ = _run(ask_twice, _ok(_ARTICLE), clock=clock, answers=answers)

    assert len(asked) == 1


def test_headlines_name_the_companies_they_mention():
    companies = {"US:AAPL": "Apple Inc.", "US:MSFT": "Microsoft Corporation"}

    asked, (story,), _ = _run(lambda c: headlines(c, companies, count=5), _ok(_ARTICLE))

    assert story.symbols == ("US:AAPL",)
    assert (story.sources, story.publisher, story.sentiment) == (("newsapi",), "The Wire", None)
    assert asked[0].url.params["q"] == '"Apple" OR "AAPL" OR "Microsoft" OR "MSFT"'


@pytest.mark.parametrize("change", [{"title": "[Removed]"}, {"title": None}, {"publishedAt": "x"}])
def test_article_that_says_nothing_is_left_out(change):
    _, found, _ = _run(lambda c: headlines(c, {"US:A": ""}, count=5), _ok({**_ARTICLE, **change}))

    assert found == []


def test_headlines_on_nothing_are_the_top_ones():
    asked, found, _ = _run(lambda c: headlines(c, {}, count=5), _ok(_ARTICLE))

    assert asked[0].url.path == "/v2/top-headlines"
    assert len(found) == 1


def test_short_ticker_is_not_looked_for_as_a_word():
    assert terms_of("US:V", "Visa Inc.") == ("Visa",)
    assert terms_of("US:V", "") == ("V",)


def test_queries_are_split_where_they_grow_too_long():
    terms = [(f"Company number {n}",) for n in range(60)]

    made = queries(terms)

    assert all(len(each) <= 500 for each in made)
    assert " OR ".join(made).count('"') == 120


def test_publishers_can_be_listed():
    told = {"status": "ok", "sources": [{"id": "wire", "name": "The Wire"}, {"name": "no id"}]}

    _, found, _ = _run(lambda client: client.publishers(), told)

    assert [each.id for each in found] == ["wire"]
