"""A topic of the stream: a name and parameters."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode

import msgspec

from quantdeck.model.errors import BadInput

_NAME = re.compile(r"[a-z][a-z0-9._-]{0,63}")
_PARAMETER = re.compile(r"[a-z][a-z0-9_]{0,31}")
_MAX_LENGTH = 2048


class Topic(msgspec.Struct, frozen=True):
    """A topic's name and parameters.

    Parameters
    ----------
    name : str
        Such as ``pairs.zscore``.
    pairs : tuple of (str, str)
        Parameters, sorted by name.
    """

    name: str
    pairs: tuple[tuple[str, str], ...] = ()

    @property
    def params(self) -> dict[str, str]:
        """Parameters as a new dictionary."""
        return dict(self.pairs)

    def __str__(self) -> str:
        return f"{self.name}?{urlencode(self.pairs)}" if self.pairs else self.name


def parse_topic(text: str) -> Topic:
    """Return the topic that a client's text names.

    Parameters
    ----------
    text : str
        Name and parameters in the form of a URL query.

    Returns
    -------
    Topic
        With its parameters sorted, so that equal questions are equal topics.

    Raises
    ------
    BadInput
        If the text is not a topic.

    Examples
    --------
    >>> str(parse_topic("pairs.zscore?y=BINANCE:BTCUSDT&window=60"))
    'pairs.zscore?window=60&y=BINANCE%3ABTCUSDT'
    """
    name, _, query = text.partition("?")
    if len(text) > _MAX_LENGTH or not _NAME.fullmatch(name):
        raise BadInput(f"{text[:80]!r} is not a topic; write name or name?key=value&key=value")
    try:
        pairs = parse_qsl(
            query, keep_blank_values=True, strict_parsing=bool(query), errors="strict"
        )
    except ValueError:
        raise BadInput(f"{text[:80]!r} has parameters that are not key=value&key=value") from None
    names = [key for key, _ in pairs]
    if len(set(names)) != len(names) or not all(_PARAMETER.fullmatch(key) for key in names):
        raise BadInput(f"{text[:80]!r} names a parameter twice, or one that cannot be")
    return Topic(name, tuple(sorted(pairs)))
