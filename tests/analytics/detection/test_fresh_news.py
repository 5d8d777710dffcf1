from __future__ import annotations

from typing import Any

from quantdeck.analytics.detection.fresh_news import fresh_news
from quantdeck.model.headlines import Headline, Sentiment

WEIGHTS = {"US:KO": 1.0, "US:AAPL": 2.0}


def story(title: str, at: int, *, symbols: tuple[str, ...] = ("US:KO",), **more: Any) -> Headline:
    source = more.pop("source", "polygon")
    fields: dict[str, Any] = {"url": f"https://{source}.example/{title[:20]}{at}", "publisher": "P"}
    fields |= more
    return Headline(title=title, published_ns=at, sources=(source,), symbols=symbols, **fields)


def titles(stories: list[Headline], *, since: int = 100, now: int = 1000) -> list[str]:
    found = fresh_news(stories, WEIGHTS, since_ns=since, now_ns=now)
    return [each.text.partition(": ")[2] for each in found]


def test_fresh_news_of_two_vendors_is_one_finding() -> None:
    told = [
        story("Coca-Cola beats estimates and raises outlook", 200),
        story("Coca-Cola beats estimates, raises outlook", 210, source="newsapi"),
    ]

    assert titles(told) == ["Coca-Cola beats estimates and raises outlook"]


def test_fresh_news_with_another_figure_are_another_story() -> None:
    told = [story(f"Coca-Cola raises its dividend for the {n}th year", 200 + n) for n in (62, 63)]

    assert len(titles(told)) == 2


def test_fresh_news_of_the_same_address_is_one_finding() -> None:
    told = [
        story("Coca-Cola beats estimates again", 200, url="https://x.example/a?utm_source=q"),
        story("A wholly different title for the same page", 210, url="https://x.example/a"),
    ]

    assert titles(told) == ["Coca-Cola beats estimates again"]


def test_fresh_news_before_the_span_are_not_new() -> None:
    assert titles([story("Coca-Cola beats estimates again", 99)]) == []


def test_fresh_news_of_tomorrow_are_not_told() -> None:
    in_a_day = 86_400_000_000_000

    assert titles([story("Coca-Cola beats estimates again", in_a_day)]) == []


def test_fresh_news_about_others_are_not_relevant() -> None:
    assert titles([story("Pepsi beats estimates this time", 200, symbols=("US:PEP",))]) == []


def test_fresh_news_that_name_many_companies_are_about_none() -> None:
    many = ("US:KO", *(f"US:X{n}" for n in range(9)))

    assert titles([story("Ten stocks to watch in the week ahead", 200, symbols=many)]) == []


def test_fresh_news_that_sound_strong_score_higher() -> None:
    plain = story("Coca-Cola opens a plant in Ohio", 200)
    grave = story("Regulator sues Coca-Cola over pricing", 201, sentiment=Sentiment(-0.8, "vader"))

    found = fresh_news([plain, grave], WEIGHTS, since_ns=100, now_ns=1000)

    assert [round(each.score, 1) for each in found] == [1.0, 2.6]
    assert found[1].text.endswith("(negative -0.80, vader)")


def test_fresh_news_name_first_what_matters_most() -> None:
    both = story("Apple and Coca-Cola announce a venture", 200, symbols=("US:KO", "US:AAPL"))

    found = fresh_news([both], WEIGHTS, since_ns=100, now_ns=1000)

    assert (found[0].symbol, found[0].text[:8]) == ("US:AAPL", "AAPL, KO")
