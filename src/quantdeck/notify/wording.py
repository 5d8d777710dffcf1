"""An alert in words, for every channel alike."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quantdeck.model.alerts import FiredAlert

_SIMULATED = "simulated or replayed data"


def one_line(text: str, limit: int = 200) -> str:
    r"""Return a text without line breaks and control characters, cut to a length.

    Parameters
    ----------
    text : str
        As a person or a server wrote it.
    limit : int
        Most characters.

    Returns
    -------
    str
        Safe in a header, a log line and a terminal.

    Examples
    --------
    >>> one_line("BTC\r\nBcc: everybody\x1b[2J")
    'BTC Bcc: everybody [2J'
    >>> one_line("abcdef", 4)
    'abc…'
    """
    plain = "".join(c if c.isprintable() else " " for c in text)
    words = " ".join(plain.split())
    return words if len(words) <= limit else words[: limit - 1] + "…"


def many_lines(text: str) -> str:
    r"""Return a text of several lines without control characters, its columns as they stand.

    Parameters
    ----------
    text : str
        As a person or a server wrote it.

    Returns
    -------
    str
        Line breaks and blanks are left; tabs are blanks.

    Examples
    --------
    >>> many_lines("a  1\r\n\x1b[2Jb\t2")
    'a  1\n [2Jb 2'
    """
    lines = text.splitlines()
    return "\n".join("".join(c if c.isprintable() else " " for c in x).rstrip() for x in lines)


def headline(alert: FiredAlert) -> str:
    """Return what fired, in a line.

    Examples
    --------
    >>> from quantdeck.model.alerts import FiredAlert
    >>> headline(FiredAlert("1", "r", "BTC is dear", "", 0, "last(BTCUSDT) 65,001 > 65,000"))
    'BTC is dear: last(BTCUSDT) 65,001 > 65,000'
    """
    mark = " [simulated]" if alert.simulated else ""
    return one_line(f"{alert.rule_name}: {alert.message}") + mark


def moment(alert: FiredAlert) -> str:
    """Return when it fired, ISO 8601 in UTC to the second.

    Examples
    --------
    >>> from quantdeck.model.alerts import FiredAlert
    >>> moment(FiredAlert("1", "r", "", "", 1_500_000_000, ""))
    '1970-01-01T00:00:01Z'
    """
    return f"{datetime.fromtimestamp(alert.fired_ns // 1_000_000_000, UTC):%Y-%m-%dT%H:%M:%SZ}"


def figures(alert: FiredAlert) -> dict[str, str]:
    """Return the figures that the rule looked at, written out.

    Examples
    --------
    >>> from quantdeck.model.alerts import FiredAlert
    >>> figures(FiredAlert("1", "r", "", "", 0, "", {"last(BTCUSDT)": 65001.25, "z": float("nan")}))
    {'last(BTCUSDT)': '65001.25', 'z': 'not known'}
    """
    return {
        name: f"{value:.10g}" if math.isfinite(value) else "not known"
        for name, value in alert.values.items()
    }


def plain_text(alert: FiredAlert) -> str:
    """Return all that is known of an alert, in lines.

    Examples
    --------
    >>> from quantdeck.model.alerts import FiredAlert
    >>> print(plain_text(FiredAlert("1", "r", "BTC", "last(B) > 2", 0, "3 > 2", {"last(B)": 3.0})))
    BTC: 3 > 2
    <BLANKLINE>
    at      1970-01-01T00:00:00Z
    rule    last(B) > 2
    last(B) = 3
    """
    lines = [
        headline(alert),
        "",
        f"at      {moment(alert)}",
        f"rule    {one_line(alert.text, 2000)}",
    ]
    if alert.simulated:
        lines.append(f"from    {_SIMULATED}")
    lines += [f"{one_line(name)} = {value}" for name, value in figures(alert).items()]
    if alert.details:
        lines += ["", many_lines(alert.details)]
    return "\n".join(lines)
