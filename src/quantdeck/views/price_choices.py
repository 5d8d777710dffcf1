"""What there is to choose from on the pages that study prices of years."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PriceChoices:
    """Symbols and intervals that there are prices of.

    Parameters
    ----------
    symbols : tuple of str
        Canonical symbols with daily bars, kept or to be had: stocks first, then coins.
    captured : tuple of str
        Those captured now, with bars of seconds and minutes.
    benchmark : str
        What the others are held against; empty where none is set or had.
    """

    symbols: tuple[str, ...] = ()
    captured: tuple[str, ...] = ()
    benchmark: str = ""
