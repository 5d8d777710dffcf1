"""News: one story, whoever told it, and what it says of whom."""

from __future__ import annotations

import msgspec


class Sentiment(msgspec.Struct, frozen=True):
    """How a story sounds.

    Parameters
    ----------
    score : float
        From -1, bad, to 1, good. [1]
    by : str
        Who says so: a vendor, or the name of a word list.
    """

    score: float
    by: str

    @property
    def label(self) -> str:
        """The score in a word.

        Examples
        --------
        >>> Sentiment(0.3, "vader").label, Sentiment(0.0, "vader").label
        ('positive', 'neutral')
        """
        if abs(self.score) < NEUTRAL:
            return "neutral"
        return "positive" if self.score > 0 else "negative"


NEUTRAL = 0.05
"""Scores nearer to 0 are neutral: the bound that the authors of VADER recommend."""


class Insight(msgspec.Struct, frozen=True):
    """What a vendor reads out of a story for one company.

    Parameters
    ----------
    symbol : str
        Canonical symbol.
    label : str
        ``positive``, ``neutral`` or ``negative``.
    reasoning : str
        Its reason in a sentence; empty where it gives none.
    """

    symbol: str
    label: str
    reasoning: str = ""


class Headline(msgspec.Struct, frozen=True, kw_only=True):
    """One story as it is known now.

    Parameters
    ----------
    title, summary : str
        Plain text in one line.
    url : str
        Where it is to be read; empty where unknown.
    publisher : str
        Who wrote it.
    published_ns : int
        When it was published, UTC. [ns]
    sources : tuple of str
        Services that brought it, such as ``polygon``.
    symbols : tuple of str
        Canonical symbols it is about, as far as known.
    sentiment : Sentiment or None
        How it sounds; None where nobody said.
    insights : tuple of Insight
        What a vendor reads out of it for single companies.
    id : str
        The first source's name for it, or its address; empty where it has neither.
    """

    title: str
    url: str
    publisher: str
    published_ns: int
    sources: tuple[str, ...]
    summary: str = ""
    symbols: tuple[str, ...] = ()
    sentiment: Sentiment | None = None
    insights: tuple[Insight, ...] = ()
    id: str = ""
