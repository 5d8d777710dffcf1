"""What the market desk of a machine is put together from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from quantdeck.model.collected import QuoteReading
    from quantdeck.ports.collected import CollectedStore
    from quantdeck.ports.collecting import ChainKeeper
    from quantdeck.ports.jobs import Job, JobQuestion
    from quantdeck.ports.records import WatchStore


class AskedQuote(NamedTuple):
    """A quote that was asked for, and of whom: `source` is the short name of the service."""

    source: str
    reading: QuoteReading


@dataclass(frozen=True, slots=True)
class MarketParts:
    """What a market desk is put together from.

    Parameters
    ----------
    watchlist : WatchStore
        Keeps the watched symbols.
    collected : CollectedStore
        News, statements and quotes that were asked for.
    typed : callable
        Canonical symbol of what a person typed; raises `BadInput` where it is none.
    first : tuple of str
        Canonical symbols that are watched where nobody ever changed the list.
    chains : ChainKeeper or None
        Option chains that were collected.
    jobs : mapping of str to Job
        What can be run, by kind.
    begin : tuple of JobQuestion
        What is run by itself where none of its kind ever was.
    """

    watchlist: WatchStore
    collected: CollectedStore
    typed: Callable[[str], str]
    first: tuple[str, ...] = ()
    chains: ChainKeeper | None = None
    jobs: Mapping[str, Job] = field(default_factory=dict[str, "Job"])
    begin: tuple[JobQuestion, ...] = ()
