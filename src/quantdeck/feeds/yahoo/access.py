"""How Yahoo is entered: at an address of one's own choice, directly; at Yahoo itself, through yfinance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import msgspec

SOURCE = "yahoo"
"""Name of the service."""

Query = Mapping[str, str | int]


class Reply(msgspec.Struct, frozen=True):
    """What the service answered.

    Parameters
    ----------
    status : int
        Of HTTP.
    body : bytes
        As it came.
    retry_after_s : float or None
        How long it asks to be left alone; None where it does not say. [s]
    """

    status: int
    body: bytes
    retry_after_s: float | None = None


class Access(Protocol):
    """The way in."""

    async def get(self, path: str, query: Query) -> Reply:
        """Return the answer to a GET request, whatever its status.

        Parameters
        ----------
        path : str
            With its slash, such as ``/v8/finance/chart/AAPL``.
        query : mapping
            Without a crumb.

        Raises
        ------
        Disconnected
            If there is no answer.
        RateLimited
            If the service asked to be left alone and that time is not over.
        """
        ...

    async def close(self) -> None:
        """Close what is open; a later request opens it again."""
        ...


def wait_told(value: str | None) -> float | None:
    """Return the seconds of a ``Retry-After`` header, None where it holds none.

    Examples
    --------
    >>> wait_told("30"), wait_told("Wed, 21 Oct 2026 07:28:00 GMT"), wait_told(None)
    (30.0, None, None)
    """
    return float(value) if value is not None and value.strip().isdigit() else None
