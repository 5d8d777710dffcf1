"""Parameters of REST requests, checked the way the vendor checks them."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING

from quantdeck.sims.alpaca.refusals import Refusal
from quantdeck.sims.alpaca.stamps import parsed_day, parsed_time

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

MOST_SYMBOLS = 100
_SYMBOL = re.compile(r"[A-Z0-9.]{1,21}")


class Query:
    """The parameters of one request.

    Parameters
    ----------
    values : mapping of str to str
        As sent.
    """

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def text(self, name: str) -> str | None:
        """Return a parameter, None where it was not sent or is empty."""
        return self._values.get(name) or None

    def choice(self, name: str, known: tuple[str, ...]) -> str | None:
        """Return a parameter that is one of some words.

        Raises
        ------
        Refusal
            If it is another one.
        """
        value = self.text(name)
        if value is not None and value not in known:
            raise Refusal(400, f"invalid {name}: {value}")
        return value

    def symbols(self, *, most: int | None = MOST_SYMBOLS) -> list[str]:
        """Return the symbols of a request, each once.

        Raises
        ------
        Refusal
            If there are none or too many, or if one is malformed.
        """
        values = list(dict.fromkeys(v for v in (self.text("symbols") or "").split(",") if v))
        if not values:
            raise Refusal(400, "symbols is required")
        if most is not None and len(values) > most:
            raise Refusal(400, f"too many symbols: {len(values)}, the limit is {most}")
        for value in values:
            if not _SYMBOL.fullmatch(value):
                raise Refusal(400, f"invalid symbol: {value}")
        return values

    def number(self, name: str) -> float | None:
        """Return a number.

        Raises
        ------
        Refusal
            If it is none.
        """
        value = self.text(name)
        if value is None:
            return None
        try:
            return float(value)
        except ValueError:
            raise Refusal(400, f"invalid {name}: {value}") from None

    def limit(self, *, default: int, most: int) -> int:
        """Return how many rows a page may hold.

        Raises
        ------
        Refusal
            If it is no whole number from 1 to `most`.
        """
        value = self.text("limit")
        if value is None:
            return default
        if not value.isdecimal() or not 1 <= int(value) <= most:
            raise Refusal(400, f"invalid limit: {value}, it is a number from 1 to {most}")
        return int(value)

    def instant(self, name: str, *, ends: bool = False) -> int | None:
        """Return an instant, RFC 3339 or a day. [ns].

        Raises
        ------
        Refusal
            If it is neither.
        """
        value = self.text(name)
        return None if value is None else parsed_time(name, value, ends=ends)

    def span(self, *, start_ns: int, end_ns: int) -> tuple[int, int]:
        """Return the interval ``(after, until]`` of ``start`` and ``end``. [ns].

        Parameters
        ----------
        start_ns, end_ns : int
            Where they were not sent, and the end at most. [ns]

        Raises
        ------
        Refusal
            If the end is before the start.
        """
        start, end = self.instant("start"), self.instant("end", ends=True)
        if start is not None and end is not None and end < start:
            raise Refusal(400, "end should not be before start")
        return (start_ns if start is None else start) - 1, end_ns if end is None else min(
            end, end_ns
        )

    def day(self, name: str) -> date | None:
        """Return a date.

        Raises
        ------
        Refusal
            If it is none.
        """
        value = self.text(name)
        return None if value is None else parsed_day(name, value)

    def is_true(self, name: str) -> bool:
        """Whether a parameter says yes."""
        return (self.text(name) or "").lower() == "true"

    def cursor(self) -> list[str]:
        """Return what a page token holds, nothing where none was sent.

        Raises
        ------
        Refusal
            If the token is not one of ours.
        """
        token = self.text("page_token")
        if token is None:
            return []
        try:
            return base64.b64decode(token, validate=True).decode().split("|")
        except (binascii.Error, UnicodeDecodeError):
            raise Refusal(400, f"invalid page_token: {token}") from None


def page_token(*parts: object) -> str:
    """Return the token of the page after the one that ends here.

    Examples
    --------
    >>> Query({"page_token": page_token("SPXW261218C05000000", 1)}).cursor()
    ['SPXW261218C05000000', '1']
    """
    return base64.b64encode("|".join(str(part) for part in parts).encode()).decode()
