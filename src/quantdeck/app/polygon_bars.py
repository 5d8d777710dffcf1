"""Bars from Polygon for the command line, each row with its source, delay and adjustment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from quantdeck.app.polygon_access import polygon_access
from quantdeck.feeds.polygon.bars import bar_pages, start_ns, timeframe_of
from quantdeck.feeds.polygon.endpoints import SOURCE
from quantdeck.feeds.polygon.symbols import checked_symbol
from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.feed import Delay
from quantdeck.views.tables import with_time

if TYPE_CHECKING:
    from quantdeck.app.settings import Settings
    from quantdeck.feeds.polygon.bars import Timeframe
    from quantdeck.feeds.polygon.prices import BarRow
    from quantdeck.ports.clock import Clock

ADJUSTMENTS = ("raw", "split")
"""Prices as paid, or in today's shares: the vendor puts no dividends back in."""


async def polygon_bars(  # noqa: PLR0913 - what is asked for
    settings: Settings,
    clock: Clock,
    *,
    symbol: str,
    timeframe: str,
    span_ns: tuple[int, int],
    adjustment: str,
    demo: bool,
) -> pa.Table:
    """Return bars as a table.

    Parameters
    ----------
    settings : Settings
        Address, plan and cache.
    clock : Clock
        Where the time comes from.
    symbol : str
        A stock, an index or an option, as typed.
    timeframe : str
        Such as ``5Min`` or ``1Day``.
    span_ns : tuple of int
        First start, and the start from which on none is wanted, UTC. [ns]
    adjustment : str
        One of `ADJUSTMENTS`.
    demo : bool
        Ask the simulator.

    Raises
    ------
    AuthFailed, NotEntitled
        If the key is not here, or the plan lacks it.
    BadInput
        If something asked for is not possible.
    NoData
        If there is no bar in the span.
    VenueError
        If they cannot be had.
    """
    if adjustment not in ADJUSTMENTS:
        raise BadInput(
            f"{SOURCE} has no adjustment {adjustment!r}; there are {', '.join(ADJUSTMENTS)}"
        )
    name, length = checked_symbol(symbol), timeframe_of(timeframe)
    rows: list[BarRow] = []
    late = False
    async with polygon_access(settings, clock, demo=demo) as access:
        pages = bar_pages(
            access.rest, name, length, span_ns=span_ns, adjusted=adjustment == "split"
        )
        async for chunk in pages:
            rows += chunk.rows
            late |= chunk.is_delayed
    if not rows:
        raise NoData(
            f"{SOURCE} has no bars of {name} in this span; name another with --start and --end"
        )
    delay = Delay.DELAYED if late else Delay.REALTIME
    words = {
        "source": SOURCE,
        "feed": "delayed" if late else "",
        "delay": (Delay.SIMULATED if access.simulated else delay).value,
        "adjustment": adjustment,
    }
    return _table(name, rows, timeframe, length, words)


def _table(
    symbol: str, rows: list[BarRow], name: str, length: Timeframe, words: dict[str, str]
) -> pa.Table:
    count = len(rows)
    table = pa.table(
        {
            "start_ns": pa.array([start_ns(row, length) for row in rows], pa.int64()),
            "symbol": pa.array([symbol] * count),
            "timeframe": pa.array([name] * count),
            "open": pa.array([row.o for row in rows], pa.float64()),
            "high": pa.array([row.h for row in rows], pa.float64()),
            "low": pa.array([row.l for row in rows], pa.float64()),
            "close": pa.array([row.c for row in rows], pa.float64()),
            "volume": pa.array([row.volume for row in rows], pa.float64()),
            "trades": pa.array([row.n for row in rows], pa.int64()),
            "vwap": pa.array([row.vw for row in rows], pa.float64()),
            **{key: pa.array([word] * count) for key, word in words.items()},
        }
    )
    return with_time(table, "start_ns")
