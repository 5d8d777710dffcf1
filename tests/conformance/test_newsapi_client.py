"""An independent client of NewsAPI against the simulator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from quantdeck.sims.newsapi.server import NewsApiSim
from quantdeck.sims.options.listed import Size
from tests.conformance.threaded import FridayClock, running

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def news() -> Iterator[NewsApiSim]:
    with running(NewsApiSim(clock=FridayClock(), seed=7, size=Size.SMALL)) as sim:
        yield sim


@pytest.fixture
def client(news: NewsApiSim, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return the client with its addresses, which are constants, on this machine."""
    pytest.importorskip("newsapi", reason="newsapi-python is not installed: run scripts/setup")
    from newsapi import NewsApiClient, const

    monkeypatch.setattr(const, "TOP_HEADLINES_URL", f"{news.base_url}/top-headlines")
    monkeypatch.setattr(const, "EVERYTHING_URL", f"{news.base_url}/everything")
    monkeypatch.setattr(const, "SOURCES_URL", f"{news.base_url}/sources")
    return NewsApiClient


def test_everything_is_searched_over_pages(client: Any) -> None:
    pages = [
        client("K").get_everything(
            q='apple AND (margins OR "record backlog")',
            language="en",
            sort_by="publishedAt",
            page_size=5,
            page=page,
        )
        for page in (1, 2)
    ]

    urls = [article["url"] for page in pages for article in page["articles"]]
    assert pages[0]["totalResults"] == pages[1]["totalResults"] > 10
    assert len(set(urls)) == 10


def test_days_limit_a_search(client: Any) -> None:
    found = client("K").get_everything(q="Coca-Cola", from_param="2026-11-16", to="2026-11-19")

    days = {article["publishedAt"][:10] for article in found["articles"]}
    assert days <= {"2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19"}
    assert days


def test_headlines_and_sources_are_told(client: Any) -> None:
    sources = client("K").get_sources(country="us")["sources"]
    headlines = client("K").get_top_headlines(sources=sources[0]["id"])

    assert headlines["articles"]
    assert {each["source"]["id"] for each in headlines["articles"]} == {sources[0]["id"]}


@pytest.mark.parametrize(
    ("asked", "code"),
    [({"q": "apple", "page": 2}, "maximumResultsReached"), ({}, "parametersMissing")],
)
def test_errors_carry_the_vendors_code(client: Any, asked: dict[str, Any], code: str) -> None:
    from newsapi.newsapi_exception import NewsAPIException

    with pytest.raises(NewsAPIException) as caught:
        client("developer").get_everything(**asked)

    assert caught.value.get_code() == code
