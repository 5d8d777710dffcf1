"""What can be wrong with a line: the numbers that compiled loops leave, in words."""

from __future__ import annotations

from quantdeck.feeds.uploads.scan_kernels import (
    BLANK,
    COLUMNS,
    HARD_NUMBER,
    JSON_SHAPE,
    JSON_UNREADABLE,
    MOST_SYMBOLS,
    NONE,
    PRICE_ABSENT,
    PRICE_NOT_FINITE,
    PRICE_NOT_POSITIVE,
    PRICE_UNREADABLE,
    QUOTE,
    SIZE_ABSENT,
    SIZE_NEGATIVE,
    SIZE_NOT_FINITE,
    SIZE_UNREADABLE,
    SYMBOL_ABSENT,
    SYMBOL_TOO_MANY,
    SYMBOL_UNREADABLE,
    TS_ABSENT,
    TS_DAY_OR_MONTH,
    TS_OUTSIDE,
    TS_ROUNDED,
    TS_TOO_SMALL,
    TS_UNREADABLE,
)

__all__ = [
    "ABSENT",
    "BLANK",
    "COLUMNS",
    "HARD_NUMBER",
    "JSON_SHAPE",
    "JSON_UNREADABLE",
    "MOST_SYMBOLS",
    "NONE",
    "NOT_FINITE",
    "PRICE_ABSENT",
    "PRICE_NOT_FINITE",
    "PRICE_NOT_POSITIVE",
    "PRICE_UNREADABLE",
    "QUOTE",
    "REASONS",
    "SIZE_ABSENT",
    "SIZE_NEGATIVE",
    "SIZE_NOT_FINITE",
    "SIZE_UNREADABLE",
    "SYMBOL_ABSENT",
    "SYMBOL_TOO_MANY",
    "SYMBOL_UNREADABLE",
    "TOO_LOW",
    "TS_ABSENT",
    "TS_DAY_OR_MONTH",
    "TS_OUTSIDE",
    "TS_ROUNDED",
    "TS_TOO_SMALL",
    "TS_UNREADABLE",
    "UNREADABLE",
    "column_of",
]

ABSENT, UNREADABLE, NOT_FINITE, TOO_LOW = range(4)
"""Offsets from the first problem of a column of numbers."""

_FIELD_OF = {1: "ts", 2: "symbol", 3: "price", 4: "size"}

REASONS = {
    COLUMNS: "has another count of columns than the header",
    QUOTE: "has a quotation mark that is not closed, or text behind a closed one",
    TS_ABSENT: "is absent",
    TS_UNREADABLE: "is not a time: write ISO 8601, or an epoch in s, ms, µs or ns",
    TS_DAY_OR_MONTH: "does not say which is the day and which the month: write 2024-08-09",
    TS_ROUNDED: "has been rounded to a power of ten, as spreadsheets do: write all digits",
    TS_OUTSIDE: "is outside of the years 1970 to 2199",
    TS_TOO_SMALL: "is too small for an epoch: those before 1973-03-03 have to be written in ISO 8601",
    SYMBOL_ABSENT: "is absent",
    SYMBOL_UNREADABLE: "is not a symbol: write ROOT or VENUE:ROOT, such as BTCUSDT",
    SYMBOL_TOO_MANY: f"is beyond the {MOST_SYMBOLS:,} different symbols that a file may have",
    PRICE_ABSENT: "is absent",
    PRICE_UNREADABLE: "is not a number",
    PRICE_NOT_FINITE: "is not finite",
    PRICE_NOT_POSITIVE: "must be above 0",
    SIZE_ABSENT: "is absent: write 0 where it is not known",
    SIZE_UNREADABLE: "is not a number",
    SIZE_NOT_FINITE: "is not finite",
    SIZE_NEGATIVE: "must not be below 0",
    JSON_UNREADABLE: "is not a JSON object",
    JSON_SHAPE: "is not an object with ts, symbol, price and size, each a text or a number",
}
"""What is said of a problem."""


def column_of(problem: int) -> str:
    """Return the column that a problem is about; empty for that of a whole line.

    Examples
    --------
    >>> column_of(PRICE_NOT_POSITIVE), column_of(QUOTE)
    ('price', '')
    """
    return _FIELD_OF.get(problem // 10, "")
