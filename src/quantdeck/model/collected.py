"""What is collected beside prices: stories, lines of statements, readings of indicators and quotes.

Each record names itself by the fields of its `KEY`: one of the same source and key replaces the other.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """Anything that is collected; `DATASET` is also the name of the view for SQL."""

    DATASET: ClassVar[str]
    KEY: ClassVar[tuple[str, ...]]
    TIME: ClassVar[str]
    """Field that records are in order of."""


class Story(Record, frozen=True, kw_only=True):
    """News as one source told it, in the shape in which it is kept.

    What is shown is a `quantdeck.model.headlines.Headline`: one story, whoever told it.
    `quantdeck.analytics.headlines.headline_of` makes one of the other.

    Parameters
    ----------
    id : str
        The source's name for it, or its address.
    headline, summary : str
        Plain text in one line.
    publisher : str
        Who published it.
    url : str
        Where it is to be read; empty where unknown.
    symbols : tuple of str
        Canonical symbols that it is about.
    published_ns, updated_ns : int
        When it was published, and changed last, UTC. [ns]
    sentiment : float or None
        From -1 (bad for the share) to 1; None where nobody judged. [1]
    sentiment_by : str
        Who judged: the vendor, or a program's name.
    """

    DATASET = "news"
    KEY = ("id",)
    TIME = "published_ns"

    id: str
    headline: str
    published_ns: int
    updated_ns: int
    summary: str = ""
    publisher: str = ""
    url: str = ""
    symbols: tuple[str, ...] = ()
    sentiment: float | None = None
    sentiment_by: str = ""


class StatementLine(Record, frozen=True, kw_only=True):
    """One line of a company's statements.

    Parameters
    ----------
    symbol : str
        Canonical symbol.
    period : str
        Such as ``2026 Q2`` or ``2025 FY``.
    timeframe : str
        ``quarterly``, ``annual`` or ``ttm``.
    statement, item : str
        Such as ``income_statement`` and ``revenues``.
    label : str
        The line in words.
    value : float
        Figure. [unit]
    unit : str
        Such as ``USD`` or ``USD / shares``.
    end_ns : int
        End of the period, UTC. [ns]
    filed_ns : int or None
        When it was filed: nobody knew it before; None where the source does not say. [ns]
    """

    DATASET = "fundamentals"
    KEY = ("symbol", "period", "timeframe", "statement", "item")
    TIME = "end_ns"

    symbol: str
    period: str
    timeframe: str
    statement: str
    item: str
    value: float
    end_ns: int
    label: str = ""
    unit: str = ""
    filed_ns: int | None = None


class IndicatorReading(Record, frozen=True, kw_only=True):
    """An indicator's value at a bar, as somebody computed it.

    Parameters
    ----------
    symbol : str
        Canonical symbol.
    name : str
        With its window, such as ``sma50``.
    interval : str
        Of the bars.
    start_ns : int
        Start of the bar, UTC. [ns]
    value : float
        Figure.
    """

    DATASET = "indicators"
    KEY = ("symbol", "name", "interval", "start_ns")
    TIME = "start_ns"

    symbol: str
    name: str
    interval: str
    start_ns: int
    value: float


class QuoteReading(Record, frozen=True, kw_only=True):
    """A quote that was asked for, not streamed.

    Parameters
    ----------
    symbol : str
        Canonical symbol.
    ts_ns : int
        The vendor's stamp, UTC. [ns]
    bid, ask, last : float or None
        Prices; None where absent. [currency]
    bid_size, ask_size, volume : float or None
        Shares; `volume` since the session began.
    previous_close : float or None
        Of the session before. [currency]
    """

    DATASET = "quotes_asked"
    KEY = ("symbol", "ts_ns")
    TIME = "ts_ns"

    symbol: str
    ts_ns: int
    bid: float | None = None
    ask: float | None = None
    bid_size: float | None = None
    ask_size: float | None = None
    last: float | None = None
    volume: float | None = None
    previous_close: float | None = None


RECORDS: tuple[type[Record], ...] = (Story, StatementLine, IndicatorReading, QuoteReading)
"""Everything that is collected so."""


class KeptRecords(msgspec.Struct, frozen=True):
    """What became of records that were to be kept.

    Parameters
    ----------
    new, changed, same : int
        Not known before; known with other figures; known as they are.
    """

    new: int = 0
    changed: int = 0
    same: int = 0


class HeldRecords(msgspec.Struct, frozen=True):
    """What is kept of one kind of record from one source.

    Parameters
    ----------
    source : str
        Short name of the service.
    rows : int
        How many.
    fetched_ns : int
        When the newest of them was fetched, UTC. [ns]
    """

    source: str
    rows: int
    fetched_ns: int
