"""How a headline sounds, by a list of words."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from quantdeck.feeds import sentiment
from quantdeck.feeds.sentiment import has_word_list, scored, word_list
from quantdeck.model.headlines import Headline, Sentiment

_STORY = Headline(
    title="JPMorgan faces lawsuit over fraud", url="", publisher="", published_ns=0, sources=("x",)
)


def test_vendors_own_score_is_kept():
    said = Sentiment(1.0, "polygon")

    assert scored(replace(_STORY, sentiment=said), lambda _: -1.0).sentiment == said


def test_story_stays_without_a_score_where_the_list_is_not_installed(monkeypatch):
    monkeypatch.setattr(sentiment, "word_list", lambda: None)

    assert scored(_STORY).sentiment is None


def test_word_list_scores_as_its_authors_published():
    if not has_word_list():
        pytest.skip("nltk-vader-sentiment is not installed")
    score = word_list()

    assert score is not None
    # The reference implementation, vaderSentiment 3.3.2.
    assert score("JPMorgan faces lawsuit over fraud") == -0.6908
    assert score("Microsoft wins huge contract") == 0.7184
    assert scored(_STORY).sentiment == Sentiment(-0.6908, "vader")
