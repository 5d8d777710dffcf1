"""Dated futures of the simulated venue: when they are delivered, and the basis planted in them.

Their prices are those of spot times exp(rate * years to delivery), the rate rising with the time to
delivery; so every curve of their basis is known beforehand, and perpetuals and spot are what they would be
without them.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from quantdeck.sims.listings import LISTINGS, Listing

if TYPE_CHECKING:
    from collections.abc import Iterator

YEAR_MS = 365 * 86_400_000
"""Of the planted rate. [ms]"""

FIRST_YEAR, LAST_YEAR = 2015, 2045


@dataclass(frozen=True, slots=True)
class PlantedBasis:
    """The curve of one coin: continuous rate = near + slope * years to delivery.

    Parameters
    ----------
    pair : str
        Symbol of the perpetual.
    near, slope : float
        [1/year], [1/year^2]
    """

    pair: str
    near: float
    slope: float

    def rate(self, years: float) -> float:
        """Return the rate of a future delivered in so many years."""
        return self.near + self.slope * years


BASES: tuple[PlantedBasis, ...] = (
    PlantedBasis("BTCUSDT", 0.055, 0.04),
    PlantedBasis("ETHUSDT", 0.040, 0.06),
)
"""Coins that have dated futures."""

_BASIS_OF = {each.pair: each for each in BASES}


def deliveries(first_year: int, last_year: int) -> list[int]:
    """Return the delivery times of the quarters of some years, UTC. [ms].

    Examples
    --------
    >>> [datetime.fromtimestamp(ms / 1e3, UTC).isoformat() for ms in deliveries(2026, 2026)[2:]]
    ['2026-09-25T08:00:00+00:00', '2026-12-25T08:00:00+00:00']
    """
    return [
        int(datetime(day.year, day.month, day.day, 8, tzinfo=UTC).timestamp() * 1e3)
        for year in range(first_year, last_year + 1)
        for month in (3, 6, 9, 12)
        for day in [_last_friday(year, month)]
    ]


def dated_listings() -> Iterator[Listing]:
    """Yield every dated future that is ever listed."""
    perpetuals = {listing.symbol: listing for listing in LISTINGS}
    for basis in BASES:
        for delivery_ms in deliveries(FIRST_YEAR, LAST_YEAR):
            yield _dated(perpetuals[basis.pair], delivery_ms)


def listed_at(now_ms: int) -> list[Listing]:
    """Return the dated futures that trade at a time: of each coin the current and the next quarter."""
    year = datetime.fromtimestamp(now_ms / 1e3, UTC).year
    coming = [ms for ms in deliveries(year, year + 1) if ms > now_ms][:2]
    perpetuals = {listing.symbol: listing for listing in LISTINGS}
    return [_dated(perpetuals[basis.pair], ms) for basis in BASES for ms in coming]


def contract_type(listing: Listing, now_ms: int) -> str:
    """Return the venue's word for what a listing is at a time."""
    if not listing.delivery_ms:
        return "PERPETUAL"
    current = [each for each in listed_at(now_ms) if each.pair == listing.pair][:1]
    return "CURRENT_QUARTER" if listing in current else "NEXT_QUARTER"


def planted_premium(listing: Listing, time_ms: int) -> float:
    """Return the log of a dated future over spot at a time; 0 from its delivery on."""
    years = max(0, listing.delivery_ms - time_ms) / YEAR_MS
    return _BASIS_OF[listing.pair].rate(years) * years


def _dated(perpetual: Listing, delivery_ms: int) -> Listing:
    day = datetime.fromtimestamp(delivery_ms / 1e3, UTC)
    return replace(
        perpetual,
        symbol=f"{perpetual.symbol}_{day:%y%m%d}",
        # A twentieth of the perpetual's turnover, as at the venue.
        orders_per_second=perpetual.orders_per_second / 20.0,
        pair=perpetual.symbol,
        delivery_ms=delivery_ms,
    )


def _last_friday(year: int, month: int) -> date:
    last = date(year, month, calendar.monthrange(year, month)[1])
    return last - timedelta(days=(last.weekday() - calendar.FRIDAY) % 7)
