"""What the NewsAPI simulator answers, and how it overlaps with Polygon's news."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.sims.newsapi.harness import bench
from tests.sims.polygon import harness as polygon


def _get(path: str, **parameters: object) -> Any:
    async def scenario():
        async with bench() as at:
            return await at.get(path, **parameters)

    return asyncio.run(scenario())


def _refused(path: str, **parameters: object) -> tuple[int, str]:
    async def scenario():
        async with bench() as at:
            return await at.reply(path, **parameters)

    reply = asyncio.run(scenario())
    assert reply.body["status"] == "error"
    assert reply.body["message"]
    return reply.status, reply.body["code"]


def test_articles_have_every_field_and_the_newest_come_first() -> None:
    body = _get("/everything", q="apple")

    stamps = [row["publishedAt"] for row in body["articles"]]
    assert body["status"] == "ok"
    assert body["totalResults"] >= len(stamps) > 5
    assert stamps == sorted(stamps, reverse=True)
    assert set(body["articles"][0]) == {
        "source",
        "author",
        "title",
        "description",
        "url",
        "urlToImage",
        "publishedAt",
        "content",
    }


def test_pages_are_the_whole_once() -> None:
    async def scenario():
        async with bench() as at:
            asked = {"q": "simulated", "from_": "2026-11-19", "to": "2026-11-19"}
            whole = await at.get("/everything", pageSize=100, **asked)
            count = -(-whole["totalResults"] // 17)
            pages = [
                await at.get("/everything", pageSize=17, page=n + 1, **asked) for n in range(count)
            ]
            return whole, [row for page in pages for row in page["articles"]]

    whole, pages = asyncio.run(scenario())

    assert whole["totalResults"] > 60
    assert pages[:100] == whole["articles"]


def test_question_is_looked_for_where_it_is_asked_to() -> None:
    everywhere = _get("/everything", q="backlog")["totalResults"]
    in_titles = _get("/everything", q="backlog", searchIn="title")["totalResults"]

    assert everywhere > in_titles == 0


def test_domains_and_sources_choose_who_tells() -> None:
    chosen = _get("/everything", domains="wire.example")["articles"]
    left = _get("/everything", q="simulated", excludeDomains="wire.example")["articles"]
    named = _get("/everything", sources="invented-street")["articles"]

    assert {row["source"]["name"] for row in chosen} == {"Simulated Wire"}
    assert "Simulated Wire" not in {row["source"]["name"] for row in left}
    assert {row["source"]["id"] for row in named} == {"invented-street"}


def test_headlines_are_of_the_last_day() -> None:
    body = _get("/top-headlines", category="business")

    assert len(body["articles"]) == 20
    assert min(row["publishedAt"] for row in body["articles"]) > "2026-11-19T17:00"
    assert _get("/top-headlines", country="de")["articles"] == []


def test_sources_are_listed_under_both_addresses() -> None:
    assert _get("/top-headlines/sources") == _get("/sources")
    assert _get("/sources", language="de")["sources"] == []


def test_news_overlap_with_those_of_polygon_by_address_and_by_title() -> None:
    async def scenario():
        async with bench() as news, polygon.bench() as vendor:
            articles = await news.get("/everything", q="simulated", pageSize=100)
            stories = await vendor.get("/v2/reference/news", limit=80)
            return articles["articles"], stories["results"]

    articles, stories = asyncio.run(scenario())

    told = {story["article_url"]: story["title"] for story in stories}
    same = [row for row in articles if row["url"] in told]
    marked = [
        row
        for row in articles
        if row["url"] not in told and row["url"].removesuffix("?utm_source=newsapi") in told
    ]
    own = [row for row in articles if row["source"]["name"] == "Fictional Daily"]
    assert min(len(same), len(marked), len(own)) > 10
    for row in same:
        assert row["title"] == f"{told[row['url']]} - {row['source']['name']}"


def test_developer_plan_is_a_day_late() -> None:
    rows = _get("/everything", q="simulated", key="developer")["articles"]

    assert rows[0]["publishedAt"] < "2026-11-19T17:00:01"


@pytest.mark.parametrize(
    ("path", "parameters", "answer"),
    [
        ("/everything", {}, (400, "parametersMissing")),
        ("/top-headlines", {}, (400, "parametersMissing")),
        ("/everything", {"q": "a", "pageSize": 101}, (400, "parameterInvalid")),
        ("/everything", {"q": "a", "page": 0}, (400, "parameterInvalid")),
        ("/everything", {"q": "a", "sortBy": "luck"}, (400, "parameterInvalid")),
        ("/everything", {"q": "a", "from_": "soon"}, (400, "parameterInvalid")),
        ("/everything", {"q": "a", "searchIn": "url"}, (400, "parameterInvalid")),
        ("/everything", {"sources": "nobody"}, (400, "sourceDoesNotExist")),
        ("/everything", {"sources": ",".join(["x"] * 21)}, (400, "sourcesTooMany")),
        (
            "/top-headlines",
            {"sources": "simulated-wire", "country": "us"},
            (400, "parametersIncompatible"),
        ),
        ("/everything", {"q": "a", "key": None}, (401, "apiKeyMissing")),
        (
            "/everything",
            {"q": "simulated", "page": 2, "key": "developer"},
            (426, "maximumResultsReached"),
        ),
        (
            "/everything",
            {"q": "a", "from_": "2026-09-01", "key": "developer"},
            (426, "parameterInvalid"),
        ),
    ],
)
def test_refusals_have_the_vendors_codes(
    path: str, parameters: dict[str, Any], answer: tuple[int, str]
) -> None:
    assert _refused(path, **parameters) == answer
