"""Answers of REST that are errors.

Market data answers with a message alone; the trading API adds an eight-digit code, the HTTP status times
100000 and a number.
"""

from __future__ import annotations


class Refusal(Exception):  # noqa: N818
    """A request that is answered with an error.

    Parameters
    ----------
    status : int
        HTTP status.
    message : str
        The vendor's words.
    detail : int
        Added to status times 100000 where the trading API answers.
    """

    def __init__(self, status: int, message: str, *, detail: int = 10_000) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.detail = detail

    def body(self, *, is_trading: bool) -> dict[str, object]:
        """Return the body of the answer.

        Examples
        --------
        >>> Refusal(404, "option contract X not found").body(is_trading=True)
        {'code': 40410000, 'message': 'option contract X not found'}
        """
        if not is_trading:
            return {"message": self.message}
        return {"code": self.status * 100_000 + self.detail, "message": self.message}
