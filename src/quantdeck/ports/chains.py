"""What the box desk asks of a vendor of option chains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

from quantdeck.ports.feed import Feed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.model.chains import ChainSnapshot
    from quantdeck.model.options import OptionContract


class ChainRequest(msgspec.Struct, frozen=True):
    """Which part of an underlying's chains is wanted.

    Parameters
    ----------
    underlying : str
        Canonical symbol, such as ``US:SPX``.
    expiries : int or None
        Nearest expiries per root; None takes all.
    roots : tuple of str
        Only these; all where empty.
    lowest, highest : float or None
        Limits of the strike as a multiple of the underlying's price; None is no limit.
    """

    underlying: str
    expiries: int | None = None
    roots: tuple[str, ...] = ()
    lowest: float | None = None
    highest: float | None = None


class Budget(msgspec.Struct, frozen=True):
    """How much of what a plan allows is used by streamed symbols.

    Parameters
    ----------
    used, allowed : int
        Subscriptions.
    polled : int
        Wanted symbols that did not fit and are refreshed by chain snapshots.
    """

    used: int
    allowed: int
    polled: int


class ChainSource(Protocol):
    """One vendor's option chains, by REST."""

    @property
    def source(self) -> str:
        """Short name of the service, such as ``alpaca``."""
        ...

    @property
    def feed(self) -> str:
        """The vendor's name of the quality of its quotes, such as ``opra`` or ``indicative``."""
        ...

    async def contracts(self, request: ChainRequest) -> Sequence[OptionContract]:
        """Return the listed contracts, with open interest where the vendor tells it.

        Raises
        ------
        BadInput
            If the vendor does not know the underlying.
        VenueError
            If it cannot be fetched now.
        """
        ...

    async def snapshot(self, request: ChainRequest) -> ChainSnapshot:
        """Return the quotes of the wanted chains at one moment.

        Raises
        ------
        BadInput
            If the vendor does not know the underlying.
        NoData
            If nothing is listed in the wanted part.
        VenueError
            If it cannot be fetched now.
        """
        ...


class ChainFeed(Feed, ChainSource, Protocol):
    """One vendor's option chains, streamed as far as the plan allows and polled beyond it."""

    @property
    def source(self) -> str:
        """Short name of the service, such as ``alpaca``."""
        ...

    @property
    def budget(self) -> Budget:
        """How much of what the plan streams is used."""
        ...
