"""Tables of the copy, and what their rows are made of."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from quantdeck.analytics.adjustment import adjusted
from quantdeck.model.collected import IndicatorReading, QuoteReading, StatementLine, Story
from quantdeck.model.history import Adjustment

if TYPE_CHECKING:
    import pyarrow as pa

    from quantdeck.model.collected import Record
    from quantdeck.model.history import History

_TOLD = "source TEXT, delay TEXT, fetched_at TEXT, ingest_run_id TEXT"

TABLES: dict[str, str] = {
    "ohlcv": (
        "symbol TEXT, date TEXT, open REAL, high REAL, low REAL, close REAL, volume REAL, "
        f"adj_close REAL, currency TEXT, {_TOLD}, PRIMARY KEY (symbol, date, source)"
    ),
    "minute_bars": (
        "symbol TEXT, start TEXT, open REAL, high REAL, low REAL, close REAL, volume REAL, "
        f"{_TOLD}, PRIMARY KEY (symbol, start, source)"
    ),
    "corporate_actions": (
        "symbol TEXT, ex_date TEXT, kind TEXT, value REAL, "
        f"{_TOLD}, PRIMARY KEY (symbol, ex_date, kind, value, source)"
    ),
    "fundamentals": (
        "symbol TEXT, period TEXT, timeframe TEXT, statement TEXT, item TEXT, label TEXT, "
        f"value REAL, unit TEXT, period_end TEXT, filed TEXT, {_TOLD}, "
        "PRIMARY KEY (symbol, period, timeframe, statement, item, source)"
    ),
    "indicators": (
        f"symbol TEXT, name TEXT, interval TEXT, time TEXT, value REAL, {_TOLD}, "
        "PRIMARY KEY (symbol, name, interval, time, source)"
    ),
    "realtime_quotes": (
        "symbol TEXT, time TEXT, bid REAL, ask REAL, bid_size REAL, ask_size REAL, last REAL, "
        f"volume REAL, previous_close REAL, {_TOLD}, PRIMARY KEY (symbol, time, source)"
    ),
    "news": (
        "id TEXT, published TEXT, headline TEXT, summary TEXT, publisher TEXT, url TEXT, "
        f"symbols TEXT, sentiment REAL, sentiment_by TEXT, {_TOLD}, PRIMARY KEY (id, source)"
    ),
    "option_chain": (
        "underlying TEXT, contract TEXT, expiry TEXT, right TEXT, strike REAL, bid REAL, ask REAL, "
        "bid_size REAL, ask_size REAL, volume REAL, open_interest REAL, spot REAL, taken TEXT, "
        f"{_TOLD}, PRIMARY KEY (contract, source)"
    ),
}
"""Columns of every table. Times are ISO 8601 in UTC, dates those of the session."""

RECORD_TABLES: dict[str, tuple[type[Record], tuple[str, ...]]] = {
    "fundamentals": (
        StatementLine,
        (
            *("symbol", "period", "timeframe", "statement", "item", "label", "value", "unit"),
            *("end_ns:date", "filed_ns:date"),
        ),
    ),
    "indicators": (IndicatorReading, ("symbol", "name", "interval", "start_ns:time", "value")),
    "realtime_quotes": (
        QuoteReading,
        (
            *("symbol", "ts_ns:time", "bid", "ask", "bid_size", "ask_size", "last", "volume"),
            "previous_close",
        ),
    ),
    "news": (
        Story,
        (
            *("id", "published_ns:time", "headline", "summary", "publisher", "url"),
            *("symbols:list", "sentiment", "sentiment_by"),
        ),
    ),
}
"""Tables that are made of records: the kind, and its fields in the order of the columns."""

_CHAIN = (
    *("underlying", "symbol", "expiry", "right", "strike", "bid", "ask", "bid_size", "ask_size"),
    *("volume", "open_interest", "spot"),
)
Row = tuple[Any, ...]


def day_rows(history: History) -> list[Row]:
    """Return rows of `ohlcv`; `adj_close` gives total returns."""
    told = _told(history)
    close = adjusted(history, Adjustment.TOTAL).close
    return [
        (history.symbol, _date(start), *_cells(figures), _cell(at), history.currency, *told)
        for (start, *figures), at in zip(history.rows.tolist(), close.tolist(), strict=True)
    ]


def minute_rows(history: History) -> list[Row]:
    """Return rows of `minute_bars`."""
    told = _told(history)
    return [
        (history.symbol, _time(start), *_cells(figures), *told)
        for start, *figures in history.rows.tolist()
    ]


def action_rows(history: History) -> list[Row]:
    """Return rows of `corporate_actions`."""
    told = _told(history)
    return [
        (history.symbol, _date(each.ex_ns), each.kind.value, each.value, *told)
        for each in history.actions
    ]


def record_rows(name: str, table: pa.Table) -> list[Row]:
    """Return rows of a table of `RECORD_TABLES`, from what the store of records says."""
    _, fields = RECORD_TABLES[name]
    rows: list[Row] = []
    for record in table.to_pylist():
        cells = [_of_record(record, field) for field in fields]
        told = (record["source"], record["delay"], _time(record["fetched_ns"]))
        rows.append((*cells, *told, record["ingest_run_id"]))
    return rows


def chain_rows(table: pa.Table) -> list[Row]:
    """Return rows of `option_chain` from a snapshot; contracts without any quote are left out."""
    rows: list[Row] = []
    for each in table.to_pylist():
        if all(each[name] is None for name in ("bid", "ask", "volume", "open_interest")):
            continue
        cells = [each[name].isoformat() if name == "expiry" else each[name] for name in _CHAIN]
        taken = _time(each["taken_ns"])
        rows.append((*cells, taken, each["source"], each["delay"], taken, each["ingest_run_id"]))
    return rows


def _told(history: History) -> Row:
    told = history.provenance
    return told.source, told.delay.value, _time(history.fetched_ns), str(told.run_id)


def _of_record(record: dict[str, Any], field: str) -> Any:
    name, _, form = field.partition(":")
    value = record[name]
    if value is None:
        return None
    match form:
        case "date":
            return _date(value)
        case "time":
            return _time(value)
        case "list":
            return ",".join(value)
        case _:
            return value


def _cells(figures: list[float]) -> list[float | None]:
    return [_cell(value) for value in figures]


def _cell(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _date(ns: int) -> str:
    return date.fromordinal(719_163 + ns // 86_400_000_000_000).isoformat()


def _time(ns: int) -> str:
    # Whole microseconds: a float of seconds would lose them.
    whole, part = divmod(ns, 1_000_000_000)
    moment = datetime.fromtimestamp(whole, UTC).replace(microsecond=part // 1000)
    return moment.isoformat(timespec="seconds" if not part else "microseconds")
