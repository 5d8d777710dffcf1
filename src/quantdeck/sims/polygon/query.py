"""Parameters of REST requests, checked the way the vendor checks them, and cursors of the next page."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import msgspec

from quantdeck.sims.polygon.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

_OPERATORS = ("gte", "gt", "lte", "lt", "any_of")
_KEY = "apiKey"
_BAD_CURSOR = "The parameter 'cursor' is invalid"


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """What the address of a next page holds.

    Parameters
    ----------
    parameters : dict of str to str
        Of the first request, but for the key.
    at_ms : int
        The time of the first request: pages of a list that grows stay those of one list. [ms]
    position : str
        Where the page begins.
    """

    parameters: dict[str, str]
    at_ms: int
    position: str

    def written(self) -> str:
        """Return the cursor as it is written.

        Examples
        --------
        >>> read_cursor(Cursor({"limit": "2"}, 5, "7").written())
        Cursor(parameters={'limit': '2'}, at_ms=5, position='7')
        """
        return base64.urlsafe_b64encode(msgspec.json.encode(self)).decode().rstrip("=")


def read_cursor(text: str) -> Cursor:
    """Return the cursor of a text.

    Raises
    ------
    Refusal
        If it is not one of ours.
    """
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        cursor = msgspec.json.decode(raw, type=Cursor)
    except (binascii.Error, msgspec.MsgspecError, UnicodeEncodeError, ValueError):
        raise Refusal(400, _BAD_CURSOR) from None
    if not cursor.position.isdecimal() or cursor.at_ms < 0:
        raise Refusal(400, _BAD_CURSOR)
    return cursor


class Query:
    """The parameters of one request.

    Parameters
    ----------
    values : mapping of str to str
        As sent.
    """

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = {name: value for name, value in values.items() if name != _KEY}

    def text(self, name: str) -> str | None:
        """Return a parameter, None where it was not sent or is empty."""
        return self.values.get(name) or None

    def flag(self, name: str, *, default: bool) -> bool:
        """Return a parameter that is true or false.

        Raises
        ------
        Refusal
            If it is neither.
        """
        value = (self.text(name) or str(default)).lower()
        if value not in ("true", "false"):
            raise Refusal(400, f"The parameter '{name}' must be true or false")
        return value == "true"

    def choice(self, name: str, known: tuple[str, ...], default: str) -> str:
        """Return a parameter that is one of some words.

        Raises
        ------
        Refusal
            If it is another one.
        """
        value = self.text(name) or default
        if value not in known:
            raise Refusal(400, f"The parameter '{name}' must be one of {', '.join(known)}")
        return value

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
            raise Refusal(400, f"The parameter 'limit' must be a number from 1 to {most}")
        return int(value)

    def count(self, name: str, default: int) -> int:
        """Return a whole number of one or more.

        Raises
        ------
        Refusal
            If it is none.
        """
        value = self.text(name)
        if value is None:
            return default
        if not value.isdecimal() or not 1 <= int(value) < 10_000:
            raise Refusal(400, f"The parameter '{name}' must be a positive whole number")
        return int(value)

    def bounds(self, name: str) -> dict[str, str]:
        """Return what was said of a field, by operator; the bare name is ``eq``."""
        found = {op: value for op in _OPERATORS if (value := self.text(f"{name}.{op}"))}
        value = self.text(name)
        return found | {"eq": value} if value else found

    def days(self, name: str) -> tuple[date, date]:
        """Return the first and the last day that a field may be.

        Raises
        ------
        Refusal
            If one is no date.
        """
        first, last = date(1, 1, 2), date(9999, 12, 30)
        for operator, value in self.bounds(name).items():
            day = parsed_day(name, value)
            if operator in ("eq", "gte"):
                first = max(first, day)
            if operator in ("eq", "lte"):
                last = min(last, day)
            if operator == "gt":
                first = max(first, date.fromordinal(day.toordinal() + 1))
            if operator == "lt":
                last = min(last, date.fromordinal(day.toordinal() - 1))
        return first, last

    def numbers(self, name: str) -> tuple[float, float]:
        """Return the least and the greatest that a number may be.

        Raises
        ------
        Refusal
            If one is no number.
        """
        least, most = float("-inf"), float("inf")
        for operator, value in self.bounds(name).items():
            try:
                number = float(value)
            except ValueError:
                raise Refusal(400, f"The parameter '{name}' must be a number") from None
            if operator in ("eq", "gte", "gt"):
                least = max(least, number + (1e-9 if operator == "gt" else 0.0))
            if operator in ("eq", "lte", "lt"):
                most = min(most, number - (1e-9 if operator == "lt" else 0.0))
        return least, most

    def instants(self, name: str) -> tuple[int, int]:
        """Return the first and the last instant that a field may be: days, RFC 3339 or ns. [ns].

        Raises
        ------
        Refusal
            If one is none of these.
        """
        first, last = 0, 2**62
        for operator, value in self.bounds(name).items():
            start, end = parsed_span(name, value)
            if operator in ("eq", "gte", "gt"):
                first = max(first, end + 1 if operator == "gt" else start)
            if operator in ("eq", "lte", "lt"):
                last = min(last, start - 1 if operator == "lt" else end)
        return first, last


def parsed_day(name: str, value: str) -> date:
    """Return a date.

    Raises
    ------
    Refusal
        If it is none.
    """
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Refusal(
            400, f"Could not parse the parameter '{name}': {value!r}; use YYYY-MM-DD"
        ) from None


def parsed_span(name: str, value: str) -> tuple[int, int]:
    """Return the first and last instant of a day, RFC 3339 or number of nanoseconds. [ns].

    Examples
    --------
    >>> parsed_span("timestamp", "1795194000123000000")
    (1795194000123000000, 1795194000123000000)

    Raises
    ------
    Refusal
        If it is none of these.
    """
    if value.isdecimal():
        return int(value), int(value)
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise Refusal(400, f"Could not parse the parameter '{name}': {value!r}") from None
    is_day = len(value) == len("2026-11-20")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    start = round(moment.timestamp() * 1e6) * 1_000
    return start, start + (86_400_000_000_000 - 1 if is_day else 0)
