"""Many rules in one text, such as a file that is kept under version control."""

from __future__ import annotations

import re
from typing import NamedTuple

from quantdeck.alerts.parse import Reading, read
from quantdeck.model.errors import BadRule

_NAME = re.compile(r"[ \t]*([^():#\n]*[^():#\s])[ \t]*:(?=\s)")
_COMMENT = re.compile(r"#[^\n]*")


class Listed(NamedTuple):
    """One rule of a text.

    Parameters
    ----------
    name : str
        Before the colon; empty where it has none.
    text : str
        The rule as it stands there, without comments.
    line : int
        On which it begins, from 1.
    found : Reading or BadRule
        What it says, or what is wrong with it, placed in the whole text.
    """

    name: str
    text: str
    line: int
    found: Reading | BadRule


def listed(text: str) -> list[Listed]:
    r"""Return the rules of a text, right or wrong.

    Parameters
    ----------
    text : str
        A rule a line; a line that begins with a blank goes on with the one before. ``name: rule``
        names it; ``#`` begins a comment.

    Returns
    -------
    list of Listed
        In their order.

    Examples
    --------
    >>> found = listed("# mine\nhigh: last(BTCUSDT) > 65000\n  for 30s\nlats(X) > 1")
    >>> [(each.name, each.line, type(each.found).__name__) for each in found]
    [('high', 2, 'Reading'), ('', 4, 'BadRule')]
    """
    # As many blanks, so that places stay what they are.
    plain = _COMMENT.sub(lambda comment: " " * len(comment.group()), text)
    return [_one(text, plain, start, end) for start, end in _spans(plain)]


def _spans(plain: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    at = 0
    for line in plain.splitlines(keepends=True):
        goes_on = bool(spans) and line[0].isspace()
        if line.strip():
            if goes_on:
                spans[-1] = spans[-1][0], at + len(line)
            else:
                spans.append((at, at + len(line)))
        at += len(line)
    return spans


def _one(text: str, plain: str, start: int, end: int) -> Listed:
    named = _NAME.match(plain, start, end)
    begin = start if named is None else named.end()
    rule = plain[begin:end]
    try:
        found: Reading | BadRule = read(rule)
    except BadRule as error:
        found = BadRule(
            error.reason,
            text=text,
            start=min(begin + error.start, len(text)),
            end=min(begin + error.end, len(text)),
        )
    name = "" if named is None else " ".join(named[1].split())
    return Listed(name, " ".join(rule.split()), plain.count("\n", 0, start) + 1, found)
