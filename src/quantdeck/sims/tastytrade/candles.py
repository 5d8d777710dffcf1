"""Candles of the underlyings: a snapshot from a time on, newest first, and the one that is open.

Source: dxFeed, "Candle" and "IndexedEvent" (symbol attributes, event flags, order of a snapshot).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from quantdeck.sims.options.level import MINUTE_NS
from quantdeck.sims.options.market import SCALES
from quantdeck.sims.options.sessions import DAY_NS

if TYPE_CHECKING:
    from quantdeck.sims.noise import FloatArray, IntArray
    from quantdeck.sims.options.market import OptionMarket

REMOVE, SNAPSHOT_BEGIN, SNAPSHOT_END, SNAPSHOT_SNIP = 0x2, 0x4, 0x8, 0x10
"""Bits of `eventFlags`."""
MOST_CANDLES = 2_000
"""A longer snapshot is cut."""

_CANDLE = re.compile(r"([A-Z0-9./]+)\{=(\d*)(s|m|h|d|w|mo)(?:,[a-z]+=[a-z0-9]+)*\}")
_UNIT_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "mo": 2_592_000}
_NS = 1_000_000_000
_HOUR_NS = 3600 * _NS
_SAMPLES = 12
_EARLIEST_NS = 18_993 * DAY_NS


@dataclass(frozen=True, slots=True)
class Candle:
    """Which candles are meant.

    Parameters
    ----------
    text : str
        As they were asked for.
    symbol : str
        Of what.
    interval_s : int
        Length. [s]
    """

    text: str
    symbol: str
    interval_s: int


def parse_candle(text: str) -> Candle | None:
    """Return what a candle symbol stands for, None where it is none.

    Examples
    --------
    >>> parse_candle("SPX{=5m,tho=true}")
    Candle(text='SPX{=5m,tho=true}', symbol='SPX', interval_s=300)
    """
    found = _CANDLE.fullmatch(text)
    if found is None:
        return None
    symbol, count, unit = found.groups()
    return Candle(text, symbol, int(count or 1) * _UNIT_S[unit])


def candle_columns(
    market: OptionMarket, candle: Candle, now_ns: int, since_ms: int | None, *, known: bool
) -> dict[str, Any]:
    """Return the values of candles by field.

    Parameters
    ----------
    market : OptionMarket
        Prices.
    candle : Candle
        Which.
    now_ns : int
        The last one is open then. [ns]
    since_ms : int or None
        Start of the snapshot; None for the open candle alone. [ms]
    known : bool
        Whether there are prices of the symbol; an empty snapshot otherwise.
    """
    if not known:
        flags = REMOVE | SNAPSHOT_BEGIN | SNAPSHOT_END
        return {
            "eventSymbol": [candle.text],
            "eventFlags": flags,
            "index": 0,
            "time": 0,
            "count": 0,
        }
    length_ns = candle.interval_s * _NS
    last = now_ns // length_ns
    first = last if since_ms is None else max(-(-since_ms * 1_000_000 // length_ns), 0)
    kept = max(first, last - MOST_CANDLES + 1, -(-_EARLIEST_NS // length_ns))
    starts = np.arange(last, min(kept, last) - 1, -1, dtype=np.int64) * length_ns
    prices = _sampled(market, candle.symbol, starts, length_ns, now_ns)
    flags = np.zeros(len(starts), dtype=np.int64)
    if since_ms is not None:
        flags[0] |= SNAPSHOT_BEGIN
        flags[-1] |= SNAPSHOT_END if kept == first else SNAPSHOT_SNIP
    times = starts // 1_000_000
    return {
        "eventSymbol": [candle.text] * len(starts),
        "eventFlags": flags.tolist(),
        "index": (times << 22).tolist(),
        "time": times.tolist(),
        "count": _SAMPLES,
        "open": prices[:, 0].tolist(),
        "high": prices.max(axis=1).tolist(),
        "low": prices.min(axis=1).tolist(),
        "close": prices[:, -1].tolist(),
    }


def _sampled(
    market: OptionMarket, symbol: str, starts: IntArray, length_ns: int, now_ns: int
) -> FloatArray:
    steps = np.linspace(0, length_ns, _SAMPLES).astype(np.int64)
    when = np.minimum(starts[:, None] + steps, now_ns)
    if length_ns < _HOUR_NS:
        return market.underlyings(symbol, when).round(2)
    # Looked up at whole minutes: steps of 100 ms would all have to be made first.
    days, minutes = when // DAY_NS, when % DAY_NS // MINUTE_NS
    first = int(days.min())
    levels = np.stack([market.level.minutes(day) for day in range(first, int(days.max()) + 1)])
    return (levels[days - first, minutes] * SCALES[symbol]).round(2)
