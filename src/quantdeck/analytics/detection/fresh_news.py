"""Breaking news: stories that are new, about what somebody follows, and told for the first time.

A story is told before if an earlier one has nearly its title: of the pairs of neighbouring words of both
titles, without those that carry no meaning, the share that is in both (Jaccard) reaches `SAME`, and their
figures are the same, whatever the address and the vendor. So a story that is published again, days later
or elsewhere, is not news.

    score = weight (1 + 2 |sentiment|) (1 + ln(sources)) / sqrt(symbols named)

A story that names many companies is about none of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from quantdeck.analytics.headlines import address_of, merged, title_key
from quantdeck.model.findings import Finding
from quantdeck.model.instruments import root_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from quantdeck.model.headlines import Headline

SAME = 0.6
"""Share of common pairs of words from which on two titles are one story."""
LONGEST_TITLE = 120
"""Of a title in the words of a finding. [characters]"""
AHEAD_NS = 3_600_000_000_000
"""Publishers' clocks may be ahead by so much. [ns]"""

_FEWEST_PAIRS = 3
_EMPTY_WORDS = frozenset(
    (
        "a",
        "an",
        "and",
        "as",
        "at",
        "by",
        "for",
        "from",
        "in",
        "is",
        "its",
        "of",
        "on",
        "or",
        "the",
        "to",
    )
)


@dataclass(frozen=True, slots=True)
class NewsRules:
    """Which stories are told.

    Parameters
    ----------
    least : float
        Lowest score; 1 is a neutral story about one company that is watched.
    """

    least: float = 1.0


def fresh_news(
    stories: Iterable[Headline],
    weights: Mapping[str, float],
    *,
    since_ns: int,
    now_ns: int,
    rules: NewsRules | None = None,
) -> tuple[Finding, ...]:
    """Return the stories since a moment that nobody has told before.

    Parameters
    ----------
    stories : iterable of Headline
        Also those before, by which what is told again is known; in any order.
    weights : mapping of str to float
        How much a canonical symbol matters; stories about none of these are passed over.
    since_ns, now_ns : int
        Stories published after the first and not later than the second. [ns]
    rules : NewsRules or None
        Which are told.

    Returns
    -------
    tuple of Finding
        In order of time; see the module for the score.

    Examples
    --------
    >>> from quantdeck.model.headlines import Headline
    >>> def told(title, at):
    ...     return Headline(title=title, url="", publisher="", published_ns=at, sources=("x",), symbols=("US:KO",))
    >>> old, new = told("Coca-Cola raises its outlook for the year", 1), told("Coca-Cola buys a rival in Europe", 9)
    >>> again = told("Coca-Cola raises its outlook for the year again", 8)
    >>> [each.text for each in fresh_news([old, again, new], {"US:KO": 1.0}, since_ns=5, now_ns=10)]
    ['KO: Coca-Cola buys a rival in Europe']
    """
    least = (rules or NewsRules()).least
    found: list[Finding] = []
    told = _Told()
    for story in sorted(merged(stories), key=lambda each: (each.published_ns, each.title)):
        is_repeated = told.note(story.title, story.publisher)
        if is_repeated or not since_ns < story.published_ns <= now_ns + AHEAD_NS:
            continue
        score = score_of(story, weights)
        if score >= least:
            found.append(_finding(story, score, weights))
    return tuple(found)


def score_of(story: Headline, weights: Mapping[str, float]) -> float:
    """Return how much a story matters.

    Parameters
    ----------
    story : Headline
        With its symbols, sentiment and sources.
    weights : mapping of str to float
        How much a canonical symbol matters.

    Returns
    -------
    float
        See the module for the formula; 0 where it is about nothing that is followed.

    Examples
    --------
    >>> from quantdeck.model.headlines import Headline, Sentiment
    >>> bad = Headline(title="T", url="", publisher="", published_ns=0, sources=("x",),
    ...                symbols=("US:KO",), sentiment=Sentiment(-0.5, "x"))
    >>> score_of(bad, {"US:KO": 1.0}), score_of(bad, {"US:PEP": 1.0})
    (2.0, 0.0)
    """
    weight = max((weights.get(symbol, 0.0) for symbol in story.symbols), default=0.0)
    strength = 0.0 if story.sentiment is None else abs(story.sentiment.score)
    told_by = 1.0 + math.log(max(1, len(story.sources)))
    return weight * (1.0 + 2.0 * strength) * told_by / math.sqrt(max(1, len(story.symbols)))


def pairs_of(title: str, publisher: str = "") -> frozenset[tuple[str, str]]:
    """Return the pairs of neighbouring words of a title.

    Parameters
    ----------
    title : str
        As a service wrote it.
    publisher : str
        Left out where it stands at the end of the title.

    Returns
    -------
    frozenset of (str, str)
        Empty where there are too few to be compared.

    Examples
    --------
    >>> sorted(pairs_of("Apple beats the estimates again"))
    [('apple', 'beats'), ('beats', 'estimates'), ('estimates', 'again')]
    >>> pairs_of("Apple beats")
    frozenset()
    """
    words = [w for w in title_key(title, publisher).split() if w not in _EMPTY_WORDS]
    pairs = frozenset(pairwise(words))
    return pairs if len(pairs) >= _FEWEST_PAIRS else frozenset()


class _Told:
    # Titles that share no pair of words have nothing in common: only those with one are compared.
    def __init__(self) -> None:
        self._titles: list[frozenset[tuple[str, str]]] = []
        self._with: dict[tuple[str, str], list[int]] = {}

    def note(self, title: str, publisher: str) -> bool:
        pairs = pairs_of(title, publisher)
        if not pairs:
            return False
        near = {at for pair in pairs for at in self._with.get(pair, ())}
        for at in near:
            other = self._titles[at]
            is_near = len(pairs & other) >= SAME * len(pairs | other)
            if is_near and _figures(pairs) == _figures(other):
                return True
        number = len(self._titles)
        self._titles.append(pairs)
        for pair in pairs:
            self._with.setdefault(pair, []).append(number)
        return False


def _figures(pairs: frozenset[tuple[str, str]]) -> set[str]:
    return {word for pair in pairs for word in pair if any(map(str.isdigit, word))}


def _finding(story: Headline, score: float, weights: Mapping[str, float]) -> Finding:
    about = sorted(
        (symbol for symbol in story.symbols if weights.get(symbol, 0.0) > 0),
        key=lambda symbol: -weights[symbol],
    )
    title = " ".join(story.title.split())
    if len(title) > LONGEST_TITLE:
        title = f"{title[: LONGEST_TITLE - 1]}…"
    sounds = ""
    if story.sentiment is not None and story.sentiment.label != "neutral":
        sounds = f" ({story.sentiment.label} {story.sentiment.score:+.2f}, {story.sentiment.by})"
    # The title first: the address is that of whoever told it first, as far as is known by now.
    name = title_key(story.title, story.publisher) or address_of(story.url) or story.id
    return Finding(
        key=f"news|{name[:300]}",
        kind="news",
        symbol=about[0],
        ts_ns=story.published_ns,
        score=score,
        text=f"{_names(about)}: {title}{sounds}",
        url=story.url,
        source=", ".join(story.sources),
    )


def _names(symbols: Sequence[str]) -> str:
    shown = ", ".join(root_of(symbol) for symbol in symbols[:3])
    return f"{shown} and {len(symbols) - 3} more" if len(symbols) > 3 else shown
