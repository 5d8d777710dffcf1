"""How far figures made of prices of days and hours can be trusted, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.feed import Delay
from quantdeck.views.payloads import Mode, PanelState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.analytics.price_series import PriceSeries
    from quantdeck.analytics.types import IntArray

_DAY_NS = 86_400_000_000_000
_HOUR_NS = 3_600_000_000_000
_WEEK_END_NS = 4 * _DAY_NS
_ALWAYS_OPEN = "24/7"
_WORDS = {
    Delay.REALTIME: "live",
    Delay.DELAYED: "delayed",
    Delay.INDICATIVE: "delayed",
    Delay.SIMULATED: "demo",
    Delay.IMPORTED: "replay",
}
_KINDS = {"1d": "daily", "1h": "hourly"}
_GRAVEST = ("live", "delayed", "replay", "demo")


def is_overdue(series: PriceSeries, *, now_ns: int, closes: IntArray | None) -> bool:
    """Return whether newer bars should have come by now.

    Parameters
    ----------
    series : PriceSeries
        Of an interval that is kept.
    now_ns : int
        The time, UTC. [ns]
    closes : array of int64 or None
        Ends of the exchange's sessions, UTC, ascending; None where they are not known, and then four
        days pass for a long week-end. [ns]

    Returns
    -------
    bool
        Of a market that never closes, whether the next bar ended a day ago (of hours: three hours ago).
        Of an exchange, whether the session after that of the newest bar ended a day ago. False where
        there is no bar, and of bars from files, which nobody renews.

    Examples
    --------
    >>> from quantdeck.analytics.price_series import PriceSeries
    >>> day = 86_400_000_000_000
    >>> nothing = np.ones(1)
    >>> series = PriceSeries("BINANCE:BTCUSDT", "1d", day, np.array([0]), *[nothing] * 6)
    >>> [is_overdue(series, now_ns=n * day, closes=None) for n in (1, 3, 4)]
    [False, False, True]
    """
    end_ns = series.end_ns
    if end_ns is None or series.delay is Delay.IMPORTED:
        return False
    if series.calendar == _ALWAYS_OPEN:
        grace_ns = _DAY_NS if series.interval_ns >= _DAY_NS else 3 * _HOUR_NS
        return now_ns > end_ns + series.interval_ns + grace_ns
    if closes is None:
        return now_ns > end_ns + _WEEK_END_NS
    # A day's bar ends at midnight UTC after its session, an hour's within it or at its close.
    begun_ns = end_ns - min(series.interval_ns, _HOUR_NS)
    after = int(np.searchsorted(closes, begun_ns, side="right"))
    after += series.interval_ns < _DAY_NS
    return after < len(closes) and now_ns > int(closes[after]) + _DAY_NS


def prices_state(
    series: Sequence[PriceSeries],
    *,
    now_ns: int,
    mode: Mode,
    closes: IntArray | None,
    failure: str = "",
) -> PanelState:
    """Return the state of a panel that is made of kept prices.

    Parameters
    ----------
    series : sequence of PriceSeries
        Those that its figures are made of, of intervals that are kept.
    now_ns : int
        The time, UTC. [ns]
    mode : Mode
        Of the deck.
    closes : array of int64 or None
        As `is_overdue` takes them. [ns]
    failure : str
        Why newer prices could not be had; empty where nobody failed.

    Returns
    -------
    PanelState
        ``stale`` where newer bars should be there, else what the prices are: ``demo``, ``replay``,
        ``delayed`` or ``live``, the gravest of them; the age of the series that ends first.

    Examples
    --------
    >>> prices_state([], now_ns=0, mode=Mode.LIVE, closes=None).word
    'empty'
    """
    there = [each for each in series if each.end_ns is not None]
    if not there:
        return PanelState("empty", None, "", failure or "There are no prices yet")
    oldest = min(there, key=lambda each: (each.end_ns or 0, each.symbol))
    age_s = max(0, now_ns - (oldest.end_ns or 0)) / 1e9
    source = ", ".join(dict.fromkeys(_source_of(each) for each in there if each.source))
    late = [each for each in there if is_overdue(each, now_ns=now_ns, closes=closes)]
    if late:
        why = f". {failure}" if failure else ""
        return PanelState("stale", age_s, source, f"Stale: {_until(late)}{why}")
    words = {_WORDS[each.delay] for each in there}
    if mode is not Mode.LIVE:
        words.add(mode.value)
    word = max(words, key=_GRAVEST.index)
    return PanelState(word, age_s, source)


def _source_of(series: PriceSeries) -> str:
    return f"{series.source} {series.feed}" if series.feed else series.source


def _until(series: Sequence[PriceSeries]) -> str:
    first = min(series, key=lambda each: each.start_ns[-1])
    if first.interval_ns >= _DAY_NS:
        when = f"{np.datetime64(int(first.start_ns[-1]), 'ns').astype('datetime64[D]')}"
    else:
        end = np.datetime64(first.end_ns or 0, "ns").astype("datetime64[m]")
        when = f"{end} UTC".replace("T", " ")
    more = f" and {len(series) - 1} more" if len(series) > 1 else ""
    return (
        f"{_KINDS.get(first.interval, first.interval)} bars of {first.symbol}{more} end on {when}"
    )
