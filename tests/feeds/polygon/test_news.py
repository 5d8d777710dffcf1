"""Polygon's news as headlines."""

from __future__ import annotations

import pytest

from quantdeck.feeds.polygon.news import news
from quantdeck.model.headlines import Sentiment
from tests.feeds.polygon.vendor import Vendor


def _article(number, **fields):
    return {
        "id": f"a{number}",
        "title": f"Title {number}",
        "published_utc": f"2026-11-20T14:{number:02}:00Z",
        "publisher": {"name": "The Wire", "homepage_url": "https://wire.example"},
        "article_url": f"https://wire.example/{number}",
        "tickers": ["AAPL"],
        **fields,
    }


def _news(*pages, symbols=("US:AAPL",), count=10):
    answers = [{"status": "OK", "results": list(page)} for page in pages]
    for number, answer in enumerate(answers[:-1]):
        answer["next_url"] = f"https://x/v2/reference/news?cursor={number}"
    vendor = Vendor({"news": answers})
    return vendor, vendor.run(news(vendor.rest, symbols, count=count))


def test_articles_are_headlines_newest_first():
    vendor, found = _news([_article(1), _article(3), _article(2)])

    assert [each.title for each in found] == ["Title 3", "Title 2", "Title 1"]
    first = found[0]
    assert (first.publisher, first.sources, first.symbols) == (
        "The Wire",
        ("polygon",),
        ("US:AAPL",),
    )
    assert dict(vendor.asked[0].url.params)["ticker"] == "AAPL"


def test_sentiment_is_that_of_the_companies_asked_for():
    insights = [
        {"ticker": "MSFT", "sentiment": "negative", "sentiment_reasoning": "loses"},
        {"ticker": "AAPL", "sentiment": "positive", "sentiment_reasoning": "wins\n"},
        {"ticker": "KO", "sentiment": "mixed"},
    ]

    _, (story,) = _news([_article(1, insights=insights)])

    assert story.sentiment == Sentiment(1.0, "polygon")
    assert [(i.symbol, i.label, i.reasoning) for i in story.insights] == [
        ("US:MSFT", "negative", "loses"),
        ("US:AAPL", "positive", "wins"),
    ]


def test_sentiment_of_all_companies_is_their_mean():
    insights = [{"ticker": t, "sentiment": s} for t, s in (("A", "positive"), ("B", "neutral"))]

    _, (story,) = _news([_article(1, insights=insights)], symbols=())

    assert story.sentiment == Sentiment(0.5, "polygon")


def test_pages_are_followed_until_there_are_enough():
    vendor, found = _news(
        [_article(n) for n in (9, 8)], [_article(n) for n in (7, 6)], [_article(5)], count=3
    )

    assert [each.title for each in found] == ["Title 9", "Title 8", "Title 7"]
    assert len(vendor.asked) == 2


@pytest.mark.parametrize("bad", [{"id": 5}, {"id": "x"}, _article(1, published_utc="soon")])
def test_article_that_cannot_be_read_takes_no_other_with_it(bad):
    vendor, found = _news([bad, _article(2)])

    assert [each.title for each in found] == ["Title 2"]
    assert vendor.rest.unreadable == 1


def test_text_from_outside_cannot_steer_a_terminal():
    _, (story,) = _news(
        [_article(1, title="A \x1b[2J<script>x</script>\nB &amp; C", tickers=["?"])]
    )

    assert story.title == "A [2J x B & C"
    assert story.symbols == ()


def test_article_on_two_companies_is_told_once():
    _, found = _news([_article(1)], symbols=("US:AAPL", "US:MSFT"))

    assert len(found) == 1
