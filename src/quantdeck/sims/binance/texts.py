"""Numbers as the venue writes them: decimals in strings, all digits exact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quantdeck.sims.listings import Listing


def decimal(units: int, *, scale: int, digits: int) -> str:
    """Return ``units * 10 ** -scale`` with that many digits after the point.

    Parameters
    ----------
    units : int
        Ticks, lots or their products.
    scale : int
        Decimal places of one unit.
    digits : int
        Decimal places to write, at least `scale`.

    Examples
    --------
    >>> decimal(610_001, scale=1, digits=2)
    '61000.10'
    """
    whole, part = divmod(abs(units), 10**scale)
    sign = "-" if units < 0 else ""
    if not digits:
        return f"{sign}{whole}"
    written = f"{part:0{scale}d}" if scale else ""
    return f"{sign}{whole}.{written}{'0' * (digits - scale)}"


@dataclass(frozen=True, slots=True)
class Texts:
    """How one market writes prices and sizes of one listing.

    Parameters
    ----------
    listing : Listing
        Its ticks and lots.
    price_digits, size_digits, turnover_digits : int
        Decimal places; spot writes eight of everything.
    """

    listing: Listing
    price_digits: int
    size_digits: int
    turnover_digits: int

    @classmethod
    def of(cls, listing: Listing, *, spot: bool) -> Texts:
        """Return how a market writes a listing."""
        if spot:
            return cls(listing, 8, 8, 8)
        turnover = listing.tick_digits + listing.lot_digits
        return cls(listing, listing.price_digits, listing.lot_digits, turnover)

    def price(self, ticks: int) -> str:
        """Return a price."""
        return decimal(ticks, scale=self.listing.tick_digits, digits=self.price_digits)

    def size(self, lots: int) -> str:
        """Return a quantity in coins."""
        return decimal(lots, scale=self.listing.lot_digits, digits=self.size_digits)

    def turnover(self, units: int) -> str:
        """Return a sum of prices times quantities."""
        scale = self.listing.tick_digits + self.listing.lot_digits
        return decimal(units, scale=scale, digits=self.turnover_digits)
