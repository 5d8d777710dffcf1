"""When data count as stale; the time is handed in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Freshness(StrEnum):
    """How fresh data are; the words that chips carry."""

    LIVE = "live"
    STALE = "stale"
    EMPTY = "empty"
    """Nothing was ever received."""


@dataclass(frozen=True, slots=True)
class Age:
    """The age of the newest event behind something, of the kind that it shows.

    Parameters
    ----------
    freshness : Freshness
        The word.
    seconds : float or None
        Age, never below 0; None where nothing was ever received. [s]
    """

    freshness: Freshness
    seconds: float | None


DEFAULT_STALE_AFTER_S = 10.0
"""A liquid symbol quotes many times a second; ten seconds of silence are worth a word. [s]"""

TRADES_STALE_AFTER_S = 30.0
"""It trades less often than it quotes: so long while it quotes. [s]"""

MARKS_STALE_AFTER_S = 15.0
"""Marks come by the clock, every one or three seconds. [s]"""


def age_of(
    last_recv_ns: int | None, now_ns: int, *, stale_after_s: float = DEFAULT_STALE_AFTER_S
) -> Age:
    """Return the age of data and whether they are stale.

    Parameters
    ----------
    last_recv_ns : int or None
        Receipt of the newest event, UTC; None where there was none. [ns]
    now_ns : int
        The time, from the clock that stamped the receipt. [ns]
    stale_after_s : float
        Older data are stale. [s]

    Returns
    -------
    Age
        A receipt after `now_ns` has age 0: the clock was set back.

    Examples
    --------
    >>> age_of(1_000_000_000, 3_500_000_000)
    Age(freshness=<Freshness.LIVE: 'live'>, seconds=2.5)
    >>> age_of(0, 60_000_000_000).freshness.value, age_of(None, 0).freshness.value
    ('stale', 'empty')
    """
    if last_recv_ns is None:
        return Age(Freshness.EMPTY, None)
    seconds = max(0, now_ns - last_recv_ns) / 1e9
    return Age(Freshness.STALE if seconds > stale_after_s else Freshness.LIVE, seconds)


def age_of_trades(last_trade_ns: int | None, last_ns: int | None, now_ns: int) -> Age:
    """Return the age of a symbol's executions and whether they are stale.

    Parameters
    ----------
    last_trade_ns : int or None
        Receipt of the newest execution, UTC; None where there was none. [ns]
    last_ns : int or None
        Receipt of the newest event of any kind, UTC. [ns]
    now_ns : int
        The time. [ns]

    Returns
    -------
    Age
        Stale after `TRADES_STALE_AFTER_S`, and after `DEFAULT_STALE_AFTER_S` where nothing else of the
        symbol comes either: then it is not the market that is quiet.

    Examples
    --------
    >>> second = 1_000_000_000
    >>> age_of_trades(0, 20 * second, 20 * second).freshness.value
    'live'
    >>> age_of_trades(0, 0, 20 * second).freshness.value
    'stale'
    """
    is_heard = age_of(last_ns, now_ns).freshness is Freshness.LIVE
    stale_after_s = TRADES_STALE_AFTER_S if is_heard else DEFAULT_STALE_AFTER_S
    return age_of(last_trade_ns, now_ns, stale_after_s=stale_after_s)


def oldest(*ages: Age) -> Age:
    """Return the worst of several ages: what a figure made of all of them deserves.

    Parameters
    ----------
    *ages : Age
        At least one.

    Returns
    -------
    Age
        Empty before stale before live, and the older of two with the same word.

    Examples
    --------
    >>> oldest(age_of(0, 5_000_000_000), age_of(None, 0)).freshness.value
    'empty'
    """
    rank = {Freshness.LIVE: 0, Freshness.STALE: 1, Freshness.EMPTY: 2}
    return max(ages, key=lambda age: (rank[age.freshness], age.seconds or 0.0))
