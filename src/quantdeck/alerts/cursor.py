"""A place in the text of a rule, and what can be read there."""

from __future__ import annotations

import re
from typing import NamedTuple

from quantdeck.model.errors import BadRule

KEYWORDS = (
    "and", "or", "not", "crosses", "above", "below", "hysteresis", "for", "cooldown", "expires",
    "quiet",
)  # fmt: skip
"""Words that are no names of figures."""

_SPACE = re.compile(r"\s*")
_TOKEN = re.compile(
    r"(?P<number>(?:\d[\d_]*)?\.?\d+(?:[eE][+-]?\d+)?)(?P<unit>%|[A-Za-z]+)?"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<sign>>=|<=|==|!=|[-+*/()<>,=])"
)
_LONGEST = 24


class Token(NamedTuple):
    """One word, number or sign.

    Parameters
    ----------
    kind : str
        ``number``, ``word``, ``sign``, ``other`` or ``end``.
    text : str
        As it stands there; words in small letters.
    unit : str
        Of a number.
    start, end : int
        Where it stands.
    """

    kind: str
    text: str
    unit: str
    start: int
    end: int


class Cursor:
    """Reads a text from the left. Owned by the parser.

    Parameters
    ----------
    text : str
        Of a rule.

    Examples
    --------
    >>> cursor = Cursor("last(BTCUSDT) > 1.5%")
    >>> cursor.take().text, cursor.take().text, cursor.match("[A-Z]+").group()
    ('last', '(', 'BTCUSDT')
    >>> [cursor.take().text for _ in range(3)], cursor.peek().kind
    ([')', '>', '1.5'], 'end')
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._at = 0
        self._peeked: Token | None = None
        self._last_end = 0

    @property
    def end(self) -> int:
        """Where what was taken last ends."""
        return self._last_end

    def peek(self) -> Token:
        """Return what comes next."""
        if self._peeked is None:
            self._peeked = self._read()
        return self._peeked

    def take(self) -> Token:
        """Return what comes next and go past it."""
        token = self.peek()
        self._go(token.end)
        return token

    def take_if(self, *texts: str) -> Token | None:
        """Go past the next word or sign if it is one of these."""
        token = self.peek()
        if token.kind in {"word", "sign"} and token.text in texts:
            return self.take()
        return None

    def match(self, pattern: str) -> re.Match[str] | None:
        """Go past what matches a pattern of its own, such as a symbol."""
        found = re.compile(pattern).match(self.text, self._next())
        if found is not None:
            self._go(found.end())
        return found

    def error(self, reason: str, start: int | None = None, end: int | None = None) -> BadRule:
        """Return the error about a place, what comes next by default."""
        token = self.peek()
        first = token.start if start is None else start
        last = (token.end if start is None else first + 1) if end is None else end
        return BadRule(reason, text=self.text, start=first, end=max(first, last))

    def found(self) -> str:
        """Return what comes next in words, for a message."""
        token = self.peek()
        if token.kind == "end":
            return "the end"
        text = self.text[token.start : token.end]
        return repr(text if len(text) <= _LONGEST else text[:_LONGEST] + "...")

    def _next(self) -> int:
        match = _SPACE.match(self.text, self._at)
        return self._at if match is None else match.end()

    def _go(self, to: int) -> None:
        self._at = self._last_end = to
        self._peeked = None

    def _read(self) -> Token:
        at = self._next()
        if at >= len(self.text):
            return Token("end", "", "", at, at)
        match = _TOKEN.match(self.text, at)
        if match is None:
            return Token("other", self.text[at], "", at, at + 1)
        if match["number"] is not None:
            return Token("number", match["number"], match["unit"] or "", at, match.end())
        if match["word"] is not None:
            return Token("word", match["word"].lower(), "", at, match.end())
        return Token("sign", match["sign"], "", at, match.end())
