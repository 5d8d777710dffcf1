"""The articles of the simulator: two thirds of the stories that Polygon tells, and some of its own.

Of those both tell, half have the very address, half one with a parameter of the aggregator; their titles end
with the name of the source, as NewsAPI's do. So that who merges both has something to find.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from quantdeck.sims.noise import generator
from quantdeck.sims.stocks.stories import EVERY_NS, PUBLISHERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quantdeck.sims.stocks.stories import Stories, Story

_LATER_NS = 90_000_000_000
_OWN_EVERY = 2
_TOPICS = (
    ("Markets drift ahead of a quiet week", "Traders wait for data."),
    ("Rates are what everybody talks about", "The curve moves little."),
    ("Gold and bonds find buyers", "Havens are asked for."),
    ("Volatility falls to a low of the season", "Options are cheap."),
)
_OWN_SOURCE = ("", "Fictional Daily", "daily.example")
SOURCES: tuple[dict[str, str], ...] = tuple(
    {
        "id": name,
        "name": words,
        "description": f"{words}: nothing it tells ever happened.",
        "url": f"https://{domain}",
        "category": "business",
        "language": "en",
        "country": "us",
    }
    for name, words, domain in PUBLISHERS
)
"""Sources that have an identifier."""


@dataclass(frozen=True, slots=True)
class Article:
    """One article.

    Parameters
    ----------
    source : tuple of str, str and str
        Identifier (may be empty), name and domain.
    title, description, content : str
        What.
    url : str
        Where.
    published_ns : int
        When. [ns]
    author : str
        Who; may be empty.
    """

    source: tuple[str, str, str]
    title: str
    description: str
    content: str
    url: str
    published_ns: int
    author: str

    def written(self) -> dict[str, Any]:
        """Return the article as it is written."""
        moment = datetime.fromtimestamp(self.published_ns // 1_000_000_000, UTC)
        name, words, domain = self.source
        return {
            "source": {"id": name or None, "name": words},
            "author": self.author or None,
            "title": self.title,
            "description": self.description,
            "url": self.url,
            "urlToImage": f"https://{domain}/images/news.png",
            "publishedAt": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "content": self.content,
        }


class Articles:
    """What there is to read.

    Parameters
    ----------
    stories : Stories
        Those of the market.
    seed : int
        Of the articles that NewsAPI alone has.
    """

    def __init__(self, stories: Stories, *, seed: int) -> None:
        self._stories, self._seed = stories, seed
        self._made = lru_cache(maxsize=8_192)(self._make)

    def between(self, after_ns: int, until_ns: int) -> Iterator[Article]:
        """Yield the articles published in ``(after, until]``, the newest first."""
        first = max(0, after_ns // EVERY_NS - 1)
        for number in range(until_ns // EVERY_NS, first - 1, -1):
            yield from (
                each for each in self._made(number) if after_ns < each.published_ns <= until_ns
            )

    def _make(self, number: int) -> tuple[Article, ...]:
        return tuple(sorted(self._of(number), key=lambda each: -each.published_ns))

    def _of(self, number: int) -> Iterator[Article]:
        if number % 3 != 2:
            yield _told(self._stories.story(number))
        if number % _OWN_EVERY == 0:
            rng = generator(self._seed, "newsapi", number)
            title, description = _TOPICS[int(rng.integers(len(_TOPICS)))]
            yield Article(
                _OWN_SOURCE,
                f"Simulated: {title} - {_OWN_SOURCE[1]}",
                f"{description} Simulated article {number}.",
                f"{description} Nothing of it happened… [+{120 + number % 900} chars]",
                f"https://{_OWN_SOURCE[2]}/markets/{number}",
                number * EVERY_NS + int(rng.integers(EVERY_NS // 10**9)) * 10**9,
                "",
            )


def _told(story: Story) -> Article:
    mark = "?utm_source=newsapi" if story.number % 3 == 1 else ""
    return Article(
        story.publisher,
        f"{story.title} - {story.publisher[1]}",
        story.description,
        f"{story.description}… [+{200 + story.number % 700} chars]",
        story.url + mark,
        # Rounded down to the interval, so that order and paging stay those of the stories.
        min(story.published_ns + _LATER_NS, (story.number + 1) * EVERY_NS - 1_000_000_000),
        story.author,
    )
