"""Envelopes, errors and pages of the REST side.

Source: developer.tastytrade.com, "API Overview" (envelopes, pagination, error codes).
"""

from __future__ import annotations

from typing import Any

Item = dict[str, Any]
"""An object of an answer; its keys are dasherized."""

UNAUTHORIZED_HTML = (
    "<html>\r\n<head><title>401 Authorization Required</title></head>\r\n<body>\r\n"
    "<center><h1>401 Authorization Required</h1></center>\r\n<hr><center>nginx</center>\r\n"
    "</body>\r\n</html>\r\n"
)
"""What the gateway says to a client that does not name itself."""
BAD_GATEWAY_HTML = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    "<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n"
    "</body>\r\n</html>\r\n"
)
MOST_PER_PAGE = 1000


class Refusal(Exception):  # noqa: N818
    """A request that is answered with an error object.

    Parameters
    ----------
    status : int
        HTTP status.
    code : str or int
        Of the error; a number for a few errors of the gateway.
    message : str
        For a person.
    """

    def __init__(self, status: int, code: str | int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    @property
    def body(self) -> Item:
        """What is sent."""
        return {"error": {"code": self.code, "message": self.message}}


class Page(Exception):  # noqa: N818
    """A request that is answered with a page of HTML.

    Parameters
    ----------
    status : int
        HTTP status.
    text : str
        The page.
    """

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status, self.text = status, text


def not_found(what: str) -> Refusal:
    """Return the refusal of something that is not there."""
    return Refusal(404, "record_not_found", f"Couldn't find {what}")


def invalid(message: str) -> Refusal:
    """Return the refusal of a request that cannot be understood."""
    return Refusal(400, "validation_error", message)


def enveloped(data: object, context: str) -> Item:
    """Return an answer that is one object or has no pages.

    Examples
    --------
    >>> enveloped({"token": "T"}, "/api-quote-tokens")
    {'data': {'token': 'T'}, 'context': '/api-quote-tokens'}
    """
    return {"data": data, "context": context}


def listed(items: list[Item], context: str) -> Item:
    """Return an answer that is a list, whole."""
    return enveloped({"items": items}, context)


def paged(items: list[Item], context: str, *, per_page: int, offset: int) -> Item:
    """Return one page of a list.

    Parameters
    ----------
    items : list
        All of it.
    context : str
        Path of the request.
    per_page, offset : int
        Rows of a page, and which page, counted from 0.

    Raises
    ------
    Refusal
        If there can be no such page.

    Examples
    --------
    >>> answer = paged([{"a": 1}, {"a": 2}, {"a": 3}], "/x", per_page=2, offset=1)
    >>> answer["data"], answer["pagination"]["total-pages"]
    ({'items': [{'a': 3}]}, 2)
    """
    if not 0 < per_page <= MOST_PER_PAGE or offset < 0:
        raise invalid(f"per-page must be in 1..{MOST_PER_PAGE} and page-offset not negative")
    start = per_page * offset
    shown = items[start : start + per_page]
    pagination = {
        "per-page": per_page,
        "page-offset": offset,
        "item-offset": start,
        "total-items": len(items),
        "total-pages": -(-len(items) // per_page),
        "current-item-count": len(shown),
        "previous-link": None,
        "next-link": None,
        "paging-link-template": None,
    }
    return {**listed(shown, context), "pagination": pagination}
