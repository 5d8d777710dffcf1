"""What ``q`` asks for: words, "phrases", AND, OR, NOT, + and -, parentheses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from quantdeck.sims.newsapi.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    Test = Callable[[str], bool]

_TOKEN = re.compile(r'"[^"]*"|[()]|[^\s()"]+')
MOST_CHARACTERS = 500
_DEEPEST = 50
_BROKEN = "The q parameter is malformed: its parentheses and operators must be complete."


def parsed(text: str) -> Test:
    """Return a test of lower-case texts.

    Parameters
    ----------
    text : str
        As sent.

    Examples
    --------
    >>> asks = parsed('apple AND (margins OR "record backlog") -downgrade')
    >>> asks("apple tells of a record backlog"), asks("apple backlog"), asks("margins")
    (True, False, False)

    Raises
    ------
    Refusal
        If it is too long or malformed.
    """
    if len(text) > MOST_CHARACTERS:
        raise Refusal("parameterInvalid", "The q parameter cannot be longer than 500 characters.")
    reader = _Reader(_TOKEN.findall(text))
    test = reader.either()
    if not reader.is_at_end:
        raise Refusal("parameterInvalid", _BROKEN)
    return test


class _Reader:
    def __init__(self, tokens: list[str]) -> None:
        self._tokens, self._place, self._depth = tokens, 0, 0

    @property
    def is_at_end(self) -> bool:
        return self._place >= len(self._tokens)

    def _next(self) -> str:
        return "" if self.is_at_end else self._tokens[self._place]

    def either(self) -> Test:
        tests = [self._all()]
        while self._next() == "OR":
            self._place += 1
            tests.append(self._all())
        return lambda text: any(test(text) for test in tests)

    def _all(self) -> Test:
        tests = [self._one()]
        while not self.is_at_end and self._next() not in ("OR", ")"):
            if self._next() == "AND":
                self._place += 1
            tests.append(self._one())
        return lambda text: all(test(text) for test in tests)

    def _one(self) -> Test:
        said = self._next()
        self._depth += 1
        if said in ("", ")", "AND", "OR") or self._depth > _DEEPEST:
            raise Refusal("parameterInvalid", _BROKEN)
        self._place += 1
        test = self._not() if said == "NOT" else self._group() if said == "(" else _word(said)
        self._depth -= 1
        return test

    def _not(self) -> Test:
        inner = self._one()
        return lambda text: not inner(text)

    def _group(self) -> Test:
        inner = self.either()
        if self._next() != ")":
            raise Refusal("parameterInvalid", _BROKEN)
        self._place += 1
        return inner


def _word(written: str) -> Test:
    is_not = written.startswith("-") and len(written) > 1
    word = written.lstrip("+-").strip('"').lower()
    return lambda text: (word in text) is not is_not
