"""Answers of REST that are errors: the words stand under ``error`` or under ``message``."""

from __future__ import annotations

PRICING = "https://massive.com/pricing"
NOT_ENTITLED = f"You are not entitled to this data. Please upgrade your plan at {PRICING}"
TOO_OLD = f"Your plan doesn't include this data timeframe. Please upgrade your plan at {PRICING}"
TOO_MANY = (
    "You've exceeded the maximum requests per minute, please wait or upgrade your subscription to "
    f"continue. {PRICING}"
)


class Refusal(Exception):  # noqa: N818
    """A request that is answered with an error.

    Parameters
    ----------
    status : int
        HTTP status.
    words : str
        The vendor's words.
    """

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status, self.words = status, words

    def body(self, request_id: str) -> dict[str, str]:
        """Return the body of the answer.

        Examples
        --------
        >>> Refusal(404, "Data not found.").body("ab12")
        {'status': 'NOT_FOUND', 'request_id': 'ab12', 'message': 'Data not found.'}
        """
        named = {403: ("NOT_AUTHORIZED", "message"), 404: ("NOT_FOUND", "message")}
        status, name = named.get(self.status, ("ERROR", "error"))
        return {"status": status, "request_id": request_id, name: self.words}
