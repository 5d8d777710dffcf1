"""Answers of REST that are errors, with the venue's codes.

Binance USD-M futures documentation, "Error Codes"; Binance spot documentation, "Error codes".
"""

from __future__ import annotations


class Refusal(Exception):  # noqa: N818
    """A request that is answered with an error.

    Parameters
    ----------
    status : int
        HTTP status.
    code : int
        The venue's code, negative.
    message : str
        The venue's words.
    retry_after_s : int, optional
        Sent as ``Retry-After``. [s]
    """

    def __init__(
        self, status: int, code: int, message: str, *, retry_after_s: int | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.retry_after_s = retry_after_s


def missing(parameter: str) -> Refusal:
    """Return the refusal of a request that lacks a parameter."""
    return Refusal(
        400,
        -1102,
        f"Mandatory parameter '{parameter}' was not sent, was empty/null, or malformed.",
    )


def illegal_characters(parameter: str, legal: str) -> Refusal:
    """Return the refusal of a parameter with characters it cannot have."""
    return Refusal(
        400,
        -1100,
        f"Illegal characters found in parameter '{parameter}'; legal range is '{legal}'.",
    )


def invalid_symbol() -> Refusal:
    """Return the refusal of an unknown symbol."""
    return Refusal(400, -1121, "Invalid symbol.")


def invalid_interval() -> Refusal:
    """Return the refusal of an unknown interval."""
    return Refusal(400, -1120, "Invalid interval.")


def invalid_data(parameter: str) -> Refusal:
    """Return the refusal of a value out of range."""
    return Refusal(400, -1130, f"Data sent for parameter '{parameter}' is not valid.")
