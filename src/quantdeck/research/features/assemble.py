"""A panel from histories, and what else was known of each session when it ended."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.sessions import us_sessions
from quantdeck.model.errors import BadInput
from quantdeck.model.feed import Delay
from quantdeck.research.features.carry import Carried, carried
from quantdeck.research.features.panel import Panel

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quantdeck.analytics.types import FloatArray, IntArray
    from quantdeck.model.collected import Story
    from quantdeck.model.history import History
    from quantdeck.research.features.chain_figures import ChainFigures

DAY_NS = 86_400_000_000_000
LATE_NS = 900 * 1_000_000_000
"""So long after a session its options may still be quoted."""
_CHAIN_INPUTS = {
    "iv30": "iv30",
    "iv90": "iv90",
    "iv_skew": "skew",
    "put_volume": "put_volume",
    "call_volume": "call_volume",
    "open_interest": "open_interest",
}


@dataclass(frozen=True, slots=True)
class RateMark:
    """Rate of box spreads of a constant tenor at one moment.

    Parameters
    ----------
    ts_ns : int
        UTC. [ns]
    tenor_days : int
        Such as 91. [days]
    rate : float
        Continuous, ACT/365. [1/year]
    """

    ts_ns: int
    tenor_days: int
    rate: float


def assemble(
    histories: Sequence[History],
    *,
    start_ns: int | None = None,
    end_ns: int | None = None,
    extra: Mapping[str, FloatArray] | None = None,
    sessions: IntArray | None = None,
) -> Panel:
    """Return the panel of daily bars.

    Parameters
    ----------
    histories : sequence of History
        One of each symbol, all of one calendar.
    start_ns, end_ns : int or None
        Sessions of dates in ``[start_ns, end_ns)``; None is no limit. [ns]
    extra : mapping of str to array of shape (N, T) or (T,), optional
        Further inputs, symbols ascending; see `news_inputs`, `chain_inputs` and `rate_inputs`.
    sessions : array of int64 of shape (T,), optional
        Dates of the panel, of which these symbols are a part; those of their bars by default. [ns]

    Returns
    -------
    Panel
        Of every date on which one of them has a bar; NaN where another has none.

    Raises
    ------
    BadInput
        If there is none, symbols repeat, calendars differ or an action cannot be.

    Notes
    -----
    A session of New York is known at its close; of another exchange, and of a market that never closes, at
    the midnight UTC that ends its date.
    """
    if not histories:
        raise BadInput("features need the daily bars of at least one symbol")
    calendars = sorted({each.calendar for each in histories})
    if len(calendars) > 1:
        raise BadInput(
            f"symbols of one calendar stand in a table of features, were {', '.join(calendars)}; "
            "build one for each"
        )
    ordered = sorted(histories, key=lambda each: each.symbol)
    every = [carried(each) for each in ordered]
    if sessions is None:
        sessions = np.unique(np.concatenate([each.start_ns for each in every]))
        sessions = sessions[slice(*np.searchsorted(sessions, _span(start_ns, end_ns)))]
    sources = dict.fromkeys(each.provenance.source for each in ordered)
    return Panel(
        symbols=tuple(each.symbol for each in ordered),
        sessions=sessions,
        known_ns=known_times(sessions, calendars[0]),
        extra=dict(extra or {}),
        calendar=calendars[0],
        source=", ".join(sources),
        is_simulated=any(each.provenance.delay is Delay.SIMULATED for each in ordered),
        **_grids(every, sessions),
    )


def known_times(sessions: IntArray, calendar: str) -> IntArray:
    """Return when each session had ended.

    Parameters
    ----------
    sessions : array of int64 of shape (T,)
        Midnight UTC of the dates. [ns]
    calendar : str
        ``XNYS`` gives the closes of New York, early ones included; another the end of the date in UTC, and
        so does a date on which New York was closed.

    Returns
    -------
    array of int64 of shape (T,)
        UTC. [ns]

    Examples
    --------
    >>> day = np.array(["2026-11-20"], "datetime64[ns]").astype(np.int64)
    >>> known_times(day, "XNYS").astype("datetime64[ns]").astype("datetime64[m]")
    array(['2026-11-20T21:00'], dtype='datetime64[m]')
    """
    ends = sessions + DAY_NS
    if calendar != "XNYS":
        return ends
    known = us_sessions()
    days = known.days.astype("datetime64[ns]").astype(np.int64)
    at = np.minimum(np.searchsorted(days, sessions), len(days) - 1)
    return np.where(days[at] == sessions, known.close_ns[at], ends)


def news_inputs(
    stories: Sequence[Story],
    symbols: Sequence[str],
    known_ns: IntArray,
    *,
    collected_ns: int | None = None,
) -> dict[str, FloatArray]:
    """Return counts and sums of sentiment of the stories that became known with each session.

    Parameters
    ----------
    stories : sequence of Story
        In any order. One counts from when it was changed last: what it says now was not known before. One
        headline of a symbol counts once in a session, whoever brought it.
    symbols : sequence of str
        Canonical, ascending.
    known_ns : array of int64 of shape (T,)
        Ends of the sessions, UTC. [ns]
    collected_ns : int or None
        When stories were fetched last, UTC; later sessions are not known. [ns]

    Returns
    -------
    dict of str to array of shape (N, T)
        ``news_count``, ``news_judged`` (those with a sentiment) and ``news_score`` (their sum); NaN before
        the first story, and a day after `collected_ns`; empty where there is no story.
    """
    if not stories or not len(known_ns):
        return {}
    count, judged, score = np.zeros((3, len(symbols), len(known_ns)))
    told = _told(stories, {symbol: at for at, symbol in enumerate(symbols)}, known_ns)
    for (row, t, _), story in told.items():
        count[row, t] += 1.0
        if story.sentiment is not None:
            judged[row, t] += 1.0
            score[row, t] += story.sentiment
    unknown = known_ns < min(map(_known_from, stories))
    if collected_ns is not None:
        unknown |= known_ns > collected_ns + DAY_NS
    for values in (count, judged, score):
        values[:, unknown] = np.nan
    return {"news_count": count, "news_judged": judged, "news_score": score}


def chain_inputs(
    figures: Sequence[ChainFigures], symbols: Sequence[str], known_ns: IntArray
) -> dict[str, FloatArray]:
    """Return the figures of the last chain of each session.

    Parameters
    ----------
    figures : sequence of ChainFigures
        In any order.
    symbols : sequence of str
        Canonical, ascending.
    known_ns : array of int64 of shape (T,)
        Ends of the sessions, UTC. A chain counts for the session in which its newest quote was made, with
        a quarter of an hour beyond the end, as index options have: collected in the evening it is that of
        the day. [ns]

    Returns
    -------
    dict of str to array of shape (N, T)
        ``iv30``, ``iv90``, ``iv_skew``, ``put_volume``, ``call_volume`` and ``open_interest``; NaN where
        not known; empty where no chain counts.
    """
    rows = {symbol: at for at, symbol in enumerate(symbols)}
    last: dict[tuple[int, int], ChainFigures] = {}
    for each in sorted(figures, key=lambda each: each.quoted_ns):
        row, t = rows.get(each.underlying), int(np.searchsorted(known_ns + LATE_NS, each.quoted_ns))
        if row is not None and t < len(known_ns):
            last[row, t] = each
    if not last:
        return {}
    found = {name: np.full((len(symbols), len(known_ns)), np.nan) for name in _CHAIN_INPUTS}
    for (row, t), each in last.items():
        for name, attribute in _CHAIN_INPUTS.items():
            value = getattr(each, attribute)
            found[name][row, t] = np.nan if value is None else value
    return found


def rate_inputs(marks: Sequence[RateMark], known_ns: IntArray) -> dict[str, FloatArray]:
    """Return the last rate of each tenor and session.

    Parameters
    ----------
    marks : sequence of RateMark
        In any order.
    known_ns : array of int64 of shape (T,)
        As of `chain_inputs`.

    Returns
    -------
    dict of str to array of shape (T,)
        ``box_rate_<days>``; NaN where not known.

    Examples
    --------
    >>> rate_inputs([RateMark(5, 91, 0.04)], np.array([8, 18]))
    {'box_rate_91': array([0.04,  nan])}
    """
    found: dict[str, FloatArray] = {}
    for mark in sorted(marks, key=lambda each: each.ts_ns):
        t = int(np.searchsorted(known_ns, mark.ts_ns))
        if t < len(known_ns) and np.isfinite(mark.rate):
            name = f"box_rate_{mark.tenor_days}"
            found.setdefault(name, np.full(len(known_ns), np.nan))[t] = mark.rate
    return found


def _known_from(story: Story) -> int:
    return max(story.published_ns, story.updated_ns)


def _told(
    stories: Sequence[Story], rows: Mapping[str, int], known_ns: IntArray
) -> dict[tuple[int, int, str], Story]:
    found: dict[tuple[int, int, str], Story] = {}
    for story in sorted(stories, key=_known_from):
        t = int(np.searchsorted(known_ns, _known_from(story)))
        for symbol in story.symbols if t < len(known_ns) else ():
            if symbol in rows:
                found.setdefault((rows[symbol], t, story.headline.casefold()), story)
    return found


def _span(start_ns: int | None, end_ns: int | None) -> tuple[int, int]:
    whole = np.iinfo(np.int64)
    return (
        int(whole.min) if start_ns is None else start_ns,
        int(whole.max) if end_ns is None else end_ns,
    )


def _grids(every: Sequence[Carried], sessions: IntArray) -> dict[str, FloatArray]:
    names = [each.name for each in fields(Carried) if each.name != "start_ns"]
    grids = {name: np.full((len(every), len(sessions)), np.nan) for name in names}
    grids["scale"][:] = 1.0
    for row, each in enumerate(every):
        at = np.searchsorted(sessions, each.start_ns)
        inside = (at < len(sessions)) & (each.start_ns >= (sessions[0] if len(sessions) else 0))
        for name in names:
            grids[name][row, at[inside]] = getattr(each, name)[inside]
    return grids
