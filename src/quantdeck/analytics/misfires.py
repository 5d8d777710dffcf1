"""Which due times are still to be run when nobody was there at their time.

A machine sleeps, a process is ended, a clock is set: due times pass. What is made of them is a choice of
each job, since a backup that was missed seven times is made up for by one, and a report of each day is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from quantdeck.analytics.due_times import newest_due

if TYPE_CHECKING:
    from quantdeck.analytics.due_times import When
    from quantdeck.analytics.sessions import Sessions

Misfire = Literal["latest", "all", "skip"]

ON_TIME_S = 600.0
"""So late may begin what is not made up for. [s]"""

MOST_MADE_UP = 100
"""Due times of one job that are run one after the other at most."""

MOST_NOTED = 10
"""Due times that are noted as missed, the newest of them."""

_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Passed:
    """Due times that have come, and what is made of them.

    Parameters
    ----------
    run : tuple of int
        To be run, oldest first, UTC. [ns]
    missed : tuple of int
        Not to be run any more, newest first, UTC. [ns]
    """

    run: tuple[int, ...] = ()
    missed: tuple[int, ...] = ()


def passed(
    when: When,
    since_ns: int,
    now_ns: int,
    sessions: Sessions,
    *,
    misfire: Misfire,
    grace_s: float,
) -> Passed:
    """Return what is made of the due times in ``(since_ns, now_ns]``.

    Parameters
    ----------
    when : When
        The rule.
    since_ns : int
        Newest due time that was dealt with, UTC. [ns]
    now_ns : int
        Now, UTC. [ns]
    sessions : Sessions
        Of the exchange.
    misfire : str
        ``latest``: the newest is run, in place of all before it. ``all``: each is run, up to
        `MOST_MADE_UP`. ``skip``: as ``latest``, if it is no later than `ON_TIME_S`.
    grace_s : float
        Later than that none is run. [s]

    Returns
    -------
    Passed
        Nothing where none has come.

    Examples
    --------
    >>> from quantdeck.analytics.due_times import parse_when
    >>> when, night = parse_when("every 1 h"), 8 * 3_600 * 10**9
    >>> found = passed(when, 0, night, None, misfire="latest", grace_s=86_400.0)
    >>> [each // 3_600_000_000_000 for each in found.run], len(found.missed)
    ([8], 7)
    """
    grace_s = min(grace_s, ON_TIME_S) if misfire == "skip" else grace_s
    oldest_ns = now_ns - int(grace_s * _NS)
    most = MOST_MADE_UP if misfire == "all" else 1
    run: list[int] = []
    missed: list[int] = []
    due_ns = newest_due(when, now_ns, sessions)
    while due_ns is not None and due_ns > since_ns and len(missed) < MOST_NOTED:
        if due_ns >= oldest_ns and len(run) < most:
            run.append(due_ns)
        else:
            missed.append(due_ns)
        due_ns = newest_due(when, due_ns - 1, sessions)
    return Passed(tuple(reversed(run)), tuple(missed))
