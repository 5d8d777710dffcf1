"""Answers that refuse, in Yahoo's bodies."""

from __future__ import annotations

import msgspec

TOO_MANY = "Too Many Requests\r\n"
DOWN = "<!DOCTYPE html><html><body><h1>Will be right back...</h1></body></html>"
DELISTED_WORDS = "No data found, symbol may be delisted"


class Refusal(Exception):  # noqa: N818 - an answer, not a failure of the program
    """An answer that refuses.

    Parameters
    ----------
    root : str
        Name of the object around everything, such as ``chart``.
    status : int
        Of HTTP.
    code, words : str
        Yahoo's.
    """

    def __init__(self, root: str, status: int, code: str, words: str) -> None:
        super().__init__(f"{status} {code}: {words}")
        self.root, self.status, self.code, self.words = root, status, code, words

    def body(self) -> bytes:
        """Return what is sent."""
        error = {"code": self.code, "description": self.words}
        return msgspec.json.encode({self.root: {"result": None, "error": error}})


def bad_crumb() -> Refusal:
    """Return the answer to a request whose crumb is not good."""
    return Refusal("finance", 401, "Unauthorized", "Invalid Crumb")


def not_found(root: str, words: str = DELISTED_WORDS) -> Refusal:
    """Return the answer to a request for what is not there."""
    return Refusal(root, 404, "Not Found", words)
