"""Text from outside, made safe for a line on a screen or a terminal."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta

_TAG = re.compile(r"<[^<>]{0,500}>")
_LONGEST = 4000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST_NS = 2**63 - 1


def one_line(text: str | None) -> str:
    r"""Return text without markup, control characters and line breaks.

    Parameters
    ----------
    text : str or None
        As received.

    Examples
    --------
    >>> one_line("<b>Fed</b> &amp; banks\x1b[31m\n now")
    'Fed & banks [31m now'
    """
    plain = html.unescape(_TAG.sub(" ", (text or "")[:_LONGEST]))
    return " ".join("".join(c if c.isprintable() else " " for c in plain).split())


def moment_ns(text: str) -> int:
    """Return the time that an RFC 3339 text stands for, to the microsecond. [ns].

    Parameters
    ----------
    text : str
        With its zone.

    Raises
    ------
    ValueError
        If it is none, or cannot be stored.

    Examples
    --------
    >>> moment_ns("2026-11-20T14:03:00Z")
    1795183380000000000
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no zone")
    time_ns = (moment - _EPOCH) // timedelta(microseconds=1) * 1000
    if not 0 <= time_ns <= _LATEST_NS:
        raise ValueError(f"{text!r} cannot be stored")
    return time_ns
