"""Bars from Yahoo for the command line, each row with its source, delay and adjustment."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from quantdeck.analytics.adjustment import adjusted
from quantdeck.app.runs import new_run_id
from quantdeck.app.yahoo_access import yahoo_place, yahoo_provenance, yahoo_rest
from quantdeck.feeds.yahoo.access import SOURCE
from quantdeck.feeds.yahoo.history import YahooHistory
from quantdeck.feeds.yahoo.symbols import checked_symbol
from quantdeck.model.errors import BadInput
from quantdeck.model.history import Adjustment
from quantdeck.ports.history import HistoryRequest
from quantdeck.views.tables import with_time

if TYPE_CHECKING:
    import numpy as np

    from quantdeck.analytics.price_series import PriceSeries
    from quantdeck.app.settings import Settings
    from quantdeck.model.feed import Provenance
    from quantdeck.ports.clock import Clock

TIMEFRAMES = {"1min": "1m", "1hour": "1h", "1day": "1d", "1m": "1m", "1h": "1h", "1d": "1d"}
"""Intervals by what is typed, in small letters."""

ADJUSTMENTS = {"raw": Adjustment.RAW, "split": Adjustment.SPLIT, "all": Adjustment.TOTAL}
"""Prices as paid, in today's shares, or with dividends put back in too."""


async def yahoo_bars(  # noqa: PLR0913 - what is asked for
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
        Address, pace and cache.
    clock : Clock
        Where the time comes from.
    symbol : str
        A stock, an index, a coin or a currency, as typed.
    timeframe : str
        One of `TIMEFRAMES`.
    span_ns : tuple of int
        First start, and the start from which on none is wanted, UTC. [ns]
    adjustment : str
        One of `ADJUSTMENTS`.
    demo : bool
        Ask the simulator.

    Raises
    ------
    BadInput
        If something asked for is not possible.
    ConfigError
        If yfinance is not installed.
    NoData
        If there is no bar in the span.
    VenueError
        If they cannot be had.
    """
    interval = TIMEFRAMES.get(timeframe.lower())
    if interval is None:
        raise BadInput(f"{SOURCE} has no bars of {timeframe!r} here; there are 1Min, 1Hour, 1Day")
    if adjustment not in ADJUSTMENTS:
        known = ", ".join(ADJUSTMENTS)
        raise BadInput(f"{SOURCE} has no adjustment {adjustment!r}; there are {known}")
    name = checked_symbol(symbol)
    async with yahoo_place(settings, demo=demo) as chosen:
        rest = yahoo_rest(chosen, clock=clock, folder=Path(settings.data_dir))
        provenance = yahoo_provenance(chosen, new_run_id(clock))
        source = YahooHistory(rest, provenance=provenance, clock=clock)
        try:
            # To today, so that what is adjusted is so by all that came after it.
            until_ns = max(span_ns[1], clock.now_ns())
            whole = await source.history(HistoryRequest(name, interval, span_ns[0], until_ns))
        finally:
            await source.close()
    series = adjusted(whole, ADJUSTMENTS[adjustment])
    wanted = series.start_ns < span_ns[1]
    return _table(series, wanted, timeframe, provenance)


def _table(
    series: PriceSeries,
    wanted: np.ndarray[tuple[int], np.dtype[np.bool_]],
    timeframe: str,
    provenance: Provenance,
) -> pa.Table:
    count = int(wanted.sum())
    words = {
        "source": SOURCE,
        "feed": "",
        "delay": provenance.delay.value,
        "adjustment": "all" if series.adjustment is Adjustment.TOTAL else series.adjustment.value,
        "currency": series.currency,
    }
    columns = {
        name: pa.array(getattr(series, name)[wanted], from_pandas=True)
        for name in ("open", "high", "low", "close", "volume")
    }
    table = pa.table(
        {
            "start_ns": pa.array(series.start_ns[wanted]),
            "symbol": pa.array([series.symbol] * count),
            "timeframe": pa.array([timeframe] * count),
            **columns,
            **{key: pa.array([word] * count) for key, word in words.items()},
        }
    )
    return with_time(table, "start_ns")
