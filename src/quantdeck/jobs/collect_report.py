"""What a collector was to fetch, and what became of it."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from quantdeck.model.errors import BadInput


class Part(StrEnum):
    """What is collected of a symbol; the value is how it is written."""

    DAYS = "days"
    SPLITS = "splits"
    DIVIDENDS = "dividends"
    MINUTES = "minutes"
    QUOTE = "quote"
    CHAIN = "chain"
    FUNDAMENTALS = "fundamentals"
    AVERAGE = "sma"
    NEWS = "news"


class Outcome(StrEnum):
    """What became of one part of one symbol."""

    NEW = "new"
    """Something was kept that was not there before."""
    SAME = "same"
    """Everything was there already."""
    NONE = "none"
    """The vendor has none of it."""
    NOT_INCLUDED = "not in the plan"
    FAILED = "failed"
    SKIPPED = "not tried"
    """The vendor had failed too often in a row."""


class CollectPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What is collected, and how much of it.

    Parameters
    ----------
    symbols : tuple of str
        Canonical symbols of stocks, each once.
    parts : tuple of Part
        Which parts.
    sessions : int
        Newest sessions whose daily bars are present afterwards.
    window : int
        Sessions of the moving average.
    expiries : int
        Nearest expiries of each chain. Weekly ones reach over 30 days, at which volatilities are told.
    stories : int
        Newest stories about each company.
    keep_chains : int
        Snapshots kept of each underlying.
    at_once : int
        Symbols that are seen to at the same time.

    Raises
    ------
    BadInput
        If a number makes no sense, or nothing is wanted.
    """

    symbols: tuple[str, ...]
    parts: tuple[Part, ...] = tuple(Part)
    sessions: int = 60
    window: int = 50
    expiries: int = 6
    stories: int = 20
    keep_chains: int = 500
    at_once: int = 1

    def __post_init__(self) -> None:
        if not self.symbols:
            raise BadInput("there is no symbol to collect; name some with --symbols AAPL,MSFT")
        if not self.parts:
            raise BadInput(f"there is nothing to collect; there are {', '.join(Part)}")
        for name in ("sessions", "expiries", "stories", "keep_chains", "at_once"):
            if getattr(self, name) < 1:
                raise BadInput(f"{name} is 1 at least, was {getattr(self, name)}")
        if self.window <= 1:
            raise BadInput(f"the window of an average is 2 sessions at least, was {self.window}")


class Collected(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one part of one symbol.

    Parameters
    ----------
    symbol : str
        Canonical symbol; empty for the headlines of a vendor that is asked about all at once.
    part : Part
        Which.
    outcome : Outcome
        How it ended.
    new, changed : int
        Rows that were not there, and that were there with other figures.
    detail : str
        In words; why, where it failed.
    difference : float or None
        Of the vendor's moving average less ours. [currency]
    """

    symbol: str
    part: Part
    outcome: Outcome
    new: int = 0
    changed: int = 0
    detail: str = ""
    difference: float | None = None

    def words(self) -> str:
        """Return it as a line of a log.

        Examples
        --------
        >>> Collected(symbol="US:AAPL", part=Part.DAYS, outcome=Outcome.NEW, new=60).words()
        'US:AAPL days: new, 60 rows new, 0 changed'
        """
        words = f"{self.symbol or 'headlines'} {self.part.value}: {self.outcome.value}"
        if self.new or self.changed:
            words += f", {self.new:,} rows new, {self.changed:,} changed"
        return f"{words}, {self.detail}" if self.detail else words


class CollectReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a run brought.

    Parameters
    ----------
    source : str
        The vendor.
    ingest_run_id : str
        As written on everything it kept.
    began_ns, ended_ns : int
        When, UTC. [ns]
    items : tuple of Collected
        In order of their ends.
    not_included : dict of str to str
        The vendor's words on parts that the plan does not include, by part; said once.
    gave_up : str
        Why the rest was not tried; empty where it was.
    interrupted : bool
        Whether it was told to stop before its end.
    requests, cache_hits : int
        Requests that the vendor answered, and answers found in the cache.
    """

    source: str
    ingest_run_id: str
    began_ns: int
    ended_ns: int
    items: tuple[Collected, ...]
    not_included: dict[str, str] = {}
    gave_up: str = ""
    interrupted: bool = False
    requests: int = 0
    cache_hits: int = 0

    @property
    def failures(self) -> list[Collected]:
        """What failed, or was not tried for that."""
        bad = (Outcome.FAILED, Outcome.SKIPPED)
        return [each for each in self.items if each.outcome in bad]

    @property
    def unknown(self) -> list[str]:
        """Symbols of which the vendor has nothing at all: they may be written wrong."""
        found: dict[str, bool] = {}
        for each in self.items:
            is_none = each.outcome is Outcome.NONE
            found[each.symbol] = found.get(each.symbol, True) and is_none
        tells = {Part.DAYS, Part.QUOTE}
        asked = {each.symbol for each in self.items if each.symbol and each.part in tells}
        return [symbol for symbol, is_none in found.items() if is_none and symbol in asked]

    @property
    def has_brought(self) -> bool:
        """Whether anything was kept, or was there already."""
        return any(each.outcome in (Outcome.NEW, Outcome.SAME) for each in self.items)
