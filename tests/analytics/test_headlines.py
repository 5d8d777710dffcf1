"""Stories of several services as one list."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from quantdeck.analytics.headlines import SAME_STORY_NS, address_of, merged, title_key
from quantdeck.model.headlines import Headline, Insight, Sentiment

_T0 = 1_795_000_000_000_000_000
_MINUTE = 60 * 10**9


def _story(title="Apple beats estimates", url="https://a.com/1", at=0, source="polygon", **more):
    return Headline(
        title=title,
        url=url,
        publisher=more.pop("publisher", "Wire"),
        published_ns=_T0 + at * _MINUTE,
        sources=(source,),
        **more,
    )


def test_same_address_but_for_tracking_is_one_story():
    first = _story(url="https://www.a.com/1?utm_source=feed", symbols=("US:AAPL",))
    second = _story(
        "Quite another title", "http://a.com/1/#top", 5, "newsapi", symbols=("US:MSFT",)
    )

    (story,) = merged([second, first])

    assert story.sources == ("polygon", "newsapi")
    assert story.title == first.title
    assert story.symbols == ("US:AAPL", "US:MSFT")


def test_same_title_but_for_case_and_publisher_is_one_story():
    first = _story("Apple beats estimates, raises outlook")
    second = _story(
        "APPLE BEATS ESTIMATES; raises outlook - Reuters", "https://b.com", 9, "newsapi"
    )

    stories = merged([first, replace(second, publisher="Reuters")])

    assert [each.url for each in stories] == [first.url]


def test_same_title_weeks_apart_are_two_stories():
    later = _story(url="https://b.com", at=SAME_STORY_NS // _MINUTE + 1)

    assert len(merged([_story(), later])) == 2


def test_short_titles_tell_no_stories_apart():
    assert len(merged([_story("Markets"), _story("Markets", "https://b.com")])) == 2


def test_sentiment_of_whoever_has_one_is_kept():
    said = Sentiment(1.0, "polygon")
    insight = Insight("US:AAPL", "positive", "it grows")

    (story,) = merged(
        [_story(source="newsapi"), _story(at=1, sentiment=said, insights=(insight,), summary="S")]
    )

    assert (story.sentiment, story.insights, story.summary) == (said, (insight,), "S")
    assert story.published_ns == _T0


def test_newest_comes_first():
    stories = merged([_story(at=1), _story("Microsoft wins a contract", "https://c.com", at=2)])

    assert [each.published_ns for each in stories] == sorted(
        (each.published_ns for each in stories), reverse=True
    )


def test_stories_without_an_address_are_known_by_title():
    assert len(merged([_story(url=""), _story(url=""), _story("Something else now", "")])) == 2


def test_parameters_that_name_the_page_are_kept():
    assert address_of("https://a.com/story?id=1") != address_of("https://a.com/story?id=2")
    assert address_of("https://a.com/?b=2&a=1") == address_of("https://a.com?a=1&b=2&ref=x")
    assert address_of("no address") == ""


def test_accents_and_apostrophes_do_not_tell_titles_apart():
    assert title_key("Nestl\u00e9\u2019s profit rises") == title_key("Nestle's Profit Rises!")


_titles = st.sampled_from(
    [
        "Apple beats estimates",
        "Apple Beats Estimates",
        "Fed keeps rates",
        "Markets",
        "Oil falls again",
    ]
)
_stories = st.builds(
    _story,
    title=_titles,
    url=st.sampled_from(["https://a.com/1", "https://www.a.com/1?utm_x=1", "https://b.com", ""]),
    at=st.integers(0, 10_000),
    source=st.sampled_from(["polygon", "newsapi"]),
)


@given(st.lists(_stories, max_size=8), st.randoms(use_true_random=False))
def test_order_of_the_reports_does_not_matter(stories, random):
    shuffled = list(stories)
    random.shuffle(shuffled)

    once, turned = merged(stories), merged(shuffled)

    key = lambda found: [(each.published_ns, sorted(each.sources)) for each in found]  # noqa: E731
    assert key(once) == key(turned)


@given(st.lists(_stories, max_size=8))
def test_stories_are_never_more_than_reports_and_keep_every_source(stories):
    found = merged(stories)

    assert len(found) <= len(stories)
    assert {s for each in found for s in each.sources} == {s for x in stories for s in x.sources}
