"""Answers that are errors, in the vendor's words."""

from __future__ import annotations

_WORDS: dict[str, tuple[int, str]] = {
    "apiKeyMissing": (
        401,
        "Your API key is missing. Append this to the URL with the apiKey param, or use the "
        "x-api-key HTTP header.",
    ),
    "apiKeyInvalid": (
        401,
        "Your API key is invalid or incorrect. Check your key, or go to https://newsapi.org to "
        "create a free API key.",
    ),
    "apiKeyDisabled": (401, "Your API key has been disabled."),
    "apiKeyExhausted": (429, "Your API key has no more requests available."),
    "rateLimited": (
        429,
        "You have made too many requests recently. Developer accounts are limited to 100 requests "
        "over a 24 hour period (50 requests available every 12 hours). Please upgrade to a paid "
        "plan if you need more requests.",
    ),
    "parametersMissing": (
        400,
        "Required parameters are missing, the scope of your search is too broad. Please set any of "
        "the following required parameters and try again: q, qInTitle, sources, domains.",
    ),
    "parametersIncompatible": (
        400,
        "You cannot use the sources parameter together with the country or category parameters.",
    ),
    "sourcesTooMany": (400, "You have requested too many sources in a single request."),
    "unexpectedError": (500, "This shouldn't happen, and if it does then it's our fault."),
}


class Refusal(Exception):  # noqa: N818
    """A request that is answered with an error.

    Parameters
    ----------
    code : str
        The vendor's.
    words : str
        Instead of its usual ones.
    status : int
        HTTP status where the code has no usual one.
    """

    def __init__(self, code: str, words: str = "", *, status: int = 400) -> None:
        known_status, known_words = _WORDS.get(code, (status, words))
        super().__init__(words or known_words)
        self.code, self.words, self.status = code, words or known_words, known_status

    def body(self) -> dict[str, str]:
        """Return the body of the answer.

        Examples
        --------
        >>> Refusal("parameterInvalid", "The pageSize parameter cannot be more than 100.").body()["code"]
        'parameterInvalid'
        """
        return {"status": "error", "code": self.code, "message": self.words}
