"""Bars of one symbol as the tape knows them: the venue's, and those made of executions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from quantdeck.analytics.resample import Bars, join_bars, resample_bars
from quantdeck.app.words import counted
from quantdeck.live.venue_bars import is_past, venue_bars
from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.events import Kind
from quantdeck.model.instruments import canonical
from quantdeck.tape import export_bars

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.tape.reader import Reader

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_SECOND_NS = 1_000_000_000
_LONGEST_NS = 7 * 86_400 * _SECOND_NS


def interval_of(timeframe: str) -> int:
    """Return the length of a bar in ns.

    Parameters
    ----------
    timeframe : str
        A count and s, m, h or d, such as ``1m``.

    Raises
    ------
    BadInput
        If it is not one, or longer than a week.

    Examples
    --------
    >>> interval_of("5m")
    300000000000
    """
    found = re.fullmatch(r"(\d{1,6})([smhd])", timeframe)
    interval_ns = int(found[1]) * _UNITS[found[2]] * _SECOND_NS if found else 0
    if not 0 < interval_ns <= _LONGEST_NS:
        raise BadInput(
            f"--timeframe {timeframe!r} is not one; write a count and a unit, such as 1s, 5m, 1h or 1d"
        )
    return interval_ns


def known_symbol(reader: Reader, typed: str) -> str:
    """Return the canonical symbol of what was typed.

    Parameters
    ----------
    reader : Reader
        The tape.
    typed : str
        ``BTCUSDT``, or with its venue, ``BINANCE-USDM:BTCUSDT``.

    Raises
    ------
    BadInput
        If several venues on the tape have it.
    NoData
        If none has; the message names those that are there.
    """
    known = sorted({c.symbol for c in reader.coverage()})
    if not known:
        raise NoData("nothing is on the tape; capture something, or use quantdeck import")
    if ":" in typed:
        found = [symbol for symbol in known if symbol == canonical(typed, default_venue="")]
    else:
        found = [symbol for symbol in known if symbol.partition(":")[2] == typed.strip().upper()]
    if len(found) > 1:
        raise BadInput(f"{typed} is traded at several venues; name one of {', '.join(found)}")
    if not found:
        raise NoData(f"nothing of {typed} is on the tape; there are {', '.join(known)}")
    return found[0]


def taped_bars(
    reader: Reader,
    symbol: str,
    *,
    interval_ns: int,
    start_ns: int | None = None,
    end_ns: int | None = None,
) -> Bars:
    """Return the bars of a symbol, oldest first.

    Parameters
    ----------
    reader : Reader
        The tape.
    symbol : str
        Canonical symbol.
    interval_ns : int
        Length of a bar. [ns]
    start_ns, end_ns : int, optional
        Bars that begin in ``start_ns <= start < end_ns``, UTC. [ns]

    Returns
    -------
    Bars
        Of an interval that both have, the venue's bar, since capture may have begun within it.

    Raises
    ------
    NoData
        If there is neither a bar nor an execution in the span.
    StoreError
        If the tape cannot be read.
    """
    span = (start_ns, end_ns)
    step_ns, told = _of_venue(reader, symbol, interval_ns, span)
    made = _of_executions(reader, symbol, step_ns, span)
    # Joined before they are made longer, so that none is made of one origin's part.
    bars = join_bars(made, told)
    if step_ns != interval_ns:
        bars = resample_bars(bars, interval_ns)
    if not len(bars):
        had = [c for c in reader.coverage() if c.symbol == symbol]
        rows = counted(sum(c.rows for c in had), "event")
        raise NoData(
            f"no bar of {symbol} can be made of the tape in this span; it has {rows} of it in all; "
            "widen --since and --until"
        )
    return bars


_Span = tuple[int | None, int | None]


def _of_executions(reader: Reader, symbol: str, interval_ns: int, span: _Span) -> Bars:
    # Single and aggregated executions tell the same trades twice: the fuller of the two.
    rows = {
        kind: sum(c.rows for c in reader.coverage() if c.symbol == symbol and c.kind == kind.value)
        for kind in (Kind.TRADE, Kind.AGG_TRADE)
    }
    kind = max(rows, key=lambda each: rows[each])
    tables = list(
        export_bars.bars(
            reader,
            kind,
            interval_ns=interval_ns,
            symbols=[symbol],
            start_ns=span[0],
            end_ns=span[1],
        )
        if rows[kind]
        else ()
    )
    names = ("start_ns", "open", "high", "low", "close", "volume", "trades")
    if not tables:
        return _none()
    table = pa.concat_tables(tables)
    return Bars(*(table.column(name).to_numpy() for name in names))


def _of_venue(reader: Reader, symbol: str, interval_ns: int, span: _Span) -> tuple[int, Bars]:
    # With the interval of the bars, which may be shorter than what was asked for.
    names = ("ts_event", "open", "high", "low", "close", "volume", "trades")
    table = reader.table(
        Kind.BAR,
        symbols=[symbol],
        start_ns=span[0],
        end_ns=span[1],
        columns=[*names, "interval_ns", "flags"],
    )
    columns = {name: table.column(name).to_numpy() for name in (*names, "interval_ns", "flags")}
    past = is_past(columns["flags"])
    fitting = _fitting(np.unique(columns["interval_ns"][past]).tolist(), interval_ns)
    if fitting is None:
        return interval_ns, _none()
    chosen = past & (columns["interval_ns"] == fitting)
    return fitting, venue_bars({name: column[chosen] for name, column in columns.items()})


def _fitting(intervals: Sequence[int], wanted: int) -> int | None:
    # The longest of those that make up a whole bar.
    return max((each for each in intervals if wanted % each == 0), default=None)


def _none() -> Bars:
    floats, ints = np.empty(0), np.empty(0, np.int64)
    return Bars(ints, floats, floats, floats, floats, floats, ints)
