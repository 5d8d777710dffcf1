"""Bars from a vendor for the command line, each row with its source, feed and adjustment."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

import pyarrow as pa

from quantdeck.app.alpaca_access import alpaca_access
from quantdeck.app.polygon_bars import polygon_bars
from quantdeck.app.times import parse_time
from quantdeck.app.yahoo_bars import yahoo_bars
from quantdeck.feeds.alpaca.bars import bar_pages
from quantdeck.feeds.alpaca.endpoints import OPTION_GRADES, STOCK_GRADES
from quantdeck.feeds.alpaca.history import behind_s, time_ns
from quantdeck.feeds.alpaca.rest import AlpacaRest
from quantdeck.feeds.alpaca.symbols import checked_stock
from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.feed import Delay
from quantdeck.model.instruments import root_of, venue_of
from quantdeck.model.options import OPTION_VENUE, contract_of
from quantdeck.net.clock import SystemClock
from quantdeck.tape.export import form_of, write, write_file
from quantdeck.views.tables import with_time

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.app.alpaca_access import AlpacaAccess
    from quantdeck.app.settings import Settings
    from quantdeck.feeds.alpaca.requests import BarRow

_NS = 1_000_000_000
_WEEK_NS = 7 * 86_400 * _NS
_SOURCE = "alpaca"

SOURCES = ("alpaca", "polygon", "yahoo")
"""Vendors that can be asked."""


@dataclass(frozen=True, slots=True)
class BarsQuestion:
    """Which bars are asked for.

    Parameters
    ----------
    symbol : str
        A stock or an option, as typed.
    timeframe : str
        In the vendor's words, such as ``1Min``.
    start, end : str or None
        Span of the starts, ISO 8601, UTC assumed; the last week where not given.
    adjustment : str
        Of stocks: raw, split, dividend or all.
    demo : bool
        Ask the simulator.
    source : str
        Which vendor, one of `SOURCES`.
    """

    symbol: str
    timeframe: str = "1Day"
    start: str | None = None
    end: str | None = None
    adjustment: str = "raw"
    demo: bool = False
    source: str = "alpaca"


def run_bars(
    settings: Settings, question: BarsQuestion, *, output: Path | None, form: str | None
) -> None:
    """Fetch bars and write them into a file, or as CSV to standard output.

    Parameters
    ----------
    settings : Settings
        Addresses and plan.
    question : BarsQuestion
        Which bars.
    output : Path or None
        File to write; it appears whole or not at all.
    form : str or None
        csv, json or parquet; else from the file's name, and CSV without one.

    Raises
    ------
    AuthFailed, NotEntitled
        If the key is not here, or the vendor refuses.
    BadInput
        If something asked for is not possible.
    NoData
        If there is no bar in the span.
    VenueError, StoreError
        If the vendor or the disk refuses.
    """
    if question.source not in SOURCES:
        raise BadInput(f"--source {question.source!r} is not known; there are {', '.join(SOURCES)}")
    if output is None and form == "parquet":
        raise BadInput("Parquet is no text; name a file with --output")
    chosen = form or ("csv" if output is None else form_of(output))
    table = asyncio.run(_fetched(settings, question))
    if output is None:
        write([table], sys.stdout.buffer, form=chosen)
        sys.stdout.flush()
        return
    rows = write_file([table], output, form=chosen)
    print(f"{rows:,} bars written to {output}", file=sys.stderr)  # noqa: T201


async def _fetched(settings: Settings, question: BarsQuestion) -> pa.Table:
    clock = SystemClock()
    end_ns = parse_time(question.end) or clock.now_ns()
    start_ns = parse_time(question.start)
    start_ns = end_ns - _WEEK_NS if start_ns is None else start_ns
    if start_ns >= end_ns:
        raise BadInput(f"--start {question.start} is not before --end {question.end or 'now'}")
    others = {"polygon": polygon_bars, "yahoo": yahoo_bars}
    if (ask := others.get(question.source)) is not None:
        return await ask(
            settings,
            clock,
            symbol=question.symbol,
            timeframe=question.timeframe,
            span_ns=(start_ns, end_ns),
            adjustment=question.adjustment,
            demo=question.demo,
        )
    return await _from_alpaca(settings, question, clock, (start_ns, end_ns))


async def _from_alpaca(
    settings: Settings, question: BarsQuestion, clock: SystemClock, span_ns: tuple[int, int]
) -> pa.Table:
    start_ns, end_ns = span_ns
    symbol = _symbol(question.symbol)
    is_option = venue_of(symbol) == OPTION_VENUE
    async with alpaca_access(settings, demo=question.demo) as access:
        grade = STOCK_GRADES[access.stock_feed]
        # Of delayed data the past is that of all venues, up to the delay.
        late_ns = 0 if is_option else int(behind_s(grade) * _NS)
        feed = "sip" if late_ns else grade.name
        rest = AlpacaRest(
            key=access.keys.key.reveal(),
            secret=access.keys.secret.reveal(),
            options=OPTION_GRADES[access.option_feed],
            stocks=grade,
            clock=clock,
            rng=Random(),  # noqa: S311 - jitter, not secrets
            requests_per_minute=grade.requests_per_minute,
            data_url=access.data_url,
        )
        rows: list[BarRow] = []
        try:
            async for page in bar_pages(
                rest,
                symbol,
                question.timeframe,
                span_ns=(start_ns, min(end_ns, clock.now_ns() - late_ns)),
                feed=feed,
                adjustment=question.adjustment,
            ):
                rows += page
        finally:
            await rest.close()
    if not rows:
        raise NoData(
            f"{_SOURCE} has no bars of {symbol} in this span; name another with --start and --end"
        )
    words = _provenance(access, question, is_option=is_option, feed=feed)
    return _table(symbol, rows, question.timeframe, words)


def _symbol(text: str) -> str:
    try:
        return contract_of(root_of(text) or text).symbol
    except BadInput:
        return checked_stock(text)


def _provenance(
    access: AlpacaAccess, question: BarsQuestion, *, is_option: bool, feed: str
) -> dict[str, str]:
    grade = OPTION_GRADES[access.option_feed] if is_option else STOCK_GRADES[access.stock_feed]
    return {
        "source": _SOURCE,
        "feed": grade.name if is_option else feed,
        "delay": (Delay.SIMULATED if access.simulated else grade.delay).value,
        "adjustment": "raw" if is_option else question.adjustment,
    }


def _table(symbol: str, rows: list[BarRow], timeframe: str, words: dict[str, str]) -> pa.Table:
    count = len(rows)
    table = pa.table(
        {
            "start_ns": pa.array([time_ns(row.t) for row in rows], pa.int64()),
            "symbol": pa.array([symbol] * count),
            "timeframe": pa.array([timeframe] * count),
            "open": pa.array([row.o for row in rows], pa.float64()),
            "high": pa.array([row.h for row in rows], pa.float64()),
            "low": pa.array([row.l for row in rows], pa.float64()),
            "close": pa.array([row.c for row in rows], pa.float64()),
            "volume": pa.array([row.v for row in rows], pa.float64()),
            "trades": pa.array([row.n for row in rows], pa.int64()),
            "vwap": pa.array([row.vw for row in rows], pa.float64()),
            **{name: pa.array([word] * count) for name, word in words.items()},
        }
    )
    return with_time(table, "start_ns")
