"""Parameters of REST requests, checked the way the venue checks them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from quantdeck.sims.binance.refusals import (
    Refusal,
    illegal_characters,
    invalid_data,
    invalid_interval,
    invalid_symbol,
    missing,
)
from quantdeck.sims.paths import listing_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from quantdeck.sims.listings import Listing

_SYMBOL = re.compile(r"[A-Z0-9\-_.]{1,20}")
_NUMBER = re.compile(r"-?[0-9]{1,20}")


class Query:
    """The parameters of one request.

    Parameters
    ----------
    values : mapping of str to str
        As sent.
    dated : collection of str
        Symbols of the dated futures that are known.
    """

    def __init__(self, values: Mapping[str, str], dated: Collection[str] = ()) -> None:
        self._values = values
        self._dated = dated

    def has(self, name: str) -> bool:
        """Whether a parameter was sent with a value."""
        return bool(self._values.get(name))

    def text(self, name: str) -> str:
        """Return a parameter that must be there.

        Raises
        ------
        Refusal
            If it is missing (-1102).
        """
        value = self._values.get(name)
        if not value:
            raise missing(name)
        return value

    def symbol(self, name: str = "symbol") -> Listing:
        """Return the listing a parameter names.

        Raises
        ------
        Refusal
            If it is missing (-1102), has illegal characters (-1100) or is unknown (-1121).
        """
        value = self.text(name)
        if not _SYMBOL.fullmatch(value):
            raise illegal_characters(name, "^[A-Z0-9-_.]{1,20}$")
        listing = listing_of(value)
        if listing is None or (listing.delivery_ms and value not in self._dated):
            raise invalid_symbol()
        return listing

    def interval(self, known: Iterable[str]) -> str:
        """Return the interval of candles.

        Raises
        ------
        Refusal
            If it is missing (-1102) or unknown (-1120).
        """
        value = self.text("interval")
        if value not in known:
            raise invalid_interval()
        return value

    def integer(self, name: str) -> int | None:
        """Return a whole number, None where it was not sent.

        Raises
        ------
        Refusal
            If it is no number (-1100) or negative (-1130).
        """
        if not self.has(name):
            return None
        value = self._values[name]
        if not _NUMBER.fullmatch(value):
            raise illegal_characters(name, "^[0-9]{1,20}$")
        number = int(value)
        if number < 0:
            raise invalid_data(name)
        return number

    def limit(self, *, default: int, most: int, caps: bool = False) -> int:
        """Return how many rows are wanted.

        Parameters
        ----------
        default, most : int
            Without the parameter, and at most.
        caps : bool
            Answer a larger wish with `most` rows (spot) instead of refusing it (futures).

        Raises
        ------
        Refusal
            If it is out of range (-1130).
        """
        wanted = self.integer("limit")
        if wanted is None:
            return default
        if wanted == 0 or (wanted > most and not caps):
            raise invalid_data("limit")
        return min(wanted, most)

    def span(self, now_ms: int) -> tuple[int | None, int | None]:
        """Return startTime and endTime.

        Raises
        ------
        Refusal
            If the end is before the start (-1130).
        """
        start, end = self.integer("startTime"), self.integer("endTime")
        if start is not None and end is not None and end < start:
            raise invalid_data("startTime")
        return start, None if end is None else min(end, now_ms)


def unsupported(parameters: str) -> Refusal:
    """Return the refusal of parameters that cannot be sent together."""
    return Refusal(400, -1128, f"Combination of optional parameters invalid: {parameters}.")
