"""Bars of what is on the tape, made from its ticks some at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from quantdeck.analytics.resample import Bars, bars_from_ticks
from quantdeck.model.errors import BadInput
from quantdeck.model.events import Kind
from quantdeck.tape.columns import TEXT
from quantdeck.views.tables import with_time

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from quantdeck.tape.reader import Reader

_TICKS = (Kind.TRADE, Kind.AGG_TRADE)


def bars(
    reader: Reader,
    kind: Kind,
    *,
    interval_ns: int,
    symbols: Sequence[str] | None = None,
    start_ns: int | None = None,
    end_ns: int | None = None,
) -> Iterator[pa.Table]:
    """Return the bars of recorded ticks, symbol by symbol.

    Parameters
    ----------
    reader : Reader
        The tape.
    kind : Kind
        Which ticks: trades or aggregated trades.
    interval_ns : int
        Length of a bar. [ns]
    symbols : sequence of str, optional
        Canonical symbols; all that have such ticks by default.
    start_ns, end_ns : int, optional
        Ticks with ``start_ns <= ts_event < end_ns``, UTC. [ns]

    Yields
    ------
    pa.Table
        `time`, `start_ns`, `symbol`, `open`, `high`, `low`, `close`, `volume`, `trades`; only
        intervals that hold a tick.

    Raises
    ------
    BadInput
        If the kind has no prices and sizes, or the interval is not positive.
    """
    if kind not in _TICKS or interval_ns <= 0:
        raise BadInput(
            f"bars are made of {' or '.join(_TICKS)} over a positive interval; was {kind} and "
            f"{interval_ns} ns"
        )
    if symbols is None:
        symbols = sorted({c.symbol for c in reader.coverage() if c.kind == kind.value})
    for symbol in symbols:
        waiting: list[pa.Table] = []
        for table in reader.scan(kind, symbols=[symbol], start_ns=start_ns, end_ns=end_ns):
            # The last bar of what has come may not be complete.
            last = table.column("ts_event")[-1].as_py() // interval_ns * interval_ns
            stop = int(table.column("ts_event").to_numpy().searchsorted(last))
            if stop:
                yield _table(_bars([*waiting, table.slice(0, stop)], interval_ns), symbol)
                waiting = []
            elif waiting and waiting[-1].column("ts_event")[-1].as_py() < last:
                yield _table(_bars(waiting, interval_ns), symbol)
                waiting = []
            waiting.append(table.slice(stop))
        if waiting:
            yield _table(_bars(waiting, interval_ns), symbol)


def _bars(ticks: Sequence[pa.Table], interval_ns: int) -> Bars:
    together = pa.concat_tables(ticks)
    columns = ("ts_event", "seq", "price", "size")
    return bars_from_ticks(
        *(together.column(name).to_numpy() for name in columns), interval_ns=interval_ns
    )


def _table(made: Bars, symbol: str) -> pa.Table:
    names = pa.DictionaryArray.from_arrays(pa.array([0] * len(made), pa.int32()), [symbol])
    columns = {
        "start_ns": made.start_ns,
        "symbol": names.cast(TEXT),
        "open": made.open,
        "high": made.high,
        "low": made.low,
        "close": made.close,
        "volume": made.volume,
        "trades": made.trades,
    }
    return with_time(pa.table(columns), "start_ns")
