"""Bars of seconds and minutes out of the tape: made of executions, and those the venue told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.analytics.resample import bars_from_ticks, join_bars
from quantdeck.live.venue_bars import is_past, venue_bars
from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.events import Kind

if TYPE_CHECKING:
    from quantdeck.analytics.resample import Bars
    from quantdeck.ports.tape import TapeReader

_MOST_TICKS = 20_000_000
_FURTHER = 8
_BAR_COLUMNS = (
    *("ts_event", "open", "high", "low", "close", "volume", "trades"),
    *("interval_ns", "flags"),
)


class TapedBars:
    """Reads bars; its methods take their time and belong into a thread.

    Parameters
    ----------
    reader : TapeReader
        The tape.
    """

    def __init__(self, reader: TapeReader) -> None:
        self._reader = reader

    def newest(self, symbol: str, interval_ns: int, end_ns: int | None, limit: int) -> Bars:
        """Return the newest bars that start before a time, the one still open included.

        Parameters
        ----------
        symbol : str
            Canonical symbol.
        interval_ns : int
            Length of a bar. [ns]
        end_ns : int or None
            None: now. [ns]
        limit : int
            Bars at most.

        Raises
        ------
        BadInput
            If more executions than fit into memory are behind them.
        NoData
            If no execution of the symbol is on the tape.
        """
        # Counted back from the last execution, ever further while there are too few: neither a
        # market that is closed nor one that hardly trades has a bar in every interval.
        first_ns, stop_ns = self._span(symbol, interval_ns)
        until_ns = stop_ns if end_ns is None else min(stop_ns, end_ns)
        span_ns = limit * interval_ns
        while True:
            bars = self._made(symbol, interval_ns, until_ns - span_ns, end_ns)
            if len(bars) >= limit or until_ns - span_ns <= first_ns:
                return bars[-limit:]
            span_ns *= _FURTHER

    def oldest(
        self, symbol: str, interval_ns: int, start_ns: int, end_ns: int | None, limit: int
    ) -> Bars:
        """Return the oldest bars that start in a span; see `newest`."""
        # The same forwards, so that a short answer does not read a long tape.
        first_ns, stop_ns = self._span(symbol, interval_ns)
        start_ns = max(start_ns, first_ns)
        stop_ns = stop_ns if end_ns is None else min(stop_ns, end_ns)
        span_ns = limit * interval_ns
        while True:
            until_ns = min(start_ns + span_ns, stop_ns)
            bars = self._made(symbol, interval_ns, start_ns, until_ns)
            if len(bars) >= limit or until_ns >= stop_ns:
                return bars[:limit]
            span_ns *= _FURTHER

    def _span(self, symbol: str, interval_ns: int) -> tuple[int, int]:
        # Start of the first bar that the tape can make, and the end of its executions
        streams = [c for c in self._reader.coverage() if c.symbol == symbol]
        made = [c for c in streams if c.kind in {Kind.TRADE, Kind.AGG_TRADE}]
        if not made:
            raise NoData(f"no execution of {symbol} is on the tape")
        told = [c for c in streams if c.kind == Kind.BAR]
        first_ns = min(c.first_ns for c in (*made, *told))
        return first_ns // interval_ns * interval_ns, max(c.last_ns for c in made) + 1

    def _made(self, symbol: str, interval_ns: int, start_ns: int, end_ns: int | None) -> Bars:
        first_ns = start_ns // interval_ns * interval_ns
        first_ns += interval_ns if first_ns < start_ns else 0
        if end_ns is not None:
            # A bar is wanted whole when it starts before the end.
            end_ns = -(-end_ns // interval_ns) * interval_ns
        columns = ["ts_event", "seq", "price", "size"]
        tables = [
            self._reader.table(
                kind, symbols=[symbol], start_ns=first_ns, end_ns=end_ns, columns=columns
            )
            for kind in (Kind.AGG_TRADE, Kind.TRADE)
        ]
        # Single and aggregated executions are the same trades told twice: one of them, the longer.
        ticks = max(tables, key=lambda table: table.num_rows)
        if ticks.num_rows > _MOST_TICKS:
            raise BadInput(
                f"{ticks.num_rows:,} executions are too many for one answer; ask for less time"
            )
        made = bars_from_ticks(
            *(ticks.column(name).to_numpy() for name in columns), interval_ns=interval_ns
        )
        return join_bars(made, self._told(symbol, interval_ns, first_ns, end_ns))

    def _told(self, symbol: str, interval_ns: int, start_ns: int, end_ns: int | None) -> Bars:
        # As in memory: of the time before a capture the venue's bars are whole, ours are not.
        table = self._reader.table(
            Kind.BAR, symbols=[symbol], start_ns=start_ns, end_ns=end_ns, columns=_BAR_COLUMNS
        )
        rows = {name: table.column(name).to_numpy() for name in _BAR_COLUMNS}
        chosen = is_past(rows["flags"]) & (rows["interval_ns"] == interval_ns)
        return venue_bars({name: column[chosen] for name, column in rows.items()})
