"""Work that somebody starts and watches: a check of keys, a collection, the filling of a gap."""

from __future__ import annotations

from typing import Protocol

import msgspec


class JobQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be done.

    Parameters
    ----------
    kind : str
        Which job, such as ``collect``.
    symbols : tuple of str
        As a person types them; what the job does by itself where empty.
    first, last : str
        Days as ``2025-01-31``, of jobs that take a span; empty elsewhere.
    target : str
        What a model is to foretell, of jobs that train; as the settings say where empty.
    horizon : int or None
        Sessions ahead, likewise.
    trials : int or None
        Sets of parameters that a search tries; its default where None.
    """

    kind: str
    symbols: tuple[str, ...] = ()
    first: str = ""
    last: str = ""
    target: str = ""
    horizon: int | None = None
    trials: int | None = None


class JobReport(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it.

    Parameters
    ----------
    said : str
        In a sentence.
    failures : tuple of str
        What failed, one sentence each; the rest was done.
    not_included : tuple of str
        What the plans of the keys do not include.
    requests, cache_hits : int or None
        Answers fetched from vendors and found in the cache; None where nobody counts.
    rows : int
        Rows that are kept and were not before.
    """

    said: str
    failures: tuple[str, ...] = ()
    not_included: tuple[str, ...] = ()
    requests: int | None = None
    cache_hits: int | None = None
    rows: int = 0


class JobTeller(Protocol):
    """Takes what a job says while it works."""

    def line(self, text: str, *, tone: str = "plain") -> None:
        """Add a line to the log; `tone` is ``plain``, ``good`` or ``bad``."""
        ...

    def progress(self, done: int, of: int) -> None:
        """Tell how many steps of how many are done."""
        ...


class Job(Protocol):
    """One kind of work. Cancelled, it leaves what it has kept."""

    def check(self, question: JobQuestion) -> None:
        """Look at a question before it is begun.

        Raises
        ------
        BadInput
            If a symbol or a day is none, or one is missing.
        """
        ...

    async def run(self, question: JobQuestion, tell: JobTeller) -> JobReport:
        """Do the work.

        Raises
        ------
        QuantdeckError
            If nothing of it can be done.
        """
        ...
