"""Option chains as arrays: one `ExpiryChain` per root and expiry, many in a `ChainSnapshot`.

Absent prices, sizes and counts are NaN; an absent time is `NO_TIME`. Strikes ascend, and calls and
puts of a chain stand on the same strikes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from quantdeck.model.feed import Provenance
    from quantdeck.model.options import ExerciseStyle, Settlement

NO_TIME = np.iinfo(np.int64).min
"""In an array of times: not known."""


@dataclass(frozen=True, slots=True)
class SideQuotes:
    """The calls, or the puts, of one expiry; arrays of shape (strikes,).

    Parameters
    ----------
    bid, ask, bid_size, ask_size : array
        NaN where a side is absent. Sizes in contracts.
    ts_ns : array of int64
        When the venue made the quote, or when it was received where the venue does not say, UTC;
        `NO_TIME` where neither is known. [ns]
    volume, open_interest : array
        Contracts traded today, and open; NaN where not known.
    """

    bid: NDArray[np.float64]
    ask: NDArray[np.float64]
    bid_size: NDArray[np.float64]
    ask_size: NDArray[np.float64]
    ts_ns: NDArray[np.int64]
    volume: NDArray[np.float64]
    open_interest: NDArray[np.float64]

    @classmethod
    def empty(cls, strikes: int) -> SideQuotes:
        """Return quotes of which nothing is known.

        Examples
        --------
        >>> SideQuotes.empty(2).bid
        array([nan, nan])
        """
        bid, ask, bid_size, ask_size, volume, open_interest = np.full((6, strikes), np.nan)
        times = np.full(strikes, NO_TIME)
        return cls(bid, ask, bid_size, ask_size, times, volume, open_interest)

    def part(self, where: slice | NDArray[np.bool_] | NDArray[np.int64]) -> SideQuotes:
        """Return copies of some rows.

        Examples
        --------
        >>> len(SideQuotes.empty(5).part(slice(1, 3)).bid)
        2
        """
        return SideQuotes(
            bid=self.bid[where].copy(),
            ask=self.ask[where].copy(),
            bid_size=self.bid_size[where].copy(),
            ask_size=self.ask_size[where].copy(),
            ts_ns=self.ts_ns[where].copy(),
            volume=self.volume[where].copy(),
            open_interest=self.open_interest[where].copy(),
        )


@dataclass(frozen=True, slots=True)
class ExpiryChain:
    """All strikes of one root and expiry at one moment.

    Parameters
    ----------
    root : str
        First part of the OSI names.
    underlying : str
        Canonical symbol of what it settles on.
    expiry : datetime.date
        Day of the settlement price.
    settlement : Settlement
        Opening or closing prices.
    style : ExerciseStyle
        European or American.
    multiplier : float
        Cash per point.
    strikes : array of shape (strikes,)
        Ascending.
    calls, puts : SideQuotes
        On these strikes.
    spot : float
        Price of the underlying at that moment; NaN where not known.
    """

    root: str
    underlying: str
    expiry: date
    settlement: Settlement
    style: ExerciseStyle
    multiplier: float
    strikes: NDArray[np.float64]
    calls: SideQuotes
    puts: SideQuotes
    spot: float = np.nan

    @property
    def key(self) -> tuple[str, date]:
        """What names a chain within a snapshot."""
        return self.root, self.expiry


@dataclass(frozen=True, slots=True)
class ChainSnapshot:
    """Chains taken at one moment from one source.

    Parameters
    ----------
    taken_ns : int
        When it was complete, UTC. [ns]
    feed : str
        The vendor's own name of the quality of its quotes: ``opra``, ``indicative``, ``delayed``,
        ``simulated``, ``dxlink``, ``file``.
    provenance : Provenance
        Source and run.
    chains : tuple of ExpiryChain
        Ordered by (root, expiry).
    """

    taken_ns: int
    feed: str
    provenance: Provenance
    chains: tuple[ExpiryChain, ...]
