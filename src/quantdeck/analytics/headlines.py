"""Stories of several services as one list: each once, with all that was said of it.

Two reports are one story if their addresses are the same but for what tracks the reader, or if their
titles are the same but for case, punctuation and the publisher's name, within a few days.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from msgspec.structs import replace

from quantdeck.model.headlines import Headline, Sentiment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quantdeck.model.collected import Story

SAME_STORY_NS = 3 * 86_400 * 1_000_000_000
"""Equal titles further apart are two stories: some return every week. [ns]"""

_SHORTEST_TITLE = 12
_ADDRESS = re.compile(r"^[a-z][a-z0-9+.-]*://(?:[^/@]*@)?(?:www\.|m\.|amp\.)?", re.IGNORECASE)
_TRACKING = re.compile(
    r"^(utm_[a-z]+|cmpid|fbclid|gclid|guccounter|guce_.*|mod|ref|src|source|ncid|tsrc|yptr|\.tsrc)$",
    re.IGNORECASE,
)
_NO_WORD = re.compile(r"[\W_]+")
_BYLINE = re.compile(r"\s+[-–—|]\s+([^-–—|]{2,40})$")


def address_of(url: str) -> str:
    """Return what names a page, without scheme, ``www.``, tracking and fragment.

    Parameters
    ----------
    url : str
        As a service wrote it.

    Returns
    -------
    str
        Empty where there is no address.

    Examples
    --------
    >>> address_of("https://www.Example.com/a/?utm_source=x&id=7#top")
    'example.com/a?id=7'
    """
    bare, found = _ADDRESS.subn("", url.strip())
    if not found:
        return ""
    page, _, query = bare.partition("#")[0].partition("?")
    host, slash, path = page.partition("/")
    parts = sorted(p for p in query.split("&") if p and not _TRACKING.match(p.partition("=")[0]))
    place = (host.lower().removesuffix(":443").removesuffix(":80") + slash + path).rstrip("/")
    return f"{place}?{'&'.join(parts)}" if parts else place


def title_key(title: str, publisher: str = "") -> str:
    """Return a title reduced to its words.

    Parameters
    ----------
    title : str
        As a service wrote it.
    publisher : str
        Left out where it stands at the end of the title.

    Returns
    -------
    str
        Empty where the title is too short to tell stories apart.

    Examples
    --------
    >>> title_key("Apple beats estimates, raises outlook - Reuters", "Reuters")
    'apple beats estimates raises outlook'
    """
    byline = _BYLINE.search(title)
    if byline is not None and _words(byline[1]) == _words(publisher):
        title = title[: byline.start()]
    words = _words(title)
    return words if len(words) >= _SHORTEST_TITLE else ""


def headline_of(story: Story, source: str) -> Headline:
    """Return what one source told, as it was kept, as a story that others may have told, too.

    Parameters
    ----------
    story : Story
        As kept.
    source : str
        Who told it.

    Returns
    -------
    Headline
        With this source alone.

    Examples
    --------
    >>> from quantdeck.model.collected import Story
    >>> story = Story(id="1", headline="T", published_ns=1, updated_ns=1, sentiment=0.5, sentiment_by="x")
    >>> told = headline_of(story, "polygon")
    >>> told.title, told.sources, told.sentiment.label
    ('T', ('polygon',), 'positive')
    """
    said = None
    if story.sentiment is not None:
        said = Sentiment(story.sentiment, story.sentiment_by)
    return Headline(
        title=story.headline,
        url=story.url,
        publisher=story.publisher,
        published_ns=story.published_ns,
        sources=(source,),
        summary=story.summary,
        symbols=story.symbols,
        sentiment=said,
        id=story.id,
    )


def merged(stories: Iterable[Headline]) -> list[Headline]:
    """Return stories of several services, each once, newest first.

    Parameters
    ----------
    stories : iterable of Headline
        In any order; of reports of one story the earliest gives title, address and time, and the first
        that has any gives summary and sentiment.

    Returns
    -------
    list of Headline
        With the sources, symbols and insights of all reports of a story.
    """
    found: list[Headline] = []
    by_address: dict[str, int] = {}
    by_title: dict[str, int] = {}
    for story in sorted(stories, key=_order):
        address, title = address_of(story.url), title_key(story.title, story.publisher)
        at = by_address.get(address) if address else None
        if at is None and title:
            at = by_title.get(title)
            if at is not None and story.published_ns - found[at].published_ns > SAME_STORY_NS:
                at = None
        if at is None:
            at = len(found)
            found.append(story)
        else:
            found[at] = _with(found[at], story)
        if address:
            by_address.setdefault(address, at)
        if title:
            by_title[title] = at
    return sorted(found, key=lambda each: (-each.published_ns, each.title))


def _order(story: Headline) -> tuple[int, tuple[str, ...], str, str]:
    return story.published_ns, story.sources, story.url, story.title


def _with(first: Headline, other: Headline) -> Headline:
    return replace(
        first,
        summary=first.summary or other.summary,
        url=first.url or other.url,
        sources=tuple(dict.fromkeys((*first.sources, *other.sources))),
        symbols=tuple(dict.fromkeys((*first.symbols, *other.symbols))),
        sentiment=first.sentiment or other.sentiment,
        insights=tuple(dict.fromkeys((*first.insights, *other.insights))),
    )


def _words(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return _NO_WORD.sub(" ", letters.replace("'", "").replace("\u2019", "")).strip()
