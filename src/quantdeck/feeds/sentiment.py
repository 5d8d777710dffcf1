"""How a headline sounds, by a list of words, for vendors that do not say.

VADER is a list of some 7,500 English words with a few rules; it knows nothing of finance: "beats
estimates" is neutral to it and "shares" is good. Its score is a hint beside a vendor's own, not instead.

Source: C. Hutto and E. Gilbert, "VADER: A Parsimonious Rule-based Model for Sentiment Analysis of Social
Media Text", ICWSM 2014.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from msgspec.structs import replace

from quantdeck.model.headlines import Headline, Sentiment

WORD_LIST = "vader"
"""Name of the list, as told beside every score."""

Scorer = Callable[[str], float]
"""Takes a text and returns its score, -1 to 1."""


def has_word_list() -> bool:
    """Return whether the list is installed (``pip install 'quantdeck[sentiment]'``)."""
    return find_spec("vader") is not None


def scored(story: Headline, scorer: Scorer | None = None) -> Headline:
    """Return a story with a score by the word list where it has none, and where the list is installed.

    Parameters
    ----------
    story : Headline
        Any.
    scorer : callable or None
        Takes a text; the installed list where None.

    Examples
    --------
    >>> story = Headline(title="Good", url="", publisher="", published_ns=0, sources=("x",))
    >>> scored(story, lambda text: 0.5).sentiment
    Sentiment(score=0.5, by='vader')
    """
    if story.sentiment is not None:
        return story
    score = scorer or word_list()
    if score is None:
        return story
    return replace(story, sentiment=Sentiment(score(story.title), WORD_LIST))


@lru_cache(maxsize=1)
def word_list() -> Scorer | None:
    """Return what scores a text; None where the list is not installed."""
    if not has_word_list():
        return None
    # By name: it is optional, and has no types.
    analyzer: Any = import_module("vader").SentimentIntensityAnalyzer()
    return lambda text: float(analyzer.polarity_scores(text)["compound"])
